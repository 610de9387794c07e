"""What Numba lacks is put in terms of what it has."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest

import symdiff
from symdiff.stages import REAL, ArrayOf, Var
from symdiff.write.numba import in_numbas_words

numba = pytest.importorskip("numba")


def log_sum_exp(x):
    largest = np.max(x)
    total = 0.0
    for i in range(len(x)):
        total += math.exp(x[i] - largest)
    return largest + math.log(total)


def penalty(x, n):
    return -n * log_sum_exp(x)


def test_an_adjoint_that_is_an_integer_is_handed_on_as_a_float():
    x = np.arange(3.0)
    compiled = symdiff.grad(penalty, target="numba")(x, 3)
    np.testing.assert_allclose(compiled, symdiff.grad(penalty)(x, 3))


def test_an_array_is_not_named_like_what_numba_makes_of_another():
    text = (
        "def f(x, z_1):\n    y = np.sin(x)\n    z = y\n    y = z + y\n    y_1 = x * x\n"
        "    z = z - z_1\n    return y * y_1 + y_1 * y + z"
    )
    x, y, z = (Var(name, ArrayOf(REAL, (None,))) for name in "xyz")
    variables = {"x": [x], "y": [y, z], "y_1": [y], "z": [z, y], "z_1": [z], "y1": [x]}
    made = ast.unparse(in_numbas_words(ast.parse(text).body[0], variables))
    assert "y1_1 = x * x" in made and "z = z - z_1" in made  # z_1 is a parameter
    found = {"np": np}
    exec(made, found)
    u = np.linspace(0.0, 1.0, 3)
    np.testing.assert_allclose(numba.njit(found["f"])(u, u), found["f"](u, u))
