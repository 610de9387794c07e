"""Numbers for the tests of rules: the same ones in every test, whatever ran before."""

from __future__ import annotations

import numpy as np
import pytest

RNG = np.random.default_rng(0)
both = pytest.mark.parametrize("ranks_known", [True, False])
numbers = pytest.mark.parametrize("complex_", [False, True])


def normal(*shape, complex_=False):
    made = np.asarray(RNG.normal(size=shape))
    return np.asarray(made + 1j * RNG.normal(size=shape)) if complex_ else made


def regular(*shape, complex_=False):
    """Matrices that are far from singular."""
    return 0.2 * normal(*shape, complex_=complex_) + np.eye(shape[-1]) * np.arange(1, shape[-1] + 1)


def positive(*shape, complex_=False):
    """Positive definite matrices, whose elements are all alike for the differences."""
    a = 0.3 * normal(*shape, complex_=complex_)
    return a + np.conj(np.swapaxes(a, -1, -2)) + 4 * np.eye(shape[-1])
