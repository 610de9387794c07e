"""The result's name: what the user returns without naming it is called `value`.

A function that goes on to a reverse sweep keeps its value in a variable on the way.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Carried,
    Loop,
    Merge,
    Pop,
    Procedure,
    Remark,
    Scope,
    Stage,
    Step,
    Var,
    map_expressions,
    substitute,
)


def has_reverse_sweep(procedure: Procedure) -> bool:
    """Whether a procedure is a forward sweep and then a reverse sweep."""
    return any(step == Remark("backward") for step in procedure.body)


def name_result(procedure: Procedure) -> Procedure:
    """The procedure with an unnamed result called `value`."""
    result = procedure.result
    if not (has_reverse_sweep(procedure) and isinstance(result, Apply) and result.args):
        return procedure
    value = result.args[0]
    if not (isinstance(value, Var) and value.temporary):
        return procedure
    table = {value: Var("value", value.kind)}
    body = [map_expressions(s, lambda e: substitute(e, table)) for s in procedure.body]
    return replace(procedure, body=renamed(body, table), result=substitute(result, table))


def renamed(block: Block, table: dict[Var, Var]) -> Block:
    """A block whose definitions of some variables define others instead."""

    def new(var: Var) -> Var:
        return table.get(var, var)

    def one(step: Step) -> Step:
        match step:
            case Stage() | Pop():
                return replace(step, target=new(step.target)) if step.target in table else step
            case Call():
                return replace(step, targets=tuple(map(new, step.targets)))
            case Branch():
                merges = [Merge(new(m.var), m.then, m.orelse) for m in step.merges]
                then, orelse = renamed(step.then, table), renamed(step.orelse, table)
                return replace(step, then=then, orelse=orelse, merges=merges)
            case Loop():
                carried = [Carried(new(c.var), c.init, c.next, c.again) for c in step.carried]
                target = None if step.target is None else new(step.target)
                body = renamed(step.body, table)
                return replace(step, carried=carried, target=target, body=body)
            case Scope():
                return replace(step, body=renamed(step.body, table))
        return step

    return [one(step) for step in block]
