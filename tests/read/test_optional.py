"""Arrays that are None on some path: that is told when the code runs."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from differences import assert_right


def the_first_time(a, b, c):
    x, best, s = np.array([a, b, c]), None, 0.0
    for i in range(3):
        if best is None:
            s += x.sum()
        best = x * i
    return s * best.sum()


def from_the_second_on(a, b, c):
    x, before, s = np.array([a, b, c]), None, 0.0
    for i in range(4):
        now = x * i**2
        if before is not None:
            s += ((now - before) ** 2).sum()
        before = now
    return s


def the_largest(a, b, c):
    x, best = np.array([a, b, c]), None
    for i in range(3):
        now = x * i
        if best is None or now.sum() > best.sum():
            best = now
    return (best**2).sum()


def summed(a, b, c):
    x, total = np.array([a, b, c]), None
    for i in range(3):
        for j in range(2):
            total = added(total, x * (i + j), x)
    return (total**2).sum()


def added(total, term, x):
    return term if total is None else total + term * x


def of_a_helper_that_loops(a, b, c):
    x, known, s = np.array([a, b, c]), None, 0.0
    for i in range(3):
        s += weighted(known, x)
        known = x * i
    return s


def weighted(known, x):
    s = 0.0
    for k in range(3):
        s += x[k] if known is None else known.sum() * k
    return s


def set_in_a_late_round(a, b, c):
    x, w = np.array([a, b, c]), None
    for i in range(4):
        if i == 2:
            w = x * 2
        if w is not None:
            x = x + w
    return (x * x).sum()


@pytest.mark.parametrize(
    "function",
    [the_first_time, from_the_second_on, the_largest, summed, of_a_helper_that_loops,
     set_in_a_late_round],
)  # fmt: skip
def test_none_is_told_from_an_array_when_the_code_runs(function):
    assert_right(function, 1.3, -0.4, 2.2)


def test_the_dtype_of_an_array_is_passive():
    def f(x):
        y, z = np.zeros(3, x.dtype), np.zeros(2, (x * 1j).dtype)
        y[0] = x[1] * x[2]
        z[0] = x[0] * 1j * x[1]
        return y.sum() + np.imag(z.sum())

    x = np.array([1.3, -0.4, 2.2])
    np.testing.assert_allclose(symdiff.grad(f)(x), [-0.4, 3.5, -0.4])
