"""Functions that generated files bring along: adjoints of norms."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.decompositions import reciprocal


def unit(x):
    """The sign of x; of complex numbers, the conjugate of their direction."""
    return np.conj(x) * reciprocal(np.abs(x))


def vector_norm_adjoint(x, ord, axis, ans, dout):
    """The adjoint of x in the norm of the vectors along `axis`; `ans` and `dout` have that axis.
    At zero it is zero, and equally large components share it."""
    size = np.abs(x)
    if ord is None or ord == 2:
        return np.conj(x) * (dout * reciprocal(ans))
    if np.isinf(ord):
        largest = size == ans
        return dout * unit(x) * largest / np.sum(largest, axis=axis, keepdims=True)
    if ord == 0:
        return np.zeros_like(x)
    return dout * unit(x) * (size * reciprocal(ans)) ** (ord - 1)


def matrix_norm_adjoint(x, ord, ans, dout):
    """The adjoint of x in the norm of matrices, those of its last two axes; `ans` and `dout` have
    axes of length 1 there."""
    if ord is None or ord == "fro":
        return np.conj(x) * (dout * reciprocal(ans))
    if ord in (2, -2, "nuc"):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        chosen = np.ones_like(s)
        if ord != "nuc":
            chosen = s == (s[..., :1] if ord == 2 else s[..., -1:])
            chosen = chosen / np.sum(chosen, axis=-1, keepdims=True)
        return dout * np.conj((u * chosen[..., None, :]) @ vh)
    axis = -2 if ord in (1, -1) else -1
    sums = np.sum(np.abs(x), axis=axis, keepdims=True)
    extreme = np.max if ord in (1, np.inf) else np.min
    chosen = sums == extreme(sums, axis=(-2, -1), keepdims=True)
    return dout * unit(x) * (chosen / np.sum(chosen, axis=(-2, -1), keepdims=True))


def norm_adjoint(x, ord, axis, keepdims, ans, dout):
    """The adjoint of x in np.linalg.norm(x, ord, axis, keepdims)."""
    if axis is None and (ord is None or np.ndim(x) == 1):
        return vector_norm_adjoint(x, ord, None, ans, dout)
    axes = (-2, -1) if axis is None else axis
    if not keepdims:
        ans, dout = np.expand_dims(ans, axes), np.expand_dims(dout, axes)
    if np.ndim(axes) == 0 or len(axes) == 1:
        return vector_norm_adjoint(x, ord, axes, ans, dout)
    last = (-2, -1)
    x, ans, dout = (np.moveaxis(a, axes, last) for a in (x, ans, dout))
    return np.moveaxis(matrix_norm_adjoint(x, ord, ans, dout), last, axes)


def vector_norm_adjoint_of(x, ord, axis, keepdims, ans, dout):
    """The adjoint of x in np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=ord)."""
    if not keepdims:
        axes = tuple(range(np.ndim(x))) if axis is None else axis
        ans, dout = np.expand_dims(ans, axes), np.expand_dims(dout, axes)
    return vector_norm_adjoint(x, ord, axis, ans, dout)


def cond_adjoint(x, p, ans, dout):
    """The adjoint of x in np.linalg.cond(x, p)."""
    dout = np.asarray(dout)[..., None, None]
    if p is None or p in (2, -2):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        chosen = np.zeros_like(s)
        sign = -1 if p == -2 else 1
        chosen[..., 0] = sign / s[..., 0]
        chosen[..., -1] -= sign / s[..., -1]
        return dout * np.asarray(ans)[..., None, None] * np.conj((u * chosen[..., None, :]) @ vh)
    inverse = np.linalg.inv(x)
    norms = [np.linalg.norm(a, p, axis=(-2, -1), keepdims=True) for a in (x, inverse)]
    t = np.swapaxes(inverse, -1, -2)
    of_inverse = matrix_norm_adjoint(inverse, p, norms[1], norms[0])
    return dout * (matrix_norm_adjoint(x, p, norms[0], norms[1]) - t @ of_inverse @ t)
