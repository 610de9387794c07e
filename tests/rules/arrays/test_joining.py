"""Rules of functions that put arrays together or take them apart, against differences."""

from __future__ import annotations

import numpy as np
import pytest
from rules.arrays.harness import check

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


def real(*shape):
    return RNG.normal(size=shape)


@ranks
@pytest.mark.parametrize("box", [list, tuple])
@pytest.mark.parametrize(
    "shapes, axis",
    [([(3,)], 0), ([(3,), (2,)], 0), ([(3,), (0,), (2,)], -1), ([(2, 3), (2, 1)], 1),
     ([(2, 3), (1, 3), (2, 3)], 0), ([(2, 3), (2, 1), (2, 2)], -1), ([(2, 3, 1), (2, 1, 1)], -2),
     ([(2, 3), (4,), (1, 1)], None)],
)  # fmt: skip
def test_concatenate(shapes, axis, box, ranks_known):
    arrays = box([real(*s) for s in shapes])
    check("numpy.concatenate", arrays, axis=axis, ranks_known=ranks_known)


def test_concatenate_with_passive_parts():
    check("numpy.concatenate", [real(3), [0.0], np.arange(2)])
    check("numpy.concatenate", [real(3), real(2) + 1j])


@ranks
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_stack(shape, ranks_known):
    for axis in range(-len(shape) - 1, len(shape) + 1):
        arrays = [real(*shape) for _ in range(3)]
        check("numpy.stack", arrays, axis=axis, ranks_known=ranks_known)
