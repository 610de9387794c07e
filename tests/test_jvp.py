"""Derivatives along a direction, in forward mode."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

import symdiff
from symdiff.errors import NotDifferentiable


def test_value_and_tangent():
    value, tangent = symdiff.jvp(lambda x, y: x * math.sin(y), (2.0, 0.5), (1.0, 3.0))
    assert value == 2.0 * math.sin(0.5)
    assert tangent == pytest.approx(math.sin(0.5) + 6.0 * math.cos(0.5))


def test_arguments_without_tangents():
    def power(x, n):
        out = 1.0
        for _ in range(n):
            out = out * x
        return out

    assert symdiff.jvp(power, (2.0, 3), (1.0, None)) == (8.0, 12.0)
    assert symdiff.jvp(power, (2.0, 3), (1.0,), argnums=(0,)) == (8.0, 12.0)
    assert symdiff.jvp(power, (2.0, 3), [1.0], argnums="x") == (8.0, 12.0)
    assert symdiff.jvp(power, (2.0,), [1.0], argnums=0, kwargs={"n": 3}) == (8.0, 12.0)


def test_a_tangent_has_the_structure_of_its_argument():
    @dataclass
    class Model:
        weights: list
        bias: float

    def f(model, xs):
        return model.bias + model.weights[0] * xs["a"] + model.weights[1] * xs["b"]

    point = Model([2.0, 3.0], 1.0), {"a": 5.0, "b": 7.0}
    along = Model([1.0, 0.0], 10.0), {"a": 0.0, "b": 100.0}
    assert symdiff.jvp(f, point, along) == (32.0, 315.0)


def test_the_tangent_of_the_value_has_its_structure():
    def f(x):
        return x * x, [x, 2.0], {"n": 3, "cos": np.cos(x)}

    _, (square, pair, more) = symdiff.jvp(f, (np.array([1.0, 2.0]),), (np.ones(2),))
    np.testing.assert_array_equal(square, [2.0, 4.0])
    np.testing.assert_array_equal(pair[0], [1.0, 1.0])
    assert pair[1] == 0.0 and more["n"] == 0.0
    np.testing.assert_array_equal(more["cos"], -np.sin([1.0, 2.0]))


@pytest.mark.parametrize("tangent", [1.0, np.ones(3), np.ones((2, 1)), [1.0, 1.0]])
def test_a_tangent_of_another_shape_is_refused(tangent):
    with pytest.raises(TypeError, match="structure and the shapes"):
        symdiff.jvp(lambda x: np.sum(x), (np.ones(2),), (tangent,))


def test_as_many_tangents_as_arguments():
    with pytest.raises(TypeError, match="1 tangents are needed"):
        symdiff.jvp(lambda x, y: x * y, (1.0, 2.0), (1.0, 1.0), argnums=(0,))


def test_the_arguments_stay_as_they_are():
    def f(x):
        x *= 2
        x[0] = 7.0
        return np.sum(x)

    x, v = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert symdiff.jvp(f, (x,), (v,)) == (11.0, 8.0)
    np.testing.assert_array_equal(x, [1.0, 2.0])
    np.testing.assert_array_equal(v, [3.0, 4.0])


def test_what_is_not_taken_does_not_poison_the_tangent():
    def f(x):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))

    with np.errstate(all="ignore"):
        _, tangent = symdiff.jvp(f, (np.array([-1.0, 0.0, 4.0]),), (np.ones(3),))
    assert tangent == 0.25


def test_integers_have_no_tangent():
    with pytest.raises(NotDifferentiable, match="int"):
        symdiff.jvp(lambda n: n * 2.0, (3,), (1.0,), argnums=(0,))


def test_the_generated_function_itself():
    def f(x: float, y: float) -> float:
        return x / y

    push = symdiff.pushforward(f)
    assert push(6.0, 3.0, 1.0, 0.0) == (2.0, 1 / 3)
    assert "x_dot" in symdiff.source(f, mode="jvp") == symdiff.source(f, mode="pushforward")


def test_names_of_the_users():
    def f(x: float, x_dot: float) -> float:
        x_jvp = x * x_dot
        return x_jvp

    assert symdiff.jvp(f, (2.0, 3.0), (1.0, 10.0)) == (6.0, 23.0)
