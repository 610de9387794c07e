"""Auxiliary results beside the value: has_aux."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

import symdiff
from symdiff.errors import NotDifferentiable


def loss(x, y):
    r = x * y - 1
    return r * r, {"residual": r, "note": "squared", "steps": [x, 2]}


AUX = {"residual": 5.0, "note": "squared", "steps": [2.0, 2]}


def test_aux_comes_beside_the_gradient():
    assert symdiff.grad(loss, has_aux=True)(2.0, 3.0) == (30.0, AUX)
    assert symdiff.value_and_grad(loss, has_aux=True)(2.0, 3.0) == ((25.0, AUX), 30.0)
    assert symdiff.grad(loss, argnums=(0, 1), has_aux=True)(2.0, y=3.0) == ((30.0, 20.0), AUX)


def test_aux_in_the_other_modes():
    value, pullback, aux = symdiff.vjp(loss, 2.0, 3.0, has_aux=True)
    assert (value, aux, pullback(2.0)) == (25.0, AUX, (60.0, 40.0))
    assert symdiff.jvp(loss, (2.0, 3.0), (1.0, 0.5), has_aux=True) == (25.0, 40.0, AUX)


def test_aux_may_hold_what_has_no_derivative():
    def f(x):
        return x * x, (math.frexp(x), str(x), x > 1)

    assert symdiff.grad(f, has_aux=True)(3.0) == (6.0, ((0.75, 2), "3.0", True))


def test_arrays_of_aux_are_as_they_were():
    def f(u):
        u = u.copy()
        before = u
        for i in range(1, 4):
            u[i] = u[i] * u[i - 1]
        return np.sum(u * u), before

    u = np.array([1.0, 2.0, 3.0, 4.0])
    gradient, aux = symdiff.grad(f, has_aux=True)(u)
    np.testing.assert_array_equal(aux, f(u)[1])
    h = 1e-6
    up, down = u.copy(), u.copy()
    up[0] += h
    down[0] -= h
    assert gradient[0] == pytest.approx((f(up)[0] - f(down)[0]) / (2 * h), rel=1e-8)


def test_a_pair_is_needed():
    with pytest.raises(NotDifferentiable, match="return its value and what is beside it"):
        symdiff.grad(lambda x: x * x, has_aux=True)(1.0)
    with pytest.raises(NotDifferentiable, match="scalar"):
        symdiff.grad(lambda x: ([x, x], 1), has_aux=True)(1.0)


def test_it_can_be_pickled():
    again = pickle.loads(pickle.dumps(symdiff.grad(loss, has_aux=True)))
    assert again(2.0, 3.0) == (30.0, AUX)
