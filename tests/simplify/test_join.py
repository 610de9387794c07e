"""Temporaries go back into the lines that read them."""

from __future__ import annotations

import math

import symdiff
from support import op
from symdiff.simplify.join import join
from symdiff.stages import (
    REAL,
    Branch,
    Carried,
    Const,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Param,
    Passive,
    Place,
    Procedure,
    Push,
    Scalar,
    Stage,
    Var,
    verify,
)

X, Y = Var("x"), Var("y")
OWN = Place("f.py", 1)


def temporary(base="t", kind=REAL):
    return Var(base, kind, temporary=True)


def joined(body, result):
    made = Procedure("f", [Param("x", X), Param("y", Y)], body, result)
    return verify(join(verify(made)))


def test_the_users_line_comes_back_in_one_piece():
    a, b, z = temporary(), temporary(), Var("z")
    body = [Stage(a, op("math.sin", X), OWN, 1), Stage(b, op("pow", Y, 2), OWN, 2),
            Stage(z, op("mul", a, b), OWN, 3)]
    made, = joined(body, z).body
    assert made.value == op("mul", op("math.sin", X), op("pow", Y, 2))


def test_variables_with_a_name_keep_their_line():
    a, z = Var("a"), Var("z")
    body = [Stage(a, op("math.sin", X), OWN), Stage(z, op("mul", a, Y), OWN)]
    assert joined(body, z).body == body


def test_what_is_read_twice_keeps_its_line():
    a, z = temporary(), Var("z")
    body = [Stage(a, op("math.sin", X)), Stage(z, op("mul", a, a))]
    assert joined(body, z).body == body


def test_nothing_moves_into_a_loop():
    a, s, s_1 = temporary(), Var("s"), Var("s")
    body = [Stage(s_1, op("add", s, a))]
    loop = Loop([Carried(s, Const(0.0), s_1)], body, iterable=op("range", 9))
    body = [Stage(a, op("math.sin", X)), loop]
    assert joined(body, s).body == body


def test_nothing_moves_past_a_new_version_of_what_it_reads():
    e, e_1, a, z = Var("e"), Var("e"), temporary(), Var("z")
    body = [Stage(e, op("neg", X)), Stage(a, op("math.sin", e)), Stage(e_1, op("mul", e, X)),
            Stage(z, op("add", a, e_1))]
    assert joined(body, z).body == body


def test_nothing_moves_past_an_update_of_a_list_it_reads():
    xs, xs_1, a, z = Var("L", ListOf(REAL)), Var("L", ListOf(REAL)), temporary(), Var("z")
    body = [Stage(xs, op("list", X)), Stage(a, op("getitem", xs, 0)),
            Stage(xs_1, op("setitem", xs, 0, Y)), Stage(z, op("add", a, op("getitem", xs_1, 0)))]
    assert joined(body, z).body == body


def test_what_runs_once_is_not_moved_past_another_effect():
    a, b, z = temporary("a"), temporary("b"), Var("z")
    body = [Stage(a, Opaque("next(_0)", (X,))), Stage(b, Opaque("next(_0)", (X,))),
            Stage(z, op("sub", b, a))]
    assert len(joined(body, z).body) == 2
    body = [Stage(a, op("math.log", X)), Passive("print(_0)", (Y,)), Stage(z, op("neg", a))]
    assert joined(body, z).body == body


def test_what_may_raise_is_not_moved_where_it_may_not_run():
    a, b, z = temporary(), temporary(), Var("z")
    body = [Stage(a, op("math.log", X)), Stage(b, op("mul", X, Y)),
            Stage(z, op("cond", op("lt", X, 0), b, a))]
    made = joined(body, z).body
    assert made == [body[0], Stage(z, op("cond", op("lt", X, 0), op("mul", X, Y), a))]


def test_a_branch_that_chooses_a_value_is_a_conditional_expression():
    t, a, u = temporary(), temporary(), Var("u")
    branch = Branch(op("gt", X, 0), [], [Stage(a, op("neg", X), OWN)], [Merge(t, X, a)], OWN)
    made, = joined([branch, Stage(u, t, OWN)], u).body
    assert made.value == op("cond", op("gt", X, 0), X, op("neg", X))


