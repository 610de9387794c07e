"""Rules of matrix decompositions, against differences."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from rules.arrays.harness import check
from rules.arrays.samples import both, normal, numbers, positive, regular

SHAPES = [(1, 1), (3, 3), (2, 3, 3), (0, 0)]


@both
@numbers
@pytest.mark.parametrize("shape", SHAPES)
def test_cholesky_reads_one_triangle(shape, complex_, ranks_known):
    a = positive(*shape, complex_=complex_) + np.triu(normal(*shape), 1)
    check("numpy.linalg.cholesky", a, ranks_known=ranks_known)
    a = positive(*shape, complex_=complex_) + np.tril(normal(*shape), -1)
    check("numpy.linalg.cholesky", a, upper=True, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("triangle", ["L", "U"])
def test_eigh_reads_one_triangle(shape, triangle, ranks_known):
    a = positive(*shape) + 0.3 * normal(*shape) + 2
    check("numpy.linalg.eigh", a, triangle, ranks_known=ranks_known)
    for complex_ in (False, True):
        a = positive(*shape, complex_=complex_) + normal(*shape)
        check("numpy.linalg.eigvalsh", a, triangle, ranks_known=ranks_known)


@both
@numbers
@pytest.mark.parametrize("shape", SHAPES[:3])
def test_eig(shape, complex_, ranks_known):
    a = regular(*shape, complex_=complex_) + 3.0 * np.diag(range(shape[-1]))
    check("numpy.linalg.eig", a, ranks_known=ranks_known)
    check("numpy.linalg.eigvals", a, ranks_known=ranks_known)


@both
def test_complex_eigenvalues_of_real_matrices(ranks_known):
    a = np.array([[1.0, 2.0, 0.1], [-2.0, 0.7, 0.3], [0.3, 0.2, 3.0]])
    check("numpy.linalg.eig", a, ranks_known=ranks_known)
    check("numpy.linalg.eigvals", a, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 3, 3), (2, 4, 3), (3, 4), (0, 2)])
def test_svd(shape, full, ranks_known):
    a = normal(*shape)
    if shape[-1] in (shape[-2], 0) or not full:
        check("numpy.linalg.svd", a, full, ranks_known=ranks_known)
    for complex_ in (False, True):
        a = normal(*shape, complex_=complex_)
        check("numpy.linalg.svd", a, full, compute_uv=False, ranks_known=ranks_known)
        check("numpy.linalg.svdvals", a, ranks_known=ranks_known)


@both
@numbers
def test_svd_of_hermitian_matrices(complex_, ranks_known):
    a = positive(3, 3, complex_=complex_) - 4 * np.diag([0.0, 1.0, 2.0]) + normal(3, 3)
    check("numpy.linalg.svd", a, compute_uv=False, hermitian=True, ranks_known=ranks_known)


@both
@numbers
@pytest.mark.parametrize("mode", ["reduced", "r", "complete"])
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 3, 3), (4, 2), (2, 4), (2, 2, 5)])
def test_qr(shape, mode, complex_, ranks_known):
    if mode == "complete" and shape[-2] > shape[-1]:
        return
    a = normal(*shape, complex_=complex_) + 3 * np.eye(*shape[-2:])
    check("numpy.linalg.qr", a, mode, ranks_known=ranks_known)


def of_values(a):
    u, s, vh = np.linalg.svd(a, hermitian=True)
    return np.sum(s**2)


def test_vectors_without_a_rule_may_stay_unread():
    a = positive(3, 3)
    _, slope = symdiff.jvp(of_values, (a,), (a,))
    np.testing.assert_allclose(slope, 2 * np.sum(a**2))
