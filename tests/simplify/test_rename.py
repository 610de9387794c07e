"""Temporaries of the derivative bear the names of the adjoints they are."""

from __future__ import annotations

from support import op
from symdiff.simplify.rename import name_adjoints
from symdiff.stages import REAL, Param, Place, Procedure, Stage, Var, verify

X, Y = Var("x"), Var("y")


def renamed(*body):
    made = Procedure("f", [Param("x", X), Param("y", Y)], list(body),
                     op("tuple", *(s.target for s in body)))
    made.result = op("tuple", *(s.target for s in body if not s.target.temporary))
    return [(s.target.base, s.value) for s in verify(name_adjoints(verify(made))).body]


def test_the_first_adjoint_takes_the_value():
    t, dx, dy = Var("product", REAL, temporary=True), Var("dx"), Var("dy")
    value = op("mul", X, Y)
    assert renamed(Stage(t, value), Stage(dx, t), Stage(dy, t)) == [("dx", value), ("dy", dx)]


def test_a_value_that_outlives_the_adjoint_keeps_its_name():
    t, dx, dx_1, dy = Var("product", REAL, temporary=True), Var("dx"), Var("dx"), Var("dy")
    body = [Stage(t, op("mul", X, Y)), Stage(dx, t), Stage(dx_1, op("add", dx, X)), Stage(dy, t)]
    assert renamed(*body)[0][0] == "product"


def test_the_users_temporaries_are_left_alone():
    t, dx = Var("sin_x", REAL, temporary=True), Var("dx")
    body = [Stage(t, op("math.sin", X), Place("f.py", 1)), Stage(dx, t)]
    assert renamed(*body)[0][0] == "sin_x"
