"""hello: the square, its derivative, and the derivative of that."""

from __future__ import annotations

from numba import njit


@njit
def square(x):
    return x * x
