"""Rules of the arithmetic operators, and of the functions that mean the same."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import builtins
import math
import operator

from symdiff.rules.kinds import arithmetic, modulus, quotient, same
from symdiff.rules.registry import case, elementwise, literal, of_kind, piecewise_constant
from symdiff.stages import INTEGER, TEXT, Kind


@elementwise(operator.add, operator.iadd, sympy="lambda x, y: x + y", result=arithmetic)
def add(x, y, *, out):
    return 1.0, 1.0


@elementwise(operator.sub, operator.isub, sympy="lambda x, y: x - y", result=arithmetic)
def sub(x, y, *, out):
    return 1.0, -1.0


@elementwise(operator.mul, operator.imul, sympy="lambda x, y: x * y", result=arithmetic)
def mul(x, y, *, out):
    return y, x


@elementwise(operator.truediv, operator.itruediv, sympy="lambda x, y: x / y", result=quotient)
def truediv(x, y, *, out):
    # Written so that both adjoints share the division: dx = dout / y, dy = -dx * out.
    return 1.0 / y, 1.0 / y * -out


@case(operator.truediv, x=literal(lambda x: x == 1))
def reciprocal(x, y, *, out):
    return 0.0, -out * out


@elementwise(operator.neg, sympy="lambda x: -x", result=same)
def neg(x, *, out):
    return -1.0


@elementwise(operator.pos, sympy="lambda x: x", result=same)
def pos(x, *, out):
    return 1.0


@elementwise(float, sympy="lambda x: x")
def to_float(x, *, out):
    return 1.0


def remainder_kind(*kinds: Kind) -> Kind:
    """As `arithmetic`; with a text first, `%` is formatting."""
    return TEXT if kinds[0] is TEXT else arithmetic(*kinds)


@elementwise(
    operator.mod, operator.imod, result=remainder_kind,
    sympy="lambda x, y: x - y * floor(x / y)",
    note="where x / y is an integer, the derivative is that of the piece the value lies on",
)  # fmt: skip
def mod(x, y, *, out):
    return 1.0, -(x // y)


@elementwise(math.fmod, sympy="lambda x, y: x - y * sign(x / y) * floor(Abs(x / y))")
def fmod(x, y, *, out):
    return 1.0, (out - x) / y


@elementwise(math.remainder, sympy="lambda x, y: x - y * floor(x / y + Rational(1, 2))")
def remainder(x, y, *, out):
    return 1.0, (out - x) / y


piecewise_constant(
    operator.floordiv, operator.ifloordiv, arity=2, result=arithmetic,
    sympy="lambda x, y: floor(x / y)",
)  # fmt: skip


# --- absolute value and sign ---------------------------------------------------------------------


@elementwise(math.fabs, sympy="Abs", note="derivative 0 at 0")
@elementwise(abs, operator.abs, sympy="Abs", result=modulus, note="derivative 0 at 0")
def absolute(x, *, out):
    return 1.0 if x > 0 else -1.0 if x < 0 else 0.0


@elementwise(
    math.copysign, sympy="lambda x, y: Abs(x) * sign(y)",
    note="at x = 0 the derivative is that of x or of -x, whichever the sign of y selects",
)  # fmt: skip
def copysign(x, y, *, out):
    return math.copysign(1.0, x) * math.copysign(1.0, y), 0.0


# --- powers --------------------------------------------------------------------------------------

POWER_NOTE = (
    "at x = 0: in x it is 0 for y = 0, inf for 0 < y < 1, y * x ** (y - 1) for y >= 1; "
    "in y it is 0; in y for x < 0 it is nan"
)


def power_kind(x: Kind, y: Kind) -> Kind:
    """An integer to an integer counts as an integer, although 2 ** -1 is not one."""
    return arithmetic(x, y)


@elementwise(math.pow, sympy="Pow", note=POWER_NOTE)
@elementwise(
    operator.pow, operator.ipow, builtins.pow, sympy="Pow", result=power_kind, note=POWER_NOTE
)
def power(x, y, *, out):
    in_x = y * x ** (y - 1) if x != 0 or y >= 1 else math.inf if y else 0.0
    in_y = out * math.log(x) if x > 0 else math.nan if x else 0.0
    return in_x, in_y


@case(math.pow, y=literal(lambda y: y == 0))
@case(operator.pow, y=literal(lambda y: y == 0))
def to_the_zero(x, y, *, out):
    return 0.0, 0.0


@case(math.pow, y=literal(lambda y: y == 0.5))
@case(operator.pow, y=literal(lambda y: y == 0.5))
def square_root(x, y, *, out):
    return 0.5 / out if out else math.inf, 0.0


@case(math.pow, y=literal(lambda y: y >= 1))
@case(operator.pow, y=literal(lambda y: y >= 1))
def power_at_least_one(x, y, *, out):
    return y * x ** (y - 1) if y != 1 else 1.0, 0.0


@case(math.pow, y=literal(lambda y: 0 < y < 1))
@case(operator.pow, y=literal(lambda y: 0 < y < 1))
def root(x, y, *, out):
    return y * out / x if x else math.inf, 0.0


@case(math.pow, y=literal(lambda y: y < 0))
@case(operator.pow, y=literal(lambda y: y < 0))
def negative_power(x, y, *, out):
    return y * out / x, 0.0


@case(math.pow, y=of_kind(INTEGER))
@case(operator.pow, y=of_kind(INTEGER))
def integer_power(x, y, *, out):
    return y * x ** (y - 1) if y else 0.0, 0.0


@case(math.pow, x=literal(lambda x: x > 0))
@case(operator.pow, x=literal(lambda x: x > 0))
def exponential(x, y, *, out):
    return 0.0, out * math.log(x)
