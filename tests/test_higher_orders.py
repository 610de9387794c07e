"""Derivatives of derivatives, to any order: what was written for one is read for the next."""

from __future__ import annotations

import math

import pytest

import symdiff
from programs import control, everyday, finance, numerics, physics

CASES = [
    (f, args)
    for module in (control, everyday, finance, numerics, physics)
    for f, args in module.PROGRAMS[::3]
    if any(isinstance(a, float) for a in args) and f.__name__ != "determinant"
]


def slope(function, args, i, h):
    def at(step):
        moved = list(args)
        moved[i] += step
        return function(*moved)

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


@pytest.mark.parametrize(("f", "args"), CASES, ids=lambda case: getattr(case, "__name__", None))
def test_second_derivatives_of_everyday_programs(f, args):
    i = next(i for i, a in enumerate(args) if isinstance(a, float))
    first = symdiff.grad(f, argnums=i)
    want = slope(first, args, i, 1e-5 * max(1.0, abs(args[i])))
    assert symdiff.grad(first, argnums=i)(*args) == pytest.approx(want, rel=1e-5, abs=1e-7)


def test_many_orders_of_a_product():
    derivative = lambda x: math.exp(2 * x) * math.sin(x)  # noqa: E731
    for order in range(1, 7):
        derivative = symdiff.grad(derivative)
        want = (2 + 1j) ** order * complex(math.cos(0.3), math.sin(0.3)) * math.exp(0.6)
        assert derivative(0.3) == pytest.approx(want.imag, rel=1e-11)


def test_of_recursive_functions():
    def power(x, n):
        if n == 0:
            return 1.0
        half = power(x, n // 2)
        return half * half * (x if n % 2 else 1.0)

    third = symdiff.grad(symdiff.grad(symdiff.grad(power)))
    assert third(1.2, 13) == pytest.approx(13 * 12 * 11 * 1.2**10)


def test_of_methods_and_of_what_the_decorator_makes():
    @symdiff.differentiable
    def f(x, y):
        return x**3 * y

    def along_x(x, y):
        return f.grad(x, y)[0]

    assert symdiff.grad(along_x)(2.0, 3.0) == 36.0
    assert symdiff.grad(symdiff.grad(f), "y")(2.0, 3.0) == 12.0
    with pytest.raises(symdiff.SymdiffError, match="tuple"):
        symdiff.grad(f.grad)(2.0, 3.0)


def test_what_an_inner_function_reads_is_looked_up_again():
    scale = 2.0

    def f(x):
        return scale * helper(x)

    def helper(x):
        return x**4

    second = symdiff.grad(symdiff.grad(f))
    assert second(1.0) == 24.0
    scale = 3.0
    assert second(1.0) == 36.0

    def helper(x):  # noqa: F811
        return x**3

    assert second(1.0) == 18.0


def test_derivatives_of_one_function_share_what_is_written():
    from symdiff.generate import finding

    def make(k):
        return lambda x: k * math.sin(x)

    first = symdiff.grad(symdiff.grad(make(2.0)))
    assert first(0.3) == pytest.approx(-2.0 * math.sin(0.3))
    count = sum(map(len, finding._MADE.values()))
    again = symdiff.grad(symdiff.grad(make(3.0)))
    assert again(0.3) == pytest.approx(-3.0 * math.sin(0.3))
    assert sum(map(len, finding._MADE.values())) == count


def test_a_source_of_a_derivative_is_complete():
    text = symdiff.source(symdiff.grad(symdiff.grad(control.PROGRAMS[0][0])))
    names: dict[str, object] = {}
    exec(text, names)
    assert "symdiff." not in text.replace("symdiff 0", "")


def test_the_side_that_a_where_does_not_take_stays_out_of_second_derivatives():
    import numpy as np

    def f(x):
        return np.sum(np.where(x > 5, np.sqrt(x - 5) * np.log(x - 4.5) * x, x**2))

    x, v = np.array([2.0, 7.0, 9.0]), np.array([1.0, 2.0, 3.0])
    gradient = symdiff.grad(f)
    with np.errstate(all="ignore"):
        second = symdiff.grad(lambda x: np.sum(gradient(x) * v))(x)
        along = symdiff.jvp(gradient, (x,), (v,))[1]
        want = (gradient(x + 1e-6 * v) - gradient(x - 1e-6 * v)) / 2e-6
    np.testing.assert_allclose(second, want, rtol=1e-6)
    np.testing.assert_allclose(along, want, rtol=1e-6)
