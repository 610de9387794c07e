"""Linear algebra over symbolic numbers, by elimination and reflection: `numpy.linalg`, for small
matrices and stacks of them."""

# mypy: allow-untyped-calls, allow-untyped-defs
from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from symdiff.checking import functions as f
from symdiff.checking.arrays.array import dispatch, index_of, plain, wrap
from symdiff.checking.arrays.functions import max_, min_, total
from symdiff.checking.number import NoCounterpart, Symbolic, named, number
from symdiff.checking.precision import field

Matrix = Any  # a plain array of objects with two axes


def _numbers(a: Any) -> Matrix:
    """A new plain array of symbolic numbers."""
    values = plain(a)
    found = np.empty(values.shape, object)
    for i in np.ndindex(values.shape):
        found[i] = number(values[i])
    return found


def _each(function: Callable[..., Any], *stacks: Any) -> Any:
    """A function of matrices on each of a stack of them."""
    lead = np.broadcast_shapes(*(s.shape[:-2] for s in stacks))
    if not lead:
        return function(*stacks)
    spread = [np.broadcast_to(s, lead + s.shape[-2:]) for s in stacks]
    found = [function(*(s[i] for s in spread)) for i in np.ndindex(lead)]
    if isinstance(found[0], tuple):
        return tuple(_pack([x[k] for x in found], lead) for k in range(len(found[0])))
    return _pack(found, lead)


def _pack(parts: list[Any], lead: tuple[int, ...]) -> Any:
    shape = np.shape(parts[0]) if isinstance(parts[0], np.ndarray) else ()
    found = np.empty((len(parts), *shape), object)
    for i, part in enumerate(parts):
        found[i] = part
    return found.reshape(lead + shape)


def _singular() -> Exception:
    return np.linalg.LinAlgError("Singular matrix")


def _eliminated(a: Matrix, b: Matrix) -> tuple[Matrix, Matrix, int, bool]:
    """a and b after elimination with the largest pivots, the sign of the exchanges, and whether a
    is regular. The result does not depend on the choice of pivots, which is no decision."""
    a, b, sign = a.copy(), b.copy(), 1
    n = len(a)
    for j in range(n):
        p = max(range(j, n), key=lambda i: abs(a[i, j].value))
        if a[p, j].value == 0:
            return a, b, sign, False
        if p != j:
            a[[j, p]], b[[j, p]], sign = a[[p, j]], b[[p, j]], -sign
        for i in range(j + 1, n):
            factor = a[i, j] / a[j, j]
            if factor.value == 0 and factor.run is None:
                continue
            for k in range(j + 1, n):
                a[i, k] = a[i, k] - factor * a[j, k]
            for k in range(b.shape[1]):
                b[i, k] = b[i, k] - factor * b[j, k]
    return a, b, sign, True


def _solve(a: Matrix, b: Matrix) -> Matrix:
    upper, b, _, regular = _eliminated(a, b)
    if not regular:
        raise _singular()
    for i in range(len(a) - 1, -1, -1):
        for k in range(b.shape[1]):
            rest = b[i, k]
            for j in range(i + 1, len(a)):
                rest = rest - upper[i, j] * b[j, k]
            b[i, k] = rest / upper[i, i]
    return b


def solve(a, b):
    a, b = _numbers(a), _numbers(b)
    if b.ndim == 1:
        return wrap(_each(_solve, a, b[:, None])[..., 0])
    return wrap(_each(_solve, a, b))


def _unit(n: int) -> Matrix:
    return _numbers(np.eye(n, dtype=int))


def inv(a):
    a = _numbers(a)
    return wrap(_each(lambda m: _solve(m, _unit(len(m))), a))


def _det(a: Matrix) -> Symbolic:
    upper, _, sign, regular = _eliminated(a, a[:, :0])
    if not regular:  # its derivative is the adjugate, not zero
        return _expanded(a)
    found = number(float(sign))
    for i in range(len(a)):
        found = found * upper[i, i]
    return found


def _expanded(a: Matrix) -> Symbolic:
    """The determinant by its first row."""
    if len(a) == 0:
        return number(1.0)
    found = number(0.0)
    for j in range(len(a)):
        minor = np.delete(a[1:], j, axis=1)
        found = found + a[0, j] * _expanded(minor) * (-1) ** j
    return found


def det(a):
    return wrap(_each(_det, _numbers(a)))


class SlogdetResult(NamedTuple):
    sign: Any
    logabsdet: Any


def slogdet(a):
    def one(m: Matrix) -> tuple[Any, Any]:
        found = _det(m)
        if found == 0:
            return number(0.0), -named("inf")
        return number(1.0 if found > 0 else -1.0), f.ln(abs(found))

    return SlogdetResult(*map(wrap, _each(one, _numbers(a))))


def _cholesky(a: Matrix) -> Matrix:
    n = len(a)
    found = _numbers(np.zeros((n, n), dtype=int))
    for j in range(n):
        rest = a[j, j]
        for k in range(j):
            rest = rest - found[j, k] * found[j, k]
        if not rest.value > 0:
            raise np.linalg.LinAlgError("Matrix is not positive definite")
        found[j, j] = f.sqrt(rest)
        for i in range(j + 1, n):
            rest = a[i, j]
            for k in range(j):
                rest = rest - found[i, k] * found[j, k]
            found[i, j] = rest / found[j, j]
    return found


def cholesky(a, /, *, upper=False):
    a = _numbers(a)
    if upper:
        return wrap(np.swapaxes(_each(_cholesky, np.swapaxes(a, -1, -2)), -1, -2))
    return wrap(_each(_cholesky, a))


