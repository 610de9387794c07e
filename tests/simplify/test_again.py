"""Cheap parts of the user's lines are computed again in the reverse sweep."""

from __future__ import annotations

import pytest

from support import op
from symdiff.simplify.again import compute_again
from symdiff.stages import REAL, Param, Place, Procedure, Stage, Var, verify

X, Y = Var("x"), Var("y")
OWN = Place("f.py", 1)
DX = Var("dx")


def is_computed_again(value, before=(), after=()):
    t, z = Var("t", REAL, temporary=True), Var("z")
    own = [*before, Stage(t, value, OWN), Stage(z, op("pow", t, 2), OWN), *after]
    body = [*own, Stage(DX, op("mul", 2, t))]
    result = op("tuple", *(s.target for s in [*after, body[-1]]), z)
    made = Procedure("f", [Param("x", X), Param("y", Y)], body, result)
    return verify(compute_again(verify(made))).body[-1].value == op("mul", 2, value)


CHEAP = [op("neg", X), op("sub", 1, X), op("add", X, Y), op("pow", Y, 3)]


@pytest.mark.parametrize("value", CHEAP, ids=str)
def test_signs_sums_and_squares_are(value):
    assert is_computed_again(value)


@pytest.mark.parametrize("value", [op("mul", X, Y), op("math.sin", X), op("pow", X, Y)], ids=str)
def test_what_costs_more_is_not(value):
    assert not is_computed_again(value)


def test_what_reads_an_old_version_is_not():
    assert not is_computed_again(op("sub", 1, X), after=[Stage(Var("x"), op("neg", X), OWN)])


def test_what_reads_another_part_of_the_line_is_not():
    part = Var("p", REAL, temporary=True)
    before = [Stage(part, op("pow", X, 2), OWN)]
    assert not is_computed_again(op("sub", Y, part), before=before)
