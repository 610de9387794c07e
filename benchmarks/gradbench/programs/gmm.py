"""gmm: the posterior of a Gaussian mixture, with a Wishart prior of the precisions.

Loops over points for Numba, which may add up sums in another order (`reassoc`); and, for points of
many dimensions, whole matrices for NumPy.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

SUMS = {"reassoc", "contract"}


@njit(fastmath=SUMS)
def log_sum_exp(x):
    largest = x[0]
    for i in range(1, len(x)):
        if x[i] > largest:
            largest = x[i]
    total = 0.0
    for i in range(len(x)):
        total += math.exp(x[i] - largest)
    return largest + math.log(total)


@njit
def log_multivariate_gamma(a, d):
    total = 0.25 * d * (d - 1) * math.log(math.pi)
    for j in range(d):
        total += math.lgamma(a - 0.5 * j)
    return total


@njit
def log_prior_factor(d, gamma, m):
    """What the prior of each component has that no parameter changes."""
    nu = d + m + 1
    return nu * d * math.log(gamma / math.sqrt(2.0)) - log_multivariate_gamma(0.5 * nu, d)


@njit(fastmath=SUMS)
def log_posterior(alpha, mu, q, l, x, gamma, m):
    n, d = x.shape
    k = len(alpha)
    factors = np.zeros((k, d, d))
    log_det = np.zeros(k)
    norms = 0.0
    for c in range(k):
        start = 0
        for j in range(d):
            diagonal = math.exp(q[c, j])
            factors[c, j, j] = diagonal
            log_det[c] += q[c, j]
            norms += diagonal * diagonal
            for i in range(j + 1, d):
                element = l[c, start + i - j - 1]
                factors[c, i, j] = element
                norms += element * element
            start += d - 1 - j

    likelihood = 0.0
    centered = np.empty(d)
    beta = np.empty(k)
    for p in range(n):
        for c in range(k):
            for j in range(d):
                centered[j] = x[p, j] - mu[c, j]
            square = 0.0
            for i in range(d):
                z = 0.0
                for j in range(i + 1):
                    z += factors[c, i, j] * centered[j]
                square += z * z
            beta[c] = alpha[c] + log_det[c] - 0.5 * square
        likelihood += log_sum_exp(beta)
    normal = n * (0.5 * d * math.log(2 * math.pi) + log_sum_exp(alpha))
    prior = k * log_prior_factor(d, gamma, m) - 0.5 * gamma * gamma * norms + m * np.sum(q)
    return likelihood - normal + prior


def log_posterior_of_matrices(alpha, mu, q, l, x, gamma, m):
    n, d = x.shape
    k = len(alpha)
    columns, rows = np.triu_indices(d, 1)  # of the elements of l
    beta = np.empty((n, k))
    norms = 0.0
    for c in range(k):
        factor = np.zeros((d, d))
        factor[rows, columns] = l[c]
        factor += np.diag(np.exp(q[c]))
        z = (x - mu[c]) @ factor.T
        beta[:, c] = alpha[c] + np.sum(q[c]) - 0.5 * np.sum(z * z, axis=1)
        norms += np.sum(factor * factor)
    largest = np.max(beta, axis=1)
    likelihood = np.sum(largest + np.log(np.sum(np.exp(beta - largest[:, None]), axis=1)))
    most = np.max(alpha)
    total = most + np.log(np.sum(np.exp(alpha - most)))
    normal = n * (0.5 * d * math.log(2 * math.pi) + total)
    prior = k * log_prior_factor(d, gamma, m) - 0.5 * gamma * gamma * norms + m * np.sum(q)
    return likelihood - normal + prior
