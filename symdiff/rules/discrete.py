"""Comparisons, logic and integer functions: their values never carry a derivative."""

from __future__ import annotations

import math
import operator

from symdiff.rules.kinds import arithmetic, bitwise
from symdiff.rules.registry import piecewise_constant
from symdiff.stages import BOOLEAN, INTEGER, OBJECT

for _relation, _sign in (
    (operator.lt, "<"), (operator.le, "<="), (operator.gt, ">"), (operator.ge, ">="),
):  # fmt: skip
    piecewise_constant(_relation, arity=2, result=BOOLEAN, sympy=f"lambda x, y: x {_sign} y")
piecewise_constant(operator.eq, arity=2, result=BOOLEAN, sympy="Eq")
piecewise_constant(operator.ne, arity=2, result=BOOLEAN, sympy="Ne")
piecewise_constant(operator.is_, op="is", arity=2, result=BOOLEAN)
piecewise_constant(operator.is_not, op="is_not", arity=2, result=BOOLEAN)
piecewise_constant(op="in", arity=2, result=BOOLEAN)
piecewise_constant(op="not_in", arity=2, result=BOOLEAN)
piecewise_constant(operator.not_, op="not", result=BOOLEAN, sympy="Not")
piecewise_constant(bool, operator.truth, result=BOOLEAN)

piecewise_constant(operator.and_, operator.iand, arity=2, result=bitwise)
piecewise_constant(operator.or_, operator.ior, arity=2, result=bitwise)
piecewise_constant(operator.xor, operator.ixor, arity=2, result=bitwise)
piecewise_constant(operator.lshift, operator.ilshift, arity=2, result=arithmetic)
piecewise_constant(operator.rshift, operator.irshift, arity=2, result=arithmetic)
piecewise_constant(operator.invert, operator.inv, op="invert", result=INTEGER)

piecewise_constant(math.isnan, result=BOOLEAN)
piecewise_constant(math.isinf, result=BOOLEAN)
piecewise_constant(math.isfinite, result=BOOLEAN)
piecewise_constant(math.isclose, arity=(2, 4), result=BOOLEAN)

piecewise_constant(len, result=INTEGER)
piecewise_constant(type, result=OBJECT)
piecewise_constant(math.isqrt, result=INTEGER)
piecewise_constant(math.factorial, result=INTEGER, sympy="factorial")
piecewise_constant(math.comb, arity=2, result=INTEGER, sympy="binomial")
piecewise_constant(math.perm, arity=(1, 2), result=INTEGER)
piecewise_constant(math.gcd, arity=(0, None), result=INTEGER)
piecewise_constant(math.lcm, arity=(0, None), result=INTEGER)
