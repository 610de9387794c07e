"""Reverse loops run over what is kept where every round takes one value."""

from __future__ import annotations

import math

from differences import assert_right, procedures_of
from symdiff.stages import Apply, Loop, Pop, Push, Var, steps, verify


def product(x, n):
    for _ in range(n):
        x = x * x * 0.5
    return x


def until(x, n):
    for i in range(n):
        x = x * x + i
        if x > 2:
            break
    return x


def apart(x, y, n):
    for _ in range(n):
        x, y = x * y, x + y * y
    return x


def nested(x, n):
    total = 0.0
    for _ in range(n):
        for _ in range(3):
            x = x * x * 0.9
        total += x
    return total


def many(a, b, c, d, n):
    for _ in range(n):
        a, b, c, d = a * b, b * c, c * d, d * a
    return a


def many_until(a, b, c, d, n):
    for i in range(5, n, 2):
        a, b, c, d = a * b * i, b * c, c * d, d * a
        if a > 2:
            break
    return a


def in_an_arm(x, n):
    for _ in range(n):
        if x > 0.5:
            x = x * x * 0.7
        x = x + 0.3
    return x


def loops(function, *args):
    """The loops of the reverse sweep, and the steps that take values back."""
    made = verify(procedures_of(function, *args)["simplified"])
    assert_right(function, *args)
    turned = [s for s in steps(made.body) if isinstance(s, Loop) and s.place is None]
    return turned, [s for s in steps(made.body) if isinstance(s, Pop)]


def test_a_loop_runs_over_one_stack():
    (loop,), pops = loops(product, 0.7, 5)
    assert not pops and isinstance(loop.iterable, Apply) and loop.iterable.op == "reversed"
    assert isinstance(loop.iterable.args[0], Var) and loop.iterable.args[0].base == "x_kept"


def test_a_loop_that_is_left_has_as_many_rounds_as_values_were_kept():
    (loop,), pops = loops(until, 0.7, 5)
    assert not pops and "rounds" not in repr(loop)


def test_several_stacks_are_run_over_together():
    (loop,), pops = loops(apart, 0.7, 0.9, 5)
    assert not pops and isinstance(loop.iterable, Apply) and loop.iterable.op == "zip"


def test_stacks_of_inner_loops_are_left_alone():
    _, pops = loops(nested, 0.9, 4)
    assert len(pops) == 1


def test_many_values_of_a_round_are_one_tuple():
    made = procedures_of(many, 0.7, 0.9, 1.1, 0.8, 4)["simplified"]
    pushes = [s for s in steps(made.body) if isinstance(s, Push)]
    assert len(pushes) == 1
    assert isinstance(pushes[0].value, Apply) and len(pushes[0].value.args) == 4
    assert_right(many, 0.7, 0.9, 1.1, 0.8, 4)


def test_what_only_some_rounds_keep_is_taken_back_in_them():
    loops(in_an_arm, 0.25, 6)


def test_stacks_that_became_one_still_tell_how_many_rounds_there_were():
    for n in (3, 6, 9, 15):
        turned, pops = loops(many_until, 0.9, 0.7, 0.8, 1.1, n)
        assert len(turned) == 1 and not pops


def stepped(x, h, n):
    for _ in range(n):
        a = -0.5 * math.sin(x)
        b = -0.5 * math.sin(x + h / 2 * a)
        c = -0.5 * math.sin(x + h / 2 * b)
        x += h / 6 * (a + 2 * b + 3 * c)
    return x


def test_temporaries_of_one_name_are_kept_in_one_tuple():
    made = procedures_of(stepped, 0.7, 1, 4)["simplified"]
    assert len([s for s in steps(made.body) if isinstance(s, Push)]) == 1
    assert_right(stepped, 0.7, 1, 4)
