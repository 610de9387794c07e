"""The `math` module and the builtin functions, over symbolic numbers.

`ELEMENTARY` names each function that stays one node of an expression, with its counterparts in
mpmath and SymPy and the condition on its argument; all others are composed of these.
"""

from __future__ import annotations

import builtins
import functools
import math
import types
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symdiff.checking.numba import NUMBA
from symdiff.checking.number import Symbolic, constant, integral, named, node, number, of_float
from symdiff.checking.precision import cached, field

Domain = Callable[[Any], bool]
ARRAY_MODULES = frozenset({"numpy", "scipy"})


def _everywhere(x: Any) -> bool:
    return True


ELEMENTARY: dict[str, tuple[str, str, Domain]] = {
    "sqrt": ("sqrt", "sqrt", lambda x: x >= 0),
    "exp": ("exp", "exp", _everywhere),
    "log": ("ln", "log", lambda x: x > 0),
    "sin": ("sin", "sin", _everywhere),
    "cos": ("cos", "cos", _everywhere),
    "tan": ("tan", "tan", _everywhere),
    "asin": ("asin", "asin", lambda x: abs(x) <= 1),
    "acos": ("acos", "acos", lambda x: abs(x) <= 1),
    "atan": ("atan", "atan", _everywhere),
    "sinh": ("sinh", "sinh", _everywhere),
    "cosh": ("cosh", "cosh", _everywhere),
    "tanh": ("tanh", "tanh", _everywhere),
    "asinh": ("asinh", "asinh", _everywhere),
    "acosh": ("acosh", "acosh", lambda x: x >= 1),
    "atanh": ("atanh", "atanh", lambda x: abs(x) < 1),
    "erf": ("erf", "erf", _everywhere),
    "erfc": ("erfc", "erfc", _everywhere),
    "gamma": ("gamma", "gamma", lambda x: x > 0 or x != field().floor(x)),
    "lgamma": ("loggamma", "loggamma", lambda x: x > 0),
}

# Functions that `math` lacks; of those in ORDERED, the first argument is an order, by which they
# are not differentiated.
SPECIAL: dict[str, tuple[str, str, Domain]] = {
    "digamma": ("digamma", "digamma", lambda x: x > 0 or x != field().floor(x)),
    "erfi": ("erfi", "erfi", _everywhere),
    "erfinv": ("erfinv", "erfinv", lambda x: abs(x) < 1),
    "ei": ("ei", "Ei", lambda x: x != 0),
    "si": ("si", "Si", _everywhere),
    "ci": ("ci", "Ci", lambda x: x > 0),
    "fresnels": ("fresnels", "fresnels", _everywhere),
    "fresnelc": ("fresnelc", "fresnelc", _everywhere),
    "ellipk": ("ellipk", "elliptic_k", lambda x: x < 1),
    "ellipe": ("ellipe", "elliptic_e", lambda x: x < 1),
    "polygamma": ("psi", "polygamma", lambda x: x > 0),
    "besselj": ("besselj", "besselj", lambda x: x > 0),
    "bessely": ("bessely", "bessely", lambda x: x > 0),
    "besseli": ("besseli", "besseli", lambda x: x > 0),
    "besselk": ("besselk", "besselk", lambda x: x > 0),
    "expint": ("expint", "expint", lambda x: x > 0),
    "lowergamma": ("lowergamma", "lowergamma", lambda x: x > 0),
}
ORDERED = frozenset({"polygamma", "besselj", "bessely", "besseli", "besselk", "expint"})
ORDERED |= {"lowergamma"}
KNOWN = {**ELEMENTARY, **SPECIAL}


@cached
def special(name: str) -> Callable[..., Symbolic]:
    """A function that `math` lacks."""
    _, _, domain = SPECIAL[name]
    compute = in_digits(name)

    def function(*args: Any) -> Symbolic:
        numbers = tuple(map(number, args))
        if not domain(numbers[-1].value):
            raise ValueError("math domain error")
        return node(name, numbers, compute(*(x.value for x in numbers)))

    return function


def in_digits(name: str) -> Callable[..., Any]:
    """A function of KNOWN on the numbers of mpmath."""
    mp = field()
    if name == "lowergamma":
        return lambda a, x: mp.gammainc(a, 0, x)
    if name == "polygamma":
        return lambda n, x: mp.psi(int(n), x)
    return getattr(mp, KNOWN[name][0])  # type: ignore[no-any-return]


