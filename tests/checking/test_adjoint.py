import math

import pytest

from checking.running import Laboratory, gradient
from symdiff.checking.adjoint import NotDifferentiable, sweep
from symdiff.checking.number import number


def test_adjoints_have_all_the_digits():
    lab = Laboratory()
    (x,) = lab.inputs(0.3)
    slope = sweep(lab.lifter.lift(math.atan)(x)).adjoint(x)
    assert abs(slope - number(1).value / (1 + x.value**2)) < 1e-95


@pytest.mark.parametrize(
    "f, x", [(math.sqrt, 0.0), (math.acos, 1.0), (lambda x: (-1.5) ** (x * 2), 1.0)]
)
def test_where_there_is_no_derivative(f, x):
    with pytest.raises(NotDifferentiable):
        gradient(lambda t: f(t), x)


@pytest.mark.parametrize(
    "f, slope",
    [
        (lambda x: x**2, 0.0),
        (lambda x: x**0, 0.0),
        (lambda x: x**1, 1.0),
        (lambda x: 0 ** (x + 2), 0.0),
    ],
)
def test_powers_at_zero(f, slope):
    assert gradient(f, 0.0)[1] == (slope,)


def test_piecewise_constant_functions_are_passive():
    assert gradient(lambda x: round(x, 1) + x // 0.5 + math.floor(x) + x % 0.7, 2.2)[1] == (1.0,)
