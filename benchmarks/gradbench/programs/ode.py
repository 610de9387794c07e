"""ode: an initial value problem in as many unknowns as parameters, by Runge-Kutta steps."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit
def slope(x, y, out):
    """y'0 = x0, y'i = xi * y(i-1)."""
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = x[i] * y[i - 1]


@njit
def solve(x, steps):
    """y at t = 2, from y = 0 at t = 0."""
    n = len(x)
    h = 2.0 / steps
    y = np.zeros(n)
    at = np.empty(n)
    k1 = np.empty(n)
    k2 = np.empty(n)
    k3 = np.empty(n)
    k4 = np.empty(n)
    for _ in range(steps):
        slope(x, y, k1)
        for i in range(n):
            at[i] = y[i] + h / 2 * k1[i]
        slope(x, at, k2)
        for i in range(n):
            at[i] = y[i] + h / 2 * k2[i]
        slope(x, at, k3)
        for i in range(n):
            at[i] = y[i] + h * k3[i]
        slope(x, at, k4)
        for i in range(n):
            y[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])
    return y


@njit
def last(x, steps):
    return solve(x, steps)[-1]
