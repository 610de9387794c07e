"""Sums, means and extremes of the elements that are numbers: those that are NaN get no adjoint."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import like, restored, total
from symdiff.rules.arrays.nodes import helper, np
from symdiff.rules.arrays.reductions import (
    TIES,
    extreme,
    item_of_mean,
    item_of_sum,
    less,
    reduced,
)
from symdiff.rules.arrays.registry import array
from symdiff.stages import COMPLEX, REAL, Kind

ONLY = {"dtype": (None,), "out": (None,), "initial": (None,), "where": (True,)}
VARIANCE = {**ONLY, "mean": (None,), "correction": (None,)}


def numbers(a, share):
    """A contribution for those elements that are not NaN."""
    return np.where(np.isnan(a), 0.0, share)


def sum_kind(a, axis=None, dtype=None, out=None, keepdims=False, *_) -> Kind:
    return reduced(a, axis, keepdims, item_of_sum(a))


def mean_kind(a, axis=None, dtype=None, out=None, keepdims=False, **_) -> Kind:
    return reduced(a, axis, keepdims, item_of_mean(a))


def variance_kind(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, **_) -> Kind:
    return reduced(a, axis, keepdims, REAL)


def extreme_kind(a, axis=None, out=None, keepdims=False, *_) -> Kind:
    return reduced(a, axis, keepdims)


@array("numpy.nansum", kind=sum_kind, only=ONLY, spreads=True)
def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True,
           *, ans, dout):  # fmt: skip
    return numbers(a, restored(dout, a, axis, keepdims))


@array("numpy.nanprod", spreads=True, kind=sum_kind, only=ONLY)
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True,
            *, ans, dout):  # fmt: skip
    given = () if axis is None else (axis,)
    others = helper("product_of_others", np.where(np.isnan(a), 1.0, a), *given, kind=like(a))
    return numbers(a, restored(dout, a, axis, keepdims) * others)


@array("numpy.nanmean", kind=mean_kind, only=ONLY, spreads=True)
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True, ans, dout):
    return numbers(a, restored(dout, a, axis, keepdims) / total(~np.isnan(a), axis))


def centred(a, axis):
    options = {} if axis is None else {"axis": axis, "keepdims": True}
    difference = a - np.nanmean(a, **options)
    return np.conj(difference) if a.item is COMPLEX else difference


@array("numpy.nanvar", spreads=True, kind=variance_kind, only=VARIANCE)
def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
           correction=None, ans, dout):  # fmt: skip
    n = less(total(~np.isnan(a), axis), ddof)
    return numbers(a, 2 * restored(dout, a, axis, keepdims) * centred(a, axis) / n)


@array(
    "numpy.nanstd",
    spreads=True,
    kind=variance_kind,
    only=VARIANCE,
    note="0 where all elements are equal",
)
def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
           correction=None, ans, dout):  # fmt: skip
    n = less(total(~np.isnan(a), axis), ddof)
    scale = restored(dout / (ans + (ans == 0)), a, axis, keepdims)
    return numbers(a, scale * centred(a, axis) / n)


@array("numpy.nanmax", spreads=True, kind=extreme_kind, only=ONLY, note=TIES)
def nanmax(a, axis=None, out=None, keepdims=False, initial=None, where=True, *, ans, dout):
    return extreme(a, axis, keepdims, None, True, ans, dout)[0]


@array("numpy.nanmin", spreads=True, kind=extreme_kind, only=ONLY, note=TIES)
def nanmin(a, axis=None, out=None, keepdims=False, initial=None, where=True, *, ans, dout):
    return extreme(a, axis, keepdims, None, True, ans, dout)[0]
