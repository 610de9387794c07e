"""Rules of integrals of tabulated functions, against differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

import symdiff
from rules.arrays.harness import check
from rules.arrays.samples import both, normal


@both
@pytest.mark.parametrize("initial", [None, 0])
def test_cumulative_trapezoid(initial, ranks_known):
    more = {"initial": initial, "ranks_known": ranks_known}
    check("scipy.integrate.cumulative_trapezoid", normal(4), **more)
    check("scipy.integrate.cumulative_trapezoid", normal(4), dx=0.3, **more)
    check("scipy.integrate.cumulative_trapezoid", normal(4), normal(4), **more)
    check("scipy.integrate.cumulative_trapezoid", normal(2, 3), normal(2), axis=0, **more)
    check("scipy.integrate.cumulative_trapezoid", normal(2, 3), normal(2, 3), axis=0, **more)
    check("scipy.integrate.cumulative_trapezoid", normal(2, 3), normal(2, 3), axis=1, **more)


@both
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_simpson(n, ranks_known):
    check("scipy.integrate.simpson", normal(n), ranks_known=ranks_known)
    check("scipy.integrate.simpson", normal(2, n), dx=2, ranks_known=ranks_known)
    check("scipy.integrate.simpson", normal(n, 2), axis=0, ranks_known=ranks_known)


X = np.linspace(0.0, 1.0, 6)


def test_a_spline_is_a_matrix_times_its_heights():
    def spline(y):
        return (CubicSpline(X, np.eye(6))(0.3) @ y) ** 2

    basis = CubicSpline(X, np.eye(6))(0.3)
    np.testing.assert_allclose(symdiff.grad(spline)(X**2), 2 * (basis @ X**2) * basis)
