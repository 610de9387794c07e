"""Derivatives of solutions of differential equations, against differences and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import odeint

import symdiff

T = np.array([0.0, 0.4, 0.9, 1.0])
Y0 = np.array([1.0, 2.0])


def decay(y, t, k):
    return -k * y


def hunted(state, t, a, b):
    x, y = state
    return [a * x - b * x * y, b * x * y - y]


def driven(t, y, w):
    return np.cos(w @ y) * y + t


def of_arguments(y0, k, t):
    return np.sum(odeint(decay, y0, t, args=(k,), rtol=1e-10, atol=1e-10) ** 2)


def of_a_list(x, a, b):
    return odeint(hunted, [x, 1.5], T, (a, b), rtol=1e-10, atol=1e-10)[-1, 0]


def of_a_closure(y0, a, w):
    scale = a**2

    def slope(y, t):
        total = y[0] * scale
        for weight in w:
            total = total + weight * np.sin(t)
        return total

    return odeint(slope, y0, T, rtol=1e-10, atol=1e-10)[-1, 0] * a


def of_the_time_first(y0, w, t):
    return np.sum(np.sin(odeint(driven, y0, t, args=(w,), tfirst=True, rtol=1e-10, atol=1e-10)))


def of_two_equations(k, x):
    first = odeint(lambda y, t: -k * y, x, T, rtol=1e-10, atol=1e-10)[-1, 0]
    return odeint(lambda y, t: k * y * first, 1.0, T, rtol=1e-10, atol=1e-10)[-1, 0]


def in_a_loop(k):
    total = 1.0
    for i in range(3):
        total = odeint(lambda y, t, n=i + 1: -k * y / n, total, T, rtol=1e-10, atol=1e-10)[-1, 0]
    return total


@pytest.mark.parametrize(
    "function, args",
    [
        (of_arguments, (Y0, 0.7, T)),
        (of_arguments, (Y0, 0.7, T[::-1].copy())),
        (of_arguments, (Y0, Y0, np.array([0.0, 0.5, 0.5, 1.0]))),
        (of_a_list, (0.8, 1.1, 0.4)),
        (of_a_closure, (0.3, 1.2, np.array([0.4, -0.3]))),
        (of_the_time_first, (Y0, Y0 / 5, T)),
        (of_two_equations, (0.3, 1.2)),
        (in_a_loop, (0.3,)),
    ],
)
def test_derivatives_of_solutions(function, args):
    value, found = symdiff.value_and_grad(function, tuple(range(len(args))))(*args)
    assert value == pytest.approx(function(*args), rel=1e-9)
    tangents = [np.cos(np.arange(np.size(a)) + i).reshape(np.shape(a)) for i, a in enumerate(args)]
    dots = sum(np.sum(g * d) for g, d in zip(found, tangents, strict=True))
    repeats = any(np.ndim(a) and np.any(np.diff(a) == 0) for a in args)
    if not repeats:  # differences may not change the order of the times
        ends = [
            function(*(a + sign * 1e-4 * d for a, d in zip(args, tangents, strict=True)))
            for sign in (1, -1)
        ]
        assert dots == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-6)
    _, tangent = symdiff.jvp(function, args, tuple(tangents))
    assert tangent == pytest.approx(dots, rel=1e-7)


def test_the_adjoint_of_a_stiff_equation_is_right():
    def f(y0, k):
        return odeint(lambda y, t: -k * (y - np.cos(t)), y0, [0.0, 10.0])[-1, 0]

    k, t = 200.0, 10.0  # the solution after its start is (k² cos t + k sin t) / (k² + 1)
    _, found = symdiff.value_and_grad(f, (0, 1))(1.0, k)
    slope = (np.sin(t) * (1 - k**2) + 2 * k * np.cos(t)) / (k**2 + 1) ** 2
    np.testing.assert_allclose(found, (0.0, slope), rtol=1e-3, atol=1e-8)


def test_a_gradient_of_a_solution_reads_like_the_function():
    text = symdiff.source(of_arguments, at=(Y0, 0.7, T))
    assert "odeint(decay, " in text and text.count("def decay(") == 1
    space = {}
    exec(text, space)
    found = space["of_arguments_grad"](Y0, 0.7, T)[1]
    np.testing.assert_allclose(found[0], symdiff.grad(of_arguments)(Y0, 0.7, T))


def test_what_is_not_known_of_odeint_is_refused():
    def steps(k):
        return odeint(decay, 1.0, T, args=(k,), full_output=True)[0][-1, 0]

    def several(k):
        return np.sum(odeint(decay, 1.0, T, args=k))

    with pytest.raises(symdiff.SymdiffError, match="full_output"):
        symdiff.grad(steps)(1.0)
    with pytest.raises(symdiff.SymdiffError, match="args"):
        symdiff.grad(several)(np.array([1.0]))


def test_the_check_asks_no_more_of_a_solution_than_its_tolerances():
    report = symdiff.check(lambda k: odeint(decay, 1.0, T, args=(k,))[-1, 0], at=(0.3,))
    assert report.status == "agrees" and "tolerances" in str(report)


def test_solutions_are_not_differentiated_twice():
    def f(k):
        return odeint(decay, 1.0, T, args=(k,))[-1, 0]

    with pytest.raises(symdiff.SymdiffError, match="can't be differentiated again"):
        symdiff.hessian(f)(0.3)
