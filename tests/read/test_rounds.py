"""Loops over lists and dicts whose items the body sets: each round sees them as they are then."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


def enumerated(x):
    parts, total = [x, 2 * x, 3 * x], 0.0
    for i, part in enumerate(parts):
        total += part**2
        if i < 2:
            parts[i + 1] = part * x
    return total


def zipped(x):
    parts, total = [x, 2 * x, 3 * x], 0.0
    for part, weight in zip(parts, [1.0, 2.0, 3.0], strict=True):
        total += part**2 * weight
        parts[2] = part * x
    return total


def backwards(x):
    parts, total = [x, 2 * x, 3 * x], 0.0
    for part in reversed(parts):
        total += part**2
        parts[0] = part * x
    return total


def by_name(x):
    parts, total = {"a": x, "b": 2 * x}, 0.0
    for _, part in parts.items():
        total += part**2
        parts["b"] = part * x
    return total


def of_arrays(x):
    parts, total = [np.ones(2) * x, np.ones(2), np.ones(2) * 3], 0.0
    for i, part in enumerate(parts):
        total += np.sum(part**2)
        if i < 2:
            parts[i + 1] *= part
    return total


def left_early(x):
    parts, total = [x, 2 * x, 3 * x], 0.0
    for i, part in enumerate(parts):
        if part > 5.0:
            break
        total += part**2
        if i < 2:
            parts[i + 1] = part * x * 2
    return total


@pytest.mark.parametrize(
    "function", [enumerated, zipped, backwards, by_name, of_arrays, left_early]
)
def test_rounds_see_what_earlier_ones_have_set(function):
    value, slope = symdiff.value_and_grad(function)(1.3)
    assert value == pytest.approx(function(1.3), rel=1e-14)
    assert slope == pytest.approx((function(1.3 + 1e-6) - function(1.3 - 1e-6)) / 2e-6, rel=1e-7)


def test_a_list_that_grows_in_enumerate_is_refused():
    def f(x):
        parts = [x, 2 * x]
        for i, part in enumerate(parts):
            if i < 1:
                parts.append(part * x)
        return sum(parts)

    with pytest.raises(symdiff.SymdiffError, match="change its length"):
        symdiff.grad(f)(1.3)


def into_a_transpose(A):
    whole = np.zeros_like(A.T)
    turned = whole.T
    for j in range(A.shape[1]):
        for i in range(A.shape[0]):
            turned[i, j] += np.sin(A[i, j])
    return np.sum(whole**2) + np.sum(turned)


def into_a_row(A):
    whole = np.zeros_like(A)
    row = whole[1]
    for j in range(A.shape[0]):
        for i in range(A.shape[1]):
            row[i] += A[j, i] ** 2
        whole[0, 0] = row[0]
    return np.sum(whole * A) + np.sum(row)


@pytest.mark.parametrize("f", [into_a_transpose, into_a_row])
def test_a_view_made_before_loops_in_loops_is_one_after_them(f):
    A, along, step = np.arange(6.0).reshape(2, 3), np.cos(np.arange(6.0)).reshape(2, 3), 1e-6
    value, gradient = symdiff.value_and_grad(f)(A)
    assert value == f(A)
    slope = (f(A + step * along) - f(A - step * along)) / (2 * step)
    np.testing.assert_allclose(np.sum(gradient * along), slope, rtol=1e-7)
