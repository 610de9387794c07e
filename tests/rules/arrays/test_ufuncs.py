"""Rules of NumPy's smooth elementwise functions, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import Call, Literal, check
from symdiff.rules.arrays.vectorized import operator_partials
from symdiff.stages import Apply, Var

both = pytest.mark.parametrize("ranks_known", [True, False])

OF_ANY = [
    "sin", "cos", "tan", "arctan", "atan", "sinh", "cosh", "tanh", "arcsinh", "asinh", "exp",
    "exp2", "expm1", "square", "negative", "positive", "absolute", "abs", "fabs", "sinc", "degrees",
    "rad2deg", "radians", "deg2rad", "cbrt", "i0",
]  # fmt: skip
OF_FRACTIONS = ["arcsin", "asin", "arccos", "acos", "arctanh", "atanh"]
OF_POSITIVE = ["log", "log2", "log10", "log1p", "sqrt", "reciprocal"]
OF_TWO = [
    "add", "subtract", "multiply", "divide", "true_divide", "power", "pow", "float_power",
    "arctan2", "atan2", "hypot", "logaddexp", "logaddexp2",
]  # fmt: skip
COMPLEX = [
    "sin", "cos", "tan", "arctan", "sinh", "cosh", "tanh", "arcsinh", "exp", "exp2", "expm1",
    "square", "negative", "absolute", "arcsin", "arccos", "arctanh", "arccosh", "log", "log2",
    "log10", "log1p", "sqrt", "reciprocal",
]  # fmt: skip


def between(low, high, *shape):
    numbers = np.linspace(low, high, int(np.prod(shape)))
    return np.random.default_rng(0).permutation(numbers).reshape(shape)


def known(name):
    if not hasattr(np, name):
        pytest.skip("this NumPy lacks it")
    return f"numpy.{name}"


@both
@pytest.mark.parametrize(
    "name, low, high",
    [(n, -1.3, 1.4) for n in OF_ANY] + [(n, -0.9, 0.8) for n in OF_FRACTIONS]
    + [(n, 0.3, 2.5) for n in OF_POSITIVE] + [("arccosh", 1.1, 3.0), ("acosh", 1.1, 3.0)],
)  # fmt: skip
def test_functions_of_one_array(name, low, high, ranks_known):
    op = known(name)
    for shape in ((2, 3), (0, 3), (1,)):
        check(op, between(low, high, *shape), ranks_known=ranks_known)
    check(op, (low + high) / 2 + 0.1, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("name", OF_TWO)
@pytest.mark.parametrize("a, b", [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (3,)), ((0,), (1,))])
def test_functions_of_two_arrays(name, a, b, ranks_known):
    op = known(name)
    x, y = between(0.43, 2.9, *a), between(0.71, 1.77, *b)
    check(op, x, y, ranks_known=ranks_known)
    check(op, x, 0.87, ranks_known=ranks_known)
    check(op, Literal(1.47), y, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("name", COMPLEX)
def test_functions_of_complex_numbers(name, ranks_known):
    for low, high in ((-1.3, -0.4), (0.3, 1.5)):
        for imaginary in (-0.7, 0.6):
            z = between(low, high, 3) + 1j * imaginary
            check(f"numpy.{name}", z, ranks_known=ranks_known)


def test_a_list_is_taken_as_an_array():
    check("numpy.multiply", between(0.5, 1.5, 2, 3), [1, 2, 3])


def written(op, *args):
    call = Call(op, args, {}, True)
    out = Var("out", call.kind(Apply(op, call.args)))
    return [None if p is None else call.text(p) for p in operator_partials(op, call.args, out)]


@pytest.mark.parametrize(
    "name, expected",
    [("sin", "np.cos(a0)"), ("exp", "out"), ("log", "1.0 / a0"), ("sqrt", "0.5 / out"),
     ("tanh", "1 - out * out"), ("square", "2 * a0"), ("reciprocal", "-out * out"),
     ("abs", "np.sign(a0)"), ("exp2", "out * math.log(2)"), ("degrees", "180 / math.pi"),
     ("arctan", "1.0 / (1 + a0 * a0)"), ("arcsin", "1 / np.sqrt((1 - a0) * (1 + a0))")],
)  # fmt: skip
def test_what_is_written_is_lean(name, expected):
    assert written(f"numpy.{name}", between(0.5, 1.5, 3)) == [expected]
