"""Evaluates the trees of rules over numbers of any precision, and over SymPy's symbols."""

from __future__ import annotations

import math
import operator
import statistics
from types import SimpleNamespace

import mpmath
import sympy

from symdiff.rules import by_name, polygamma
from symdiff.stages import Apply, Const, Global, Var


def sign(x):
    return -1 if x < 0 else 1


def trunc(x):
    return int(mpmath.floor(abs(x))) * sign(x)


def nearest(x):
    return mpmath.nint(x)


def norm(*xs):
    return mpmath.sqrt(mpmath.fsum(x * x for x in xs))


PRECISE = {
    "floordiv": lambda x, y: mpmath.floor(x / y),
    "mod": lambda x, y: x - y * mpmath.floor(x / y),
    "float": lambda x: x,
    "int": trunc,
    "max": max,
    "min": min,
    "math.acos": mpmath.acos,
    "math.acosh": mpmath.acosh,
    "math.asin": mpmath.asin,
    "math.asinh": mpmath.asinh,
    "math.atan": mpmath.atan,
    "math.atan2": mpmath.atan2,
    "math.atanh": mpmath.atanh,
    "math.cbrt": lambda x: sign(x) * mpmath.cbrt(abs(x)),
    "math.ceil": mpmath.ceil,
    "math.copysign": lambda x, y: abs(x) * sign(y),
    "math.cos": mpmath.cos,
    "math.cosh": mpmath.cosh,
    "math.degrees": mpmath.degrees,
    "math.dist": lambda p, q: norm(*(a - b for a, b in zip(p, q, strict=True))),
    "math.erf": mpmath.erf,
    "math.erfc": mpmath.erfc,
    "math.exp": mpmath.exp,
    "math.exp2": lambda x: mpmath.power(2, x),
    "math.expm1": mpmath.expm1,
    "math.fabs": abs,
    "math.floor": mpmath.floor,
    "math.fma": lambda x, y, z: x * y + z,
    "math.fmod": lambda x, y: x - y * trunc(x / y),
    "math.fsum": sum,
    "math.gamma": mpmath.gamma,
    "math.hypot": norm,
    "math.ldexp": lambda x, i: x * mpmath.mpf(2) ** i,
    "math.lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "math.log": lambda x, base=mpmath.e: mpmath.log(x) / mpmath.log(base),
    "math.log10": mpmath.log10,
    "math.log1p": mpmath.log1p,
    "math.log2": lambda x: mpmath.log(x, 2),
    "math.nextafter": lambda x, y: x,
    "math.pow": operator.pow,
    "math.prod": lambda xs, start=1: start * mpmath.fprod(xs),
    "math.radians": mpmath.radians,
    "math.remainder": lambda x, y: x - y * nearest(x / y),
    "math.sin": mpmath.sin,
    "math.sinh": mpmath.sinh,
    "math.sqrt": mpmath.sqrt,
    "math.sumprod": lambda p, q: mpmath.fdot(p, q),
    "math.tan": mpmath.tan,
    "math.tanh": mpmath.tanh,
    "math.trunc": trunc,
    "statistics._normal_dist_inv_cdf": lambda p, mu, sigma: (
        mu + sigma * mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1)
    ),
    "helper:digamma": mpmath.digamma,
    "helper:polygamma": mpmath.psi,
}
"""Primitives over mpmath's numbers, where Python's own function does not take them."""

ON_FLOATS = {
    "math.prod": lambda xs, start=1: math.prod(xs, start=start),
    "math.sumprod": lambda p, q: math.fsum(map(operator.mul, p, q)),
    "math.fma": lambda x, y, z: x * y + z,
    "helper:digamma": polygamma.digamma,
    "statistics._normal_dist_inv_cdf": lambda p, mu, sigma: (
        statistics.NormalDist(mu, sigma).inv_cdf(p)
    ),
    "helper:polygamma": polygamma.polygamma,
}
"""Primitives over floats that this Python may lack, or takes keywords for, or that are known by
name only."""


class Arithmetic:
    """One interpretation of trees: what a primitive, a literal and a module constant are."""

    def __init__(self, functions, number, constants):
        self.functions, self.number, self.constants = functions, number, constants

    def primitive(self, op):
        return self.functions.get(op) or by_name(op).functions[0]

    def literal(self, value):
        return self.number(value) if isinstance(value, float) else value

    def constant(self, name, texts):
        if name.startswith("math."):
            return getattr(self.constants, name.removeprefix("math."))
        return eval(texts[name].text, {"math": self.constants})

    def value(self, tree, values, texts):
        match tree:
            case Var():
                return values[tree]
            case Const(value):
                return self.literal(value)
            case Global(name):
                return self.constant(name, texts)
            case Apply("cond", (test, then, orelse)):
                chosen = then if self.value(test, values, texts) else orelse
                return self.value(chosen, values, texts)
            case Apply("and", (left, right)):
                return self.value(left, values, texts) and self.value(right, values, texts)
            case Apply("or", (left, right)):
                return self.value(left, values, texts) or self.value(right, values, texts)
            case Apply(op, args):
                return self.primitive(op)(*(self.value(a, values, texts) for a in args))
        raise TypeError(tree)


precise = Arithmetic(
    PRECISE,
    lambda x: mpmath.mpf(repr(x)),  # the decimal as it is written
    SimpleNamespace(pi=mpmath.pi, inf=mpmath.inf, nan=mpmath.nan, log=mpmath.log, sqrt=mpmath.sqrt),
)
floats = Arithmetic(ON_FLOATS, float, math)


class Symbols(Arithmetic):
    """Trees over SymPy's expressions; conditions are decided at a point."""

    def __init__(self, point):
        super().__init__({}, lambda x: sympy.Rational(repr(x)), None)
        self.point = point

    def primitive(self, op):
        return by_name(op).symbolic

    def literal(self, value):
        return sympy.Rational(repr(value))

    def constant(self, name, texts):
        text = name if name.startswith("math.") else texts[name].text
        return sympy.sympify(text.replace("math.inf", "oo").replace("math.", ""), rational=True)

    def value(self, tree, values, texts):
        match tree:
            case Apply("cond", (test, then, orelse)):
                chosen = then if precise.value(test, self.point, texts) else orelse
                return self.value(chosen, values, texts)
            case Apply("lt" | "le" | "gt" | "ge" | "eq" | "ne"):
                return sympy.Integer(int(precise.value(tree, self.point, texts)))
        return super().value(tree, values, texts)
