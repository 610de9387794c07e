"""Rules of arrays at work in whole functions, against differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special as sp

import symdiff


def clipping_and_rounding(x):
    return np.sum(x.clip(0, 1) ** 2 + x.round(1) * x)


def positions(x):
    return x[x.argmax()] + x[np.argmin(x)] + np.sum(x[x > 0])


def parts_of_complex_numbers(x):
    return np.sum((x + 1j * x).conj().real * (x * 1j + x).imag)


def a_guard(x):
    if np.any(x > 100) or not np.all(np.isfinite(x)):
        return 0.0
    return np.sum(x**2) / x.size


def nonzero(x):
    i = np.nonzero(x > 0)
    return np.sum(x[i] ** 2)


def sorting_by_indices(x):
    i = np.argsort(x)
    return np.sum(x[i] * np.arange(len(x)))


def constant_matrices(x):
    (n,) = x.shape
    a = np.eye(n) * 2.0 + np.ones((n, n)) + np.identity(n)
    return x @ a @ x


def remainders(x):
    d, m = np.divmod(x, 0.7)
    return np.sum(m * d)


def mantissas(x):
    f, e = np.frexp(x)
    return np.sum(f * f)


def distinct_values(x):
    u = np.unique(x)
    return np.sum(u * np.arange(u.size))


def one_of_several(x):
    return np.sum(np.select([x > 1, x > 0], [x**2, np.sin(x)], 0.0))


def copies(x):
    y = np.copy(x)
    y[0] = 3.0
    z = np.asarray(x) * y
    return np.sum(z) + np.float64(x[1]) * x[2]


def ranges(x):
    return np.sum(np.linspace(x[0], x[1], num=4, endpoint=False) ** 2) + np.sum(np.arange(3) * x)


def parameters(x):
    return (
        sp.logsumexp(x, b=np.array([1.0, 2.0, 3.0]))
        + np.sum(sp.log_softmax(x)[1:])
        + sp.gammainc(2.0, x[1] + 3)
    )


def filled_arrays(x):
    t = np.full_like(x, x[1])
    s = np.empty_like(x)
    s[:] = x * t
    return np.sum(np.zeros_like(x) + s + np.array([[x[0], x[1]], [x[2], 1.0]]).sum())


def integrals(x):
    si, ci = sp.sici(np.abs(x))
    return np.sum(si * ci)


def not_a_number(x):
    return np.sum(np.nan_to_num(np.log(x), nan=0.0))


def steps(x):
    return np.sum(
        np.heaviside(x, 0.5) * x
        + np.copysign(x, -1.0)
        + np.sign(x) * x
        + np.fmin(x, 0.3)
        + np.unwrap(x)
    )


def masked_roots(x):
    return np.sum(np.where(np.isnan(np.sqrt(x)), 0.0, np.sqrt(np.abs(x))))


def a_loop(x):
    s = 0.0
    for i in range(3):
        s = s + np.minimum(s, x[i]) * math.exp(x[i])
    return s


def lists_beside_arrays(x):
    return (
        np.sum(np.maximum([x[0], x[1] ** 2, 1.0], x))
        + np.hypot(x[0], x[1])
        + np.sum(np.power(np.abs(x), x))
    )


def counting(x):
    return (
        np.sum(np.logical_and(x > 0, x < 1) * x)
        + np.count_nonzero(x) * x[0]
        + np.sum(np.bincount([0, 1, 1], weights=x) ** 2)
    )


def a_grid(x):
    return np.sum(np.meshgrid(x, x[:2], indexing="ij")[0] ** 2)


def complex_sums(x):
    return (
        np.real(np.sum(np.exp(1j * x)) * np.conj(np.sum(np.exp(2j * x))))
        + np.abs(np.sum(np.exp(1j * x))) ** 2
    )


def special_functions(x):
    return np.sum(sp.jv(1, x) + sp.lambertw(np.abs(x)).real + sp.xlogy(np.abs(x), np.abs(x)))


def a_negated_mask(x):
    return -np.sum(np.clip(x, 0, 1))


def a_mask_and_more(x):
    return np.sum(np.clip(x, 0, 1)) + x[1]


def integers_and_more(x):
    return np.sum(x * np.arange(3) * 2) + np.sin(x[0])


def masks(x):
    return np.sum((x > 0) * x) - np.sum((x > 1) * x) + x[0] ** 2


def integers_alone(x):
    return np.sum(x * np.arange(3) * np.arange(3))


def a_maximum(x):
    return np.sum(np.maximum(x, np.sin(x))) + x[0]


def a_changed_minimum(x):
    y = np.minimum(x, 0.5)
    y[0] *= x[1]
    return y.sum()


def a_remainder(x):
    return np.sum(x * np.array([1, 2, 3]) % 2)


def a_number_that_is_chosen(x):
    quotient = x[0] / np.sum(x)
    return np.sum(np.where(quotient > 1.0, quotient / x[1], 0.0)) + quotient


def a_length_that_is_left(x):
    n = int(np.sum(x > 0))
    return np.sum(np.outer(x, x[:n]).reshape(n, -1) ** 3)


PROGRAMS = [v for v in dict(globals()).values() if getattr(v, "__module__", "") == __name__]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_gradients(program):
    x = np.array([0.9, -1.3, 2.2])
    value, gradient = symdiff.value_and_grad(program)(x)
    steps = 1e-6 * np.eye(3)
    wanted = [(program(x + h) - program(x - h)) / 2e-6 for h in steps]
    np.testing.assert_allclose(value, program(x))
    np.testing.assert_allclose(gradient, wanted, rtol=1e-5, atol=1e-6)
    assert gradient.dtype == float
    np.testing.assert_array_equal(x, [0.9, -1.3, 2.2])


def of_promoted_types(x):
    z = x * (1 + 2j)
    a, b = np.zeros(len(x), np.result_type(z, float)), np.zeros(len(x), dtype=np.common_type(z, x))
    c = np.zeros(len(x), np.result_type(z.dtype, np.float64))
    a[:], b[1:], c[:2] = z, z[:-1], z[:2]
    return np.sum(np.real((3 - 1j) * (a**2 + b**3 + c)))


def test_arrays_of_promoted_types_hold_complex_numbers():
    x, h = np.array([0.3, -0.7, 1.1]), 1e-6
    want = [(of_promoted_types(x + e) - of_promoted_types(x - e)) / (2 * h) for e in h * np.eye(3)]
    np.testing.assert_allclose(symdiff.grad(of_promoted_types)(x), want, rtol=1e-6)
