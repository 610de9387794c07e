"""Recursive functions, and functions with many ways out, compiled."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff

numba = pytest.importorskip("numba")


def expanded(a, left, columns):
    """A determinant by expansion along the first row that is left, over a chain of columns."""
    size = len(a)
    row = size - left
    if left == 0:
        return 1.0
    total, sign, before = 0.0, 1.0, size
    for _ in range(left):
        here = columns[before]
        columns[before] = columns[here]
        total += sign * a[row, here] * expanded(a, left - 1, columns)
        columns[before] = here
        before = here
        sign = -sign
    return total


def determinant(a):
    columns = np.arange(1, len(a) + 2)
    columns[len(a)] = 0
    return expanded(a, len(a), columns)


def even(x, n, u):
    if n == 0:
        return np.sum(u * u) * x
    return math.sin(odd(x, n - 1, u * x)) + u[0]


def odd(x, n, u):
    if n == 0:
        return x * x
    return even(x, n - 1, u + x) * 1.1


def clipped(x, k):
    if x < 0:
        return x * k
    for i in range(3):
        if x > 5:
            return x - i
        x = x * 1.7
    if k > 1:
        y = x * x
        x = y + k
    return x


def of_clipped(x, k):
    s = 0.0
    for i in range(len(x)):
        s += clipped(x[i], k) * clipped(k, x[i])
    return s


@pytest.mark.parametrize("n", [4, 7])
def test_tapes_that_are_too_short_are_made_longer(n):
    a = np.random.default_rng(0).normal(size=(n, n))
    value, da = symdiff.value_and_grad(determinant, target="numba")(a)
    assert value == pytest.approx(np.linalg.det(a))
    np.testing.assert_allclose(da, value * np.linalg.inv(a).T)


def test_functions_that_call_each_other_keep_arrays_on_one_tape():
    u = np.array([0.3, -0.2, 0.7])
    for n in (4, 5):
        dx, du = symdiff.grad(even, ("x", "u"), target="numba")(0.8, n, u)
        wx, wu = symdiff.grad(even, ("x", "u"), target="python")(0.8, n, u)
        assert dx == pytest.approx(wx)
        np.testing.assert_allclose(du, wu)


def test_every_path_hands_on_values_of_the_same_types():
    x = np.array([-1.0, 0.2, 1.5, 7.0])
    for k in (0.5, 1.5):
        dx, dk = symdiff.grad(of_clipped, (0, 1), target="numba")(x, k)
        wx, wk = symdiff.grad(of_clipped, (0, 1), target="python")(x, k)
        np.testing.assert_allclose(dx, wx)
        assert dk == pytest.approx(wk)


def test_functions_that_only_pass_arrays_on_count_no_references():
    text = symdiff.source(determinant, target="numba", at=(np.eye(3),))
    assert text.count("@numba.njit(_nrt=False)") == 2
    assert "_nrt" not in symdiff.source(even, "x", target="numba", at=(0.8, 4, np.ones(3)))
