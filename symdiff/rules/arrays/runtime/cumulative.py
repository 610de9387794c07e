"""Functions that generated files bring along: adjoints of products so far and of integrals."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.broadcasting import unbroadcast


def cumprod_adjoint(x, dout, axis=None):
    """The adjoint of x in np.cumprod(x, axis)."""
    if axis is None:
        return np.reshape(cumprod_adjoint(np.ravel(x), dout, 0), np.shape(x))
    x, dout = np.moveaxis(x, axis, 0), np.moveaxis(dout, axis, 0)
    if np.all(x):
        found = np.cumsum((dout * np.cumprod(x, axis=0))[::-1], axis=0)[::-1] / x
    else:
        found = np.array(dout, dtype=np.result_type(x, dout))
        for i in range(len(x) - 1, 0, -1):
            found[i - 1] += x[i] * found[i]
        found[1:] *= np.cumprod(x[:-1], axis=0)
    return np.moveaxis(found, 0, axis)


def first_of_each(out):
    """Where, along the last axis, each of the extreme elements so far stood first."""
    changes = (out[..., 1:] != out[..., :-1]) & ~np.isnan(out[..., :-1])
    places = np.zeros(np.shape(out), dtype=int)
    places[..., 1:] = np.where(changes, np.arange(1, np.shape(out)[-1]), 0)
    return np.maximum.accumulate(places, axis=-1)


def accumulate_adjoint(out, dout, axis):
    """The adjoint of x in out = np.maximum.accumulate(x, axis), or np.minimum.accumulate."""
    places = first_of_each(np.moveaxis(out, axis, -1))
    rows = np.reshape(places, (-1, np.shape(places)[-1]))
    share = np.reshape(np.moveaxis(dout, axis, -1), np.shape(rows))
    found = np.zeros_like(share)
    np.add.at(found, (np.arange(len(rows))[:, None], rows), share)
    return np.moveaxis(np.reshape(found, np.shape(places)), -1, axis)


def accumulate_tangent(out, x_dot, axis):
    """The tangent of out = np.maximum.accumulate(x, axis), or np.minimum.accumulate."""
    places = first_of_each(np.moveaxis(out, axis, -1))
    return np.moveaxis(np.take_along_axis(np.moveaxis(x_dot, axis, -1), places, -1), -1, axis)


def trapezoid_adjoint(y, x, dx, axis, dout):
    """The adjoint of y in np.trapezoid(y, x, dx, axis)."""
    if np.shape(y)[axis] < 2:
        return np.zeros(np.shape(y))
    heights, widths = np.moveaxis(y, axis, -1), dx
    if x is not None:
        widths = np.diff(np.moveaxis(x, axis if np.ndim(x) > 1 else -1, -1))
    half = np.zeros_like(heights[..., 1:]) + 0.5 * widths * np.expand_dims(dout, -1)
    zero = np.zeros_like(half[..., :1])
    found = np.concatenate([half, zero], axis=-1) + np.concatenate([zero, half], axis=-1)
    return unbroadcast(np.moveaxis(found, -1, axis), y)


def trapezoid_heights(y, axis, dout):
    """The mean of neighbours in y, times the adjoint of np.trapezoid(y, axis=axis)."""
    y = np.moveaxis(y, axis, -1)
    return np.moveaxis(0.5 * (y[..., 1:] + y[..., :-1]) * np.expand_dims(dout, -1), -1, axis)


def trapezoid_x_adjoint(x, y, axis, dout):
    """The adjoint of x in np.trapezoid(y, x, axis=axis)."""
    if np.shape(y)[axis] < 2:
        return np.zeros(np.shape(x))
    found = trapezoid_heights(y, axis, dout)
    if np.ndim(x) == 1:
        found, axis = np.moveaxis(found, axis, -1), -1
    return unbroadcast(-np.diff(found, prepend=0, append=0, axis=axis), x)


def trapezoid_dx_adjoint(dx, y, axis, dout):
    """The adjoint of dx in np.trapezoid(y, dx=dx, axis=axis)."""
    return unbroadcast(trapezoid_heights(y, axis, dout), dx)
