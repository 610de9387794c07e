"""Rules of convolutions and polynomials, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import check
from rules.arrays.samples import both, normal, numbers


@both
@numbers
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("function", ["numpy.convolve", "numpy.correlate"])
def test_convolutions(function, mode, complex_, ranks_known):
    for n, m in ((4, 3), (3, 4), (5, 2), (2, 5), (3, 3), (4, 4), (1, 3), (2, 6), (6, 4)):
        a, v = normal(n, complex_=complex_), normal(m)
        check(function, a, v, mode, ranks_known=ranks_known)
        check(function, v, a, mode=mode, ranks_known=ranks_known)
    check("numpy.polymul", normal(3), normal(2), ranks_known=ranks_known)


@both
@numbers
def test_polynomials(complex_, ranks_known):
    for x in (normal(3, complex_=complex_), normal(2, 3), normal(0), 0.7, normal()):
        check("numpy.polyval", normal(4), x, ranks_known=ranks_known)
        check("numpy.polyval", normal(1), x, ranks_known=ranks_known)
    check("numpy.polyval", [1.5, 2.0, -0.5], normal(3), ranks_known=ranks_known)
    for m in (1, 2, 3):
        check("numpy.polyder", normal(4, complex_=complex_), m, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("n", [None, 0, 1, 3, 5])
def test_vander(n, ranks_known):
    for x in (normal(4), np.array([0.0, 1.0]), normal(0)):
        check("numpy.vander", x, n, ranks_known=ranks_known)
        check("numpy.vander", x, N=n, increasing=True, ranks_known=ranks_known)
