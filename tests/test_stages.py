"""The staged computation: walking through steps, and the checker of procedures."""

from __future__ import annotations

import pytest

from support import op
from symdiff.stages import (
    INTEGER,
    OBJECT,
    OPTIONAL,
    REAL,
    STACK,
    Apply,
    Branch,
    Call,
    Carried,
    Const,
    Global,
    InvalidProcedure,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Param,
    Passive,
    Pop,
    Procedure,
    Push,
    Remark,
    Scope,
    Stage,
    Var,
    all_defined,
    all_read,
    blocks,
    defined,
    ends,
    expressions,
    is_differentiable,
    map_expressions,
    steps,
    substitute,
    variables,
    verify,
)

X, Y, Z, T = Var("x"), Var("y"), Var("z"), Var("t")
STACK_OF_X = Var("x_kept", STACK)
RAISE = Passive("raise ValueError", terminates=True)


def procedure(*body, result=X, callees=None):
    return Procedure("f", [Param("x", X), Param("y", Y)], list(body), result, callees=callees or {})


# --- values --------------------------------------------------------------------------------------


def test_variables_are_equal_only_to_themselves():
    assert Var("x") != Var("x") and X == X and len({Var("x"), Var("x")}) == 2


def test_constants_are_equal_when_they_print_alike():
    assert Const(1) == Const(1) and hash(Const(1)) == hash(Const(1))
    assert len({Const(1), Const(1.0), Const(True), Const("1")}) == 4
    assert Const(0.0) != Const(-0.0) and Const(float("nan")) == Const(float("nan"))


@pytest.mark.parametrize(
    "kind, expected",
    [(REAL, True), (OPTIONAL, True), (INTEGER, False), (OBJECT, False), (STACK, False)],
)
def test_numbers_and_lists_of_them_can_have_adjoints(kind, expected):
    assert is_differentiable(kind) is is_differentiable(ListOf(ListOf(kind))) is expected


# --- walking -------------------------------------------------------------------------------------


def test_variables_come_in_order_and_as_often_as_they_are_read():
    expr = op("add", op("mul", X, Y), Opaque("f(_0, _1)", (X, op("neg", Z))))
    assert list(variables(expr)) == [X, Y, X, Z]
    assert list(variables(None)) == list(variables(Const(1))) == list(variables(Global("K"))) == []


@pytest.fixture
def loop():
    s, s_1, i, a = Var("s"), Var("s"), Var("i", INTEGER), Var("a")
    inner = Branch(op("gt", X, 0.0), [Stage(a, op("mul", X, Y))], [], [Merge(s_1, a, s)])
    return Loop([Carried(s, Const(0.0), s_1)], [inner], target=i, iterable=op("range", 3))


def test_steps_come_in_the_order_of_the_text(loop):
    scope = Scope(Opaque("c()"), [Remark("inside")])
    found = list(steps([Stage(Z, X), loop, scope]))
    kinds = [type(step) for step in found]
    assert kinds == [Stage, Loop, Branch, Stage, Scope, Remark]


def test_blocks_are_those_of_the_step_itself(loop):
    (branch,) = loop.body
    assert blocks(loop) == (loop.body,)
    assert blocks(branch) == (branch.then, branch.orelse)
    assert blocks(Stage(Z, X)) == ()


def test_expressions_and_definitions_are_those_of_the_step_itself(loop):
    (branch,) = loop.body
    (merge,), (carried,) = branch.merges, loop.carried
    assert list(expressions(branch)) == [branch.test, merge.then, merge.orelse]
    assert list(expressions(loop)) == [carried.init, carried.next, loop.iterable]
    assert list(defined(loop)) == [carried.var, loop.target]
    assert list(defined(branch)) == [merge.var]
    pop, push = Pop(Z, STACK_OF_X), Push(STACK_OF_X, X)
    assert (list(expressions(pop)), list(defined(pop))) == ([STACK_OF_X], [Z])
    assert (list(expressions(push)), list(defined(push))) == ([STACK_OF_X, X], [])
    call = Call((Z, T), "g", (X,))
    assert (list(expressions(call)), list(defined(call))) == ([X], [Z, T])
    assert list(expressions(RAISE)) == list(expressions(Remark("r"))) == list(defined(RAISE)) == []


def test_all_that_a_block_reads_and_defines(loop):
    carried = loop.carried[0]
    merged, inside = carried.next, loop.body[0].then[0].target
    assert set(all_defined([loop])) == {carried.var, loop.target, merged, inside}
    assert set(all_read([loop])) == {merged, X, Y, inside, carried.var}


@pytest.mark.parametrize(
    "block, expected",
    [
        ([], False),
        ([RAISE], True),
        ([RAISE, Stage(Z, X)], True),
        ([Passive("print()")], False),
        ([Branch(X, [RAISE], [RAISE])], True),
        ([Branch(X, [RAISE], [])], False),
        ([Loop([], [RAISE], test=X)], False),
    ],
)
def test_blocks_that_end_with_an_exception(block, expected):
    assert ends(block) is expected


