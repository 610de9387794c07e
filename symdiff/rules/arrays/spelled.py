"""Functions that need no rule, for the reader puts others in their place: see read/spelling.py and
read/complexes.py."""

from __future__ import annotations

from symdiff.rules.arrays.registry import spelled

PLACES = {
    "numpy": "corrcoef cov piecewise polyfit put_along_axis",
    "numpy.linalg": "diagonal trace",
    "scipy.linalg": "block_diag circulant hankel",
    "scipy.interpolate": "CubicHermiteSpline CubicSpline PPoly",
    "statistics": "NormalDist fmean geometric_mean harmonic_mean mean median pstdev pvariance "
    "stdev variance",
    "scipy.stats": "norm",
    "colorsys": "hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb",
    "cmath": "polar rect",
}

for _module, _names in PLACES.items():
    for _name in _names.split():
        spelled(f"{_module}.{_name}")
