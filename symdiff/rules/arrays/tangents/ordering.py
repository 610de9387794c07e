"""Functions that put elements in order: tangents are put in the same order."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.ordering import hundredths
from symdiff.rules.arrays.registry import tangent


def in_order(a, axis, a_dot):
    """The tangents in the order of the elements."""
    if a.rank == 1:
        return a_dot[np.argsort(a)]
    if axis is None:
        return np.ravel(a_dot)[np.argsort(np.ravel(a))]
    return np.take_along_axis(a_dot, np.argsort(a, axis=axis), axis=axis)


@tangent("numpy.sort")
def sort(a, axis=-1, kind=None, order=None, *, stable=None, ans, a_dot):
    return in_order(a, axis, a_dot)


@tangent("numpy.partition")
def partition(a, kth, axis=-1, kind="introselect", order=None, *, ans, a_dot):
    ordered = in_order(a, axis, a_dot)
    if ans.rank == 1:
        return ordered[np.argsort(np.argsort(ans))]
    places = np.argsort(np.argsort(ans, axis=axis), axis=axis)
    return np.take_along_axis(ordered, places, axis=axis)


# --- quantiles -----------------------------------------------------------------------------------


def quantile_tangent(name, a, q, axis, keepdims, method, ans, a_dot):
    options = [axis, keepdims, method]
    defaults = [None, False, "linear"]
    while options and not isinstance(options[-1], Node) and options[-1] == defaults[-1]:
        options.pop()
        defaults.pop()
    return helper(name, a, a_dot, q, *options, kind=ans.kind)


@tangent("numpy.median")
def median(a, axis=None, out=None, overwrite_input=False, keepdims=False, *, ans, a_dot):
    if (axis is None or a.rank == 1) and keepdims is False:
        middle = slice((a.size - 1) // 2, a.size // 2 + 1)
        flat, flat_dot = (x if a.rank == 1 else np.ravel(x) for x in (a, a_dot))
        return np.mean(flat_dot[np.argsort(flat)[middle]])
    return quantile_tangent("quantile_tangent", a, 0.5, axis, keepdims, "linear", ans, a_dot)


@tangent("numpy.nanmedian")
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False, *, ans, a_dot):
    return quantile_tangent("nanquantile_tangent", a, 0.5, axis, keepdims, "linear", ans, a_dot)


@tangent("numpy.quantile")
def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False,
             *, weights=None, interpolation=None, ans, a_dot):  # fmt: skip
    method = method if interpolation is None else interpolation
    return quantile_tangent("quantile_tangent", a, q, axis, keepdims, method, ans, a_dot)


@tangent("numpy.percentile")
def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False,
               *, weights=None, interpolation=None, ans, a_dot):  # fmt: skip
    method = method if interpolation is None else interpolation
    of_one = hundredths(q)
    return quantile_tangent("quantile_tangent", a, of_one, axis, keepdims, method, ans, a_dot)


@tangent("numpy.nanquantile")
def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False,
                *, weights=None, interpolation=None, ans, a_dot):  # fmt: skip
    method = method if interpolation is None else interpolation
    return quantile_tangent("nanquantile_tangent", a, q, axis, keepdims, method, ans, a_dot)


@tangent("numpy.nanpercentile")
def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method="linear",
                  keepdims=False, *, weights=None, interpolation=None, ans, a_dot):  # fmt: skip
    method = method if interpolation is None else interpolation
    of_one = hundredths(q)
    return quantile_tangent("nanquantile_tangent", a, of_one, axis, keepdims, method, ans, a_dot)
