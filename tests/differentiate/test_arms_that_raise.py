"""What is defined beside an arm that raises is kept and handed on as if it stood outside."""

import math

import pytest

import symdiff


def quotient(x):
    if x - 0.5 == 0:
        raise ValueError("no quotient")
    else:
        y = 2 / (x - 0.5)
    return y


def nested(x):
    if x > 100:
        raise ValueError
    elif x < -100:
        raise KeyError
    else:
        if x < 0:
            raise TypeError
        else:
            y = math.sin(x)
        z = y * math.cos(x)
    return z * y


def in_rounds(x):
    s = 0.0
    for k in range(3):
        if x - k == 0.5:
            raise ValueError
        else:
            y = math.sin(x + s) / (x - 0.5 - k)
            if y > 100:
                raise ValueError
            z = y * y
        s += z * math.exp(y)
    return s * x


@pytest.mark.parametrize("function", [quotient, nested, in_rounds])
def test_its_adjoints_are_right_in_one_function_and_in_two(function):
    h = 1e-6
    slope = (function(0.3 + h) - function(0.3 - h)) / (2 * h)
    assert math.isclose(symdiff.grad(function)(0.3), slope, rel_tol=1e-8)
    value, pullback = symdiff.vjp(function, 0.3)
    assert value == function(0.3)
    assert math.isclose(pullback(1.0)[0], slope, rel_tol=1e-8)
