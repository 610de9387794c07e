"""Functions that generated files bring along: adjoints of integrals of tabulated functions."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np
import scipy.integrate


def adjoint_of_parts(dout, axis, starts):
    """The adjoint of each interval's area from that of the sums of areas, the axis last."""
    sums = np.moveaxis(dout, axis, -1)[..., 1 if starts else 0 :]
    return np.cumsum(sums[..., ::-1], axis=-1)[..., ::-1]


def cumulative_trapezoid_adjoint(y, x, dx, axis, starts, dout):
    """The adjoint of y in scipy.integrate.cumulative_trapezoid(y, x, dx, axis)."""
    widths = dx
    if x is not None:
        widths = np.diff(np.moveaxis(x, axis if np.ndim(x) > 1 else -1, -1), axis=-1)
    half = adjoint_of_parts(dout, axis, starts) * widths / 2
    zero = np.zeros_like(np.moveaxis(y, axis, -1)[..., :1])
    found = np.concatenate([half, zero], axis=-1) + np.concatenate([zero, half], axis=-1)
    return np.moveaxis(found, -1, axis)


def cumulative_trapezoid_heights(y, axis, starts, dout):
    """The adjoint of the width of each interval, the axis last."""
    heights = np.moveaxis(y, axis, -1)
    return adjoint_of_parts(dout, axis, starts) * (heights[..., 1:] + heights[..., :-1]) / 2


def cumulative_trapezoid_adjoint_of_dx(y, axis, starts, dout):
    """The adjoint of dx in scipy.integrate.cumulative_trapezoid(y, dx=dx, axis=axis)."""
    return np.sum(cumulative_trapezoid_heights(y, axis, starts, dout))


def cumulative_trapezoid_adjoint_of_x(x, y, axis, starts, dout):
    """The adjoint of x in scipy.integrate.cumulative_trapezoid(y, x, axis=axis)."""
    widths = cumulative_trapezoid_heights(y, axis, starts, dout)
    if np.ndim(x) == 1:
        widths = np.sum(widths, axis=tuple(range(widths.ndim - 1)))
    zero = np.zeros_like(np.moveaxis(x, axis if np.ndim(x) > 1 else -1, -1)[..., :1])
    found = np.concatenate([zero, widths], axis=-1) - np.concatenate([widths, zero], axis=-1)
    return np.moveaxis(found, -1, axis) if np.ndim(x) > 1 else found


def simpson_adjoint(y, x, dx, axis, dout):
    """The adjoint of y in scipy.integrate.simpson(y, x, dx=dx, axis=axis)."""
    if x is not None and np.ndim(x) > 1:
        raise NotImplementedError("the adjoint of simpson() with an x of several axes")
    count = np.shape(y)[axis]
    weights = scipy.integrate.simpson(np.eye(count), x=x, dx=dx, axis=0)
    return np.moveaxis(np.multiply.outer(dout, weights), -1, axis)
