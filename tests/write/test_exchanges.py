"""Arrays that loops exchange, as two buffers take turns, are not copied; others still are."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from compiled_text import assert_gradients_agree
from support import op, run, text_of
from symdiff.stages import REAL, ArrayOf, Carried, Const, Loop, Param, Procedure, Stage, Var
from symdiff.write.aliases import _Finder, objects_of
from tests.differences import assert_right

U = np.linspace(0.2, 1.4, 6) ** 2


def two(u0, k, steps):
    u, v = u0.copy(), np.zeros(len(u0))
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            v[i] = u[i] + k * u[i - 1] * u[i + 1]
        u, v = v, u
    return u[1] * u[2] + v[3]


def three(u0, k, steps):
    a, b, c = u0.copy(), u0 * 2.0, u0 * u0
    for n in range(steps):
        c[1:-1] = 2.0 * b[1:-1] - a[1:-1] + k * b[2:] * b[:-2]
        a[n] = c[n + 1] * b[0]
        a, b, c = b, c, a
    return np.sum(a * b) + c[0] * c[1]


def by_whole_arrays(u0, k, steps):
    u, v = u0.copy(), u0.copy()
    for _ in range(steps):
        v[1:-1] = u[1:-1] * (1 - 2 * k) + k * u[:-2] * u[2:]
        u, v = v, u
    return np.sum(u * u) + v[2]


def sometimes(u0, k, steps):
    u, v = u0.copy(), np.ones(len(u0))
    for n in range(steps):
        v[n] = k * u[n + 1] * u[n]
        if n % 2:
            u, v = v, u
    return u[0] * v[0] + u[1] + v[2]


def again_and_again(u0, k, steps):
    u, v = u0.copy(), np.ones(len(u0))
    total = 0.0
    for _ in range(2):
        for n in range(steps):
            v[n] = k * u[n + 1] * u[n]
            u, v = v, u
        total += u[0] * v[1]
    return total + u[2]


def remembered(u0, k, steps):
    u, v = u0.copy(), np.ones(len(u0))
    states = []
    for n in range(steps):
        v[n] = k * u[n + 1] * u[n]
        states.append(u.copy())
        u, v = v, u
    return np.sum(np.stack(states) ** 2) + u[1]


def running_products(row):
    y = np.ones(len(row))
    for j in range(1, len(row)):
        y[j] = y[j - 1] * row[j]
    return y[-1] + y[1]


def by_a_function(u0, k, steps):
    """What the function keeps can't be copied."""
    u, v = u0.copy(), np.ones(len(u0))
    for n in range(steps):
        u[n] = k * running_products(v) + v[n]
        u, v = v, u
    return u[0] + v[1]


def one_is_held(u0, k, steps):
    """Where a third variable holds one of the arrays, it is another one's in the next round."""
    u, v, w = u0.copy(), u0 * 2.0, np.ones(len(u0))
    total = 0.0
    u, v, w = w, v, u
    u = v.copy()
    v = w.copy()
    for n in range(3):
        total += u[n % 4] * u[1]
        if u[3] > w[1]:
            u = v
        v, w = w, v
    for n in range(3):
        total += u[n % 4] * w[n % 4]
        if u[n % 4] > v[3]:
            total += v[0] * v[n % 4]
        total += u[3] * v[n % 4]
        u, v = v, u
    return total + u[0] * v[1] + np.sum(w * v)


def exchanged_at_first(u0, k, steps):
    """Adjoints are exchanged while a stack holds the arrays that they could be made of."""
    u, v, w = u0.copy(), u0 * 2.0, np.ones(len(u0))
    total = v[1] * w[0]
    if v[1] > u[1]:
        u, v, w = v, w, u
    for n in range(steps):
        total += u[1] * u[0]
        v = v.copy()
        w[1:-1] = v[2:] * k + w[:-2]
        total += v[n] * v[2]
        u, v = v, u
    return total + u[0] * v[1] + np.sum(w * u)


