"""Rules of special functions: error functions, the gamma function, the quantiles of NormalDist."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import math

from symdiff.rules.polygamma import digamma, polygamma
from symdiff.rules.registry import elementwise

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)


@elementwise(math.erf, sympy="erf")
def erf(x, *, out):
    return TWO_OVER_SQRT_PI * math.exp(-x * x)


@elementwise(math.erfc, sympy="erfc")
def erfc(x, *, out):
    return -TWO_OVER_SQRT_PI * math.exp(-x * x)


@elementwise(math.gamma, sympy="gamma")
def gamma(x, *, out):
    return out * digamma(x)


@elementwise(math.lgamma, sympy="loggamma")
def lgamma(x, *, out):
    return digamma(x)


@elementwise(digamma, op="helper:digamma", sympy="digamma")
def digamma_rule(x, *, out):
    return polygamma(1, x)


@elementwise(polygamma, op="helper:polygamma", sympy="polygamma")
def polygamma_rule(n, x, *, out):
    return 0.0, polygamma(n + 1, x)


@elementwise(
    "statistics._normal_dist_inv_cdf",
    sympy="lambda p, mu, sigma: mu + sigma * sqrt(2) * erfinv(2 * p - 1)",
)
def quantile(p, mu, sigma, *, out):
    z = (out - mu) / sigma
    return sigma * math.sqrt(2 * math.pi) * math.exp(z * z / 2), 1.0, z
