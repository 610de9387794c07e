"""Functions that generated files bring along: tangents of functions of scipy.linalg."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np
import scipy.linalg

from symdiff.rules.arrays.runtime.linalg import conjugate_transpose
from symdiff.rules.arrays.runtime.matrix_tangents import cholesky_tangent, upper_cholesky_tangent
from symdiff.rules.arrays.runtime.scipy_linalg import (
    as_columns,
    in_corner,
    lu_parts,
    permuted,
    stays_real,
    triangle_of,
)


def solve_triangular_tangent(out, a, b, a_dot, b_dot, trans, lower, unit):
    """The tangent of out = scipy.linalg.solve_triangular(a, b, trans, lower, unit); None stands for
    tangents that are zero."""
    x = as_columns(out, b)
    change = np.zeros_like(x)
    if a_dot is not None:
        part = triangle_of(a_dot, lower, unit)
        if trans:
            part = np.swapaxes(part, -1, -2)
        change = change - (np.conj(part) if trans == 2 else part) @ x
    if b_dot is not None:
        change = change + as_columns(b_dot, b)
    found = scipy.linalg.solve_triangular(a, change, trans=trans, lower=lower, unit_diagonal=unit)
    return found[..., 0] if np.ndim(b) == 1 else found


def banded_product(x, l_and_u, ab):
    """The product of a matrix, given by its bands as for scipy.linalg.solve_banded, and x."""
    below, above = l_and_u
    n = np.shape(ab)[1]
    columns = np.reshape(x, (n, -1))
    found = np.zeros(np.shape(columns), np.result_type(ab, x))
    for k in range(-below, above + 1):
        start, stop = max(-k, 0), n - max(k, 0)
        band = ab[above - k, start + k : stop + k]
        found[start:stop] += band[:, None] * columns[start + k : stop + k]
    return np.reshape(found, np.shape(x))


def cho_factor_tangent(c, lower, a_dot):
    """The tangent of c in c, lower = scipy.linalg.cho_factor(a, lower), which leaves the other
    triangle of a in c."""
    factor, other = triangle_of(c, lower), triangle_of(a_dot, not lower, True)
    if lower:
        return cholesky_tangent(factor, a_dot) + other
    return upper_cholesky_tangent(factor, a_dot) + other


def cho_product_tangent(x, c, lower, c_dot):
    """The tangent of the product of a and x, where c is the factor of a and x does not change."""
    factor, factor_dot = triangle_of(c, lower), triangle_of(c_dot, lower)
    if not lower:
        factor, factor_dot = conjugate_transpose(factor), conjugate_transpose(factor_dot)
    first = factor_dot @ (conjugate_transpose(factor) @ x)
    return first + factor @ (conjugate_transpose(factor_dot) @ x)


def lu_factor_tangent(lu, pivots, a_dot):
    """The tangent of lu in lu, pivots = scipy.linalg.lu_factor(a)."""
    lower, upper = lu_parts(lu)
    inner = scipy.linalg.solve_triangular(lower, permuted(pivots, a_dot), lower=True)
    inner = scipy.linalg.solve_triangular(upper, inner.T, trans=1).T
    return lower @ np.tril(inner, -1) + np.triu(inner) @ upper


def lu_product_tangent(x, lu, pivots, trans, lu_dot):
    """The tangent of the product of a, or of its transpose, and x, where lu is the factorization
    of a and x does not change."""
    lower, upper = lu_parts(lu)
    a_dot = np.tril(lu_dot, -1) @ upper + lower @ np.triu(lu_dot)
    if trans:
        return a_dot.T @ permuted(pivots, x)
    return permuted(pivots, a_dot @ x, back=True)


def expm_tangent(out, a, a_dot):
    """The tangent of out = scipy.linalg.expm(a)."""
    return in_corner(scipy.linalg.expm, a, a_dot)


def logm_tangent(out, a, a_dot):
    """The tangent of out = scipy.linalg.logm(a)."""
    stays_real("the logarithm", a, out)
    return in_corner(scipy.linalg.logm, a, a_dot)


def sqrtm_tangent(out, a, a_dot):
    """The tangent of out = scipy.linalg.sqrtm(a)."""
    stays_real("the square root", a, out)
    return scipy.linalg.solve_sylvester(out, out, a_dot)
