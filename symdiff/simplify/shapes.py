"""Shapes: of a kept array that is only asked for its shape, the shape is kept.

An adjoint is summed to the shape of what was broadcast, or begins as zeros of a shape: what stood
there itself isn't read, and its memory can be used for something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from symdiff.rules.arrays.helpers import with_callees
from symdiff.stages import (
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Call,
    Const,
    Expr,
    Loop,
    Opaque,
    Pop,
    Procedure,
    Push,
    Stage,
    Var,
    expressions,
    map_expressions,
    steps,
    variables,
)

UNBROADCAST, TO_SHAPE = "helper:unbroadcast", "unbroadcast_to"


def keep_shapes(procedure: Procedure) -> Procedure:
    """The procedure that keeps shapes where it kept arrays for their shapes."""
    pops: dict[Var, list[Pop]] = {}
    pushed: dict[Var, list[Push]] = {}
    read: Counter[Var] = Counter()
    asked: Counter[Var] = Counter()
    for step in steps(procedure.body):
        if isinstance(step, Pop):
            pops.setdefault(step.stack, []).append(step)
        elif isinstance(step, Push):
            pushed.setdefault(step.stack, []).append(step)
        for expr in expressions(step):
            read.update(variables(expr))
            asked.update(_asked(expr))
    read.update(variables(procedure.result))
    made = {s.target for s in steps(procedure.body) if isinstance(s, Stage)}
    handed = {
        v
        for s in steps(procedure.body)
        if isinstance(s, Call)
        for e in s.args
        for v in variables(e)
    } | set(variables(procedure.result))
    unset = {
        c.var for s in steps(procedure.body) if isinstance(s, Loop)
        for c in s.carried if c.init is None or c.init == Const(None)
    }  # fmt: skip
    shapes: dict[Var, Var] = {}
    stacks: set[Var] = set()
    for stack, found in pops.items():
        targets = [pop.target for pop in found]
        # Another procedure may fill a stack, or empty it.
        is_own = stack in made and stack in pushed and stack not in handed
        is_set = is_own and all(step.value not in unset for step in pushed[stack])
        slots = [s.index for s in pushed.get(stack, [])] + [s.index for s in found]
        if (
            is_set
            and not any(slots)
            and all(isinstance(t.kind, ArrayOf) and asked[t] == read[t] > 0 for t in targets)
        ):
            stacks.add(stack)
            shapes.update((t, Var(f"{t.base}_shape", OBJECT, True)) for t in targets)
    if not shapes:
        return procedure

    def of_shapes(expr: Expr) -> Expr:
        if not isinstance(expr, (Apply, Opaque)):
            return expr
        var = _asked_by(expr)
        if var in shapes and isinstance(expr, Apply):
            if expr.op == "numpy.shape":
                return shapes[var]
            if expr.op == "zeros_like":
                return Apply("numpy.zeros", (shapes[var],))
            return Apply(f"helper:{TO_SHAPE}", (of_shapes(expr.args[0]), shapes[var]))
        args = tuple(map(of_shapes, expr.args))
        return Apply(expr.op, args) if type(expr) is Apply else replace(expr, args=args)

    body = [map_expressions(step, of_shapes) for step in procedure.body]
    for step in steps(body):
        if isinstance(step, Pop) and step.stack in stacks:
            step.target = shapes[step.target]
        elif isinstance(step, Push) and step.stack in stacks:
            step.value = Apply("numpy.shape", (step.value,))
    helpers = {**procedure.helpers, **with_callees(TO_SHAPE)}
    return replace(procedure, body=body, helpers=helpers)


def _asked_by(expr: Expr) -> Var | None:
    """The variable whose shape an expression asks for, and nothing else of it."""
    match expr:
        case Apply(op="helper:unbroadcast", args=(_, Var() as var)):
            return var
        case Apply(op="numpy.shape", args=(Var() as var,)):
            return var
        case Apply(op="zeros_like", args=(Var(kind=ArrayOf(item=item)) as var,)) if item is REAL:
            return var
    return None


def _asked(expr: Expr) -> Iterator[Var]:
    """The variables that an expression only asks for their shape, as often as it does."""
    pending = [expr]
    while pending:
        top = pending.pop()
        if isinstance(top, (Apply, Opaque)):
            var = _asked_by(top)
            if var is not None:
                yield var
                pending.extend(a for a in top.args if a is not var)
            else:
                pending.extend(top.args)
