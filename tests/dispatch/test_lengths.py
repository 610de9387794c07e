"""Derivatives that are called from Python are written for arrays without lengths of 1, and for
lengths that are equal where the function wants it; others are called where that is not so."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from symdiff.dispatch import lengths
from symdiff.dispatch.lengths import (
    OtherLengths,
    agreed_lengths,
    with_lengths,
    without_ones,
)
from symdiff.generate import procedure_for
from symdiff.stages import REAL, ArrayOf

numba = pytest.importorskip("numba")


@numba.njit
def gates(w, x):
    total = 0.0
    for i in range(len(w)):
        y = np.tanh(w[i] * x) + w[i]
        total += np.sum(y * y * x)
    return total


@numba.njit
def of_pair(pair, n):
    return n * np.sum(pair[0] * np.sin(pair[1]))


def assert_right(made, function, *args):
    expected = symdiff.grad(function.py_func, argnums=(0, 1))(*args)
    for one, other in zip(made(*args), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize("first", [0, 2])
def test_lengths_of_one_are_told_apart_in_any_order(first):
    made = symdiff.grad(gates, argnums=(0, 1))
    u = np.linspace(-0.5, 1.0, 6)
    calls = [(u.reshape(2, 3), u[:3]), (u.reshape(1, 6), u), (u.reshape(6, 1), u[:3])]
    calls += [(u.reshape(2, 3), u[:1]), (u[:1].reshape(1, 1), u[:1]), (u.reshape(3, 2), u[:2])]
    for args in calls[first:] + calls[:first]:
        assert_right(made, gates, *args)


def test_compiled_code_calls_what_takes_all_lengths():
    made = symdiff.grad(gates, argnums=(0, 1))

    @numba.njit
    def call(w, x):
        return made(w, x)

    u = np.linspace(-0.5, 1.0, 6)
    assert_right(made, gates, u.reshape(2, 3), u[:3])
    for x in (u[:3], u[:1]):
        for one, other in zip(call(u.reshape(2, 3), x), made(u.reshape(2, 3), x), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_nothing_is_undone_where_nothing_can_be_broadcast():
    made = symdiff.grad(gates, argnums=(0, 1))
    u = np.linspace(-0.5, 1.0, 6)
    made(u.reshape(2, 3), u[:3])
    with pytest.raises(OtherLengths):
        made.symdiff_for_long(u.reshape(2, 3), u[:1])


def test_lengths_in_tuples_count():
    made = symdiff.grad(of_pair)
    u = np.linspace(-0.5, 1.0, 6)
    for pair in ((u, u), (u, u[:1]), (u[:1], u)):
        expected = symdiff.grad(of_pair.py_func)(pair, 2)
        for one, other in zip(made(pair, 2), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_functions_of_numbers_have_one_dispatcher():
    made = symdiff.grad(numba.njit(lambda x: x**3))
    assert made(2.0) == 12.0
    assert not hasattr(made, "symdiff_for_long")


def test_what_the_function_raises_is_raised():
    @numba.njit
    def positive(x):
        if x[0] < 0:
            raise ValueError("negative")
        return np.sum(np.sqrt(x))

    made = symdiff.grad(positive)
    for n in (1, 2):
        assert made(np.full(n, 4.0))[0] == 0.25
        with pytest.raises(ValueError, match="negative"):
            made(np.full(n, -4.0))


@numba.njit
def packed(w, x, h):
    """The weights of two gates in one row."""
    n = h.shape[0]
    gate = 1 / (1 + np.exp(-(x * w[:n] + w[2 * n :])))
    return np.sum(gate * np.tanh(h * w[n : 2 * n]) + x)


def test_operations_tell_which_lengths_are_equal():
    specs = tuple(without_ones(ArrayOf(REAL, (None,))) for _ in range(3))

    def read(known):
        return procedure_for(packed, tuple(map(with_lengths, "wxh", specs, [known] * 3)))

    agreed, spared = agreed_lengths(read)
    assert lengths.tests_of([("h", 0)], agreed, spared) == [
        "h.shape[0] == 1",
        "x.shape[0] != 1 * h.shape[0] + 0",
        "w.shape[0] != 3 * h.shape[0] + 0",
    ]


@pytest.mark.parametrize("long", [(9, 3, 3), (9, 1, 3), (3, 1, 1), (8, 3, 3), (9, 2, 3)])
def test_arrays_of_other_lengths_are_broadcast_or_refused_as_ever(long):
    w, x, h = (np.linspace(-0.5, 1.0, n) for n in long)
    made = symdiff.grad(packed, argnums=(0, 1, 2))
    for args in ((np.ones(6), np.ones(2), np.ones(2)), (w, x, h)):
        try:
            expected = symdiff.grad(packed.py_func, argnums=(0, 1, 2))(*args)
        except ValueError:
            with pytest.raises(ValueError):
                made(*args)
            continue
        for one, other in zip(made(*args), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


@numba.njit
def padded(x):
    """Of one number nothing is left, and two are put behind it."""
    return np.sum(np.concatenate((x[2:], x[:1] * np.ones(2))) ** 2)


@pytest.mark.parametrize("n", [2, 3, 1])
def test_arrays_too_short_for_a_slice_are_taken_as_they_are(n):
    made = symdiff.grad(padded)
    for x in (np.ones(5), np.arange(1.0, n + 1)):
        np.testing.assert_allclose(made(x), symdiff.grad(padded.py_func)(x))
