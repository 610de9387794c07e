"""Tables of functions of arrays: their rules as one writes them."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff

A, V = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, -2.0])


def backward(function, *at):
    return [step.text for step in symdiff.stages(function, at=at).backward]


@pytest.mark.parametrize(
    "function, at, expected",
    [
        (lambda a, b: np.sum(a @ b), (A, A), "da = dmatmul_a @ bᵀ ;  db = aᵀ @ dmatmul_a"),
        (lambda a, v: np.sum(a @ v), (A, V), "da = dmatmul_a[:, None]·v ;  dv = aᵀ @ dmatmul_a"),
        (lambda a: np.sum(np.tanh(a)), (A,), "da = dtanh_a·(1-tanh_a·tanh_a)"),
        (lambda a: np.sum(np.exp(a)), (A,), "da = dexp_a·exp_a"),
        (lambda v: np.mean(v * 1.0), (V,), "dv = dt"),
        (lambda v: np.sum(v), (V,), "dv = 1"),
        (lambda a: np.sum(a.T @ a), (A,), "da ← da + dtᵀ"),
    ],
)
def test_contributions_are_those_of_the_rules(function, at, expected):
    assert expected in backward(function, *at)


def test_where_the_rank_is_not_known_the_contribution_is_symbolic():
    def f(a: np.ndarray, b: np.ndarray):
        c = a @ b
        return np.sum(c)

    assert "∂c/∂a" in str(symdiff.stages(f))


def test_arguments_by_keyword_are_shown_as_such():
    text = str(symdiff.stages(lambda a: np.sum(np.sum(a, axis=1) ** 2), at=(A,)))
    assert "sum(a, axis=1)" in text


def test_shapes_are_shown_where_they_are_known_and_no_point_is_given():
    def f(x: float):
        v = np.ones(3) * x
        w = np.zeros((2, 3)) + v
        return np.sum(w * w)

    lines = str(symdiff.stages(f)).splitlines()
    (shown,) = [line for line in lines if " w " in line and "2×3" in line]
    assert shown.index("2×3") > shown.index("w")


def test_large_arrays_are_summarised():
    text = str(symdiff.stages(lambda v: np.sum(v * v), at=(np.arange(1000.0),)))
    assert "1000 numbers from 0 to 999" in text and "1000 numbers from 0 to 1998" in text
