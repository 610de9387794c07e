"""Rules of convolutions of several axes, against differences."""

from __future__ import annotations

import pytest

from rules.arrays.harness import check
from rules.arrays.samples import both, normal, numbers


@both
@numbers
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("name", ["convolve", "fftconvolve", "oaconvolve", "correlate"])
def test_convolutions(name, mode, complex_, ranks_known):
    for n, m in ((4, 3), (3, 4), (5, 2), (2, 5), (3, 3), (6, 4)):
        a, v = normal(n, complex_=complex_), normal(m, complex_=complex_)
        check(f"scipy.signal.{name}", a, v, mode, ranks_known=ranks_known)
    check(f"scipy.signal.{name}", normal(3, 4), normal(2, 3), mode, ranks_known=ranks_known)
    check(f"scipy.signal.{name}", normal(2, 2), normal(3, 4), mode=mode, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolve2d(mode, ranks_known):
    check("scipy.signal.convolve2d", normal(3, 4), normal(2, 3), mode, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("mode", ["reflect", "constant", "nearest", "mirror", "wrap", "grid-wrap"])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_filters(name, mode, ranks_known):
    for n, m in ((5, 3), (5, 2), (3, 4), (2, 5)):
        for origin in (0, -1, m // 2 - 1):
            check(
                f"scipy.ndimage.{name}", normal(n), normal(m), mode=mode, cval=0.7,
                origin=origin, ranks_known=ranks_known,
            )  # fmt: skip
    check(f"scipy.ndimage.{name}", normal(3, 4), normal(2, 3), mode=mode, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_filters_with_an_origin_for_each_axis(name, ranks_known):
    check(
        f"scipy.ndimage.{name}", normal(3, 4), normal(2, 3),
        origin=[0, 1], ranks_known=ranks_known,
    )  # fmt: skip


@numbers
def test_filters_of_complex_numbers(complex_):
    check("scipy.ndimage.convolve", normal(5, complex_=complex_), normal(3, complex_=True))
