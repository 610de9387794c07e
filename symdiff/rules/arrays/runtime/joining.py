"""Functions that generated files bring along: taking adjoints apart that belong to several."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np


def concatenated_parts(arrays, axis, dout):
    """The adjoints of arrays in np.concatenate(arrays, axis)."""
    if axis is None:
        ends = np.cumsum([np.size(a) for a in arrays])[:-1]
        parts = np.split(dout, ends)
        return [np.reshape(part, np.shape(a)) for part, a in zip(parts, arrays, strict=True)]
    return np.split(dout, np.cumsum([np.shape(a)[axis] for a in arrays])[:-1], axis)


def stacked_parts(axis, dout):
    """The adjoints of arrays in np.stack(arrays, axis)."""
    return list(np.moveaxis(dout, axis, 0))
