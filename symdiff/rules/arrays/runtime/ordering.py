"""Functions that generated files bring along: adjoints of order statistics."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import math

import numpy as np


def partition_adjoint(x, dout, out, axis=-1):
    """The adjoint of x in out = np.partition(x, kth, axis), whatever the order within its parts."""
    if axis is None:
        return np.reshape(partition_adjoint(np.ravel(x), dout, out), np.shape(x))
    in_order = np.take_along_axis(dout, np.argsort(out, axis=axis), axis=axis)
    ranks = np.argsort(np.argsort(x, axis=axis), axis=axis)
    return np.take_along_axis(in_order, ranks, axis=axis)


def quantile_adjoint(x, dout, q, axis=None, keepdims=False, method="linear", ignored=False):
    """The adjoint of x in np.quantile(x, q, axis, method=method, keepdims=keepdims).

    A quantile lies between two neighbours in the order of the elements; where between them does not
    depend on their values. `ignored` tells for each element whether it does not count.
    """
    axes = range(np.ndim(x)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    last = range(-len(axes), 0)
    moved = np.moveaxis(x, axes, last)
    rest = math.prod(moved.shape[: np.ndim(x) - len(axes)])
    rows = np.reshape(moved, (rest, np.size(x) // max(rest, 1)))
    ignored = np.reshape(np.moveaxis(np.broadcast_to(ignored, np.shape(x)), axes, last), rows.shape)
    counts = np.sum(~ignored, axis=-1)
    dout = np.reshape(dout, (np.size(q), rest))
    in_order = np.zeros(rows.shape, np.result_type(dout, float))
    for n in np.unique(counts[counts > 0]):
        chosen = counts == n
        places = np.quantile(np.arange(n, dtype=float), np.ravel(q), method=method)
        for share, place in zip(dout, places, strict=True):
            low = int(place)
            in_order[chosen, low] += (low + 1 - place) * share[chosen]
            if place > low:
                in_order[chosen, low + 1] += (place - low) * share[chosen]
    ranks = np.argsort(np.argsort(rows, axis=-1), axis=-1)
    found = np.take_along_axis(in_order, ranks, axis=-1)
    return np.moveaxis(np.reshape(found, moved.shape), last, axes)


def nanquantile_adjoint(x, dout, q, axis=None, keepdims=False, method="linear"):
    """The adjoint of x in np.nanquantile(x, q, axis, method=method, keepdims=keepdims)."""
    return quantile_adjoint(x, dout, q, axis, keepdims, method, np.isnan(x))
