"""Versions of arrays: what stores, and loops that store, make of an array."""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.stages import Apply, ArrayOf, Expr, Loop, Stage, Step, Var


def is_store(value: Expr) -> bool:
    return isinstance(value, Apply) and value.op == "setitem"


def versions(step: Step) -> Iterator[tuple[Var, Expr | None]]:
    """The versions of arrays that a step makes, each with the one before."""
    match step:
        case Stage(target=target, value=Apply(op="setitem" | "add_at" | "sub_at", args=(old, *_))):
            yield target, old
        case Loop():
            for c in step.carried:
                if isinstance(c.var.kind, ArrayOf) and c.var.kind.dims:
                    yield c.var, c.init


def origins(loop: Loop) -> dict[Var, Var]:
    """For each version of an array in the rounds of a loop the one that the loop carries."""
    found = {c.var: c.var for c in loop.carried}
    for step in loop.body:
        for made, before in versions(step):
            if isinstance(before, Var) and before in found:
                found[made] = found[before]
    return found
