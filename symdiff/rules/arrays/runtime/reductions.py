"""Functions that generated files bring along: adjoints of sums, products and the like."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np


def restore_axes(reduced, x, axis, keepdims=False):
    """What a reduction of x along axis gave, with the axes that it took away of length 1."""
    if axis is None or keepdims or np.ndim(x) == 0:
        return reduced
    count = len(axis) if isinstance(axis, tuple) else 1
    lacking = np.ndim(x) - count - np.ndim(reduced)
    return np.expand_dims(np.reshape(reduced, (1,) * lacking + np.shape(reduced)), axis)


def elements_along(x, axis):
    """How many elements a reduction of x along axis takes together."""
    if axis is None:
        return np.size(x)
    axes = axis if isinstance(axis, tuple) else (axis,)
    return int(np.prod([np.shape(x)[i] for i in axes], dtype=int))


def product_of_others(x, axis=None):
    """For each element the product of all others along axis: also right where some are zero."""
    x = np.asarray(x)
    if axis is None or isinstance(axis, tuple):
        axes = tuple(range(x.ndim)) if axis is None else axis
        last = tuple(range(-len(axes), 0))
        moved = np.moveaxis(x, axes, last)
        flat = np.reshape(moved, moved.shape[: x.ndim - len(axes)] + (elements_along(x, axis),))
        return np.moveaxis(np.reshape(product_of_others(flat, -1), moved.shape), last, axes)
    x = np.moveaxis(x, axis, 0) if x.ndim else x[None]
    before, after = np.ones_like(x), np.ones_like(x)
    np.cumprod(x[:-1], axis=0, out=before[1:])
    np.cumprod(x[:0:-1], axis=0, out=after[-2::-1])
    return np.moveaxis(before * after, 0, axis)


def cumprod_adjoint(x, dout, axis=None):
    """The adjoint of x in np.cumprod(x, axis)."""
    if axis is None:
        return np.reshape(cumprod_adjoint(np.ravel(x), dout, 0), np.shape(x))
    x, dout = np.moveaxis(x, axis, 0), np.moveaxis(dout, axis, 0)
    if np.all(x):
        found = np.cumsum((dout * np.cumprod(x, axis=0))[::-1], axis=0)[::-1] / x
    else:
        found = np.array(np.broadcast_to(dout, x.shape))
        for i in range(len(x) - 1, 0, -1):
            found[i - 1] += x[i] * found[i]
        found[1:] *= np.cumprod(x[:-1], axis=0)
    return np.moveaxis(found, 0, axis)
