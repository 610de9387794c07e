"""Functions that generated files bring along: adjoints of matrix decompositions.

They follow Giles (2008), An extended collection of matrix derivative results, and Seeger et al.
(2017), Auto-differentiating linear algebra. For complex numbers they compute with conjugated
adjoints, as the literature does.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.linalg import conjugate_transpose


def of_triangle(adjoint, triangle):
    """The adjoint of the triangle ("L" or "U") that a Hermitian matrix is read from, from the
    adjoint of the matrix."""
    both = adjoint + conjugate_transpose(adjoint)
    diagonal = np.eye(np.shape(both)[-1], dtype=bool)
    half = np.triu(both) if triangle in "Uu" else np.tril(both)
    return np.where(diagonal, both / 2, half)


def cholesky_adjoint(factor, dout):
    """The adjoint of a in the lower factor np.linalg.cholesky(a), which reads its lower triangle:
    block by block, the last one first (Murray 2016, Differentiation of the Cholesky decomposition).
    """
    n = np.shape(factor)[-1]
    da = np.tril(np.conj(dout))
    for stop in range(n, 0, -64):
        start = max(0, stop - 64)
        block = factor[..., start:stop, start:stop]
        inverse = np.linalg.inv(block)
        half = np.tri(stop - start) - np.eye(stop - start) / 2
        inner = conjugate_transpose(block) @ da[..., start:stop, start:stop]
        if stop < n:
            below = factor[..., stop:, start:stop]
            dbelow = da[..., stop:, start:stop] @ inverse
            da[..., stop:, start:stop] = dbelow
            da[..., stop:, :start] -= dbelow @ factor[..., start:stop, :start]
            dbelow = conjugate_transpose(dbelow)
            inner = inner - conjugate_transpose(block) @ (dbelow @ below)
            da[..., start:stop, :start] -= dbelow @ factor[..., stop:, :start]
        inner = half * inner
        inner = inner + conjugate_transpose(inner)
        dblock = conjugate_transpose(inverse) @ inner @ inverse
        da[..., start:stop, :start] -= dblock @ factor[..., start:stop, :start]
        da[..., start:stop, start:stop] = half * dblock
    return np.conj(da)


def upper_cholesky_adjoint(factor, dout):
    """The same for the upper factor of a matrix whose upper triangle is read."""
    lower = cholesky_adjoint(conjugate_transpose(factor), conjugate_transpose(dout))
    return conjugate_transpose(lower)


def reciprocal(a):
    """1 / a, and 0 where a is 0."""
    return (a != 0) / np.where(a == 0, 1, a)


def phases_do_not_matter(rotations):
    """Raise ValueError when an adjoint depends on the phases of singular vectors or eigenvectors,
    which are arbitrary: on how much each is turned in the complex plane."""
    turns = np.imag(np.diagonal(rotations, axis1=-2, axis2=-1))
    if np.any(np.abs(turns) > 1e-6 * (1 + np.max(np.abs(rotations), initial=0))):
        raise ValueError("the result depends on the phases of complex singular or eigenvectors")


def eigh_adjoint(w, v, dw, dv, triangle):
    """The adjoint of a in w, v = np.linalg.eigh(a, triangle). Where eigenvalues are equal, it is
    that of functions which do not depend on the choice of their eigenvectors."""
    vh = conjugate_transpose(v)
    inner = vh @ np.conj(dv)
    phases_do_not_matter(inner)
    inner = inner * reciprocal(w[..., None, :] - w[..., :, None])
    if dw is not None:
        inner = inner + np.eye(np.shape(w)[-1]) * dw[..., None, :]
    return of_triangle(np.conj(v @ inner @ vh), triangle)


def eig_adjoint(w, v, dw, dv):
    """The adjoint of a in w, v = np.linalg.eig(a), whose eigenvectors have length 1 and, where
    they are complex, a largest component that is real (Boeddeker et al. 2017). All is complex,
    whatever eig gave, so that adjoints and tangents of this can be updated in place."""
    w, v = w.astype(complex), v.astype(complex)
    vh = conjugate_transpose(v)
    inner = np.zeros_like(vh)
    if dv is not None:
        g = np.conj(dv).astype(complex)
        largest = np.argmax(np.abs(v), axis=-2)[..., None, :]
        turn = np.imag(np.sum(v * np.conj(g), axis=-2, keepdims=True))
        turn = 1j * turn / np.take_along_axis(v, largest, -2)
        g = g + np.where(np.arange(np.shape(v)[-2])[:, None] == largest, turn, 0)
        inner = vh @ g
        lengths = np.real(np.diagonal(inner, axis1=-2, axis2=-1))
        inner = inner - vh @ v * lengths[..., None, :]
        inner = inner * reciprocal(np.conj(w[..., None, :] - w[..., :, None]))
    if dw is not None:
        inner = inner + np.eye(np.shape(w)[-1]) * np.conj(dw)[..., None, :]
    return np.conj(np.linalg.solve(vh, inner @ vh))


def eigvals_adjoint(a, ans, dout):
    """The adjoint of a in np.linalg.eigvals(a)."""
    w, v = np.linalg.eig(a)
    order = np.argmin(np.abs(w[..., :, None] - ans[..., None, :]), axis=-1)
    return eig_adjoint(w, v, np.take_along_axis(dout, order, -1), None)


def svd_adjoint(u, s, vh, du, ds, dvh):
    """The adjoint of a in u, s, vh = np.linalg.svd(a); None stands for adjoints that are zero.
    Singular vectors of no singular value count up to rotations among themselves."""
    count = np.shape(s)[-1]
    v = conjugate_transpose(vh)
    near = reciprocal((s[..., None, :] - s[..., :, None]) * (s[..., None, :] + s[..., :, None]))
    inverse = reciprocal(s)[..., None, :]
    first, last = u[..., :count], v[..., :count]
    middle = np.zeros(np.shape(near), np.result_type(u))
    if ds is not None:
        middle = middle + np.eye(count) * ds[..., None, :]
    turns = np.zeros_like(middle)
    found = np.zeros_like(first @ conjugate_transpose(last))
    if du is not None:
        du = np.conj(du)
        rest = du[..., :count]
        rest = rest - u[..., count:] @ (conjugate_transpose(du[..., count:]) @ first)
        inner = conjugate_transpose(first) @ rest
        turns = turns + inner
        middle = middle + (inner - conjugate_transpose(inner)) * near * s[..., None, :]
        if np.iscomplexobj(u):
            middle = middle + np.eye(count) * 1j * np.imag(inner) * inverse
        found = found + ((rest - first @ inner) * inverse) @ conjugate_transpose(last)
    if dvh is not None:
        dv = np.swapaxes(dvh, -1, -2)
        rest = dv[..., :count]
        rest = rest - v[..., count:] @ (conjugate_transpose(dv[..., count:]) @ last)
        inner = conjugate_transpose(last) @ rest
        turns = turns + inner
        middle = middle + s[..., :, None] * (inner - conjugate_transpose(inner)) * near
        found = found + first @ conjugate_transpose((rest - last @ inner) * inverse)
    phases_do_not_matter(turns)
    return np.conj(found + first @ middle @ conjugate_transpose(last))


def qr_adjoint(a, q, r, dq, dr):
    """The adjoint of a in q, r = np.linalg.qr(a), in the modes reduced and complete; None stands
    for an adjoint that is zero. The first columns of a must be independent."""
    rows, columns = np.shape(a)[-2:]
    count = min(rows, columns)
    first, upper = q[..., :count], r[..., :count, :]
    left = upper[..., :count]
    gq = np.zeros_like(first) if dq is None else np.conj(dq[..., :count])
    gr = np.zeros_like(upper) if dr is None else np.conj(dr[..., :count, :])
    if dq is not None and np.shape(q)[-1] > count:
        gq = gq - q[..., count:] @ (conjugate_transpose(np.conj(dq[..., count:])) @ first)
    gr, behind = gr[..., :count], gr[..., count:]
    gq = gq + a[..., count:] @ conjugate_transpose(behind)
    inner = np.triu(gr @ conjugate_transpose(left) - conjugate_transpose(first) @ gq)
    inner = inner + conjugate_transpose(inner)
    inner = np.where(np.eye(count, dtype=bool), inner / 2, inner)
    inner = conjugate_transpose(gq + first @ inner)
    found = conjugate_transpose(np.linalg.solve(left, inner))
    return np.conj(np.concatenate([found, first @ behind], axis=-1))
