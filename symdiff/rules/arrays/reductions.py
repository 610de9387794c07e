"""Sums, products, means, extremes: functions that take axes away."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import (
    array_kind,
    axes_of,
    count,
    is_none,
    known_as,
    like,
    restored,
    total,
)
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import joined_item
from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, REAL, ArrayOf, Kind

PLAIN = {"dtype": (None,), "out": (None,)}
NO_OUT = {"out": (None,)}


# --- kinds ---------------------------------------------------------------------------------------


def reduced(a, axis=None, keepdims=False, item=None) -> Kind:
    """The kind of a reduction of `a` along `axis`: a number without axes."""
    item = a.item if item is None else item
    if a.dims == () or axis is None and keepdims is False:
        return array_kind(item, ())
    axes = axes_of(axis, a.rank)
    if a.dims is None or axes is None or isinstance(keepdims, Node):
        return ArrayOf(item, None)
    if keepdims:
        return ArrayOf(item, tuple(1 if i in axes else d for i, d in enumerate(a.dims)))
    return array_kind(item, tuple(d for i, d in enumerate(a.dims) if i not in axes))


def item_of_sum(a, *more):
    item = joined_item([a.kind, *(m.kind for m in more if not is_none(m))])
    return INTEGER if item is BOOLEAN else item


def item_of_mean(a):
    return a.item if a.item is COMPLEX else REAL


def sum_kind(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True) -> Kind:
    return reduced(a, axis, keepdims, item_of_sum(a, initial))


def extreme_kind(a, axis=None, out=None, keepdims=False, initial=None, where=True) -> Kind:
    return reduced(a, axis, keepdims, joined_item([a.kind]) if is_none(initial) else
                   joined_item([a.kind, initial.kind]))  # fmt: skip


def mean_kind(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True) -> Kind:
    return reduced(a, axis, keepdims, item_of_mean(a))


# --- sums and products ---------------------------------------------------------------------------


def masked(node, where):
    """`node` where a mask is true, and 0 elsewhere."""
    return node if where is True else node * where


@array("numpy.sum", wrt="a initial", kind=sum_kind, only=PLAIN, linear=True, spreads=True)
def sum_(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True,
         *, ans, dout):  # fmt: skip
    share = masked(restored(dout, a, axis, keepdims), where)
    if share.kind == ArrayOf(dout.item):
        share = np.broadcast_to(share, a.shape)
    return share, None if is_none(initial) else np.sum(np.broadcast_to(dout, ans.shape))


def first_axis_gone(iterable, start=0) -> Kind:
    return reduced(iterable, 0)


@array("builtins.sum", wrt="iterable start", kind=first_axis_gone, linear=True)
def builtin_sum(iterable, start=0, *, ans, dout):
    return dout, dout


@array("numpy.prod", wrt="a initial", spreads=True, kind=sum_kind, only=PLAIN)
def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True,
         *, ans, dout):  # fmt: skip
    factors = a if where is True else np.where(where, a, 1)
    given = () if axis is None else (axis,)
    others = helper("product_of_others", factors, *given, kind=like(a))
    share = masked(restored(dout, a, axis, keepdims) * others, where)
    if is_none(initial):
        return share, None
    return share * initial, np.sum(dout * np.prod(factors, axis=axis, keepdims=keepdims))


# --- means ---------------------------------------------------------------------------------------


def number_of(a, axis, where):
    """How many elements are averaged: a number, or an array that broadcasts to `a`."""
    if where is True:
        return count(a, axis)
    return total(np.broadcast_to(where, a.shape), axis)


@array("numpy.mean", kind=mean_kind, only=PLAIN, linear=True, spreads=True)
def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True, ans, dout):
    share = restored(dout, a, axis, keepdims) / number_of(a, axis, where)
    return masked(share, where)


def centred(a, axis, where):
    """The elements less their mean; conjugated, since that is what a modulus needs."""
    if axis is None:
        middle = np.mean(a) if where is True else np.mean(a, where=where)
    else:
        lean = a.rank is not None and axes_of(axis, a.rank) == (0,)
        options = {} if lean else {"keepdims": True}
        if where is not True:
            options["where"] = where
        middle = np.mean(a, axis=axis, **options)
    difference = a - middle
    return np.conj(difference) if a.item is COMPLEX else difference


def less(n, ddof):
    """The number of degrees of freedom."""
    return n if ddof == 0 and not isinstance(ddof, Node) else n - ddof


def variance_kind(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, **_) -> Kind:
    return reduced(a, axis, keepdims, REAL)


VARIANCE = {**PLAIN, "mean": (None,), "correction": (None,)}


@array("numpy.var", spreads=True, kind=variance_kind, only=VARIANCE)
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
        correction=None, ans, dout):  # fmt: skip
    n = less(number_of(a, axis, where), ddof)
    return masked(2 * restored(dout, a, axis, keepdims) * centred(a, axis, where) / n, where)


@array(
    "numpy.std",
    spreads=True,
    kind=variance_kind,
    only=VARIANCE,
    note="0 where all elements are equal",
)
def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
        correction=None, ans, dout):  # fmt: skip
    n = less(number_of(a, axis, where), ddof)
    scale = restored(dout / (ans + (ans == 0)), a, axis, keepdims)
    return masked(scale * centred(a, axis, where) / n, where)


# --- extremes ------------------------------------------------------------------------------------

TIES = "ties share evenly"


def extreme(a, axis, keepdims, initial, where, ans, dout):
    """The adjoints of `a` and `initial`: shared by all that are equal to the extreme."""
    hit = a == restored(ans, a, axis, keepdims)
    if where is not True:
        hit = hit & where
    hits = np.count_nonzero(hit) if axis is None else total(hit, axis)
    if is_none(initial):
        return restored(dout, a, axis, keepdims) / hits * hit, None
    also = initial == ans
    hits = hits + restored(also, a, axis, keepdims)
    share = restored(dout, a, axis, keepdims) / hits
    return share * hit, np.sum(np.where(restored(also, a, axis, keepdims), share, 0))


@array(
    "numpy.max",
    "numpy.amax",
    wrt="a initial",
    spreads=True,
    kind=extreme_kind,
    only=NO_OUT,
    note=TIES,
)
def max_(a, axis=None, out=None, keepdims=False, initial=None, where=True, *, ans, dout):
    return extreme(a, axis, keepdims, initial, where, ans, dout)


@array(
    "numpy.min",
    "numpy.amin",
    wrt="a initial",
    spreads=True,
    kind=extreme_kind,
    only=NO_OUT,
    note=TIES,
)
def min_(a, axis=None, out=None, keepdims=False, initial=None, where=True, *, ans, dout):
    return extreme(a, axis, keepdims, initial, where, ans, dout)


def ptp_kind(a, axis=None, out=None, keepdims=False) -> Kind:
    return reduced(a, axis, keepdims)


@array("numpy.ptp", spreads=True, kind=ptp_kind, only=NO_OUT, note=TIES)
def ptp(a, axis=None, out=None, keepdims=False, *, ans, dout):
    options = {} if axis is None else {"axis": axis, "keepdims": True}
    high, low = a == np.max(a, **options), a == np.min(a, **options)
    return restored(dout, a, axis, keepdims) * (high / total(high, axis) - low / total(low, axis))


# --- weighted means ------------------------------------------------------------------------------


def average_kind(a, axis=None, weights=None, returned=False, *, keepdims=False) -> Kind:
    item = COMPLEX if COMPLEX in (a.item, None if is_none(weights) else weights.item) else REAL
    return reduced(a, axis, keepdims, item)


@array(
    "numpy.average", wrt="a weights", spreads=True, kind=average_kind, only={"returned": (False,)}
)
def average(a, axis=None, weights=None, returned=False, *, keepdims=False, ans, dout):
    if is_none(weights):
        return restored(dout, a, axis, keepdims) / count(a, axis), None
    own = restored(dout, a, axis, keepdims)
    difference = a - restored(ans, a, axis, keepdims)
    if axis is None or a.rank is not None and a.rank == weights.rank:
        scale = own / total(weights, axis)
        return scale * weights, scale * difference
    if a.rank is not None and weights.rank == 1 and type(axis) is int:
        at = axis % a.rank
        others = tuple(i for i in range(a.rank) if i != at)
        scale = own / np.sum(weights)
        after = [None] * (a.rank - 1 - at)
        along = weights[(slice(None), *after)] if after else weights
        of_weights = np.sum(scale * difference, axis=others if len(others) > 1 else others[0])
        return scale * along, of_weights
    along = helper("weights_along", a, axis, weights)
    scale = own / total(along, axis)
    of_weights = helper("weights_adjoint", weights, scale * difference, axis)
    return scale * along, known_as(of_weights, weights)
