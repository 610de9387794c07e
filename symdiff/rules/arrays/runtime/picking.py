"""Functions that generated files bring along: adjoints of elements that were picked."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.arranging import added_at, places_of


def diagonal_adjoint(x, dout, offset=0, axis1=0, axis2=1):
    """The adjoint of x in np.diagonal(x, offset, axis1, axis2)."""
    found = np.zeros(np.shape(x), np.result_type(dout, float))
    moved = np.moveaxis(found, (axis1, axis2), (-2, -1))
    i = np.arange(np.shape(dout)[-1])
    moved[..., i + max(-offset, 0), i + max(offset, 0)] = dout
    return found


def diag_adjoint(x, dout, k=0):
    """The adjoint of x in np.diag(x, k)."""
    return np.diag(dout, k) if np.ndim(x) == 1 else diagonal_adjoint(x, dout, k)


def trace_adjoint(x, dout, offset=0, axis1=0, axis2=1):
    """The adjoint of x in np.trace(x, offset, axis1, axis2)."""
    length = np.diagonal(x, offset, axis1, axis2).shape[-1]
    repeated = np.broadcast_to(np.expand_dims(dout, -1), (*np.shape(dout), length))
    return diagonal_adjoint(x, repeated, offset, axis1, axis2)


def take_adjoint(x, dout, indices, axis=None, mode="raise"):
    """The adjoint of x in np.take(x, indices, axis, mode=mode)."""
    return added_at(np.take(places_of(x), indices, axis, mode=mode), dout, x)


def take_along_axis_adjoint(x, dout, indices, axis=-1):
    """The adjoint of x in np.take_along_axis(x, indices, axis)."""
    return added_at(np.take_along_axis(places_of(x), indices, axis), dout, x)


def compress_adjoint(x, dout, condition, axis=None):
    """The adjoint of x in np.compress(condition, x, axis)."""
    return added_at(np.compress(condition, places_of(x), axis), dout, x)


def extract_adjoint(x, dout, condition):
    """The adjoint of x in np.extract(condition, x)."""
    return added_at(np.extract(condition, places_of(x)), dout, x)
