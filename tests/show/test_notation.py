"""Expressions as mathematicians write them."""

from __future__ import annotations

import pytest

from show.procedures import apply
from symdiff.show.notation import formula, symbol
from symdiff.stages import Apply, Const, Global, Opaque, Var

x, y, s = Var("x"), Var("y"), Var("sigma_x")

FORMULAS = [
    (apply("sub", x, apply("sub", x, y)), "x - (x-y)"),
    (apply("sub", x, apply("neg", y)), "x - (-y)"),
    (apply("add", apply("neg", x), y), "-x + y"),
    (apply("mul", 2, x), "2x"),
    (apply("mul", 2, apply("add", x, y)), "2(x+y)"),
    (apply("mul", 2, apply("mul", 3, x)), "2·3x"),
    (apply("mul", x, apply("mul", apply("sub", 1, s), s)), "x·(1-σ_x)·σ_x"),
    (apply("mul", apply("truediv", x, y), x), "(x/y)·x"),
    (apply("truediv", apply("mul", x, y), apply("mul", x, y)), "x·y/(x·y)"),
    (apply("truediv", apply("truediv", x, y), y), "(x/y)/y"),
    (apply("neg", apply("mul", x, y)), "-x·y"),
    (apply("pow", apply("neg", x), -2), "(-x)⁻²"),
    (apply("pow", -2.0, y), "(-2)^y"),
    (apply("pow", apply("pow", x, 2), 3), "(x²)³"),
    (apply("pow", x, apply("truediv", 1, 3)), "x^(1/3)"),
    (apply("math.sqrt", apply("add", x, y)), "√(x+y)"),
    (apply("math.sqrt", x), "√x"),
    (apply("gt", apply("abs", apply("sub", x, y)), 1e-12), "|x-y| > 1e-12"),
    (apply("math.floor", apply("truediv", x, y)), "⌊x/y⌋"),
    (apply("floordiv", x, y), "⌊x/y⌋"),
    (apply("cond", apply("lt", x, 0), apply("neg", x), x), "-x if x < 0 else x"),
    (apply("and", apply("lt", x, y), apply("or", x, y)), "x < y and (x or y)"),
    (apply("not", apply("ne", x, y)), "not x ≠ y"),
    (apply("getitem", x, apply("slice", 1, Const(None))), "x[1:]"),
    (apply("getitem", x, apply("tuple", 1, y)), "x[1, y]"),
    (apply("helper:sigmoid", x), "σ(x)"),
    (apply("math.log", apply("truediv", x, Global("math.pi")), 2), "log(x/π, 2)"),
    (apply("tuple", x), "(x,)"),
    (Opaque("len(_0) + _1", (x, y)), "len(x) + y"),
    (Const(2.0), "2"),
    (Const(1e9), "1000000000"),
    (Const(1e22), "1e22"),
    (Const(1e-12), "1e-12"),
    (Const(0.1), "0.1"),
    (apply("mul", 1.0, x), "1·x"),
    (Const(float("-inf")), "-∞"),
    (Apply("∂", (x, y)), "∂x/∂y"),
]


@pytest.mark.parametrize("expr, text", FORMULAS, ids=[text for _, text in FORMULAS])
def test_formulas(expr, text):
    assert formula(expr, lambda var: symbol(var.base)) == text


@pytest.mark.parametrize(
    "name, text",
    [
        ("sigma_y", "σ_y"), ("x_1", "x₁"), ("k1", "k₁"), ("k1a", "k1a"), ("lambda_", "λ"),
        ("_", "_"), ("atan2_y", "atan2_y"), ("total_1", "total₁"),
        ("phi1", "φ₁"), ("E_kept", "E_kept"), ("sigmoid", "σ"), ("spot", "spot"),
    ],
)  # fmt: skip
def test_names(name, text):
    assert symbol(name) == text
