"""Rules of the functions of cmath, against differences."""

from __future__ import annotations

import pytest

from rules.arrays.harness import check

FUNCTIONS = [
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "log", "log10",
    "phase", "sin", "sinh", "sqrt", "tan", "tanh",
]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("z", [0.4 + 0.7j, -1.3 + 0.6j, 1.5 - 0.7j, -0.3 - 1.4j])
def test_functions_of_complex_numbers(name, z):
    check(f"cmath.{name}", z)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_real_numbers_are_complex(name):
    if name != "phase":
        check(f"cmath.{name}", 0.7)


def test_the_method_of_complex_numbers():
    check("ndarray.conjugate", 0.4 + 0.7j)
