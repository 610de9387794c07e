"""Derivative rules of NumPy's and SciPy's functions. Importing it registers them."""

from __future__ import annotations

from symdiff.rules.arrays import (
    bessel,
    choosing,
    complexes,
    constants,
    creation,
    decompositions,
    einsum,
    fft,
    joining,
    linalg,
    norms,
    ordering,
    picking,
    polynomials,
    products,
    reductions,
    shaping,
    special,
    ufuncs,
)

FAMILIES = (
    ufuncs,
    choosing,
    bessel,
    complexes,
    constants,
    creation,
    decompositions,
    einsum,
    fft,
    joining,
    linalg,
    norms,
    ordering,
    picking,
    polynomials,
    products,
    reductions,
    shaping,
    special,
)
