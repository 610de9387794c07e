"""Stacks that a forward function fills and hands to its backward function, which empties them."""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.stages import (
    STACK,
    Apply,
    Block,
    Branch,
    Const,
    Expr,
    Merge,
    Procedure,
    Stage,
    Var,
    blocks,
    steps,
)


def pairs_of(callees: dict[str, Procedure]) -> Iterator[tuple[Procedure, Procedure]]:
    """The forward functions among procedures, each with its backward function."""
    for name, forward in callees.items():
        backward = callees.get(f"{name.removesuffix('_forward')}_backward")
        if name.endswith("_forward") and backward is not None:
            yield forward, backward


def handed_stacks(forward: Procedure, backward: Procedure) -> dict[Var, Var]:
    """The stacks of a backward function, with those of the forward function that they are."""
    result = forward.result
    if not isinstance(result, Apply) or result.op != "tuple" or not result.args:
        return {}
    finder = _Finder(forward, backward, result.args[-1])
    found: dict[Var, Var] = {}
    for var in finder.taken:
        if var.kind is STACK:
            filled = finder.resolve(var)
            if isinstance(filled, Var) and filled.kind is STACK:
                found[var] = filled
    return found


class _Finder:
    def __init__(self, forward: Procedure, backward: Procedure, packed: Expr) -> None:
        self.packed = packed
        self.params = {p.var for p in backward.params if p.name.startswith("kept")}
        self.made: dict[Var, Expr] = {}
        self.merges: dict[Var, Merge] = {}
        for step in steps(forward.body):
            if isinstance(step, Stage):
                self.made[step.target] = step.value
            elif isinstance(step, Branch):
                self.merges.update((m.var, m) for m in step.merges)
        self.taken: dict[Var, tuple[Expr, int]] = {}  # by what, and in which arm of a branch
        self._look(backward.body, 0)

    def _look(self, block: Block, side: int) -> None:
        for step in block:
            if isinstance(step, Stage):
                self.taken[step.target] = step.value, side
            for at, inner in enumerate(blocks(step)):
                self._look(inner, at if isinstance(step, Branch) else side)

    def resolve(self, expr: Expr, side: int = 0) -> Expr | None:
        """What an expression of the backward function was in the forward function."""
        match expr:
            case Var() if expr in self.params:
                return self.packed
            case Var() if expr in self.taken:
                return self.resolve(*self.taken[expr])
            case Apply(op="part", args=(whole, Const(value=at), _)):
                found = self.resolve(whole, side)
                merge = self.merges.get(found) if isinstance(found, Var) else None
                if merge is not None:
                    found = merge.orelse if side else merge.then
                if isinstance(found, Var):
                    found = self.made.get(found)
                if isinstance(found, Apply) and found.op == "tuple" and at < len(found.args):
                    part: Expr = found.args[at]
                    return part
        return None
