"""Functions and options of NumPy that Numba lacks."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff

pytest.importorskip("numba")


def shifted(a, v):
    return np.sum((a - v) ** 2) + np.sum(a * v.reshape((1, 4)))


def chosen(x):
    places = np.array([0, 2, 2, 1])
    return np.sum(x[places] ** 2) + np.sum(x[places]) * np.prod(x)


def special(x):
    return math.lgamma(x) * math.gamma(x)


def both(f, *args):
    wrt = tuple(range(len(args)))
    found, expected = symdiff.grad(f, wrt, target="numba")(*args), symdiff.grad(f, wrt)(*args)
    for got, want in zip(found, expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_sums_that_keep_their_axes():
    both(shifted, np.arange(12.0).reshape(3, 4), np.array([0.5, -1.0, 2.0, 0.0]))


def test_additions_to_elements_that_are_repeated():
    both(chosen, np.array([0.5, 0.0, -2.0]))


def test_special_functions():
    both(special, 1.7)
    both(special, -0.3)


def of_rank(x):
    return np.median(x) * np.quantile(x, 0.3) + np.percentile(x, 85.0) ** 2


def of_several_ranks(x):
    return np.sum(np.quantile(x, np.array([0.0, 0.35, 1.0])) * np.array([1.0, 2.0, 3.0]))


def without_nan(x):
    return np.nanmedian(x) * np.nanquantile(x, 0.3)


def products_so_far(x):
    return np.sum(np.cumprod(x) * np.arange(x.size))


def pairwise(x, y):
    return np.sum(np.cos(np.expand_dims(x, 1) - np.expand_dims(y, 0)))


def triple(a, b, c):
    return np.dot(np.cross(a, b), c)


def test_order_statistics_of_all_elements():
    for x in (np.array([0.3, -1.0, 2.5, 0.9]), np.array([[3.0, 1.0, 2.0], [0.5, 7.0, -2.0]])):
        both(of_rank, x)
        both(of_several_ranks, x)
        both(without_nan, np.append(x, [np.nan, -3.0]))


def test_products_so_far():
    both(products_so_far, np.array([0.5, 0.0, -2.0, 3.0]))
    both(products_so_far, np.array([[0.5, 1.5], [-2.0, 3.0]]))


def test_tangents_of_order_statistics():
    x = np.array([0.3, -1.0, 2.5, 0.9, np.nan])
    for f, at in ((of_rank, x[:4]), (of_several_ranks, x[:4]), (without_nan, x)):
        got = symdiff.pushforward(f, target="numba")(at, np.arange(1.0, at.size + 1))
        want = symdiff.pushforward(f)(at, np.arange(1.0, at.size + 1))
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_axes_of_length_one():
    both(pairwise, np.array([0.5, 1.0, -2.0]), np.array([0.1, 0.7]))


def test_cross_products():
    both(triple, *np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0], [0.1, 0.2, 4.0]]))


def kronecker(a, b):
    return np.sum(np.sin(np.kron(a, b)))


def diagonals(a):
    return np.sum(np.diag(a) ** 2) + np.sum(np.diag(a, 1) ** 3) + np.sum(np.diag(a, -2) ** 2)


def of_diagonal(v, a):
    return np.sum((np.diag(v) @ a) ** 2)


def test_kronecker_products():
    both(kronecker, np.arange(4.0).reshape(2, 2), np.linspace(0, 1, 6).reshape(2, 3))


def test_diagonals():
    both(diagonals, np.arange(12.0).reshape(3, 4))
    both(of_diagonal, np.arange(3.0), np.arange(9.0).reshape(3, 3))


def contracted(L, x):
    y = np.einsum("ijk,mik->mij", L, x)
    return np.sum(y * y) + np.einsum("ijj->", L) + np.sum(np.einsum("iij,kj", L, x[0]) ** 2)


def test_sums_of_products_over_indices():
    L = np.linspace(-1.0, 1.0, 27).reshape(3, 3, 3)
    both(contracted, L, np.linspace(0.0, 1.0, 36).reshape(4, 3, 3))


def test_einsum_of_lengths_that_differ_is_refused():
    def product(x, y):
        return np.einsum("i,i->", x, y)

    with pytest.raises(ValueError, match="lengths differ"):
        symdiff.grad(product, target="numba")(np.ones(3), np.ones(1))
