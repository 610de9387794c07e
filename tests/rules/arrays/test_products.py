"""Rules of products, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import check
from rules.arrays.samples import both, normal


@both
@pytest.mark.parametrize(
    "a, b",
    [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)),
     ((5, 2, 3), (5, 3, 4)), ((2, 3), (5, 3, 4)), ((1, 2, 3), (5, 3, 4)), ((3,), (5, 3, 4)),
     ((5, 2, 3), (3,)), ((6, 1, 2, 3), (5, 3, 4)), ((5, 0, 3), (3, 4)), ((6, 5, 2, 3), (3, 4)),
     ((3,), (6, 5, 3, 4)), ((6, 5, 2, 3), (3,)), ((2, 3), (6, 5, 3, 4)), ((1, 1), (1, 1))],
)  # fmt: skip
def test_matmul(a, b, ranks_known):
    check("numpy.matmul", normal(*a), normal(*b), ranks_known=ranks_known)


@both
@pytest.mark.parametrize("function", ["numpy.matmul", "numpy.dot", "numpy.inner", "numpy.vdot"])
def test_products_of_complex_numbers(function, ranks_known):
    for one, other in ((True, True), (True, False), (False, True)):
        a, b = normal(3, 3, complex_=one), normal(3, 3, complex_=other)
        check(function, a, b, ranks_known=ranks_known)
        check(function, a[0], b[0], ranks_known=ranks_known)


@both
@pytest.mark.parametrize(
    "a, b",
    [((), ()), ((), (3,)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)),
     ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (3,)), ((2, 3), (5, 3, 4)),
     ((5, 2, 3), (6, 4, 3, 7)), ((3,), (2, 3, 4)), ((0, 3), (3, 2))],
)  # fmt: skip
def test_dot(a, b, ranks_known):
    check("numpy.dot", normal(*a), normal(*b), ranks_known=ranks_known)


@both
@pytest.mark.parametrize(
    "a, b",
    [((), ()), ((), (3,)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3,)), ((3,), (4, 3)),
     ((2, 3), (4, 3)), ((5, 2, 3), (4, 3)), ((5, 2, 3), (3,)), ((2, 3), (5, 4, 3))],
)  # fmt: skip
def test_inner(a, b, ranks_known):
    check("numpy.inner", normal(*a), normal(*b), ranks_known=ranks_known)


@both
@pytest.mark.parametrize(
    "a, b", [((3,), (4,)), ((2, 3), (4,)), ((), (3,)), ((2,), ()), ((0,), (2,))]
)
def test_outer(a, b, ranks_known):
    check("numpy.outer", normal(*a), normal(*b), ranks_known=ranks_known)
    check("numpy.outer", normal(*a, complex_=True), normal(*b), ranks_known=ranks_known)


@both
def test_vdot_flattens(ranks_known):
    check("numpy.vdot", normal(2, 3), normal(3, 2), ranks_known=ranks_known)
    check("numpy.vdot", normal(6), normal(3, 2, complex_=True), ranks_known=ranks_known)


@both
@pytest.mark.parametrize("complex_", [False, True])
def test_products_of_stacks_of_vectors(ranks_known, complex_):
    a, b = normal(4, 1, 3, complex_=complex_), normal(2, 3, complex_=complex_)
    check("numpy.vecdot", a, b, ranks_known=ranks_known)
    check("numpy.vecdot", a[0, 0], b[0], ranks_known=ranks_known)
    check("numpy.vecdot", a.T, a.T + 1, axis=0, ranks_known=True)
    check("numpy.vecdot", normal(3, 2), normal(4, 3, 2), axis=-2, ranks_known=ranks_known)
    check("numpy.linalg.vecdot", a, b, axis=-1, ranks_known=ranks_known)
    m = normal(2, 5, 3, complex_=complex_)
    check("numpy.matvec", m, a, ranks_known=ranks_known)
    check("numpy.matvec", m[0], b[0], ranks_known=ranks_known)
    check("numpy.vecmat", normal(4, 1, 5, complex_=complex_), m, ranks_known=ranks_known)
    check("numpy.vecmat", normal(5), m[0], ranks_known=ranks_known)


@both
@pytest.mark.parametrize(
    "a, b, axes",
    [((2, 3), (3, 4), 1), ((2, 3, 4), (3, 4, 5), 2), ((2, 3), (4,), 0), ((3,), (3,), 1),
     ((2, 3, 4), (4, 3, 5), ([1, 2], [1, 0])), ((2, 3, 4), (5, 2), (0, 1)),
     ((2, 3, 4), (4, 2, 5, 3), ((2, 0, 1), (0, 1, 3))), ((2, 3), (3, 2), ((-1, -2), (0, 1))),
     ((2, 3, 4, 5), (6, 5, 3), ([3, 1], [1, 2])), ((2, 3), (2, 3), 0), ((2,), (2, 3), (0, 0))],
)  # fmt: skip
def test_tensordot(a, b, axes, ranks_known):
    check("numpy.tensordot", normal(*a), normal(*b), axes=axes, ranks_known=ranks_known)


@both
@pytest.mark.parametrize(
    "a, b",
    [
        ((2,), (3,)),
        ((2, 3), (4, 2)),
        ((2,), (3, 2)),
        ((3, 2), (2,)),
        ((2, 1, 2), (3, 2)),
        ((), (2,)),
    ],
)
def test_kron(a, b, ranks_known):
    check("numpy.kron", normal(*a), normal(*b), ranks_known=ranks_known)
    check("numpy.kron", normal(*a, complex_=True), normal(*b), ranks_known=ranks_known)


@both
def test_cross(ranks_known):
    for a, b in (
        ((3,), (3,)),
        ((4, 3), (4, 3)),
        ((4, 3), (3,)),
        ((1, 3), (4, 3)),
        ((3,), (2, 4, 3)),
    ):
        check("numpy.cross", normal(*a), normal(*b), ranks_known=ranks_known)
        check("numpy.linalg.cross", normal(*a), normal(*b), ranks_known=ranks_known)
    check("numpy.cross", normal(3, 4), normal(4, 3), axisa=0, ranks_known=ranks_known)
    check(
        "numpy.cross",
        normal(3, 4),
        normal(3, 4),
        axisc=0,
        axisa=0,
        axisb=0,
        ranks_known=ranks_known,
    )
    check("numpy.cross", normal(3, 4), normal(3, 1), axis=0, ranks_known=ranks_known)
    check("numpy.linalg.cross", normal(3, 4), normal(3, 1), axis=0, ranks_known=ranks_known)


@both
@pytest.mark.parametrize(
    "shapes",
    [[(2, 3), (3, 4)], [(2, 3), (3, 4), (4, 2)], [(3,), (3, 4), (4, 2)], [(2, 3), (3, 4), (4,)],
     [(3,), (3, 4), (4, 5), (5,)], [(2, 3), (3, 4), (4, 5), (5, 2)]],
)  # fmt: skip
def test_multi_dot(shapes, ranks_known):
    check("numpy.linalg.multi_dot", [normal(*s) for s in shapes], ranks_known=ranks_known)


@both
@pytest.mark.parametrize("n", [-2, -1, 0, 1, 2, 3, 5])
def test_matrix_power(n, ranks_known):
    check("numpy.linalg.matrix_power", 0.3 * normal(3, 3) + np.eye(3), n, ranks_known=ranks_known)
    check(
        "numpy.linalg.matrix_power", 0.3 * normal(2, 3, 3) + np.eye(3), n, ranks_known=ranks_known
    )
