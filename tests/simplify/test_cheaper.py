"""Cheaper arithmetic: the same value in fewer and faster operations, on real numbers only."""

from __future__ import annotations

import math

import pytest

import symdiff
from differences import assert_right
from support import op
from symdiff.simplify.cheaper import cheaper
from symdiff.stages import (
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Param,
    Place,
    Procedure,
    Stage,
    Var,
    verify,
)

A, B, D, N = Var("a"), Var("b"), Var("d"), Var("n", INTEGER)
ARRAY = Var("A", ArrayOf(REAL, (3,)))


def made(value, target=None, place=None):
    stage = Stage(target or Var("t"), value, place)
    params = [Param(v.base, v) for v in (A, B, D, N, ARRAY)]
    procedure = Procedure("f", params, [stage], stage.target)
    return verify(cheaper(verify(procedure))).body[0].value


def test_a_common_factor_is_multiplied_once():
    assert made(op("add", op("mul", A, B), op("mul", A, D))) == op("mul", A, op("add", B, D))
    sum_ = op("sub", op("sub", op("mul", op("mul", 3.0, A), B), op("mul", A, D)), B)
    assert made(sum_) == op("sub", op("mul", A, op("sub", op("mul", 3.0, B), D)), B)


def test_nothing_is_taken_out_that_saves_nothing():
    value = op("add", op("mul", A, B), A)
    assert made(value) == value


def test_an_adjoint_that_is_added_to_stays_in_front():
    before, after = Var("d"), Var("d")
    negative = op("sub", op("neg", op("mul", A, B)), op("mul", A, D))
    found = Procedure(
        "f",
        [Param(v.base, v) for v in (A, B, D)],
        [Stage(before, op("sin", A)), Stage(after, op("add", before, negative))],
        after,
    )
    assert cheaper(found).body[1].value == op("sub", before, op("mul", A, op("add", B, D)))


def test_small_powers_of_variables_are_products():
    assert made(op("mul", B, op("pow", A, 2))) == op("mul", op("mul", B, A), A)
    assert made(op("pow", A, 4)) == op("pow", A, 4)
    assert made(op("pow", op("add", A, B), 2)) == op("pow", op("add", A, B), 2)


def test_constants_beside_real_numbers_are_floats():
    assert repr(made(op("mul", 2, A))) == repr(Apply("mul", (Const(2.0), A)))
    assert repr(made(op("sub", 1, A))) == repr(Apply("sub", (Const(1.0), A)))


@pytest.mark.parametrize("value", [op("mul", 2, N), op("mul", 2, ARRAY), op("add", N, 1)])
def test_integers_and_arrays_are_left_alone(value):
    assert repr(made(value)) == repr(value)


def test_the_users_own_lines_are_left_alone():
    value = op("add", op("mul", 2, A), op("pow", A, 2))
    assert repr(made(value, place=Place("f.py", 2))) == repr(value)


def polynomial(x, y):
    return 3 * x**3 * y - 2 * x * y**2 + (x - y) ** 2 * x


def nested(x, y, n):
    for i in range(n):
        x = x * y + 2 * x**2 * i - y * (1 - x)
        y = y - x * y * 0.5 + math.sin(x) * x
    return x * y


@pytest.mark.parametrize("function, args", [(polynomial, (0.7, 1.3)), (nested, (0.3, 0.4, 4))])
def test_slopes_are_right(function, args):
    assert_right(function, *args)


def test_the_derivative_of_a_polynomial_is_proved():
    assert symdiff.check(polynomial).status == "proved"
