"""Folding is exact, and leaves the user's own stages alone."""

from __future__ import annotations

from support import op
from symdiff.simplify.fold import fold_constants
from symdiff.stages import (
    INTEGER,
    Apply,
    Const,
    Loop,
    Param,
    Passive,
    Place,
    Procedure,
    Stage,
    Var,
    verify,
)

X, Y, N = Var("x"), Var("y"), Var("n", INTEGER)


def folded(*body, result=None):
    made = Procedure("f", [Param("x", X), Param("y", Y)], list(body), result or body[-1].target)
    return verify(fold_constants(verify(made))).body


def test_the_users_own_stages_are_left_alone():
    stage = Stage(Var("z"), op("mul", 1.0, op("add", X, 0.0)), Place("f.py", 2))
    assert folded(stage) == [stage]


def test_the_seed_of_the_reverse_sweep_disappears():
    df, dg = Var("df"), Var("dg")
    assert folded(Stage(df, Const(1.0)), Stage(dg, op("mul", df, X)))[1].value == X


def test_two_equal_contributions_are_twice_one():
    dx, dx_1 = Var("dx"), Var("dx")
    part = op("mul", Y, X)
    made = folded(Stage(dx, part), Stage(dx_1, op("add", dx, part)))
    assert made[1].value == op("mul", op("mul", 2, Y), X)
    minus = op("mul", op("neg", Y), X)
    made = folded(Stage(dx, minus), Stage(dx_1, op("sub", dx, part)))
    assert made[1].value == op("mul", op("mul", -2, Y), X)


def test_the_reverse_sweep_runs_over_what_is_simplest():
    rounds, i = Var("rounds", INTEGER), Var("i", INTEGER)
    some = op("getitem", op("range", N), Apply("slice", (Const(None), rounds, Const(None))))
    for iterable, expected in [
        (op("reversed", op("copy", op("reversed", op("range", N)))), op("range", N)),
        (op("reversed", some), op("reversed", op("range", rounds))),
    ]:
        loop = Loop([], [Passive("print(_0)", (i,))], target=i, iterable=iterable)
        made = Procedure("f", [Param("n", N), Param("rounds", rounds)], [loop], N)
        assert fold_constants(verify(made)).body[0].iterable == expected


def test_a_quotient_times_its_divisor_is_the_numerator():
    r, d, e = Var("r"), Var("d"), Var("e")
    body = [Stage(r, op("truediv", X, Y)), Stage(d, op("mul", r, Y)),
            Stage(e, op("truediv", op("mul", r, Y), X))]
    made = folded(*body, result=op("tuple", r, d, e))
    assert made[1].value == X and made[2].value == op("truediv", X, X)