def _elementary(name: str) -> Callable[[Any], Symbolic]:
    mp_name, _, domain = ELEMENTARY[name]

    def function(x: Any) -> Symbolic:
        x = number(x)
        if not domain(x.value):
            raise ValueError("math domain error")
        if x.value._mpf_[2] + x.value._mpf_[3] > 64 and name in {
            "exp",
            "sinh",
            "cosh",
            "gamma",
            "lgamma",
        }:
            raise OverflowError("math range error")
        return node(name, (x,), getattr(field(), mp_name)(x.value))

    function.__name__ = name
    return function


sqrt, exp, sin, cos, tan = map(_elementary, ("sqrt", "exp", "sin", "cos", "tan"))
ln, gamma, positive_lgamma = map(_elementary, ("log", "gamma", "lgamma"))


def atan2(y: Any, x: Any) -> Symbolic:
    y, x = number(y), number(x)
    return node("atan2", (y, x), field().atan2(y.value, x.value))


def log(x: Any, base: Any = None) -> Symbolic:
    return ln(x) if base is None else ln(x) / ln(base)


def lgamma(x: Any) -> Symbolic:
    x = number(x)
    return positive_lgamma(x) if x > 0 else ln(abs(gamma(x)))


def hypot(*coordinates: Any) -> Symbolic:
    return sqrt(sum((number(c) * c for c in coordinates), number(0)))


def cbrt(x: Any) -> Any:
    x, third = number(x), constant(Fraction(1, 3))
    return x**third if x >= 0 else -((-x) ** third)


def copysign(x: Any, y: Any) -> Any:
    x, y = number(x), number(y)
    if y.value == 0 and y.run is not None:
        y.run.kink()
    return abs(x) if y >= 0 else -abs(x)


def fmod(x: Any, y: Any) -> Any:
    x, y = number(x), number(y)
    return x - y * integral("trunc", x / y)


def remainder(x: Any, y: Any) -> Any:
    x, y = number(x), number(y)
    return x - y * integral("round", x / y)


def modf(x: Any) -> tuple[Any, Any]:
    x = number(x)
    whole = integral("trunc", x)
    return x - whole, whole * constant(Fraction(1))


def isclose(a: Any, b: Any, *, rel_tol: Any = 1e-9, abs_tol: Any = 0.0) -> Any:
    a, b = number(a), number(b)
    return abs(a - b) <= largest(number(rel_tol) * largest(abs(a), abs(b)), number(abs_tol))


def dist(p: Any, q: Any) -> Symbolic:
    return hypot(*(number(a) - b for a, b in zip(p, q, strict=True)))


def prod(items: Any, *, start: Any = 1) -> Any:
    return functools.reduce(lambda a, b: a * b, items, start)


def sumprod(p: Any, q: Any) -> Any:
    return sum(a * b for a, b in zip(p, q, strict=True))


def fsum(items: Any) -> Symbolic:
    return sum((number(i) for i in items), constant(Fraction(0)))


@cached
def math_module() -> types.ModuleType:
    """A module that looks like `math`."""
    module = types.ModuleType("math")
    for name in ELEMENTARY:
        setattr(module, name, _elementary(name))
    for function in (
        log,
        lgamma,
        hypot,
        cbrt,
        copysign,
        fmod,
        remainder,
        modf,
        isclose,
        dist,
        prod,
        sumprod,
        fsum,
        atan2,
    ):
        setattr(module, function.__name__, function)
    composed: dict[str, Any] = {
        "log2": lambda x: ln(x) / ln(2),
        "log10": lambda x: ln(x) / ln(10),
        "log1p": lambda x: ln(1 + number(x)),
        "expm1": lambda x: exp(x) - 1,
        "exp2": lambda x: number(2) ** number(x),
        "pow": lambda x, y: number(x) ** number(y),
        "fabs": lambda x: abs(number(x)),
        "fma": lambda x, y, z: number(x) * y + z,
        "ldexp": lambda x, i: number(x) * number(2) ** number(i),
        "degrees": lambda x: number(x) * (180 / named("pi")),
        "radians": lambda x: number(x) * (named("pi") / 180),
        "floor": lambda x: integral("floor", number(x)),
        "ceil": lambda x: integral("ceil", number(x)),
        "trunc": lambda x: integral("trunc", number(x)),
        "isnan": lambda x: bool(field().isnan(number(x).value)),
        "isinf": lambda x: bool(field().isinf(number(x).value)),
        "isfinite": lambda x: bool(field().isfinite(number(x).value)),
        "pi": named("pi"),
        "e": named("e"),
        "tau": 2 * named("pi"),
        "inf": named("inf"),
        "nan": named("nan"),
    }
    for name, value in composed.items():
        setattr(module, name, value)
    for name in ("comb", "factorial", "gcd", "isqrt", "lcm", "perm"):
        setattr(module, name, getattr(math, name))
    return module


