"""Arrays that are written over where nobody reads them again."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff

X = np.linspace(-1.0, 2.0, 6)


def log_sum_exp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


def read_again(x):
    e = np.exp(x - 1.0)
    return np.sum(e / np.sum(e)) + np.sum(e * x)


def of_integers(x, n):
    return np.sum(x * np.sqrt(n + n))


def broadcast(x, y):
    return np.sum(np.exp(x[:, None] - y) * x[:, None])


def test_large_arrays_are_made_once():
    text = symdiff.source(log_sum_exp, at=(X,))
    assert "np.exp(exp_x_minus_m, out=exp_x_minus_m)" in text
    assert "dx = np.divide(exp_x_minus_m, sum_exp_x_minus_m, out=exp_x_minus_m)" in text
    assert "dx[test] += dm / np.count_nonzero(test)" in text


@pytest.mark.parametrize(
    "function, args",
    [
        (log_sum_exp, (X,)),
        (log_sum_exp, (np.array([1.0, 3.0, 3.0]),)),
        (log_sum_exp, (X.astype(np.float32),)),
        (log_sum_exp, (X.reshape(2, 3).T,)),
        (read_again, (X,)),
        (of_integers, (X, np.arange(6))),
        (broadcast, (X, np.ones(3))),
        (broadcast, (X, np.ones(1))),
    ],
)
def test_values_and_gradients_stay_what_they_are(function, args):
    value, gradient = symdiff.value_and_grad(function)(*args)
    before = args[0].copy()
    assert value == pytest.approx(function(*args), rel=1e-6)
    wide = [a.astype(float) for a in args]
    step = 1e-6 * np.cos(np.arange(wide[0].size)).reshape(wide[0].shape)
    slope = function(wide[0] + step, *wide[1:]) - function(wide[0] - step, *wide[1:])
    np.testing.assert_allclose(2 * np.sum(gradient * step), slope, rtol=1e-4)
    assert np.array_equal(args[0], before) and gradient.dtype == args[0].dtype


def test_what_is_read_later_is_not_written_over():
    text = symdiff.source(read_again, at=(X,))
    assert "out=e)" in text.partition("backward")[0] and "np.divide(e" not in text
