"""Adjoints that hold complex numbers where the primal holds real ones, and gradients of complex
numbers that NumPy has computed with."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import symdiff

FACTORS = np.array([1 + 2j, 3 - 1j, 0.5j])
BASIS = np.array([[1.0, 0.2, -0.3], [0.4, 1.0, 0.1], [-0.2, 0.3, 1.0]])
OF_REAL = BASIS @ np.diag([1.0, 2.0, 4.0]) @ np.linalg.inv(BASIS)
OF_COMPLEX = np.array([[1.0, -2.0, 0.3], [1.5, 1.2, 0.4], [0.1, 0.2, 3.0]])


def item_first(a):
    w, v = np.linalg.eig(a)
    t = w[0] * 1j
    return np.real(np.sum(w**2) + t * t)


def added(a):
    w, v = np.linalg.eig(a)
    t = w * 1j
    u = w * w
    return np.real(np.sum(u) * t[0] + np.sum(t * t))


def stored(a):
    w, v = np.linalg.eig(a)
    b = np.zeros_like(v)
    b[0] = w * v[1] / v[0]
    t = b[0] * 1j
    return np.real(np.sum(b * b) + np.sum(t * t * t))


def filled(a):
    w, v = np.linalg.eig(a)
    u = w.copy()
    u[0] = w[0] * 2
    return np.real(np.sum(u) * 2j * FACTORS[0])


def of_a_number(x, z):
    made = np.zeros(2, dtype=np.result_type(x, z))
    made[0] = x * z
    made[1] = made[0] ** 2
    return np.real(np.sum(made * made * (1 + 2j)))


@pytest.mark.parametrize("function", [item_first, added, stored, filled])
@pytest.mark.parametrize("matrix", [OF_REAL, OF_COMPLEX], ids=["real", "complex"])
def test_eigenvalues_that_may_be_real(function, matrix):
    assert np.any(np.imag(np.linalg.eigvals(matrix))) == (matrix is OF_COMPLEX)
    along = np.array([[1.0, -0.5, 0.2], [0.3, 0.1, 0.7], [-0.4, 0.6, 0.2]])
    ends = [function(matrix + sign * 1e-6 * along) for sign in (1, -1)]
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)  # a part that is dropped
        gradient = symdiff.grad(function)(matrix)
        hessian = symdiff.hessian(function)(matrix)
        slopes = [symdiff.grad(function)(matrix + s * 1e-5 * along) for s in (1, -1)]
    assert np.sum(gradient * along) == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5)
    curved = np.tensordot(hessian, along, 2)
    np.testing.assert_allclose(curved, (slopes[0] - slopes[1]) / 2e-5, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("z", [0.3 + 0.4j, 0.4])
def test_an_array_whose_dtype_is_chosen_when_the_code_runs(z):
    x = 0.7
    slope = (1 + 2j) * (2 * x * z**2 + 4 * x**3 * z**4)
    bend = (1 + 2j) * (2 * z**2 + 12 * x**2 * z**4)
    assert symdiff.grad(of_a_number)(x, z) == pytest.approx(np.real(slope))
    assert symdiff.jvp(of_a_number, (x, z), (1.0, 0.0))[1] == pytest.approx(np.real(slope))
    assert symdiff.hessian(of_a_number)(x, z) == pytest.approx(np.real(bend))


def test_a_complex_number_that_numpy_computes_with_keeps_its_imaginary_part():
    def f(z):
        return np.real(np.sum(np.arange(3.0) * z) ** 2)

    z = 0.3 + 0.4j
    assert symdiff.grad(f)(z) == pytest.approx(18 * z)
    assert symdiff.grad(lambda z: np.abs(z * z))(z) == pytest.approx(2 * np.conj(z))
