"""Dead code is dropped; what has an effect stays."""

from __future__ import annotations

from support import op
from symdiff.simplify.dead import drop_dead
from symdiff.stages import (
    INTEGER,
    STACK,
    Branch,
    Call,
    Carried,
    Const,
    Loop,
    Merge,
    Opaque,
    Param,
    Passive,
    Pop,
    Procedure,
    Push,
    Stage,
    Var,
    verify,
)

X, N = Var("x"), Var("n", INTEGER)


def kept(body, result, **kwargs):
    made = Procedure("f", [Param("x", X), Param("n", N)], body, result, **kwargs)
    return verify(drop_dead(verify(made))).body


def test_stages_that_nothing_reads_are_dropped():
    a, b, c = Var("a"), Var("b"), Var("c")
    body = [Stage(a, op("neg", X)), Stage(b, op("neg", a)), Stage(c, op("mul", X, a))]
    assert kept(body, c) == [body[0], body[2]]


def test_statements_with_an_effect_are_kept_with_what_they_read():
    a, b = Var("a"), Var("b")
    body = [Stage(a, op("neg", X)), Passive("print(_0)", (a,)), Stage(b, Opaque("next(_0)", (X,)))]
    assert kept(body, X) == body


def test_pure_expressions_of_the_users_are_dropped():
    assert kept([Stage(Var("a"), Opaque("_0.size", (X,), pure=True))], X) == []


def test_a_variable_carried_for_its_own_sake_is_dead():
    a, b, a_1, b_1 = Var("a"), Var("b"), Var("a"), Var("b")
    loop = Loop([Carried(a, Const(0.0), a_1), Carried(b, Const(1.0), b_1)],
                [Stage(a_1, op("add", a, b)), Stage(b_1, op("mul", b, X))], iterable=op("range", N))
    made, = kept([loop], b)
    assert [c.var for c in made.carried] == [b] and made.body == [loop.body[1]]
    assert kept([loop], a)[0].carried == loop.carried
    assert kept([loop], X) == []


def test_what_decides_how_often_a_needed_loop_runs_is_needed():
    s, s_1, k, k_1 = Var("s"), Var("s"), Var("k"), Var("k")
    loop = Loop([Carried(s, Const(0.0), s_1), Carried(k, Const(0), k_1)],
                [Stage(s_1, op("add", s, X)), Stage(k_1, op("add", k, 1))], test=op("lt", k, N))
    assert kept([loop], s) == [loop]


def test_merges_and_empty_branches_are_dropped():
    a, b, z, w = Var("a"), Var("b"), Var("z"), Var("w")
    branch = Branch(op("lt", X, 0), [Stage(a, op("neg", X))], [Stage(b, op("mul", X, X))],
                    [Merge(z, a, X), Merge(w, X, b)])
    made, = kept([branch], z)
    assert (made.then, made.orelse, made.merges) == (branch.then, [], branch.merges[:1])
    assert kept([branch], X) == []


def test_a_branch_that_raises_is_kept():
    branch = Branch(op("lt", X, 0), [Passive("raise ValueError", (), True)], [])
    assert kept([branch], X) == [branch]


def push_and_pop(read):
    stack, item, total, after = Var("s", STACK), Var("item"), Var("t"), Var("t")
    body = [
        Stage(stack, op("stack")),
        Loop([], [Push(stack, X)], iterable=op("range", N)),
        Loop([Carried(total, Const(0.0), after)],
             [Pop(item, stack), Stage(after, op("add", total, item if read else X))],
             iterable=op("range", N)),
    ]
    return body, total


def test_a_stack_whose_values_are_not_read_is_dropped():
    body, total = push_and_pop(read=False)
    made, = kept(body, total)
    assert made.body == [body[2].body[1]]


def test_a_stack_is_kept_whole_when_one_value_is_read():
    body, total = push_and_pop(read=True)
    assert kept(body, total) == body


def test_a_stack_that_is_tested_is_kept():
    stack, total, after = Var("s", STACK), Var("t"), Var("t")
    body = [
        Stage(stack, op("stack")),
        Loop([], [Push(stack, X)], iterable=op("range", N)),
        Loop([Carried(total, Const(0.0), after)],
             [Pop(Var("item"), stack), Stage(after, op("add", total, X))],
             test=op("nonempty", stack)),
    ]
    assert kept(body, total) == body


def test_calls_of_procedures_without_effects_are_dropped():
    t = Var("t")
    pure = Procedure("pure", [Param("t", t)], [], t)
    loud = Procedure("loud", [Param("t", t)], [Passive("print(_0)", (t,))], t)
    body = [Call((Var("a"),), "pure", (X,)), Call((Var("b"),), "loud", (X,))]
    assert kept(body, X, callees={"pure": pure, "loud": loud}) == body[1:]
