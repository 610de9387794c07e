"""Stores into several views of one array: pieces of np.split, and views a loop runs through."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


def two(x):
    a = np.zeros(4)
    b, c = np.split(a, 2)
    b[0] = x[0]
    c[1] = x[1] ** 2
    c *= b[0]
    return np.sum(a**2)


def uneven(x):
    a = x * x
    for part in np.array_split(a, 3):
        part[0] = 2 * a[1]
    return np.sum(a**2)


def across(x):
    a = x * x
    p, q, r = np.array_split(a, 3)
    p[-1] = q[0] * r[0] / 10
    q[:] = p[0]
    a[0] = a[1] / 3
    return np.sum(p**2) + np.sum(q * 2) + np.sum(a)


def rows_and_columns(x):
    m = np.outer(x, x[:4])
    left, right = np.hsplit(m, 2)
    left += right**2
    right[0] = left[1]
    top, _ = np.vsplit(m, [1])
    top *= 2
    return np.sum(m) + np.sum(left * 3)


def by_indices(x):
    w = x * 1.0
    parts = np.split(w, [1, 3])
    parts[1][0] = w[0] ** 2
    for part in parts:
        part *= 2
    return np.sum(w**3)


def a_tuple_of_views(x):
    a = x * x
    for part in (a[0:2], a[2:4], a[4:]):
        part[0] = 2 * a[1]
    return np.sum(a**2)


def mapped(x):
    a = x * x

    def doubled(part):
        part *= 2
        return part

    first, second = map(doubled, (a[:2], a[1:3]))
    return np.sum(first * second) + np.sum(a)


def comprehended(x):
    a = x * x

    def doubled(part):
        part *= 2
        return np.sum(part)

    return sum([doubled(part) for part in (a[:3], a[1:4])]) + np.sum(a**2)


@pytest.mark.parametrize(
    "function",
    [two, uneven, across, rows_and_columns, by_indices, a_tuple_of_views, mapped, comprehended],
)
@pytest.mark.parametrize("size", [6, 8])
def test_stores_into_views(function, size):
    x = np.cos(np.arange(size)) + 1.5
    value, gradient = symdiff.value_and_grad(function)(x)
    assert value == pytest.approx(function(x), rel=1e-14)
    units = np.eye(size) * 1e-6
    differences = [(function(x + u) - function(x - u)) / 2e-6 for u in units]
    np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-6)
    slope = symdiff.jvp(function, (x,), (np.sin(x),))[1]
    assert slope == pytest.approx(gradient @ np.sin(x), rel=1e-12)


def fill(row, x, scale):
    for j in range(len(row)):
        row[j] = scale * x[j] ** 2
    row[0] += row[-1]


def rows_filled(x):
    a = np.zeros((3, 6))
    total = 0.0
    for i in range(3):
        row = a[i]
        fill(row, x, i + 1.0)
        row[1:3] *= x[0]
        total += row[1] * row[2]
        fill(a[i, 2:], row, 0.5)
    return np.sum(a) + total


def into_a_row(x):
    a = np.zeros((2, 6))
    both = np.multiply(x, x, out=a[1])
    both[0] = x[1]
    return np.sum(a**2) + both[0]


def filled(x):
    a = np.zeros((3, 6))
    for i in range(3):
        for j in range(6):
            put(a[i], j, i * x[j])
    return np.sum(a**2)


def put(row, at, number):
    row[at] = number


def test_stores_into_rows_are_stores_into_the_array():
    x = np.cos(np.arange(6)) + 1.5
    for function in (rows_filled, into_a_row, filled):
        value, gradient = symdiff.value_and_grad(function)(x)
        assert value == pytest.approx(function(x), rel=1e-14)
        units = np.eye(6) * 1e-6
        differences = [(function(x + u) - function(x - u)) / 2e-6 for u in units]
        np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-6)
    assert ".copy()" not in symdiff.source(filled, at=(x,))
