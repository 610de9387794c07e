"""Functions that put elements in order, or pick them by their rank: sort, median, quantiles."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import array_kind, known_as, like, product, shape_of
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.reductions import item_of_mean, reduced
from symdiff.rules.arrays.registry import array, kind_of_value
from symdiff.rules.shapes import dims_of
from symdiff.stages import REAL, ArrayOf, Kind

TIES = "equal elements keep their order"


def sorted_kind(a, axis=-1, **_) -> Kind:
    return ArrayOf(a.item, (product(a.dims),) if axis is None else a.dims)


def sort_kind(a, axis=-1, kind=None, order=None, *, stable=None) -> Kind:
    return sorted_kind(a, axis)


@array("numpy.sort", kind=sort_kind, only={"order": (None,)}, note=TIES)
def sort(a, axis=-1, kind=None, order=None, *, stable=None, ans, dout):
    if a.rank == 1:
        return known_as(dout[np.argsort(np.argsort(a))], a)
    if axis is None:
        return np.reshape(dout[np.argsort(np.argsort(np.ravel(a)))], shape_of(a))
    places = np.argsort(np.argsort(a, axis=axis), axis=axis)
    return known_as(np.take_along_axis(dout, places, axis=axis), a)


def partition_kind(a, kth, axis=-1, kind="introselect", order=None) -> Kind:
    return sorted_kind(a, axis)


@array("numpy.partition", kind=partition_kind, only={"order": (None,)})
def partition(a, kth, axis=-1, kind="introselect", order=None, *, ans, dout):
    return helper("partition_adjoint", a, dout, ans, axis, kind=like(a, dout))


# --- quantiles -----------------------------------------------------------------------------------

MEDIAN = {"out": (None,), "overwrite_input": (False,)}
QUANTILE = {**MEDIAN, "weights": (None,)}


def median_kind(a, axis=None, out=None, overwrite_input=False, keepdims=False) -> Kind:
    return reduced(a, axis, keepdims, item_of_mean(a))


def quantile_kind(a, q, axis=None, out=None, overwrite_input=False, method="linear",
                  keepdims=False, *, weights=None, interpolation=None) -> Kind:  # fmt: skip
    kind = reduced(a, axis, keepdims, REAL)
    of_q, dims = dims_of(kind_of_value(q)), dims_of(kind)
    if of_q is None or dims is None:
        return ArrayOf(REAL, None)
    return array_kind(REAL, of_q + dims)


def quantile_adjoint(name, a, q, axis, keepdims, method, dout):
    options = [axis, keepdims, method]
    defaults = [None, False, "linear"]
    while options and not isinstance(options[-1], Node) and options[-1] == defaults[-1]:
        options.pop()
        defaults.pop()
    return helper(name, a, dout, q, *options, kind=like(a, dout))


@array("numpy.median", kind=median_kind, only=MEDIAN)
def median(a, axis=None, out=None, overwrite_input=False, keepdims=False, *, ans, dout):
    return quantile_adjoint("quantile_adjoint", a, 0.5, axis, keepdims, "linear", dout)


@array("numpy.nanmedian", kind=median_kind, only=MEDIAN)
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False, *, ans, dout):
    return quantile_adjoint("nanquantile_adjoint", a, 0.5, axis, keepdims, "linear", dout)


@array("numpy.quantile", kind=quantile_kind, only=QUANTILE)
def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False,
             *, weights=None, interpolation=None, ans, dout):  # fmt: skip
    method = method if interpolation is None else interpolation
    return quantile_adjoint("quantile_adjoint", a, q, axis, keepdims, method, dout)


@array("numpy.percentile", kind=quantile_kind, only=QUANTILE)
def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False,
               *, weights=None, interpolation=None, ans, dout):  # fmt: skip
    method = method if interpolation is None else interpolation
    return quantile_adjoint("quantile_adjoint", a, hundredths(q), axis, keepdims, method, dout)


@array("numpy.nanquantile", kind=quantile_kind, only=QUANTILE)
def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False,
                *, weights=None, interpolation=None, ans, dout):  # fmt: skip
    method = method if interpolation is None else interpolation
    return quantile_adjoint("nanquantile_adjoint", a, q, axis, keepdims, method, dout)


@array("numpy.nanpercentile", kind=quantile_kind, only=QUANTILE)
def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method="linear",
                  keepdims=False, *, weights=None, interpolation=None, ans, dout):  # fmt: skip
    method = method if interpolation is None else interpolation
    return quantile_adjoint("nanquantile_adjoint", a, hundredths(q), axis, keepdims, method, dout)


def hundredths(q):
    """Percentages as fractions."""
    return np.true_divide(q, 100)
