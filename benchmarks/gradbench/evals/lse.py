"""lse: the gradient is the softmax."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax

import symdiff
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.lse import log_sum_exp
from benchmarks.gradbench.verify import same


def make(n):
    return {"x": np.random.default_rng(31337).uniform(size=n).tolist()}


def verify(args, gradient):
    same(gradient, softmax(args[0]))


EVALS = [
    Eval(
        name="lse",
        sizes=[2500, 10_000, 40_000, 160_000, 640_000, 1_280_000],
        quick=[2500, 40_000],
        make=make,
        arguments=lambda given: (np.array(given["x"]),),
        primal=Task("primal", log_sum_exp, float),
        derivative=Task("gradient", symdiff.grad(log_sum_exp), np.ndarray.tolist),
        how="closed form",
        verify=verify,
    )
]