EXCHANGED = [two, three, by_whole_arrays]
OTHERS = [sometimes, again_and_again, remembered, by_a_function, one_is_held, exchanged_at_first]


@pytest.mark.parametrize("function", [*EXCHANGED, *OTHERS])
@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_gradients_are_right(function, steps):
    if function is not remembered or steps:
        assert_right(function, U, 0.3, steps)


@pytest.mark.parametrize("function", [f for f in (*EXCHANGED, *OTHERS) if f is not remembered])
def test_so_are_those_for_a_compiler(function):
    assert_gradients_agree(function, (U, 0.3, 3))


@pytest.mark.parametrize("function", EXCHANGED)
def test_nothing_is_copied_when_arrays_are_exchanged(function):
    for target in (None, "numba"):
        text = symdiff.source(function, (0, 1), at=(U, 0.3, 3), target=target)
        loops = text[text.index("for ") :]
        copied = [line for line in loops.splitlines() if ".copy()" in line]
        assert all("_kept" in line or "_item" in line for line in copied), text


@pytest.mark.parametrize("function", EXCHANGED)
def test_second_derivatives_are_right(function):
    slope = symdiff.grad(function)
    h = 1e-5
    steps = [h * e for e in np.eye(len(U))]
    expected = [(slope(U + e, 0.3, 3) - slope(U - e, 0.3, 3)) / (2 * h) for e in steps]
    np.testing.assert_allclose(symdiff.hessian(function)(U, 0.3, 3), expected, atol=1e-8)


VECTOR = ArrayOf(REAL, (3,))


def rotated(rounds):
    """Two arrays take turns for so many rounds, and the first one has another name, too."""
    first, u0, v0 = (Var(n, VECTOR) for n in ("first", "u", "v"))
    u, v, made = (Var(n, VECTOR) for n in "uvv")
    update = op("setitem", v, Const(0), op("add", op("getitem", u, Const(1)), Const(1.0)))
    carried = [Carried(u, u0, made), Carried(v, v0, u)]
    x = Var("x", VECTOR)
    body = [
        Stage(u0, op("copy", x)),
        Stage(v0, op("copy", x)),
        Stage(first, u0),
        Loop(carried, [Stage(made, update)], iterable=op("range", Const(rounds))),
    ]
    return Procedure("f", [Param("x", x)], body, op("tuple", first, u, v))


def test_the_first_array_that_somebody_holds_is_copied():
    x = np.array([1.0, 2.0, 4.0])
    made = rotated(3)
    assert ".copy()" in text_of(made).split("for ")[1] or text_of(made).count(".copy()") > 2
    first, u, v = run(made, x)
    np.testing.assert_array_equal(first, x)
    np.testing.assert_array_equal(u, [3.0, 2.0, 4.0])
    np.testing.assert_array_equal(v, [3.0, 2.0, 4.0])


def filled(count):
    """So many loops, each of which fills two arrays."""
    x, body = Var("x", VECTOR), []
    for _ in range(count):
        starts = [Var("u", VECTOR), Var("v", VECTOR)]
        body += [Stage(start, op("copy", x)) for start in starts]
        pairs = [(Var("u", VECTOR), Var("u", VECTOR)) for _ in starts]
        updates = [Stage(new, op("setitem", old, Const(0), Const(1.0))) for old, new in pairs]
        carried = [Carried(old, s, new) for s, (old, new) in zip(starts, pairs, strict=True)]
        body.append(Loop(carried, updates, iterable=op("range", Const(3))))
    return Procedure("f", [Param("x", x)], body, op("tuple", *(c.var for c in carried)))


def test_loops_that_exchange_nothing_cost_no_search(monkeypatch):
    counted = []
    spread = _Finder.spread
    monkeypatch.setattr(_Finder, "spread", lambda *args: [counted.append(1), spread(*args)])
    objects_of(filled(40))
    assert len(counted) == 1
