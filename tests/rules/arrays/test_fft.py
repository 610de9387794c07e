"""Rules of Fourier transforms, against differences."""

from __future__ import annotations

import pytest

from rules.arrays.harness import check
from rules.arrays.samples import both, normal

modules = pytest.mark.parametrize("module", ["numpy.fft", "scipy.fft"])
NORMS = (None, "backward", "ortho", "forward")


@both
@modules
@pytest.mark.parametrize("name", ["fft", "ifft"])
def test_transforms(module, name, ranks_known):
    for complex_ in (False, True):
        for norm in NORMS:
            check(
                f"{module}.{name}", normal(5, complex_=complex_), norm=norm, ranks_known=ranks_known
            )
        x = normal(2, 5, 3, complex_=complex_)
        for axis in (0, 1, -2, -1):
            check(f"{module}.{name}", x, axis=axis, ranks_known=ranks_known)
        for n in (1, 3, 5, 7):
            check(f"{module}.{name}", x, n, 1, ranks_known=ranks_known)


@both
@modules
@pytest.mark.parametrize("name", ["rfft", "ihfft"])
def test_transforms_of_real_numbers(module, name, ranks_known):
    for n in (1, 4, 5):
        for norm in NORMS:
            check(f"{module}.{name}", normal(n), norm=norm, ranks_known=ranks_known)
    for n in (None, 1, 2, 4, 5, 7, 8):
        check(f"{module}.{name}", normal(2, 5, 3), n, 1, ranks_known=ranks_known)


@both
@modules
@pytest.mark.parametrize("name", ["irfft", "hfft"])
def test_transforms_to_real_numbers(module, name, ranks_known):
    for complex_ in (False, True):
        for norm in NORMS:
            for n in (None, 1, 4, 5, 6, 7, 8):
                x = normal(4, complex_=complex_)
                check(f"{module}.{name}", x, n=n, norm=norm, ranks_known=ranks_known)
        for axis in (0, 1, -1):
            check(
                f"{module}.{name}",
                normal(2, 3, 4, complex_=complex_),
                axis=axis,
                ranks_known=ranks_known,
            )


@both
@modules
@pytest.mark.parametrize("kind", ["", "i", "r", "ir"])
@pytest.mark.parametrize("ending", ["2", "n"])
def test_transforms_along_several_axes(module, kind, ending, ranks_known):
    x = normal(2, 3, 4, complex_=kind != "r")
    name = f"{module}.{kind}fft{ending}"
    check(name, x, ranks_known=ranks_known)
    check(name, x, axes=(0, 1), norm="ortho", ranks_known=ranks_known)
    check(name, x, axes=(2, 0), norm="forward", ranks_known=ranks_known)
    if ending == "2" or module == "scipy.fft":
        check(name, x, s=(2, 5), ranks_known=ranks_known)
    check(name, x, s=(3, 2), axes=(1, 0), ranks_known=ranks_known)
    check(name, x, (4, 6), (-2, -1), ranks_known=ranks_known)


@both
@modules
def test_shifts(module, ranks_known):
    for axes in (None, 0, (0, 1)):
        check(f"{module}.fftshift", normal(4, 5), axes=axes, ranks_known=ranks_known)
        check(f"{module}.ifftshift", normal(4, 5), axes=axes, ranks_known=ranks_known)
    check(f"{module}.fftshift", normal(5), ranks_known=ranks_known)
