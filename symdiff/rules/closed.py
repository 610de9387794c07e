"""Derivatives in terms of the output: for σ(t) = 1 / (1 + exp(-t)), (1 - out) * out.

A function that can be built from its parameter by exp, tanh, tan, powers and fractions of degree
one obeys an equation y' = F(y), which is followed outwards from t' = 1: if u' = G(u) and y = g(u),
then y' = g'(u) G(u) at u = g⁻¹(y). Only polynomials F are of use. Others would cost a call, or
divide by something that is zero where the function itself has a value.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.rules.folding import build
from symdiff.rules.symbolic import NotInSymPy, to_sympy, to_tree
from symdiff.stages import Const, Expr, Var

LARGEST = 60  # nodes of syntax: beyond that nobody would take it for one elementary function
FUNCTIONS = frozenset(
    {"math.exp", "math.exp2", "math.expm1", "math.sinh", "math.cosh", "math.tanh", "math.tan"}
    | {"math.log", "math.log2", "math.log10", "math.sqrt", "math.pow"}
    | {"math.degrees", "math.radians"}
)
SAMPLES = ("-9/7", "-2/5", "1/3", "6/7", "13/9", "19/6")


def closed_derivative(
    expression: ast.expr, parameter: str, param: Var, out: Var, constants: Mapping[str, Expr]
) -> Expr | None:
    """The derivative of an expression of one parameter as a tree over its output, or None.

    Functions in the expression bear their full names (`math.exp`); other names are those of
    `constants`, whose trees enter the result. A result is a polynomial in `out`, or `out` times
    a polynomial in `param`, as for exp(-t * t).
    """
    import sympy

    nodes = list(ast.walk(expression))
    called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    if len(nodes) > LARGEST or not called <= FUNCTIONS:
        return None
    t, y = sympy.Symbol("t", real=True), sympy.Symbol("y", real=True)
    symbols = {name: sympy.Symbol(f"c{i}", real=True) for i, name in enumerate(constants)}
    trees = {symbols[name]: tree for name, tree in constants.items()}
    try:
        function = to_sympy(expression, {parameter: t} | symbols)
        if t not in function.free_symbols:
            return None
        law = _law(function, t, y)
        found = None if law is None else _polynomial(law, y)
        if found is not None and _holds(function, t, found.as_expr().subs(y, function)):
            return _shaped(found, out, trees)
        growth = _polynomial(sympy.cancel(sympy.diff(function, t) / function), t)
        if growth is not None and _holds(function, t, growth.as_expr() * function):
            return build("mul", _shaped(growth, param, trees), out)
    except (NotInSymPy, sympy.PolynomialError):
        pass
    return None


# --- y' = F(y) -----------------------------------------------------------------------------------


def _law(function: Any, t: Any, y: Any) -> Any | None:
    """F(y) for a function y of t."""
    import sympy

    if function == t:
        return sympy.Integer(1)
    reduced = _in_one_kernel(function, t)
    if reduced is None:
        return None
    kernel, u, fraction = reduced
    law = sympy.Integer(1) if kernel == t else _law_of_kernel(kernel, t, u)
    if law is None:
        return None
    above, below = (sympy.Poly(part, u) for part in sympy.fraction(sympy.together(fraction)))
    if max(above.degree(), below.degree()) > 1:
        return None
    (a, b), (c, d) = ((p.coeff_monomial(u), p.coeff_monomial(1)) for p in (above, below))
    inverse = (d * y - b) / (a - c * y)
    return sympy.cancel((sympy.diff(fraction, u) * law).subs(u, inverse))


def _in_one_kernel(function: Any, t: Any) -> tuple[Any, Any, Any] | None:
    """The one kernel in which a function is rational, a symbol for it, and the function in it."""
    import sympy

    kernels = _kernels(function, t)
    if len(kernels) > 1:
        function = function.rewrite(sympy.exp)
        kernels = _kernels(function, t)
    u = sympy.Symbol("u", positive=True)
    first = kernels[0]
    if len(kernels) == 1:
        return first, u, function.xreplace({first: u})
    if not all(isinstance(k, sympy.exp) for k in kernels):
        return None
    ratios = [sympy.cancel(k.args[0] / first.args[0]) for k in kernels]
    if not all(r.is_Rational for r in ratios):
        return None
    unit = functools.reduce(sympy.gcd, ratios)
    powers = {k: u ** (r / unit) for k, r in zip(kernels, ratios, strict=True)}
    fraction = sympy.cancel(function.xreplace(powers))
    # (u^2 - 1) / (u^2 + 1) is a fraction of degree one in u^2 = exp(2 ...).
    degrees = [m for part in sympy.fraction(fraction) for (m,) in sympy.Poly(part, u).monoms()]
    step = max(1, functools.reduce(sympy.igcd, degrees, 0))
    fraction = sympy.powdenest(fraction.subs(u, u ** sympy.Rational(1, step)))
    return sympy.exp(first.args[0] * unit * step), u, fraction


def _kernels(function: Any, t: Any) -> list[Any]:
    """The largest parts of a function that depend on t in a way that is not rational, in order."""
    found: list[Any] = []
    if not function.has(t):
        pass
    elif function.is_Add or function.is_Mul or (function.is_Pow and function.exp.is_Integer):
        for part in function.args:
            found += [k for k in _kernels(part, t) if k not in found]
    else:
        found.append(function)
    return found


def _law_of_kernel(kernel: Any, t: Any, u: Any) -> Any | None:
    """G(u) for a kernel u = g(w), when the derivative of g is rational in g."""
    import sympy

    if isinstance(kernel, sympy.exp):
        (inner,), slope, inverse = kernel.args, u, sympy.log(u)
    elif isinstance(kernel, sympy.tanh):
        (inner,), slope, inverse = kernel.args, 1 - u**2, sympy.atanh(u)
    elif isinstance(kernel, sympy.tan):
        (inner,), slope, inverse = kernel.args, 1 + u**2, sympy.atan(u)
    elif kernel.is_Pow and kernel.base.is_positive and not kernel.base.has(t):
        inner, slope, inverse = kernel.exp, u * sympy.log(kernel.base), sympy.log(u, kernel.base)
    elif kernel.is_Pow and not kernel.exp.has(t):
        inner, inverse = kernel.base, u ** (1 / kernel.exp)
        slope = kernel.exp * u / inverse
    else:
        return None
    law = _law(inner, t, u)
    return None if law is None else slope * law.subs(u, inverse)


# --- the polynomial ------------------------------------------------------------------------------


def _polynomial(expression: Any, variable: Any) -> Any | None:
    """An expression as a polynomial of degree at most 3 that divides by numbers only."""
    import sympy

    above, below = sympy.fraction(sympy.together(sympy.powsimp(expression)))
    if below.free_symbols:
        return None
    found = sympy.Poly(sympy.expand(above / below), variable)
    is_small = found.degree() <= 3 and not any(c.has(variable) for c in found.coeffs())
    return found if is_small and not found.is_zero else None


def _holds(function: Any, t: Any, derivative: Any) -> bool:
    """Whether this is the derivative, at points where the function is real: a second opinion."""
    import sympy

    difference, tried = sympy.diff(function, t) - derivative, 0
    others = sorted(function.free_symbols - {t}, key=str)
    values = {c: sympy.Rational(7 + 4 * i, 9) for i, c in enumerate(others)}
    for sample in SAMPLES:
        at = values | {t: sympy.Rational(sample)}
        if function.subs(at).evalf(20).is_real:
            tried += 1
            if not abs(difference.subs(at).evalf(20)) < 1e-15:
                return False
    return tried >= 2


def _shaped(polynomial: Any, variable: Var, trees: Mapping[Any, Expr]) -> Expr:
    """The polynomial as one writes it by hand: k * (1 - out) * out, lowest power first."""
    import sympy

    lowest = min(power for (power,) in polynomial.monoms())
    terms = sorted((power - lowest, sympy.logcombine(c)) for (power,), c in polynomial.terms())
    content = _content([c for _, c in terms])
    total: Expr | None = None
    for power, coefficient in terms:
        share = sympy.cancel(coefficient / content)
        negative = total is not None and share.could_extract_minus_sign()
        term = _product(-share if negative else share, [variable] * power, trees)
        op = "sub" if negative else "add"
        total = term if total is None else build(op, total, term)
    rest: list[Expr] = [variable] * lowest
    if len(terms) > 1 and total is not None:
        rest.insert(0, total)
    return _product(content, rest, trees)


def _content(coefficients: list[Any]) -> Any:
    """The factor to write in front: of those that leave the lowest term positive, the shortest."""
    import sympy

    common = functools.reduce(sympy.gcd, coefficients)
    if len(coefficients) > 1:
        numeric, _ = common.as_coeff_Mul()
        choices = [coefficients[0], common / numeric, common]
    else:
        choices = coefficients
    signed = [-c if (coefficients[0] / c).could_extract_minus_sign() else c for c in choices]

    def length(content: Any) -> int:
        return sum(
            len(str(c)) for c in (content, *(sympy.cancel(c / content) for c in coefficients))
        )

    return min(signed, key=length)


def _product(coefficient: Any, factors: Sequence[Expr], trees: Mapping[Any, Expr]) -> Expr:
    """A coefficient times factors; one that is no decimal as a numerator and a denominator."""
    import sympy

    number, rest = coefficient.as_coeff_Mul()
    below = 1 if sympy.Rational(repr(float(number))) == number else number.q
    trees_of_rest = [] if rest == 1 else [to_tree(rest, trees)]
    every = [to_tree(number * below, trees), *trees_of_rest, *factors]
    product = functools.reduce(lambda a, b: build("mul", a, b), every)
    return product if below == 1 else build("truediv", product, Const(int(below)))
