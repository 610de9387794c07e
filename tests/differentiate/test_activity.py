"""Which variables are active, and what is refused because it is."""

from __future__ import annotations

import math
import os

import pytest

import symdiff
from differences import reading_of
from support import op
from symdiff.differentiate.activity import Activity, Summaries, dependences, reachable
from symdiff.errors import Offences, UnsupportedCall
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Branch,
    Call,
    Carried,
    Const,
    Global,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Param,
    Procedure,
    Stage,
    Var,
)

X, Y, N = Var("x"), Var("y"), Var("n", INTEGER)
XS = Var("xs", ListOf(REAL))


def procedure(body, result, name="f", params=(X, Y, N), callees=None):
    return Procedure(name, [Param(v.base, v) for v in params], body, result, callees=callees or {})


def active(body, result, inputs):
    made = procedure(body, result)
    return Activity(made, inputs, {result}, Summaries()).active


@pytest.mark.parametrize(
    "expr, expected",
    [
        (X, [X]),
        (N, []),
        (Const(1.0), []),
        (op("mul", X, Y), [X, Y]),
        (op("lt", X, Y), []),
        (op("math.floor", X), []),
        (op("cond", op("lt", X, Y), X, N), [X]),
        (op("getitem", XS, N), [XS]),
        (op("setitem", XS, N, X), [XS, X]),
        (op("len", XS), []),
        (op("zeros_like", XS), []),
        (op("helper:sigmoid", X), [X]),
        (Opaque("g(_0)", (X,)), [X]),
    ],
)
def test_what_a_value_depends_on_differentiably(expr, expected):
    assert list(dependences(expr)) == expected


def test_active_is_what_depends_on_the_input_and_matters_to_the_result():
    a, b, c, z = Var("a"), Var("b"), Var("c"), Var("z")
    body = [
        Stage(a, op("math.sin", X)),
        Stage(b, op("math.sin", Y)),
        Stage(c, op("mul", a, a)),
        Stage(z, op("mul", a, b)),
    ]
    assert active(body, z, {X}) == {X, a, z}
    assert active(body, z, {Y}) == {Y, b, z}
    assert active(body, c, {Y}) == set()


def test_integers_and_tests_hand_on_nothing():
    count, test, z = Var("count", INTEGER), Var("test", BOOLEAN), Var("z")
    body = [
        Stage(count, op("math.floor", X)),
        Stage(test, op("lt", X, Y)),
        Stage(z, op("cond", test, count, 2.0)),
    ]
    assert active(body, z, {X}) == set()


def test_merges_depend_on_either_arm_and_not_on_the_test():
    a, z = Var("a"), Var("z")
    branch = Branch(op("gt", Y, 0.0), [Stage(a, op("mul", X, 2.0))], [], [Merge(z, a, Const(1.0))])
    assert active([branch], z, {X}) == {X, a, z}
    assert active([branch], z, {Y}) == set()


def test_carried_variables_depend_on_what_a_round_hands_on():
    s, s_1, t, t_1 = Var("s"), Var("s"), Var("t"), Var("t")
    body = [Stage(s_1, op("add", s, t)), Stage(t_1, op("mul", t, X))]
    loop = Loop(
        [Carried(s, Const(0.0), s_1), Carried(t, Const(1.0), t_1)],
        body,
        iterable=op("range", N),
    )
    # The dependence of s on x takes two rounds.
    assert active([loop], s, {X}) == {X, s, s_1, t, t_1}


def test_reachability_follows_circles():
    assert reachable({X}, {X: [Y], Y: [X, N]}) == {X, Y, N}


def test_recursive_procedures_are_summarised_to_a_fixed_point():
    # f(x, y, n): first = g's second, second = x; g(x, y, n): first = y, second = f's first
    a, b, c, d = Var("a"), Var("b"), Var("c"), Var("d")
    x, y, n = Var("x"), Var("y"), Var("n", INTEGER)
    callees = {}
    callees["f"] = procedure([Call((a, b), "g", (X, Y, N))], Apply("tuple", (b, X)), "f")
    callees["g"] = procedure([Call((c, d), "f", (y, x, n))], Apply("tuple", (y, c)), "g", (x, y, n))
    z = Var("z")
    branch = Branch(op("gt", N, 0), [], [], [Merge(z, b, X)])
    callees["f"].body.append(branch)
    callees["f"].result = Apply("tuple", (z, X))
    for each in callees.values():
        each.callees = callees
    summaries = Summaries()
    assert summaries.of("f", callees["f"]) == [[0, 1], [0]]
    assert summaries.of("g", callees["f"]) == [[1], [0, 1]]


def test_calls_hand_on_only_what_their_results_depend_on():
    a, b = Var("a"), Var("b")
    callee = procedure([], Apply("tuple", (X, Y)), "g", (X, Y))
    x, y = Var("x"), Var("y")
    made = procedure([Call((a, b), "g", (x, y))], a, "f", (x, y), {"g": callee})
    assert Activity(made, {x, y}, {a}, Summaries()).active == {x, a}


def test_calls_without_a_rule_are_refused_only_where_active():
    a, b = Var("a", OBJECT), Var("b")
    call = Opaque("_0(_1)", (Global("os.nice"), X))
    body = [Stage(a, call), Stage(b, op("mul", Y, 2.0))]
    made = procedure(body, b)
    Activity(made, {X, Y}, {b}, Summaries())
    made = procedure([Stage(b, op("mul", Opaque("_0(_1)", (Global("g"), X)), Y))], b)
    Activity(made, {Y}, {b}, Summaries())
    with pytest.raises(UnsupportedCall, match=r"g\(\) has no derivative rule"):
        Activity(made, {X}, {b}, Summaries())


def test_arrays_made_of_unknown_objects_may_be_active():
    a, b = Var("a", ArrayOf(OBJECT)), Var("b")
    call = Opaque("_0(_1)", (Global("g"), X))
    made = procedure(
        [Stage(a, Apply("numpy.copy", (call,))), Stage(b, Apply("numpy.sum", (a,)))], b
    )
    with pytest.raises(UnsupportedCall, match=r"g\(\) has no derivative rule"):
        Activity(made, {X}, {b}, Summaries())


def test_all_refusals_are_collected_and_say_what_is_active():
    def f(x, y):
        a = os.nice(x)
        b = os.getpid(y)
        return a * b

    with pytest.raises(Offences) as caught:
        symdiff.grad(f, argnums=(0, 1))(1.0, 2.0)
    assert len(caught.value.errors) == 2
    assert "x is active here" in str(caught.value) and "y is active here" in str(caught.value)


def test_active_variables_of_a_function_that_is_read():
    def f(x, n):
        k = math.floor(x)
        unused = x * k
        total = 0.0
        for i in range(n):
            total += x * i
        return total if unused > 1 else 2 * total

    reading = reading_of(f, 1.5, 3)
    made = reading.procedure
    found = Activity(made, {reading.parameters["x"]}, {made.result}, Summaries()).active
    names = {v.base for v in found if not v.temporary}
    assert {"x", "total"} <= names and not names & {"n", "k", "i", "unused"}
