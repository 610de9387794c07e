"""What a compiler takes for the type of a variable, as far as that keeps two from sharing a name.

A variable that the reverse sweep reads after a branch has one type, though the arms are of the
forward sweep, where each could have its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.rules.registry import kind_of
from symdiff.stages import (
    STACK,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Expr,
    Kind,
    Procedure,
    Push,
    Stage,
    Step,
    TupleOf,
    Var,
    blocks,
    defined,
)

Type = tuple[object, ...]


def types_of(procedure: Procedure) -> dict[Var, Type]:
    """The types of arrays, of what is kept in lists and arrays, and of what functions keep."""
    found: dict[Var, Type] = {}
    for step in _inner_first(procedure.body):
        for var in defined(step):
            made = _of_kind(var.kind)
            if made is not None:
                found[var] = made
        match step:
            case Stage(target=target, value=Apply(op="stack", args=(dtype, *shape))):
                found[target] = ("array", repr(dtype), len(shape))
            case Stage(target=target, value=Apply(op="part", args=(Var() as whole, *_))) if (
                target.kind is STACK and whole in found
            ):
                name, dtype_, rank = found[whole]
                assert isinstance(rank, int)
                found[target] = (name, dtype_, rank - 1)
            case Push(stack=stack, value=value) if stack not in found:
                found[stack] = ("list", _of_kind(kind_of(value)))
            case Call(targets=targets, callee=callee):
                own = {v: ("of", callee, i) for i, v in enumerate(targets) if v not in found}
                found.update((v, made) for v, made in own.items() if v.base == "kept")
            case Branch(merges=merges):
                for merge in merges:
                    arms = [_type(found, arm) for arm in (merge.then, merge.orelse)]
                    found.update((merge.var, made) for made in arms if made is not None)
    return found


def _inner_first(block: Block) -> Iterator[Step]:
    for step in block:
        for inner in blocks(step):
            yield from _inner_first(inner)
        yield step


def _type(found: dict[Var, Type], value: Expr | None) -> Type | None:
    return found.get(value) if isinstance(value, Var) else None


def _of_kind(kind: Kind) -> Type | None:
    match kind:
        case ArrayOf(item=item, dims=dims) if dims is not None:
            return ("array", item, len(dims))
        case TupleOf(items=items):
            return ("tuple", *map(_of_kind, items))
    return None