def pinv(a, rcond=None, hermitian=False, *, rtol=None):
    """For matrices of full rank."""

    def one(m: Matrix) -> Matrix:
        t = m.T
        try:
            return _solve(t @ m, t) if m.shape[0] >= m.shape[1] else _solve(m @ t, m).T
        except np.linalg.LinAlgError:
            raise NoCounterpart("numpy.linalg.pinv() of a matrix without full rank") from None

    return wrap(_each(one, _numbers(a)))


class QRResult(NamedTuple):
    Q: Any
    R: Any


def _qr(a: Matrix) -> tuple[Matrix, Matrix]:
    """By reflections, with the signs of LAPACK."""
    rows, columns = a.shape
    r, q = a.copy(), _unit(rows)
    for j in range(min(rows - 1, columns)):
        x = r[j:, j]
        length = f.sqrt(sum((v * v for v in x), number(0.0)))
        below = any(v.value != 0 for v in x[1:])
        if not below:
            continue
        beta = -length if x[0].value >= 0 else length
        v = x.copy()
        v[0] = v[0] - beta
        scale = 2 / sum((u * u for u in v), number(0.0))
        r[j:] = r[j:] - scale * np.multiply.outer(v, v @ r[j:])
        q[:, j:] = q[:, j:] - scale * np.multiply.outer(q[:, j:] @ v, v)
        r[j + 1 :, j] = number(0.0)
    return q, r


def qr(a, mode="reduced"):
    if mode not in ("reduced", "complete", "r"):
        raise NoCounterpart(f"numpy.linalg.qr() in mode {mode!r}")
    values = _numbers(a)
    q, r = _each(_qr, values)
    if mode != "complete":
        count = min(values.shape[-2:])
        q, r = q[..., :count], r[..., :count, :]
    return wrap(r) if mode == "r" else QRResult(wrap(q), wrap(r))


# --- norms ---------------------------------------------------------------------------------------


def _abs(x: Any) -> Any:
    return dispatch(np.absolute, "__call__", (x,), None, {})


def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    x = wrap(_numbers(x))
    order = None if ord is None else number(ord)
    if order is None or order.value == 2:
        return dispatch(np.sqrt, "__call__", (total(x * x, axis, keepdims=keepdims),), None, {})
    if field().isinf(order.value):
        return (max_ if order.value > 0 else min_)(_abs(x), axis, keepdims=keepdims)
    if order.value == 0:
        return total(wrap((plain(x) != 0).astype(bool)), axis, keepdims=keepdims) * number(1.0)
    powers = dispatch(np.power, "__call__", (_abs(x), order), None, {})
    inner = total(powers, axis, keepdims=keepdims)
    return (
        inner if order.value == 1 else dispatch(np.power, "__call__", (inner, 1 / order), None, {})
    )


def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    if ord in (None, "fro"):
        return vector_norm(x, axis=(-2, -1), keepdims=keepdims)
    order = None if isinstance(ord, str) else number(ord).value
    if order is None or abs(order) == 2:
        raise NoCounterpart("norms by singular values")
    sums = total(_abs(wrap(_numbers(x))), -2 if abs(order) == 1 else -1, keepdims=True)
    return (max_ if order > 0 else min_)(sums, (-2, -1), keepdims=keepdims)


def norm(x, ord=None, axis=None, keepdims=False):
    values = _numbers(x)
    axis = index_of(tuple(axis)) if isinstance(axis, (list, tuple)) else axis
    if axis is None and (ord is None or values.ndim == 1):
        return vector_norm(values, axis=None, keepdims=keepdims, ord=2 if ord is None else ord)
    axes = (-2, -1) if axis is None else axis
    if not isinstance(axes, tuple) or len(axes) == 1:
        return vector_norm(values, axis=axes, keepdims=keepdims, ord=2 if ord is None else ord)
    moved = np.moveaxis(values, axes, (-2, -1))
    found = matrix_norm(moved, keepdims=keepdims, ord=ord)
    return wrap(np.moveaxis(plain(found), (-2, -1), axes)) if keepdims else found


def cond(x, p=None):
    if p in (None, 2, -2):
        raise NoCounterpart("condition numbers by singular values")
    return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))


def matrix_power(a, n):
    if n < 0:
        return matrix_power(inv(a), -n)
    found = _numbers(a)
    found = np.broadcast_to(_unit(found.shape[-1]), found.shape)
    for _ in range(n):
        found = found @ _numbers(a)
    return wrap(found)


def tensorinv(a, ind=2):
    values = _numbers(a)
    shape = values.shape[ind:] + values.shape[:ind]
    rows = int(np.prod(values.shape[ind:], dtype=int))
    return wrap(_solve(values.reshape(-1, rows), _unit(rows)).reshape(shape))


def tensorsolve(a, b, axes=None):
    a, b = _numbers(a), _numbers(b)
    if axes is not None:
        kept = [i for i in range(a.ndim) if i not in axes]
        a = np.transpose(a, kept + list(axes))
    shape = a.shape[-(a.ndim - b.ndim) :] if a.ndim > b.ndim else ()
    return wrap(_solve(a.reshape(b.size, -1), b.reshape(-1, 1)).reshape(shape))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    g.__name__: g
    for g in (
        solve, inv, det, slogdet, cholesky, pinv, qr, vector_norm, matrix_norm, norm, cond,
        matrix_power, tensorinv, tensorsolve,
    )
}  # fmt: skip
# Those of NumPy's own that are made of sums of products, and serve objects as well.
NATIVE = frozenset(
    [
        "multi_dot",
        "cross",
        "outer",
        "tensordot",
        "vecdot",
        "matmul",
        "diagonal",
        "trace",
        "LinAlgError",
    ]
)
NATIVE |= {"matrix_transpose"}
