"""Array programs, as people write them, with examples of calls."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

RNG = np.random.default_rng(11)
PROGRAMS = []


@dataclass
class Layer:
    W: np.ndarray
    b: np.ndarray


def program(*args):
    def note(f):
        PROGRAMS.append((f, args))
        return f

    return note


@program(RNG.normal(size=2), RNG.normal(size=(3, 2)), np.array([1.0, -1.0, 1.0]), 0.1)
def logistic(w, X, y, penalty):
    z = X @ w
    return np.sum(np.log1p(np.exp(-y * z))) / len(y) + penalty * (w @ w)


@program(RNG.normal(size=5), 0.2, 3)
def heat(u, k, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


@program(RNG.normal(size=(2, 3)), RNG.normal(size=3), 0.4)
def broadcast(A, b, c):
    return np.sum((A * b + c) ** 2 / (1 + b**2)) + np.mean(A - c) * np.sum(np.tanh(b))


@program(RNG.normal(size=3))
def kinks(x):
    positive = x[x > 0]
    return np.sum(positive**3) + np.sum(np.where(x > 0.5, np.sqrt(x), x)) + np.sum(np.abs(x))


@program(RNG.normal(size=4), np.array([0, 2, 2]), RNG.normal(size=3))
def gather(x, index, w):
    y = x.copy()
    np.add.at(y, index, w)
    return np.sum(np.sin(y[index]) * w)


@program(RNG.normal(size=(2, 2)), RNG.normal(size=2))
def gaussian(A, b):
    S = A @ A.T + np.eye(2)
    L = np.linalg.cholesky(S)
    return b @ np.linalg.solve(S, b) + np.sum(np.log(np.diag(L))) + np.linalg.det(A)


@program({"out": Layer(RNG.normal(size=(2, 2)), RNG.normal(size=2)), "scale": 0.7},
         (RNG.normal(size=(3, 2)), np.array([0, 1, 1])))  # fmt: skip
def network(params, data):
    X, labels = data
    scores = params["scale"] * np.tanh(X @ params["out"].W + params["out"].b)
    log_p = scores - logsumexp(scores, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(len(labels)), labels])


@program(RNG.normal(size=3), 0.3)
def recurrent(x, h):
    for v in x:
        h = expit(v * h) - 0.5 * h
    return h * h


EXAMPLES = {f.__name__: args for f, args in PROGRAMS}
