"""Functions that generated files bring along: adjoints of products of arrays of any rank."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.broadcasting import unbroadcast


def matmul_adjoint_of_first(a, b, dout):
    """The adjoint of a in a @ b."""
    if np.ndim(b) == 1:
        found = np.multiply.outer(dout, b)
    elif np.ndim(a) == 1:
        found = (b @ dout[..., None])[..., 0]
    else:
        found = dout @ np.swapaxes(b, -1, -2)
    return unbroadcast(found, a)


def matmul_adjoint_of_second(a, b, dout):
    """The adjoint of b in a @ b."""
    if np.ndim(a) == 1:
        found = np.multiply.outer(a, dout) if np.ndim(b) <= 2 else a[:, None] * dout[..., None, :]
    elif np.ndim(b) == 1:
        found = (np.swapaxes(a, -1, -2) @ dout[..., None])[..., 0]
    else:
        found = np.swapaxes(a, -1, -2) @ dout
    return unbroadcast(found, b)
