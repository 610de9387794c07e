"""The last changes to a procedure before it is written: they add the few steps that Python needs
and that the staged computation can do without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symdiff.stages import (
    BOOLEAN,
    Apply,
    Block,
    Branch,
    ListOf,
    Loop,
    Procedure,
    Remark,
    Scope,
    Stage,
    Step,
    Var,
    all_defined,
    substitute,
    variables,
)
from symdiff.write.aliases import copy_parameters
from symdiff.write.liveness import read_counts


def prepare(procedure: Procedure) -> Procedure:
    """The procedure that is printed step by step."""
    counts = read_counts(procedure)
    body = [_leave_before_handing_on(_over_items(s, counts)) for s in procedure.body]
    return copy_parameters(_set_value_aside(replace(procedure, body=body)))


def _leave_before_handing_on(step: Step) -> Step:
    """Name a condition for leaving a loop that reads what the end of the round overwrites."""

    def block(inner: Block) -> Block:
        return [_leave_before_handing_on(s) for s in inner]

    match step:
        case Branch():
            return replace(step, then=block(step.then), orelse=block(step.orelse))
        case Scope():
            return replace(step, body=block(step.body))
        case Loop():
            body = block(step.body)
            carried = {c.var for c in step.carried}
            if step.leave is None or not carried.intersection(variables(step.leave)):
                return replace(step, body=body)
            leave = Var("done", BOOLEAN, temporary=True)
            return replace(step, body=[*body, Stage(leave, step.leave)], leave=leave)
    return step


def _over_items(step: Step, counts: Mapping[Var, int]) -> Step:
    """`for x in xs` for a loop over indices that only looks up `x = xs[i]`."""

    def block(inner: Block) -> Block:
        return [_over_items(s, counts) for s in inner]

    match step:
        case Branch():
            return replace(step, then=block(step.then), orelse=block(step.orelse))
        case Scope():
            return replace(step, body=block(step.body))
        case Loop():
            step = replace(step, body=block(step.body))
            match step.iterable:
                case Apply(op="range", args=(Apply(op="len", args=(Var() as items,)),)) if (
                    isinstance(items.kind, ListOf) and counts.get(step.target or items) == 1
                ):
                    found = Apply("getitem", (items, step.target or items))
                    for stage in step.body:
                        if isinstance(stage, Stage) and stage.value == found:
                            rest = [s for s in step.body if s is not stage]
                            return replace(step, target=stage.target, iterable=items, body=rest)
    return step


def _set_value_aside(procedure: Procedure) -> Procedure:
    """Name the result `value` before the reverse sweep if that gives its name to other versions."""
    body = procedure.body
    turn = next((i for i, s in enumerate(body) if s == Remark("backward")), None)
    if turn is None:
        return procedure
    later = {v.base for v in all_defined(body[turn:]) if not v.temporary}
    before = set(all_defined(body[:turn]))
    aside: dict[Var, Var] = {}
    for var in variables(procedure.result):
        if var in before and var.base in later and not var.temporary and var not in aside:
            aside[var] = Var("value", var.kind)
    if not aside:
        return procedure
    stages = [Stage(new, old) for old, new in aside.items()]
    body = [*body[:turn], *stages, *body[turn:]]
    return replace(procedure, body=body, result=substitute(procedure.result, aside))
