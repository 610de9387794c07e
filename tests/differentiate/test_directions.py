"""The forward mode along many directions at once."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff
from symdiff.differentiate.together import NotTogether
from symdiff.generate import Selection, find


def stores(x):
    out = 3 * x - x**3
    out[1:] -= x[:-1]
    out[:-1] -= 2 * x[1:]
    return out


def loop(x, n):
    h = np.zeros(3)
    for i in range(n):
        h = np.tanh(h + x[:3] * i)
        h[1] = h[0] * x[3]
    return h


def products(a, b):
    return np.exp(a @ b) + np.sum(a, axis=0)[:2]


def joined(p):
    r, t = p
    return np.stack([r * np.cos(t), r * np.sin(t), 2.0 * r])


def chosen(x, y):
    return np.where(x[:, None] > y, x[:, None], y**2)


def indexed(x, at):
    return x[at] * x[::-1][: len(at)]


def numbers(a, b):
    s = 0.0
    for v in [a, b, a * b]:
        s = s + math.sin(v) * a if v > 0 else s * v
    return s, s * a


def rows(x):
    return np.diagonal(np.outer(x, np.arange(3.0)) * 2)


RNG = np.random.default_rng(4)
CALLS = [
    (stores, (RNG.normal(size=6),), (0,)),
    (loop, (RNG.normal(size=4), 3), (0,)),
    (loop, (RNG.normal(size=4), 0), (0,)),
    (products, (RNG.normal(size=(2, 3)), RNG.normal(size=3)), (0, 1)),
    (joined, (RNG.normal(size=2),), (0,)),
    (chosen, (RNG.normal(size=3), RNG.normal(size=2)), (0, 1)),
    (indexed, (RNG.normal(size=5), np.array([0, 0, 3])), (0,)),
    (numbers, (0.7, -1.2), (0, 1)),
    (rows, (RNG.normal(size=3),), (0,)),
]


@pytest.mark.parametrize("f, args, wrt", CALLS)
def test_directions_together_are_the_directions_one_by_one(f, args, wrt):
    made = find(f, Selection(wrt), "directions", args, {})
    many = [RNG.normal(size=(4, *np.shape(args[i]))) for i in wrt]
    value, tangents = made.function(*args, *many)
    for k in range(4):
        want, tangent = symdiff.jvp(
            f, args, [m[k] if m[k].ndim else float(m[k]) for m in many], argnums=wrt
        )
        np.testing.assert_array_equal(value, want)
        found = tuple(t[k] for t in tangents) if isinstance(tangents, tuple) else tangents[k]
        np.testing.assert_allclose(found, tangent, rtol=1e-13)


def test_what_cannot_go_together_is_said():
    with pytest.raises(NotTogether):
        find(lambda a: np.linalg.inv(a), Selection((0,)), "directions", (np.eye(2),), {})


def test_a_jacobian_is_found_either_way():
    a = np.array([[2.0, 1.0], [0.5, 3.0]])
    found = symdiff.jacobian(lambda a: np.linalg.inv(a), mode="forward")(a)
    want = symdiff.jacobian(lambda a: np.linalg.inv(a), mode="reverse")(a)
    np.testing.assert_allclose(found, want, rtol=1e-12)


def test_more_directions_than_go_through_one_sweep():
    x = np.linspace(0.1, 0.9, 100)
    found = symdiff.jacobian(stores, mode="forward")(x)
    np.testing.assert_allclose(found, symdiff.jacobian(stores, mode="reverse")(x), rtol=1e-13)


def test_directions_that_share_one_sweep_compute_the_primal_once():
    calls = []

    def f(x):
        calls.append(1)
        return x * x[0]

    symdiff.jacobian(f, mode="forward")(np.arange(1.0, 6.0))
    assert len(calls) == 1


def test_what_does_not_enter_linearly_has_no_tangent():
    x, b = np.arange(1.0, 5.0), 2.0
    np.testing.assert_array_equal(symdiff.jacobian(lambda x: np.full_like(x, 6.0) * 2)(x), 0)
    found = symdiff.jacobian(lambda x: np.linspace(x[0], b, 3), mode="forward")(x)
    np.testing.assert_array_equal(found[:, 0], [1.0, 0.5, 0.0])
