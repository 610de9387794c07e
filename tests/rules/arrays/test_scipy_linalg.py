"""Rules of scipy.linalg, against differences."""

from __future__ import annotations

import numpy as np
import pytest
import scipy

import symdiff
from rules.arrays.harness import check, only_asked
from rules.arrays.samples import both, normal, numbers, positive, regular

booleans = pytest.mark.parametrize("lower", [False, True])


@both
@numbers
def test_determinants_inverses_and_norms(complex_, ranks_known):
    a = regular(3, 3, complex_=complex_)
    for name in ("det", "inv", "pinv", "norm", "svdvals"):
        check(f"scipy.linalg.{name}", a, ranks_known=ranks_known)
    check("scipy.linalg.inv", regular(2, 3, 3), ranks_known=ranks_known)
    check("scipy.linalg.norm", normal(3, 4), 1, axis=0, ranks_known=ranks_known)
    check("scipy.linalg.svd", normal(4, 3), False, ranks_known=ranks_known)
    check("scipy.linalg.svd", normal(4, 3), compute_uv=False, ranks_known=ranks_known)


@both
@numbers
def test_solve(complex_, ranks_known):
    a = regular(3, 3, complex_=complex_)
    for b in (normal(3), normal(3, 2, complex_=complex_)):
        check("scipy.linalg.solve", a, b, ranks_known=ranks_known)
        check("scipy.linalg.solve", a, b, assume_a="gen", ranks_known=ranks_known)
        if not complex_:
            check("scipy.linalg.solve", a, b, transposed=True, ranks_known=ranks_known)
    check(
        "scipy.linalg.solve",
        regular(2, 2, 2) + 2 * np.eye(2),
        normal(2, 2, 2),
        ranks_known=ranks_known,
    )


@numbers
@booleans
@pytest.mark.parametrize("kind", ["sym", "her", "pos"])
def test_solve_with_one_triangle(kind, lower, complex_):
    if kind == "sym" and complex_:
        return
    a = positive(3, 3, complex_=complex_) + normal(3, 3)
    for b in (normal(3), normal(3, 2, complex_=complex_)):
        check("scipy.linalg.solve", a, b, lower=lower, assume_a=kind)


@both
@numbers
@booleans
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("trans", [0, 1, 2, "N", "T", "C"])
def test_solve_triangular(trans, unit, lower, complex_, ranks_known):
    more = {"trans": trans, "unit_diagonal": unit, "lower": lower, "ranks_known": ranks_known}
    a = regular(3, 3, complex_=complex_)
    for b in (normal(3), normal(3, 2, complex_=complex_)):
        check("scipy.linalg.solve_triangular", a, b, **more)


@both
def test_solve_triangular_of_stacks(ranks_known):
    a = regular(2, 2, 2)
    for b in (normal(2, 2, 1), normal(2), normal(2, 3)):
        check("scipy.linalg.solve_triangular", a, b, lower=True, ranks_known=ranks_known)


@both
@numbers
@pytest.mark.parametrize("bands", [(1, 1), (0, 2), (2, 1), (0, 0)])
def test_solve_banded(bands, complex_, ranks_known):
    ab = normal(sum(bands) + 1, 5, complex_=complex_)
    ab[bands[1]] += 5
    check("scipy.linalg.solve_banded", bands, ab, normal(5), ranks_known=ranks_known)
    check("scipy.linalg.solve_banded", bands, ab, normal(5, 2), ranks_known=ranks_known)


@both
@numbers
def test_solve_sylvester(complex_, ranks_known):
    a, b = regular(3, 3, complex_=complex_), regular(2, 2, complex_=complex_)
    check("scipy.linalg.solve_sylvester", a, b, normal(3, 2), ranks_known=ranks_known)
    q = normal(3, 2, complex_=complex_)
    check("scipy.linalg.solve_sylvester", regular(3, 3), np.diag([1.0, 2.0]), q)


@both
def test_solve_continuous_lyapunov(ranks_known):
    a, q = regular(3, 3), normal(3, 3)
    check("scipy.linalg.solve_continuous_lyapunov", a, q, ranks_known=ranks_known)


def through_its_factor(a, b):
    return np.sum(scipy.linalg.cho_solve(scipy.linalg.cho_factor(a), b) ** 2)


def test_cho_factor():
    """Its other triangle is not specified: what is made of the factor is compared."""
    if only_asked("scipy.linalg.cho_factor"):
        return
    a, b = positive(3, 3), normal(3)
    by_a, by_b = symdiff.grad(through_its_factor, argnums=(0, 1))(a, b)
    solved = np.linalg.solve(a, b)
    again = 2 * np.linalg.solve(a, solved)
    np.testing.assert_allclose(by_b, again, rtol=1e-9)
    symmetric = (by_a + by_a.T) / 2
    wanted = -np.outer(again, solved)
    np.testing.assert_allclose(symmetric, (wanted + wanted.T) / 2, rtol=1e-9)


@both
@numbers
@booleans
def test_cholesky(lower, complex_, ranks_known):
    a = positive(3, 3, complex_=complex_) + normal(3, 3)
    check("scipy.linalg.cholesky", a, lower=lower, ranks_known=ranks_known)
    c = regular(3, 3, complex_=complex_)
    for b in (normal(3), normal(3, 2, complex_=complex_)):
        check("scipy.linalg.cho_solve", (c, lower), b, ranks_known=ranks_known)


@both
def test_lu(ranks_known):
    a = normal(4, 4)
    check("scipy.linalg.lu_factor", a, ranks_known=ranks_known)
    lu, pivots = normal(4, 4) + 3 * np.eye(4), np.array([2, 1, 3, 3])
    for trans in (0, 1):
        for b in (normal(4), normal(4, 2)):
            check("scipy.linalg.lu_solve", (lu, pivots), b, trans, ranks_known=ranks_known)


@both
@booleans
def test_eigenvalues(lower, ranks_known):
    a = np.array([[1.0, 0.5], [0.7, 3.0]])
    check("scipy.linalg.eigh", a, lower=lower, ranks_known=ranks_known)
    a = positive(3, 3) + normal(3, 3)
    check("scipy.linalg.eigh", a, lower=lower, eigvals_only=True, ranks_known=ranks_known)
    check("scipy.linalg.eigvalsh", a, lower=lower, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)])
def test_qr(shape, ranks_known):
    a = normal(*shape) + 3 * np.eye(*shape)
    check("scipy.linalg.qr", a, mode="economic", ranks_known=ranks_known)
    check("scipy.linalg.qr", a, mode="r", ranks_known=ranks_known)


@both
@numbers
def test_functions_of_matrices(complex_, ranks_known):
    a = regular(3, 3, complex_=complex_)
    check("scipy.linalg.expm", a, ranks_known=ranks_known)
    check("scipy.linalg.expm", regular(2, 2, 2, complex_=complex_), ranks_known=ranks_known)
    along = normal(3, 3, complex_=complex_)
    check("scipy.linalg.expm_frechet", a, along, compute_expm=False, ranks_known=ranks_known)
    check("scipy.linalg.logm", a, ranks_known=ranks_known)
    check("scipy.linalg.sqrtm", a, ranks_known=ranks_known)


@both
@numbers
def test_toeplitz(complex_, ranks_known):
    c, r = normal(3, complex_=complex_), normal(4, complex_=complex_)
    check("scipy.linalg.toeplitz", c, ranks_known=ranks_known)
    check("scipy.linalg.toeplitz", c, r, ranks_known=ranks_known)
