"""A value is kept once, though several stages of the reverse sweep read it: reads of elements that
turned out to be the same value have each been kept for themselves."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Expr,
    Loop,
    Pop,
    Procedure,
    Push,
    Scope,
    Stage,
    Step,
    Var,
    all_read,
    map_expressions,
    substitute,
    variables,
    with_blocks,
)


@dataclass(slots=True)
class _Use:
    """A stack that is filled at one place and emptied at one place."""

    made: Stage
    push: Push
    pop: Pop
    at: int  # where in its block the value is taken
    key: Hashable  # equal for stacks that hold the same, and are read in the same block


def keep_once(procedure: Procedure) -> Procedure:
    """The procedure without stacks that hold what another one holds that is read beside them."""
    alike: dict[Hashable, list[_Use]] = {}
    for use in _uses(procedure):
        alike.setdefault(use.key, []).append(use)
    same: dict[Var, Expr] = {}
    dropped: set[int] = set()
    for uses in alike.values():
        first, *others = sorted(uses, key=lambda use: use.at)
        for use in others:
            same[use.pop.target] = first.pop.target
            dropped |= {id(use.made), id(use.push), id(use.pop)}
    if not same:
        return procedure
    body = [map_expressions(s, lambda e: substitute(e, same))
            for s in _without(procedure.body, dropped)]  # fmt: skip
    return replace(procedure, body=body, result=substitute(procedure.result, same))


def _uses(procedure: Procedure) -> Iterator[_Use]:
    made: dict[Var, list[tuple[Stage, Block]]] = {}
    pushed: dict[Var, list[tuple[Push, Block]]] = {}
    popped: dict[Var, list[tuple[Pop, Block, int]]] = {}
    for block in _blocks(procedure.body):
        for at, step in enumerate(block):
            match step:
                case Stage(value=Apply(op="stack")):
                    made.setdefault(step.target, []).append((step, block))
                case Push(stack=Var() as stack):
                    pushed.setdefault(stack, []).append((step, block))
                case Pop(stack=stack):
                    popped.setdefault(stack, []).append((step, block, at))
    reads: dict[Var, int] = {}
    for var in (*all_read(procedure.body), *variables(procedure.result)):
        reads[var] = reads.get(var, 0) + 1
    for stack in made:
        match made[stack], pushed.get(stack), popped.get(stack):
            case [(stage, around)], [(push, inside)], [(pop, where, at)] if reads[stack] == 2:
                values = stage.value, push.value, push.index, pop.index, pop.shape
                places = id(around), id(inside), id(where)
                yield _Use(stage, push, pop, at, (*values, *places, pop.target.kind))


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for step in block:
        match step:
            case Branch():
                yield from _blocks(step.then)
                yield from _blocks(step.orelse)
            case Loop() | Scope():
                yield from _blocks(step.body)


def _without(block: Block, dropped: set[int]) -> Block:
    return [_step(step, dropped) for step in block if id(step) not in dropped]


def _step(step: Step, dropped: set[int]) -> Step:
    if isinstance(step, (Branch, Loop, Scope)):
        return with_blocks(step, lambda inner: _without(inner, dropped))
    return step
