"""Complex numbers on the way from real arguments to a real result."""

from __future__ import annotations

import cmath
import math
import warnings

import numpy as np
import pytest

import symdiff
from differences import assert_right, slopes


def modulus(x, y):
    return abs(x * 1j + y)


def parts(x, y):
    z = x + 1j * y
    return (z**2).real + (1 / z).imag + abs(z.conjugate() - 1)


def conjugates(x, y):
    z = x + y * 1j
    return np.real(z * z.conjugate() * z)


def iterated(x, y):
    z, s = 0j, 0.0
    for _ in range(4):
        z = z * z + (x + 1j * y)
        s += z.imag
    return s * z.real


def by_numpy(x, y):
    z = np.sqrt(x + 1j * y)
    return z.real + abs(z)


@pytest.mark.parametrize("function", [modulus, parts, conjugates, iterated, by_numpy])
def test_gradients_are_real(function):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_right(function, 0.6, 0.7)


@pytest.mark.parametrize("function", [modulus, parts, conjugates, iterated, by_numpy])
def test_tangents_are_real(function):
    gradient = symdiff.grad(function, argnums=(0, 1))(0.6, 0.7)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, slope = symdiff.jvp(function, (0.6, 0.7), (0.3, -1.1))
    assert np.isrealobj(slope)
    assert slope == pytest.approx(0.3 * gradient[0] - 1.1 * gradient[1], rel=1e-12)


def made(x, y):
    z = complex(x, -y) * complex(x) + complex(imag=y)
    return abs(z**2 + cmath.exp(complex(x, y)))


def roots(x, y):
    z = cmath.sqrt(-x - 1) + cmath.log(complex(x, y)) * cmath.sin(1j * x) + cmath.rect(x, y)
    r, phi = cmath.polar(z)
    return z.imag * r + phi + cmath.phase(z * z)


def inverses(x, y):
    z = cmath.asin(complex(x, y)) * cmath.acosh(x + y) + cmath.atan(x * 1j)
    return (z + cmath.log(x + 1j * y, 2) + cmath.log10(x)).real


@pytest.mark.parametrize("function", [made, roots, inverses])
def test_functions_of_cmath(function):
    value, gradient = symdiff.value_and_grad(function, argnums=(0, 1))(0.6, 0.8)
    assert value == pytest.approx(function(0.6, 0.8), rel=1e-14)
    assert gradient == pytest.approx(slopes(function, (0.6, 0.8), {}), rel=1e-8)
    _, slope = symdiff.jvp(function, (0.6, 0.8), (0.3, -1.1))
    assert slope == pytest.approx(0.3 * gradient[0] - 1.1 * gradient[1], rel=1e-12)
    ends = [symdiff.grad(function)(0.6 + h, 0.8) for h in (1e-5, -1e-5)]
    bend = symdiff.hessian(function)(0.6, 0.8)
    assert bend == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6)


def reflected(x, y):
    z = cmath.sqrt(complex(x, -y)) - 1j
    return (z.conjugate() * cmath.exp(z)).real


@pytest.mark.parametrize("function", [made, roots, inverses, reflected])
def test_functions_of_cmath_stay_python(function):
    value, gradient = symdiff.value_and_grad(function, argnums=(0, 1))(0.6, 0.8)
    assert value == function(0.6, 0.8) and {type(v) for v in (value, *gradient)} == {float}
    assert "np." not in symdiff.source(function, argnums=(0, 1), at=(0.6, 0.8))


def test_a_complex_root_at_zero_has_an_infinite_derivative():
    assert math.isinf(symdiff.grad(lambda x: cmath.sqrt(x).real)(0.0))


NUMBERS = (0.3 + 0.4j, 2.0)
NAMED = {"z": 0.3 + 0.4j}


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.real((x * NUMBERS[0]) ** 2 * (1 + 2j)),
        lambda x: ((x * NAMED["z"]) ** 2 * NUMBERS[1]).real,
        lambda x: np.real(np.sum(np.array([x, 2 * x]) * NUMBERS[0]) ** 2),
    ],
)
def test_complex_numbers_in_containers_outside_of_the_function(function):
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        slope, bend = symdiff.grad(function)(0.7), symdiff.hessian(function)(0.7)
    ends = [function(0.7 + h) for h in (1e-4, 0.0, -1e-4)]
    assert slope == pytest.approx((ends[0] - ends[2]) / 2e-4, rel=1e-7)
    assert bend == pytest.approx((ends[0] - 2 * ends[1] + ends[2]) / 1e-8, rel=1e-6)
