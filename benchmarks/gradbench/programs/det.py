"""det: a determinant by expansion along the first row, recursively.

The rows and columns that are left are chains: `after[i]` is the one that follows `i`, and the one
that stands first follows `size`. Taking one out, and putting it back, changes one link.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit
def expanded(a, size, left, row, column):
    """The determinant of the `left` rows and columns that the chains still hold."""
    first = row[size]
    if left == 1:
        return a[first, column[size]]
    total = 0.0
    sign = 1.0
    row[size] = row[first]
    before = size
    for _ in range(left):
        here = column[before]
        column[before] = column[here]
        total += sign * a[first, here] * expanded(a, size, left - 1, row, column)
        column[before] = here
        before = here
        sign = -sign
    row[size] = first
    return total


@njit
def determinant(a):
    size = len(a)
    row = np.arange(1, size + 2)
    column = np.arange(1, size + 2)
    row[size] = 0
    column[size] = 0
    return expanded(a, size, size, row, column)
