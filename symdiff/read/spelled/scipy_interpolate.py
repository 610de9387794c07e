"""Splines of scipy.interpolate: piecewise polynomials, and the slopes of cubic splines."""

# mypy: ignore-errors
from __future__ import annotations

import numpy as np
import scipy.linalg

from symdiff.read.spelled import refuse

APART = ("spline_slopes", "periodic_slopes")


def intervals(x, t):
    """The interval of each point, the last ones beyond the ends."""
    return np.clip(np.searchsorted(x, t, side="right") - 1, 0, len(x) - 2)


def increasing(x):
    """The points of a spline as an array."""
    x = np.asarray(x)
    if np.any(np.diff(x) <= 0):
        raise ValueError("`x` must be strictly increasing sequence.")
    return x


def folded(x, t, extrapolate):
    """The points that a polynomial is taken at."""
    if extrapolate == "periodic":
        return x[0] + (t - x[0]) % (x[-1] - x[0])
    return t


def cut(x, t, extrapolate, value):
    """The value, not a number beyond the ends where there is no extrapolation."""
    if extrapolate:
        return value
    outside = (t < x[0]) | (t > x[-1])
    if np.ndim(value) > np.ndim(t):
        outside = np.reshape(outside, np.shape(t) + (1,) * (np.ndim(value) - np.ndim(t)))
    return np.where(outside, np.nan, value)


def placed(value, t, axis):
    """The axes of the points, which come first, in the place of the one that was interpolated."""
    if axis == 0 or np.ndim(t) == 0:
        return value
    count = np.ndim(t)
    return np.moveaxis(value, tuple(range(count)), tuple(range(axis, axis + count)))


class PPoly:
    def __init__(self, c, x, extrapolate=None, axis=0):
        self.c, self.x, self.axis = np.asarray(c), increasing(x), axis
        self.extrapolate = True if extrapolate is None else extrapolate
        if axis != 0:
            refuse("a PPoly with an axis is not supported")

    def __call__(self, x, nu=0, extrapolate=None):
        extrapolate = self.extrapolate if extrapolate is None else extrapolate
        t = x if np.ndim(x) == 0 else np.asarray(x)
        at = folded(self.x, t, extrapolate)
        i = intervals(self.x, at)
        s = at - self.x[i]
        if np.ndim(self.c) > 2:
            s = np.reshape(s, np.shape(s) + (1,) * (np.ndim(self.c) - 2))
        value = horner(self.c[:, i], s, nu)
        return placed(cut(self.x, t, extrapolate, value), t, self.axis)

    def antiderivative(self, nu=1):
        if nu != 1:
            refuse("the antiderivative of a spline is taken once")
        powers = np.arange(len(self.c), 0, -1)
        powers = np.reshape(powers, (-1,) + (1,) * (np.ndim(self.c) - 1))
        c = self.c / powers
        areas = np.cumsum(np.sum(c * widths(np.diff(self.x), self.c[0]) ** powers, axis=0), axis=0)
        start = np.concatenate((np.zeros_like(areas[:1]), areas[:-1]))
        return PPoly(np.concatenate((c, start[None])), self.x, self.extrapolate)

    def integrate(self, a, b, extrapolate=None):
        extrapolate = self.extrapolate if extrapolate is None else extrapolate
        if extrapolate == "periodic":
            refuse("the integral of a periodic spline is not supported")
        whole = self.antiderivative()
        return whole(b, extrapolate=extrapolate) - whole(a, extrapolate=extrapolate)


def horner(c, s, nu):
    """The derivative of order nu of a polynomial whose coefficients come highest first."""
    value = np.zeros(np.shape(c)[1:])
    for j in range(len(c) - nu):
        factor = 1.0
        for k in range(nu):
            factor = factor * (len(c) - 1 - j - k)
        value = value * s + factor * c[j]
    return value


