"""Derivative rules of NumPy's and SciPy's functions. Importing it registers them."""

from __future__ import annotations

from symdiff.rules.arrays import (
    choosing,
    complexes,
    constants,
    creation,
    einsum,
    products,
    reductions,
    shaping,
    special,
    ufuncs,
)

FAMILIES = (
    ufuncs, choosing, complexes, special, creation, constants, reductions, shaping, products,
    einsum,
)  # fmt: skip
