"""Tangents of functions of arrays that are neither elementwise nor linear.

Each file has those of the rules' file of its name. Importing them registers them.
"""

from __future__ import annotations

from symdiff.rules.arrays.tangents import (
    creation,
    cumulative,
    decompositions,
    differences,
    linalg,
    norms,
    odes,
    ordering,
    reductions,
    scipy_linalg,
    special,
)

FAMILIES = (
    creation,
    cumulative,
    decompositions,
    differences,
    linalg,
    norms,
    odes,
    ordering,
    reductions,
    scipy_linalg,
    special,
)
