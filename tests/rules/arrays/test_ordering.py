"""Rules of sorting and of quantiles, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import Literal, check

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


def real(*shape):
    """Numbers far enough from each other that differences do not change their order."""
    return np.reshape(RNG.permutation(int(np.prod(shape))), shape) / 3 - 1


@ranks
@pytest.mark.parametrize(
    "shape, axis", [((5,), -1), ((5,), 0), ((5,), None), ((3, 4), -1), ((3, 4), 0), ((3, 4), None),
                    ((2, 3, 4), 1), ((0,), -1)]
)  # fmt: skip
def test_sort(shape, axis, ranks_known):
    check("numpy.sort", real(*shape), axis=axis, ranks_known=ranks_known)
    check("numpy.sort", real(*shape) + 1j * real(*shape), axis=axis, ranks_known=ranks_known)


METHODS = [
    "linear", "lower", "higher", "nearest", "midpoint", "inverted_cdf", "averaged_inverted_cdf",
    "hazen", "weibull", "closest_observation", "interpolated_inverted_cdf", "median_unbiased",
    "normal_unbiased",
]  # fmt: skip


@ranks
@pytest.mark.parametrize("shape, axis", [((7,), -1), ((3, 5), 0), ((3, 5), 1), ((3, 5), None)])
def test_partition(shape, axis, ranks_known):
    check("numpy.partition", real(*shape), 2, axis=axis, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize(
    "shape, axis", [((5,), None), ((6,), 0), ((3, 4), None), ((3, 4), 0), ((3, 4), -1),
                    ((2, 3, 4), (0, 2)), ((1,), None)]
)  # fmt: skip
def test_median_and_quantiles(shape, axis, keepdims, ranks_known):
    options = {"axis": axis, "keepdims": keepdims, "ranks_known": ranks_known}
    check("numpy.median", real(*shape), **options)
    check("numpy.quantile", real(*shape), Literal(0.3), **options)
    check("numpy.quantile", real(*shape), [0, 1], **options)
    check("numpy.percentile", real(*shape), 45, **options)
    check("numpy.percentile", real(*shape), np.array([[10, 50], [70, 100]]), **options)


@pytest.mark.parametrize("method", METHODS)
def test_methods_of_quantiles(method):
    for q in (0.0, 0.17, 0.5, 0.9, 1.0):
        check("numpy.quantile", real(7), Literal(q), method=method)
        check("numpy.nanquantile", real(3, 6), Literal(q), axis=1, method=method)
