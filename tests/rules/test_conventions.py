"""What derivatives are at kinks and singularities: JAX's conventions, and never an exception."""

from __future__ import annotations

import math

import pytest

from rules.domains import flat, passed
from rules.evaluation import floats
from symdiff.rules import conventions, template
from symdiff.stages import INTEGER, Const, Var

X, Y, Z, N = Var("x"), Var("y"), Var("z"), Var("n", INTEGER)

KINKS = [
    # primitive, arguments, where, partials
    ("abs", (X,), (0.0,), (0.0,)),
    ("abs", (X,), (-0.0,), (0.0,)),
    ("math.fabs", (X,), (0.0,), (0.0,)),
    ("max", (X, Y), (2.0, 2.0), (0.5, 0.5)),
    ("min", (X, Y), (2.0, 2.0), (0.5, 0.5)),
    ("max", (X, Y, Z), (2.0, 2.0, 1.0), (0.5, 0.5, 0.0)),
    ("min", (X, Y, Z), (2.0, 2.0, 2.0), (1 / 3, 1 / 3, 1 / 3)),
    ("max", ((X, Y),), ((1.0, 1.0),), (0.5, 0.5)),
    ("max", (X, Const(0.0)), (0.0, 0.0), (0.5, 0.0)),
    ("math.sqrt", (X,), (0.0,), (math.inf,)),
    ("math.cbrt", (X,), (0.0,), (math.inf,)),
    ("math.hypot", (X, Y), (0.0, 0.0), (0.0, 0.0)),
    ("math.dist", ((X, Y), (Z, Z)), ((1.0, 1.0), (1.0, 1.0)), (0.0, 0.0, 0.0, 0.0)),
    ("math.asin", (X,), (1.0,), (math.inf,)),
    ("math.asin", (X,), (-1.0,), (math.inf,)),
    ("math.acos", (X,), (1.0,), (-math.inf,)),
    ("math.acosh", (X,), (1.0,), (math.inf,)),
    ("math.atan2", (X, Y), (0.0, 0.0), (math.nan, math.nan)),
    ("math.copysign", (X, Y), (0.0, -2.0), (-1.0, 0.0)),
    ("math.prod", ((X, Y, Z),), ((0.0, 3.0, 5.0),), (15.0, 0.0, 0.0)),
    ("math.prod", ((X, Y, Z),), ((0.0, 0.0, 5.0),), (0.0, 0.0, 0.0)),
    ("mod", (X, Y), (6.0, 2.0), (1.0, -3.0)),
    ("pow", (X, Y), (0.0, 0.0), (0.0, 0.0)),
    ("pow", (X, Y), (0.0, 0.5), (math.inf, 0.0)),
    ("pow", (X, Y), (0.0, 1.0), (1.0, 0.0)),
    ("pow", (X, Y), (0.0, 2.0), (0.0, 0.0)),
    ("pow", (X, Y), (-2.0, 3.0), (12.0, math.nan)),
    ("math.pow", (X, Y), (0.0, 0.0), (0.0, 0.0)),
    ("pow", (X, N), (0.0, 0), (0.0, 0.0)),
    ("pow", (X, N), (0.0, 1), (1.0, 0.0)),
    ("pow", (X, N), (-3.0, 2), (-6.0, 0.0)),
    ("pow", (X, N), (2.0, -1), (-0.25, 0.0)),
    ("pow", (X, Const(0)), (0.0, 0), (0.0, 0.0)),
    ("pow", (X, Const(0.0)), (0.0, 0.0), (0.0, 0.0)),
    ("pow", (X, Const(1)), (0.0, 1), (1.0, 0.0)),
    ("pow", (X, Const(2)), (0.0, 2), (0.0, 0.0)),
    ("pow", (X, Const(0.5)), (0.0, 0.5), (math.inf, 0.0)),
    ("pow", (X, Const(0.3)), (0.0, 0.3), (math.inf, 0.0)),
    ("pow", (X, Const(1.5)), (0.0, 1.5), (0.0, 0.0)),
    ("pow", (Const(0.0), Y), (0.0, 2.0), (0.0, 0.0)),
    ("pow", (Const(-2), Y), (-2, 3.0), (0.0, math.nan)),
]


@pytest.mark.parametrize("op, args, at, want", KINKS)
def test_the_derivative_at_a_kink(op, args, at, want):
    made = template(op, passed(args))
    values = dict(zip(flat(made.params), flat(at), strict=True))
    values[made.out] = floats.primitive(op)(*at)
    got = [floats.value(p, values, made.globals) if p else 0.0 for p in flat(made.partials)]
    assert got == pytest.approx(list(want), nan_ok=True, rel=1e-15)


@pytest.mark.parametrize("op", ["round", "math.floor", "int", "math.ceil", "math.trunc"])
def test_rounding_has_no_derivative(op):
    assert template(op, (X,)).partials == (None,)


def test_every_primitive_with_a_kink_has_its_note():
    assert {op for op, _, _, _ in KINKS} - {"math.prod"} == set(dict(conventions())) - {
        "math.nextafter"
    }
