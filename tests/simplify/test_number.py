"""Numbers of lines."""

from __future__ import annotations

from support import op
from symdiff.simplify import simplify
from symdiff.stages import (
    REAL,
    Branch,
    Carried,
    Const,
    Loop,
    Merge,
    Param,
    Place,
    Procedure,
    Stage,
    Var,
    steps,
)

X, Y = Var("x"), Var("y")
OWN = Place("f.py", 1)


def numbers(body, result):
    made = simplify(Procedure("f", [Param("x", X), Param("y", Y)], body, result))
    return [(s.target.base, s.number, s.is_fork) for s in steps(made.body) if isinstance(s, Stage)]


def temporary():
    return Var("t", REAL, temporary=True)


def test_lines_are_numbered_and_adjoints_bear_the_number_of_their_line():
    t, z, value, dz, dx, dy, dt = temporary(), *map(Var, ("z", "value", "dz", "dx", "dy", "dt"))
    body = [
        Stage(t, op("math.sin", X), OWN, 1), Stage(z, op("mul", t, Y), OWN, 2),
        Stage(value, op("mul", z, X), OWN, 3, True),
        Stage(dz, X, None, 3), Stage(dx, z, None, 3, True),
        Stage(dy, op("mul", dz, X), None, 2),
        Stage(dt, op("add", dx, op("mul", op("mul", dz, Y), op("math.cos", X))), None, 1, True),
    ]
    assert numbers(body, op("tuple", value, dt, dy)) == [
        ("z", 1, False), ("value", 2, True), ("dz", 2, True), ("dx", 2, True),
        ("dy", 1, True), ("dt", 1, True)]


def test_a_fork_inside_one_line_is_none():
    t, z, w = temporary(), Var("z"), Var("w")
    body = [Stage(t, op("math.sin", X), OWN, 1), Stage(z, op("mul", t, X), OWN, 2, True),
            Stage(w, op("mul", z, Y), OWN, 3)]
    assert numbers(body, op("tuple", z, w)) == [("z", 1, False), ("w", 2, False)]


def test_readers_in_the_other_arm_make_no_fork():
    a, b, z, w = map(Var, "zzzw")
    branch = Branch(op("lt", X, 0), [Stage(a, op("mul", X, Y), OWN, 1)],
                    [Stage(b, op("sub", X, Y), OWN, 2, True)], [Merge(z, a, b)])
    body = [branch, Stage(w, op("mul", z, X), OWN, 3, True)]
    assert numbers(body, w) == [("z", 1, False), ("z", 2, False), ("w", 3, True)]


def test_there_are_no_numbers_in_loops_nor_for_a_single_line():
    s, s_1, z = Var("s"), Var("s"), Var("z")
    loop = Loop([Carried(s, Const(0.0), s_1)], [Stage(s_1, op("add", s, X), OWN, 1)],
                iterable=op("range", 3))
    last = Stage(z, op("mul", s, X), OWN, 2)
    assert numbers([loop, last], z) == [("s", 0, False), ("z", 0, False)]
