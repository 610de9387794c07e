"""Kinds: what an operation makes of its arguments' kinds."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff import rules
from symdiff.read.values import ORDER, join
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    OPTIONAL,
    REAL,
    TEXT,
    Apply,
    ArrayOf,
    Kind,
    ListOf,
    TupleOf,
    Var,
)

_BOOLEAN = {"lt", "le", "gt", "ge", "eq", "ne", "is", "is_not", "in", "not_in", "not"}
_INTEGER = {"invert", "lshift", "rshift"}


def result_kind(op: str, kinds: Sequence[Kind], *, negative_power: bool = False) -> Kind:
    """The kind of an operation's result, as Python has it."""
    if any(isinstance(k, (ArrayOf, TupleOf)) for k in kinds):
        return rules.kind_of(Apply(op, tuple(Var("_", k) for k in kinds)))
    if op in _BOOLEAN:
        return BOOLEAN
    if op in ("and", "or"):
        return _joined(kinds)
    if op == "cond":
        return join(kinds[1], kinds[2])
    if op in _INTEGER:
        return INTEGER
    if op in ("add", "mul") and any(isinstance(k, ListOf) for k in kinds):
        lists = [k for k in kinds if isinstance(k, ListOf)]
        return lists[0] if len(lists) == 1 else join(lists[0], lists[1])
    if op in ("add", "sub", "mul", "floordiv", "mod", "pow", "neg", "pos", "and_", "or_", "xor"):
        if TEXT in kinds:
            return TEXT
        if op == "pow" and negative_power:
            return join(REAL, _joined(kinds))
        kind = _joined(kinds)
        return INTEGER if kind is BOOLEAN else kind
    if op == "truediv":
        return join(REAL, _joined(kinds)) if OBJECT not in kinds else REAL
    primitive = rules.by_name(op)
    if primitive is None:
        return OBJECT
    return primitive.kind(tuple(Var("_", k) for k in kinds))


def _joined(kinds: Sequence[Kind]) -> Kind:
    flat = [k.item if isinstance(k, ListOf) else k for k in kinds]
    flat = [REAL if k is OPTIONAL else k for k in flat]
    known = [k for k in flat if k in ORDER]
    if not known:
        return OBJECT
    kind = known[0]
    for other in known[1:]:
        kind = join(kind, other)
    return (
        kind
        if len(known) == len(flat) or kind is COMPLEX
        else join(kind, OBJECT)
        if kind is REAL
        else OBJECT
    )
