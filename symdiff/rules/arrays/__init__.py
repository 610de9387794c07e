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
    linalg,
    norms,
    polynomials,
    products,
    reductions,
    shaping,
    special,
    ufuncs,
)

FAMILIES = (
    ufuncs, choosing, complexes, special, bessel, creation, constants, reductions, shaping,
    products,
    einsum, linalg, decompositions, norms, polynomials, fft,
)  # fmt: skip
