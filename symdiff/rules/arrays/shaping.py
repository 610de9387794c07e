"""Functions that rearrange the elements of arrays, or give them other axes."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import axes_of, like, product, shape_of, with_rank
from symdiff.rules.arrays.dtypes import dims_of_shape
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import Dims, never_one
from symdiff.stages import ArrayOf, Dim, Extent, Kind, TupleOf, Var

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


def permuted(a, axes) -> Kind:
    """The kind of `a` with its axes in another order, a list of axes."""
    return ArrayOf(a.item, None if axes is None else tuple(a.dims[i] for i in axes))


def moved_axes(rank, source, destination):
    """The order of axes that `numpy.moveaxis` makes; None if it is not known."""
    given, places = axes_of(source, rank), axes_of(destination, rank)
    if rank is None or given is None or places is None:
        return None
    order = [i for i in range(rank) if i not in given]
    for place, axis in sorted(zip(places, given, strict=True)):
        order.insert(place, axis)
    return order


def swap_kind(a, axis1, axis2) -> Kind:
    if a.dims is None or type(axis1) is not int or type(axis2) is not int:
        return ArrayOf(a.item, None)
    order = list(range(len(a.dims)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return permuted(a, order)


@array("numpy.swapaxes", kind=swap_kind, view="always", linear=True)
def swapaxes(a, axis1, axis2, *, ans, dout):
    return np.swapaxes(dout, axis1, axis2)


@array(
    "numpy.matrix_transpose", "numpy.linalg.matrix_transpose",
    kind=lambda x: swap_kind(x, -1, -2), view="always", linear=True,
)  # fmt: skip
def matrix_transpose(x, *, ans, dout):
    return np.transpose(dout) if x.rank == 2 else np.swapaxes(dout, -1, -2)


@array(
    "numpy.moveaxis", kind=lambda a, source, destination: permuted(
        a, moved_axes(a.rank, source, destination)
    ), view="always", linear=True,
)  # fmt: skip
def moveaxis(a, source, destination, *, ans, dout):
    return np.moveaxis(dout, destination, source)


def rolled_axes(rank, axis, start):
    if rank is None or type(axis) is not int or type(start) is not int:
        return None
    axis %= rank
    start += rank if start < 0 else 0
    order = [i for i in range(rank) if i != axis]
    order.insert(start - (axis < start), axis)
    return order


@array(
    "numpy.rollaxis", kind=lambda a, axis, start=0: permuted(a, rolled_axes(a.rank, axis, start)),
    view="always", linear=True,
)  # fmt: skip
def rollaxis(a, axis, start=0, *, ans, dout):
    order = rolled_axes(a.rank, axis, start)
    if order is not None:
        return np.transpose(dout, tuple(order.index(i) for i in range(len(order))))
    return helper("rollaxis_adjoint", a, dout, axis, start, kind=like(a, dout))


# --- other axes for the same elements ------------------------------------------------------------


def reshaped(a, shape, order="C", copy=None) -> Kind:
    dims = dims_of_shape(shape)
    if dims is None:
        return ArrayOf(a.item, None)
    given = shape if isinstance(shape, (tuple, list)) else (shape,)
    left = [i for i, d in enumerate(given) if type(d) is int and d == -1]
    if len(left) == 1:
        at = left[0]
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
        return ArrayOf(a.item, tuple(d for d in a.dims if d != 1))
    axes = axes_of(axis, a.rank)
    if axes is None:
        return ArrayOf(a.item, None)
    return ArrayOf(a.item, tuple(d for i, d in enumerate(a.dims) if i not in axes))


@array("numpy.squeeze", kind=squeezed, view="always", linear=True)
def squeeze(a, axis=None, *, ans, dout):
    return np.reshape(dout, shape_of(a)) if axis is None else np.expand_dims(dout, axis)


def atleast(rank):
    """The kind of `numpy.atleast_1d` and the like."""

    def kind(*arys) -> Kind:
        kinds = tuple(ArrayOf(a.item, with_rank(a.dims, rank)) for a in arys)
        return kinds[0] if len(kinds) == 1 else TupleOf(kinds)

    return kind


def _atleast(rank, arys, dout):
    douts = (dout,) if len(arys) == 1 else dout
    return [
        share if share is None or a.rank is not None and a.rank >= rank else back_to(a, share)
        for a, share in zip(arys, douts, strict=True)
    ]


@array("numpy.atleast_1d", kind=atleast(1), view="maybe", linear=True)
def atleast_1d(*arys, ans, dout):
    return _atleast(1, arys, dout)


@array("numpy.atleast_2d", kind=atleast(2), view="maybe", linear=True)
def atleast_2d(*arys, ans, dout):
    return _atleast(2, arys, dout)


@array("numpy.atleast_3d", kind=atleast(3), view="maybe", linear=True)
def atleast_3d(*arys, ans, dout):
    return _atleast(3, arys, dout)
