"""Rules of functions of several numbers, or of a sequence: sums, products, norms, extremes."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import math

from symdiff.rules.kinds import one_of, total
from symdiff.rules.registry import a_sequence, case, elementwise

# --- sums and products ---------------------------------------------------------------------------


@elementwise(math.fsum, sympy="lambda xs: sum(xs)")
@elementwise(sum, result=total, sympy="lambda xs, start=0: sum(xs, start)")
def summed(xs, *, out):
    return tuple(1.0 for x in xs)


@case(sum)
def summed_from(xs, start, *, out):
    return tuple(1.0 for x in xs), 1.0


@elementwise(math.prod, result=total, sympy="lambda xs, start=1: Mul(start, *xs)")
def prod(xs, *, out):
    return tuple(math.prod(y for j, y in enumerate(xs) if j != i) for i, x in enumerate(xs))


@case(math.prod)
def prod_from(xs, start, *, out):
    others = tuple(math.prod(y for j, y in enumerate(xs) if j != i) for i, x in enumerate(xs))
    return tuple(start * other for other in others), math.prod(xs)


@elementwise("math.sumprod", sympy="lambda p, q: sum(x * y for x, y in zip(p, q))")
def sumprod(p, q, *, out):
    return q, p


@elementwise("math.fma", sympy="lambda x, y, z: x * y + z")
def fma(x, y, z, *, out):
    return y, x, 1.0


# --- norms ---------------------------------------------------------------------------------------


@elementwise(
    math.hypot, sympy="lambda *xs: sqrt(sum(x**2 for x in xs))", note="gradient 0 at the origin"
)
def hypot(*xs, out):
    return tuple(x / out if out else 0.0 for x in xs)


@elementwise(
    math.dist, sympy="lambda p, q: sqrt(sum((x - y)**2 for x, y in zip(p, q)))",
    note="gradient 0 where the points coincide",
)  # fmt: skip
def dist(p, q, *, out):
    toward_p = tuple((x - y) / out if out else 0.0 for x, y in zip(p, q, strict=True))
    toward_q = tuple((y - x) / out if out else 0.0 for x, y in zip(p, q, strict=True))
    return toward_p, toward_q


# --- extremes ------------------------------------------------------------------------------------

TIES = "arguments that tie share the derivative evenly"


@elementwise(
    max, result=one_of, sympy="lambda *xs: Max(*(xs[0] if len(xs) == 1 else xs))", note=TIES
)
@elementwise(
    min, result=one_of, sympy="lambda *xs: Min(*(xs[0] if len(xs) == 1 else xs))", note=TIES
)
def extreme(*xs, out):
    ties = sum(int(x == out) for x in xs)  # NumPy's truth values add up to one
    return tuple(1.0 / ties if x == out else 0.0 for x in xs)


@case(max, xs=a_sequence)
@case(min, xs=a_sequence)
def extreme_of(xs, *, out):
    ties = sum(x == out for x in xs)
    return tuple(1.0 / ties if x == out else 0.0 for x in xs)


@case(max)
def larger(x, y, *, out):
    return 1.0 if x > y else 0.5 if x == y else 0.0, 1.0 if y > x else 0.5 if x == y else 0.0


@case(min)
def smaller(x, y, *, out):
    return 1.0 if x < y else 0.5 if x == y else 0.0, 1.0 if y < x else 0.5 if x == y else 0.0
