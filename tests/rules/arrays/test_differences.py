"""Rules of differences and of interpolation, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import Literal, check

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


def real(*shape):
    return RNG.normal(size=shape)


@ranks
@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("shape, axis", [((5,), -1), ((4, 5), 0), ((4, 5), -1), ((2, 4, 2), 1)])
def test_diff(shape, axis, n, ranks_known):
    check("numpy.diff", real(*shape), n=n, axis=axis, ranks_known=ranks_known)


@ranks
def test_diff_with_margins(ranks_known):
    check("numpy.diff", real(4), prepend=0.5, ranks_known=ranks_known)
    check("numpy.diff", real(4), prepend=0, append=1.5, ranks_known=ranks_known)
    check("numpy.diff", real(4), prepend=real(2), append=real(1), n=2, ranks_known=ranks_known)
    check("numpy.diff", real(3, 4), prepend=0.5, append=2.5, axis=0, ranks_known=ranks_known)
    check("numpy.diff", real(3, 4), append=real(3, 2), ranks_known=ranks_known)


@ranks
def test_ediff1d(ranks_known):
    check("numpy.ediff1d", real(4), ranks_known=ranks_known)
    check("numpy.ediff1d", real(2, 3), ranks_known=ranks_known)
    check("numpy.ediff1d", real(4), real(2), real(3), ranks_known=ranks_known)
    check("numpy.ediff1d", real(4), to_begin=0.5, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("edge_order", [1, 2])
def test_gradient(edge_order, ranks_known):
    options = {"edge_order": edge_order, "ranks_known": ranks_known}
    check("numpy.gradient", real(5), **options)
    check("numpy.gradient", real(5), 0.5, **options)
    check("numpy.gradient", real(3), Literal(0.5), **options)
    check("numpy.gradient", real(5) + 1j, 0.5, **options)
    check("numpy.gradient", real(4, 5), axis=1, **options)
    check("numpy.gradient", real(4, 5), 0.5, axis=0, **options)
    check("numpy.gradient", real(4, 5), axis=(1, 0), **options)
    check("numpy.gradient", real(4, 5), 0.5, 0.25, axis=(0, 1), **options)
    check("numpy.gradient", real(6), np.array([0, 1, 3, 4, 7, 8]), **options)
    if ranks_known:
        check("numpy.gradient", real(4, 5), **options)
        check("numpy.gradient", real(4, 5), 0.5, **options)
        check("numpy.gradient", real(4, 5), 0.5, 0.25, **options)
        check("numpy.gradient", real(3, 4, 3), 0.5, np.array([0, 1, 3, 4]), 2, **options)


@ranks
def test_interp(ranks_known):
    xp, fp = np.array([0.0, 1.0, 2.5, 3.0]), real(4)
    inside, all_over = np.array([0.2, 2.7, 1.4, 2.9]), np.array([[-0.5, 0.2, 2.7], [3.5, 1.4, 9.0]])
    for x in (inside, all_over, 0.3, -2.0, 8.0):
        check("numpy.interp", x, xp, fp, ranks_known=ranks_known)
        check("numpy.interp", x, xp, fp + 1j, ranks_known=ranks_known)
        check("numpy.interp", x, xp, fp, left=0.5, ranks_known=ranks_known)
        check("numpy.interp", x, xp, fp, left=0.5, right=1.5, ranks_known=ranks_known)
    check("numpy.interp", all_over, np.array([0.5]), real(1), ranks_known=ranks_known)
