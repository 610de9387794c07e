"""Rules of functions that rearrange elements, against differences."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from rules.arrays.harness import check

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


def real(*shape):
    return RNG.normal(size=shape)


@ranks
@pytest.mark.parametrize(
    "shape, axes", [((3,), None), ((2, 3), None), ((2, 3, 4), None), ((2, 3, 4), (1, 2, 0)),
                    ((2, 3, 4), (-1, 0, 1))]
)  # fmt: skip
def test_transpose(shape, axes, ranks_known):
    check("numpy.transpose", real(*shape), *([] if axes is None else [axes]),
          ranks_known=ranks_known)  # fmt: skip


@ranks
@pytest.mark.parametrize(
    "shape, new", [((6,), (2, 3)), ((2, 3), -1), ((2, 3), (3, -1)), ((2, 3, 4), (2, -1)),
                   ((2, 3), 6), ((2, 3), (1, 2, 3)), ((0, 3), (3, 0)), ((4, 3), (2, 2, -1)),
                   ((), (1, 1))]
)  # fmt: skip
@pytest.mark.parametrize("order", ["C", "F"])
def test_reshape(shape, new, order, ranks_known):
    check("numpy.reshape", real(*shape), new, order=order, ranks_known=ranks_known)
    check("numpy.ravel", real(*shape), order=order, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), (0, -1)])
def test_expand_dims(axis, ranks_known):
    check("numpy.expand_dims", real(2, 3), axis, ranks_known=ranks_known)


@ranks
def test_squeeze(ranks_known):
    check("numpy.squeeze", real(2, 1, 3, 1), ranks_known=ranks_known)
    check("numpy.squeeze", real(2, 1, 3, 1), axis=1, ranks_known=ranks_known)
    check("numpy.squeeze", real(2, 1, 3, 1), axis=(1, -1), ranks_known=ranks_known)
    check("numpy.squeeze", real(1, 1), ranks_known=ranks_known)


@ranks
def test_axes_in_another_order(ranks_known):
    x = real(2, 3, 4)
    for i in range(-3, 3):
        for j in range(-3, 3):
            check("numpy.swapaxes", x, i, j, ranks_known=ranks_known)
            check("numpy.moveaxis", x, i, j, ranks_known=ranks_known)
            check("numpy.rollaxis", x, i, j, ranks_known=ranks_known)
    check("numpy.moveaxis", x, (0, 1), (-1, -2), ranks_known=ranks_known)
    check("numpy.moveaxis", x, (2, 0), (0, 1), ranks_known=ranks_known)
    check("numpy.rollaxis", x, 2, ranks_known=ranks_known)
    check("numpy.matrix_transpose", x, ranks_known=ranks_known)
    check("numpy.matrix_transpose", x[0], ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (2, 3, 4), (2, 3, 1, 2)])
def test_at_least_so_many_axes(shape, ranks_known):
    for rank in (1, 2, 3):
        check(f"numpy.atleast_{rank}d", real(*shape), ranks_known=ranks_known)
    check("numpy.atleast_2d", real(*shape), 1.5, ranks_known=ranks_known)


def test_a_list_is_one_array_among_many():
    gradient = symdiff.grad(lambda x: np.sum(np.atleast_2d([x, 2.0], x)[0] ** 2))(3.0)
    assert gradient == 6.0
