"""Functions that return nothing and write into arrays that they are given."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


def scaled(x, k, out):
    for i in range(len(x)):
        out[i] = k * x[i] ** 2


def total(x, out):
    out[0] = 0.0
    for i in range(len(x)):
        out[0] += x[i] ** 3


def two(x, first, second, again=True):
    first[...] = np.sin(x)
    if again:
        second[1:] = x[1:] * first[:-1]


X = np.array([0.5, -1.0, 2.0])


@pytest.mark.parametrize("target", ["python", "numba"])
def test_the_value_is_what_is_in_the_array_after_the_call(target):
    if target == "numba":
        pytest.importorskip("numba")
    out = np.full(3, 7.0)
    found = symdiff.jacobian(scaled, (0, 1), target=target)(X, 2.0, out)
    np.testing.assert_allclose(found[0], np.diag(4 * X))
    np.testing.assert_allclose(found[1], X**2)
    np.testing.assert_array_equal(out, 7.0)
    np.testing.assert_allclose(symdiff.grad(total, target=target)(X, np.empty(1)), 3 * X**2)


def test_several_arrays_are_a_tuple():
    value, pull = symdiff.vjp(two, X, np.zeros(3), np.ones(3))
    np.testing.assert_allclose(value[0], np.sin(X))
    np.testing.assert_allclose(value[1], [1.0, *(X[1:] * np.sin(X)[:-1])])
    np.testing.assert_allclose(pull((np.zeros(3), np.ones(3)))[2], [1.0, 0.0, 0.0])


def test_a_function_that_neither_returns_nor_writes_is_refused():
    def nothing(x, out):
        y = x * 2.0
        y[0] = out[0]

    with pytest.raises(symdiff.SymdiffError, match="returns nothing"):
        symdiff.jacobian(nothing)(X, X * 1.0)


def test_a_gradient_needs_one_element():
    with pytest.raises((TypeError, symdiff.SymdiffError), match="array"):
        symdiff.grad(scaled)(X, 2.0, np.empty(3))


@pytest.mark.parametrize("target", ["python", "numba"])
def test_an_array_that_is_changed_must_not_be_given_twice(target):
    if target == "numba":
        pytest.importorskip("numba")
    found = symdiff.jacobian(scaled, target=target)
    x = np.arange(1.0, 7.0)
    np.testing.assert_allclose(found(x[:3], 2.0, x[3:]), np.diag(4 * x[:3]))
    for out in (x, x[::-1], x[2:]):
        with pytest.raises((ValueError, symdiff.SymdiffError), match="given to it twice"):
            found(x[:4], 2.0, out)
    both = symdiff.jacobian(lambda x, y, out: scaled(x * y, 1.0, out), target=target)
    np.testing.assert_allclose(both(x, x, np.empty(6)), np.diag(2 * x**3))
