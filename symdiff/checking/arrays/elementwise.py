"""Elementwise functions of NumPy over symbolic numbers, with NumPy's conventions: what has no real
value is nan or infinite, and not an error."""

# mypy: allow-untyped-calls
from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.checking import functions as f
from symdiff.checking.number import NoCounterpart, Symbolic, integral, named, number
from symdiff.checking.precision import field

Element = Callable[..., Any]


def nan() -> Symbolic:
    return named("nan")


def infinity(sign: Any = 1) -> Symbolic:
    return named("inf") if sign > 0 else -named("inf")


def forgiving(function: Element) -> Element:
    """The function with nan for what has no real value, and infinity for what is too large."""

    def element(*args: Any) -> Any:
        numbers = [number(a) for a in args]
        for x in numbers:
            if field().isnan(x.value):
                return x
        try:
            return function(*numbers)
        except OverflowError:
            for x in numbers:
                if x.run is not None:
                    x.run.overflow()
            return infinity()
        except (ValueError, ZeroDivisionError):
            return nan()

    return element


def divide(a: Any, b: Any) -> Any:
    a, b = number(a), number(b)
    if b.value != 0:
        return a / b
    return nan() if a.value == 0 or field().isnan(a.value) else infinity(a.value)


def power(a: Any, b: Any) -> Any:
    a, b = number(a), number(b)
    if a.value == 0 and b.value < 0:
        return infinity()
    return a**b


