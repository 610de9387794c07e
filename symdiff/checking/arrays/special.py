"""Functions of `scipy.special` over symbolic numbers."""

# mypy: allow-untyped-calls, allow-untyped-defs
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.checking import functions as f
from symdiff.checking.arrays.array import dispatch, plain, wrap
from symdiff.checking.arrays.elementwise import ELEMENTS, forgiving, infinity, sign
from symdiff.checking.arrays.functions import total
from symdiff.checking.number import NoCounterpart, Symbolic, named, number

Element = Callable[..., Any]
exp, log, sqrt = f.exp, f.ln, f.sqrt


def _pi() -> Symbolic:
    return named("pi")


def _of_order(name: str) -> Element:
    function = f.special(name)
    return lambda n, x: function(n, x)


def _fixed(name: str, order: int) -> Element:
    function = f.special(name)
    return lambda x: function(number(order), x)


def xlogy(x: Any, y: Any) -> Any:
    return number(0.0) if x == 0 else x * forgiving(log)(y)


def xlog1py(x: Any, y: Any) -> Any:
    return number(0.0) if x == 0 else x * forgiving(log)(1 + y)


def entr(x: Any) -> Any:
    return -x * log(x) if x > 0 else number(0.0) if x == 0 else -infinity()


def rel_entr(x: Any, y: Any) -> Any:
    if x > 0 and y > 0:
        return x * log(x / y)
    return number(0.0) if x == 0 and y >= 0 else infinity()


def kl_div(x: Any, y: Any) -> Any:
    return rel_entr(x, y) - x + y


def boxcox(x: Any, power: Any) -> Any:
    return log(x) if power == 0 else (x**power - 1) / power


def inv_boxcox(y: Any, power: Any) -> Any:
    return exp(y) if power == 0 else (y * power + 1) ** (1 / power)


def huber(delta: Any, r: Any) -> Any:
    return r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


def pseudo_huber(delta: Any, r: Any) -> Any:
    return delta * delta * (sqrt(1 + (r / delta) ** 2) - 1)


def ndtr(x: Any) -> Any:
    return f.math_module().erfc(-x / sqrt(number(2))) / 2


def binom(n: Any, k: Any) -> Any:
    return f.gamma(n + 1) / (f.gamma(k + 1) * f.gamma(n - k + 1))


def exprel(x: Any) -> Any:
    return number(1.0) if x == 0 else (exp(x) - 1) / x


def polygamma(n: Any, x: Any) -> Any:
    return f.special("digamma")(x) if n == 0 else f.special("polygamma")(n, x)


def _erf(name: str) -> Element:
    return lambda x: getattr(f.math_module(), name)(x)


ONE: dict[str, Element] = {
    "expit": lambda x: 1 / (1 + exp(-x)),
    "logit": lambda x: log(x / (1 - x)),
    "log_expit": lambda x: -log(1 + exp(-x)),
    "softplus": lambda x: log(1 + exp(x)),
    "exp10": lambda x: number(10) ** x,
    "exp2": lambda x: number(2) ** x,
    "entr": entr,
    "erf": _erf("erf"),
    "erfc": _erf("erfc"),
    "erfcx": lambda x: exp(x * x) * _erf("erfc")(x),
    "erfi": lambda x: f.special("erfi")(x),
    "dawsn": lambda x: sqrt(_pi()) / 2 * exp(-x * x) * f.special("erfi")(x),
    "erfinv": lambda x: f.special("erfinv")(x),
    "erfcinv": lambda x: f.special("erfinv")(1 - x),
    "ndtr": ndtr,
    "log_ndtr": lambda x: log(ndtr(x)),
    "ndtri": lambda x: sqrt(number(2)) * f.special("erfinv")(2 * x - 1),
    "gamma": lambda x: f.gamma(x),
    "gammaln": f.lgamma,
    "loggamma": lambda x: f.positive_lgamma(x),
    "rgamma": lambda x: 1 / f.gamma(x),
    "gammasgn": lambda x: sign(f.gamma(x)),
    "factorial": lambda x: f.gamma(x + 1),
    "digamma": lambda x: f.special("digamma")(x),
    "psi": lambda x: f.special("digamma")(x),
    "exp1": _fixed("expint", 1),
    "expi": lambda x: f.special("ei")(x),
    "exprel": exprel,
    "cosm1": lambda x: f.cos(x) - 1,
    "ellipk": lambda m: f.special("ellipk")(m),
    "ellipe": lambda m: f.special("ellipe")(m),
    "ellipkm1": lambda p: f.special("ellipk")(1 - p),
    **{f"{k}{n}": _fixed(f"bessel{k}", n) for k in "jyik" for n in (0, 1)},
    **{f"i{n}e": lambda x, n=n: exp(-abs(x)) * f.special("besseli")(number(n), x) for n in (0, 1)},
    **{f"k{n}e": lambda x, n=n: exp(x) * f.special("besselk")(number(n), x) for n in (0, 1)},
}
TWO: dict[str, Element] = {
    "xlogy": xlogy,
    "xlog1py": xlog1py,
    "rel_entr": rel_entr,
    "kl_div": kl_div,
    "boxcox": boxcox,
    "inv_boxcox": inv_boxcox,
    "huber": huber,
    "pseudo_huber": pseudo_huber,
    "beta": lambda a, b: f.gamma(a) * f.gamma(b) / f.gamma(a + b),
    "betaln": lambda a, b: f.lgamma(a) + f.lgamma(b) - f.lgamma(a + b),
    "binom": binom,
    "poch": lambda x, m: f.gamma(x + m) / f.gamma(x),
    "polygamma": polygamma,
    "expn": _of_order("expint"),
    "gammainc": lambda a, x: f.special("lowergamma")(a, x) / f.gamma(a),
    "gammaincc": lambda a, x: 1 - f.special("lowergamma")(a, x) / f.gamma(a),
    "jn": _of_order("besselj"),
    "yn": _of_order("bessely"),
    "kn": _of_order("besselk"),
    **{f"{k}v": _of_order(f"bessel{k}") for k in "jyik"},
    "ive": lambda v, x: exp(-abs(x)) * f.special("besseli")(v, x),
    "kve": lambda v, x: exp(x) * f.special("besselk")(v, x),
}


