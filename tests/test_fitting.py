"""Tangents are taken as numbers where their arguments are."""

from __future__ import annotations

import math

import numpy as np

import symdiff
from symdiff.fitting import as_numbers


def test_a_tangent_that_is_an_array_without_axes_is_a_number():
    def f(x, a, n):
        for _ in range(n):
            y = math.sin(x) * a
            x = x + y
            a = a * x
        return x * a

    plain = symdiff.jvp(f, (0.3, 0.2, 5), (1.5, 0.5), argnums=(0, 1))
    arrays = symdiff.jvp(f, (0.3, 0.2, 5), (np.array(1.5), np.array(0.5)), argnums=(0, 1))
    assert plain == arrays


def test_containers_keep_their_structure():
    made = as_numbers({"a": [np.array(1.0), (2.0, np.ones(2))]})
    assert type(made["a"][0]) is np.float64
    assert isinstance(made["a"][1], tuple) and made["a"][1][1].shape == (2,)
