"""Rules of sorting and of quantiles, against differences."""

from __future__ import annotations

import numpy as np
import pytest
from rules.arrays.harness import check

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
