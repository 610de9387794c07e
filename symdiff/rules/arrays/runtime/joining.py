"""Functions that generated files bring along: taking adjoints apart that belong to several."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.arranging import added_at, places_of


def concatenated_parts(arrays, axis, dout):
    """The adjoints of arrays in np.concatenate(arrays, axis)."""
    if axis is None:
        ends = np.cumsum([np.size(a) for a in arrays])[:-1]
        parts = np.split(dout, ends)
        return [np.reshape(part, np.shape(a)) for part, a in zip(parts, arrays, strict=True)]
    return np.split(dout, np.cumsum([np.shape(a)[axis] for a in arrays])[:-1], axis)


def vstack_parts(arrays, dout):
    """The adjoints of arrays in np.vstack(arrays)."""
    parts = concatenated_parts([np.atleast_2d(a) for a in arrays], 0, dout)
    return [np.reshape(part, np.shape(a)) for part, a in zip(parts, arrays, strict=True)]


def hstack_parts(arrays, dout):
    """The adjoints of arrays in np.hstack(arrays)."""
    parts = concatenated_parts([np.atleast_1d(a) for a in arrays], min(1, np.ndim(dout) - 1), dout)
    return [np.reshape(part, np.shape(a)) for part, a in zip(parts, arrays, strict=True)]


def dstack_parts(arrays, dout):
    """The adjoints of arrays in np.dstack(arrays)."""
    parts = concatenated_parts([np.atleast_3d(a) for a in arrays], 2, dout)
    return [np.reshape(part, np.shape(a)) for part, a in zip(parts, arrays, strict=True)]


def column_stack_parts(arrays, dout):
    """The adjoints of arrays in np.column_stack(arrays)."""
    columns = [np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in arrays]
    parts = concatenated_parts(columns, 1, dout)
    return [np.reshape(part, np.shape(a)) for part, a in zip(parts, arrays, strict=True)]


def insert_adjoint(x, dout, obj, values, axis=None):
    """The adjoint of x in np.insert(x, obj, values, axis)."""
    places = np.insert(places_of(x), obj, np.full(np.shape(values), -1), axis)
    return np.reshape(dout[places >= 0], np.shape(x))


def inserted_adjoint(values, dout, x, obj, axis=None):
    """The adjoint of values in np.insert(x, obj, values, axis)."""
    own = np.reshape(np.arange(np.size(values)), np.shape(values))
    places = np.insert(np.full(np.shape(x), -1), obj, own, axis)
    return added_at(places[places >= 0], dout[places >= 0], values)


def delete_adjoint(x, dout, obj, axis=None):
    """The adjoint of x in np.delete(x, obj, axis)."""
    return added_at(np.delete(places_of(x), obj, axis), dout, x)


def block_parts(arrays, dout):
    """The adjoints of the blocks of np.block(arrays), in as many nested lists."""
    if not isinstance(arrays, list):
        return np.reshape(dout, np.shape(arrays))
    depth, inner = 1, arrays
    while isinstance(inner[0], list):
        depth, inner = depth + 1, inner[0]
    made = [np.block(a) for a in arrays]
    rank = max(np.ndim(dout), depth)
    blocks = [np.reshape(a, (1,) * (rank - np.ndim(a)) + np.shape(a)) for a in made]
    dout = np.reshape(dout, (1,) * (rank - np.ndim(dout)) + np.shape(dout))
    parts = concatenated_parts(blocks, -depth, dout)
    return [block_parts(a, part) for a, part in zip(arrays, parts, strict=True)]
