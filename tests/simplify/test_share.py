"""Equal values are computed once, where they are at hand."""

from __future__ import annotations

from support import op
from symdiff.simplify.share import share
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
    Place,
    Procedure,
    Stage,
    Var,
    verify,
)

X, Y = Var("x"), Var("y")
SIN = op("math.sin", X)
OWN = Place("f.py", 1)


def temporary(base="t"):
    return Var(base, REAL, temporary=True)


def shared(body, result):
    made = Procedure("f", [Param("x", X), Param("y", Y)], body, result)
    return verify(share(verify(made)))


def test_a_temporary_gives_way_to_an_earlier_value():
    s, t, d = Var("s"), temporary(), Var("d")
    made = shared([Stage(s, SIN, OWN), Stage(t, SIN), Stage(d, op("mul", Y, t))], d)
    assert [st.value for st in made.body] == [SIN, op("mul", Y, s)]


def test_a_named_adjoint_takes_the_value():
    s, d = Var("s"), Var("d")
    assert shared([Stage(s, SIN, OWN), Stage(d, SIN)], d).body[1].value is s


def test_the_users_own_stages_are_not_replaced():
    body = [Stage(Var("a"), SIN, OWN), Stage(b := Var("b"), SIN, OWN)]
    assert shared(body, b).body == body


def test_cheap_parts_of_the_users_lines_are_computed_again():
    """`s = (x - y) * y` stays in one piece."""
    t, s, d = temporary(), Var("s"), Var("d")
    difference = op("sub", X, Y)
    body = [Stage(t, difference, OWN), Stage(s, op("mul", t, Y), OWN), Stage(d, difference)]
    assert shared(body, d).body == body


def test_values_of_an_arm_are_known_inside_it_only():
    a, b, c, z = Var("a"), Var("b"), Var("c"), Var("z")
    branch = Branch(op("lt", X, 0), [Stage(a, SIN), Stage(b, SIN)], [], [Merge(z, b, Y)])
    made = shared([branch, Stage(c, SIN)], op("tuple", z, c))
    assert made.body[0].then[1].value is a
    assert made.body[1].value == SIN


def test_values_before_a_loop_are_known_in_it():
    s, t, d, d_1 = Var("s"), temporary(), Var("d"), Var("d")
    loop = Loop([Carried(d, Const(0.0), d_1)], [Stage(t, SIN), Stage(d_1, op("add", d, t))],
                iterable=op("range", 3))
    made = shared([Stage(s, SIN), loop], op("tuple", d, s))
    assert [st.value for st in made.body[1].body] == [op("add", d, s)]


def test_new_objects_and_impure_expressions_are_not_shared():
    lists = [Stage(Var("L", ListOf(REAL)), op("list", X)) for _ in range(2)]
    draws = [Stage(Var("r"), Opaque("random()", ())) for _ in range(2)]
    body = [*lists, *draws]
    result = op("tuple", *(s.target for s in body))
    assert shared(body, result).body == body


def test_copies_of_temporaries_disappear():
    t, d = temporary(), Var("d")
    assert shared([Stage(t, Y), Stage(d, op("mul", t, X))], d).body[0].value == op("mul", Y, X)


def test_a_division_becomes_a_product_with_the_reciprocal():
    k, d = Var("k"), Var("d")
    own = Stage(k, op("truediv", 1.0, Y), OWN)
    made = shared([own, Stage(d, op("truediv", op("mul", X, X), Y))], op("tuple", d, k))
    assert made.body[1].value == op("mul", op("mul", X, X), k)
    theirs = [own, Stage(d, op("truediv", X, Y), OWN)]
    assert shared(theirs, op("tuple", d, k)).body == theirs