def test_a_branch_over_a_named_variable_stays_a_branch():
    a, z = temporary(), Var("z")
    branch = Branch(op("gt", X, 0), [], [Stage(a, op("neg", X))], [Merge(z, X, a)])
    made, = joined([branch], z).body
    assert isinstance(made, Branch)
    stage, = made.orelse
    assert stage.value == op("neg", X) and stage.target is made.merges[0].orelse
    assert stage.target.base == "z"


def test_values_that_are_kept_are_joined():
    from symdiff.stages import STACK

    s, a = Var("s", STACK), temporary()
    body = [Stage(s, op("stack")), Stage(a, op("neg", X)), Push(s, a)]
    assert joined(body, X).body == [body[0], Push(s, op("neg", X))]


def test_lines_of_the_derivative_stay_short():
    now, body = Y, []
    for _ in range(40):
        new = temporary("a_name")
        body.append(Stage(new, op("mul", now, op("math.sin", X))))
        now = new
    made = joined(body, now).body
    assert 3 < len(made) < 20


def test_the_users_deep_nesting_stays_one_line():
    now, body = X, []
    for i in range(80):
        new = temporary() if i < 79 else Var("z")
        body.append(Stage(new, op("mul", now, X), OWN, i + 1))
        now = new
    assert len(joined(body, now).body) == 1


def summed(first, second, numbers=(1, 1), kind=REAL):
    """What becomes of two contributions to an adjoint."""
    dx, dx_1, dx_2 = (Var("dx", kind) for _ in range(3))
    body = [Stage(dx, op("mul", X, Y), None, 9), Stage(dx_1, op(first, dx, X), None, numbers[0]),
            Stage(dx_2, op(second, dx_1, Y), None, numbers[1])]
    return [s.value for s in joined(body, dx_2).body][1:], dx


def test_what_a_line_adds_to_an_adjoint_is_one_expression():
    for first, second, outer, a, inner, b in [
        ("add", "add", "add", X, "add", Y), ("add", "sub", "add", X, "sub", Y),
        ("sub", "sub", "sub", X, "add", Y), ("sub", "add", "add", Y, "sub", X),
    ]:
        made, dx = summed(first, second)
        assert made == [op(outer, dx, op(inner, a, b))]


def test_what_different_lines_add_stays_apart():
    assert len(summed("add", "add", (1, 2))[0]) == 2


def test_sums_of_anything_but_reals_are_not_regrouped():
    assert len(summed("add", "add", kind=Scalar.OBJECT)[0]) == 2


def test_in_a_loop_an_adjoint_that_only_passes_a_value_on_has_no_line():
    dx, after, dt, i = Var("dx"), Var("dx"), Var("dt"), Var("i")
    xs, xs_1, xs_2 = (Var("dxs", ListOf(REAL)) for _ in range(3))
    body = [Stage(dt, dx), Stage(xs_2, op("add_at", xs, i, dt)), Stage(after, op("mul", dx, X))]
    loop = Loop([Carried(dx, Const(1.0), after), Carried(xs, xs_1, xs_2)], body, target=i,
                iterable=op("range", 3))
    made = joined([Stage(xs_1, op("list", X, X, X)), loop], xs)
    assert [s.value for s in made.body[1].body] == [op("add_at", xs, i, dx), op("mul", dx, X)]


def test_early_returns_are_a_chain_of_arms_and_not_one_long_expression():
    def tariff(x, y):
        if x < 1.0:
            return x * y + 1.5
        if x < 2.0:
            return x * x * y + 2.5
        if x < 3.0:
            return math.sin(x) * y + 3.5
        if x < 4.0:
            return math.cos(x) * y + 4.5
        return x + y

    text = symdiff.source(tariff)
    assert "    elif x < 3.0:\n        sin_x = math.sin(x)" in text
    assert " else " not in text
