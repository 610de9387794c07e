"""Ranges that loops run over, and indices that go with their rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symdiff.rules.arrays.indexing import is_slice, parts_of
from symdiff.rules.registry import kind_of
from symdiff.stages import INTEGER, Apply, Const, Expr, Loop, Pop, Stage, Var, substitute, variables


@dataclass(frozen=True, slots=True)
class Limits:
    """Consecutive integers that a loop runs over, up or down."""

    start: int
    stop: Expr
    is_upward: bool = True


def limits_of(iterable: Expr | None) -> Limits | None:
    match iterable:
        case Apply(op="reversed", args=(inner,)):
            found = limits_of(inner)
            return None if found is None else Limits(found.start, found.stop, not found.is_upward)
        case Apply(op="range", args=(stop,)):
            return Limits(0, stop)
        case Apply(op="range", args=(Const(value=int(start)), stop)) if start >= 0:
            return Limits(start, stop)
    return None


def is_plain(loop: Loop) -> bool:
    """Whether a loop takes consecutive integers to the end, and has nothing but stages in it."""
    return (
        loop.target is not None
        and loop.leave is None
        and loop.keep is None
        and not loop.parallel
        and limits_of(loop.iterable) is not None
        and all(isinstance(s, Stage) or (isinstance(s, Pop) and s.index) for s in loop.body)
    )


def offset(index: Expr, target: Var, values: Mapping[Var, Expr]) -> int | None:
    """What is added to a round's own integer, if an index is that and a number."""
    total = 0
    while index is not target:
        match values.get(index) if isinstance(index, Var) else None:
            case Apply(op="add", args=(Var() as index, Const(value=int(number)))):
                total += number
            case Apply(op="add", args=(Const(value=int(number)), Var() as index)):
                total += number
            case Apply(op="sub", args=(Var() as index, Const(value=int(number)))):
                total -= number
            case Var() as index:
                pass
            case _:
                return None
    return total


def places(index: Expr, target: Var, start: int, values: Mapping[Var, Expr]) -> dict[int, int]:
    """The axes at which an index is the round's own integer, `start` at least, and which number."""
    found: dict[int, int] = {}
    for axis, part in enumerate(parts_of(index)):
        by = offset(part, target, values)
        if by is not None and start + by >= 0:  # no index from the end
            found[axis] = by
        elif not is_slice(part) and kind_of(part) is not INTEGER:
            break
    return found


def plain(expr: Expr, values: Mapping[Var, Expr]) -> Expr:
    """A length in terms of what is not a sum of others."""
    found = {v: values[v] for v in variables(expr) if v in values}
    return substitute(expr, {v: plain(e, values) for v, e in found.items() if _is_sum(e)})


def _is_sum(value: Expr) -> bool:
    return isinstance(value, Var) or isinstance(value, Apply) and value.op in ("add", "sub", "len")
