"""Short tests are written out again where nothing they read has changed."""

from __future__ import annotations

import pytest

from support import op
from symdiff.simplify.replay import replay_tests
from symdiff.stages import (
    BOOLEAN,
    Branch,
    Carried,
    Const,
    Loop,
    Merge,
    Param,
    Procedure,
    Stage,
    Var,
    verify,
)

X, Y = Var("x"), Var("y")


def replayed(value, between=(), loop=False):
    test = Var("test", BOOLEAN, temporary=True)
    z, w = Var("z"), Var("w")
    first = Branch(test, [], [], [Merge(z, X, Y)])
    again = Branch(test, [], [], [Merge(w, Y, X)])
    body = [Stage(test, value), first, *between, again]
    if loop:
        after = Var("s")
        s = Var("s")
        body = [*body[:-1], Loop([Carried(s, Const(0.0), after)],
                                 [again, Stage(after, op("add", s, w))], iterable=op("range", 3))]
    result = op("tuple", z, s if loop else w)
    made = replay_tests(verify(Procedure("f", [Param("x", X), Param("y", Y)], body, result)))
    branches = [s for s in verify(made).body if isinstance(s, Branch)]
    return all(b.test == value for b in branches)


def test_a_test_of_two_branches_is_repeated():
    assert replayed(op("gt", X, 1))
    assert replayed(op("and", op("gt", Y, 1), op("not", op("lt", X, 0))))


@pytest.mark.parametrize("value", [
    op("lt", op("math.sin", X), 0),  # costs too much
    op("lt", op("add", op("add", op("add", op("add", op("add", X, 1), 1), 1), 1), 1), op("neg", X)),
], ids=str)
def test_a_long_test_is_kept(value):
    assert not replayed(value)


def test_a_test_of_something_that_changes_is_kept():
    assert not replayed(op("gt", X, 1), between=[Stage(Var("x"), op("neg", X))])
    assert replayed(op("gt", X, 1), between=[Stage(Var("v"), op("neg", X))])


def test_a_test_is_not_repeated_in_every_round_of_a_loop():
    assert not replayed(op("gt", X, 1), loop=True)
