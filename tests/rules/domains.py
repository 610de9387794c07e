"""Where each primitive is tried: for every way of calling it, what its arguments are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from symdiff.stages import INTEGER, REAL, Apply, Const, Var


@dataclass(frozen=True)
class Real:
    low: float
    high: float


@dataclass(frozen=True)
class Whole:
    low: int
    high: int


ANY, POSITIVE, UNIT, SMALL = Real(-5, 5), Real(0.05, 8), Real(-0.95, 0.95), Real(-2.5, 2.5)
TWO, THREE = (ANY, ANY), (ANY, ANY, ANY)
COUNT = Whole(0, 9)

DOMAINS = {
    "add": [(ANY, ANY), (ANY, COUNT)],
    "sub": [(ANY, ANY), (COUNT, ANY)],
    "mul": [(ANY, ANY), (ANY, Const(3.0)), (ANY, COUNT)],
    "truediv": [(ANY, POSITIVE), (Const(1), POSITIVE), (Const(1.0), Real(-3, -1)), (Const(2), ANY)],
    "neg": [(ANY,)],
    "pos": [(ANY,)],
    "float": [(ANY,)],
    "mod": [(ANY, POSITIVE), (ANY, Real(-3, -0.5)), (ANY, Const(0.7))],
    "math.fmod": [(ANY, POSITIVE), (ANY, Real(-3, -0.5))],
    "math.remainder": [(ANY, POSITIVE)],
    "abs": [(ANY,)],
    "math.fabs": [(ANY,)],
    "math.copysign": [(ANY, ANY)],
    "pow": [
        (POSITIVE, ANY), (POSITIVE, COUNT), (ANY, COUNT), (Const(2), ANY), (Const(0.3), ANY),
        *[(ANY, Const(n)) for n in (0, 1, 2, 3, 7, -1, -2, -3)],
        *[(POSITIVE, Const(y)) for y in (0.0, 1.0, 2.0, 0.5, 1.5, 1.1, 0.3, -0.5, -1.7)],
    ],
    "math.pow": [(POSITIVE, ANY), (ANY, Const(2)), (POSITIVE, Const(0.5)), (Const(2.0), ANY)],
    "math.exp": [(ANY,)],
    "math.exp2": [(ANY,)],
    "math.expm1": [(ANY,)],
    "math.log": [(POSITIVE,), (POSITIVE, Real(1.5, 8)), (POSITIVE, Const(3))],
    "math.log2": [(POSITIVE,)],
    "math.log10": [(POSITIVE,)],
    "math.log1p": [(Real(-0.9, 5),)],
    "math.sqrt": [(POSITIVE,)],
    "math.cbrt": [(POSITIVE,), (Real(-4, -0.1),)],
    "math.sin": [(ANY,)],
    "math.cos": [(ANY,)],
    "math.tan": [(Real(-1.5, 1.5),)],
    "math.asin": [(UNIT,)],
    "math.acos": [(UNIT,)],
    "math.atan": [(ANY,)],
    "math.atan2": [(ANY, POSITIVE), (POSITIVE, Real(-4, -0.1)), (Real(-4, -0.1), Real(-4, -0.1))],
    "math.degrees": [(ANY,)],
    "math.radians": [(ANY,)],
    "math.sinh": [(ANY,)],
    "math.cosh": [(ANY,)],
    "math.tanh": [(SMALL,)],
    "math.asinh": [(ANY,)],
    "math.acosh": [(Real(1.05, 8),)],
    "math.atanh": [(UNIT,)],
    "math.erf": [(SMALL,)],
    "math.erfc": [(SMALL,)],
    "math.gamma": [(Real(0.1, 8),), (Real(-0.95, -0.05),)],
    "math.lgamma": [(Real(0.1, 8),), (Real(-1.95, -1.05),)],
    "helper:digamma": [(Real(0.1, 8),), (Real(-0.95, -0.05),)],
    "helper:polygamma": [(Const(1), Real(0.1, 8)), (Const(2), Real(-0.95, -0.05))],
    "statistics._normal_dist_inv_cdf": [(Real(0.05, 0.95), ANY, Real(0.1, 3))],
    "math.ldexp": [(ANY, Whole(-5, 5))],
    "math.nextafter": [(ANY, Const(0.0))],
    "sum": [(TWO,), (THREE, ANY), (THREE, Const(0)), ((),)],
    "math.fsum": [(THREE,)],
    "math.prod": [(THREE,), (TWO, ANY), ((), ANY), ((ANY,),), (TWO,), ((ANY, Const(2.0), COUNT),)],
    "math.sumprod": [(THREE, THREE)],
    "math.fma": [(ANY, ANY, ANY)],
    "math.hypot": [TWO, THREE, (ANY,)],
    "math.dist": [(TWO, TWO), (THREE, THREE), (TWO, (Const(1.0), Const(2.0)))],
    "max": [TWO, THREE, (THREE,), (ANY, Const(0.0)), (ANY, COUNT)],
    "min": [TWO, THREE, (TWO,), (Const(1), ANY)],
    # piecewise constant
    "floordiv": [(ANY, POSITIVE)],
    "int": [(ANY,)],
    "math.trunc": [(ANY,)],
    "math.floor": [(ANY,)],
    "math.ceil": [(ANY,)],
    "round": [(ANY,), (ANY, Const(2))],
    "math.ulp": [(Real(1.1, 1.9),)],
    **{op: [(ANY, ANY)] for op in ("lt", "le", "gt", "ge", "eq", "ne", "math.isclose")},
    **{op: [(ANY,)] for op in ("not", "bool", "math.isnan", "math.isinf", "math.isfinite")},
}  # fmt: skip

NOT_OF_REALS = {
    *("is", "is_not", "in", "not_in", "and_", "or_", "xor", "lshift", "rshift", "invert"),
    *("operator.index", "len", "math.isqrt", "math.factorial", "math.comb", "math.perm"),
    *("math.gcd", "math.lcm", "type"),
}
"""Primitives of integers and objects, for which there is nothing to differentiate."""


def arguments(call, name="x"):
    """The argument expressions of a call, in its nesting."""
    return tuple(
        arguments(spec, f"{name}{i}") if isinstance(spec, tuple)
        else spec if isinstance(spec, Const)
        else Var(f"{name}{i}", REAL if isinstance(spec, Real) else INTEGER)
        for i, spec in enumerate(call)
    )  # fmt: skip


def passed(args):
    """Arguments as differentiation passes them: sequences as applications of `tuple`."""
    return tuple(Apply("tuple", passed(a)) if isinstance(a, tuple) else a for a in args)


def point(call, draw):
    """Numbers for a call, in its nesting; `draw(spec)` gives one for each interval."""
    return tuple(
        point(spec, draw) if isinstance(spec, tuple)
        else spec.value if isinstance(spec, Const)
        else draw(spec)
        for spec in call
    )  # fmt: skip


def flat(items):
    """The leaves of nested tuples, in order."""
    return [leaf for item in items for leaf in (flat(item) if isinstance(item, tuple) else [item])]


def nested(leaves, like):
    """Leaves in the nesting of `like`."""
    supply = iter(leaves)

    def build(part):
        return tuple(build(p) for p in part) if isinstance(part, tuple) else next(supply)

    return build(like)
