"""Templates: the rule that fits a call, as trees."""

from __future__ import annotations

import pytest

from symdiff.errors import NotDifferentiable
from symdiff.rules import template
from symdiff.stages import COMPLEX, INTEGER, REAL, Apply, Const, Global, ListOf, Var

X, Y, N = Var("x"), Var("y"), Var("n", INTEGER)


def text(tree):
    return repr(tree).replace("%", "")


@pytest.mark.parametrize(
    "op, args, want",
    [
        ("mul", (X, Y), ("y", "x")),
        ("mul", (X, N), ("y", None)),
        ("mul", (Const(2.0), Y), (None, "x")),
        ("truediv", (X, Y), ("truediv(1.0, y)", "mul(truediv(1.0, y), neg(out))")),
        ("truediv", (Const(1), Y), (None, "mul(neg(out), out)")),
        ("truediv", (Const(1.0), Y), (None, "mul(neg(out), out)")),
        ("pow", (X, Const(0)), (None, None)),
        ("pow", (X, Const(1)), ("1.0", None)),
        ("pow", (X, Const(2)), ("mul(2, x)", None)),
        ("pow", (X, Const(2.0)), ("mul(2.0, x)", None)),
        ("pow", (X, Const(3)), ("mul(3, pow(x, 2))", None)),
        ("pow", (X, Const(1.1)), ("mul(1.1, pow(x, 0.1))", None)),
        ("pow", (X, Const(-1)), ("truediv(neg(out), x)", None)),
        ("pow", (X, Const(-2)), ("truediv(mul(-2, out), x)", None)),
        ("pow", (X, Apply("neg", (Const(2),))), ("truediv(mul(-2, out), x)", None)),
        ("pow", (X, N), ("cond(y, mul(y, pow(x, sub(y, 1))), 0.0)", None)),
        ("pow", (Const(2), Y), (None, "mul(out, math.log(2))")),
        ("pow", (N, Const(2)), (None, None)),
        ("max", (X, N), ("cond(gt(x, y), 1.0, cond(eq(x, y), 0.5, 0.0))", None)),
        ("math.tanh", (X,), ("sub(1, mul(out, out))",)),
        ("math.exp", (X,), ("out",)),
        ("math.log", (X,), ("truediv(1.0, x)",)),
    ],
)
def test_the_partials_of_a_call(op, args, want):
    found = template(op, args).partials
    assert tuple(p if p is None else text(p) for p in found) == want


def test_literal_exponents_are_subtracted_as_decimals():
    made = template("pow", (X, Const(2.3)))
    assert text(made.partials[0]) == "mul(2.3, pow(x, 1.3))"


def test_a_sequence_has_a_tuple_of_partials():
    made = template("math.prod", (Apply("list", (X, N, Y)),))
    ((a, n, b),) = made.params
    assert (a.kind, n.kind, b.kind) == (REAL, INTEGER, REAL)
    assert made.partials == ((Apply("mul", (n, b)), None, Apply("mul", (a, n))),)


def test_long_sums_and_products_stay_shallow():
    made = template("max", (Apply("tuple", (X,) * 50),))
    ((first, *_),) = made.partials
    _, ties = first.args[1].args
    assert ties.op == "sum" and len(ties.args[0].args) == 50
    ((first, *_),) = template("math.prod", (Apply("tuple", (X,) * 50),)).partials
    assert first.op == "math.prod" and len(first.args[0].args) == 49


def test_parameters_have_the_kinds_of_the_arguments():
    made = template("mul", (X, N))
    assert [p.kind for p in made.params] == [REAL, INTEGER]
    assert made.out.kind is REAL


def test_the_same_call_has_the_same_template():
    assert template("mul", (X, Y)) is template("mul", (Y, X))
    assert template("mul", (X, Const(2.0))) is template("mul", (X, Const(3.0)))
    assert template("pow", (X, Const(2))) is not template("pow", (X, Const(3)))


def test_constants_are_kept_as_formulas():
    made = template("math.erf", (X,))
    assert {n: g.text for n, g in made.globals.items()} == {
        "TWO_OVER_SQRT_PI": "2.0 / math.sqrt(math.pi)"
    }
    assert Global("TWO_OVER_SQRT_PI", REAL) in made.partials[0].args


def test_constants_of_math_need_no_definition():
    made = template("math.sqrt", (X,))
    assert made.globals == {}
    assert made.partials[0].args[2] == Global("math.inf", REAL)


def test_helpers_come_with_their_source_and_their_own_derivatives():
    made = template("math.lgamma", (X,))
    assert made.partials == (Apply("helper:digamma", made.params),)
    assert list(made.helpers) == ["digamma", "polygamma"]
    digamma, polygamma = made.helpers.values()
    assert digamma.text.startswith("def digamma(x: float) -> float:\n")
    assert digamma.globals["math"].text == "import math"
    assert digamma.partials == (Apply("helper:polygamma", (Const(1), *digamma.params)),)
    assert [p.kind for p in polygamma.params] == [INTEGER, REAL]
    names = {}
    for helper in made.helpers.values():
        exec("import math\n" + helper.text, names)
    assert names["digamma"](1.0) == pytest.approx(-0.5772156649015329, rel=1e-15)
    assert names["polygamma"](1, 1.0) == pytest.approx(1.6449340668482264, rel=1e-15)


@pytest.mark.parametrize(
    "op, args",
    [
        ("no such primitive", (X,)),
        ("math.sin", (X, Y)),
        ("math.fma", (X,)),
        ("sum", (Var("xs", ListOf(REAL)),)),
        ("abs", (Var("z", COMPLEX),)),
    ],
)
def test_what_has_no_rule_is_refused(op, args):
    with pytest.raises(NotDifferentiable, match=f"'{op}'"):
        template(op, args)