class CubicHermiteSpline(PPoly):
    def __init__(self, x, y, dydx, axis=0, extrapolate=None):
        self.x, y, slopes = increasing(x), np.asarray(y), np.asarray(dydx)
        self.axis = axis if axis == 0 else axis % np.ndim(y)
        if axis != 0:
            y, slopes = np.moveaxis(y, axis, 0), np.moveaxis(slopes, axis, 0)
        self.y, self.slopes = y, slopes
        self.extrapolate = True if extrapolate is None else extrapolate

    @property
    def c(self):
        h = widths(np.diff(self.x), self.y)
        slope = np.diff(self.y, axis=0) / h
        bend = (self.slopes[:-1] + self.slopes[1:] - 2 * slope) / h
        return np.stack(
            (bend / h, (slope - self.slopes[:-1]) / h - bend, self.slopes[:-1], self.y[:-1])
        )

    def __call__(self, x, nu=0, extrapolate=None):
        extrapolate = self.extrapolate if extrapolate is None else extrapolate
        t = x if np.ndim(x) == 0 else np.asarray(x)
        at = folded(self.x, t, extrapolate)
        i = intervals(self.x, at)
        s, h = at - self.x[i], self.x[i + 1] - self.x[i]
        if np.ndim(self.y) > 1:
            shape = np.shape(s) + (1,) * (np.ndim(self.y) - 1)
            s, h = np.reshape(s, shape), np.reshape(h, shape)
        value = hermite(self.y[i], self.y[i + 1], self.slopes[i], self.slopes[i + 1], s, h, nu)
        return placed(cut(self.x, t, extrapolate, value), t, self.axis)

    def derivative(self, nu=1):
        if nu == 1:
            factors = np.array([3.0, 2.0, 1.0])
        elif nu == 2:
            factors = np.array([6.0, 2.0])
        elif nu == 3:
            factors = np.array([6.0])
        else:
            refuse("the derivative of a spline is taken once, twice or three times")
        c = self.c[: len(factors)]
        return PPoly(c * np.reshape(factors, (-1,) + (1,) * (np.ndim(c) - 1)), self.x,
                     self.extrapolate)  # fmt: skip


def hermite(y0, y1, slope0, slope1, s, h, nu):
    """A cubic between two points, with the slopes there; its derivative of order nu."""
    slope = (y1 - y0) / h
    bend = (slope0 + slope1 - 2 * slope) / h
    a, b = bend / h, (slope - slope0) / h - bend
    if nu == 0:
        return ((a * s + b) * s + slope0) * s + y0
    if nu == 1:
        return (3 * a * s + 2 * b) * s + slope0
    if nu == 2:
        return 6 * a * s + 2 * b
    if nu == 3:
        return 6 * a
    return 0 * a


def widths(h, y):
    """The widths of the intervals, with as many axes as the heights have."""
    return h if np.ndim(y) == 1 else np.reshape(h, (-1,) + (1,) * (np.ndim(y) - 1))


class CubicSpline(CubicHermiteSpline):
    def __init__(self, x, y, axis=0, bc_type="not-a-knot", extrapolate=None):
        y = np.asarray(y)
        self.axis = axis if axis == 0 else axis % np.ndim(y)
        self.y = y = y if axis == 0 else np.moveaxis(y, axis, 0)
        self.x = np.reshape(increasing(x), len(y))
        if isinstance(bc_type, str):
            bc_type = bc_type, bc_type
        start, end = condition(bc_type[0]), condition(bc_type[1])
        self.extrapolate = extrapolate
        if extrapolate is None:
            self.extrapolate = "periodic" if start[0] == "periodic" else True
        if start[0] == "periodic":
            self.slopes = periodic_slopes(self.x, y)
        else:
            self.slopes = spline_slopes(self.x, y, start, end)


