"""What a nest of loops over the elements of arrays can run."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from symdiff.compiled.elementwise.choices import Arms
from symdiff.rules.arrays.registry import by_name
from symdiff.rules.shapes import Dims
from symdiff.stages import BOOLEAN, INTEGER, REAL, Apply, Const, Expr, Kind, Scalar, Stage, Var


@dataclass(frozen=True, slots=True)
class Elementwise:
    """An operation on each element: `value` has arrays where it reads their elements. Of a choice
    `arms` are the values that only one side or the other reads."""

    stage: Stage
    dims: Dims
    value: Apply
    arms: Arms | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of the products of some arrays over the axes behind the first `kept` ones."""

    stage: Stage
    dims: Dims
    factors: tuple[Var, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Store:
    """A store of elements where an index of an array says, or their addition to what is there.

    `home` is the array before the first of several stores into it.
    """

    stage: Stage
    dims: Dims
    op: str
    home: Var
    at: Expr
    row: Var


Member = Elementwise | Sum | Store

CHEAP = frozenset({
    "add", "sub", "mul", "neg", "pos", "lt", "le", "gt", "ge", "eq", "ne", "and_", "or_", "not",
    "cond",
})  # fmt: skip
STORES = frozenset({"setitem", "add_at", "sub_at"})
_AS_THEY_ARE = frozenset({"add", "sub", "mul", "neg", "pos", "abs"})
_COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
_LOGICAL = frozenset({"and_", "or_", "xor"})
# Of the functions without a derivative those that make real numbers of such.
_STEPS = frozenset(f"numpy.{name}" for name in ("floor", "ceil", "trunc", "rint", "sign"))
_TESTS = frozenset(
    f"numpy.{name}"
    for name in (
        "greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "isnan", "isinf",
        "isfinite",
    )
)  # fmt: skip


def on_numbers(op: str, args: Sequence[Expr], items: Sequence[Scalar]) -> Apply | None:
    """An elementwise operation as one on numbers, of which the kinds are given, that comes to the
    same under Numba; None where there is none.

    NumPy divides by zero, and numbers in Numba do not. Arrays of integers may be of few bits, which
    numbers are not: what is made of integers alone is left to NumPy.
    """
    args = tuple(args)
    if not all(item in (REAL, INTEGER, BOOLEAN) for item in items):
        return None
    if op in _COMPARISONS or op in _TESTS:
        return Apply(op, args) if BOOLEAN not in items else None
    if op in _LOGICAL:
        return Apply(op, args) if set(items) == {BOOLEAN} else None
    if op == "invert":
        return Apply("not", args) if items[0] is BOOLEAN else None
    if op == "numpy.where":
        is_choice = len(args) == 3 and items[0] is BOOLEAN and REAL in items[1:]
        return Apply("cond", args) if is_choice else None
    if REAL not in items:
        return None
    if op in ("truediv", "numpy.divide"):
        by_number = isinstance(args[1], Const) and args[1].value != 0
        return Apply("truediv" if by_number else "numpy.divide", args)
    if op in ("pow", "numpy.power"):
        power = args[1].value if isinstance(args[1], Const) else None
        return Apply("pow" if type(power) is int and power >= 0 else "numpy.power", args)
    if op in _AS_THEY_ARE or op in _STEPS or _is_ufunc(op):
        return Apply(op, args)
    return None


@functools.cache
def _is_ufunc(op: str) -> bool:
    """Whether an operation is a function of NumPy's that Numba has for numbers too."""
    import numpy as np

    primitive = by_name(op)
    known = getattr(np, op.removeprefix("numpy."), None) if op.startswith("numpy.") else None
    return primitive is not None and primitive.is_elementwise and isinstance(known, np.ufunc)


def result_item(op: str) -> Scalar:
    """The kind of number that an operation of `on_numbers` makes."""
    return BOOLEAN if op in _COMPARISONS | _TESTS | _LOGICAL | {"not"} else REAL


def is_number(kind: Kind) -> bool:
    return kind in (REAL, INTEGER, BOOLEAN)
