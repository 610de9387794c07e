"""The Jacobian of a function of numbers, row by row: one forward sweep, and behind it a reverse
sweep for each number of the value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symdiff.differentiate.derivative import as_float, elementary, leaves, not_floats
from symdiff.differentiate.emitting import ONE, ZERO
from symdiff.differentiate.together import NotTogether
from symdiff.stages import (
    REAL,
    Apply,
    Block,
    Branch,
    Const,
    Expr,
    Procedure,
    Remark,
    Stage,
    Var,
    is_differentiable,
    steps,
)

MOST_STAGES = 400  # of the reverse sweeps together: more are better called one after the other


def by_rows(
    procedure: Procedure, wrt: Sequence[Any], name: str, doc: str, single: bool
) -> Procedure:
    """The procedure that returns, in the structure of the value, the adjoints of the differentiated
    parameters for each number of it.

    Raises NotTogether for what has loops, calls or arrays, and so keeps values for the reverse
    sweep, of which there must be one only then.
    """
    flat, active, procedures = elementary(procedure, wrt, compiled=True)
    inputs = [v for structure in wrt for v in leaves(structure)]
    if not all(isinstance(s, (Stage, Branch)) for s in steps(flat.body)):
        raise NotTogether
    if any(v.kind is not REAL for v in inputs if is_differentiable(v.kind)):
        raise NotTogether
    backward: Block = []
    made = replace(
        procedure,
        name=name,
        doc=doc,
        globals=procedure.globals | procedures.globals,
        helpers=procedure.helpers | procedures.helpers,
    )

    def row(leaf: Expr) -> Expr:
        """The adjoints for one number of the value."""
        sweep = procedures.sweep(flat, active, set(inputs))
        sweep.accumulate(leaf, ONE)
        sweep.block(flat.body)
        procedures.settle(flat, sweep)
        many = any(isinstance(s, Remark) for s in backward)
        backward.append(Remark("backward, for the next row" if many else "backward"))
        backward.extend(sweep.out)
        made.globals |= sweep.globals
        made.helpers |= sweep.helpers
        integers = not_floats(flat.body, sweep.out)

        def adjoint(structure: Any) -> Expr:
            if isinstance(structure, tuple):
                return Apply("tuple", tuple(map(adjoint, structure)))
            if not isinstance(structure, Var):
                raise NotTogether
            if not is_differentiable(structure.kind):
                return Const(None)
            return as_float(integers, sweep.adjoints.get(structure, ZERO))

        found = tuple(map(adjoint, wrt))
        return found[0] if single else Apply("tuple", found)

    def rows(result: Expr) -> Expr:
        if isinstance(result, Apply) and result.op == "tuple":
            return Apply("tuple", tuple(map(rows, result.args)))
        if isinstance(result, Var) and result.kind is REAL and result in active:
            return row(result)
        raise NotTogether

    made.result = rows(flat.result)
    if len(backward) > MOST_STAGES or not all(
        isinstance(s, (Stage, Branch)) for s in steps(flat.body)
    ):
        raise NotTogether
    made.body = [Remark("forward"), *flat.body, *backward]
    return made
