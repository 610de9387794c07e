"""Functions that generated files bring along: adjoints of choices among arrays."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.broadcasting import unbroadcast


def choose_adjoint(a, choices, dout, mode):
    """The adjoint of choices in np.choose(a, choices, mode=mode)."""
    adjoint = np.zeros_like(choices, dtype=np.result_type(choices, dout))
    for i in range(len(choices)):
        taken = np.choose(a, [float(i == j) for j in range(len(choices))], mode=mode)
        adjoint[i] = unbroadcast(taken * dout, choices[i])
    return adjoint


def unique_adjoint(ar, dout):
    """The adjoint of ar in np.unique(ar): elements that are equal share that of their value."""
    _, inverse, counts = np.unique(ar, return_inverse=True, return_counts=True)
    return np.reshape((dout / counts)[inverse], np.shape(ar))


def unique_tangent(out, ar, ar_dot):
    """The tangent of out = np.unique(ar): the mean of those of the elements that are equal."""
    _, inverse, counts = np.unique(ar, return_inverse=True, return_counts=True)
    return np.bincount(np.ravel(inverse), np.ravel(ar_dot)) / counts
