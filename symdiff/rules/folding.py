"""Building the trees of a rule, with what is known of literals worked out.

A rule for `x ** n` says `n * x ** (n - 1)`; for `x ** 2` that is `2 * x`. Only what is exact is
worked out: decimal fractions as the decimals they are written as, so that `1.1 - 1` is `0.1`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from symdiff.stages import Apply, Const, Expr

_EXACT: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")
}


def number(expr: Expr) -> int | float | None:
    """The value of a real literal, booleans excepted."""
    if isinstance(expr, Const) and type(expr.value) in (int, float):
        value: int | float = expr.value
        return value
    return None


def build(op: str, *args: Expr) -> Expr:
    """An application, or what it amounts to when its arguments are literals."""
    match op, args:
        case (("and" | "or"), (Const(value), other)):
            return other if bool(value) == (op == "and") else args[0]
        case "cond", (Const(test), then, orelse):
            return then if test else orelse
        case "not", (Const(value),):
            return Const(not value)
        case "neg", (Const(value),) if number(args[0]) is not None:
            return Const(-value)
    values = [number(a) for a in args]
    if len(values) == 2:
        if None not in values:
            if op in _COMPARISONS:
                return Const(_COMPARISONS[op](*values))
            if op in _EXACT and (exact := _exactly(_EXACT[op], *values)) is not None:
                return Const(exact)
        elif op == "mul" and values[0] == 1:
            return args[1]
        elif op == "mul" and values[0] == -1:
            return Apply("neg", (args[1],))
        elif op == "pow" and values[1] == 1:
            return args[0]
    return Apply(op, args)


def _exactly(compute: Callable[[Any, Any], Any], a: Any, b: Any) -> int | float | None:
    """The result on the decimals as written, None when no float is written like it."""
    if isinstance(a, int) and isinstance(b, int):
        found: int = compute(a, b)
        return found
    try:
        exact = compute(Fraction(Decimal(repr(a))), Fraction(Decimal(repr(b))))
        value = float(exact)
        return value if Fraction(Decimal(repr(value))) == exact else None
    except (ValueError, OverflowError):  # inf, nan, or too large
        return None


def is_zero(expr: Expr) -> bool:
    """Whether a partial is the literal zero."""
    return number(expr) == 0
