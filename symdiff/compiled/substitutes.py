"""Functions and options of NumPy that Numba lacks, in terms of what it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symdiff import rules
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
            made = stages.get(x) if isinstance(x, Var) else x
            if isinstance(made, Apply) and made.op in SCATTERED:
                return Apply(expr.op, (Apply("numpy.ascontiguousarray", (x,)), *rest))
        case Apply(op="numpy.sum", args=(x, *keywords)):
            return _sum(expr, x, keywords)
        case Apply(op="helper:product_of_others", args=(_,)):
            helper = _helper(PRODUCT_OF_OTHERS)
            helpers[helper.name] = helper
            return Apply(f"helper:{helper.name}", expr.args)
        case Apply(op="scatter_add", args=(x, index, values)):
            kind = rules.kind_of(index)
            if isinstance(kind, ArrayOf) and kind.rank == 1 and kind.item is INTEGER:
                helper = _helper(ADD_AT)
                helpers[helper.name] = helper
                if isinstance(rules.kind_of(values), Scalar):
                    values = Apply("numpy.full", (Apply("len", (index,)), values))
                return Apply("scatter_add", (x, index, values))
    return expr


def _sum(expr: Apply, x: Expr, keywords: list[Expr]) -> Apply:
    """`np.expand_dims(np.sum(x, axis=0), 0)` for what keeps its axes."""
    given = {
        k.args[0].value: k.args[1]
        for k in keywords
        if isinstance(k, Apply) and k.op == "keyword" and isinstance(k.args[0], Const)
    }
    kind, axis = rules.kind_of(x), given.get("axis")
    rank = kind.rank if isinstance(kind, ArrayOf) else None
    parts = axis.args if isinstance(axis, Apply) and axis.op == "tuple" else (axis,)
    axes = [p.value % rank for p in parts if isinstance(p, Const) and p.value is not None and rank]
    if (
        len(given) < len(keywords)
        or len(axes) < len(parts)
        or not set(given) <= {"axis", "keepdims"}
    ):
        return expr
    made = Apply("copy", (x,)) if not axes else x
    for at in sorted(axes, reverse=True):
        made = Apply("numpy.sum", (made, Apply("keyword", (Const("axis"), Const(at)))))
    if given.get("keepdims") == Const(True):
        for at in sorted(axes):
            made = Apply("numpy.expand_dims", (made, Const(at)))
    elif len(axes) == 1:
        return expr
    assert isinstance(made, Apply)
    return made


def known_to_numba(helper: Helper) -> Helper:
    """A function's text without what Numba's `math` lacks."""
    text = helper.text.replace("math.remainder(x, 1.0)", "(x - round(x))")
    return helper if text == helper.text else replace(helper, text=text)
