"""The functions of cmath, of one complex number each: a real one is taken for a complex one."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, cmath, made, math
from symdiff.rules.arrays.registry import ufunc
from symdiff.stages import COMPLEX, REAL, Global

inf = Node(Global("math.inf", REAL), REAL)


def inverse(root, by=1):
    """`by / root`, and infinite where the root is zero: Python's numbers raise there."""
    return made("cond", root, by / root, inf if by > 0 else -inf)


@ufunc("cmath.exp", item=COMPLEX)
def exp(z, *, ans):
    return ans


@ufunc("cmath.log", item=COMPLEX)
def log(z, *, ans):
    return 1 / z


@ufunc("cmath.log10", item=COMPLEX)
def log10(z, *, ans):
    return 1 / (z * math.log(10))


@ufunc("cmath.sqrt", item=COMPLEX, note="derivative inf at 0")
def sqrt(z, *, ans):
    return inverse(ans, 0.5)


@ufunc("cmath.sin", item=COMPLEX)
def sin(z, *, ans):
    return cmath.cos(z)


@ufunc("cmath.cos", item=COMPLEX)
def cos(z, *, ans):
    return -cmath.sin(z)


@ufunc("cmath.tan", item=COMPLEX)
def tan(z, *, ans):
    return 1 + ans * ans


@ufunc("cmath.sinh", item=COMPLEX)
def sinh(z, *, ans):
    return cmath.cosh(z)


@ufunc("cmath.cosh", item=COMPLEX)
def cosh(z, *, ans):
    return cmath.sinh(z)


@ufunc("cmath.tanh", item=COMPLEX)
def tanh(z, *, ans):
    return 1 - ans * ans


# On which side of a cut a value lies only the two roots by themselves tell.


@ufunc("cmath.asin", item=COMPLEX)
def asin(z, *, ans):
    return inverse(cmath.sqrt(1 - z) * cmath.sqrt(1 + z))


@ufunc("cmath.acos", item=COMPLEX)
def acos(z, *, ans):
    return inverse(cmath.sqrt(1 - z) * cmath.sqrt(1 + z), -1)


@ufunc("cmath.acosh", item=COMPLEX)
def acosh(z, *, ans):
    return inverse(cmath.sqrt(z - 1) * cmath.sqrt(z + 1))


@ufunc("cmath.asinh", item=COMPLEX)
def asinh(z, *, ans):
    return inverse(cmath.sqrt(1 + z * z))


@ufunc("cmath.atan", item=COMPLEX)
def atan(z, *, ans):
    return 1 / (1 + z * z)


@ufunc("cmath.atanh", item=COMPLEX)
def atanh(z, *, ans):
    return 1 / (1 - z * z)


@ufunc("cmath.phase", item=REAL, note="derivative 0 at 0")
def phase(z, *, ans):
    return made("cond", z, -1j / z, 0.0)
