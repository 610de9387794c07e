"""What rules of array functions know of axes and shapes, and what they write about them."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

import math

from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.shapes import Dims, joined_item
from symdiff.stages import INTEGER, NOTHING, ArrayOf, Dim, Kind, Scalar

ALL = slice(None)


# --- what is known while code is generated -------------------------------------------------------


def axes_of(axis, rank) -> tuple[int, ...] | None:
    """The axes that an argument names, counted from the first; None if that is not known."""
    if axis is None:
        return None if rank is None else tuple(range(rank))
    given = axis if isinstance(axis, tuple) else (axis,)
    if not all(type(i) is int for i in given):
        return None
    if rank is not None:
        return tuple(i % rank for i in given) if rank else ()
    return given if all(i >= 0 for i in given) else None


def is_none(node) -> bool:
    """Whether an argument that may be active was not given."""
    return node is None or isinstance(node, Node) and node.kind is NOTHING


def array_kind(item, dims: Dims | None) -> Kind:
    """The kind of a function's value: a number where it has no axes."""
    return item if dims == () else ArrayOf(item, dims)


def like(x, *nodes) -> Kind:
    """The kind of an array of the shape of `x` with numbers computed from `nodes`."""
    item = joined_item([n.kind for n in nodes]) if nodes else x.item
    return ArrayOf(item, x.dims) if not isinstance(x.kind, Scalar) else item


def known_as(node, x) -> Node:
    """A value that is known to have the shape of `x`."""
    return Node(node.expr, like(x, node))


def product(dims: Dims | None) -> Dim:
    """The number of elements."""
    from symdiff.rules.shapes import product as product_of

    return None if dims is None else product_of(dims)


# Where arrays of fewer axes than 1, 2 or 3 get axes of length 1 from `numpy.atleast_1d` and so on.
_ADDED: dict[int, tuple[tuple[int, ...], ...]] = {
    1: ((0,),),
    2: ((0, 1), (0,)),
    3: ((0, 1, 2), (0, 2), (2,)),
}


def with_rank(dims, rank):
    """The axes of an array that is given at least so many."""
    if dims is None or len(dims) >= rank:
        return dims
    old = iter(dims)
    return tuple(1 if i in _ADDED[rank][len(dims)] else next(old) for i in range(rank))


# --- what is written -----------------------------------------------------------------------------


def length(x, axis):
    """The length of an axis: a number where it is known."""
    if x.dims is not None and type(axis) is int and type(x.dims[axis]) is int:
        return x.dims[axis]
    return x.shape[axis]


def shape_of(x):
    """The shape of an array: a tuple of numbers where it is known."""
    if x.dims is not None and all(type(d) is int for d in x.dims):
        return x.dims
    return x.shape


def size_of(x):
    """The number of elements: a number where it is known."""
    total = product(x.dims)
    return total if type(total) is int else x.size


def count(x, axis):
    """How many elements a reduction of `x` along `axis` takes together."""
    if axis is None:
        return size_of(x)
    if isinstance(axis, Node):
        return (
            length(x, axis)
            if axis.kind is INTEGER
            else helper("elements_along", x, axis, kind=INTEGER)
        )
    return math_product([length(x, i) for i in (axis if isinstance(axis, tuple) else (axis,))])


def math_product(factors):
    known = math.prod(f for f in factors if not isinstance(f, Node))
    total = known
    for factor in factors:
        if isinstance(factor, Node):
            total = factor if type(total) is int and total == 1 else total * factor
    return total


def restored(reduced, x, axis, keepdims=False):
    """What a reduction of `x` gave, or its adjoint, with axes of length 1 where some were taken
    away: it broadcasts to `x`. `reduced` may have fewer axes than the reduction's value."""
    if reduced.rank == 0 or keepdims is True or axis is None and keepdims is False:
        return reduced
    axes = axes_of(axis, x.rank)
    if x.rank is None or axes is None or reduced.rank is None or isinstance(keepdims, Node):
        return helper("restore_axes", reduced, x, axis, keepdims, kind=ArrayOf(reduced.item))
    index = [None if i in axes else ALL for i in range(x.rank)]
    while sum(part is ALL for part in index) > reduced.rank:
        del index[0]
    while index and index[0] is None:
        del index[0]
    return reduced if None not in index else reduced[indexed(index)]


def indexed(parts):
    """An index without the colons at its end."""
    parts = list(parts)
    while len(parts) > 1 and parts[-1] is ALL:
        parts.pop()
    return parts[0] if len(parts) == 1 else tuple(parts)


def along(axis, part, rank=None):
    """The index that applies `part` to one axis and leaves the others alone."""
    if rank is not None and rank <= 2:
        axis %= rank
    if axis >= 0:
        return indexed([*[ALL] * axis, part])
    return (Ellipsis, part, *[ALL] * (-1 - axis)) if axis < -1 else (Ellipsis, part)


def total(x, axis, **keywords):
    """The sum along an axis, which is kept with length 1 so that it broadcasts to `x`."""
    if axis is None:
        return np.sum(x, **keywords)
    if axes_of(axis, x.rank) == (0,) and x.rank is not None:
        return np.sum(x, axis=0, **keywords)
    return np.sum(x, axis=axis, keepdims=True, **keywords)
