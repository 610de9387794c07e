"""Sums and transpositions of arrays stand where they cost least; the derivatives stay the same."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff

X, M, F = np.arange(15.0).reshape(5, 3), np.array([0.5, 1.0, 2.0]), np.eye(3) + 0.1


def scattered(x, m, f):
    z = (x - m) @ f.T
    return np.sum(z * z)


def added(x, m, f):
    z = (x + m[:, None].T) @ f
    return np.sum(z * z * z)


def from_the_left(x, m, f):
    z = f @ (x.T - m[:, None])
    return np.sum(z * z)


def by_one_number(x, m, f):
    z = (x - m[0]) @ f
    return np.sum(z * z)


def reversal(function, *argnums):
    text = symdiff.source(function, argnums=argnums, at=(X, M, F))
    return text.partition("# backward")[2]


def test_rows_are_summed_before_the_product():
    assert "dm = -(np.sum(dz, axis=0) @ f)" in reversal(scattered, 1)
    assert "f.T @ np.sum(dz, axis=1)" in reversal(from_the_left, 1)


def test_a_product_that_is_needed_is_summed_as_it_is():
    text = reversal(scattered, 0, 1)
    assert "dm = -np.sum(dx, axis=0)" in text and text.count("@") == 1


def test_transpositions_meet():
    assert "df = dz.T @ x_minus_m" in reversal(scattered, 2)


@pytest.mark.parametrize("function", [scattered, added, from_the_left, by_one_number])
def test_the_gradient_stays_the_same(function):
    apart = [symdiff.grad(function, i)(X, M, F) for i in range(3)]
    for found, expected in zip(symdiff.grad(function, (0, 1, 2))(X, M, F), apart, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-13)
    along = np.array([1.0, -2.0, 0.5])
    slope = (function(X, M + 1e-5 * along, F) - function(X, M - 1e-5 * along, F)) / 2e-5
    assert np.isclose(apart[1] @ along, slope, rtol=1e-7)
