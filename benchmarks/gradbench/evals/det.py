"""det: the gradient holds the cofactors."""

from __future__ import annotations

import numpy as np

import symdiff
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.det import determinant
from benchmarks.gradbench.verify import same


def make(size):
    return {"A": np.random.default_rng(31337).uniform(size=size * size).tolist(), "ell": size}


def verify(args, gradient):
    (a,) = args
    same(gradient, np.linalg.det(a) * np.linalg.inv(a).T)


EVALS = [
    Eval(
        name="det",
        sizes=[5, 6, 7, 8, 9, 10, 11],
        quick=[5, 7],
        make=make,
        arguments=lambda given: (np.array(given["A"]).reshape(given["ell"], given["ell"]),),
        primal=Task("primal", determinant, float),
        derivative=Task(
            "gradient", symdiff.grad(determinant), lambda found: found.ravel().tolist()
        ),
        how="closed form",
        verify=verify,
    )
]
