"""Functions of numpy.linalg that go by other names elsewhere."""

# mypy: ignore-errors
from __future__ import annotations

import numpy as np


def trace(x, *, offset=0):
    return np.trace(x, offset, -2, -1)


def diagonal(x, *, offset=0):
    return np.diagonal(x, offset, -2, -1)
