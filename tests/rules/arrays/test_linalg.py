"""Rules of numpy.linalg, against differences."""

from __future__ import annotations

import pytest

from rules.arrays.harness import check
from rules.arrays.samples import both, normal, numbers, regular


@both
@numbers
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 3, 3), (2, 1, 2, 2), (0, 3, 3), (0, 0)])
def test_square_matrices(shape, complex_, ranks_known):
    a = regular(*shape, complex_=complex_)
    check("numpy.linalg.inv", a, ranks_known=ranks_known)
    check("numpy.linalg.det", a, ranks_known=ranks_known)
    check("numpy.linalg.slogdet", a, ranks_known=ranks_known)


@both
@numbers
@pytest.mark.parametrize(
    "a, b",
    [((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3,)), ((2, 3, 3), (3, 2)), ((3, 3), (2, 3, 4)),
     ((2, 3, 3), (2, 3, 1)), ((1, 3, 3), (2, 3, 1)), ((4, 1, 3, 3), (2, 3, 3)),
     ((4, 2, 3, 3), (3,)), ((3, 3), (3, 0))],
)  # fmt: skip
def test_solve(a, b, complex_, ranks_known):
    a, b = regular(*a, complex_=complex_), normal(*b)
    check("numpy.linalg.solve", a, b, ranks_known=ranks_known)
    check("numpy.linalg.solve", a.real, b + 1j, ranks_known=ranks_known)


@both
@numbers
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (2, 3, 2)])
def test_pinv(shape, complex_, ranks_known):
    check("numpy.linalg.pinv", normal(*shape, complex_=complex_), ranks_known=ranks_known)


@both
@numbers
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (5, 2)])
def test_lstsq(shape, complex_, ranks_known):
    a = normal(*shape, complex_=complex_)
    check("numpy.linalg.lstsq", a, normal(shape[0]), ranks_known=ranks_known)
    check("numpy.linalg.lstsq", a, normal(shape[0], 2, complex_=complex_), ranks_known=ranks_known)
    check("numpy.linalg.lstsq", a, normal(shape[0]), rcond=1e-10, ranks_known=ranks_known)


@both
def test_tensors_as_matrices(ranks_known):
    a = normal(2, 3, 3, 2)
    check("numpy.linalg.tensorinv", a, ranks_known=ranks_known)
    check("numpy.linalg.tensorinv", a.reshape(6, 3, 2), ind=1, ranks_known=ranks_known)
    check("numpy.linalg.tensorsolve", a, normal(2, 3), ranks_known=ranks_known)
    check("numpy.linalg.tensorsolve", a, normal(3, 2), axes=(0, 1), ranks_known=ranks_known)
