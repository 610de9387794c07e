"""Adjoints of products that may have been broadcast are summed for their factors, not before."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import symdiff


def gates(f, c, i, g):
    return np.sum(np.sin(f * c + i * g))


def quotients(f, c, i, g):
    return np.sum(np.exp(f / c - g / i) * 0.3)


def with_a_number(f, c, i, g):
    return np.sum(np.sin((f * 2.0) * c + i * g))


def twice(f, c, i, g):
    return np.sum(np.sin(f * c * i + g * f))


def kept_apart(f, c, i, g):
    product = f * c
    return np.sum(np.sin(product + i * g)) + np.sum(product)


def masked(f, c, i, g):
    return np.sum(np.where(g > 0, f * c + i * g, 0.0) ** 2)


SHAPES = [(3,), (2, 3), (2, 1), (1,), ()]
COMBINATIONS = [s for s in itertools.product(SHAPES, repeat=4) if len(set(s)) > 1][::29]


@pytest.mark.parametrize("function", [gates, quotients, with_a_number, twice, kept_apart, masked])
def test_shapes_that_are_not_known(function):
    found = symdiff.pullback(function)  # from the text alone: of ranks nothing is known
    rng = np.random.default_rng(0)
    for shapes in COMBINATIONS:
        args = [np.asarray(rng.normal(size=s)) + 3.0 for s in shapes]
        args[3] = args[3] - 3.0
        value, adjoints = found(*args, 1.0)
        assert value == function(*args)
        for k, (arg, adjoint) in enumerate(zip(args, adjoints, strict=True)):
            assert np.shape(adjoint) == arg.shape
            way = rng.normal(size=arg.shape)
            up, down = ([*args[:k], arg + s * way, *args[k + 1 :]] for s in (1e-6, -1e-6))
            expected = (function(*up) - function(*down)) / 2e-6
            np.testing.assert_allclose(np.sum(adjoint * way), expected, rtol=1e-5, atol=1e-7)


def test_a_product_is_not_computed_again_for_its_shape():
    assert "df = unbroadcast(cos_total * c, f)" in symdiff.source(gates)
