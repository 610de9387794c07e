"""gmm: the gradient in weights, means and both parts of the factors of precisions."""

from __future__ import annotations

import numpy as np

import symdiff
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.gmm import log_posterior, log_posterior_of_matrices
from benchmarks.gradbench.verify import agrees_with_differences

NAMES = ("alpha", "mu", "q", "l")
ACTIVE = (0, 1, 2, 3)
MANY = 32  # dimensions, from which on products of matrices are faster than loops

by_loops = symdiff.grad(log_posterior, argnums=ACTIVE)
by_matrices = symdiff.grad(log_posterior_of_matrices, argnums=ACTIVE)


def objective(alpha, mu, *rest):
    function = log_posterior if mu.shape[1] < MANY else log_posterior_of_matrices
    return function(alpha, mu, *rest)


def gradient(alpha, mu, *rest):
    function = by_loops if mu.shape[1] < MANY else by_matrices
    return function(alpha, mu, *rest)


def make(size):
    d, k = size
    rng = np.random.default_rng(31337)
    n = 1000
    return {
        "d": d, "k": k, "n": n, "x": rng.normal(size=(n, d)).tolist(), "m": 0, "gamma": 1.0,
        "mu": rng.uniform(size=(k, d)).tolist(), "q": rng.normal(size=(k, d)).tolist(),
        "l": rng.normal(size=(k, d * (d - 1) // 2)).tolist(), "alpha": rng.normal(size=k).tolist(),
    }  # fmt: skip


def arguments(given):
    if "icf" in given:  # as the messages were once: q and l in one
        factors, d = np.array(given["icf"]), given["d"]
        parts = np.array(given["means"]), factors[:, :d].copy(), factors[:, d:].copy()
    else:
        parts = tuple(np.array(given[name]) for name in NAMES[1:])
    mu, q, l = parts
    alpha, x = np.array(given["alpha"]), np.array(given["x"])
    return alpha, mu, q, l, x, float(given["gamma"]), given["m"]


def verify(args, found):
    agrees_with_differences(lambda *of: log_posterior(*of, *args[4:]), args[:4], found)


EVALS = [
    Eval(
        name="gmm",
        sizes=[(d, k) for d in (2, 10, 20, 32, 64) for k in (5, 10, 25, 50, 100)],
        quick=[(2, 5), (10, 25)],
        make=make,
        arguments=arguments,
        primal=Task("objective", objective, float),
        derivative=Task(
            "jacobian",
            gradient,
            lambda found: {name: part.tolist() for name, part in zip(NAMES, found, strict=True)},
        ),
        how="differences along random directions",
        verify=verify,
    )
]
