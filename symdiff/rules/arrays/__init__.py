"""Derivative rules of NumPy's and SciPy's functions. Importing it registers them."""

from __future__ import annotations

from symdiff.rules.arrays import (
    arranging,
    bessel,
    chains,
    choosing,
    complexes,
    constants,
    creation,
    cumulative,
    decompositions,
    differences,
    einsum,
    fft,
    joining,
    linalg,
    nan_reductions,
    norms,
    odes,
    ordering,
    picking,
    polynomials,
    products,
    quadrature,
    reductions,
    scipy_linalg,
    shaping,
    signal,
    special,
    spelled,
    splitting,
    ufuncs,
)

FAMILIES = (
    ufuncs,
    choosing,
    arranging,
    bessel,
    chains,
    complexes,
    constants,
    creation,
    cumulative,
    decompositions,
    differences,
    einsum,
    fft,
    joining,
    linalg,
    nan_reductions,
    norms,
    odes,
    ordering,
    picking,
    polynomials,
    products,
    quadrature,
    reductions,
    scipy_linalg,
    shaping,
    signal,
    special,
    spelled,
    splitting,
)

# They need the rules above.
from symdiff.rules.arrays import tangents  # noqa: E402

__all__ = ["FAMILIES", "tangents"]
