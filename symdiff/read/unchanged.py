"""Lists that a loop was thought to carry, and that no round changes: they are read as they are.

While a loop is read, a list whose length or index is known at run time only becomes one run-time
value; what it is made of, and the list itself, are then carried until it is known that they need
not be. Carried they would be kept for the reverse sweep in every round.
"""

from __future__ import annotations

from symdiff.stages import (
    Block,
    Expr,
    ListOf,
    Loop,
    Procedure,
    Var,
    blocks,
    map_expressions,
    substitute,
)


def read_unchanged(procedure: Procedure) -> None:
    """Let loops carry no list that every round hands on as it is."""
    table: dict[Var, Expr] = {}
    _note(procedure.body, table)
    if table:
        table = {var: _resolved(value, table) for var, value in table.items()}
        procedure.body = [
            map_expressions(step, lambda e: substitute(e, table)) for step in procedure.body
        ]
        procedure.result = substitute(procedure.result, table)


def _note(block: Block, table: dict[Var, Expr]) -> None:
    """Drop what loops carry in vain, and note what it is instead."""
    for step in block:
        for inner in blocks(step):
            _note(inner, table)
        if isinstance(step, Loop):
            for c in step.carried:
                same = c.next is not None and _resolved(c.next, table) is c.var
                if same and c.init is not None and isinstance(c.var.kind, ListOf):
                    table[c.var] = c.init
            step.carried = [c for c in step.carried if c.var not in table]


def _resolved(expr: Expr, table: dict[Var, Expr]) -> Expr:
    while (known := substitute(expr, table)) != expr:
        expr = known
    return expr
