"""The derivatives of log gamma in plain Python: written into the generated files that need them."""

from __future__ import annotations

import math


def digamma(x: float) -> float:
    """Logarithmic derivative of the gamma function; nan at its poles.

    Reflection (DLMF 5.5.4), recurrence (5.5.2), then the asymptotic series (5.11.2).
    """
    if x <= 0.0:
        offset = math.remainder(x, 1.0)
        if offset == 0.0:
            return math.nan
        return digamma(1.0 - x) - math.pi / math.tan(math.pi * offset)
    shift = 0.0
    while x < 10.0:
        shift -= 1.0 / x
        x += 1.0
    u = 1.0 / (x * x)
    tail = u * (1 / 252 - u * (1 / 240 - u * (1 / 132 - u * (691 / 32760 - u / 12))))
    return shift + math.log(x) - 0.5 / x - u * (1 / 12 - u * (1 / 120 - tail))


def polygamma(n: int, x: float) -> float:
    """Derivative of order n >= 1 of digamma; nan at its poles.

    Reflection (DLMF 5.15.6), recurrence (5.15.5), then the asymptotic series (5.15.8).
    """
    sign = -1.0 if n % 2 == 0 else 1.0
    if x <= 0.0:
        offset = math.pi * math.remainder(x, 1.0)
        if offset == 0.0:
            return math.nan
        # Derivatives of cot are polynomials in it, since c' = -(1 + c^2).
        coefficients = [0.0, 1.0]
        for _ in range(n):
            slope = [k * c for k, c in enumerate(coefficients)][1:]
            coefficients = [0.0] * (len(coefficients) + 1)
            for k, c in enumerate(slope):
                coefficients[k] -= c
                coefficients[k + 2] -= c
        cot = math.cos(offset) / math.sin(offset)
        total = 0.0
        for c in reversed(coefficients):
            total = total * cot + c
        return -sign * polygamma(n, 1.0 - x) - math.pi ** (n + 1) * total
    shift = 0.0
    while x < 10.0 + n:
        shift += 1.0 / x ** (n + 1)
        x += 1.0
    inverse = 1.0 / x
    factor = inverse**n / n
    series = factor + 0.5 * inverse ** (n + 1)
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
    for k, b in enumerate(bernoulli):
        # (2k + n + 1)! / ((2k + 2)! n! x^(2k + n + 2)), from the one before.
        factor *= (2 * k + n + 1) * (2 * k + n) / ((2 * k + 2) * (2 * k + 1)) * inverse * inverse
        series += b * factor
    return sign * math.factorial(n) * (shift + series)
