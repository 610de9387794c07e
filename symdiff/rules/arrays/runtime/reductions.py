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
    if axis is None:
        return np.reshape(product_of_others(np.ravel(x), 0), x.shape)
    if isinstance(axis, tuple):
        first = range(len(axis))
        moved = np.moveaxis(x, axis, first)
        count = int(np.prod(moved.shape[: len(axis)]))
        flat = np.reshape(moved, (count, *moved.shape[len(axis) :]))
        return np.moveaxis(np.reshape(product_of_others(flat, 0), moved.shape), first, axis)
    x = np.moveaxis(x, axis, 0)
    before, after = np.ones_like(x), np.ones_like(x)
    np.cumprod(x[:-1], axis=0, out=before[1:])
    np.cumprod(x[:0:-1], axis=0, out=after[-2::-1])
    return np.moveaxis(before * after, 0, axis)


def weights_along(x, axis, weights):
    """The weights of np.average(x, axis, weights), with axes of length 1 where they have none."""
    if axis is None or np.shape(weights) == np.shape(x):
        return weights
    axes = axis if isinstance(axis, tuple) else (axis,)
    along = [i % np.ndim(x) for i in axes]
    ordered = np.transpose(weights, np.argsort(along))
    return np.reshape(ordered, [n if i in along else 1 for i, n in enumerate(np.shape(x))])


def weights_adjoint(weights, share, axis):
    """The adjoint of weights that were taken along axis, from that of weights for all elements."""
    if np.shape(weights) == np.shape(share):
        return share
    axes = [i % np.ndim(share) for i in (axis if isinstance(axis, tuple) else (axis,))]
    found = np.sum(share, axis=tuple(i for i in range(np.ndim(share)) if i not in axes))
    return np.transpose(found, np.argsort(np.argsort(axes)))
