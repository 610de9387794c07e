"""Rules of sums and products so far and of the trapezoidal rule, against differences."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from rules.arrays.harness import check

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


EXTREMES = [((5,), 0), ((3, 4), 0), ((3, 4), -1), ((2, 3, 4), 1), ((1,), 0)]


def real(*shape):
    return RNG.normal(size=shape)


@ranks
@pytest.mark.parametrize(
    "shape, axis",
    [((4,), None), ((4,), 0), ((4,), -1), ((3, 2), None), ((3, 2), 0), ((3, 2), 1), ((2, 3, 2), -2),
     ((0,), None), ((1,), 0)],
)  # fmt: skip
def test_so_far(shape, axis, ranks_known):
    for name in ("cumsum", "cumprod"):
        check(f"numpy.{name}", real(*shape), axis=axis, ranks_known=ranks_known)
        check(f"numpy.{name}", real(*shape) + 1j * real(*shape), axis=axis, ranks_known=ranks_known)
        if axis is None and len(shape) > 1:
            continue
        for initial in (True, False):
            new = name.replace("cum", "cumulative_")
            check(f"numpy.{new}", real(*shape), axis=axis, include_initial=initial,
                  ranks_known=ranks_known)  # fmt: skip


@ranks
def test_products_with_zeros(ranks_known):
    x = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [1.5, 2.5, -1.0]])
    for axis in (None, 0, 1, -1):
        check("numpy.cumprod", x, axis=axis, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("shape, axis", EXTREMES)
def test_extremes_so_far(shape, axis, ranks_known):
    for name in ("maximum", "minimum"):
        check(f"numpy.{name}.accumulate", real(*shape), axis=axis, ranks_known=ranks_known)


def test_of_equal_elements_so_far_the_first_has_the_derivative():
    def function(x):
        return np.maximum.accumulate(x) @ np.array([1.0, 2.0, 4.0, 8.0])

    x = np.array([1.0, 1.0, 3.0, 3.0])
    np.testing.assert_array_equal(symdiff.grad(function)(x), [3.0, 0.0, 12.0, 0.0])


@ranks
@pytest.mark.parametrize("shape, axis", [((4,), -1), ((4,), 0), ((3, 4), 0), ((3, 4), 1),
                                         ((2, 3, 4), 1), ((1,), 0), ((0,), 0)])  # fmt: skip
def test_trapezoid(shape, axis, ranks_known):
    y = real(*shape)
    check("numpy.trapezoid", y, axis=axis, ranks_known=ranks_known)
    check("numpy.trapezoid", y, dx=0.3, axis=axis, ranks_known=ranks_known)
    check("numpy.trapezoid", y, real(shape[axis]), axis=axis, ranks_known=ranks_known)
    check("numpy.trapezoid", y, x=real(*shape), axis=axis, ranks_known=ranks_known)
    check("numpy.trapezoid", y + 1j, real(shape[axis]), axis=axis, ranks_known=ranks_known)
