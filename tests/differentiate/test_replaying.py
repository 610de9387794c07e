"""Arrays that loops write from end to end are written again in the reverse sweep."""

from __future__ import annotations

import math

import numpy as np
import pytest

from compiled_text import U, assert_gradients_agree, written


@pytest.fixture
def unfused(monkeypatch):
    """Neighbouring loops stay apart, so that what is written again is seen."""
    monkeypatch.setattr("symdiff.compiled.neighbours.fuse_neighbours", lambda procedure: procedure)


ABOVE = np.linspace(1.1, 2.0, len(U))


def in_two_parts(x, rounds):
    n = len(x)
    y = x.copy()
    slope = np.empty(n)
    for _ in range(rounds):
        slope[0] = x[0]
        for i in range(1, n):
            slope[i] = x[i] * y[i - 1]
        for i in range(n):
            y[i] = slope[i] * slope[i]
    return y.sum()


def one_from_the_other(x, rounds):
    n = len(x)
    y = x.copy()
    a = np.empty(n)
    b = np.empty(n)
    for _ in range(rounds):
        for i in range(n):
            a[i] = y[i] * x[i]
        for i in range(n):
            b[i] = a[i] + y[i]
        for i in range(n):
            y[i] = a[i] * b[i]
    return y.sum()


def of_two_axes(A, rounds):
    n, m = A.shape
    y = 1.0
    square = np.empty((n, m))
    for _ in range(rounds):
        for i in range(n):
            for j in range(m):
                square[i, j] = A[i, j] * y
        total = 0.0
        for i in range(n):
            for j in range(m):
                total += square[i, j] * square[i, j]
        y = total
    return y


def in_an_inner_loop(x, rounds):
    n = len(x)
    c = np.empty(n)
    y = 1.0
    for _ in range(rounds):
        for k in range(2):
            for i in range(n):
                c[i] = x[i] - y * k
            s = 0.0
            for i in range(n):
                s += c[i] * c[i]
            y = s * 0.1
    return y


MATRIX = np.outer(U[:4], U[2:5])


@pytest.mark.parametrize(
    ("function", "args", "line"),
    [
        (in_two_parts, (ABOVE, 2), "slope[i] = x[i] * y[i - 1]"),
        (one_from_the_other, (U, 3), "b[i] = a[i] + y[i]"),
        (of_two_axes, (MATRIX, 2), "square[i, j] = A[i, j] * y"),
        (in_an_inner_loop, (U, 2), "c[i] = x[i] - y * k"),
    ],
)
def test_cheap_elements_are_written_again(function, args, line, unfused):
    text = written(function, args)
    name = line.split("[")[0]
    assert f"{name}_kept" not in text, text
    assert text.split("# backward")[1].count(line) == 1, text
    assert_gradients_agree(function, args)


def not_all(x, rounds):
    n = len(x)
    c = x.copy()
    for _ in range(rounds):
        for i in range(1, n):
            c[i] = c[0] * x[i]
        for i in range(n):
            x = x * c[i]
    return x.sum() + c.sum()


def from_the_third(x, rounds):
    c = x.copy()
    y = 1.0
    for _ in range(rounds):
        for i in range(2, len(x)):
            c[i] = x[i] * y
        c[0] = y
        for i in range(len(x)):
            y = y + c[i] * c[i]
    return y


def on_the_diagonal(A, rounds):
    c = A.copy()
    y = 1.0
    for _ in range(rounds):
        for i in range(len(A)):
            c[i, i] = A[i, i] * y
        for i in range(len(A)):
            for j in range(len(A)):
                y = y + c[i, j] * c[i, j]
    return y


def some_rounds(x, rounds):
    c = x.copy()
    y = 1.0
    for r in range(rounds):
        for _ in range(r % 2):
            for i in range(len(x)):
                c[i] = x[i] * y
        for i in range(len(x)):
            y = y + c[i] * c[i]
    return y


def its_own_elements(x, rounds):
    c = x.copy()
    y = 1.0
    for _ in range(rounds):
        for i in range(len(x)):
            c[i] = c[i] * y
        for i in range(len(x)):
            y = y + c[i] * c[i] * 0.01
    return y


def the_one_before(x, rounds):
    c = x.copy()
    y = 1.0
    for _ in range(rounds):
        c[0] = y
        for i in range(1, len(x)):
            c[i] = x[i] * c[i - 1]
        for i in range(len(x)):
            y = y + c[i] * c[i] * 0.01
    return y


def where_it_is_positive(x, rounds):
    c = x.copy()
    y = 1.0
    for r in range(rounds):
        for i in range(len(x)):
            if x[i] > 0.5 * r:
                c[i] = x[i] * y
        for i in range(len(x)):
            y = y + c[i] * c[i] * 0.01
    return y


def costly(x, rounds):
    c = x.copy()
    y = 1.0
    for _ in range(rounds):
        for i in range(len(x)):
            c[i] = math.exp(x[i] * y)
        for i in range(len(x)):
            y = y + c[i] * c[i] * 0.01
    return y


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (not_all, (U, 2)),
        (from_the_third, (U, 2)),
        (on_the_diagonal, (np.outer(U[:3], U[2:5]), 2)),
        (some_rounds, (U, 4)),
        (its_own_elements, (U, 3)),
        (the_one_before, (U, 3)),
        (where_it_is_positive, (ABOVE, 4)),
        (costly, (U, 2)),
    ],
)
def test_other_arrays_and_what_costs_more_are_kept(function, args):
    text = written(function, args)
    assert "_kept" in text, text
    assert "empty_like" not in text, text
    assert_gradients_agree(function, args)


def two_steps(x, rounds):
    n = len(x)
    y = x.copy()
    k = np.empty(n)
    m = np.empty(n)
    a = np.empty(n)
    b = np.empty(n)
    for _ in range(rounds):
        for i in range(n):
            k[i] = x[i] * y[i]
        for i in range(n):
            a[i] = y[i] + k[i]
        for i in range(n):
            m[i] = x[i] * a[i]
        for i in range(n):
            b[i] = y[i] + m[i]
        for i in range(n):
            y[i] = a[i] * b[i]
    return y.sum()


def test_arrays_that_nobody_reads_any_more_are_written_over(unfused):
    backward = written(two_steps, (U, 2)).split("# backward")[1]
    assert backward.count("np.empty(n)") == 3, backward
    assert "k[i] = x[i] * a[i]" in backward, backward
    assert_gradients_agree(two_steps, (U, 2))
