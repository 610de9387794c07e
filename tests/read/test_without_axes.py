"""Arrays without axes are changed in place like others, and numbers are not."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from symdiff.errors import SymdiffError

X = np.array([0.3, -0.7, 1.1])


def of_a_number(x):
    s = np.sin(x[0])
    t = s
    s *= 2.0
    return s * t


def of_a_sum(x):
    s = x.sum()
    t = s
    s += x[0]
    return s * t


def added_up(x):
    total = np.zeros(())
    for i in range(3):
        total += x[i] ** 2
    return total * x[0]


def without_other_names(x):
    s = np.squeeze(x[:1] * 2.0)
    s *= 3.0
    return s**2


def an_empty_index(x):
    s = np.empty(())
    s[()] = x[1] * x[2]
    t = s[()]
    s[()] = 3.0 * s
    return s * t


def slices_of_flat(x):
    y = x * 1.0
    z = y.flat[1:]
    z[-1:] += 0.5
    y *= 0.5
    return np.sum(z**2) + np.sum(y**3)


def clipped_by_a_method(x):
    return np.sum(x.clip(-0.5) * x)


RIGHT = [
    of_a_number, of_a_sum, added_up, without_other_names, an_empty_index, slices_of_flat,
    clipped_by_a_method,
]  # fmt: skip


@pytest.mark.parametrize("function", RIGHT)
def test_derivatives(function):
    value, gradient = symdiff.value_and_grad(function)(X)
    assert value == function(X)
    expected = [(function(X + s) - function(X - s)) / 2e-6 for s in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-8)


def squeezed(x):
    y = x[:1] * 1.0
    np.squeeze(y)[...] = 2.0
    z = np.squeeze(y)
    z *= 1.5
    return np.sum(y)


def by_an_ellipsis(x):
    y = x * 1.0
    z = y[..., 0]
    z *= 2.0
    return np.sum(y)


def another_name(x):
    y = np.asarray(x.sum())
    z = y
    z += 1.0
    return y * z


def in_a_list(x):
    y = np.array(x[0])
    held = [y]
    held[0] *= 2.0
    return y * x[1]


def broadcast(x):
    y = np.array(x[0])
    z = np.broadcast_to(y, (2,))
    y *= 1.5
    return np.sum(z)


@pytest.mark.parametrize("function", [squeezed, by_an_ellipsis, another_name, in_a_list, broadcast])
def test_what_may_be_a_number_or_an_array_is_not_guessed(function):
    with pytest.raises(SymdiffError):
        symdiff.grad(function)(X)


def rows_of_any_rank(m):
    m = m.copy()
    for row in m:
        row -= np.mean(row)
    return np.sum(m**3)


def test_rows_that_may_be_numbers_are_refused_by_text():
    with pytest.raises(SymdiffError):
        symdiff.source(rows_of_any_rank)
    assert symdiff.grad(rows_of_any_rank)(np.outer(X, X)).shape == (3, 3)
