"""Tangents of gradients of functions whose rules bring functions along, against differences."""

from __future__ import annotations

import numpy as np
import pytest
import scipy
import scipy.ndimage

import symdiff


def expm(a, v):
    return np.sum(scipy.linalg.expm(a) ** 2)


def cholesky(a, v):
    return np.sum(np.linalg.cholesky(a @ a.T + np.eye(3)) * a)


def singular_values(a, v):
    return np.linalg.norm(a, "nuc")


def factored(a, v):
    return v[:3] @ scipy.linalg.lu_solve(scipy.linalg.lu_factor(a), v[1:])


def differences(a, v):
    return np.sum(np.gradient(v) ** 2 * v)


def integrals(a, v):
    return np.sum(scipy.integrate.cumulative_trapezoid(v**2, np.sin(v)) ** 2)


def blocks(a, v):
    return np.sum(np.block([[a, a.T], [a**2, a]]) ** 3)


def uneven_blocks(a, v):
    return np.sum(np.block([[a, a[:, :1]], [v], [v[:3] * 2, v[0] * a[0, 0]]]) ** 3)


def filtered(a, v):
    smooth = scipy.ndimage.correlate(a, a[:2] * v[0])
    moved = scipy.ndimage.convolve(v, a[0], mode="constant", cval=v[1], origin=-1)
    return np.sum(smooth**2) + np.sum(moved**3)


def convolved(a, v):
    return np.sum(scipy.signal.convolve(v, a[0], "same") ** 2)


def products_so_far(a, v):
    return np.sum(np.cumprod(v) ** 2)


def eigenvectors(a, v):
    values, vectors = np.linalg.eig(a @ a.T + np.diag([0.0, 3.0, 9.0]) + 0.1 * a)
    return np.sum(np.real(values**2)) + np.sum(np.real(vectors**3) * a)


def singular_vectors(a, v):
    u, s, vh = np.linalg.svd(a)
    return np.sum(u**2 * a) + np.sum(vh**2 * a) + np.sum(s**3)


def complex_convolution(a, v):
    part = np.convolve(a[0] * (1 + 2j), v, "valid")
    return np.sum(np.real((2 - 1j) * part**2))


def middle(a, v):
    return np.median(v) ** 3


@pytest.mark.parametrize(
    "function",
    [
        expm, cholesky, singular_values, factored, differences, integrals, blocks,
        uneven_blocks, filtered, convolved,
        products_so_far, eigenvectors, singular_vectors, complex_convolution, middle,
    ],
)  # fmt: skip
def test_tangents_of_gradients(function):
    rng = np.random.default_rng(4)
    given = [rng.normal(size=(3, 3)) + 2 * np.eye(3), rng.normal(size=4)]
    along = [rng.normal(size=x.shape) for x in given]
    gradient = symdiff.grad(function, argnums=(0, 1))
    _, tangents = symdiff.jvp(gradient, given, along, argnums=(0, 1))
    h = 1e-4
    ahead, behind = (
        gradient(*(x + way * d for x, d in zip(given, along, strict=True))) for way in (h, -h)
    )
    for found, a, b in zip(tangents, ahead, behind, strict=True):
        np.testing.assert_allclose(found, (a - b) / (2 * h), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("function", [eigenvectors, singular_vectors, complex_convolution])
def test_gradients_of_gradients(function):
    def slope(a, v, u):
        return np.sum(symdiff.grad(function)(a, v) * u)

    rng = np.random.default_rng(4)
    a, v, u = rng.normal(size=(3, 3)) + 2 * np.eye(3), rng.normal(size=4), rng.normal(size=(3, 3))
    found = symdiff.grad(slope)(a, v, u)
    _, want = symdiff.jvp(symdiff.grad(function), (a, v), (u,), argnums=0)
    np.testing.assert_allclose(found, want, rtol=1e-8, atol=1e-8)


def test_thresholds_of_pseudo_inverses_have_no_tangent():
    def threshold(r, a):
        return np.sum(np.linalg.pinv(a, r) ** 2) + r**2

    _, slope = symdiff.jvp(threshold, (1e-9, np.eye(3, 2)), (1.0,), argnums=0)
    np.testing.assert_allclose(slope, 2e-9)
