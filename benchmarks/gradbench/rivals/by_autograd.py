"""The evals in autograd, as far as its array functions go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

from benchmarks.gradbench.rivals import arrays

Calls = tuple[Callable[[], Any], Callable[[], Any]]
LARGEST = 3e6  # numbers in the largest array: gmm's takes one for each point and component


def contenders(name: str, args: tuple[Any, ...]) -> Calls | None:
    """The function and its derivative at `args`; None where there is no such program."""
    return MAKERS[name](*args) if name in MAKERS else None


def _lse(x: Any) -> Calls:
    function = partial(arrays.log_sum_exp, anp)
    gradient = autograd.grad(function)
    return lambda: function(x), lambda: gradient(x)


def _llsq(x: Any, n: int) -> Calls:
    function = partial(arrays.least_squares, anp, n=n)
    gradient = autograd.grad(function)
    return lambda: function(x), lambda: gradient(x)


def _kmeans(points: Any, centroids: Any) -> Calls | None:
    if len(points) * len(centroids) > LARGEST:
        return None
    function = partial(arrays.cost, anp, points=points)
    gradient = autograd.grad(function)
    ones = np.ones_like(centroids)
    product = autograd.hessian_vector_product(function)
    return (
        lambda: function(centroids),
        lambda: gradient(centroids) / product(centroids, ones),
    )


def _gmm(alpha: Any, mu: Any, q: Any, l: Any, x: Any, gamma: float, m: int) -> Calls | None:
    if x.size * len(alpha) > LARGEST:
        return None
    places = np.array(arrays.places_of(x.shape[1]))
    function = partial(arrays.log_posterior, anp, x=x, gamma=gamma, m=m, places=places)
    gradient = autograd.grad(function, argnum=(0, 1, 2, 3))
    return lambda: function(alpha, mu, q, l), lambda: gradient(alpha, mu, q, l)


MAKERS: dict[str, Callable[..., Calls | None]] = {
    "lse": _lse,
    "llsq": _llsq,
    "kmeans": _kmeans,
    "gmm": _gmm,
}
