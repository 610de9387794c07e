"""Functions that generated files bring along: adjoints of inverses and solutions."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.broadcasting import unbroadcast


def conjugate_transpose(a):
    """The matrices of a stack, transposed and conjugated."""
    return np.conj(np.swapaxes(a, -1, -2))


def solve_transposed(a, b, dout):
    """The adjoint of b in np.linalg.solve(a, b), before broadcasting is undone."""
    t = np.swapaxes(a, -1, -2)
    if np.ndim(b) == 1:
        return np.linalg.solve(t, dout[..., None])[..., 0]
    return np.linalg.solve(t, dout)


def solve_adjoint_of_first(a, b, ans, dout):
    """The adjoint of a in np.linalg.solve(a, b)."""
    db = solve_transposed(a, b, dout)
    if np.ndim(b) == 1:
        return unbroadcast(-db[..., None] * ans[..., None, :], a)
    return unbroadcast(-db @ np.swapaxes(ans, -1, -2), a)


def solve_adjoint_of_second(a, b, dout):
    """The adjoint of b in np.linalg.solve(a, b)."""
    return unbroadcast(solve_transposed(a, b, dout), b)


def pinv_adjoint(a, ans, dout):
    """The adjoint of a in np.linalg.pinv(a), where its rank does not change (Golub and Pereyra
    1973, The differentiation of pseudo-inverses)."""
    g, p, ph = np.conj(dout), ans, conjugate_transpose(ans)
    gh = conjugate_transpose(g)
    found = gh @ p @ ph - a @ (p @ gh @ p @ ph)
    found += ph @ p @ gh - (ph @ p @ gh @ p) @ a
    return np.conj(found - ph @ g @ ph)


def truncated_pinv(a, rcond):
    """The pseudo-inverse by which np.linalg.lstsq(a, b, rcond) solves."""
    if rcond is None:
        rcond = np.finfo(np.result_type(a, 1.0)).eps * max(np.shape(a))
    return np.linalg.pinv(a, rcond)


def lstsq_adjoint_of_first(a, b, ans, dout, rcond):
    """The adjoint of a in np.linalg.lstsq(a, b, rcond)."""
    x, dx = np.reshape(ans[0], (np.shape(a)[1], -1)), dout[0]
    columns = np.reshape(b, (len(b), -1))
    found = np.zeros(np.shape(a), np.result_type(a, b, 1.0))
    if dx is not None:
        dp = np.reshape(dx, x.shape) @ columns.T
        found += pinv_adjoint(a, truncated_pinv(a, rcond), dp)
    if dout[1] is not None and np.size(dout[1]):
        found -= 2 * np.conj(columns - a @ x) * dout[1] @ x.T
    if dout[3] is not None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        found += np.conj(u) * dout[3] @ np.conj(vh)
    return found


def lstsq_adjoint_of_second(a, b, ans, dout, rcond):
    """The adjoint of b in np.linalg.lstsq(a, b, rcond)."""
    x = np.reshape(ans[0], (np.shape(a)[1], -1))
    columns = np.reshape(b, (len(b), -1))
    found = np.zeros(columns.shape, np.result_type(a, b, 1.0))
    if dout[0] is not None:
        found += truncated_pinv(a, rcond).T @ np.reshape(dout[0], x.shape)
    if dout[1] is not None and np.size(dout[1]):
        found += 2 * np.conj(columns - a @ x) * dout[1]
    return np.reshape(found, np.shape(b))


def tensorinv_adjoint(ans, ind, dout):
    """The adjoint of a in np.linalg.tensorinv(a, ind)."""
    rows = int(np.prod(np.shape(ans)[: np.ndim(ans) - ind]))
    inverse = np.reshape(ans, (rows, -1)).T
    found = -inverse @ np.reshape(dout, (rows, -1)) @ inverse
    shape = np.shape(ans)
    return np.reshape(found, shape[np.ndim(ans) - ind :] + shape[: np.ndim(ans) - ind])


def tensorsolve_adjoint_of_second(a, b, axes, dout):
    """The adjoint of b in np.linalg.tensorsolve(a, b, axes)."""
    if axes is not None:
        kept = [i for i in range(np.ndim(a)) if i not in axes]
        a = np.transpose(a, kept + list(axes))
    return np.reshape(
        np.linalg.solve(np.reshape(a, (np.size(b), -1)).T, np.ravel(dout)), np.shape(b)
    )


def tensorsolve_adjoint_of_first(a, b, axes, ans, dout):
    """The adjoint of a in np.linalg.tensorsolve(a, b, axes)."""
    found = -np.multiply.outer(tensorsolve_adjoint_of_second(a, b, axes, dout), ans)
    if axes is None:
        return found
    kept = [i for i in range(np.ndim(a)) if i not in axes]
    return np.transpose(found, np.argsort(kept + list(axes)))
