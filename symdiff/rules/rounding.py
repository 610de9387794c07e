"""Rounding, the parts of a float, and other functions that are flat or straight between jumps."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import math
import operator

from symdiff.rules.kinds import rounded
from symdiff.rules.registry import elementwise, piecewise_constant
from symdiff.stages import INTEGER

piecewise_constant(int, result=INTEGER, sympy="lambda x: sign(x) * floor(Abs(x))")
piecewise_constant(math.trunc, result=INTEGER, sympy="lambda x: sign(x) * floor(Abs(x))")
piecewise_constant(math.floor, result=INTEGER, sympy="floor")
piecewise_constant(math.ceil, result=INTEGER, sympy="ceiling")
piecewise_constant(round, arity=(1, 2), result=rounded)
piecewise_constant(math.ulp)
piecewise_constant(operator.index, op="operator.index", result=INTEGER)


@elementwise(math.ldexp, sympy="lambda x, i: x * 2**i")
def ldexp(x, i, *, out):
    return math.ldexp(1.0, i), 0.0


@elementwise(math.nextafter, note="derivative 1 in the first argument, 0 in the second")
def nextafter(x, y, *, out):
    return 1.0, 0.0
