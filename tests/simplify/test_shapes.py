"""Of an array that the reverse sweep only asks for its shape, the shape is kept."""

from __future__ import annotations

import numpy as np

import symdiff

A, B = np.array([0.3, -0.7]), np.array([[0.5, -1.2, 0.8], [0.1, 2.0, -0.4]])


def from_a_number(k, x):
    """The sum is a number first, and then an array."""
    out = 0.0
    for i in range(2):
        out = out + k[i] * x
    return np.sum(np.maximum(out, 0.0) ** 2)


def of_any_shape(k, x):
    out = k
    for _ in range(3):
        out = out * 0.5 + k[:, None] * x
    return np.sum(np.sin(out))


def read_as_well(k, x):
    out = 0.0
    for i in range(2):
        out = np.sin(out) + k[i] * x
    return np.sum(out)


def unset_at_first(k, x):
    """What a round computes is carried from nothing."""
    u = np.ones(2)
    for _ in range(3):
        v = 1 / (x.T @ u)
        u = k / (x @ v)
    return np.sum(u[:, None] * x * v)


def assert_right(function, *args):
    value, gradient = symdiff.value_and_grad(function)(*args)
    assert value == function(*args)
    steps = 1e-6 * np.eye(args[0].size)
    expected = [(function(args[0] + s, *args[1:]) - function(args[0] - s, *args[1:])) / 2e-6
                for s in steps]  # fmt: skip
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-8)


def test_a_number_that_becomes_an_array():
    assert_right(from_a_number, A, B)
    text = symdiff.source(from_a_number, 0, at=(A, B))
    assert "out_kept.append(np.shape(out))" in text
    assert "unbroadcast_to(dout, out_shape)" in text


def test_an_array_that_grows():
    assert_right(of_any_shape, A, B[:, :2])


def test_nothing_has_no_shape():
    assert_right(unset_at_first, A + 2, B + 3)


def test_an_array_that_is_read_is_kept():
    assert_right(read_as_well, A, B)
    assert "append(out)" in symdiff.source(read_as_well, 0, at=(A, B))


def test_a_function_of_its_own_keeps_for_its_backward_function():
    def grown(out, k, x, n):
        if n == 0:
            return out
        for i in range(2):
            out = out + k[i] * x
        return grown(out, k, x, n - 1)

    def function(k, x):
        return np.sum(np.sin(grown(0.5, k, x, 2)))

    assert_right(function, A, B)
