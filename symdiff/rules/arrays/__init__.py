"""Derivative rules of NumPy's and SciPy's functions. Importing it registers them."""

from __future__ import annotations

from symdiff.rules.arrays import choosing, einsum, products, reductions, shaping, ufuncs

FAMILIES = (ufuncs, choosing, reductions, shaping, products, einsum)
