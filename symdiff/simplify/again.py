"""Cheap values are computed again: the user's line stays in one piece that way.

`2 * (1 - x)` in the reverse sweep costs no more than keeping `1 - x` in a variable, and taking it
out of the line `(1 - x) ** 2 + ...`. That holds for one negation, sum, difference or square of
variables that are at hand and have no newer version; arrays are never computed twice.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.simplify.dead import drop_dead
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Procedure,
    Scalar,
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
        counts = own if getattr(step, "place", None) is not None else derived
        for expr in expressions(step):
            line = isinstance(step, Stage) or isinstance(step, Loop) and expr is step.iterable
            for var in variables(expr):
                counts[var] = counts.get(var, 0) + 1
                if not line:
                    other.add(var)
    last = {v.base: v for v in [*(p.var for p in procedure.params), *all_defined(procedure.body)]}
    params = {p.var for p in procedure.params}
    table: dict[Var, Expr] = {}
    for stage in _outside_loops(procedure.body):
        target = stage.target
        if stage.place is None or not target.temporary or target in other or own.get(target) != 1:
            continue
        if isinstance(target.kind, ArrayOf):
            continue
        reads = derived.get(target, 0)
        stable = all(
            last[v.base] is v and (not v.temporary or own.get(v, 0) + derived.get(v, 0) > 1)
            for v in variables(stage.value)
        )
        short = _is_sum(stage.value) or _is_power(stage.value) or _is_length(stage.value, params)
        if stable and (_is_sign(stage.value) or reads == 1 and short):
            table[target] = stage.value
    if not table:
        return procedure
    return drop_dead(replace(procedure, body=[_filled(s, table) for s in procedure.body]))


def _is_length(expr: Expr, params: set[Var]) -> bool:
    return isinstance(expr, Apply) and expr.op == "len" and expr.args[0] in params


def _is_sign(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "neg" and isinstance(expr.args[0], Var)


def _is_sum(expr: Expr) -> bool:
    return (
        isinstance(expr, Apply)
        and expr.op in ("add", "sub")
        and all(isinstance(a, (Var, Const)) for a in expr.args)
    )


def _is_power(expr: Expr) -> bool:
    """Whether an expression is the square or the cube of a number."""
    match expr:
        case Apply(op="pow", args=(Var(kind=Scalar.REAL), Const(value=2 | 3))):
            return True
    return False


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
        case Loop():
            body = [_filled(s, table) for s in step.body]
            iterable = step.iterable
            if step.place is None and iterable is not None:
                iterable = substitute(iterable, table)
            return replace(step, body=body, iterable=iterable)
        case Scope():
            return replace(step, body=[_filled(s, table) for s in step.body])
    return step
