"""Functions that pick elements of arrays: diagonals, triangles, indices."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import array_kind, length, like, product
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array, kind_of_value
from symdiff.rules.shapes import broadcast, dims_of, plus
from symdiff.stages import BOOLEAN, INTEGER, ArrayOf, Dim, Kind

# --- diagonals -----------------------------------------------------------------------------------


def is_square(a, axis1=0, axis2=1) -> bool:
    return a.dims is not None and a.dims[axis1] is not None and a.dims[axis1] == a.dims[axis2]


def diagonal_length(a, offset, axis1=0, axis2=1) -> Dim:
    rows, columns = a.dims[axis1], a.dims[axis2]
    if type(offset) is not int:
        return None
    if type(rows) is int and type(columns) is int:
        return max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    return rows if offset == 0 and is_square(a, axis1, axis2) else None


def diagonal_kind(a, offset=0, axis1=0, axis2=1) -> Kind:
    if a.dims is None or type(axis1) is not int or type(axis2) is not int:
        return ArrayOf(a.item, None)
    gone = {axis1 % len(a.dims), axis2 % len(a.dims)}
    dims = [d for i, d in enumerate(a.dims) if i not in gone]
    return ArrayOf(a.item, (*dims, diagonal_length(a, offset, axis1, axis2)))


def is_zero(offset) -> bool:
    return not isinstance(offset, Node) and offset == 0


def shifted(offset) -> dict[str, object]:
    return {} if is_zero(offset) else {"k": offset}


@array("numpy.diagonal", kind=diagonal_kind, view="always", linear=True)
def diagonal(a, offset=0, axis1=0, axis2=1, *, ans, dout):
    if a.rank == 2 and (axis1, axis2) == (0, 1) and is_zero(offset) and is_square(a):
        return np.diag(dout)
    return helper("diagonal_adjoint", a, dout, offset, axis1, axis2, kind=like(a, dout))


def diag_kind(v, k=0) -> Kind:
    if v.dims is None:
        return ArrayOf(v.item, None)
    if len(v.dims) == 2:
        return diagonal_kind(v, k)
    n = plus(v.dims[0], abs(k)) if type(k) is int else None
    return ArrayOf(v.item, (n, n))


@array("numpy.diag", kind=diag_kind, view="maybe", linear=True)
def diag(v, k=0, *, ans, dout):
    if v.rank == 1 or v.rank == 2 and is_zero(k) and is_square(v):
        return np.diag(dout, **shifted(k))
    if v.rank == 2:
        return helper("diagonal_adjoint", v, dout, k, kind=like(v, dout))
    return helper("diag_adjoint", v, dout, k, kind=like(v, dout))


def diagflat_kind(v, k=0) -> Kind:
    n = plus(product(v.dims), abs(k)) if type(k) is int else None
    return ArrayOf(v.item, (n, n))


@array("numpy.diagflat", kind=diagflat_kind, linear=True)
def diagflat(v, k=0, *, ans, dout):
    found = np.diag(dout, **shifted(k))
    return found if v.rank == 1 else np.reshape(found, v.shape)


def trace_kind(a, offset=0, axis1=0, axis2=1, dtype=None, out=None) -> Kind:
    item = INTEGER if a.item is BOOLEAN else a.item
    if a.dims is None or type(axis1) is not int or type(axis2) is not int:
        return ArrayOf(item, None)
    gone = {axis1 % len(a.dims), axis2 % len(a.dims)}
    return array_kind(item, tuple(d for i, d in enumerate(a.dims) if i not in gone))


@array(
    "numpy.trace", kind=trace_kind, only={"dtype": (None,), "out": (None,)}, linear=True
)  # fmt: skip
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None, *, ans, dout):
    if a.rank == 2 and (axis1, axis2) in ((0, 1), (0, -1), (-2, -1), (-2, 1)):
        rows, columns = length(a, 0), length(a, 1)
        size = (rows,) if is_square(a) else (rows, columns)
        return dout * np.eye(*size, **shifted(offset))
    return helper("trace_adjoint", a, dout, offset, axis1, axis2, kind=like(a, dout))


# --- triangles -----------------------------------------------------------------------------------


def triangle_kind(m, k=0) -> Kind:
    if m.dims is not None and len(m.dims) == 1:
        return ArrayOf(m.item, (m.dims[0], m.dims[0]))
    return ArrayOf(m.item, m.dims)


def _triangle(function, m, k, dout):
    kept = function(dout, **shifted(k))
    if m.rank is None:
        return helper("unbroadcast", kept, m, kind=like(m, dout))
    return np.sum(kept, axis=0) if m.rank == 1 else kept


@array("numpy.tril", kind=triangle_kind, linear=True)
def tril(m, k=0, *, ans, dout):
    return _triangle(np.tril, m, k, dout)


@array("numpy.triu", kind=triangle_kind, linear=True)
def triu(m, k=0, *, ans, dout):
    return _triangle(np.triu, m, k, dout)


# --- indices -------------------------------------------------------------------------------------


def taken(a, indices, axis=None, out=None, mode="raise") -> Kind:
    of_index = dims_of(kind_of_value(indices))
    if axis is None:
        return array_kind(a.item, of_index)
    if a.dims is None or of_index is None or type(axis) is not int:
        return ArrayOf(a.item, None)
    at = axis % len(a.dims)
    return array_kind(a.item, (*a.dims[:at], *of_index, *a.dims[at + 1 :]))


@array("numpy.take", kind=taken, only={"out": (None,)}, linear=True)
def take(a, indices, axis=None, out=None, mode="raise", *, ans, dout):
    return helper("take_adjoint", a, dout, indices, axis, mode, kind=like(a, dout))


def taken_along_axis(arr, indices, axis=-1) -> Kind:
    of_index = dims_of(kind_of_value(indices))
    if axis is None:
        return ArrayOf(arr.item, of_index)
    if arr.dims is None or of_index is None or type(axis) is not int:
        return ArrayOf(arr.item, None)
    at = axis % len(arr.dims)
    others = broadcast(arr.dims[:at] + arr.dims[at + 1 :], of_index[:at] + of_index[at + 1 :])
    assert others is not None
    return ArrayOf(arr.item, (*others[:at], of_index[at], *others[at:]))


@array("numpy.take_along_axis", kind=taken_along_axis, linear=True)
def take_along_axis(arr, indices, axis=-1, *, ans, dout):
    return helper("take_along_axis_adjoint", arr, dout, indices, axis, kind=like(arr, dout))


def compressed(condition, a, axis=None, out=None) -> Kind:
    if axis is None:
        return ArrayOf(a.item, (None,))
    if a.dims is None or type(axis) is not int:
        return ArrayOf(a.item, None)
    at = axis % len(a.dims)
    return ArrayOf(a.item, tuple(None if i == at else d for i, d in enumerate(a.dims)))


@array("numpy.compress", wrt="a", kind=compressed, only={"out": (None,)}, linear=True)
def compress(condition, a, axis=None, out=None, *, ans, dout):
    return helper("compress_adjoint", a, dout, condition, axis, kind=like(a, dout))


@array("numpy.extract", wrt="arr", kind=lambda _, arr: ArrayOf(arr.item, (None,)), linear=True)
def extract(condition, arr, *, ans, dout):
    return helper("extract_adjoint", arr, dout, condition, kind=like(arr, dout))
