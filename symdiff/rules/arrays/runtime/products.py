"""Functions that generated files bring along: adjoints of products of arrays of any rank."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.broadcasting import unbroadcast


def matmul_adjoint_of_first(a, b, dout):
    """The adjoint of a in a @ b."""
    if np.ndim(b) == 1:
        found = np.multiply.outer(dout, b)
    elif np.ndim(a) == 1:
        found = (b @ dout[..., None])[..., 0]
    else:
        found = dout @ np.swapaxes(b, -1, -2)
    return unbroadcast(found, a)


def matmul_adjoint_of_second(a, b, dout):
    """The adjoint of b in a @ b."""
    if np.ndim(a) == 1:
        found = np.multiply.outer(a, dout) if np.ndim(b) <= 2 else a[:, None] * dout[..., None, :]
    elif np.ndim(b) == 1:
        found = (np.swapaxes(a, -1, -2) @ dout[..., None])[..., 0]
    else:
        found = np.swapaxes(a, -1, -2) @ dout
    return unbroadcast(found, b)


def outer_sum(columns, rows):
    """The sum of the outer products of columns and rows, which lists hold."""
    return np.array(columns).T @ np.array(rows) if columns else 0.0


def dot_adjoint_of_first(a, b, dout):
    """The adjoint of a in np.dot(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return unbroadcast(dout * b, a)
    if np.ndim(b) == 1:
        return np.multiply.outer(dout, b)
    return np.tensordot(dout, np.swapaxes(b, -1, -2), axes=np.ndim(b) - 1)


def dot_adjoint_of_second(a, b, dout):
    """The adjoint of b in np.dot(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return unbroadcast(dout * a, b)
    free = tuple(range(np.ndim(a) - 1))
    found = np.tensordot(a, dout, axes=(free, free))
    return found if np.ndim(b) == 1 else np.moveaxis(found, 0, -2)


def inner_adjoint_of_first(a, b, dout):
    """The adjoint of a in np.inner(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return unbroadcast(dout * b, a)
    return np.tensordot(dout, b, axes=np.ndim(b) - 1)


def inner_adjoint_of_second(a, b, dout):
    """The adjoint of b in np.inner(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return unbroadcast(dout * a, b)
    free = tuple(range(np.ndim(a) - 1))
    return np.tensordot(dout, a, axes=(free, free))


def contracted_axes(a, b, axes):
    """The axes of a and b that np.tensordot(a, b, axes) sums over, counted from 0."""
    if np.ndim(axes) == 0:
        return list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes))
    first, second = (np.atleast_1d(each) for each in axes)
    return [int(i) % np.ndim(a) for i in first], [int(i) % np.ndim(b) for i in second]


def tensordot_adjoint_of_first(a, b, axes, dout):
    """The adjoint of a in np.tensordot(a, b, axes)."""
    of_a, of_b = contracted_axes(a, b, axes)
    free = [i for i in range(np.ndim(a)) if i not in of_a]
    rest = [i for i in range(np.ndim(b)) if i not in of_b]
    behind = list(range(len(free), len(free) + len(rest)))
    found = np.tensordot(dout, b, axes=(behind, rest))
    return np.transpose(found, np.argsort(free + [of_a[k] for k in np.argsort(of_b)]))


def tensordot_adjoint_of_second(a, b, axes, dout):
    """The adjoint of b in np.tensordot(a, b, axes)."""
    of_a, of_b = contracted_axes(a, b, axes)
    free = [i for i in range(np.ndim(a)) if i not in of_a]
    rest = [i for i in range(np.ndim(b)) if i not in of_b]
    found = np.tensordot(a, dout, axes=(free, list(range(len(free)))))
    return np.transpose(found, np.argsort([of_b[k] for k in np.argsort(of_a)] + rest))


def kron_blocks(a, b, dout):
    """The adjoint of np.kron(a, b) with the axes of a and of b apart, and these axes."""
    rank = max(np.ndim(a), np.ndim(b))
    of_a = (1,) * (rank - np.ndim(a)) + np.shape(a)
    of_b = (1,) * (rank - np.ndim(b)) + np.shape(b)
    blocks = np.reshape(dout, [n for pair in zip(of_a, of_b, strict=True) for n in pair])
    return blocks, tuple(range(0, 2 * rank, 2)), tuple(range(1, 2 * rank, 2)), of_a, of_b


def kron_adjoint_of_first(a, b, dout):
    """The adjoint of a in np.kron(a, b)."""
    blocks, _, axes, _, of_b = kron_blocks(a, b, dout)
    found = np.tensordot(blocks, np.reshape(b, of_b), axes=(axes, tuple(range(len(of_b)))))
    return np.reshape(found, np.shape(a))


def kron_adjoint_of_second(a, b, dout):
    """The adjoint of b in np.kron(a, b)."""
    blocks, axes, _, of_a, _ = kron_blocks(a, b, dout)
    found = np.tensordot(blocks, np.reshape(a, of_a), axes=(axes, tuple(range(len(of_a)))))
    return np.reshape(found, np.shape(b))


def cross_adjoint_of_first(a, b, dout, axisa, axisb, axisc):
    """The adjoint of a in np.cross(a, b, axisa, axisb, axisc), for vectors of three components."""
    found = np.linalg.cross(np.moveaxis(b, axisb, -1), np.moveaxis(dout, axisc, -1))
    return np.moveaxis(unbroadcast(found, np.moveaxis(a, axisa, -1)), -1, axisa)


def cross_adjoint_of_second(a, b, dout, axisa, axisb, axisc):
    """The adjoint of b in np.cross(a, b, axisa, axisb, axisc), for vectors of three components."""
    found = np.linalg.cross(np.moveaxis(dout, axisc, -1), np.moveaxis(a, axisa, -1))
    return np.moveaxis(unbroadcast(found, np.moveaxis(b, axisb, -1)), -1, axisb)


def multi_dot_adjoint(arrays, k, dout):
    """The adjoint of arrays[k] in np.linalg.multi_dot(arrays), the ends of which may be vectors."""
    matrices = [np.asarray(a) for a in arrays]
    dout = np.asarray(dout)
    if np.ndim(arrays[0]) == 1:
        matrices[0], dout = matrices[0][None, :], dout[None]
    if np.ndim(arrays[-1]) == 1:
        matrices[-1], dout = matrices[-1][:, None], dout[..., None]
    found = dout
    for a in matrices[:k]:
        found = a.T @ found
    for a in matrices[:k:-1]:
        found = found @ a.T
    return np.reshape(found, np.shape(arrays[k]))


def matrix_power_adjoint(a, n, dout):
    """The adjoint of a in np.linalg.matrix_power(a, n): the power of a block matrix has it in its
    corner (Higham 2008, Functions of Matrices, theorem 3.6)."""
    size = np.shape(a)[-1]
    t = np.swapaxes(a, -1, -2)
    blocks = np.block([[t, dout], [np.zeros_like(t), t]])
    return np.linalg.matrix_power(blocks, n)[..., :size, size:]
