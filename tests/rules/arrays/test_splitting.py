"""Rules of functions that take arrays apart, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import check

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


def real(*shape):
    return RNG.normal(size=shape)


@ranks
def test_splits(ranks_known):
    check("numpy.split", real(6), 3, ranks_known=ranks_known)
    check("numpy.split", real(6), [1, 4], ranks_known=ranks_known)
    check("numpy.split", real(3, 4), (1, 3, 7), axis=1, ranks_known=ranks_known)
    check("numpy.split", real(3, 4), (3, -1), axis=-1, ranks_known=ranks_known)
    check("numpy.array_split", real(7), 3, ranks_known=ranks_known)
    check("numpy.array_split", real(2, 7), 3, axis=-1, ranks_known=ranks_known)
    x = real(4, 6, 2)
    check("numpy.hsplit", x, 2, ranks_known=ranks_known)
    check("numpy.hsplit", x[:, 0, 0], [1, 3], ranks_known=ranks_known)
    check("numpy.vsplit", x, [1, 2], ranks_known=ranks_known)
    check("numpy.dsplit", x, 2, ranks_known=ranks_known)


@ranks
@pytest.mark.skipif(not hasattr(np, "unstack"), reason="this NumPy lacks it")
def test_unstack(ranks_known):
    check("numpy.unstack", real(3, 2), ranks_known=ranks_known)
    check("numpy.unstack", real(3, 2), axis=1, ranks_known=ranks_known)
