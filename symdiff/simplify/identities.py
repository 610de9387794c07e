"""Identities of arithmetic: what an expression is folded to.

`1.0 * e`, `e + 0.0`, `-(-e)` and the like disappear, the constants of a product are multiplied and
stand in front, and signs move to where they cost nothing: `x + -a * b` is `x - a * b`. Constants
are combined only where the result is exact.
"""

from __future__ import annotations

from fractions import Fraction

from symdiff.stages import REAL, Apply, ArrayOf, Const, Expr, Var, variables

Number = int | float
ZERO, ONE = Const(0.0), Const(1.0)


def fold(expr: Expr) -> Expr:
    """An expression of the derivative, simplified from the inside out."""
    if not isinstance(expr, Apply) or not expr.args:
        return expr
    return _fold_one(Apply(expr.op, tuple(fold(a) for a in expr.args)))


def _fold_one(expr: Apply) -> Expr:
    match expr.op, expr.args:
        case "neg", (a,):
            return negated(a)
        case "pos", (a,):
            return a
        case "float", (Const(value=int() as number),):
            return Const(float(number))
        case "add", (a, b):
            return _sum(a, b)
        case "sub", (a, b):
            return _difference(a, b)
        case "mul", (a, b):
            return _product(a, b)
        case "truediv", (a, b):
            return _quotient(a, b)
        case "pow", (a, Const(value=1) as power) if is_real(a) or type(power.value) is int:
            return a
        case "pow", (a, Const(value=0)) if is_real(a) and not _has_axes(a):
            return ONE
        case "cond", (Const(value=bool() as test), a, b):
            return a if test else b
        case "cond", (Apply(op="lt" | "le" | "gt" | "ge" | "eq" | "ne") as test, a, b) if (
            a == Const(True) and b == Const(False)
        ):
            return test
        case "cond", (_, a, b) if a == b:
            return a
        case "math.fsum" | "sum", (Apply(op="tuple", args=(a,)),) if is_real(a):
            return a
    return expr


def _number(expr: Expr) -> Number | None:
    if isinstance(expr, Const) and type(expr.value) in (int, float):
        value: Number = expr.value
        if value == value and abs(value) != float("inf"):
            return value
    return None


def _exact(value: Fraction, like: tuple[Number, ...]) -> Const | None:
    """A constant for an exact result, of the type that Python's arithmetic gives it."""
    if all(isinstance(v, int) for v in like):
        return Const(int(value)) if value.denominator == 1 else _as_float(value)
    return _as_float(value)


def _as_float(value: Fraction) -> Const | None:
    try:
        made = float(value)
    except OverflowError:
        return None
    return Const(made) if Fraction(made) == value else None


def is_zero(expr: Expr) -> bool:
    return _number(expr) == 0


def is_real(expr: Expr) -> bool:
    """Whether a value certainly is or is made of floats (or complex numbers), so that `1.0 *`
    changes nothing."""
    match expr:
        case Var(kind=kind):
            return kind is REAL or isinstance(kind, ArrayOf) and kind.item is REAL
        case Const(value=value):
            return isinstance(value, float)
        case Apply(op="truediv"):
            return True
        case Apply(op="add" | "sub" | "mul" | "pow" | "neg" | "pos", args=args):
            return any(is_real(a) for a in args)
        case Apply(op="cond", args=(_, a, b)):
            return is_real(a) and is_real(b)
        case Apply(op=op):
            return op.startswith("math.") and op.removeprefix("math.") not in (
                "floor",
                "ceil",
                "trunc",
                "comb",
                "perm",
                "gcd",
                "lcm",
                "factorial",
                "isqrt",
                "prod",
            )
    return False


def _has_axes(expr: Expr) -> bool:
    """Whether a value may be an array, whose shape a constant has not."""
    return any(isinstance(v.kind, ArrayOf) for v in variables(expr))


def negated(expr: Expr) -> Expr:
    """`-expr`, with the sign where it reads best."""
    match expr:
        case Const():
            number = _number(expr)
            return Apply("neg", (expr,)) if number is None else Const(-number)
        case Apply(op="neg", args=(a,)):
            return a
        case Apply(op="sub", args=(a, b)):
            return Apply("sub", (b, a))
        case Apply(op="mul" | "truediv" as op, args=(a, b)):
            return Apply(op, (negated(a), b))
    return Apply("neg", (expr,))


