"""Rules of the elementary functions: exponentials, logarithms, roots, circular and hyperbolic."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import math

from symdiff.rules.registry import case, elementwise

LN_2 = math.log(2.0)
LN_10 = math.log(10.0)
DEGREES_PER_RADIAN = 180.0 / math.pi
RADIANS_PER_DEGREE = math.pi / 180.0

# --- exponentials and logarithms -----------------------------------------------------------------


@elementwise(math.exp, sympy="exp")
def exp(x, *, out):
    return out


@elementwise(math.exp2, sympy="lambda x: 2**x")
def exp2(x, *, out):
    return out * LN_2


@elementwise(math.expm1, sympy="lambda x: exp(x) - 1")
def expm1(x, *, out):
    return out + 1


@elementwise(math.log, sympy="log")
def log(x, *, out):
    return 1.0 / x


@case(math.log)
def log_to_base(x, base, *, out):
    ln_base = math.log(base)
    return 1.0 / (x * ln_base), -out / (base * ln_base)


@elementwise(math.log2, sympy="lambda x: log(x, 2)")
def log2(x, *, out):
    return 1.0 / (x * LN_2)


@elementwise(math.log10, sympy="lambda x: log(x, 10)")
def log10(x, *, out):
    return 1.0 / (x * LN_10)


@elementwise(math.log1p, sympy="lambda x: log(1 + x)")
def log1p(x, *, out):
    return 1.0 / (1 + x)


# --- roots ---------------------------------------------------------------------------------------


@elementwise(math.sqrt, sympy="sqrt", note="derivative inf at 0")
def sqrt(x, *, out):
    return 0.5 / out if out else math.inf


@elementwise(math.cbrt, sympy="lambda x: real_root(x, 3)", note="derivative inf at 0")
def cbrt(x, *, out):
    return out / (3 * x) if x else math.inf


# --- circular functions --------------------------------------------------------------------------


@elementwise(math.sin, sympy="sin")
def sin(x, *, out):
    return math.cos(x)


@elementwise(math.cos, sympy="cos")
def cos(x, *, out):
    return -math.sin(x)


@elementwise(math.tan, sympy="tan")
def tan(x, *, out):
    return 1 + out * out


# (1 - x) * (1 + x) and not 1 - x * x, which cancels where the derivative is largest.


@elementwise(math.asin, sympy="asin", note="derivative inf at -1 and 1")
def asin(x, *, out):
    return 1.0 / math.sqrt((1 - x) * (1 + x)) if abs(x) < 1.0 else math.inf


@elementwise(math.acos, sympy="acos", note="derivative -inf at -1 and 1")
def acos(x, *, out):
    return -1.0 / math.sqrt((1 - x) * (1 + x)) if abs(x) < 1.0 else -math.inf


@elementwise(math.atan, sympy="atan")
def atan(x, *, out):
    return 1.0 / (1 + x * x)


@elementwise(math.atan2, sympy="atan2", note="derivatives nan at (0, 0), where there is no tangent")
def atan2(y, x, *, out):
    r = x * x + y * y
    return x / r if r else math.nan, -y / r if r else math.nan


@elementwise(math.degrees, sympy="lambda x: x * 180 / pi")
def degrees(x, *, out):
    return DEGREES_PER_RADIAN


@elementwise(math.radians, sympy="lambda x: x * pi / 180")
def radians(x, *, out):
    return RADIANS_PER_DEGREE


# --- hyperbolic functions ------------------------------------------------------------------------


@elementwise(math.sinh, sympy="sinh")
def sinh(x, *, out):
    return math.cosh(x)


@elementwise(math.cosh, sympy="cosh")
def cosh(x, *, out):
    return math.sinh(x)


@elementwise(math.tanh, sympy="tanh")
def tanh(x, *, out):
    return 1 - out * out


@elementwise(math.asinh, sympy="asinh")
def asinh(x, *, out):
    return 1.0 / math.sqrt(x * x + 1)


@elementwise(math.acosh, sympy="acosh", note="derivative inf at 1")
def acosh(x, *, out):
    return 1.0 / math.sqrt((x - 1) * (x + 1)) if x > 1.0 else math.inf


@elementwise(math.atanh, sympy="atanh")
def atanh(x, *, out):
    return 1.0 / ((1 - x) * (1 + x))
