"""Functions that generated files bring along: tangents of products so far and of quantiles."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np


def cumprod_tangent(out, x, x_dot, axis=None):
    """The tangent of out = np.cumprod(x, axis)."""
    if axis is None:
        x, x_dot, axis = np.ravel(x), np.ravel(x_dot), 0
    if np.all(x):
        return out * np.cumsum(x_dot / x, axis=axis)
    x, before = np.moveaxis(x, axis, 0), np.moveaxis(out, axis, 0)
    found = np.zeros_like(before)
    found += np.moveaxis(x_dot, axis, 0)
    for i in range(1, len(x)):
        found[i] = before[i - 1] * found[i] + x[i] * found[i - 1]
    return np.moveaxis(found, 0, axis)


def quantile_tangent(x, x_dot, q, axis=None, keepdims=False, method="linear", ignored=False):
    """The tangent of np.quantile(x, q, axis, method=method, keepdims=keepdims).

    A quantile lies between two neighbours in the order of the elements; where between them does not
    depend on their values. `ignored` tells for each element whether it does not count.
    """
    axes = range(np.ndim(x)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    last = range(-len(axes), 0)
    moved = np.moveaxis(x, axes, last)
    rest = moved.shape[: np.ndim(x) - len(axes)]
    rows = np.reshape(moved, (*rest, -1))
    in_order = np.take_along_axis(
        np.reshape(np.moveaxis(x_dot, axes, last), rows.shape), np.argsort(rows, axis=-1), -1
    )
    ignored = np.reshape(np.moveaxis(np.broadcast_to(ignored, np.shape(x)), axes, last), rows.shape)
    counts = np.sum(~ignored, axis=-1)
    found = np.zeros((np.size(q), *rest), np.result_type(x_dot, float))
    for n in np.unique(counts[counts > 0]):
        chosen = counts == n
        places = np.quantile(np.arange(n, dtype=float), np.ravel(q), method=method)
        for i, place in enumerate(places):
            low = int(place)
            high = min(low + 1, n - 1)
            share = (low + 1 - place) * in_order[chosen, low]
            found[i, chosen] = share + (place - low) * in_order[chosen, high]
    shape = list(rest)
    if keepdims:
        shape = list(np.shape(x))
        for i in axes:
            shape[i] = 1
    return np.reshape(found, (*np.shape(q), *shape))


def nanquantile_tangent(x, x_dot, q, axis=None, keepdims=False, method="linear"):
    """The tangent of np.nanquantile(x, q, axis, method=method, keepdims=keepdims)."""
    return quantile_tangent(x, x_dot, q, axis, keepdims, method, np.isnan(x))
