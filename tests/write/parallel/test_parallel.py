"""Loops whose rounds run in parallel: which ones do, that no two parts meet, and the numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff
from write.parallel.races import run

numba = pytest.importorskip("numba")
X, Y = np.linspace(0.3, 1.1, 7), np.linspace(-1.0, 0.7, 4)
A = np.cos(np.arange(28.0)).reshape(7, 4)
WHERE = np.array([1, 3, 0, 1, 1, 2, 3])


def sums_and_totals(x, y, A, where):
    total = 0.0
    count = 0
    for i in range(len(x)):
        inner = 0.0
        for j in range(len(y)):
            inner += A[i, j] * math.sin(x[i] * y[j])
        if inner > 0:
            total += inner * inner
            count += 1
        total -= y[where[i]]
    return total * count


def rows_of_ones_own(x, y, A, where):
    out = np.empty((len(x), 2))
    for i in numba.prange(len(x)):
        row = A[i]
        out[i, 0] = np.sum(row * x[i])
        out[i, 1] = out[i, 0] * x[i]
    return np.sum(out[:, 1])


def colliding(x, y, A, where):
    out = np.zeros_like(y)
    for i in numba.prange(len(x)):
        out[where[i]] += x[i] * x[i]
    return np.sum(out * y)


def scratch(x, y, A, where):
    buffer = np.empty(len(y))
    total = 0.0
    for i in range(len(x)):
        for j in range(len(y)):
            buffer[j] = x[i] * y[j]
        for j in range(len(y)):
            total += buffer[j] * buffer[where[i]]
    return total


def inside_another_loop(x, y, A, where):
    total = 0.0
    for _ in range(3):
        grown = np.empty_like(x)
        for i in numba.prange(len(x)):
            grown[i] = math.sin(x[i]) * (1.0 + total)
        total += np.sum(grown)
    return total


def scratch_that_keeps_something(x, y, A, where):
    buffer = np.zeros(len(y))
    total = 0.0
    for i in range(len(x)):
        for j in range(len(y) - 1):
            buffer[j + 1] = math.sin(x[i] * y[j])
        buffer[0] += x[i]
        total += buffer[0] * buffer[1]
    return total


def carried(x, y, A, where):
    state = 0.5
    for i in numba.prange(len(x)):
        state = math.sin(state * x[i])
    return state


def neighbours(x, y, A, where):
    out = np.copy(x)
    for i in numba.prange(1, len(x)):
        out[i] = math.sin(out[i - 1]) * x[i]
    return np.sum(out)


def index_from_the_end(x, y, A, where):
    out = np.copy(x)
    for i in numba.prange(len(x)):
        out[i - 1] = math.sin(x[i])
    return np.sum(out * x)


def last_value(x, y, A, where):
    last = 0.0
    for i in numba.prange(len(x)):
        last = math.sin(x[i])
    return last


def sum_that_is_read(x, y, A, where):
    total = 0.0
    for i in numba.prange(len(x)):
        total += math.sin(x[i])
        if total > 1.0:
            total -= x[i]
    return total


def differentiated(function, parallel):
    made = numba.njit(parallel=True)(function) if parallel else numba.njit(function)
    wrt = tuple(p for p in ("x", "y", "A") if p in function.__code__.co_varnames)
    return symdiff.source(made, argnums=wrt, at=(X, Y, A, WHERE))


def agrees(function):
    """How many loops ran in parallel; asserts that the results are right, and no parts met."""
    name = f"{function.__name__}_grad"
    expected, _ = run(differentiated(function, False), name, (X, Y, A, WHERE), 1)
    text = differentiated(function, True)
    for threads in (1, 2, 3, 9):
        made, watch = run(text, name, (X, Y, A, WHERE), threads)
        assert not watch.races
        for one, other in zip([made[0], *made[1]], [expected[0], *expected[1]], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
    return watch.loops


PARALLEL = [sums_and_totals, rows_of_ones_own, colliding, scratch, inside_another_loop]
SERIAL = [scratch_that_keeps_something, carried, neighbours, index_from_the_end, last_value]


@pytest.mark.parametrize("function", PARALLEL)
def test_rounds_that_are_independent_run_in_parallel(function):
    assert agrees(function) > 0


@pytest.mark.parametrize("function", SERIAL)
def test_other_loops_stay_as_they_are(function):
    assert agrees(function) == 0


def test_a_loop_and_its_reverse_are_judged_apart():
    assert agrees(sum_that_is_read) == 1


def test_without_the_option_nothing_is_parallel():
    assert "prange" not in differentiated(colliding, False)


def test_compiled_parallel_gradients_are_right_every_time():
    def waves(x, y, where):
        total = 0.0
        for i in range(len(x)):
            total += math.sin(x[i] * y[where[i]])
        return total

    x, where = np.linspace(0.1, 1.0, 5000), np.arange(5000) % 4
    made = symdiff.grad(waves, argnums=(0, 1), target="numba", parallel=True)
    slopes = np.cos(x * Y[where])
    for _ in range(10):
        dx, dy = made(x, Y, where)
        np.testing.assert_allclose(dx, slopes * Y[where], rtol=1e-12)
        np.testing.assert_allclose(dy, np.bincount(where, slopes * x), rtol=1e-11)


def log_sum(x):
    largest = x[0]
    for i in range(1, len(x)):
        largest = max(largest, x[i])
    total = 0.0
    for i in range(len(x)):
        total += math.exp(x[i] - largest)
    return largest + math.log(total)


def calls_with_scratch(x, y, A, where):
    row = np.empty(len(y))
    total = 0.0
    for i in range(len(x)):
        for j in range(len(y)):
            row[j] = A[i, j] * y[j]
        total += log_sum(row) * x[i]
    return total


def test_calls_that_add_to_adjoints_of_the_round_are_followed():
    assert agrees(calls_with_scratch) == 1
