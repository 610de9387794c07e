"""The evals as users of array libraries write them: without stores, with one module's functions.

`xp` is jax.numpy, or autograd.numpy; what the two lack in common is left out.
"""

from __future__ import annotations

import math
from typing import Any


def log_sum_exp(xp: Any, x: Any, axis: int | None = None) -> Any:
    largest = xp.max(x, axis=axis, keepdims=True)
    return xp.squeeze(largest, axis) + xp.log(xp.sum(xp.exp(x - largest), axis=axis))


def least_squares(xp: Any, x: Any, n: int) -> Any:
    t = xp.linspace(-1.0, 1.0, n)
    powers = t[:, None] ** xp.arange(len(x))
    residuals = xp.sign(t) - powers @ x
    return 0.5 * xp.sum(residuals * residuals)


def cost(xp: Any, centroids: Any, points: Any) -> Any:
    apart = (
        xp.sum(points * points, axis=1)[:, None]
        - 2 * points @ centroids.T
        + xp.sum(centroids * centroids, axis=1)
    )
    return xp.sum(xp.min(apart, axis=1))


def log_posterior(
    xp: Any, alpha: Any, mu: Any, q: Any, l: Any, x: Any, gamma: float, m: int, places: Any
) -> Any:
    """`places` has, for each element of a factor, that in the row of `l` with a zero before it."""
    n, d = x.shape
    k = len(alpha)
    below = xp.concatenate([xp.zeros((k, 1)), l], axis=1)[:, places]
    lower = below + xp.exp(q)[:, :, None] * xp.eye(d)
    log_det = xp.sum(q, axis=1)
    z = xp.einsum("kij,nkj->nki", lower, x[:, None, :] - mu)
    beta = alpha + log_det - 0.5 * xp.sum(z * z, axis=2)
    nu = d + m + 1
    gammas = 0.25 * d * (d - 1) * math.log(math.pi)
    gammas += sum(math.lgamma(0.5 * nu - 0.5 * j) for j in range(d))
    prior = k * (nu * d * math.log(gamma / math.sqrt(2.0)) - gammas)
    prior = prior - 0.5 * gamma * gamma * xp.sum(lower * lower) + m * xp.sum(log_det)
    constant = n * (0.5 * d * math.log(2 * math.pi) + log_sum_exp(xp, alpha))
    return xp.sum(log_sum_exp(xp, beta, 1)) - constant + prior


def places_of(d: int) -> list[list[int]]:
    """Where elements of a lower triangle stand, column by column, counted from 1; 0 elsewhere."""
    found = [[0] * d for _ in range(d)]
    at = 0
    for j in range(d):
        for i in range(j + 1, d):
            at += 1
            found[i][j] = at
    return found