def _elementwise(function: Element, count: int) -> Element:
    made = np.frompyfunc(forgiving(function), count, 1)

    def call(*args: Any, out: Any = None, where: Any = True) -> Any:
        if out is not None or where is not True or len(args) != count:
            raise NoCounterpart("a function of scipy.special with these arguments")
        return wrap(made(*map(plain, args)))

    return call


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    if return_sign:
        raise NoCounterpart("scipy.special.logsumexp() with a sign")
    values = wrap(plain(a))
    # What is subtracted is a number of its own, so that the derivative of the maximum is not asked.
    top = _largest(values, axis)
    terms = dispatch(np.exp, "__call__", (values - top,), None, {})
    terms = terms if b is None else terms * b
    found = dispatch(np.log, "__call__", (total(terms, axis, keepdims=True),), None, {}) + top
    if keepdims:
        return found
    axes = tuple(range(values.ndim)) if axis is None else axis
    return wrap(np.squeeze(plain(found), axes))[()]


def _largest(a: Any, axis: Any) -> Any:
    """Round numbers near the largest, which depend on nothing and decide nothing."""
    values = plain(a)
    found = np.empty(values.shape, object)
    for i in np.ndindex(values.shape):
        found[i] = float(number(values[i]).value)
    top = np.asarray(np.max(found.astype(float), axis, keepdims=True))
    return wrap(np.where(np.isfinite(top), np.round(top), 0.0))


def softmax(x, axis=None):
    values = wrap(plain(x))
    terms = dispatch(np.exp, "__call__", (values,), None, {})
    return terms / total(terms, axis, keepdims=True)


def log_softmax(x, axis=None):
    values = wrap(plain(x))
    return values - logsumexp(values, axis, keepdims=True)


def multigammaln(a, d):
    found = wrap(plain(a)) * number(0.0) + number(d * (d - 1)) / 4 * log(_pi())
    gammaln = FUNCTIONS["gammaln"]
    for j in range(int(d)):
        found = found + gammaln(a - number(j) / 2)
    return found


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _elementwise(function, 1) for name, function in ONE.items()},
    **{name: _elementwise(function, 2) for name, function in TWO.items()},
    **{name: _elementwise(ELEMENTS[name][2], 1) for name in ("cbrt", "expm1", "log1p")},
    "sici": lambda x: (_elementwise(f.special("si"), 1)(x), _elementwise(f.special("ci"), 1)(x)),
    "fresnel": lambda x: (
        _elementwise(f.special("fresnels"), 1)(x),
        _elementwise(f.special("fresnelc"), 1)(x),
    ),
    "logsumexp": logsumexp,
    "softmax": softmax,
    "log_softmax": log_softmax,
    "multigammaln": multigammaln,
}
