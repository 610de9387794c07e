"""Numbers that are kept in every round though no round changes them: they are computed once,
before the loop."""

from __future__ import annotations

from symdiff.compiled.entry import Entry, Text
from symdiff.compiled.nests import block_of, stacks_of
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    STACK,
    Apply,
    Expr,
    Pop,
    Procedure,
    Push,
    Scalar,
    Stage,
    Var,
    expressions,
    map_expressions,
    steps,
    substitute,
    variables,
)


def compute_once(procedure: Procedure) -> None:
    """Take what does not change in a loop out of it, where it would be kept."""
    text = Text(procedure)
    table: dict[Var, Expr] = {}
    told = _told(procedure)
    for var, stack in stacks_of(procedure).items():
        if var in told:
            continue  # its length tells how many rounds there were
        if stack.is_handed or stack.is_shared or len(stack.pushes) != 1 or len(stack.pops) != 1:
            continue
        (push, loops), (pop, emptying) = stack.pushes[0], stack.pops[0]
        kind = kind_of(push.value)
        if not isinstance(kind, Scalar) or not loops or not isinstance(push.value, Var):
            continue
        for at, loop in enumerate(loops):
            if [*map(id, loops[:at])] != [*map(id, emptying[:at])]:
                break  # the loops around have other rounds when the value is read
            value = Entry(text, loop).value(push.value)
            if not isinstance(value, Apply):
                continue
            steady = Var(push.value.base, kind, push.value.temporary, push.value.length)
            before = block_of(procedure.body, loop)
            place = next(i for i, step in enumerate(before) if step is loop)
            before.insert(place, Stage(steady, value))
            _replace(procedure, push, None)
            _replace(procedure, pop, Stage(pop.target, steady))
            if push.value.temporary:
                table[push.value] = steady
            break
    if table:
        procedure.body[:] = [
            map_expressions(s, lambda e: substitute(e, table)) for s in procedure.body
        ]


def _told(procedure: Procedure) -> set[Var]:
    """Stacks that are asked for more than what is taken from them: whether something is left."""
    return {
        var
        for step in steps(procedure.body)
        if not isinstance(step, (Push, Pop))
        for expr in expressions(step)
        for var in variables(expr)
        if var.kind is STACK
    }


def _replace(procedure: Procedure, old: Push | Pop, new: Stage | None) -> None:
    block = block_of(procedure.body, old)
    at = next(i for i, step in enumerate(block) if step is old)
    block[at : at + 1] = [] if new is None else [new]
