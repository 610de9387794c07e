"""Functions that generated files bring along: adjoints of functions of scipy.linalg."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np
import scipy.linalg

from symdiff.rules.arrays.runtime.broadcasting import unbroadcast
from symdiff.rules.arrays.runtime.decompositions import cholesky_adjoint, upper_cholesky_adjoint


def as_columns(a, b):
    """A right-hand side, or what has its shape, as a matrix: `a` where `b` is a vector."""
    return a[..., None] if np.ndim(b) == 1 else a


def triangle_of(a, lower, unit=False):
    """The triangle that is read of a matrix; without its diagonal if that counts as ones."""
    return np.tril(a, -1 if unit else 0) if lower else np.triu(a, 1 if unit else 0)


def solve_triangular_transposed(a, b, dout, trans, lower, unit):
    """The adjoint of b in scipy.linalg.solve_triangular(a, b, trans), as a matrix, before
    broadcasting is undone."""
    g = as_columns(dout, b)
    if trans == 2:
        g = np.conj(g)
    found = scipy.linalg.solve_triangular(
        a, g, trans=0 if trans else 1, lower=lower, unit_diagonal=unit
    )
    return np.conj(found) if trans == 2 else found


def solve_triangular_adjoint_of_first(a, b, ans, dout, trans, lower, unit):
    """The adjoint of a in scipy.linalg.solve_triangular(a, b, trans, lower, unit)."""
    found = solve_triangular_transposed(a, b, dout, trans, lower, unit)
    found = -found @ np.swapaxes(as_columns(ans, b), -1, -2)
    if trans:
        found = np.swapaxes(found, -1, -2)
    return unbroadcast(triangle_of(np.conj(found) if trans == 2 else found, lower, unit), a)


def solve_triangular_adjoint_of_second(a, b, ans, dout, trans, lower, unit):
    """The adjoint of b in scipy.linalg.solve_triangular(a, b, trans, lower, unit)."""
    found = solve_triangular_transposed(a, b, dout, trans, lower, unit)
    return unbroadcast(found[..., 0] if np.ndim(b) == 1 else found, b)


def solve_banded_adjoint_of_second(l_and_u, ab, dout):
    """The adjoint of b in scipy.linalg.solve_banded(l_and_u, ab, b): the solution with the bands
    of the transposed matrix."""
    below, above = l_and_u
    transposed = np.zeros_like(ab)
    for k in range(-below, above + 1):
        band = ab[above - k, max(k, 0) : np.shape(ab)[1] + min(k, 0)]
        transposed[below + k, max(-k, 0) : np.shape(ab)[1] + min(-k, 0)] = band
    return scipy.linalg.solve_banded((above, below), transposed, dout)


def solve_banded_adjoint_of_first(l_and_u, ab, ans, dout):
    """The adjoint of ab in scipy.linalg.solve_banded(l_and_u, ab, b)."""
    below, above = l_and_u
    n = np.shape(ab)[1]
    db = np.reshape(solve_banded_adjoint_of_second(l_and_u, ab, dout), (n, -1))
    x = np.reshape(ans, (n, -1))
    made = np.zeros(np.shape(ab), np.result_type(db, x))
    for k in range(-below, above + 1):
        rows, columns = slice(max(-k, 0), n - max(k, 0)), slice(max(k, 0), n - max(-k, 0))
        made[above - k, columns] = -np.sum(db[rows] * x[columns], axis=1)
    return made


def cho_factor_adjoint(c, lower, dout):
    """The adjoint of a in c, lower = scipy.linalg.cho_factor(a, lower), which leaves the other
    triangle of a in c."""
    factor = triangle_of(c, lower)
    adjoint = cholesky_adjoint if lower else upper_cholesky_adjoint
    return adjoint(factor, triangle_of(dout, lower)) + triangle_of(dout, not lower, True)


def cho_solve_transposed(c, lower, b, dout):
    """The adjoint of b in scipy.linalg.cho_solve((c, lower), b), as a matrix."""
    return np.conj(scipy.linalg.cho_solve((c, lower), np.conj(as_columns(dout, b))))


def cho_solve_adjoint_of_second(c, lower, b, dout):
    """The adjoint of b in scipy.linalg.cho_solve((c, lower), b)."""
    found = cho_solve_transposed(c, lower, b, dout)
    return unbroadcast(found[..., 0] if np.ndim(b) == 1 else found, b)


def cho_solve_adjoint_of_factor(c, lower, b, ans, dout):
    """The adjoint of c in scipy.linalg.cho_solve((c, lower), b)."""
    found = -cho_solve_transposed(c, lower, b, dout) @ np.swapaxes(as_columns(ans, b), -1, -2)
    both = np.conj(found) + np.swapaxes(found, -1, -2)
    factor = triangle_of(c, lower)
    found = both @ factor if lower else factor @ both
    return unbroadcast(np.conj(triangle_of(found, lower)), c)


def permuted(pivots, a, back=False):
    """The rows of a exchanged as LU decomposition does, one after the other; or back again."""
    order = np.arange(len(pivots))
    for i in range(len(pivots)):
        order[[i, pivots[i]]] = order[[pivots[i], i]]
    return a[np.argsort(order)] if back else a[order]


def lu_parts(lu):
    """The two factors that scipy.linalg.lu_factor gives as one matrix."""
    return np.tril(lu, -1) + np.eye(len(lu)), np.triu(lu)


def lu_factor_adjoint(lu, pivots, dout):
    """The adjoint of a in lu, pivots = scipy.linalg.lu_factor(a)."""
    lower, upper = lu_parts(lu)
    inner = np.tril(lower.T @ np.tril(dout, -1), -1) + np.triu(np.triu(dout) @ upper.T)
    found = scipy.linalg.solve_triangular(lower, inner, trans=1, lower=True)
    found = scipy.linalg.solve_triangular(upper, found.T).T
    return permuted(pivots, found, back=True)


def lu_solve_adjoint_of_second(lu, pivots, b, trans, dout):
    """The adjoint of b in scipy.linalg.lu_solve((lu, pivots), b, trans)."""
    return scipy.linalg.lu_solve((lu, pivots), dout, trans=1 - trans)


def lu_solve_adjoint_of_factor(lu, pivots, b, trans, ans, dout):
    """The adjoint of lu in scipy.linalg.lu_solve((lu, pivots), b, trans)."""
    lower, upper = lu_parts(lu)
    db = np.reshape(lu_solve_adjoint_of_second(lu, pivots, b, trans, dout), (len(lu), -1))
    x = np.reshape(ans, (len(lu), -1))
    found = -x @ db.T if trans else -db @ x.T
    found = permuted(pivots, found)
    return np.tril(found @ upper.T, -1) + np.triu(lower.T @ found)


def in_corner(function, a, direction):
    """The derivative of a function of matrices at a along a direction: the corner of its value at
    a block matrix (Higham 2008, Functions of Matrices, theorem 3.6)."""
    size = np.shape(a)[-1]
    blocks = np.block([[a, direction], [np.zeros_like(a), a]])
    return function(blocks)[..., :size, size:]


def stays_real(function, a, ans):
    """Raise ValueError where a function of a real matrix is complex."""
    if np.iscomplexobj(ans) and not np.iscomplexobj(a):
        raise ValueError(f"{function} of this real matrix is complex: give it a complex one")


def expm_second(a, first, second):
    """The second derivative of scipy.linalg.expm at a along two directions."""
    size, zero = len(a), np.zeros_like(a)
    blocks = np.block([[a, first], [zero, a]])
    along = np.block([[second, zero], [zero, second]])
    return scipy.linalg.expm_frechet(blocks, along, compute_expm=False)[:size, size:]


def expm_adjoint(a, dout):
    """The adjoint of a in scipy.linalg.expm(a)."""
    return in_corner(scipy.linalg.expm, np.swapaxes(a, -1, -2), dout)


def logm_adjoint(a, ans, dout):
    """The adjoint of a in scipy.linalg.logm(a)."""
    stays_real("the logarithm", a, ans)
    return in_corner(scipy.linalg.logm, np.swapaxes(a, -1, -2), dout)


def sqrtm_adjoint(a, ans, dout):
    """The adjoint of a in scipy.linalg.sqrtm(a)."""
    stays_real("the square root", a, ans)
    t = np.swapaxes(ans, -1, -2)
    return scipy.linalg.solve_sylvester(t, t, dout)


def toeplitz_adjoint_of_column(c, dout):
    """The adjoint of c in scipy.linalg.toeplitz(c, r)."""
    sums = [np.trace(dout, -k) for k in range(np.shape(dout)[0])]
    return np.reshape(np.array(sums, np.result_type(dout)), np.shape(c))


def toeplitz_adjoint_of_row(r, dout):
    """The adjoint of r in scipy.linalg.toeplitz(c, r), which does not read r[0]."""
    sums = [np.trace(dout, k) if k else 0 for k in range(np.shape(dout)[1])]
    return np.reshape(np.array(sums, np.result_type(dout)), np.shape(r))


def toeplitz_adjoint(c, dout):
    """The adjoint of c in scipy.linalg.toeplitz(c), the first row of which is its conjugate."""
    row = toeplitz_adjoint_of_row(c, dout)
    return toeplitz_adjoint_of_column(c, dout) + np.conj(row)
