"""Functions that generated files bring along: tangents of matrix decompositions.

They follow Giles (2008), An extended collection of matrix derivative results, Murray (2016),
Differentiation of the Cholesky decomposition, and Seeger et al. (2017), Auto-differentiating linear
algebra. Where eigenvalues or singular values are equal, they are those of functions which do not
depend on the choice of their vectors; phases of complex vectors stay as they are.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.decompositions import reciprocal
from symdiff.rules.arrays.runtime.linalg import conjugate_transpose


def hermitian(a_dot, triangle):
    """The tangent of a Hermitian matrix whose triangle ("L" or "U") is read."""
    half = np.triu(a_dot, 1) if triangle in "Uu" else np.tril(a_dot, -1)
    diagonal = np.real(a_dot) * np.eye(np.shape(a_dot)[-1])
    return half + diagonal + conjugate_transpose(half)


def cholesky_tangent(factor, a_dot):
    """The tangent of the lower factor np.linalg.cholesky(a), which reads its lower triangle."""
    inner = np.linalg.solve(factor, hermitian(a_dot, "L"))
    inner = np.linalg.solve(factor, conjugate_transpose(inner))
    return factor @ (np.tril(inner) - 0.5 * inner * np.eye(np.shape(inner)[-1]))


def upper_cholesky_tangent(factor, a_dot):
    """The same for the upper factor of a matrix whose upper triangle is read."""
    lower = cholesky_tangent(conjugate_transpose(factor), conjugate_transpose(a_dot))
    return conjugate_transpose(lower)


def eigenvectors_tangent(v, w, inner):
    """The tangent of v in w, v = np.linalg.eig(a), where `inner` is the tangent of a in the
    coordinates of v: each has length 1 and, where it is complex, a largest component that is real
    (Boeddeker et al. 2017)."""
    found = v @ (inner * reciprocal(w[..., None, :] - w[..., :, None]))
    stretch = np.real(np.sum(np.conj(v) * found, axis=-2, keepdims=True))
    largest = np.argmax(np.abs(v), axis=-2)[..., None, :]
    turn = np.take_along_axis(found, largest, -2) / np.take_along_axis(v, largest, -2)
    if np.iscomplexobj(v):
        return found - v * (stretch + 1j * np.imag(turn))
    return found - v * stretch


def eigvals_tangent(out, a, a_dot):
    """The tangent of out = np.linalg.eigvals(a)."""
    w, v = np.linalg.eig(a)
    slopes = np.diagonal(np.linalg.solve(v, a_dot @ v), axis1=-2, axis2=-1)
    nearest = np.argmin(np.abs(w[..., None, :] - out[..., :, None]), axis=-2)
    same = nearest[..., None, :] == np.arange(np.shape(out)[-1])[:, None]
    return np.sum(same * slopes[..., None, :], axis=-1)


def singular_vectors_tangents(u, vh, s, a_dot):
    """The tangents of u and vh in u, s, vh = np.linalg.svd(a)."""
    count = np.shape(s)[-1]
    v = conjugate_transpose(vh)
    first, last = u[..., :count], v[..., :count]
    inner = conjugate_transpose(first) @ a_dot @ last
    rows, columns = s[..., :, None], s[..., None, :]
    near, inverse = reciprocal((columns - rows) * (columns + rows)), reciprocal(columns)
    turned = conjugate_transpose(inner)
    u_dot = first @ ((inner * columns + rows * turned) * near)
    v_dot = last @ ((rows * inner + turned * columns) * near)
    u_dot = u_dot + (a_dot @ last - first @ inner) * inverse
    v_dot = v_dot + (conjugate_transpose(a_dot) @ first - last @ turned) * inverse
    if np.iscomplexobj(u):
        u_dot = u_dot + first @ (1j * np.imag(inner) * np.eye(count) * inverse)
    return with_complement(u_dot, u, count), conjugate_transpose(with_complement(v_dot, v, count))


def with_complement(first_dot, q, count):
    """The tangent of a unitary matrix of which only the first columns are determined."""
    first, rest = q[..., :count], q[..., count:]
    return np.concatenate([first_dot, -first @ (conjugate_transpose(first_dot) @ rest)], axis=-1)


def qr_tangents(q, r, a_dot):
    """The tangents of q, r = np.linalg.qr(a), in the modes reduced and complete. The first columns
    of a must be independent."""
    count = min(np.shape(a_dot)[-2:])
    first, upper = q[..., :count], r[..., :count, :]
    left = conjugate_transpose(a_dot[..., :count])
    left = np.linalg.solve(conjugate_transpose(upper[..., :count]), left)
    along = conjugate_transpose(left)
    inner = conjugate_transpose(first) @ along
    below = np.tril(inner, -1)
    turn = below - conjugate_transpose(below)
    if np.iscomplexobj(q):
        turn = turn + 1j * np.imag(inner) * np.eye(count)
    q_dot = along + first @ (turn - inner)
    r_dot = np.triu(conjugate_transpose(first) @ a_dot - turn @ upper)
    zero = np.zeros_like(r[..., count:, :])
    return with_complement(q_dot, q, count), np.concatenate([r_dot, zero], axis=-2)
