"""The evals in JAX: jitted, in float64, results awaited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.gradbench.rivals import arrays

jax.config.update("jax_enable_x64", True)
Calls = tuple[Callable[[], Any], Callable[[], Any]]


def contenders(name: str, args: tuple[Any, ...]) -> Calls | None:
    """The function and its derivative at `args`; None where there is no such program."""
    return MAKERS[name](*args) if name in MAKERS else None


def _calls(function: Any, derivative: Any, *active: Any) -> Calls:
    on_device = [jnp.asarray(a) for a in active]
    value, slope = jax.jit(function), jax.jit(derivative)
    return (
        lambda: jax.block_until_ready(value(*on_device)),
        lambda: jax.block_until_ready(slope(*on_device)),
    )


def _hello(x: float) -> Calls:
    return _calls(lambda x: x * x, jax.grad(lambda x: x * x), x)


def _lse(x: Any) -> Calls:
    function = partial(arrays.log_sum_exp, jnp)
    return _calls(function, jax.grad(function), x)


def _llsq(x: Any, n: int) -> Calls:
    function = partial(arrays.least_squares, jnp, n=n)
    return _calls(function, jax.grad(function), x)


def _kmeans(points: Any, centroids: Any) -> Calls:
    def function(centroids: Any, points: Any) -> Any:
        return arrays.cost(jnp, centroids, points)

    def direction(centroids: Any, points: Any) -> Any:
        gradient = partial(jax.grad(function), points=points)
        slope, curvature = jax.jvp(gradient, (centroids,), (jnp.ones_like(centroids),))
        return slope / curvature

    return _calls(function, direction, centroids, points)


def _gmm(alpha: Any, mu: Any, q: Any, l: Any, x: Any, gamma: float, m: int) -> Calls:
    places = jnp.asarray(arrays.places_of(x.shape[1]))

    def function(*active: Any) -> Any:
        return arrays.log_posterior(jnp, *active, gamma=gamma, m=m, places=places)

    return _calls(function, jax.grad(function, argnums=(0, 1, 2, 3)), alpha, mu, q, l, x)


def _ode(x: Any, steps: int) -> Calls:
    h = 2.0 / steps

    def solve(x: Any) -> Any:
        def slope(y: Any) -> Any:
            return x * jnp.concatenate([jnp.ones(1), y[:-1]])

        def step(y: Any, _: Any) -> Any:
            k1 = slope(y)
            k2 = slope(y + h / 2 * k1)
            k3 = slope(y + h / 2 * k2)
            k4 = slope(y + h * k3)
            return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), None

        return jax.lax.scan(step, jnp.zeros_like(x), None, length=steps)[0]

    return _calls(solve, jax.grad(lambda x: solve(x)[-1]), x)


def _lstm(main: Any, extra: Any, state: Any, sequence: Any) -> Calls:
    layers, b = len(main) // 2, sequence.shape[1]
    total = (len(sequence) - 1) * b

    def loss(main: Any, extra: Any, state: Any, sequence: Any) -> Any:
        weights, biases = (main[at::2].reshape(layers, 4, b) for at in (0, 1))

        def step(now: Any, characters: Any) -> Any:
            this, following = characters
            x, after = this * extra[0], []
            for (hidden, cell), w, bias in zip(now, weights, biases, strict=True):
                forget = jax.nn.sigmoid(x * w[0] + bias[0])
                ingate = jax.nn.sigmoid(hidden * w[1] + bias[1])
                outgate = jax.nn.sigmoid(x * w[2] + bias[2])
                cell = cell * forget + ingate * jnp.tanh(hidden * w[3] + bias[3])
                x = outgate * jnp.tanh(cell)
                after.append((x, cell))
            prediction = x * extra[1] + extra[2]
            normal = prediction - jnp.log(2.0 + jnp.sum(jnp.exp(prediction)))
            return after, jnp.sum(following * normal)

        first = [(state[2 * i], state[2 * i + 1]) for i in range(layers)]
        _, scores = jax.lax.scan(step, first, (sequence[:-1], sequence[1:]))
        return -jnp.sum(scores) / total

    return _calls(loss, jax.grad(loss, argnums=(0, 1)), main, extra, state, np.asarray(sequence))


MAKERS: dict[str, Callable[..., Calls]] = {
    "hello": _hello,
    "lse": _lse,
    "llsq": _llsq,
    "kmeans": _kmeans,
    "gmm": _gmm,
    "ode": _ode,
    "lstm": _lstm,
}
