"""What is kept for the reverse sweep, and in which order it is taken back."""

from __future__ import annotations

import math

import pytest

import symdiff
from differences import assert_right, procedures_of
from support import run
from symdiff.differentiate.keeping import cost
from symdiff.simplify.dead import drop_dead
from symdiff.stages import (
    STACK,
    Apply,
    Branch,
    Const,
    Opaque,
    Pop,
    Push,
    Stage,
    Var,
    steps,
    verify,
)


def kept(function, *args):
    """The names of what is kept on stacks, in the order of the text."""
    made = verify(procedures_of(function, *args)["simplified"])
    return [step.stack.base for step in steps(made.body) if isinstance(step, Push)]


def linear(x, y, n):
    for i in range(n):
        x = 0.5 * x + i * y
    return x


def kepler(m, e):
    x = m
    while abs(x - e * math.sin(x) - m) > 1e-12:
        x = x - (x - e * math.sin(x) - m) / (1 - e * math.cos(x))
    return x


def logistic(r, x, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


def running_sum(xs):
    s = 0.0
    for x in xs:
        s += x * x
    return s


def power_of_two(x, n):
    for _ in range(n):
        x = x * x
    return x


def nested(x, n):
    for i in range(n):
        x = math.sin(x)
        for j in range(i):
            x = x * x + j
        x = math.cos(x)
    return x


def branching(x, n):
    for i in range(n):
        if i % 2 == 0:
            y = x
            for _ in range(i):
                y = 0.9 * y + 0.1
            x = y * y
        else:
            x = x * 1.1
    return x


def chosen(x, n):
    for _ in range(n):
        x = math.sin(x) if x > 0.5 else x * x
    return x


def test_nothing_is_kept_for_a_linear_loop():
    assert kept(linear, 1.0, 2.0, 4) == []
    assert_right(linear, 1.0, 2.0, 4)


def test_nothing_is_kept_where_the_items_are_still_there():
    assert kept(running_sum, [1.0, 2.0]) == []


def test_what_takes_long_to_compute_again_is_kept_in_one_tuple_a_round():
    assert kept(kepler, 1.0, 0.3) == ["kept"]
    assert_right(kepler, 1.0, 0.3)


def test_one_value_a_round_is_kept_for_a_map():
    assert kept(logistic, 3.1, 0.4, 10) == ["x_kept"]
    assert kept(power_of_two, 1.1, 4) == ["x_kept"]
    assert_right(logistic, 3.1, 0.4, 10)


def test_a_round_that_is_computed_again_needs_only_what_it_starts_from():
    def f(x, n):
        for _ in range(n):
            a = x * x
            b = a + 2.0
            x = b * a
        return x

    assert len(kept(f, 0.5, 3)) == 1
    assert_right(f, 0.5, 3)


def test_nested_loops_take_back_last_what_they_kept_first():
    made = verify(drop_dead(procedures_of(nested, 0.7, 4)["differentiated"]))
    pushed = [s.stack for s in steps(made.body) if isinstance(s, Push)]
    popped = [s.stack for s in steps(made.body) if isinstance(s, Pop)]
    assert set(pushed) == set(popped) and len(pushed) == len(popped)
    assert run(made, 0.7, 4)[0] == nested(0.7, 4)
    assert_right(nested, 0.7, 4)


@pytest.mark.parametrize("function, args", [(nested, (0.7, 4)), (kepler, (1.0, 0.3))])
def test_stacks_are_empty_at_the_end(function, args):
    made = drop_dead(procedures_of(function, *args)["differentiated"])
    stacks = [s.target for s in steps(made.body) if isinstance(s, Stage) and s.target.kind is STACK]
    assert stacks
    made.result = Apply("tuple", tuple(Apply("nonempty", (stack,)) for stack in stacks))
    assert not any(run(made, *args))


def test_what_is_kept_in_an_arm_is_taken_back_in_that_arm():
    made = verify(procedures_of(branching, 0.7, 5)["simplified"])
    arms = [
        [type(inner) for inner in steps(step.then) if isinstance(inner, (Push, Pop))]
        for step in steps(made.body)
        if isinstance(step, Branch)
    ]
    assert arms == [[Push], [Pop]] and kept(branching, 0.7, 5) == ["y_kept"]
    assert_right(branching, 0.7, 5)


def test_what_conditional_expressions_read_is_kept_once():
    assert kept(chosen, 0.9, 5) == ["x_kept"]
    assert_right(chosen, 0.9, 5)


def test_loops_that_are_left_early_know_their_rounds():
    def f(x, n):
        for i in range(n):
            x = math.sin(x) + i * x
            if x > 2:
                break
        return x

    assert_right(f, 0.9, 8)
    assert_right(f, 0.1, 2)


def test_no_round_at_all_is_no_trouble():
    assert symdiff.grad(logistic, argnums=(0, 1))(3.0, 0.4, 0) == (0.0, 1.0)
    assert symdiff.grad(kepler, argnums=(0, 1))(0.0, 0.3) == (1.0, 0.0)


def test_an_iterator_that_runs_out_is_run_once():
    def f(x, items):
        for item in items:
            x = x * x + item
        return x

    assert symdiff.grad(f)(0.5, iter((1, 2))) == symdiff.grad(f)(0.5, (1, 2))


def test_lists_are_kept_whole_only_where_there_is_no_other_way():
    def f(x, n):
        a = [x, 1.0]
        for i in range(n):
            a[0] = a[0] * a[1]
            a[1] = a[1] + i * x
        return a[0]

    made = verify(procedures_of(f, 0.7, 3)["simplified"])
    pushed = [s.value for s in steps(made.body) if isinstance(s, Push)]
    assert not [v for v in pushed if isinstance(v, Apply) and v.op == "copy"]
    assert_right(f, 0.7, 3)


def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half * x if n % 2 else half * half


def test_recursive_procedures_hand_on_nested_tuples():
    made = procedures_of(power, 1.2, 5)["simplified"]
    forward = next(c for name, c in made.callees.items() if name.endswith("_forward"))
    for each in made.callees.values():
        verify(each)
    value, handed_on = run(forward, 1.2, 5)
    depth = 0
    while isinstance(handed_on, tuple) and handed_on:
        depth += 1
        handed_on = next((part for part in handed_on if isinstance(part, tuple)), None)
    assert value == power(1.2, 5) and depth >= 3
    assert_right(power, 1.2, 5)


def test_the_cost_of_computing_again():
    x = Var("x")
    assert cost(x) == cost(Const(1.0)) == 0
    assert cost(Apply("mul", (x, x))) < cost(Apply("truediv", (x, x)))
    assert cost(Apply("truediv", (x, x))) < cost(Apply("math.sin", (x,)))
    assert cost(Apply("math.sin", (x,))) < cost(Apply("helper:sigmoid", (x,)))
    impure, update = Opaque("next(_0)", (x,)), Apply("append", (x, x))
    assert cost(impure) == cost(update) > 10**6
