"""llsq: the gradient is a matrix times the residuals."""

from __future__ import annotations

import numpy as np

import symdiff
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.llsq import least_squares
from benchmarks.gradbench.verify import same

M = 128


def make(n):
    return {"x": np.random.default_rng(31337).uniform(size=M).tolist(), "n": n}


def verify(args, gradient):
    x, n = args
    t = np.linspace(-1.0, 1.0, n)
    powers = np.vander(t, len(x), increasing=True)
    same(gradient, -powers.T @ (np.sign(t) - powers @ x))


EVALS = [
    Eval(
        name="llsq",
        sizes=[16, 64, 256, 1024, 4096, 16_392],
        quick=[16, 1024],
        make=make,
        arguments=lambda given: (np.array(given["x"]), given["n"]),
        primal=Task("primal", least_squares, float),
        derivative=Task("gradient", symdiff.grad(least_squares), np.ndarray.tolist),
        how="closed form",
        verify=verify,
    )
]
