"""Loops of the reverse sweep that run upwards: those whose rounds meet nothing of one another."""

from __future__ import annotations

import numpy as np

from compiled_text import U, assert_gradients_agree, written


def apart(x, y, n):
    z, w = np.zeros(n), np.zeros(n)
    for _ in range(3):
        for i in range(n):
            z[i] = w[i] * x[i] + y[i]
        for i in range(1, n):
            w[i] = z[i] * z[i - 1]
    return w.sum()


def one_after_the_other(x, n):
    z = np.zeros(n)
    z[0] = x[0]
    for i in range(1, n):
        z[i] = z[i - 1] * x[i]
    return z[n - 1]


def both_sides(u, n):
    u = u.copy()
    for i in range(1, n - 1):
        u[i] = u[i + 1] * u[i - 1]
    return u.sum()


def carried(x, n):
    y = 1.0
    for i in range(n):
        y = y * x[i] + x[i] ** 2
    return y


def rows(A, x, n):
    y, z = x.copy(), np.zeros(n)
    for _ in range(3):
        for i in range(n):
            s = 0.0
            for j in range(n):
                s += A[i, j] * y[j]
            z[i] = s * s
        for i in range(n):
            y[i] = z[i] * x[i]
    return y.sum()


def rows_that_hand_on(A, n):
    s = 1.0
    for i in range(n):
        q = 0.0
        for j in range(n):
            q += A[i, j] * s
        s = 0.5 * s + 0.1 * q * q
    return s


def backward_loops(function, args):
    text = written(function, args).split("# backward")[1]
    return [line.strip() for line in text.splitlines() if line.strip().startswith("for ")]


def test_rounds_that_are_apart_run_upwards():
    assert backward_loops(apart, (U, U, 9)) == [
        "for j in range(3):",
        "for i in range(n):",
        "for i in range(1, n):",
        "for i in range(n):",
    ]
    assert_gradients_agree(apart, (U, U[::-1].copy(), 9))


def test_rounds_that_take_what_the_next_one_leaves_run_downwards():
    for function, args in ((one_after_the_other, (U, 9)), (both_sides, (U, 9)), (carried, (U, 9))):
        assert all(line.endswith("-1):") for line in backward_loops(function, args))
        assert_gradients_agree(function, args)


def test_loops_around_others_run_upwards_too():
    A = np.outer(U, U[::-1]) + 0.5
    assert backward_loops(rows, (A, U, 9))[1:] == [
        "for i in range(n):",
        "for i in range(n):",
        "for j in range(n):",
    ]
    assert_gradients_agree(rows, (A, U, 9))
    assert backward_loops(rows_that_hand_on, (A, 9))[0] == "for i in range(n - 1, -1, -1):"
    assert_gradients_agree(rows_that_hand_on, (A, 9))
