"""A primal without the values that branches and loops hand on and nobody reads."""

from __future__ import annotations

from dataclasses import replace

from symdiff.stages import (
    Block,
    Branch,
    Expr,
    Loop,
    Procedure,
    Scope,
    Step,
    Var,
    expressions,
    steps,
    variables,
)


def pruned(procedure: Procedure) -> Procedure:
    """The same steps, with only those merges and carried variables whose values are of use."""
    needed = _needed(procedure)

    def block(inner: Block) -> Block:
        return [kept(step) for step in inner]

    def kept(step: Step) -> Step:
        match step:
            case Branch():
                merges = [m for m in step.merges if m.var in needed]
                then, orelse = block(step.then), block(step.orelse)
                return replace(step, then=then, orelse=orelse, merges=merges)
            case Loop():
                carried = [c for c in step.carried if c.var in needed]
                return replace(step, carried=carried, body=block(step.body))
            case Scope():
                return replace(step, body=block(step.body))
        return step

    return replace(procedure, body=block(procedure.body))


def _needed(procedure: Procedure) -> set[Var]:
    """The variables that some operation, test or result reads, directly or through others."""
    needed = set(variables(procedure.result))
    sources: dict[Var, list[Var]] = {}

    def handed(var: Var, *values: Expr | None) -> None:
        sources[var] = [source for value in values for source in variables(value)]

    for step in steps(procedure.body):
        match step:
            case Branch():
                needed |= set(variables(step.test))
                for merge in step.merges:
                    handed(merge.var, merge.then, merge.orelse)
            case Loop():
                for expr in (step.test, step.iterable, step.leave):
                    needed |= set(variables(expr))
                for carried in step.carried:
                    handed(carried.var, carried.init, carried.next)
            case _:
                needed |= {var for expr in expressions(step) for var in variables(expr)}
    ahead = list(needed)
    while ahead:
        for source in sources.get(ahead.pop(), ()):
            if source not in needed:
                needed.add(source)
                ahead.append(source)
    return needed