def opposite(expr: Expr) -> Expr | None:
    """`e` if an expression begins with the sign of `-e`, else None."""
    match expr:
        case Const():
            number = _number(expr)
            return Const(-number) if number is not None and number < 0 else None
        case Apply(op="neg", args=(a,)):
            return a
        case Apply(op="mul" | "truediv" as op, args=(a, b)):
            inner = opposite(a)
            if inner is None:
                return None
            return _product(inner, b) if op == "mul" else Apply(op, (inner, b))
    return None


def _sum(a: Expr, b: Expr) -> Expr:
    if is_zero(a) and is_real(b):
        return b
    if is_zero(b) and is_real(a):
        return a
    x, y = _number(a), _number(b)
    if x is not None and y is not None:
        made = _exact(Fraction(x) + Fraction(y), (x, y))
        if made is not None:
            return made
    if a == b:
        return _product(Const(2), a)
    minus = opposite(b)
    if minus is not None:
        return Apply("sub", (a, minus))
    minus = opposite(a)
    if minus is not None:
        return Apply("sub", (b, minus))
    return Apply("add", (a, b))


def _difference(a: Expr, b: Expr) -> Expr:
    if is_zero(b) and is_real(a):
        return a
    if is_zero(a) and is_real(b):
        return negated(b)
    x, y = _number(a), _number(b)
    if x is not None and y is not None:
        made = _exact(Fraction(x) - Fraction(y), (x, y))
        if made is not None:
            return made
    if opposite(a) == b:
        return _product(Const(-2), b)
    minus = opposite(b)
    return Apply("sub", (a, b)) if minus is None else Apply("add", (a, minus))


def _factors(expr: Expr) -> list[Expr]:
    """The factors of a product as it is written without parentheses."""
    found: list[Expr] = []
    while isinstance(expr, Apply) and expr.op == "mul":
        found.append(expr.args[1])
        expr = expr.args[0]
    found.append(expr)
    found.reverse()
    return found


def _product(a: Expr, b: Expr) -> Expr:
    """A product: its sign and its constant in front."""
    factors = [*_factors(a), *([b] if _number(a) is None else _factors(b))]
    constant: Const = Const(1)
    minus = False
    rest: list[Expr] = []
    for factor in factors:
        while isinstance(factor, Apply) and factor.op == "neg":
            factor, minus = factor.args[0], not minus
        value = _number(factor)
        if value is not None:
            if value == 0 and not any(map(_has_axes, factors)):
                return ZERO
            made = _exact(Fraction(constant.value) * Fraction(value), (constant.value, value))
            if made is not None:
                constant = made
                continue
        rest.append(factor)
    constant, rest = _cancelled(constant, rest)
    value = -constant.value if minus else constant.value
    if not rest:
        return Const(value)
    first: list[Expr] = []
    if value == -1 and (isinstance(value, int) or any(is_real(f) for f in rest)):
        rest[0] = negated(rest[0])
    elif value != 1 or not (isinstance(value, int) or any(is_real(f) for f in rest)):
        first = [Const(value)]
    made_product, *others = [*first, *rest]
    for factor in others:
        made_product = Apply("mul", (made_product, factor))
    return made_product


def _cancelled(constant: Const, rest: list[Expr]) -> tuple[Const, list[Expr]]:
    """`2 * (e / 2)` is `e`, `(1 / 3) * e` is `e / 3`, and `2 * (a * b)` is `2 * a * b`."""
    if not rest:
        return constant, rest
    match rest[0]:
        case Apply(op="truediv", args=(Const(value=1), divisor)) if len(rest) > 1:
            return constant, [Apply("truediv", (rest[1], divisor)), *rest[2:]]
        case Apply(op="truediv", args=(above, divisor)):
            by = _number(divisor)
            if by and constant.value not in (1, -1):
                made = _exact(Fraction(constant.value) / Fraction(by), (constant.value, by))
                if made is not None and is_real(above):
                    return made, [*_factors(above), *rest[1:]]
        case Apply(op="mul") as product:
            return constant, [*_factors(product), *rest[1:]]
    return constant, rest


def _quotient(a: Expr, b: Expr) -> Expr:
    x, y = _number(a), _number(b)
    if y == 1 and is_real(a):
        return a
    if y == -1 and is_real(a):
        return negated(a)
    if x is not None and y:
        made = _as_float(Fraction(x) / Fraction(y))
        if made is not None:
            return made
    if x == 0 and not _has_axes(b):
        return ZERO
    minus = opposite(b)
    if minus is not None:
        return Apply("truediv", (negated(a), minus))
    return Apply("truediv", (a, b))
