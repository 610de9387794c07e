"""Distributions and colours of libraries: read from a text of ours, or from their own."""

import colorsys
import importlib.util
import math
from statistics import NormalDist

import numpy as np
import pytest

import symdiff
from symdiff.read.static import load

stats = pytest.importorskip("scipy.stats")
norm = stats.norm
N, FROZEN, STANDARD = norm.cdf, norm(0.5, 2.0), NormalDist(0.5, 2.0)

FUNCTIONS = {
    "cdf": lambda x: norm.cdf(x) * N(x),
    "given parameters": lambda x: norm.pdf(x, 0.3, 2) + norm.sf(x, loc=x * x, scale=x),
    "logarithms": lambda x: norm.logpdf(x, scale=x) + norm.logcdf(x) * norm.logsf(x, 0.1),
    "quantiles": lambda x: norm.ppf(0.3 * x) + norm.isf(0.5 * x, x, scale=2.0),
    "frozen": lambda x: FROZEN.cdf(x) + stats.norm(x, scale=2.0).pdf(0.3) * FROZEN.ppf(0.4 * x),
    "array": lambda x: np.sum(norm.pdf(np.array([x, 2 * x]), 0.1, x)),
    "statistics": lambda x: NormalDist(x, 2.0).cdf(0.3) + STANDARD.pdf(x) * STANDARD.mean,
    "inverse": lambda x: NormalDist(x, 1.0).inv_cdf(0.3 * x) + STANDARD.zscore(x),
    "sum": lambda x: (NormalDist(x, 2.0) + 3 * NormalDist(1.0, x)).stdev,
    "hsv": lambda x: sum(colorsys.rgb_to_hsv(x, 0.5, 0.2)),
    "hls": lambda x: sum(colorsys.hls_to_rgb(x, 0.4, 0.7 * x)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_is_differentiated(name):
    function, h = FUNCTIONS[name], 1e-5
    value, slope = symdiff.value_and_grad(function)(0.7)
    assert math.isclose(value, function(0.7), rel_tol=1e-13)
    assert math.isclose(slope, (function(0.7 + h) - function(0.7 - h)) / (2 * h), rel_tol=1e-8)


def test_a_scale_that_no_distribution_has_gives_no_number():
    def spread(x, scale):
        return norm.cdf(x, 0.0, scale)

    assert all(map(math.isnan, (symdiff.value_and_grad(spread)(0.3, -1.0)[0], spread(0.3, -1.0))))


def test_a_method_under_another_name_is_the_one_that_the_name_has_now():
    global N
    before = N
    squared = symdiff.grad(lambda x: N(x))
    assert math.isclose(squared(0.3), norm.pdf(0.3))
    try:
        N = norm.sf
        assert math.isclose(squared(0.3), -norm.pdf(0.3))
    finally:
        N = before


def test_files_name_distributions_and_their_methods(tmp_path):
    path = tmp_path / "prices.py"
    path.write_text(
        "from statistics import NormalDist\n"
        "from scipy.stats import norm\n"
        "N, D = norm.cdf, NormalDist(0.5, 2.0)\n"
        "F = NormalDist().cdf\n"
        "def price(x: float) -> float:\n"
        "    return N(x) * D.pdf(x) * F(2 * x)\n"
    )
    spec = importlib.util.spec_from_file_location("prices", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    names = {}
    exec(symdiff.source(load(f"{path}:price")), names)
    value, slopes = names["price_grad"](0.7)
    expected = symdiff.value_and_grad(module.price)(0.7)
    assert math.isclose(value, expected[0]) and math.isclose(slopes[0], expected[1])


def test_methods_of_libraries_are_refused_where_they_stand_alone():
    with pytest.raises(symdiff.SymdiffError, match="a method of a library"):
        symdiff.grad(norm.cdf)(0.3)
