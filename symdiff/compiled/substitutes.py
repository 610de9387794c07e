"""Functions and options of NumPy that Numba lacks, in terms of what it has."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from symdiff import rules
from symdiff.compiled.einsum import einsum_in_loops
from symdiff.rules.arrays.indexing import index_of
from symdiff.stages import (
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Expr,
    GlobalValue,
    Helper,
    Scalar,
    Var,
)

NUMPY = {"np": GlobalValue("import numpy as np")}
ADD_AT = '''\
def add_at(x, index, values):
    """Add values to elements, or rows, of an array, which may be repeated: np.add.at."""
    for i in range(len(index)):
        x[index[i]] += values[i]
'''
PRODUCT_OF_OTHERS = '''\
def product_of_all_others(x):
    """For each element the product of all others: also right where some are zero."""
    found = np.ones(x.size, x.dtype)
    flat = x.ravel()
    for i in range(1, x.size):
        found[i] = found[i - 1] * flat[i - 1]
    after = 1.0
    for i in range(x.size - 2, -1, -1):
        after *= flat[i + 1]
        found[i] *= after
    return found.reshape(x.shape)
'''
CUMPROD_ADJOINT = '''\
def cumprod_adjoint_of_all(x, dout):
    """The adjoint of x in np.cumprod(x)."""
    flat, found = x.ravel(), dout.flatten()
    for i in range(x.size - 1, 0, -1):
        found[i - 1] += flat[i] * found[i]
    before = 1.0
    for i in range(x.size):
        found[i] *= before
        before *= flat[i]
    return found.reshape(x.shape)
'''
DIAGONAL_ADJOINT = '''\
def diagonal_adjoint_of_matrix(x, dout, offset):
    """The adjoint of x in np.diagonal(x, offset)."""
    found = np.zeros(x.shape)
    for i in range(len(dout)):
        found[i + max(-offset, 0), i + max(offset, 0)] = dout[i]
    return found
'''
QUANTILE_ADJOINT = '''\
def quantile_adjoint_of_all(x, dout, q):
    """The adjoint of x in a quantile of all elements, which lies between two neighbours in their
    order; NaN do not count."""
    order = np.argsort(x.ravel())
    found = np.zeros(x.size)
    place = q * (x.size - np.sum(np.isnan(x)) - 1)
    low = int(place)
    found[order[low]] += (low + 1 - place) * dout
    if place > low:
        found[order[low + 1]] += (place - low) * dout
    return found.reshape(x.shape)
'''
QUANTILES_ADJOINT = '''\
def quantiles_adjoint_of_all(x, dout, q):
    """The adjoint of x in several quantiles of all elements."""
    found = np.zeros(x.shape)
    for i in range(len(q)):
        found += quantile_adjoint_of_all(x, dout[i], q[i])
    return found
'''
QUANTILE_TANGENT = '''\
def quantile_tangent_of_all(x, x_dot, q):
    """The tangent of a quantile of all elements, which lies between two neighbours in their order;
    NaN do not count."""
    order, flat_dot = np.argsort(x.ravel()), x_dot.ravel()
    place = q * (x.size - np.sum(np.isnan(x)) - 1)
    low = int(place)
    found = (low + 1 - place) * flat_dot[order[low]]
    if place > low:
        found += (place - low) * flat_dot[order[low + 1]]
    return found
'''
QUANTILES_TANGENT = '''\
def quantiles_tangent_of_all(x, x_dot, q):
    """The tangents of several quantiles of all elements."""
    found = np.zeros(len(q))
    for i in range(len(q)):
        found[i] = quantile_tangent_of_all(x, x_dot, q[i])
    return found
'''
# What stands for functions of `runtime/` that only get an array, and not an axis of it: for numbers
# and for arrays as the last argument.
OF_ALL = {
    "helper:quantile_adjoint": (QUANTILE_ADJOINT, QUANTILES_ADJOINT),
    "helper:nanquantile_adjoint": (QUANTILE_ADJOINT, QUANTILES_ADJOINT),
    "helper:quantile_tangent": (QUANTILE_TANGENT, QUANTILES_TANGENT),
    "helper:nanquantile_tangent": (QUANTILE_TANGENT, QUANTILES_TANGENT),
    "helper:cumprod_adjoint": (CUMPROD_ADJOINT, CUMPROD_ADJOINT),
}


def _helper(text: str) -> Helper:
    name = text.partition("(")[0].removeprefix("def ")
    return Helper(name, text, (), Var("out", REAL), (), NUMPY)


SCATTERED = frozenset({
    "numpy.broadcast_to", "numpy.transpose", "numpy.swapaxes", "numpy.moveaxis", "numpy.flip",
    "getitem",
})  # fmt: skip


def substituted(expr: Apply, stages: Mapping[Var, Expr], helpers: dict[str, Helper]) -> Apply:
    """An operation in the words of Numba; the helpers that it needs are noted. `stages` are those
    around it."""
    match expr:
        case Apply(op="numpy.reshape" | "numpy.ravel", args=(x, *rest)):
            source = stages.get(x) if isinstance(x, Var) else x
            if isinstance(source, Apply) and source.op in SCATTERED:
                return Apply(expr.op, (Apply("numpy.ascontiguousarray", (x,)), *rest))
        case Apply(op="numpy.sum" | "numpy.mean", args=(x, *keywords)) if keywords:
            return _reduction(expr, x, keywords)
        case Apply(op="numpy.squeeze", args=(x, Apply(op="keyword", args=(_, axis)))):
            return _without_axes(expr, x, axis)
        case Apply(op="numpy.linalg.cross", args=(_, _)):
            return Apply("numpy.cross", expr.args)
        case Apply(op="helper:product_of_others", args=(_,)):
            return _calling(PRODUCT_OF_OTHERS, expr.args, helpers)
        case Apply(op="helper:diagonal_adjoint", args=(x, dout, *rest)) if (
            is_matrix(x) and len(rest) <= 1
        ):
            return _calling(DIAGONAL_ADJOINT, (x, dout, *(rest or [Const(0)])), helpers)
        case Apply(op="numpy.einsum") if (made := einsum_in_loops(expr)) is not None:
            return _calling(*made, helpers)
        case Apply(op=op) if op in OF_ALL:
            return _of_all(expr, helpers)
        case Apply(op="scatter_add", args=(x, index, values)):
            kind = rules.kind_of(index)
            if isinstance(kind, ArrayOf) and kind.rank == 1 and kind.item is INTEGER:
                helper = _helper(ADD_AT)
                helpers[helper.name] = helper
                if isinstance(rules.kind_of(values), Scalar):
                    values = Apply("numpy.full", (Apply("len", (index,)), values))
                return Apply("scatter_add", (x, index, values))
    return expr


def is_matrix(x: Expr) -> bool:
    kind = rules.kind_of(x)
    return isinstance(kind, ArrayOf) and kind.rank == 2 and kind.item is REAL


def _calling(text: str, args: tuple[Expr, ...], helpers: dict[str, Helper]) -> Apply:
    helper = _helper(text)
    helpers[helper.name] = helper
    return Apply(f"helper:{helper.name}", args)


def _of_all(expr: Apply, helpers: dict[str, Helper]) -> Apply:
    """A function of all elements of an array, which the call names no axis of."""
    count = 2 if expr.op == "helper:cumprod_adjoint" else 3
    args = expr.args[:count]
    kinds = [rules.kind_of(a) for a in args]
    known = isinstance(kinds[0], ArrayOf) and kinds[0].item is REAL
    if not known or any(a != Const(None) for a in expr.args[count:]):
        return expr
    one, several = OF_ALL[expr.op]
    if not isinstance(kinds[-1], ArrayOf) or kinds[-1].rank == 0:
        return _calling(one, args, helpers)
    if kinds[-1].rank != 1 and one is not several:
        return expr
    if one is not several:
        _calling(one, args, helpers)
    return _calling(several, args, helpers)


def _reduction(expr: Apply, x: Expr, keywords: Sequence[Expr]) -> Apply:
    """A sum or a mean in the words of Numba, which has `np.sum(x, axis=0)`, and no other."""
    given = {
        k.args[0].value: k.args[1]
        for k in keywords
        if isinstance(k, Apply) and k.op == "keyword" and isinstance(k.args[0], Const)
    }
    kind, where = rules.kind_of(x), given.pop("where", None)
    rank = kind.rank if isinstance(kind, ArrayOf) else None
    axes = _axes(given.get("axis"), rank)
    keepdims = given.get("keepdims", Const(False))
    unknown = given.keys() - {"axis", "keepdims"} or not isinstance(keepdims, Const)
    if unknown or axes is None and (given or len(keywords) > 1 or where is None):
        return expr
    kept = bool(isinstance(keepdims, Const) and keepdims.value)
    if where is None:
        total = _sum(x, axes, kept)
    else:
        total = _sum(Apply("numpy.where", (where, x, Apply("zeros_like", (x,)))), axes, kept)
    if expr.op == "numpy.sum":
        return total
    if where is not None:
        ones = Apply("numpy.where", (where, Apply("numpy.ones_like", (x,)), Const(0.0)))
        return Apply("truediv", (total, _sum(ones, axes, kept)))
    lengths = [Apply("getitem", (Apply("numpy.shape", (x,)), Const(at))) for at in axes or ()]
    return functools.reduce(lambda y, n: Apply("truediv", (y, n)), lengths, total)


def _without_axes(expr: Apply, x: Expr, axis: Expr) -> Apply:
    """`np.squeeze(x, axis=1)` as `x[:, 0]`."""
    kind = rules.kind_of(x)
    axes = _axes(axis, kind.rank if isinstance(kind, ArrayOf) else None)
    if axes is None or not isinstance(kind, ArrayOf) or kind.rank is None:
        return expr
    every = Apply("slice", (Const(None), Const(None), Const(None)))
    index = tuple(Const(0) if i in axes else every for i in range(kind.rank))
    return Apply("getitem", (x, index_of(index)))


def _axes(axis: Expr | None, rank: int | None) -> list[int] | None:
    """The axes that are summed over; None for all of them, or where they are not known."""
    parts = axis.args if isinstance(axis, Apply) and axis.op == "tuple" else (axis,)
    found = [p.value % rank for p in parts if isinstance(p, Const) and p.value is not None and rank]
    return sorted(found) if len(found) == len(parts) else None


def _sum(x: Expr, axes: Sequence[int] | None, keepdims: bool) -> Apply:
    """`np.expand_dims(np.sum(x, axis=0), 0)` for what keeps its axes."""
    if axes is None:
        return Apply("numpy.sum", (x,))
    made = x if axes else Apply("copy", (x,))
    for at in reversed(axes):
        made = Apply("numpy.sum", (made, Apply("keyword", (Const("axis"), Const(at)))))
    for at in axes if keepdims else ():
        made = Apply("numpy.expand_dims", (made, Const(at)))
    assert isinstance(made, Apply)
    return made


def known_to_numba(helper: Helper) -> Helper:
    """A function's text without what Numba's `math` lacks."""
    text = helper.text.replace("math.remainder(x, 1.0)", "(x - round(x))")
    return helper if text == helper.text else replace(helper, text=text)
