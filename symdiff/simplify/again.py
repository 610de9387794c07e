"""Cheap values are computed again: the user's line stays in one piece that way.

`2 * (1 - x)` in the reverse sweep costs no more than keeping `1 - x` in a variable, and taking it
out of the line `(1 - x) ** 2 + ...`. That holds for one negation, sum or difference of variables
that are at hand and have no newer version.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.simplify.dead import drop_dead
from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    all_defined,
    expressions,
    map_expressions,
    steps,
    substitute,
    variables,
)


def compute_again(procedure: Procedure) -> Procedure:
    """The procedure whose reverse sweep computes cheap parts of the user's lines again."""
    own: dict[Var, int] = {}
    derived: dict[Var, int] = {}
    other: set[Var] = set(variables(procedure.result))
    for step in steps(procedure.body):
        if isinstance(step, Stage):
            counts = own if step.place is not None else derived
            for var in variables(step.value):
                counts[var] = counts.get(var, 0) + 1
        else:
            other.update(v for e in expressions(step) for v in variables(e))
    last = {v.base: v for v in [*(p.var for p in procedure.params), *all_defined(procedure.body)]}
    table: dict[Var, Expr] = {}
    for stage in _outside_loops(procedure.body):
        target = stage.target
        if stage.place is None or not target.temporary or target in other or own.get(target) != 1:
            continue
        reads = derived.get(target, 0)
        stable = all(
            last[v.base] is v and (not v.temporary or own.get(v, 0) + derived.get(v, 0) > 1)
            for v in variables(stage.value)
        )
        if stable and (_is_sign(stage.value) or reads == 1 and _is_sum(stage.value)):
            table[target] = stage.value
    if not table:
        return procedure
    return drop_dead(replace(procedure, body=[_filled(s, table) for s in procedure.body]))


def _is_sign(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "neg" and isinstance(expr.args[0], Var)


def _is_sum(expr: Expr) -> bool:
    return (
        isinstance(expr, Apply) and expr.op in ("add", "sub")
        and all(isinstance(a, (Var, Const)) for a in expr.args)
    )


def _outside_loops(block: Block) -> list[Stage]:
    found: list[Stage] = []
    for step in block:
        match step:
            case Stage():
                found.append(step)
            case Branch():
                found += _outside_loops(step.then) + _outside_loops(step.orelse)
            case Scope():
                found += _outside_loops(step.body)
    return found


def _filled(step: Step, table: dict[Var, Expr]) -> Step:
    match step:
        case Stage(place=None):
            return map_expressions(step, lambda e: substitute(e, table))
        case Branch():
            then = [_filled(s, table) for s in step.then]
            return replace(step, then=then, orelse=[_filled(s, table) for s in step.orelse])
        case Loop() | Scope():
            return replace(step, body=[_filled(s, table) for s in step.body])
    return step