def condition(given):
    """A condition at an end: of which order, and the value of the derivative."""
    if isinstance(given, str):
        if given == "natural":
            return "second", 0.0
        if given == "clamped":
            return "first", 0.0
        if given == "not-a-knot" or given == "periodic":
            return given, 0.0
        refuse("the conditions at the ends of a spline must be written out in the call")
    if given[0] == 1:
        return "first", given[1]
    if given[0] == 2:
        return "second", given[1]
    refuse("the conditions at the ends of a spline must be written out in the call")


def spline_slopes(x, y, start, end):
    """The slopes of a cubic spline at its points, which make its second derivative continuous."""
    if start[0] == end[0] == "not-a-knot" and len(x) < 4:
        raise NotImplementedError("a derivative of a not-a-knot spline of fewer than four points")
    h = np.diff(x)
    w = widths(h, y)
    slope = np.diff(y, axis=0) / w
    a, b = interior(h, w, slope, y)
    if start[0] == "not-a-knot":
        d = h[0] + h[1]
        a[1, 0], a[0, 1] = h[1], d
        b[0] = ((h[0] + 2 * d) * h[1] * slope[0] + h[0] ** 2 * slope[1]) / d
    elif start[0] == "first":
        a[1, 0] = 1.0
        b[0] = start[1]
    elif start[0] == "second":
        a[1, 0], a[0, 1] = 2.0, 1.0
        b[0] = 3 * slope[0] - 0.5 * start[1] * h[0]
    if end[0] == "not-a-knot":
        d = h[-1] + h[-2]
        a[1, -1], a[2, -2] = h[-2], d
        b[-1] = (h[-1] ** 2 * slope[-2] + (2 * d + h[-1]) * h[-2] * slope[-1]) / d
    elif end[0] == "first":
        a[1, -1] = 1.0
        b[-1] = end[1]
    elif end[0] == "second":
        a[1, -1], a[2, -2] = 2.0, 1.0
        b[-1] = 3 * slope[-1] + 0.5 * end[1] * h[-1]
    return solved(a, b)


def interior(h, w, slope, y):
    """The equations at the points between the ends: three diagonals, and the right side."""
    a, b = np.zeros((3, len(y))), np.zeros_like(y, dtype=slope.dtype)
    a[0, 2:] = h[:-1]
    a[1, 1:-1] = 2 * (h[:-1] + h[1:])
    a[2, :-2] = h[1:]
    b[1:-1] = 3 * (w[1:] * slope[:-1] + w[:-1] * slope[1:])
    return a, b


def solved(a, b):
    """The solution of a system with three diagonals."""
    if np.ndim(b) <= 2:
        return scipy.linalg.solve_banded((1, 1), a, b)
    flat = np.reshape(b, (len(b), -1))
    return np.reshape(scipy.linalg.solve_banded((1, 1), a, flat), np.shape(b))


def periodic_slopes(x, y):
    """The same where both ends are one point: without the last of the other points there are three
    diagonals, and its slope follows."""
    if len(x) < 4:
        raise NotImplementedError("a derivative of a periodic spline of fewer than four points")
    h = np.diff(x)
    w = widths(h, y)
    slope = np.diff(y, axis=0) / w
    a, b = interior(h, w, slope, y)
    a[1, 0], a[0, 1] = 2 * (h[-1] + h[0]), h[-1]
    b[0] = 3 * (h[0] * slope[-1] + h[-1] * slope[0])
    unit = np.zeros(len(x) - 2)
    unit[0] -= h[0]
    unit[-1] -= h[-3]
    one, two = solved(a[:, :-2], b[:-2]), solved(a[:, :-2], unit)
    left = b[-2] - h[-2] * one[0] - h[-1] * one[-1]
    last = left / (2 * (h[-1] + h[-2]) + h[-2] * two[0] + h[-1] * two[-1])
    slopes = np.empty_like(b)
    slopes[:-2] = one + last * widths(two, y)
    slopes[-2] = last
    slopes[-1] = slopes[0]
    return slopes
