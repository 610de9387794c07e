"""particle: where a charge must be for a particle that it repels to cross the axis at 0."""

from __future__ import annotations

import math

from numba import njit


@njit
def potential(x, y, w):
    """Of the charges at (10, 10 - w) and (10, 0)."""
    return 1.0 / math.hypot(x - 10.0, y - (10.0 - w)) + 1.0 / math.hypot(x - 10.0, y)


def crossing_with(slopes):
    """The square of where the particle crosses the axis, by steps of Euler; `slopes` are those of
    the potential in x and y."""

    @njit
    def crossing(w):
        x, y = 0.0, 8.0
        vx, vy = 0.75, 0.0
        h = 0.1
        while y + h * vy > 0.0:
            px, py = slopes(x, y, w)
            x += h * vx
            y += h * vy
            vx -= h * px
            vy -= h * py
        x -= y / vy * vx
        return x * x

    return crossing


def minimum_with(value, slope):
    """Gradient descent as Siskind and Pearlmutter have it: the step doubles after ten successes."""

    @njit
    def minimum(w):
        least, s = value(w), slope(w)
        step, successes = 1e-5, 0
        while abs(s) > 1e-5:
            if successes == 10:
                step *= 2.0
                successes = 0
            moved = w - step * s
            if abs(moved - w) <= 1e-5:
                break
            found = value(moved)
            if found < least:
                w, least = moved, found
                s = slope(w)
                successes += 1
            else:
                step /= 2.0
                successes = 0
        return w

    return minimum
