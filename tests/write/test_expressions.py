"""Expressions as Python syntax."""

from __future__ import annotations

import ast
import math

import pytest

from support import op
from symdiff.stages import Apply, Const, Global, Opaque, Var
from symdiff.write.breaking import flat
from symdiff.write.expressions import Builder

X, Y, Z = Var("x"), Var("y"), Var("z")
BUILD = Builder({X: "x", Y: "y", Z: "z"})


def text(expr):
    return flat(BUILD(expr))


@pytest.mark.parametrize("expr, expected", [
    (op("mul", op("add", X, Y), Z), "(x + y) * z"),
    (op("sub", X, op("sub", Y, Z)), "x - (y - z)"),
    (op("sub", op("sub", X, Y), Z), "x - y - z"),
    (op("truediv", X, op("mul", Y, Z)), "x / (y * z)"),
    (op("pow", op("pow", X, Y), Z), "(x ** y) ** z"),
    (op("pow", X, op("pow", Y, Z)), "x ** y ** z"),
    (op("pow", op("neg", X), 2), "(-x) ** 2"),
    (op("neg", op("pow", X, 2)), "-x ** 2"),
    (op("pow", X, -2), "x ** -2"),
    (op("pow", -2.0, X), "(-2.0) ** x"),
    (op("mul", op("neg", X), Y), "-x * y"),
    (op("neg", op("mul", X, Y)), "-(x * y)"),
    (op("sub", X, op("neg", Y)), "x - -y"),
    (op("not", op("lt", X, Y)), "not x < y"),
    (op("not", op("eq", X, Y)), "x != y"),
    (op("not", op("not", X)), "x"),
    (op("and", op("lt", 0, X), op("lt", X, 1)), "0 < x < 1"),
    (op("and", op("and", op("lt", 0, X), op("lt", X, 1)), op("le", Const(1), Y)),
     "0 < x < 1 <= y"),
    (op("and", op("gt", Y, 1), op("not", op("lt", X, 0))), "y > 1 and not x < 0"),
    (op("or", op("or", X, Y), op("and", Y, Z)), "x or y or y and z"),
    (op("cond", op("gt", X, 0), X, op("neg", X)), "x if x > 0 else -x"),
    (op("mul", op("cond", X, Y, Z), 2), "(y if x else z) * 2"),
    (op("tuple", X), "(x,)"),
    (op("tuple", X, op("tuple", Y, Z)), "(x, (y, z))"),
    (op("list", X, Y), "[x, y]"),
    (op("dict", Const("a"), X), "{'a': x}"),
    (op("getitem", X, -1), "x[-1]"),
    (op("getitem", X, Apply("slice", (Const(1), Const(-1), Const(None)))), "x[1:-1]"),
    (op("getitem", X, Apply("slice", (Const(None), Const(None), Const(-1)))), "x[::-1]"),
    (op("getitem", X, op("tuple", Y, Apply("slice", (Const(None), Z, Const(None))))), "x[y, :z]"),
    (op("zeros_like", X), "[0.0] * len(x)"),
    (op("copy", X), "list(x)"),
    (op("stack"), "[]"),
    (op("nonempty", X), "x"),
    (op("math.atan2", Y, X), "math.atan2(y, x)"),
    (op("max", X, Y, 0.1), "max(x, y, 0.1)"),
    (op("helper:sigmoid", X), "sigmoid(x)"),
    (Global("math.pi"), "math.pi"),
    (Opaque("_0.energy(_1, k=_0)", (X, op("add", Y, Z)), True), "x.energy(y + z, k=x)"),
    (op("mul", Opaque("_0 + _1", (X, Y), True), Z), "(x + y) * z"),
    (Const(1e-12), "1e-12"),
    (Const(-0.0), "-0.0"),
    (Const(math.inf), "math.inf"),
    (Const(-math.inf), "-math.inf"),
    (Const(math.nan), "math.nan"),
    (Const(2j), "2j"),
    (Const("it's"), '"it\'s"'),
    (Const(...), "..."),
], ids=str)
def test_text(expr, expected):
    assert text(expr) == expected
    assert ast.dump(ast.parse(text(expr), mode="eval").body) == ast.dump(
        ast.parse(ast.unparse(BUILD(expr)), mode="eval").body)


def test_complex_constants_are_exact():
    for value in (1 + 2j, -0.0 + 1j, 1 - 0.0j, complex(0.0, math.inf), complex(math.inf, -1.0)):
        assert repr(eval(text(Const(value)), {"math": math})) == repr(value)
