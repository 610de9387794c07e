"""Lists: what the user's own list holds after a loop is not kept in a stack beside it.

`for ...: x_kept.append(x); xs.append(x)` fills two lists with the same values. Where the stack is
only read from then on, and the list is never changed after the loop, the list serves for both.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.rules import kind_of
from symdiff.rules.memory import UPDATES
from symdiff.stages import (
    Apply,
    Block,
    Expr,
    Loop,
    Opaque,
    Pop,
    Procedure,
    Push,
    Scalar,
    Stage,
    Step,
    Var,
    expressions,
    map_expressions,
    steps,
    substitute,
)


def reuse_lists(procedure: Procedure) -> Procedure:
    """The procedure without the stacks that hold what a list holds as well."""
    definitions = {s.target: s.value for s in steps(procedure.body) if isinstance(s, Stage)}
    emptied = {s.stack for s in steps(procedure.body) if isinstance(s, Pop)}
    filled: dict[Var, int] = {}
    for step in steps(procedure.body):
        if isinstance(step, Push):
            filled[step.stack] = filled.get(step.stack, 0) + 1
    changed = set(_changed(procedure))
    table: dict[Var, Expr] = {}
    for loop in _outermost_loops(procedure.body):
        lists = {
            stage.value.args[1]: carried.var
            for stage in loop.body
            if isinstance(stage, Stage)
            and isinstance(stage.value, Apply)
            and stage.value.op == "append"
            for carried in loop.carried
            if carried.var is stage.value.args[0]
            and carried.next is stage.target
            and isinstance(carried.init, Var)
            and definitions.get(carried.init) == Apply("list")
            and carried.var not in changed
        }
        for step in loop.body:
            if not isinstance(step, Push) or step.index:
                continue  # a slot of an array is told by another index than an item of a list
            if step.stack not in emptied and filled[step.stack] == 1:
                known = lists.get(step.value)
                # Arrays that are held twice may be changed in one place.
                if known is not None and isinstance(kind_of(step.value), Scalar):
                    table[step.stack] = known
    if not table:
        return procedure
    body = [map_expressions(s, lambda e: substitute(e, table)) for s in _without(procedure, table)]
    return replace(procedure, body=body, result=substitute(procedure.result, table))


def _outermost_loops(block: Block) -> list[Loop]:
    """The loops that stand in no other one, arms of branches left out."""
    return [step for step in block if isinstance(step, Loop)]


def _changed(procedure: Procedure) -> list[Var]:
    """The lists of which another version is made, but for the one that a round appends to."""
    found: list[Var] = []
    inside = {
        id(stage): {c.var for c in loop.carried}
        for loop in steps(procedure.body)
        if isinstance(loop, Loop)
        for stage in loop.body
    }

    def look(expr: Expr, own: set[Var], at_top: bool) -> None:
        if not isinstance(expr, (Apply, Opaque)):
            return
        if isinstance(expr, Apply) and expr.op in UPDATES and isinstance(expr.args[0], Var):
            appends = at_top and expr.op == "append" and expr.args[0] in own
            if not appends:
                found.append(expr.args[0])
        for arg in expr.args:
            look(arg, own, False)

    for step in steps(procedure.body):
        for expr in expressions(step):
            look(expr, inside.get(id(step), set()), isinstance(step, Stage))
        if isinstance(step, Loop):  # carried on into another loop, it is changed there
            found += [c.init for c in step.carried if isinstance(c.init, Var)]
    return found


def _without(procedure: Procedure, stacks: dict[Var, Expr]) -> Block:
    """The body without the stacks, and what fills them."""

    def kept(step: Step) -> bool:
        if isinstance(step, Push):
            return step.stack not in stacks
        return not (isinstance(step, Stage) and step.target in stacks)

    made: Block = []
    for step in procedure.body:
        if not kept(step):
            continue
        if isinstance(step, Loop):
            step = replace(step, body=[s for s in step.body if kept(s)])
        made.append(step)
    return made
