"""Stores into what a conditional expression chooses."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


def arrays(x, first):
    a, b = np.zeros(3), np.ones(3)
    (a if first else b)[0] = x
    (a if x > 1 else b)[1:] += x**2
    return np.sum(a * 2) + np.sum(b**2 * 3)


def lists(x, first):
    a, b = [0.0, 1.0], [2.0, 3.0]
    (a if first else b)[0] = x
    (a if first else b if x > 1 else a).append(x**2)
    (a if x > 1 else b)[1] *= x
    return sum(a) * 2 + sum(v * v for v in b) * 3


@pytest.mark.parametrize("function", [arrays, lists])
@pytest.mark.parametrize("x", [0.5, 2.0])
@pytest.mark.parametrize("first", [True, False])
def test_the_one_that_is_chosen_is_changed(function, x, first):
    value, slope = symdiff.value_and_grad(function)(x, first)
    assert value == function(x, first)
    ends = function(x + 1e-6, first), function(x - 1e-6, first)
    assert slope == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-8)


def test_what_is_stored_is_computed_before_the_choice():
    def f(x):
        a, b = [0.0], [0.0]

        def pushed():
            a.append(x)
            return 3.0 * x

        (a if len(a) > 1 else b)[0] = pushed()
        return a[0] + 10 * b[0]

    assert symdiff.value_and_grad(f)(2.0) == (6.0, 3.0)
    assert f(2.0) == 6.0
