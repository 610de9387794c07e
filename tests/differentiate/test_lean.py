"""Recursive functions that take arrays: read, changed, and sorted in place."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


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


def sort(x, low, high):
    if low >= high:
        return
    i = low
    for j in range(low, high):
        if x[j] < x[high]:
            x[i], x[j] = x[j], x[i]
            i += 1
    x[i], x[high] = x[high], x[i]
    sort(x, low, i - 1)
    sort(x, i + 1, high)


def weighted_by_rank(x):
    x = x.copy()
    sort(x, 0, len(x) - 1)
    total = 0.0
    for i in range(len(x)):
        total += (i + 1) * x[i] ** 2
    return total


def folded(x, depth):
    if depth == 0:
        return x[0]
    x[0] = np.sin(x[0]) * x[depth]
    return folded(x, depth - 1) + x[0] * x[1]


def of_a_part(x):
    y = x * 2.0
    return folded(y[1:], 2) + y[1] * y[0]


def test_an_array_that_is_restored_is_not_kept():
    a = np.random.default_rng(0).normal(size=(4, 4))
    value, da = symdiff.value_and_grad(determinant)(a)
    assert value == pytest.approx(np.linalg.det(a))
    np.testing.assert_allclose(da, value * np.linalg.inv(a).T)
    text = symdiff.source(determinant, at=(a,))
    assert "columns_kept" not in text and "columns.copy()" not in text
    assert "expanded_backward(a, left, kept, dout, da)" in text  # it adds to da


def test_elements_that_change_places_take_their_adjoints_along():
    x = np.array([0.3, -1.2, 2.0, 0.7, 1.1])
    given = x.copy()
    expected = 2 * x * (1 + np.argsort(np.argsort(x)))
    np.testing.assert_allclose(symdiff.grad(weighted_by_rank)(x), expected)
    np.testing.assert_array_equal(x, given)


def test_a_part_of_an_array_may_be_changed():
    x = np.array([0.3, -1.2, 2.0, 0.7])
    got, h = symdiff.grad(of_a_part)(x), 1e-6
    for i, step in enumerate(np.eye(4) * h):
        difference = (of_a_part(x + step) - of_a_part(x - step)) / (2 * h)
        assert got[i] == pytest.approx(difference, rel=1e-7)


def test_an_array_that_is_seen_twice_and_changed_is_refused():
    def twice(x, y, n):
        if n == 0:
            return y[0]
        x[0] = x[0] * 2.0
        return twice(x, y, n - 1)

    def same(x):
        z = x * 1.0
        return twice(z, z, 2)

    apart = symdiff.grad(lambda x: twice(x * 1.0, x, 2))(np.ones(2))
    np.testing.assert_array_equal(apart, [1.0, 0.0])
    with pytest.raises(symdiff.SymdiffError, match="changes an array that it is given"):
        symdiff.grad(same)(np.ones(2))
