"""Functions that generated files bring along: undoing broadcasting."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np


def unbroadcast(adjoint, x):
    """The adjoint of x from that of what x was broadcast to: the sum over the axes added."""
    shape = np.shape(x)
    if np.shape(adjoint) == shape:
        return adjoint
    if np.ndim(adjoint) > len(shape):
        adjoint = np.sum(adjoint, axis=tuple(range(np.ndim(adjoint) - len(shape))))
    ones = tuple(i for i, n in enumerate(shape) if n == 1 != adjoint.shape[i])
    return np.sum(adjoint, axis=ones, keepdims=True) if ones else adjoint


def unbroadcast_to(adjoint, shape):
    """The same, of an array of this shape."""
    if np.shape(adjoint) == shape:
        return adjoint
    if np.ndim(adjoint) > len(shape):
        adjoint = np.sum(adjoint, axis=tuple(range(np.ndim(adjoint) - len(shape))))
    ones = tuple(i for i, n in enumerate(shape) if n == 1 != adjoint.shape[i])
    return np.sum(adjoint, axis=ones, keepdims=True) if ones else adjoint


def unbroadcast_within(adjoint, x, start):
    """The same where the axes that x lacks stand at `start` instead of in front."""
    added = tuple(range(start, start + np.ndim(adjoint) - np.ndim(x)))
    return unbroadcast(np.sum(adjoint, axis=added), x)


def adjoint_of_stored(dout, index):
    """The adjoint of what was stored at an index that may name a place twice: only what was stored
    there last has one."""
    found = dout[index]
    order = np.arange(np.size(found)).reshape(np.shape(found))
    last = np.empty(np.shape(dout), dtype=int)
    last[index] = order
    return np.where(last[index] == order, found, 0.0)
