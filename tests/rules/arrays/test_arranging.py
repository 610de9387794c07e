"""Rules of functions that put elements elsewhere or repeat them, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import check
from symdiff.errors import NotDifferentiable

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


def real(*shape):
    return RNG.normal(size=shape)


@ranks
@pytest.mark.parametrize(
    "shape, wide", [((3,), (3,)), ((3,), (2, 3)), ((3, 1), (3, 4)), ((1,), 5), ((), (2, 3)),
                    ((2, 1, 3), (4, 2, 5, 3))]
)  # fmt: skip
def test_broadcast(shape, wide, ranks_known):
    check("numpy.broadcast_to", real(*shape), wide, ranks_known=ranks_known)
    check("numpy.broadcast_arrays", real(*shape), real(*np.zeros(wide).shape),
          ranks_known=ranks_known)  # fmt: skip


@ranks
def test_flips_and_rotations(ranks_known):
    x = real(2, 3, 4)
    for axis in (None, 0, 1, -1, (0, 2)):
        check("numpy.flip", x, axis, ranks_known=ranks_known)
    check("numpy.flipud", x, ranks_known=ranks_known)
    check("numpy.fliplr", x, ranks_known=ranks_known)
    for k in range(-2, 4):
        check("numpy.rot90", x, k, ranks_known=ranks_known)
        check("numpy.rot90", x, k=k, axes=(2, 1), ranks_known=ranks_known)


@ranks
def test_roll(ranks_known):
    x = real(3, 4)
    check("numpy.roll", real(5), 2, ranks_known=ranks_known)
    check("numpy.roll", x, -3, ranks_known=ranks_known)
    check("numpy.roll", x, 1, axis=1, ranks_known=ranks_known)
    check("numpy.roll", x, (1, 2), axis=(0, 1), ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 3), (2, 1, 3)])
def test_repetitions(shape, ranks_known):
    x = real(*shape)
    for reps in (1, 3, (2,), (2, 3), (1, 2, 2), np.array([2, 2])):
        check("numpy.tile", x, reps, ranks_known=ranks_known)
    check("numpy.repeat", x, 3, ranks_known=ranks_known)
    for axis in range(-x.ndim, x.ndim):
        check("numpy.repeat", x, 2, axis=axis, ranks_known=ranks_known)
        counts = RNG.integers(0, 3, size=x.shape[axis])
        check("numpy.repeat", x, counts, axis=axis, ranks_known=ranks_known)
        check("numpy.repeat", x, list(map(int, counts)), axis=axis, ranks_known=ranks_known)
    for new in (2, (2, 2), (4, 5)):
        check("numpy.resize", x, new, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric", "wrap"])
def test_pad(mode, ranks_known):
    for width in (1, (2, 1), (0, 2), (0, 0), [2]):
        check("numpy.pad", real(4), width, mode=mode, ranks_known=ranks_known)
        check("numpy.pad", real(3, 4), width, mode=mode, ranks_known=ranks_known)
    check("numpy.pad", real(3, 4), ((1, 2), (0, 3)), mode, ranks_known=ranks_known)
    check("numpy.pad", real(3, 4), [[1], [2]], mode, ranks_known=ranks_known)


def test_margins_that_depend_on_all_elements_are_refused():
    with pytest.raises(NotDifferentiable, match="'mean'"):
        check("numpy.pad", real(4), 2, mode="mean")
