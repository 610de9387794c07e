"""Splines of scipy.interpolate, read from a text of ours, against SciPy and differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline, CubicSpline, PPoly, make_interp_spline

import symdiff

X = np.array([0.0, 0.3, 0.5, 1.1, 1.4, 2.0])
Y = np.array([0.4, -0.3, 0.7, 1.2, 0.1, 0.4])
T = np.array([-0.2, 0.05, 0.4, 0.52, 1.7, 1.97, 2.3])
MATRIX = np.stack([Y, Y**2, np.cos(Y)], axis=1)


def natural(x, y, t):
    return np.sum(CubicSpline(x, y, bc_type="natural")(t) ** 2)


def not_a_knot(x, y, t):
    return np.sum(CubicSpline(x, y)(t) * CubicSpline(x, y)(t, 1))


def clamped(x, y, start, end):
    spline = CubicSpline(x, y, bc_type=((1, start), (2, end)))
    return np.sum(spline(T, 2) + spline(T, nu=3)) + spline(0.3)


def periodic(x, y, t):
    y = np.concatenate((y[:-1], y[:1]))
    return np.sum(np.sin(CubicSpline(x, y, bc_type="periodic")(t)))


def cut(y, t):
    return np.nansum(CubicSpline(X, y, bc_type="clamped", extrapolate=False)(t) ** 2)


def along_an_axis(x, y, t):
    return np.sum(CubicSpline(x, y.T, axis=1, bc_type=("not-a-knot", "natural"))(t) ** 2)


def of_hermite(x, y, slopes):
    spline = CubicHermiteSpline(x, y, slopes)
    return np.sum(spline(T) ** 2) + np.sum(spline.c**2) + np.sum(spline.derivative()(T))


def of_coefficients(c, x, t):
    return np.sum(PPoly(c, x)(t) ** 2 + PPoly(c, x)(t, 1))


def central(function, args, at, step=1e-6):
    """The derivative in one argument by differences."""
    found = np.zeros_like(args[at], dtype=float)
    for place in np.ndindex(found.shape):
        ends = []
        for sign in (step, -step):
            moved = np.array(args[at], dtype=float)
            moved[place] += sign
            ends.append(function(*args[:at], moved[()], *args[at + 1 :]))
        found[place] = (ends[0] - ends[1]) / (2 * step)
    return found


@pytest.mark.parametrize(
    "function, args",
    [
        (natural, (X, Y, T)),
        (natural, (X, MATRIX, T)),
        (natural, (X, Y, 0.7)),
        (natural, (X[:2], Y[:2], T)),
        (natural, (X, np.stack([MATRIX, -MATRIX], axis=1), T.reshape(1, 7))),
        (not_a_knot, (X, Y, T)),
        (clamped, (X, Y, 0.3, -0.7)),
        (clamped, (X, MATRIX[:, 0], 0.3, -0.7)),
        (periodic, (X, Y, T)),
        (periodic, (X, MATRIX, T + 5)),
        (cut, (Y, T)),
        (cut, (MATRIX, T.reshape(7, 1))),
        (along_an_axis, (X, MATRIX, T)),
        (along_an_axis, (X, MATRIX, T.reshape(7, 1))),
        (of_hermite, (X, Y, X)),
        (of_hermite, (X, MATRIX, -MATRIX)),
        (of_coefficients, (np.random.default_rng(1).normal(size=(4, 5)), X, T)),
        (of_coefficients, (np.random.default_rng(1).normal(size=(3, 5, 2)), X, T)),
    ],
)
def test_splines_agree_with_scipy_and_with_differences(function, args):
    value, found = symdiff.value_and_grad(function, tuple(range(len(args))))(*args)
    np.testing.assert_allclose(value, function(*args), rtol=1e-12)
    tangents = [np.cos(np.arange(np.size(a))).reshape(np.shape(a)) for a in args]
    for i in range(len(args)):
        np.testing.assert_allclose(found[i], central(function, args, i), rtol=1e-5, atol=1e-5)
    _, tangent = symdiff.jvp(function, args, tuple(tangents))
    dots = sum(np.sum(g * d) for g, d in zip(found, tangents, strict=True))
    np.testing.assert_allclose(tangent, dots, rtol=1e-9)


def test_a_spline_of_one_point_at_a_time_is_differentiated_twice():
    def f(y, t):
        return CubicSpline(X, y)(t) ** 2

    def slope(y):
        return symdiff.grad(f)(y, 0.4)

    units = np.eye(6) * 1e-5
    differences = [(slope(Y + unit) - slope(Y - unit)) / 2e-5 for unit in units]
    np.testing.assert_allclose(symdiff.hessian(f)(Y, 0.4), differences, atol=1e-8)


def test_a_spline_that_exists_already_is_called_and_so_is_its_derivative():
    spline, other = CubicSpline(X, Y), make_interp_spline(X, Y, k=3)

    def f(t):
        return spline(t) * other(t, 1)

    text = symdiff.source(f, at=(0.4,))
    assert "spline(t, 1)" in text and "other(t, 2)" in text
    space = {}
    exec(text, space)
    slope = spline(0.4, 1) * other(0.4, 1) + spline(0.4) * other(0.4, 2)
    assert float(space["f_grad"](0.4)[1][0]) == pytest.approx(float(slope))
    assert symdiff.grad(f)(0.4) == pytest.approx(float(slope))
    assert symdiff.grad(symdiff.grad(lambda t: spline(t) ** 2))(0.4) == pytest.approx(
        float(2 * (spline(0.4, 1) ** 2 + spline(0.4) * spline(0.4, 2)))
    )
    spline = CubicSpline(X, MATRIX)  # of arrays
    gradient = symdiff.grad(lambda t: np.sum(spline(t)))(0.4)
    assert gradient == pytest.approx(np.sum(spline(0.4, 1)))


def test_integrals_of_splines():
    def f(y, a, b):
        return CubicSpline(X, y).integrate(a, b) ** 2

    args = (Y, 0.1, 1.7)
    value, found = symdiff.value_and_grad(f, (0, 1, 2))(*args)
    assert value == pytest.approx(float(f(*args)), rel=1e-12)
    for i in range(3):
        np.testing.assert_allclose(found[i], central(f, args, i), rtol=1e-6)


def test_what_is_not_known_of_a_spline_is_done_by_scipy_where_it_is_passive():
    assert symdiff.grad(lambda a: a * CubicSpline(X, Y).roots()[0])(2.0) == pytest.approx(
        CubicSpline(X, Y).roots()[0]
    )
    with pytest.raises(symdiff.SymdiffError, match="test_splines.py"):
        symdiff.grad(lambda y: CubicSpline(X, y).roots()[0])(Y)


def test_errors_of_a_text_of_ours_are_at_the_line_of_the_user():
    with pytest.raises(symdiff.SymdiffError, match="ends of a spline") as caught:
        symdiff.grad(lambda y: CubicSpline(X, y, bc_type="bent")(0.3))(Y)
    assert 'bc_type="bent"' in str(caught.value) and "test_splines.py" in str(caught.value)
    with pytest.raises(NotImplementedError, match="four points"):
        symdiff.grad(lambda y: CubicSpline(X[:3], y)(0.3))(Y[:3])
    with pytest.raises(ValueError, match="increasing"):
        symdiff.grad(lambda y: CubicSpline(X[::-1], y)(0.3))(Y)
