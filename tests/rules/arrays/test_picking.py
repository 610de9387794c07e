"""Rules of functions that pick elements, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import check

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


def real(*shape):
    return RNG.normal(size=shape)


@ranks
@pytest.mark.parametrize("k", [0, 1, -1, 2, -3])
@pytest.mark.parametrize("shape", [(3,), (3, 3), (2, 4), (4, 2), (1, 3)])
def test_diag(shape, k, ranks_known):
    x = real(*shape)
    check("numpy.diag", x, k=k, ranks_known=ranks_known)
    check("numpy.diagflat", x, k, ranks_known=ranks_known)
    check("numpy.tril", x, k=k, ranks_known=ranks_known)
    check("numpy.triu", x, k, ranks_known=ranks_known)
    if x.ndim == 2:
        check("numpy.diagonal", x, k, ranks_known=ranks_known)
        check("numpy.trace", x, k, ranks_known=ranks_known)
        check("numpy.trace", x + 1j, k, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("offset", [0, 1, -1])
@pytest.mark.parametrize("axes", [(0, 1), (1, 2), (2, 0), (-1, 1)])
def test_diagonals_of_many_axes(offset, axes, ranks_known):
    x = real(3, 2, 4)
    check("numpy.diagonal", x, offset, *axes, ranks_known=ranks_known)
    check("numpy.trace", x, offset, *axes, ranks_known=ranks_known)
    check("numpy.tril", x, offset, ranks_known=ranks_known)


@ranks
def test_take(ranks_known):
    x = real(3, 4)
    for indices in (1, -1, np.array([0, 2, 0]), np.array([[1, 2], [2, -1]]), [1, 1]):
        for axis in (None, 0, 1, -1):
            check("numpy.take", x, indices, axis=axis, ranks_known=ranks_known)
    check("numpy.take", x, np.array([7, -3]), axis=0, mode="clip", ranks_known=ranks_known)
    check("numpy.take", x, np.array([7, -3]), axis=0, mode="wrap", ranks_known=ranks_known)


@ranks
def test_take_along_axis(ranks_known):
    x = real(3, 4)
    check("numpy.take_along_axis", x, np.argsort(x, axis=0)[:2], axis=0, ranks_known=ranks_known)
    check("numpy.take_along_axis", x, np.array([[0], [3], [3]]), axis=1, ranks_known=ranks_known)
    check("numpy.take_along_axis", x, np.array([[0, 2]]), axis=-1, ranks_known=ranks_known)
    check("numpy.take_along_axis", x, np.array([0, 5, 5]), axis=None, ranks_known=ranks_known)


@ranks
def test_masks(ranks_known):
    x = real(3, 4)
    check("numpy.compress", np.array([True, False, True]), x, axis=0, ranks_known=ranks_known)
    check("numpy.compress", [False, True], x, axis=1, ranks_known=ranks_known)
    check("numpy.compress", np.array([True, False, True]), x, ranks_known=ranks_known)
    check("numpy.extract", x > 0, x, ranks_known=ranks_known)