def floor_divide(a: Any, b: Any) -> Any:
    return float_of(number(a) // number(b))


def float_of(x: Any) -> Any:
    """A whole number as a float."""
    return f.Float(x) if isinstance(x, Symbolic) else number(float(x))


def log(x: Symbolic) -> Any:
    return infinity(-1) if x.value == 0 else f.ln(x)


def sign(x: Any) -> Any:
    x = number(x)
    return number(1.0 if x > 0 else -1.0 if x < 0 else 0.0)


def maximum(a: Any, b: Any) -> Any:
    a, b = number(a), number(b)
    return nan() if _has_nan(a, b) else f.largest(a, b)


def minimum(a: Any, b: Any) -> Any:
    a, b = number(a), number(b)
    return nan() if _has_nan(a, b) else f.smallest(a, b)


def _has_nan(*numbers: Symbolic) -> bool:
    return any(field().isnan(x.value) for x in numbers)


def fmax(a: Any, b: Any) -> Any:
    a, b = number(a), number(b)
    return b if _has_nan(a) else a if _has_nan(b) else f.largest(a, b)


def fmin(a: Any, b: Any) -> Any:
    a, b = number(a), number(b)
    return b if _has_nan(a) else a if _has_nan(b) else f.smallest(a, b)


def heaviside(x: Any, middle: Any) -> Any:
    x = number(x)
    return number(1.0) if x > 0 else number(0.0) if x < 0 else middle


def logaddexp(a: Any, b: Any) -> Any:
    a, b = number(a), number(b)
    large, small = (a, b) if a.value >= b.value else (b, a)
    return large + f.ln(1 + f.exp(small - large))


def logaddexp2(a: Any, b: Any) -> Any:
    two = f.ln(2)
    return logaddexp(number(a) * two, number(b) * two) / two


def whole(op: str) -> Element:
    return lambda x: float_of(integral(op, x))


def sinc(x: Any) -> Any:
    x = number(x)
    if x == 0:
        return number(1.0)
    angle = named("pi") * x
    return f.sin(angle) / angle


def math(name: str) -> Element:
    return getattr(f.math_module(), name)  # type: ignore[no-any-return]


def _is(test: str) -> Element:
    return lambda x: bool(getattr(field(), test)(number(x).value))


UNARY = "exp sqrt sin cos tan sinh cosh tanh exp2 expm1 log2 log10 log1p degrees radians"
ELEMENTS: dict[str, tuple[int, int, Element]] = {
    **{name: (1, 1, forgiving(math(name))) for name in UNARY.split()},
    **{
        name: (1, 1, forgiving(math(of)))
        for name, of in {
            "arcsin": "asin",
            "arccos": "acos",
            "arctan": "atan",
            "arcsinh": "asinh",
            "arccosh": "acosh",
            "arctanh": "atanh",
            "deg2rad": "radians",
            "rad2deg": "degrees",
        }.items()
    },
    "log": (1, 1, forgiving(log)),
    "cbrt": (1, 1, forgiving(f.cbrt)),
    "add": (2, 1, operator.add),
    "subtract": (2, 1, operator.sub),
    "multiply": (2, 1, operator.mul),
    "divide": (2, 1, divide),
    "floor_divide": (2, 1, forgiving(floor_divide)),
    "remainder": (2, 1, forgiving(lambda a, b: a % b)),
    "divmod": (2, 2, lambda a, b: (floor_divide(a, b), number(a) % number(b))),
    "fmod": (2, 1, forgiving(f.fmod)),
    "modf": (1, 2, f.modf),
    "power": (2, 1, forgiving(power)),
    "float_power": (2, 1, forgiving(power)),
    "negative": (1, 1, lambda x: -number(x)),
    "positive": (1, 1, lambda x: x),
    "absolute": (1, 1, lambda x: abs(number(x))),
    "fabs": (1, 1, lambda x: abs(number(x))),
    "sign": (1, 1, sign),
    "square": (1, 1, lambda x: number(x) * x),
    "reciprocal": (1, 1, lambda x: divide(1, x)),
    "arctan2": (2, 1, forgiving(f.atan2)),
    "hypot": (2, 1, forgiving(f.hypot)),
    "maximum": (2, 1, maximum),
    "minimum": (2, 1, minimum),
    "fmax": (2, 1, fmax),
    "fmin": (2, 1, fmin),
    "floor": (1, 1, forgiving(whole("floor"))),
    "ceil": (1, 1, forgiving(whole("ceil"))),
    "trunc": (1, 1, forgiving(whole("trunc"))),
    "rint": (1, 1, forgiving(whole("round"))),
    "heaviside": (2, 1, heaviside),
    "copysign": (2, 1, f.copysign),
    "ldexp": (2, 1, lambda x, i: number(x) * number(2) ** number(i)),
    "logaddexp": (2, 1, forgiving(logaddexp)),
    "logaddexp2": (2, 1, forgiving(logaddexp2)),
    "conjugate": (1, 1, lambda x: x),
    "sinc": (1, 1, forgiving(sinc)),
    "equal": (2, 1, operator.eq),
    "not_equal": (2, 1, operator.ne),
    "less": (2, 1, operator.lt),
    "less_equal": (2, 1, operator.le),
    "greater": (2, 1, operator.gt),
    "greater_equal": (2, 1, operator.ge),
    "logical_and": (2, 1, lambda a, b: bool(a) and bool(b)),
    "logical_or": (2, 1, lambda a, b: bool(a) or bool(b)),
    "logical_xor": (2, 1, lambda a, b: bool(a) != bool(b)),
    "logical_not": (1, 1, lambda a: not a),
    "isnan": (1, 1, _is("isnan")),
    "isinf": (1, 1, _is("isinf")),
    "isfinite": (1, 1, _is("isfinite")),
    "signbit": (1, 1, lambda x: number(x) < 0),
}
TESTS = "equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor "
TESTS += "logical_not isnan isinf isfinite signbit"
OF_TRUTHS = frozenset(TESTS.split())
IDENTITIES: dict[str, Any] = {"add": 0, "multiply": 1, "logical_and": True, "logical_or": False}
# None: there is none, but the order of the axes in a reduction does not matter.
IDENTITIES |= dict.fromkeys(("maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2"))


@functools.cache
def ufunc_of(name: str) -> Any:
    """A ufunc over objects that computes with symbolic numbers. Raises NoCounterpart."""
    if name not in ELEMENTS:
        raise NoCounterpart(f"numpy.{name}() has no counterpart in exact numbers")
    nin, nout, function = ELEMENTS[name]
    if name in IDENTITIES:
        return np.frompyfunc(function, nin, nout, identity=IDENTITIES[name])
    return np.frompyfunc(function, nin, nout)
