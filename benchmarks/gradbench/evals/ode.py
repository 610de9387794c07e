"""ode: every program of products and sums is analytic, so that a complex step tells its slope.

With many unknowns and few steps the last one is exactly zero, and its gradient with it: a step of
Runge-Kutta reaches four unknowns further. So the gradient of a small problem is verified besides.
"""

from __future__ import annotations

import math

import numpy as np

import symdiff
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.ode import last, solve
from benchmarks.gradbench.verify import same

gradient = symdiff.grad(last)


def make(size):
    n, steps = size
    return {"x": np.random.default_rng(31337).uniform(size=n).tolist(), "s": steps}


def by_complex_step(x, steps, along):
    """The slope of the last unknown, by the same steps over arrays of complex numbers."""
    x = x + 1e-30j * along
    h = 2.0 / steps

    def slope(y):
        return x * np.concatenate([[1.0], y[:-1]])

    y = np.zeros_like(x)
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y[-1].imag / 1e-30


def verify(args, found):
    x, steps = args
    rng = np.random.default_rng(20)
    along = rng.standard_normal(len(x))
    same(found @ along, by_complex_step(x, steps, along), 1e-8)
    x = rng.uniform(size=12)
    for along in np.eye(12):
        same(gradient(x, 5) @ along, by_complex_step(x, 5, along))
    x = x[:4]  # as far as the method is exact
    same(gradient(x, 3), np.prod(x) / x * 2.0**4 / math.factorial(4))


EVALS = [
    Eval(
        name="ode",
        sizes=[(n, s) for n in (1000, 10_000, 100_000) for s in (1, 10, 100)],
        quick=[(1000, 10), (10_000, 100)],
        make=make,
        arguments=lambda given: (np.array(given["x"]), given["s"]),
        primal=Task("primal", solve, np.ndarray.tolist),
        derivative=Task("gradient", gradient, np.ndarray.tolist),
        how="complex step; closed form for four unknowns",
        verify=verify,
    )
]
