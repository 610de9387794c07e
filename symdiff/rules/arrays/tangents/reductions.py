"""Sums of what is not NaN, products, variances, extremes, weighted means."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays import nan_reductions
from symdiff.rules.arrays.axes import count, is_none, like, restored
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.reductions import centred
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.tangents.terms import added, options

# --- products ------------------------------------------------------------------------------------


@tangent("numpy.prod")
def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True,
         *, ans, a_dot, initial_dot):  # fmt: skip
    factors = a if where is True else np.where(where, a, 1)
    own = of_initial = None
    if a_dot is not None:
        given = () if axis is None else (axis,)
        others = helper("product_of_others", factors, *given, kind=like(a))
        own = np.sum(others * a_dot, **options(axis, keepdims, where))
        own = own if is_none(initial) else initial * own
    if initial_dot is not None:
        of_initial = initial_dot * np.prod(factors, **options(axis, keepdims))
    return added(own, of_initial)


@tangent("numpy.nanprod")
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True,
            *, ans, a_dot):  # fmt: skip
    given = () if axis is None else (axis,)
    others = helper("product_of_others", np.where(np.isnan(a), 1.0, a), *given, kind=like(a))
    return np.sum(others * a_dot, **options(axis, keepdims, ~np.isnan(a)))


# --- sums, means, variances ----------------------------------------------------------------------


@tangent("numpy.nansum")
def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True,
           *, ans, a_dot):  # fmt: skip
    return np.sum(a_dot, **options(axis, keepdims, ~np.isnan(a)))


@tangent("numpy.nanmean")
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True, ans, a_dot):
    return np.mean(a_dot, **options(axis, keepdims, ~np.isnan(a)))


def of_variance(product, a, axis, keepdims, where, ddof):
    """The sum of the products over the degrees of freedom."""
    if not isinstance(ddof, Node) and ddof == 0:
        return np.mean(product, **options(axis, keepdims, where))
    if where is True:
        n = count(a, axis)
    else:
        n = np.sum(np.broadcast_to(where, a.shape), **options(axis, keepdims))
    return np.sum(product, **options(axis, keepdims, where)) / (n - ddof)


def variance(a, axis, keepdims, where, ddof, a_dot):
    """Half the tangent of a variance."""
    return of_variance(centred(a, axis, where) * a_dot, a, axis, keepdims, where, ddof)


def nan_variance(a, axis, keepdims, ddof, a_dot):
    product = nan_reductions.centred(a, axis) * a_dot
    return of_variance(product, a, axis, keepdims, ~np.isnan(a), ddof)


@tangent("numpy.var")
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
        correction=None, ans, a_dot):  # fmt: skip
    return 2 * variance(a, axis, keepdims, where, ddof, a_dot)


@tangent("numpy.std")
def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
        correction=None, ans, a_dot):  # fmt: skip
    return variance(a, axis, keepdims, where, ddof, a_dot) / (ans + (ans == 0))


@tangent("numpy.nanvar")
def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
           correction=None, ans, a_dot):  # fmt: skip
    return 2 * nan_variance(a, axis, keepdims, ddof, a_dot)


@tangent("numpy.nanstd")
def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
           correction=None, ans, a_dot):  # fmt: skip
    return nan_variance(a, axis, keepdims, ddof, a_dot) / (ans + (ans == 0))


# --- extremes: the mean of the tangents of all that are equal to the extreme ---------------------


def extreme(a, axis, keepdims, initial, where, ans, a_dot, initial_dot):
    hit = a == restored(ans, a, axis, keepdims)
    if where is not True:
        hit = hit & where
    if is_none(initial):
        return np.mean(a_dot, **options(axis, keepdims, hit))
    also = initial == ans
    own = None if a_dot is None else np.sum(a_dot, **options(axis, keepdims, hit))
    of_initial = None if initial_dot is None else initial_dot * also
    return added(own, of_initial) / (np.sum(hit, **options(axis, keepdims)) + also)


@tangent("numpy.max", "numpy.min")
def max_(a, axis=None, out=None, keepdims=False, initial=None, where=True,
         *, ans, a_dot, initial_dot):  # fmt: skip
    return extreme(a, axis, keepdims, initial, where, ans, a_dot, initial_dot)


@tangent("numpy.nanmax", "numpy.nanmin")
def nanmax(a, axis=None, out=None, keepdims=False, initial=None, where=True, *, ans, a_dot):
    return extreme(a, axis, keepdims, None, True, ans, a_dot, None)


@tangent("numpy.ptp")
def ptp(a, axis=None, out=None, keepdims=False, *, ans, a_dot):
    along = {} if axis is None else {"axis": axis, "keepdims": True}
    high, low = a == np.max(a, **along), a == np.min(a, **along)
    first = np.mean(a_dot, **options(axis, keepdims, high))
    return first - np.mean(a_dot, **options(axis, keepdims, low))


# --- weighted means ------------------------------------------------------------------------------


@tangent("numpy.average")
def average(a, axis=None, weights=None, returned=False, *, keepdims=False, ans, a_dot, weights_dot):
    own = of_weights = None
    if a_dot is not None:
        given = {} if is_none(weights) else {"weights": weights}
        own = np.average(a_dot, **options(axis), **given, **options(None, keepdims))
    if weights_dot is not None:
        difference = a - restored(ans, a, axis, keepdims)
        wide, wide_dot = (_along(a, axis, w) for w in (weights, weights_dot))
        of_weights = np.sum(wide_dot * difference, **options(axis, keepdims))
        is_vector = weights.rank == 1 and a.rank is not None
        whole = np.sum(weights) if is_vector else np.sum(wide, **options(axis, keepdims))
        of_weights = of_weights / whole
    return added(own, of_weights)


def _along(a, axis, weights):
    """Weights, with the axes that they lack to broadcast to `a`."""
    if axis is None or a.rank is not None and a.rank == weights.rank:
        return weights
    if a.rank is not None and weights.rank == 1 and type(axis) is int:
        after = [None] * (a.rank - 1 - axis % a.rank)
        return weights[(slice(None), *after)] if after else weights
    return np.broadcast_to(helper("weights_along", a, axis, weights), a.shape)
