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
    t, z, value, dz, dx, dy, dx_1 = temporary(), *map(Var, ("z", "value", "dz", "dx", "dy", "dx"))
    slope = op("mul", op("mul", dz, Y), op("math.cos", X))
    body = [
        Stage(t, op("math.sin", X), OWN, 1), Stage(z, op("mul", t, Y), OWN, 2),
        Stage(value, op("mul", z, X), OWN, 3),
        Stage(dz, X, None, 3), Stage(dx, z, None, 3),
        Stage(dy, op("mul", dz, X), None, 2), Stage(dx_1, op("add", dx, slope), None, 1),
    ]
    assert numbers(body, op("tuple", value, dx_1, dy)) == [
        ("z", 1, False), ("value", 2, True), ("dz", 2, True), ("dx", 2, True),
        ("dy", 1, True), ("dx", 1, True)]


def test_a_variable_read_twice_in_one_line_makes_no_fork():
    z, w, dw, dz, dx = map(Var, ("z", "w", "dw", "dz", "dx"))
    body = [Stage(z, op("mul", op("math.sin", X), X), OWN, 1), Stage(w, op("mul", z, Y), OWN, 2),
            Stage(dw, Y, None, 2), Stage(dz, op("mul", dw, Y), None, 2),
            Stage(dx, op("mul", dz, X), None, 1)]
    assert numbers(body, op("tuple", z, w, dx)) == [
        ("z", 1, False), ("w", 2, False), ("dw", 2, False), ("dz", 2, False), ("dx", 1, False)]


def test_readers_in_the_other_arm_make_no_fork():
    a, b, z, w, dz, dx = map(Var, ("z", "z", "z", "w", "dz", "dx"))
    branch = Branch(op("lt", X, 0), [Stage(a, op("mul", X, Y), OWN, 1)],
                    [Stage(b, op("sub", X, Y), OWN, 2)], [Merge(z, a, b)])
    replayed = Branch(op("lt", X, 0), [Stage(Var("dx"), op("mul", dz, Y), None, 1)],
                      [Stage(Var("dx"), dz, None, 2)])
    replayed.merges.append(Merge(dx, replayed.then[0].target, replayed.orelse[0].target))
    body = [branch, Stage(w, op("mul", z, X), OWN, 3), Stage(dz, X, None, 3), replayed]
    assert numbers(body, op("tuple", w, dx)) == [
        ("z", 1, False), ("z", 2, False), ("w", 3, True), ("dz", 3, False),
        ("dx", 1, False), ("dx", 2, False)]


def test_lines_that_are_not_reversed_have_no_number():
    n, z, w, dz, dx = map(Var, ("n", "z", "w", "dz", "dx"))
    body = [Stage(n, op("math.floor", Y), OWN, 1), Stage(z, op("mul", X, n), OWN, 2),
            Stage(w, op("math.sin", z), OWN, 3), Stage(dz, op("math.cos", z), None, 3),
            Stage(dx, op("mul", dz, n), None, 2)]
    assert [(base, number) for base, number, _ in numbers(body, op("tuple", w, dx))] == [
        ("n", 0), ("z", 1), ("w", 2), ("dz", 2), ("dx", 1)]


def test_there_are_no_numbers_in_loops_nor_for_a_single_line():
    s, s_1, z = Var("s"), Var("s"), Var("z")
    loop = Loop([Carried(s, Const(0.0), s_1)], [Stage(s_1, op("add", s, X), OWN, 1)],
                iterable=op("range", 3))
    last = Stage(z, op("mul", s, X), OWN, 2)
    assert numbers([loop, last], z) == [("s", 0, False), ("z", 0, False)]
