"""Outer products that the rounds of a reverse loop would sum become one product after it."""

from __future__ import annotations

import numpy as np

import symdiff

RNG = np.random.default_rng(0)
W, XS = RNG.normal(size=(4, 3)), RNG.normal(size=(5, 3))


def recurrence(w, xs):
    h, total = np.zeros(4), 0.0
    for x in xs:
        h = np.tanh(w @ x) * h + np.cos(w @ x)
        total = total + np.sum(h**2)
    return total


def in_two_loops(w, xs, n):
    total = 0.0
    for k in range(n):
        for x in xs:
            total = total + np.sum(np.sin(w @ (x + k)))
    return total


def its_own_sum(w, xs):
    """The primal adds outer products too: its value must stay what it is, to the last bit."""
    seen = np.zeros((4, 3))
    for x in xs:
        seen = seen + np.tanh(w @ x)[:, None] * x
    return np.sum(seen**3)


def changed_after(w, xs):
    """The vector of each round is changed in place after it was used."""
    total = 0.0
    for i in range(len(xs)):
        x = xs[i].copy()
        for _ in range(2):
            y = w @ x
            x[0] += np.sum(y**2) * 0.01
            total = total + np.sum(y)
    return total


def assert_right(function, *args):
    value, gradient = symdiff.value_and_grad(function)(*args)
    assert value == function(*args)
    steps = 1e-6 * np.eye(W.size).reshape(-1, *W.shape)
    expected = [(function(args[0] + s, *args[1:]) - function(args[0] - s, *args[1:])) / 2e-6
                for s in steps]  # fmt: skip
    np.testing.assert_allclose(gradient.ravel(), expected, rtol=1e-6, atol=1e-7)


def test_vectors_are_collected_and_multiplied_once():
    assert_right(recurrence, W, XS)
    text = symdiff.source(recurrence, 0, at=(W, XS))
    assert text.count("outer_sum(") == 1 + 2  # the helper, and two sums
    assert "[:, None] *" not in text


def test_loops_inside_loops_collect_for_themselves():
    assert_right(in_two_loops, W, XS, 3)
    assert_right(changed_after, W, XS)


def test_the_forward_sweep_sums_as_the_user_wrote():
    assert_right(its_own_sum, W, XS)


def test_no_round_gives_no_gradient():
    np.testing.assert_array_equal(symdiff.grad(recurrence)(W, XS[:0]), np.zeros((4, 3)))


def test_second_derivatives_sum_round_by_round():
    v = RNG.normal(size=(4, 3))
    up, down = (symdiff.grad(recurrence)(W + s * v, XS) for s in (1e-6, -1e-6))
    np.testing.assert_allclose(
        symdiff.jvp(symdiff.grad(recurrence), (W, XS), (v,), argnums=(0,))[1],
        (up - down) / 2e-6, rtol=1e-6,
    )  # fmt: skip
