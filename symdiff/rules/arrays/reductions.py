"""Sums, means, extremes: functions that take axes away."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import item_of
from symdiff.stages import BOOLEAN, INTEGER, ArrayOf, Kind


def reduced(a, axis=None, keepdims=False, **_) -> Kind:
    """The kind of a reduction of `a` along `axis`: a number without axes."""
    item = INTEGER if a.item is BOOLEAN else a.item
    axes = (axis,) if isinstance(axis, int) else axis
    if axis is None and keepdims is False:
        return item
    if a.dims is None or isinstance(axis, Node) or keepdims not in (True, False):
        return ArrayOf(item, None)
    rank = len(a.dims)
    gone = set(range(rank)) if axes is None else {i % rank for i in axes}
    if keepdims:
        return ArrayOf(item, tuple(1 if i in gone else d for i, d in enumerate(a.dims)))
    dims = tuple(d for i, d in enumerate(a.dims) if i not in gone)
    return ArrayOf(item, dims) if dims else item


def restored(dout, a, axis, keepdims):
    """`dout` with the axes that a reduction of `a` took away, of length 1: it broadcasts to `a`."""
    if axis is None and keepdims is False or keepdims is True:
        return dout
    if isinstance(axis, int) and a.rank is not None and item_of(dout.kind) and dout.rank:
        at = axis % a.rank
        if at == 0:
            return dout if dout.rank == a.rank - 1 else np.expand_dims(dout, axis)
    return np.expand_dims(dout, axis)


def sum_kind(a, axis=None, dtype=None, out=None, keepdims=False) -> Kind:
    return reduced(a, axis, keepdims)


@array("numpy.sum", kind=sum_kind, only={"dtype": (None,), "out": (None,)}, linear=True)
def sum_(a, axis=None, dtype=None, out=None, keepdims=False, *, ans, dout):
    return restored(dout, a, axis, keepdims)


def first_axis_gone(iterable, start=0) -> Kind:
    return reduced(iterable, 0)


@array("builtins.sum", wrt="iterable start", kind=first_axis_gone, linear=True)
def builtin_sum(iterable, start=0, *, ans, dout):
    return dout, dout
