"""Functions and options of NumPy that Numba lacks."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff

pytest.importorskip("numba")


def shifted(a, v):
    return np.sum((a - v) ** 2) + np.sum(a * v.reshape((1, 4)))


def chosen(x):
    places = np.array([0, 2, 2, 1])
    return np.sum(x[places] ** 2) + np.sum(x[places]) * np.prod(x)


def special(x):
    return math.lgamma(x) * math.gamma(x)


def both(f, *args):
    wrt = tuple(range(len(args)))
    found, expected = symdiff.grad(f, wrt, target="numba")(*args), symdiff.grad(f, wrt)(*args)
    for got, want in zip(found, expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_sums_that_keep_their_axes():
    both(shifted, np.arange(12.0).reshape(3, 4), np.array([0.5, -1.0, 2.0, 0.0]))


def test_additions_to_elements_that_are_repeated():
    both(chosen, np.array([0.5, 0.0, -2.0]))


def test_special_functions():
    both(special, 1.7)
    both(special, -0.3)
