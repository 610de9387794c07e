"""llsq: how far a polynomial is from the sign function, in least squares."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit
def least_squares(x, n):
    total = 0.0
    for i in range(n):
        t = -1.0 + 2.0 * i / (n - 1)
        residual = np.sign(t)
        power = 1.0
        for j in range(len(x)):
            residual -= x[j] * power
            power *= t
        total += residual * residual
    return 0.5 * total
