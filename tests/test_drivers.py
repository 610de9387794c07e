"""The text of Jacobians and Hessians, which needs nothing of symdiff."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff
from symdiff.errors import NotDifferentiable


def run(text, name):
    assert "symdiff" not in text.replace("Written by symdiff", "")
    space = {}
    exec(text, space)
    return space[name]


def rosen(x: np.ndarray):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_the_hessian_of_numbers():
    def f(x: float, y: float) -> float:
        return x**3 * y

    hessian = run(symdiff.source(f, mode="hessian"), "f_hessian")
    assert hessian(2.0, 5.0) == ((60.0, 12.0), (12.0, 0.0))


def test_the_second_derivative():
    def f(x: float) -> float:
        return math.sin(x)

    assert run(symdiff.source(f, mode="hessian"), "f_hessian")(0.5) == -math.sin(0.5)


@pytest.mark.parametrize("at", [None, (np.array([1.3, 0.7, 0.8]),)])
def test_the_hessian_in_an_array(at):
    hessian = run(symdiff.source(rosen, mode="hessian", at=at), "rosen_hessian")
    x = np.array([1.3, 0.7, 0.8])
    np.testing.assert_allclose(hessian(x), symdiff.hessian(rosen)(x), rtol=1e-13)


def test_the_hessian_in_arrays_and_numbers():
    def f(x: np.ndarray, a: float, n: int):
        return np.sum(x**n) * a

    x = np.array([1.0, 2.0])
    found = run(symdiff.source(f, mode="hessian"), "f_hessian")(x, 3.0, 2)
    (xx, xa), (ax, aa) = found
    np.testing.assert_array_equal(xx, 6 * np.eye(2))
    np.testing.assert_array_equal(xa, 2 * x)
    np.testing.assert_array_equal(ax, 2 * x)
    assert aa == 0.0


def test_the_jacobian_of_a_structure_has_its_structure():
    def f(x, y):
        return x * y, [np.sum(x), {"first": x[0]}]

    x = np.array([1.0, 2.0])
    jacobian = run(symdiff.source(f, mode="jacobian", at=(x, 3.0)), "f_jacobian")
    (by_x, (total, first)), (by_y, _) = jacobian(x, 3.0)
    np.testing.assert_array_equal(by_x, 3.0 * np.eye(2))
    np.testing.assert_array_equal(by_y, x)
    assert total.tolist() == [1.0, 1.0] and first["first"].tolist() == [1.0, 0.0]
    assert symdiff.check(f, (x, 3.0), mode="jacobian").status == "proved"


def test_the_jacobian_with_defaults_and_keywords():
    def f(x: np.ndarray, k: float = 2.0, *, shift: int = 1):
        return np.sin(x) * k + shift

    jacobian = run(symdiff.source(f, mode="jacobian"), "f_jacobian")
    x = np.array([0.1, 0.2])
    dx, dk = jacobian(x)
    np.testing.assert_allclose(dx, np.diag(2 * np.cos(x)))
    np.testing.assert_allclose(dk, np.sin(x))
    assert jacobian(x, 3.0, shift=5)[0][0, 0] == 3 * math.cos(0.1)


def test_one_argument_of_several():
    def f(x: float, y: float) -> float:
        return x * y * y

    assert run(symdiff.source(f, "y", mode="hessian"), "f_hessian")(3.0, 1.0) == 6.0
    assert run(symdiff.source(f, ("y",), mode="jacobian"), "f_jacobian")(3.0, 1.0) == (6.0,)


def test_gradient_and_product_in_one_sweep():
    x, v = np.array([1.3, 0.7, 0.8]), np.array([1.0, 2.0, -1.0])
    hvp = run(symdiff.source(rosen, mode="hvp", at=(x,)), "rosen_hvp")
    gradient, product = hvp(x, v)
    np.testing.assert_allclose(gradient, symdiff.grad(rosen)(x))
    np.testing.assert_allclose(product, symdiff.hvp(rosen)(x, v))


def test_containers_are_refused():
    def f(xs: list[float]) -> float:
        return xs[0] * xs[1]

    with pytest.raises(NotDifferentiable, match="numbers and arrays"):
        symdiff.source(f, mode="hessian")
