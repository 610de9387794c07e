"""Gradients as Numba's dispatchers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff

numba = pytest.importorskip("numba")


@numba.njit
def wave(x, k=1.5):
    total = 0.0
    for i in range(len(x)):
        total += math.sin(k * x[i]) if x[i] > 0 else x[i] ** 2
    return total


def broadcast(x, y):
    return np.sum(np.exp(x) * y)


X = np.linspace(-1.0, 1.0, 9)


def test_the_gradient_of_a_compiled_function_is_one():
    made = symdiff.grad(wave)
    assert isinstance(made, numba.core.dispatcher.Dispatcher)

    @numba.njit
    def step(x):
        return x - 0.5 * made(x, 2.0)

    expected = np.where(X > 0, 2.0 * np.cos(2.0 * X), 2 * X)
    np.testing.assert_allclose(step(X), X - 0.5 * expected, rtol=1e-14)


def test_defaults_and_keywords_are_the_functions_own():
    made = symdiff.value_and_grad(wave, (0, 1))
    for given in ({}, {"k": 1.5}):
        value, (dx, dk) = made(X, **given)
        want, (wx, wk) = symdiff.value_and_grad(wave.py_func, (0, 1))(X, 1.5)
        assert value == want
        np.testing.assert_allclose(dx, wx, rtol=1e-14)
        assert math.isclose(dk, wk, rel_tol=1e-14)


def test_options_of_the_users_decorator_are_kept():
    fast = numba.njit(error_model="numpy", fastmath=True)(wave.py_func)
    assert "@numba.njit(error_model='numpy', fastmath=True)" in symdiff.source(fast)
    fast = numba.njit(fastmath={"reassoc", "contract"})(wave.py_func)
    assert "@numba.njit(fastmath={'contract', 'reassoc'})" in symdiff.source(fast)
    np.testing.assert_allclose(symdiff.grad(fast)(X), symdiff.grad(wave)(X), rtol=1e-14)


@pytest.mark.parametrize("m, n", [(1, 3), (3, 1), (3, 3), (1, 1)])
def test_lengths_that_are_broadcast_are_told_at_run_time(m, n):
    x, y = np.linspace(0.1, 0.7, m), np.linspace(1.0, 2.0, n)
    dx, dy = symdiff.grad(broadcast, (0, 1), target="numba")(x, y)
    wx, wy = symdiff.grad(broadcast, (0, 1))(x, y)
    assert dx.shape == x.shape and dy.shape == y.shape
    np.testing.assert_allclose(dx, wx, rtol=1e-14)
    np.testing.assert_allclose(dy, wy, rtol=1e-14)


def test_python_is_made_of_a_compiled_function_where_it_is_asked_for():
    assert not hasattr(symdiff.grad(wave, target="python"), "py_func")
    with pytest.raises(ValueError, match="'python' or 'numba'"):
        symdiff.grad(wave, target="fortran")


def test_what_numba_refuses_is_told_with_the_users_line():
    def told(x):
        names = {"a": x, 1: x}
        return x * len(repr(names))

    with pytest.raises(symdiff.SymdiffError, match="test_dispatcher.py"):
        symdiff.grad(told, target="numba")(2.0)


def test_functions_with_any_keywords_are_refused():
    def f(x, **options):
        return x

    with pytest.raises(symdiff.SymdiffError, match="kwargs"):
        symdiff.grad(f, target="numba")


def test_functions_of_any_number_of_arguments():
    @numba.njit
    def squares(*xs):
        total = 0.0
        for x in xs:
            total += x * x
        return total

    @numba.njit
    def splat(pair, scale):
        return squares(*pair) * scale

    assert symdiff.grad(squares, (0, 2))(0.5, 0.7, 1.5) == (1.0, 3.0)
    assert symdiff.grad(splat)((0.5, 0.7), 2.0) == (2.0, 2.8)


def test_second_derivatives_of_what_is_broadcast():
    got = symdiff.hvp(broadcast, target="numba")(X, X, X)
    np.testing.assert_allclose(got, symdiff.hvp(broadcast)(X, X, X), rtol=1e-12)


def test_a_refusal_is_shown_without_frames_of_numba():
    @numba.njit
    def written(x):
        return str(x)

    with pytest.raises(symdiff.SymdiffError) as caught:
        symdiff.grad(written)(2.0)
    assert len(caught.traceback) == 2  # this call, and what raises


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x: np.sqrt(x), np.inf),
        (lambda x: np.log(x), np.inf),
        (lambda x: np.arccos(x + 1.0), -np.inf),
        (lambda x: np.sqrt(x * x), np.nan),
    ],
)
def test_an_infinite_derivative_of_numpys_functions_raises_nothing(function, slope):
    found = symdiff.grad(numba.njit(function))(0.0)
    np.testing.assert_equal(found, slope)


@numba.njit
def of_rows(x, k):
    if k > 1:
        kept = x[0] * x
        total = np.sum(kept * kept)
    else:
        kept = np.outer(x, x)
        total = np.sum(kept * kept * kept)
    return total


@pytest.mark.parametrize("k", [1, 2])
def test_arms_may_have_arrays_of_other_ranks_by_one_name(k):
    x = np.array([0.3, 0.7])
    expected = symdiff.grad(of_rows.py_func)(x, k)
    np.testing.assert_allclose(symdiff.grad(of_rows)(x, k), expected, rtol=1e-12)


@numba.njit
def reduced(x, how="sum"):
    if how == "sum":
        return np.sum(x * x)
    return x[0] * x[1]


@pytest.mark.parametrize("how", [(), ("sum",), ("product",)])
def test_arguments_may_be_texts(how):
    x = np.array([0.3, 0.7, 0.2])
    expected = symdiff.grad(reduced.py_func)(x, *how)
    np.testing.assert_allclose(symdiff.grad(reduced)(x, *how), expected)
