"""kmeans: a step of Newton. The Hessian is diagonal: its product with ones is all of it."""

from __future__ import annotations

import numpy as np
from numba import njit

import symdiff
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.kmeans import cost
from benchmarks.gradbench.verify import same

gradient = symdiff.grad(cost, argnums=1)
along = symdiff.pushforward(gradient, argnums=1)


@njit
def direction(points, centroids):
    slope, curvature = along(points, centroids, np.ones_like(centroids))
    return slope / curvature


def make(size):
    k, n, d = size
    points = np.random.default_rng(31337).uniform(size=(n, d))
    return {"points": points.tolist(), "centroids": points[-k:].tolist()}


def verify(args, found):
    """The step leads from each centroid to the mean of the points nearest to it."""
    points, centroids = args
    apart = ((points**2).sum(1)[:, None] - 2 * points @ centroids.T) + (centroids**2).sum(1)
    nearest = np.argmin(apart, axis=1)
    means = [points[nearest == j].mean(axis=0) for j in range(len(centroids))]
    same(found, centroids - np.array(means))


EVALS = [
    Eval(
        name="kmeans",
        sizes=[(k, n, d) for k in (10, 100, 1000) for n in (1000, 10_000) for d in (8, 16)],
        quick=[(10, 1000, 8), (100, 10_000, 8)],
        make=make,
        arguments=lambda given: (np.array(given["points"]), np.array(given["centroids"])),
        primal=Task("cost", cost, float),
        derivative=Task("dir", direction, np.ndarray.tolist),
        how="closed form",
        verify=verify,
    )
]
