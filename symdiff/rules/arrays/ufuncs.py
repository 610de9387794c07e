"""Elementwise functions of NumPy."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, math, np
from symdiff.rules.arrays.registry import as_scalar, modulus, same, ufunc
from symdiff.stages import COMPLEX, REAL, Global

pi = Node(Global("math.pi", REAL), REAL)

# --- those whose rule is that of the function on numbers -----------------------------------------

for _names, _scalar in (
    ("add", "add"), ("subtract", "sub"), ("multiply", "mul"), ("mod remainder", "mod"),
    ("power pow", "pow"),
):  # fmt: skip
    as_scalar(_scalar, *(f"numpy.{n}" for n in _names.split()), arity=2, item=same)
as_scalar("truediv", "numpy.divide", "numpy.true_divide", arity=2)
as_scalar("neg", "numpy.negative", item=same)
as_scalar("pos", "numpy.positive", item=same)
as_scalar("abs", "numpy.abs", "numpy.absolute", item=modulus, note="derivative 0 at 0")
as_scalar("math.fabs", "numpy.fabs", note="derivative 0 at 0")
as_scalar("pow", "numpy.float_power", arity=2)
for _name in ["sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log", "log1p"]:
    as_scalar(f"math.{_name}", f"numpy.{_name}")
as_scalar("math.atan", "numpy.arctan", "numpy.atan")
as_scalar("math.asinh", "numpy.arcsinh", "numpy.asinh")
as_scalar("math.atanh", "numpy.arctanh", "numpy.atanh")


# --- exponentials, logarithms and roots ----------------------------------------------------------


@ufunc("numpy.exp2")
def exp2(x, *, ans):
    return ans * math.log(2)


@ufunc("numpy.log2")
def log2(x, *, ans):
    return 1 / (x * math.log(2))


@ufunc("numpy.log10")
def log10(x, *, ans):
    return 1 / (x * math.log(10))


@ufunc("numpy.logaddexp")
def logaddexp(x1, x2, *, ans):
    return np.exp(x1 - ans), np.exp(x2 - ans)


@ufunc("numpy.logaddexp2")
def logaddexp2(x1, x2, *, ans):
    return np.exp2(x1 - ans), np.exp2(x2 - ans)


@ufunc("numpy.sqrt", note="derivative inf at 0")
def sqrt(x, *, ans):
    return 0.5 / ans


@ufunc("numpy.cbrt", note="derivative inf at 0")
def cbrt(x, *, ans):
    return 1 / (3 * ans * ans)


@ufunc("numpy.square", item=same)
def square(x, *, ans):
    return 2 * x


@ufunc("numpy.reciprocal", item=same)
def reciprocal(x, *, ans):
    return -ans * ans


# --- circular and hyperbolic functions -----------------------------------------------------------

# (1 - x) * (1 + x) and not 1 - x * x, which cancels where the derivative is largest. Complex
# numbers have a cut, on which side of it a value lies only the two roots by themselves tell.


@ufunc("numpy.arcsin", "numpy.asin", note="derivative inf at -1 and 1")
def arcsin(x, *, ans):
    if x.item is COMPLEX:
        return 1 / (np.sqrt(1 - x) * np.sqrt(1 + x))
    return 1 / np.sqrt((1 - x) * (1 + x))


@ufunc("numpy.arccos", "numpy.acos", note="derivative -inf at -1 and 1")
def arccos(x, *, ans):
    if x.item is COMPLEX:
        return -1 / (np.sqrt(1 - x) * np.sqrt(1 + x))
    return -1 / np.sqrt((1 - x) * (1 + x))


@ufunc("numpy.arccosh", "numpy.acosh", note="derivative inf at 1")
def arccosh(x, *, ans):
    if x.item is COMPLEX:
        return 1 / (np.sqrt(x - 1) * np.sqrt(x + 1))
    return 1 / np.sqrt((x - 1) * (x + 1))


@ufunc("numpy.arctan2", "numpy.atan2")
def arctan2(y, x, *, ans):
    r = x * x + y * y
    return x / r, -y / r


@ufunc("numpy.hypot", note="derivatives 0 at (0, 0)")
def hypot(x1, x2, *, ans):
    length = np.where(ans, ans, 1)
    return x1 / length, x2 / length


@ufunc("numpy.sinc")
def sinc(x, *, ans):
    return np.where(x, (np.cos(pi * x) - ans) / np.where(x, x, 1), 0.0)


@ufunc("numpy.degrees", "numpy.rad2deg")
def degrees(x, *, ans):
    return 180 / pi


@ufunc("numpy.radians", "numpy.deg2rad")
def radians(x, *, ans):
    return pi / 180
