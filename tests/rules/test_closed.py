"""Derivatives in terms of the output: found where there is a cheap one, and right."""

from __future__ import annotations

import ast
import time

import mpmath
import pytest

from rules.evaluation import precise
from symdiff.rules.closed import closed_derivative
from symdiff.rules.symbolic import NotInSymPy, to_sympy, to_tree
from symdiff.stages import REAL, Apply, Const, Global, GlobalValue, Var

T, OUT = Var("t"), Var("out")
CONSTANTS = {"K": Global("K", REAL), "math.pi": Global("math.pi", REAL)}
VALUES = {"K": GlobalValue("0.75")}


def derivative(text):
    return closed_derivative(ast.parse(text, mode="eval").body, "t", T, OUT, CONSTANTS)


FOUND = {
    "1.0 / (1.0 + math.exp(-t))": "mul(sub(1, out), out)",
    "1 / (1 + math.exp(-K * t))": "mul(mul(K, sub(1, out)), out)",
    "2.0 / (1 + math.exp(-(t - 3)))": "mul(sub(1, mul(0.5, out)), out)",
    "math.exp(t) / (1 + math.exp(t))": "mul(sub(1, out), out)",
    "0.5 * (1 + math.tanh(t / 2))": "mul(sub(1, out), out)",
    "(1 - math.exp(-2 * t)) / (1 + math.exp(-2 * t))": "sub(1, mul(out, out))",
    "(math.exp(t) - math.exp(-t)) / (math.exp(t) + math.exp(-t))": "sub(1, mul(out, out))",
    "1 - 2 / (math.exp(2 * t) + 1)": "sub(1, mul(out, out))",
    "math.sinh(t) / math.cosh(t)": "sub(1, mul(out, out))",
    "1.7159 * math.tanh(0.66 * t)":
        "sub(1.132494, truediv(mul(mul(6600, out), out), 17159))",
    "math.tan(2 * t)": "mul(2, add(1, mul(out, out)))",
    "math.exp(t)": "out",
    "math.exp(K * t)": "mul(K, out)",
    "math.exp(math.pi * t)": "mul(math.pi, out)",
    "math.exp(-t / 0.3)": "truediv(mul(-10, out), 3)",
    "math.exp(-t * t / 2) / math.sqrt(2 * math.pi)": "mul(neg(t), out)",
    "1 - math.exp(-t)": "sub(1, out)",
    "2 ** t": "mul(math.log(2), out)",
    "2.5 ** (-t)": "mul(math.log(0.4), out)",
    "3 / t": "truediv(mul(neg(out), out), 3)",
    "1 / math.sqrt(1 + t)": "mul(mul(mul(-0.5, out), out), out)",
}  # fmt: skip


def printed(tree):
    text = repr(tree).replace("%", "")
    return text.replace("Global(name='", "").replace("', kind=real)", "")


@pytest.mark.parametrize("text, want", FOUND.items())
def test_a_derivative_over_the_output(text, want):
    assert printed(derivative(text)) == want


@pytest.mark.parametrize("text", FOUND)
@pytest.mark.parametrize("at", ["-0.7", "0.4", "1.3"])
def test_it_is_the_derivative(text, at):
    names = {
        "exp": mpmath.exp, "tanh": mpmath.tanh, "tan": mpmath.tan, "sqrt": mpmath.sqrt,
        "sinh": mpmath.sinh, "cosh": mpmath.cosh, "pi": mpmath.pi,
    }  # fmt: skip

    class Precise(ast.NodeTransformer):
        def visit_Constant(self, node):
            return ast.parse(f"mpf('{node.value!r}')", mode="eval").body

    tree = ast.fix_missing_locations(Precise().visit(ast.parse(text, mode="eval")))
    scope = {"math": type("math", (), names), "mpf": mpmath.mpf, "K": mpmath.mpf("0.75")}
    function = eval(f"lambda t: {ast.unparse(tree)}", scope)
    with mpmath.workdps(50):
        x, h = mpmath.mpf(at), mpmath.mpf(10) ** -16
        slope = (function(x + h) - function(x - h)) / (2 * h)
        got = precise.value(derivative(text), {T: x, OUT: function(x)}, VALUES)
        assert mpmath.almosteq(got, slope, 1e-25)


@pytest.mark.parametrize(
    "text",
    [
        "math.sin(t)",  # needs a second function
        "math.log(1 + math.exp(t))",
        "math.sqrt(t)",  # 0.5 / out fails at 0, where sqrt has a value
        "math.sqrt(1 + math.exp(t))",
        "1 / math.cosh(t)",  # the sign is not known
        "K / (1 + math.exp(-t))",  # divides by K
        "math.exp(t / K)",
        "math.exp(t) + math.exp(2 * t)",
        "t * math.exp(-t)",
        "math.erf(t)",
        "math.exp(-math.exp(-t))",
        "t ** t",
        "math.pow(t, 2)",
        "3.0",
        "math.exp(K)",
        "1 / 0",
        "math.exp(s)",  # not a constant that may be used
        "print(t)",
        "t if t > 0 else 0.0",
        "(t + 1) ** 1000000000",
        "9 ** 9 ** 9 ** t",
        "math.exp(" + " + ".join(["t"] * 40) + ")",
    ],
)
def test_there_is_none_of_use(text):
    started = time.perf_counter()
    assert derivative(text) is None
    assert time.perf_counter() - started < 2.0


def test_names_and_literals_become_symbols_and_decimals():
    import sympy

    x = sympy.Symbol("x")
    node = ast.parse("0.1 * x + math.exp(-x) ** 2 - math.tau", mode="eval").body
    assert to_sympy(node, {"x": x}) == x / 10 + sympy.exp(-2 * x) - 2 * sympy.pi


def test_numbers_become_literals():
    import sympy

    k = sympy.Symbol("k")
    x = Var("x")
    assert to_tree(sympy.Rational(1, 8), {}) == Const(0.125)
    assert to_tree(sympy.Rational(1, 3), {}) == Apply("truediv", (Const(1), Const(3)))
    assert to_tree(2 * k**2, {k: x}) == Apply("mul", (Const(2), Apply("pow", (x, Const(2)))))
    assert to_tree(sympy.E, {}) == Global("math.e", REAL)
    assert to_tree(sympy.sqrt(2), {}) == Apply("pow", (Const(2), Const(0.5)))


def test_nothing_that_could_fail_becomes_a_tree():
    import sympy

    k = sympy.Symbol("k")
    with pytest.raises(NotInSymPy):
        to_tree(1 / k, {k: Var("k")})
    with pytest.raises(NotInSymPy):
        to_tree(sympy.log(k), {k: Var("k")})
