"""Functions of scipy.linalg that follow from others."""

# mypy: ignore-errors
from __future__ import annotations

import numpy as np


def block_diag(*arrs):
    blocks = [np.atleast_2d(a) for a in arrs]
    whole = np.zeros((sum(np.shape(a)[0] for a in blocks), sum(np.shape(a)[1] for a in blocks)))
    row, column = 0, 0
    for a in blocks:
        height, width = np.shape(a)
        whole[row : row + height, column : column + width] = a
        row, column = row + height, column + width
    return whole


def circulant(c):
    c = np.asarray(c)
    n = np.arange(np.shape(c)[-1])
    return c[..., (n[:, None] - n) % np.shape(c)[-1]]


def hankel(c, r=None):
    c = np.ravel(c)
    r = np.zeros_like(c) if r is None else np.ravel(r)
    both = np.concatenate((c, r[1:]))
    return both[np.arange(len(c))[:, None] + np.arange(len(r))]
