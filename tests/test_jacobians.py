"""Jacobians, Hessians and products with them."""

from __future__ import annotations

import math
import pickle
from typing import NamedTuple

import numpy as np
import pytest
import scipy.sparse

import symdiff


def polar(p):
    r, t = p
    return np.array([r * np.cos(t), r * np.sin(t), r * t])


P = np.array([2.0, 0.6])
OF_POLAR = np.array(
    [[math.cos(0.6), -2 * math.sin(0.6)], [math.sin(0.6), 2 * math.cos(0.6)], [0.6, 2.0]]
)


def rosen(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def chain(x):
    out = 3 * x - x**3
    out[1:] -= x[:-1]
    out[:-1] -= 2 * x[1:]
    return out


def product(x, y):
    return x * y, {"sum": x + y, "none": 2.0}


class Point(NamedTuple):
    x: float
    y: float


def swapped(point):
    return [point.y * point.x, point.x]


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
def test_modes_agree(mode):
    np.testing.assert_allclose(symdiff.jacobian(polar, mode=mode)(P), OF_POLAR, rtol=1e-12)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_values_in_containers_give_jacobians_in_containers(mode):
    a = np.array([1.0, 2.0])
    found = symdiff.jacobian(product, argnums=(0, 1), mode=mode)(a, 3.0)
    (dx, dy), rest = found
    np.testing.assert_array_equal(dx, 3 * np.eye(2))
    np.testing.assert_array_equal(dy, a)
    assert rest["sum"][0].shape == (2, 2) and rest["sum"][1].shape == (2,)
    assert rest["none"][1] == 0.0


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_arguments_in_containers_give_blocks_in_containers(mode):
    found = symdiff.jacobian(swapped, mode=mode)(Point(2.0, 5.0))
    assert found == [Point(5.0, 2.0), Point(1.0, 0.0)]
    assert type(found[0]) is Point


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_shapes_of_matrices(mode):
    a = np.arange(6.0).reshape(2, 3)
    found = symdiff.jacobian(lambda a: a.T * 2, mode=mode)(a)
    assert found.shape == (3, 2, 2, 3)
    assert found[2, 1, 1, 2] == 2.0 and found.sum() == 12.0


def test_a_jacobian_of_numbers_is_a_number():
    assert symdiff.jacobian(lambda x: x * x)(3.0) == 6.0


def test_float32_stays():
    x = np.array([1.0, 2.0], np.float32)
    assert symdiff.jacobian(lambda x: x * x)(x).dtype == np.float32


def test_an_empty_argument():
    assert symdiff.jacobian(lambda x: x * 2)(np.zeros(0)).shape == (0, 0)


def test_a_mode_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        symdiff.jacobian(polar, mode="sideways")


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
def test_a_banded_jacobian_takes_a_few_sweeps(mode):
    n = 60
    x = np.linspace(0.1, 0.9, n)
    pattern = scipy.sparse.diags_array(
        [np.ones(n - 1), np.ones(n), np.ones(n - 1)], offsets=[-1, 0, 1]
    )
    derived = symdiff.jacobian(chain, mode=mode, sparsity=pattern)
    found = derived(x)
    np.testing.assert_allclose(found.toarray(), symdiff.jacobian(chain)(x), rtol=1e-13)
    ((_, columns, rows),) = derived._coloured.values()
    assert columns.max() == rows.max() == 2


def test_rows_are_coloured_where_a_column_is_full():
    def f(x):
        return x * x[0]

    pattern = np.eye(5)
    pattern[:, 0] = 1
    x = np.arange(1.0, 6.0)
    derived = symdiff.jacobian(f, sparsity=pattern)
    np.testing.assert_array_equal(derived(x).toarray(), symdiff.jacobian(f)(x))
    ((_, columns, rows),) = derived._coloured.values()
    assert columns.max() == 1 and rows.max() == 4


def test_a_pattern_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="shape"):
        symdiff.jacobian(chain, sparsity=np.eye(3))(np.ones(4))


def test_hessian_is_symmetric_and_its_products_agree():
    x = np.array([1.3, 0.7, 0.8, 1.9])
    v = np.array([1.0, -2.0, 0.5, 0.25])
    found = symdiff.hessian(rosen)(x)
    np.testing.assert_allclose(found, found.T, rtol=1e-13)
    np.testing.assert_allclose(found, scipy.optimize.rosen_hess(x), rtol=1e-12)
    np.testing.assert_allclose(symdiff.hvp(rosen)(x, v), found @ v, rtol=1e-12)


def test_hessian_in_two_arguments():
    def f(x, y):
        return np.sum(x**2 * y)

    x, y = np.array([1.0, 2.0]), 3.0
    (xx, xy), (yx, yy) = symdiff.hessian(f, argnums=(0, 1))(x, y)
    np.testing.assert_array_equal(xx, np.diag([6.0, 6.0]))
    np.testing.assert_array_equal(xy, [2.0, 4.0])
    np.testing.assert_array_equal(yx, [2.0, 4.0])
    assert yy == 0.0
    hx, hy = symdiff.hvp(f, argnums=(0, 1))(x, y, (np.array([1.0, 0.0]), 1.0))
    np.testing.assert_array_equal(hx, [8.0, 4.0])
    assert hy == 2.0


def test_a_diagonal_hessian_takes_one_sweep():
    x = np.linspace(0.0, 1.0, 7)
    derived = symdiff.hessian(lambda x: np.sum(np.exp(2 * x)), sparsity=scipy.sparse.eye_array(7))
    np.testing.assert_allclose(derived(x).diagonal(), 4 * np.exp(2 * x))
    ((_, columns, _),) = derived._coloured.values()
    assert columns.max() == 0


@pytest.mark.parametrize(
    "derived", [symdiff.jacobian(polar, mode="forward"), symdiff.hessian(rosen), symdiff.hvp(rosen)]
)
def test_derived_functions_can_be_pickled(derived):
    again = pickle.loads(pickle.dumps(derived))
    args = (P, P) if isinstance(derived, type(symdiff.hvp(rosen))) else (P,)
    np.testing.assert_array_equal(again(*args), derived(*args))
