"""The evals in PyTorch, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from benchmarks.gradbench.rivals.arrays import places_of

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
Calls = tuple[Callable[[], Any], Callable[[], Any]]


def contenders(name: str, args: tuple[Any, ...]) -> Calls | None:
    """The function and its derivative at `args`; None where there is no such program."""
    return MAKERS[name](*args) if name in MAKERS else None


def _calls(function: Callable[..., Any], *active: Any) -> Calls:
    tensors = [torch.tensor(a) for a in active]

    def value() -> float:
        with torch.no_grad():
            return float(function(*tensors))

    def gradient() -> Any:
        inputs = [t.detach().requires_grad_() for t in tensors]
        found = torch.autograd.grad(function(*inputs), inputs)
        return found[0].numpy() if len(found) == 1 else tuple(f.numpy() for f in found)

    return value, gradient


def _hello(x: float) -> Calls:
    return _calls(lambda x: x * x, x)


def _lse(x: Any) -> Calls:
    return _calls(lambda x: torch.logsumexp(x, 0), x)


def _llsq(x: Any, n: int) -> Calls:
    t = torch.linspace(-1.0, 1.0, n)
    powers = torch.arange(len(x))

    def function(x: Any) -> Any:
        residuals = torch.sign(t) - (t[:, None] ** powers) @ x
        return 0.5 * torch.sum(residuals * residuals)

    return _calls(function, x)


def _kmeans(points: Any, centroids: Any) -> Calls:
    points = torch.tensor(points)

    def cost(centroids: Any) -> Any:
        apart = (
            (points * points).sum(1)[:, None]
            - 2 * points @ centroids.T
            + (centroids * centroids).sum(1)
        )
        return apart.min(1).values.sum()

    value, _ = _calls(cost, centroids)
    centers = torch.tensor(centroids)

    def direction() -> Any:
        at = centers.detach().requires_grad_()
        (slope,) = torch.autograd.grad(cost(at), at, create_graph=True)
        (curvature,) = torch.autograd.grad(slope, at, torch.ones_like(at))
        return (slope / curvature).detach().numpy()

    return value, direction


def _gmm(alpha: Any, mu: Any, q: Any, l: Any, x: Any, gamma: float, m: int) -> Calls:
    n, d = x.shape
    k = len(alpha)
    points, places = torch.tensor(x), torch.tensor(places_of(d))
    nu = d + m + 1
    gammas = 0.25 * d * (d - 1) * math.log(math.pi)
    gammas += sum(math.lgamma(0.5 * nu - 0.5 * j) for j in range(d))
    constant = k * (nu * d * math.log(gamma / math.sqrt(2.0)) - gammas)
    constant -= 0.5 * n * d * math.log(2 * math.pi)

    def log_posterior(alpha: Any, mu: Any, q: Any, l: Any) -> Any:
        below = torch.cat([torch.zeros(k, 1), l], 1)[:, places]
        lower = below + torch.diag_embed(torch.exp(q))
        log_det = q.sum(1)
        z = torch.einsum("kij,nkj->nki", lower, points[:, None, :] - mu)
        beta = alpha + log_det - 0.5 * (z * z).sum(2)
        prior = m * log_det.sum() - 0.5 * gamma * gamma * (lower * lower).sum()
        normal = n * torch.logsumexp(alpha, 0)
        return torch.logsumexp(beta, 1).sum() - normal + prior + constant

    return _calls(log_posterior, alpha, mu, q, l)


def _lstm(main: Any, extra: Any, state: Any, sequence: Any) -> Calls:
    layers, b = len(main) // 2, sequence.shape[1]
    characters, first = torch.tensor(sequence), torch.tensor(state)

    def loss(main: Any, extra: Any) -> Any:
        now = [(first[2 * i], first[2 * i + 1]) for i in range(layers)]
        total: Any = 0.0
        for this, following in zip(characters[:-1], characters[1:], strict=True):
            x = this * extra[0]
            for i, (hidden, cell) in enumerate(now):
                w, bias = main[2 * i].view(4, b), main[2 * i + 1].view(4, b)
                forget = torch.sigmoid(x * w[0] + bias[0])
                ingate = torch.sigmoid(hidden * w[1] + bias[1])
                outgate = torch.sigmoid(x * w[2] + bias[2])
                cell = cell * forget + ingate * torch.tanh(hidden * w[3] + bias[3])
                x = outgate * torch.tanh(cell)
                now[i] = (x, cell)
            prediction = x * extra[1] + extra[2]
            normal = prediction - torch.log(2.0 + torch.exp(prediction).sum())
            total = total + (following * normal).sum()
        return -total / (b * (len(characters) - 1))

    return _calls(loss, main, extra)


MAKERS: dict[str, Callable[..., Calls]] = {
    "hello": _hello,
    "lse": _lse,
    "llsq": _llsq,
    "kmeans": _kmeans,
    "gmm": _gmm,
    "lstm": _lstm,
}
