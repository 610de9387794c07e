"""`type(x)`, of which only the kind is known while the function is read."""

import math

import numpy as np
import pytest

import symdiff
from tests.differences import assert_right


def scaled(x, n):
    T = type(x)
    return T(1) / x + T(n) * T(x * 2) + x.__class__(3) * x


def of_one_kind(x, n):
    return x * n if type(n) is int and type(x) is not type(n) else x


def listed(x, n):
    return x * x if type(n) in (float, complex) else 3 * x


def named(x, n):
    return x * len(type(n).__name__)


@pytest.mark.parametrize("function", [scaled, of_one_kind, listed, named])
@pytest.mark.parametrize("n", [3, 3.0])
def test_classes_of_numbers_make_and_tell_numbers(function, n):
    value, slope = symdiff.value_and_grad(function)(2.5, n)
    assert value == function(2.5, n)
    assert slope == pytest.approx((function(2.5 + 1e-6, n) - function(2.5 - 1e-6, n)) / 2e-6)


def test_a_class_that_numpys_numbers_do_not_have_is_told_when_the_code_runs():
    def exact(x):
        return math.sin(x) if type(x) == float else x * x  # noqa: E721

    derivative = symdiff.grad(exact)
    assert derivative(0.5) == pytest.approx(math.cos(0.5))
    assert derivative(np.float64(0.5)) == 1.0


def test_the_class_of_a_number_is_the_type_of_an_array():
    def table(x, n):
        made = np.empty(n, type(x))
        for i in range(n):
            made[i] = x ** (i + 1)
        return np.sum(made)

    assert_right(table, 1.5, 4)


def test_what_is_true_itself_is_known():
    def solved(x, full_output=False):
        y = x * x
        return (y, x, 1) if full_output is True else (y, x)

    def product(x):
        y, z = solved(x)
        return y * z + solved(x, True)[2]

    assert symdiff.grad(product)(0.5) == pytest.approx(0.75)
