"""Numbers that the user's lines compute twice, computed once, before the derivative is made: so
they have one adjoint, and what is kept of them is kept once."""

from __future__ import annotations

from dataclasses import replace

from symdiff.simplify.dead import is_impure
from symdiff.simplify.share import UNSHARED
from symdiff.stages import (
    OBJECT,
    Apply,
    Block,
    Branch,
    Expr,
    Loop,
    Procedure,
    Scalar,
    Scope,
    Stage,
    Var,
    map_expressions,
    substitute,
    with_blocks,
    with_callees,
    with_value,
)


def share_numbers(procedure: Procedure) -> Procedure:
    """The procedure, and all that it calls, in which equal numbers have one name."""
    return with_callees(procedure, _shared)


def _shared(procedure: Procedure) -> Procedure:
    same: dict[Var, Expr] = {}
    known: dict[Expr, Var] = {}

    def block(inner: Block) -> Block:
        made: Block = []
        here: list[Expr] = []  # what is known to the end of the block
        for step in inner:
            if isinstance(step, (Branch, Loop, Scope)):
                made.append(with_blocks(step, block))
                continue
            if isinstance(step, Stage):
                step = with_value(step, substitute(step.value, same))
                if _is_number(step):
                    found = known.get(step.value)
                    if found is not None and found.kind is step.target.kind:
                        same[step.target] = found
                        continue
                    if found is None:
                        known[step.value] = step.target
                        here.append(step.value)
            made.append(step)
        for value in here:
            del known[value]
        return made

    body = block(procedure.body)
    if not same:
        return procedure
    table = same
    return replace(
        procedure,
        body=[map_expressions(step, lambda e: substitute(e, table)) for step in body],
        result=substitute(procedure.result, table),
    )


def _is_number(stage: Stage) -> bool:
    """Whether a stage computes a number that the user did not name."""
    value, kind = stage.value, stage.target.kind
    is_pure = isinstance(value, Apply) and value.op not in UNSHARED and not is_impure(value)
    return is_pure and stage.target.temporary and isinstance(kind, Scalar) and kind is not OBJECT
