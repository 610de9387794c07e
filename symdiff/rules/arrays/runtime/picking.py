"""Functions that generated files bring along: adjoints of elements that were picked."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np


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