# --- builtins ------------------------------------------------------------------------------------


def _extreme(better: Callable[[Any, Any], Any], plain: Callable[..., Any]) -> Callable[..., Any]:
    def choose(*items: Any, key: Any = None, **default: Any) -> Any:
        candidates = list(items[0]) if len(items) == 1 else list(items)
        if key is not None or not candidates:
            return plain(candidates, key=key, **default)
        best = candidates[0]
        for item in candidates[1:]:
            if better(item, best):
                best = item
            elif item is not best:
                _note_tie(item, best)
        return best

    return choose


def _note_tie(a: Any, b: Any) -> None:
    if isinstance(a, Symbolic) or isinstance(b, Symbolic):
        u, v = number(a), number(b)
        run = u.run or v.run
        if run is not None and u.value == v.value:
            run.kink()


largest = _extreme(lambda a, b: a > b, max)
smallest = _extreme(lambda a, b: a < b, min)


class _FloatType(type):
    def __call__(cls, x: Any = 0.0) -> Any:
        if hasattr(x, "__array_ufunc__"):
            x = number(x)
        if isinstance(x, Symbolic):
            return x * constant(Fraction(1)) if x.integer else x
        return of_float(repr(float(x)))

    def __instancecheck__(cls, x: Any) -> bool:
        return not x.integer if isinstance(x, Symbolic) else isinstance(x, float)


class _IntType(type):
    def __call__(cls, x: Any = 0, *base: Any) -> Any:
        if hasattr(x, "__array_ufunc__"):
            x = number(x)
        return integral("trunc", x) if isinstance(x, Symbolic) else int(x, *base)

    def __instancecheck__(cls, x: Any) -> bool:
        return x.integer if isinstance(x, Symbolic) else isinstance(x, int)


class Float(float, metaclass=_FloatType):
    """Stands for `float`."""


class Int(int, metaclass=_IntType):
    """Stands for `int`."""


def exact_divisor(divisor: Any) -> Any:
    """The right side of `/`, made exact, so that 1 / 3 is one third; arrays of numbers are."""
    try:
        return number(divisor)
    except TypeError:
        return divisor


def exact_power(exponent: Any) -> Any:
    """The exponent of `**`: a negative int is made exact, so that 2 ** -1 is one half."""
    return number(exponent) if isinstance(exponent, int) and exponent < 0 else exponent


def _pow(base: Any, exp: Any, mod: Any = None) -> Any:
    return base ** exact_power(exp) if mod is None else pow(base, exp, mod)


def _import(name: str, *args: Any) -> Any:
    if name == "math":
        return math_module()
    if name == "numba":
        return NUMBA
    root, _, rest = name.partition(".")
    if root in ARRAY_MODULES:
        from symdiff.checking.arrays.modules import namespace

        bare = not (len(args) > 2 and args[2])  # import scipy.special, which gives scipy
        return namespace(root if bare and rest else name)
    return builtins.__import__(name, *args)


def _quiet(*args: Any, **kwargs: Any) -> None:
    """Stands for `print`: a check runs the function many times."""


@functools.cache
def _overrides() -> dict[str, Any]:
    return {
        "max": largest,
        "min": smallest,
        "float": Float,
        "int": Int,
        "pow": _pow,
        "print": _quiet,
        "breakpoint": _quiet,
        "__import__": _import,
    }


def builtin_names() -> dict[str, Any]:
    """A fresh table of builtins for code that runs over symbolic numbers."""
    return {**vars(builtins), **_overrides()}


@cached
def counterparts() -> dict[int, Any]:
    """What replaces an object of `math` or a builtin: from its id."""
    module = math_module()
    found = {id(math): module}
    for name, value in vars(math).items():
        if callable(value) and hasattr(module, name):
            found[id(value)] = getattr(module, name)
    for name, value in _overrides().items():
        found[id(getattr(builtins, name))] = value
    return found
