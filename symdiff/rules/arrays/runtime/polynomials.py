"""Functions that generated files bring along: adjoints of convolutions and polynomials."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np


def spread_over_full(dout, a, v, start):
    """The adjoint of all of a convolution, from that of a part of it which begins at `start`."""
    made = np.zeros(len(a) + len(v) - 1, np.result_type(dout))
    made[start : start + len(dout)] = dout
    return made


def convolve_adjoint(a, v, mode, dout):
    """The adjoint of a in np.convolve(a, v, mode), or in np.convolve(v, a, mode)."""
    a, v, shorter = np.atleast_1d(a), np.atleast_1d(v), min(np.size(a), np.size(v))
    start = {"full": 0, "same": (shorter - 1) // 2, "valid": shorter - 1}[mode]
    return np.convolve(spread_over_full(dout, a, v, start), v[::-1], "valid")


def correlation_start(a, v, mode):
    """Where np.correlate(a, v, mode) begins in the full correlation."""
    shorter = min(len(a), len(v))
    if mode == "same":
        return (shorter - 1) // 2 if len(a) >= len(v) else shorter // 2
    return 0 if mode == "full" else shorter - 1


def correlate_adjoint_of_first(a, v, mode, dout):
    """The adjoint of a in np.correlate(a, v, mode)."""
    full = spread_over_full(dout, a, v, correlation_start(a, v, mode))
    return np.convolve(full, np.conj(v), "valid")


def correlate_adjoint_of_second(a, v, mode, dout):
    """The adjoint of v in np.correlate(a, v, mode)."""
    full = spread_over_full(dout, a, v, correlation_start(a, v, mode))
    return np.conj(np.convolve(full, a[::-1], "valid")[::-1])


def polyder_adjoint(p, m, dout):
    """The adjoint of p in np.polyder(p, m)."""
    powers = np.arange(len(p) - 1, m - 1, -1)
    factors = np.prod([powers - i for i in range(m)], axis=0)
    made = np.zeros(len(p), np.result_type(dout, 1.0))
    made[: len(powers)] = factors * dout
    return made


def vander_adjoint(x, increasing, dout):
    """The adjoint of x in np.vander(x, increasing=increasing)."""
    powers = np.arange(np.shape(dout)[1])
    if not increasing:
        powers = powers[::-1]
    return np.sum(dout * powers * x[:, None] ** np.maximum(powers - 1, 0), axis=1)


def vander_tangent(out, x, increasing, x_dot):
    """The tangent of out = np.vander(x, increasing=increasing)."""
    powers = np.arange(np.shape(out)[1])
    if not increasing:
        powers = powers[::-1]
    return x_dot[:, None] * powers * x[:, None] ** np.maximum(powers - 1, 0)
