"""Functions that call themselves with arguments of several kinds, and read outer variables."""

import numpy as np
import pytest

import symdiff
from tests.differences import assert_right


def test_forms_of_a_function_that_call_each_other_are_given_all_that_one_of_them_reads():
    def blended(x):
        y, z = x * x, x + 1.0

        def h(a, b, depth):
            if depth < 1 or a > 2.0:
                return b * y
            return 2 * h(2, b, depth - 1) - h(b, z, depth - 2)

        return h(x, x, 3)

    value, derivative = symdiff.value_and_grad(blended)(0.5)
    assert value == blended(0.5)
    assert derivative == pytest.approx((blended(0.5 + 1e-6) - blended(0.5 - 1e-6)) / 2e-6)


def test_functions_that_call_each_other_are_given_all_that_one_of_them_reads():
    def waves(x):
        y, z = x * x, x + 1.0

        def even(n):
            return z if n == 0 else x * odd(n - 1)

        def odd(n):
            return y if n <= 1 else even(n - 1) + even(n - 3) if n > 2 else even(n - 1)

        return even(6) * odd(5)

    value, derivative = symdiff.value_and_grad(waves)(0.5)
    assert value == waves(0.5)
    assert derivative == pytest.approx((waves(0.5 + 1e-6) - waves(0.5 - 1e-6)) / 2e-6)


def test_the_length_of_an_array_that_its_caller_made_is_asked_of_the_array():
    def energy(x):
        weights = np.ones(int(x[0]) + 4) * x[1]

        def powers(w, k):
            if k == 0:
                return w.sum() * len(weights)
            total = 0.0
            for i in range(w.shape[0]):
                total += w[i] ** 2 / weights.shape[0]
            return total + x[1] * powers(w, k - 1)

        return powers(weights, 2)

    assert_right(energy, np.array([0.3, 0.7]))
