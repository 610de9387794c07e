"""Differences of neighbours, and interpolation between them."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import (
    array_kind,
    axes_of,
    is_none,
    known_as,
    like,
    product,
    shape_of,
    size_of,
)
from symdiff.rules.arrays.joining import shares
from symdiff.rules.arrays.nodes import Node, Refused, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import joined_item, plus
from symdiff.stages import BOOLEAN, INTEGER, REAL, ArrayOf, Kind, TupleOf

# --- diff ----------------------------------------------------------------------------------------


def diff_kind(a, n=1, axis=-1, prepend=None, append=None) -> Kind:
    margins = [m for m in (prepend, append) if not is_none(m)]
    item = joined_item([a.kind, *(m.kind for m in margins)])
    if a.dims is None or type(axis) is not int or type(n) is not int:
        return ArrayOf(item, None)
    at = axis % len(a.dims)
    whole = a.dims[at]
    for margin in margins:
        own = None if margin.dims is None else margin.dims[at] if margin.dims else 1
        whole = plus(whole, own)
    left = max(whole - n, 0) if isinstance(whole, int) else plus(whole, -n)
    return ArrayOf(item, tuple(left if i == at else d for i, d in enumerate(a.dims)))


@array("numpy.diff", wrt="a prepend append", kind=diff_kind, view="maybe", linear=True)
def diff(a, n=1, axis=-1, prepend=None, append=None, *, ans, dout):
    options = {} if a.rank == 1 or not isinstance(axis, Node) and axis == -1 else {"axis": axis}
    if isinstance(n, Node):
        whole = helper("diff_adjoint", dout, n, axis, kind=ArrayOf(dout.item))
    else:
        whole = dout
        for _ in range(n):
            whole = np.diff(whole, prepend=0, append=0, **options)
        whole = -whole if n % 2 else whole
    if is_none(prepend) and is_none(append):
        return known_as(whole, a), None, None
    parts = [p for p in (prepend, a, append) if not is_none(p)]
    if isinstance(axis, Node) or any(p.rank is None for p in parts):
        found = helper("diff_parts", a, prepend, append, axis, whole)
        return (
            found[0],
            None if is_none(prepend) else found[1],
            None if is_none(append) else found[2],
        )
    wide = [p if p.rank else _as_wide(p, a, axis) for p in parts]
    of_parts = iter(shares(whole, wide, axis))
    before = None if is_none(prepend) else next(of_parts)
    own = next(of_parts)
    after = None if is_none(append) else next(of_parts)
    return own, _narrow(before, prepend), _narrow(after, append)


def _as_wide(number, a, axis):
    """What a number becomes when it is put before or behind an array: of length 1."""
    at = axis % a.rank
    dims = tuple(1 if i == at else d for i, d in enumerate(a.dims))
    return Node(number.expr, ArrayOf(number.item, dims))


def _narrow(share, margin):
    return share if share is None or margin.rank else np.sum(share)


def ediff1d_kind(ary, to_end=None, to_begin=None) -> Kind:
    total = plus(product(ary.dims), -1)
    for more in (to_end, to_begin):
        if not is_none(more):
            total = plus(total, product(more.dims))
    return ArrayOf(ary.item, (total,))


@array("numpy.ediff1d", wrt="ary to_end to_begin", kind=ediff1d_kind, linear=True)
def ediff1d(ary, to_end=None, to_begin=None, *, ans, dout):
    start = None if is_none(to_begin) else size_of(to_begin)
    stop = None if is_none(to_end) else dout.size - size_of(to_end)
    middle = dout if start is None and stop is None else dout[slice(start, stop)]
    share = -np.diff(middle, prepend=0, append=0)
    return (
        known_as(share if ary.rank == 1 else np.reshape(share, shape_of(ary)), ary),
        None if is_none(to_end) else np.reshape(dout[stop:], shape_of(to_end)),
        None if is_none(to_begin) else np.reshape(dout[:start], shape_of(to_begin)),
    )


# --- gradient ------------------------------------------------------------------------------------


def gradient_kind(f, *varargs, axis=None, edge_order=1) -> Kind:
    item = joined_item([f.kind, *(v.kind for v in varargs)])
    kind = ArrayOf(REAL if item in (INTEGER, BOOLEAN) else item, f.dims)
    if type(axis) is int or axis is None and f.rank == 1:
        return kind
    axes = axis if isinstance(axis, tuple) else axes_of(axis, f.rank)
    if axes is None:
        return ArrayOf(kind.item, None)
    return kind if len(axes) == 1 and axis is None else TupleOf((kind,) * len(axes))


COORDINATES = "no rule for the coordinates in np.gradient()"


@array("numpy.gradient", wrt="f varargs", kind=gradient_kind)
def gradient(f, *varargs, axis=None, edge_order=1, ans, dout):
    several = not isinstance(dout, Node)
    rank = f.rank
    given = axes_of(axis, rank)
    axes = axis if given is None else given
    steps = list(varargs) or [1.0]
    if several:
        parts = [
            (i, steps[k % len(steps)], share, out)
            for k, (i, share, out) in enumerate(zip(axes, dout, ans, strict=True))
            if share is not None
        ]
    else:
        parts = [(given[0] if given else axis, steps[0], dout, ans)]
    found = None
    of_steps: dict[int, object] = {}
    for i, step, share, out in parts:
        made = helper("gradient_adjoint", f, share, step, i, edge_order, kind=like(f, share))
        found = made if found is None else found + made
        for k, v in enumerate(varargs):
            if v is not step:
                continue
            if v.rank != 0:
                of_steps[k] = Refused(COORDINATES)
                continue
            made = -np.sum(share * out) / v
            of_steps[k] = made if k not in of_steps else of_steps[k] + made
    return found, [of_steps.get(k) for k in range(len(varargs))]


# --- interp --------------------------------------------------------------------------------------


def interp_kind(x, xp, fp, left=None, right=None, period=None) -> Kind:
    item = joined_item([fp.kind])
    return array_kind(REAL if item in (INTEGER, BOOLEAN) else item, x.dims)


@array("numpy.interp", wrt="x xp fp left right", kind=interp_kind, only={"period": (None,)})
def interp(x, xp, fp, left=None, right=None, period=None, *, ans, dout):
    return (
        dout * helper("interp_slope", x, xp, fp, kind=like(x, fp)),
        helper("interp_xp_adjoint", xp, x, fp, dout, kind=like(xp, dout)),
        helper("interp_fp_adjoint", fp, x, xp, left, right, dout, kind=like(fp, dout)),
        None if is_none(left) else np.sum(dout * (x < xp[0])),
        None if is_none(right) else np.sum(dout * (x > xp[-1])),
    )
