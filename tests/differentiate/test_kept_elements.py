"""Elements that a loop changes in place: the number is kept, not the array."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


def multiplied(x):
    a = x.copy()
    for k in range(3):
        a[k] *= x[0] + a[k + 1]
    return a[0] * a[2]


def multiplied_by_themselves(x):
    a = x.copy()
    for k in range(3):
        for j in range(4):
            a[k] *= a[j]
    return a[0] + a[2]


def divided(x):
    a = x.copy()
    for k in range(3):
        a[k] /= a[k + 1]
        if a[k] > 1.0:
            a[k + 1] /= a[k]
    return np.sum(a)


@pytest.mark.parametrize("function", [multiplied, multiplied_by_themselves, divided])
def test_the_element_is_kept_and_not_the_array(function):
    x = np.array([0.7, 1.2, 0.4, 0.9])
    steps = 1e-6 * np.eye(4)
    want = [(function(x + h) - function(x - h)) / 2e-6 for h in steps]
    np.testing.assert_allclose(symdiff.grad(function)(x), want, rtol=1e-7)
    text = symdiff.source(function, at=(x,))
    assert "_kept.append(" in text and "a.copy()" not in text
