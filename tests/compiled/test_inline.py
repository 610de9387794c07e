"""Functions in the place of their calls, for a compiler."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff
from compiled_text import U, assert_gradients_agree, written
from symdiff.compiled.inline import put_in_place
from symdiff.stages import Call, steps, verify
from tests.differences import reading_of

V = np.arange(6.0) / 4 + 0.3


def squared(x, y):
    total = 0.0
    for i in range(len(x)):
        total += (x[i] - y[i]) ** 2
    return total


def nearest(point, points):
    best = squared(point, points[0])
    for i in range(1, len(points)):
        best = min(best, squared(point, points[i]))
    return best


def spread(points, centres):
    total = 0.0
    for point in points:
        total += math.sqrt(nearest(point, centres))
    return total


def averages(x, n):
    """The lengths of what two calls make are not the same."""
    return smoothed(x, n)[-1] * smoothed(x, n + 2)[0]


def smoothed(x, n):
    y = np.zeros(n)
    for i in range(n):
        y[i] = x[i] * x[i + 1]
    return y * x[:n]


def chosen(x, k):
    return path(x, k) * 2.0


def path(x, k):
    if k > 3:
        return early(x)
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        y[i + 1] = math.sin(y[i] * x[i]) + x[i]
    return y[-1]


def early(x):
    y = 0.0
    for v in x:
        y = math.cos(y * v)
    return y


def filled(x, out):
    for i in range(len(x)):
        out[i] = x[i] * x[i]


def in_place(x, n):
    out = np.zeros(len(x))
    total = 0.0
    for k in range(n):
        filled(x, out)
        total += out[k] * out[k + 1]
    return total


def halves(x, depth):
    total = 0.0
    for i in range(3):
        total += divided(x * i, depth)
    return total


def divided(x, depth):
    if depth == 0:
        return math.sin(x)
    return divided(x / 2, depth - 1) * divided(x / 3, depth - 1)


CASES = [
    (spread, (U[:6].reshape(3, 2), V.reshape(3, 2))),
    (averages, (U, 4)),
    (chosen, (U, 2)),
    (chosen, (U, 5)),
    (in_place, (U, 4)),
    (halves, (0.7, 2)),
]


@pytest.mark.parametrize(("function", "args"), CASES)
def test_gradients_are_those_of_the_python_target(function, args):
    assert_gradients_agree(function, args)


@pytest.mark.parametrize(("function", "args"), CASES)
def test_what_is_made_is_well_formed(function, args):
    verify(put_in_place(reading_of(function, *args).procedure))


@pytest.mark.parametrize(
    ("function", "args", "left"),
    [
        (spread, CASES[0][1], set()),
        (averages, CASES[1][1], {"smoothed"}),  # called twice, but in no loop
        (in_place, CASES[4][1], set()),
        (halves, CASES[5][1], {"divided"}),  # recursive
    ],
)
def test_functions_called_once_or_in_loops_are_put_in_place(function, args, left):
    made = put_in_place(reading_of(function, *args).procedure)
    assert set(made.callees) == left
    called = {s.callee for s in steps(made.body) if isinstance(s, Call)}
    assert {name.split("_")[0] for name in called} == left


def test_a_function_in_a_loop_allocates_nothing_in_it():
    text = written(spread, CASES[0][1])
    assert "_forward" not in text
    loops = text[text.index("for ") :]
    assert "np.zeros" not in loops and "np.empty" not in loops


def test_functions_with_rules_of_the_users_are_called():
    @symdiff.custom_vjp
    def scaled(x):
        return x * 3.0

    @scaled.pullback
    def _(x, *, out, cotangent):
        return (cotangent * 5.0,)

    def total(x):
        s = 0.0
        for i in range(3):
            s += scaled(x * i)
        return s

    made = put_in_place(reading_of(total, 0.5).procedure)
    assert [c.rule is not None for c in made.callees.values()] == [True]