def test_substitution_replaces_variables_and_keeps_the_rest():
    expr = op("add", op("mul", X, Y), Opaque("f(_0)", (X,), pure=True))
    made = substitute(expr, {X: Const(2)})
    assert made == op("add", op("mul", 2, Y), Opaque("f(_0)", (Const(2),), pure=True))
    assert substitute(expr, {Z: X}) is expr
    assert substitute(X, {X: Y}) is Y


def test_mapping_changes_expressions_everywhere_and_no_definition(loop):
    body = [
        loop,
        Scope(Opaque("c(_0)", (X,)), [Push(STACK_OF_X, X)]),
        Pop(Z, STACK_OF_X),
        Call((T,), "g", (X, Y)),
        Passive("print(_0)", (X,)),
        Remark("end"),
    ]
    read, given = list(all_read(body)), list(all_defined(body))
    assert X in read
    made = [map_expressions(step, lambda e: substitute(e, {X: Y})) for step in body]
    assert list(all_defined(made)) == given
    assert list(all_read(made)) == [Y if v is X else v for v in read]
    assert list(all_read(body)) == read


# --- the checker ---------------------------------------------------------------------------------


def test_a_procedure_that_is_well_formed_is_returned(loop):
    made = procedure(
        Stage(STACK_OF_X, Apply("stack")),
        loop,
        Push(STACK_OF_X, loop.carried[0].var),
        Pop(Z, STACK_OF_X),
        Scope(Opaque("c()"), [Stage(T, op("mul", Z, X))]),
        result=op("tuple", Z, T),
    )
    assert verify(made) is made


def in_a_round(next_=X, leave=None, test=None, body=()):
    return Loop([Carried(Z, X, next_)], list(body), test=test, leave=leave)


BROKEN = {
    "a variable that is defined twice": procedure(Stage(Z, X), Stage(Z, Y)),
    "a parameter that is defined again": procedure(Stage(X, Y)),
    "one variable defined in both arms": procedure(Branch(X, [Stage(Z, X)], [Stage(Z, Y)])),
    "a stage that reads what comes later": procedure(Stage(Z, T), Stage(T, X)),
    "a stage that reads itself": procedure(Stage(Z, op("add", Z, X))),
    "a result that nothing defines": procedure(result=Z),
    "a statement that reads what nothing defines": procedure(Passive("print(_0)", (Z,))),
    "a test that reads what its arm defines": procedure(Branch(Z, [Stage(Z, X)], [])),
    "a merge of the other arm's variable": procedure(
        Branch(X, [Stage(Z, X)], [], [Merge(T, X, Z)])
    ),
    "a carried variable that starts with its own value": procedure(
        Loop([Carried(Z, Z, X)], [], test=X)
    ),
    "a round that hands on what it does not define": procedure(in_a_round(next_=T)),
    "a round that tests what it does not define": procedure(in_a_round(leave=T)),
    "a while test that reads what the round defines": procedure(
        in_a_round(test=T, body=[Stage(T, X)])
    ),
    "a for loop over its own target": procedure(Loop([], [], target=Z, iterable=Z)),
    "what a round defines, read after the loop": procedure(
        Loop([], [Stage(Z, X)], iterable=op("range", 3)), result=Z
    ),
    "the target of a loop, read after it": procedure(
        Loop([], [], target=Z, iterable=op("range", 3)), result=Z
    ),
    "a call of what is not there": procedure(Call((Z,), "g", (X,))),
    "a call with what nothing defines": procedure(
        Call((Z,), "g", (T,)), callees={"g": procedure()}
    ),
    "a value kept on no stack": procedure(Push(STACK_OF_X, X)),
    "a value taken from no stack": procedure(Pop(Z, STACK_OF_X)),
    "a context that reads what nothing defines": procedure(Scope(Opaque("c(_0)", (Z,)), [])),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_checker_finds(name):
    with pytest.raises(InvalidProcedure, match="^f: "):
        verify(BROKEN[name])


def test_what_an_arm_defines_may_be_read_where_its_decision_is_replayed():
    verify(procedure(Branch(X, [Stage(Z, X)], []), Branch(X, [Stage(T, Z)], [])))


def test_after_an_exception_nothing_is_read():
    verify(procedure(RAISE, result=Z))
    verify(procedure(Branch(X, [RAISE], [RAISE]), result=Z))
    verify(procedure(Branch(X, [RAISE], [Stage(Z, X)], [Merge(T, Var("no"), Z)]), result=T))


def test_a_procedure_may_call_itself():
    verify(procedure(Call((Z,), "f", (X, Y)), result=Z))
