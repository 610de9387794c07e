"""Functions that rearrange the elements of arrays, or give them other axes."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import array_kind, axes_of, product, shape_of
from symdiff.rules.arrays.dtypes import dims_of_shape
from symdiff.rules.arrays.nodes import Node, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import Dims, never_one
from symdiff.stages import ArrayOf, Dim, Extent, Kind, Var

KNOWN_ORDER = ("C", "F")

# --- transposes ----------------------------------------------------------------------------------


def transposed(a, axes=None) -> Kind:
    if a.dims is None or isinstance(axes, Node):
        return ArrayOf(a.item, None)
    order = axes if axes is not None else range(len(a.dims))[::-1]
    return ArrayOf(a.item, tuple(a.dims[i] for i in order))


@array("numpy.transpose", "numpy.permute_dims", kind=transposed, view="always", linear=True)
def transpose(a, axes=None, *, ans, dout):
    if axes is None:
        return np.transpose(dout)
    if isinstance(axes, Node):
        return np.transpose(dout, np.argsort(axes))
    rank = len(axes)
    back = tuple(sorted(range(rank), key=lambda i: axes[i] % rank))
    return np.transpose(dout, back)


# --- other axes for the same elements ------------------------------------------------------------


def reshaped(a, shape, order="C", copy=None) -> Kind:
    dims = dims_of_shape(shape)
    if dims is None:
        return ArrayOf(a.item, None)
    given = shape if isinstance(shape, (tuple, list)) else (shape,)
    if -1 in [d for d in given if type(d) is int]:
        at = given.index(-1)
        rest = dims[:at] + dims[at + 1 :]
        dims = (*dims[:at], left_over(a.dims, rest), *dims[at + 1 :])
    if len(given) == len(dims):
        dims = tuple(None if _may_be_negative(n) else d for n, d in zip(given, dims, strict=True))
    return ArrayOf(a.item, dims)


def _may_be_negative(length) -> bool:
    """Whether a length is perhaps -1: then it is none."""
    is_variable = isinstance(length, Node) and isinstance(length.expr, Var)
    return is_variable and length.expr.length is None


def left_over(whole: Dims | None, others: Dims) -> Dim:
    """The length that is written -1 where an array is given axes of other lengths."""
    if whole is None:
        return None
    remaining = list(whole)
    number = 1
    for dim in others:
        if dim is not None and type(dim) is not int and dim in remaining:
            remaining.remove(dim)
        elif type(dim) is int:
            number *= dim
        else:
            return None
    total = product(tuple(remaining))
    if number == 0 or total is None:
        return None
    if isinstance(total, Extent):
        counts = [c for _, c in total.terms] + [total.constant]
        if any(c % number for c in counts):
            return None
        terms = tuple((s, c // number) for s, c in total.terms)
        return Extent(terms, total.constant // number)
    assert isinstance(total, int)
    return total // number


@array("numpy.reshape", kind=reshaped, only={"order": KNOWN_ORDER}, view="maybe", linear=True)
def reshape(a, shape, order="C", copy=None, *, ans, dout):
    return back_to(a, dout, order)


def back_to(a, dout, order="C"):
    """The adjoint of a reshaped array."""
    return np.reshape(dout, shape_of(a), **({} if order == "C" else {"order": order}))


def ravelled(a, order="C") -> Kind:
    return ArrayOf(a.item, (product(a.dims),))


@array("numpy.ravel", kind=ravelled, only={"order": KNOWN_ORDER}, view="maybe", linear=True)
def ravel(a, order="C", *, ans, dout):
    return back_to(a, dout, order)


def with_axes(a, axis) -> Kind:
    axes = axis if isinstance(axis, tuple) else (axis,)
    if a.dims is None or not all(type(i) is int for i in axes):
        return ArrayOf(a.item, None)
    rank = len(a.dims) + len(axes)
    new = {i % rank for i in axes}
    old = iter(a.dims)
    return ArrayOf(a.item, tuple(1 if i in new else next(old) for i in range(rank)))


@array("numpy.expand_dims", kind=with_axes, view="always", linear=True)
def expand_dims(a, axis, *, ans, dout):
    return np.squeeze(dout, axis=axis)


def squeezed(a, axis=None) -> Kind:
    if a.dims is None:
        return ArrayOf(a.item, None)
    if axis is None:
        if not all(d == 1 or type(d) is int or never_one(d) for d in a.dims):
            return ArrayOf(a.item, None)
        return array_kind(a.item, tuple(d for d in a.dims if d != 1))
    axes = axes_of(axis, a.rank)
    if axes is None:
        return ArrayOf(a.item, None)
    return ArrayOf(a.item, tuple(d for i, d in enumerate(a.dims) if i not in axes))


@array("numpy.squeeze", kind=squeezed, view="always", linear=True)
def squeeze(a, axis=None, *, ans, dout):
    return np.reshape(dout, shape_of(a)) if axis is None else np.expand_dims(dout, axis)
