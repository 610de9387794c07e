"""Functions that generated files bring along: tangents of inverses and solutions."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.linalg import conjugate_transpose, truncated_pinv


def solve_tangent(out, a, b, a_dot, b_dot):
    """The tangent of out = np.linalg.solve(a, b); None stands for tangents that are zero."""
    column = np.ndim(b) == 1
    x = out[..., None] if column else out
    change = np.zeros_like(x)
    if a_dot is not None:
        change = change - a_dot @ x
    if b_dot is not None:
        change = change + (b_dot[..., None] if column else b_dot)
    found = np.linalg.solve(a, change)
    return found[..., 0] if column else found


def pinv_tangent(p, a, a_dot):
    """The tangent of p = np.linalg.pinv(a), where its rank does not change (Golub and Pereyra 1973,
    The differentiation of pseudo-inverses)."""
    ph, h = conjugate_transpose(p), conjugate_transpose(a_dot)
    outer, inner = p @ (ph @ h), (h @ ph) @ p
    return outer - (outer @ a) @ p + inner - p @ (a @ inner) - p @ a_dot @ p


def lstsq_tangent(x, a, b, a_dot, b_dot, rcond):
    """The tangent of x = np.linalg.lstsq(a, b, rcond)[0]."""
    p = truncated_pinv(a, rcond)
    found = np.zeros_like(x)
    if a_dot is not None:
        found = found + pinv_tangent(p, a, a_dot) @ b
    if b_dot is not None:
        found = found + p @ b_dot
    return found


def residuals_tangent(residuals, x, a, b, a_dot, b_dot):
    """The tangent of the sums of squares that np.linalg.lstsq(a, b) leaves, at its solution x."""
    change = np.zeros_like(b - a @ x)
    if a_dot is not None:
        change = change - a_dot @ x
    if b_dot is not None:
        change = change + b_dot
    found = 2 * np.sum(np.real(np.conj(b - a @ x) * change), axis=0)
    return np.reshape(found, np.shape(residuals)) if np.size(residuals) else residuals


def singular_values_tangent(s, a, a_dot):
    """The tangent of the singular values of a."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.real(np.diagonal(conjugate_transpose(u) @ a_dot @ conjugate_transpose(vh)))


def tensorinv_tangent(out, ind, a_dot):
    """The tangent of out = np.linalg.tensorinv(a, ind)."""
    size = int(np.sqrt(np.size(out)))
    inverse = np.reshape(out, (size, size))
    return np.reshape(-inverse @ np.reshape(a_dot, (size, size)) @ inverse, np.shape(out))


def tensorsolve_change(b, a_dot, axes, x):
    """What the tangent of a adds to b in np.linalg.tensorsolve(a, b, axes)."""
    if axes is not None:
        a_dot = np.moveaxis(a_dot, axes, range(np.ndim(a_dot) - len(axes), np.ndim(a_dot)))
    return np.reshape(np.tensordot(a_dot, x, np.ndim(x)), np.shape(b))


def matrix_power_tangent(out, a, n, a_dot):
    """The tangent of out = np.linalg.matrix_power(a, n): the power of a block matrix has it in its
    corner (Higham 2008, Functions of Matrices, theorem 3.6)."""
    size = np.shape(a)[-1]
    blocks = np.block([[a, a_dot], [np.zeros_like(a), a]])
    return np.linalg.matrix_power(blocks, n)[..., :size, size:]
