"""Rules of sums, means and extremes that skip NaN, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import Literal, check

ranks = pytest.mark.parametrize("ranks_known", [True, False])


def with_nans(*shape):
    x = np.random.default_rng(0).normal(size=shape)
    x.flat[:: 3 if x.size > 4 else 4] = np.nan
    return x


@ranks
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize(
    "shape, axis", [((5,), None), ((4, 4), 0), ((4, 4), 1), ((4, 2, 4), (0, 2))]
)
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std", "max", "min", "median"])
def test_along_axes(name, shape, axis, keepdims, ranks_known):
    check_numbers(f"numpy.nan{name}", with_nans(*shape), axis=axis, keepdims=keepdims,
                  ranks_known=ranks_known)  # fmt: skip


@ranks
@pytest.mark.parametrize("name", ["nancumsum", "nancumprod"])
def test_so_far(name, ranks_known):
    for shape, axis in (((5,), None), ((4, 4), None), ((4, 4), 1)):
        check_numbers(f"numpy.{name}", with_nans(*shape), axis=axis, ranks_known=ranks_known)


@ranks
def test_quantiles(ranks_known):
    x = with_nans(4, 4)
    check_numbers("numpy.nanquantile", x, Literal(0.3), axis=1, ranks_known=ranks_known)
    check_numbers("numpy.nanpercentile", x, [30, 60], axis=0, ranks_known=ranks_known)


def check_numbers(op, x, *args, **options):
    """Differences can be taken at numbers only."""
    check(op, x, *args, **options)
