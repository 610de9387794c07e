"""Renaming: a temporary that is first of all the adjoint of a named variable bears its name.

`product = a * b; dx = product; dy = product` is `dx = a * b; dy = dx`, as long as no new version
of `dx` comes before the last reader of the product.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.simplify.result import renamed
from symdiff.stages import (
    Block,
    Branch,
    Loop,
    Procedure,
    Scope,
    Stage,
    Var,
    all_defined,
    all_read,
    map_expressions,
    substitute,
    variables,
    with_blocks,
)

FAR = 30  # steps between the copy and the last reader


def name_adjoints(procedure: Procedure) -> Procedure:
    """The procedure without copies of temporaries of the derivative to its variables."""
    counts: dict[Var, int] = {}
    for var in (*all_read(procedure.body), *variables(procedure.result)):
        counts[var] = counts.get(var, 0) + 1
    table: dict[Var, Var] = {}
    body = _block(procedure.body, counts, table)
    if not table:
        return procedure
    body = [map_expressions(s, lambda e: substitute(e, table)) for s in renamed(body, table)]
    return replace(procedure, body=body, result=substitute(procedure.result, table))


def _block(block: Block, counts: dict[Var, int], table: dict[Var, Var]) -> Block:
    made: Block = []
    defined_here: set[Var] = set()
    for at, step in enumerate(block):
        match step:
            case Stage(place=None, value=Var() as value) if (
                value in defined_here
                and value not in table
                and not step.target.temporary
                and value.kind == step.target.kind
                and _is_read_soon(value, step.target, block, at, counts[value])
            ):
                table[value] = step.target
                continue
            case Stage(place=None, target=target) if target.temporary:
                defined_here.add(target)
            case Branch() | Loop() | Scope():
                step = with_blocks(step, lambda inner: _block(inner, counts, table))
        made.append(step)
    return made


def _is_read_soon(value: Var, name: Var, block: Block, at: int, reads: int) -> bool:
    """Whether all that reads a value follows its copy before a new version of the name."""
    for step in block[at : at + FAR]:
        reads -= sum(var is value for var in all_read([step]))
        if reads == 0:
            return True
        if any(v.base == name.base and v is not name for v in all_defined([step])):
            return False
    return False
