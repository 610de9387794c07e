"""saddle: the point where a function is least in x of what is greatest in y, by nested descents."""

from __future__ import annotations

import math

from numba import njit


@njit
def surface(x0, x1, y0, y1):
    return (x0 * x0 + x1 * x1) - (y0 * y0 + y1 * y1)


def top_with(slopes):
    """The y of the greatest value, by gradient ascent from a start; `slopes` are those in y."""

    @njit
    def top(x0, x1, y0, y1):
        greatest = surface(x0, x1, y0, y1)
        s0, s1 = slopes(x0, x1, y0, y1)
        step, successes = 1e-5, 0
        while math.sqrt(s0 * s0 + s1 * s1) > 1e-5:
            if successes == 10:
                step *= 2.0
                successes = 0
            a0, a1 = y0 + step * s0, y1 + step * s1
            if math.sqrt((a0 - y0) ** 2 + (a1 - y1) ** 2) <= 1e-5:
                break
            found = surface(x0, x1, a0, a1)
            if found > greatest:
                y0, y1, greatest = a0, a1, found
                s0, s1 = slopes(x0, x1, y0, y1)
                successes += 1
            else:
                step /= 2.0
                successes = 0
        return y0, y1

    return top


def height_with(top):
    """What is greatest in y, as a function of x."""

    @njit
    def height(x0, x1, start0, start1):
        y0, y1 = top(x0, x1, start0, start1)
        return surface(x0, x1, y0, y1)

    return height


def saddle_with(height, slopes, top):
    @njit
    def saddle(start0, start1):
        x0, x1 = start0, start1
        least = height(x0, x1, start0, start1)
        s0, s1 = slopes(x0, x1, start0, start1)
        step, successes = 1e-5, 0
        while math.sqrt(s0 * s0 + s1 * s1) > 1e-5:
            if successes == 10:
                step *= 2.0
                successes = 0
            a0, a1 = x0 - step * s0, x1 - step * s1
            if math.sqrt((a0 - x0) ** 2 + (a1 - x1) ** 2) <= 1e-5:
                break
            found = height(a0, a1, start0, start1)
            if found < least:
                x0, x1, least = a0, a1, found
                s0, s1 = slopes(x0, x1, start0, start1)
                successes += 1
            else:
                step /= 2.0
                successes = 0
        y0, y1 = top(x0, x1, start0, start1)
        return x0, x1, y0, y1

    return saddle
