"""What Numba lacks is put in terms of what it has."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff

pytest.importorskip("numba")


def log_sum_exp(x):
    largest = np.max(x)
    total = 0.0
    for i in range(len(x)):
        total += math.exp(x[i] - largest)
    return largest + math.log(total)


def penalty(x, n):
    return -n * log_sum_exp(x)


def test_an_adjoint_that_is_an_integer_is_handed_on_as_a_float():
    x = np.arange(3.0)
    compiled = symdiff.grad(penalty, target="numba")(x, 3)
    np.testing.assert_allclose(compiled, symdiff.grad(penalty)(x, 3))
