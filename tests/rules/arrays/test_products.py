"""Rules of products, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import check

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("ranks_known", [True, False])
@pytest.mark.parametrize(
    "a, b",
    [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)),
     ((5, 2, 3), (5, 3, 4)), ((2, 3), (5, 3, 4)), ((1, 2, 3), (5, 3, 4)), ((3,), (5, 3, 4)),
     ((5, 2, 3), (3,))],
)  # fmt: skip
def test_matmul(a, b, ranks_known):
    check("numpy.matmul", RNG.normal(size=a), RNG.normal(size=b), ranks_known=ranks_known)
