"""What `parallel=True` gains: functions whose loops are independent but for sums, and their
gradients, on one core and on all."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numba
import numpy as np
from numba import prange

import symdiff
from benchmarks.arrays import shown
from benchmarks.measure import medians


def weighted_sum(x, w):
    total = 0.0
    for i in prange(len(x)):
        total += w * math.sin(x[i]) * math.exp(-x[i] * x[i])
    return total


def residuals(A, b, x):
    total = 0.0
    for i in prange(A.shape[0]):
        r = -b[i]
        for j in range(A.shape[1]):
            r += A[i, j] * x[j]
        total += r * r
    return total


def pair_energy(points, charges):
    energy = 0.0
    for i in prange(points.shape[0]):
        for j in range(points.shape[0]):
            dx = points[i, 0] - points[j, 0]
            dy = points[i, 1] - points[j, 1]
            energy += charges[i] * charges[j] / math.sqrt(dx * dx + dy * dy + 0.01)
    return energy


def option_prices(spot, strike, years, sigma):
    total = 0.0
    for i in prange(len(spot)):
        spread = sigma * math.sqrt(years[i])
        d1 = (math.log(spot[i] / strike[i]) + (0.01 + 0.5 * sigma * sigma) * years[i]) / spread
        d2 = d1 - spread
        paid = strike[i] * math.exp(-0.01 * years[i]) * (1 + math.erf(d2 / math.sqrt(2.0)))
        total += 0.5 * (spot[i] * (1 + math.erf(d1 / math.sqrt(2.0))) - paid)
    return total


def programs() -> dict[Callable[..., float], tuple[Any, ...]]:
    r = np.random.default_rng(0)
    n = 400_000
    money, years = r.uniform(50, 150, (2, n)), r.uniform(0.1, 2, n)
    return {
        weighted_sum: (r.normal(size=n), 1.3),
        residuals: (r.normal(size=(4000, 200)), r.normal(size=4000), r.normal(size=200)),
        pair_energy: (r.normal(size=(1200, 2)), r.normal(size=1200)),
        option_prices: (*money, years, 0.3),
    }


def table() -> str:
    """Seconds on the clock, and how many times as fast all cores are; each gradient on all cores
    is held against that on one."""
    head = ["program", "function", "all cores", "gradient", "all cores"]
    rows = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for function, args in programs().items():
        one, every = numba.njit(function), numba.njit(parallel=True)(function)
        gradients = [symdiff.value_and_grad(f, tuple(range(len(args)))) for f in (one, every)]
        expected, found = (g(*args)[1] for g in gradients)
        for a, b in zip(expected, found, strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-9)
        # One after the other: threads that have slept begin slowly.
        calls = [partial(call, *args) for call in (one, every, *gradients)]
        times = [medians({"": call})[""] for call in calls]
        cells = [shown(times[0]), f"{times[0] / times[1]:.2f} x",
                 shown(times[2]), f"{times[2] / times[3]:.2f} x"]  # fmt: skip
        rows.append(f"| {function.__name__.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(rows)
