"""Differences, interpolation, and functions that are straight between kinks."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.arranging import can_pad
from symdiff.rules.arrays.axes import is_none, like
from symdiff.rules.arrays.choosing import NO_PERIOD
from symdiff.rules.arrays.differences import COORDINATES
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.tangents.terms import added
from symdiff.rules.shapes import fills


@tangent("numpy.gradient")
def gradient(f, *varargs, axis=None, edge_order=1, ans, f_dot, varargs_dot):
    if any(dot is not None and v.rank != 0 for v, dot in zip(varargs, varargs_dot, strict=True)):
        raise NotDifferentiable(COORDINATES)
    given = {} if axis is None else {"axis": axis}
    if isinstance(edge_order, Node) or edge_order != 1:
        given["edge_order"] = edge_order
    several = not isinstance(ans, Node)
    own = None if f_dot is None else np.gradient(f_dot, *varargs, **given)
    if not several:
        step_dot = varargs_dot[0] if varargs else None
        return added(own, None if step_dot is None else -ans * (step_dot / varargs[0]))
    found = []
    for i, out in enumerate(ans):
        k = i % len(varargs) if varargs else 0
        step_dot = varargs_dot[k] if varargs else None
        change = None if step_dot is None else -out * (step_dot / varargs[k])
        found.append(added(None if own is None else own[i], change))
    return found


@tangent("numpy.interp")
def interp(x, xp, fp, left=None, right=None, period=None,
           *, ans, x_dot, xp_dot, fp_dot, left_dot, right_dot):  # fmt: skip
    moved = x_dot
    if xp_dot is not None:
        along = np.interp(x, xp, xp_dot)
        moved = -along if x_dot is None else x_dot - along
    slope = None if moved is None else helper("interp_slope", x, xp, fp, kind=like(x, fp))
    ends = {"left": (left, left_dot), "right": (right, right_dot)}
    given = {
        name: 0.0 if dot is None else dot for name, (end, dot) in ends.items() if not is_none(end)
    }
    heights = fp_dot
    if heights is None and (left_dot is not None or right_dot is not None):
        heights = np.zeros_like(fp)
    of_heights = None if heights is None else np.interp(x, xp, heights, **given)
    return added(None if slope is None else slope * moved, of_heights)


@tangent("numpy.unwrap")
def unwrap(p, discont=None, axis=-1, *, period=6.283185307179586, ans, p_dot):
    if isinstance(period, Node):
        raise NotDifferentiable(NO_PERIOD)
    return p_dot


@tangent("numpy.divmod")
def divmod_(x1, x2, *, ans, x1_dot, x2_dot):
    if x2_dot is not None:
        return None, added(x1_dot, -ans[0] * x2_dot)
    full = fills(x1_dot.dims, ans[1].dims)
    return None, x1_dot if full else np.broadcast_to(x1_dot, ans[1].shape)


@tangent("numpy.modf")
def modf(x, *, ans, x_dot):
    return x_dot, None


@tangent("numpy.frexp")
def frexp(x, *, ans, x_dot):
    return np.ldexp(x_dot, -ans[1]), None


@tangent("numpy.unique")
def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *,
    equal_nan=True, sorted=True, ans, ar_dot,
):  # fmt: skip
    several = isinstance(ans, tuple)
    first = ans[0] if several else ans
    found = helper("unique_tangent", first, ar, ar_dot, kind=first.kind)
    return (found, *[None] * (len(ans) - 1)) if several else found


@tangent("numpy.pad")
def pad(array, pad_width, mode="constant", *, constant_values=0, end_values=0,
        reflect_type="even", stat_length=None, ans, array_dot):  # fmt: skip
    if mode == "constant":
        return np.pad(array_dot, pad_width)
    can_pad(mode, reflect_type)
    return np.pad(array_dot, pad_width, mode)
