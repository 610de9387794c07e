"""Checkpointed loops and calls: the derivative of the plain ones, with less kept."""

from __future__ import annotations

import contextlib
import copy
import io
import itertools
import math
import tracemalloc

import numpy as np
import pytest

import symdiff
from programs.checkpointed import PROGRAMS
from symdiff.errors import UnsupportedSyntax
from symdiff.read.static import load

# Refused, or a gradient in lists, which is no array of numbers.
NOT_AGAIN = ("list_carried", "over_a_list", "list_pops", "outs")


def unmarked(what, keep=None):
    return what


def value_and_slopes(function, checkpoint, args):
    wrt = tuple(i for i, a in enumerate(args, 1) if not isinstance(a, int))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        value, slopes = symdiff.value_and_grad(function, wrt)(checkpoint, *copy.deepcopy(args))
    return value, np.concatenate([np.ravel(s) for s in slopes]), printed.getvalue()


@pytest.mark.parametrize(("function", "args"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_the_derivative_is_that_of_the_plain_program(function, args):
    mine, slopes, printed = value_and_slopes(function, symdiff.checkpoint, args)
    plain, expected, told = value_and_slopes(function, unmarked, args)
    assert mine == plain
    np.testing.assert_allclose(slopes, expected, rtol=1e-13, atol=0)
    assert printed == told


@pytest.mark.parametrize(
    ("function", "args"),
    [(f, args) for f, args in PROGRAMS if f.__name__ not in NOT_AGAIN],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_the_text_can_be_differentiated_again(function, args):
    random = np.random.default_rng(0)
    wrt = tuple(i for i, a in enumerate(args, 1) if isinstance(a, (float, np.ndarray)))
    direction = [random.normal(size=np.shape(args[i - 1])) for i in wrt]
    found = []
    for checkpoint in (symdiff.checkpoint, unmarked):
        given = (checkpoint, *copy.deepcopy(args))
        with contextlib.redirect_stdout(io.StringIO()):
            both = symdiff.jvp(symdiff.grad(function, wrt), given, direction, argnums=wrt)
        found.append(np.concatenate([np.ravel(part) for parts in both for part in parts]))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-10)


def rolled(x, n):
    for _ in symdiff.checkpoint(range(n)):
        x = x + 0.01 * np.sin(np.cos(x))
    return np.sum(x)


def rolled_with_few(x, n, k):
    for _ in symdiff.checkpoint(range(n), keep=k):
        x = x + 0.01 * np.sin(np.cos(x))
    return np.sum(x)


def peak(gradient, *args):
    gradient(args[0], 3, *args[2:])
    tracemalloc.start()
    try:
        gradient(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("n", [100, 900])
def test_the_root_of_the_rounds_is_the_most_that_is_kept(n):
    x = np.linspace(0, 1, 1000)
    assert peak(symdiff.grad(rolled), x, n) < (n**0.5 + 10) * x.nbytes


@pytest.mark.parametrize("keep", [1, 5, 20])
def test_no_more_states_are_kept_than_asked_for(keep):
    x = np.linspace(0, 1, 1000)
    assert peak(symdiff.grad(rolled_with_few), x, 100, keep) < (keep + 10) * x.nbytes


def test_as_many_states_are_kept_as_asked_for():
    x = np.linspace(0, 1, 1000)
    assert peak(symdiff.grad(rolled_with_few), x, 100, 90) > 90 * x.nbytes


def test_rounds_run_as_often_as_the_schedule_says(monkeypatch):
    calls = []
    sine = math.sin

    def swing(x, n):
        for _ in symdiff.checkpoint(range(n), keep=3):
            x = math.sin(x)
        return x

    written = {}
    exec(symdiff.source(swing), written)
    monkeypatch.setattr(math, "sin", lambda x: calls.append(x) or sine(x))
    written["swing_grad"](0.3, 9)
    # 9 for the value, and the fewest that 3 states allow: fewest(10, 3) of test_schedule.py is 15.
    assert len(calls) == 15


def test_only_the_state_that_is_read_is_kept():
    def f(x, s, n):
        for _ in symdiff.checkpoint(range(n)):
            s = s + 2.0 * x
            x = math.sin(x)
        return s * x

    text = symdiff.source(f)
    assert "x_kept" in text
    assert "s_kept" not in text


def test_nothing_is_kept_where_nothing_is_read():
    def f(x, n):
        for _ in symdiff.checkpoint(range(n)):
            x = 2 * x + 1
        return x

    text = symdiff.source(f)
    assert "append" not in text
    assert "checkpoint_gap" not in text


def test_nothing_is_kept_of_a_checkpointed_call():
    def layer(x):
        y = np.tanh(x)
        for _ in range(50):
            y = np.sin(y)
        return y

    def f(x, n):
        for _ in range(n):
            x = symdiff.checkpoint(layer)(x)
        return np.sum(x)

    x = np.linspace(0, 1, 1000)
    assert peak(symdiff.grad(f), x, 40) < 40 * x.nbytes + 60 * x.nbytes


@symdiff.checkpoint
def decorated(x):
    return math.sin(x) * math.exp(x)


def test_a_function_may_be_marked_by_decorating_it():
    def f(x):
        return decorated(decorated(x))

    assert "decorated_adjoint" in symdiff.source(f)
    h = 1e-6
    assert symdiff.grad(f)(0.3) == pytest.approx((f(0.3 + h) - f(0.3 - h)) / (2 * h), rel=1e-7)


def test_outside_of_derivatives_it_is_what_it_is_given():
    rounds = range(3, 9, 2)
    assert symdiff.checkpoint(rounds) is rounds
    assert symdiff.checkpoint(math.sin) is math.sin
    with pytest.raises(ValueError, match="one state"):
        symdiff.checkpoint(rounds, keep=0)
    with pytest.raises(TypeError, match="iterable or a function"):
        symdiff.checkpoint(3)


STATIC = """
import math
import symdiff as sd
from symdiff import checkpoint


@checkpoint
def layer(x):
    return math.sin(x) * math.exp(x)


def f(x: float, n: int) -> float:
    for i in sd.checkpoint(range(n), keep=4):
        x = layer(x) / (1 + i)
    for i in checkpoint(range(n, 0, -2)):
        x = x + sd.checkpoint(layer)(x)
    return x
"""


def test_a_file_is_read_without_running_it_and_the_text_needs_no_symdiff(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(STATIC)
    text = symdiff.source(load(f"{path}:f"), argnums=0)
    assert "symdiff as sd" not in text and "from symdiff" not in text
    written, original = {}, {}
    exec(text, written)
    exec(STATIC, original)
    value, slope = written["f_grad"](0.3, 5)
    h = 1e-6
    f = original["f"]
    assert value == f(0.3, 5)
    assert slope == pytest.approx((f(0.3 + h, 5) - f(0.3 - h, 5)) / (2 * h), rel=1e-7)


def endless(x):
    for _ in symdiff.checkpoint(itertools.count()):
        x = math.sin(x)
        if x < 0.1:
            break
    return x


def noisy(x, noise, n):
    for _ in symdiff.checkpoint(range(n)):
        x = math.sin(x) * noise.random()
    return x


def none_kept(x, n):
    for _ in symdiff.checkpoint(range(n), keep=0):
        x = math.sin(x)
    return x


def the_same_list(x):
    def f(q):
        return q

    q = [x, x * x]
    made = symdiff.checkpoint(f)(q)
    made[0] = 3 * x
    return q[0] * made[1]


@pytest.mark.parametrize(
    ("function", "args", "why"),
    [
        (the_same_list, (0.3,), "what it has not"),
        (endless, (0.3,), "number of rounds is not known"),
        (noisy, (0.3, np.random.default_rng(0), 3), "another value when it runs again"),
        (none_kept, (0.3, 3), "one state at least"),
    ],
)
def test_what_cannot_run_again_is_refused(function, args, why):
    with pytest.raises(UnsupportedSyntax, match=why):
        symdiff.grad(function)(*args)
