"""A derivative that tells what passes through it: every stage's value, and every adjoint.

It is the derivative as it is generated, with statements between its steps that hand each value to
the functions named here. Whoever runs it puts these functions into its globals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.differentiate.derivative import assembled, elementary, leaves, seeds_of
from symdiff.differentiate.procedures import Procedures
from symdiff.differentiate.reverse import Reverse
from symdiff.stages import (
    OBJECT,
    Block,
    Expr,
    Loop,
    Opaque,
    Passive,
    Procedure,
    Remark,
    Stage,
    Step,
    TupleOf,
    Var,
    blocks,
)

VALUE, ADJOINT, LOOP, ROUND, ONES = (
    f"symdiff_{name}" for name in ("value", "adjoint", "loop", "round", "ones")
)


def traced(procedure: Procedure, wrt: Sequence[Any]) -> Procedure:
    """The procedure that returns a function's value and the adjoints of its parameters, for a
    cotangent of ones, and on its way calls

    * `symdiff_value(name, number, loops, value)` after each stage of the procedure `name`, where
      `loops` are those around it,
    * `symdiff_adjoint(name, number, adjoint)` before the stage is reversed,
    * `symdiff_loop(name, loop)` before a loop and `symdiff_round(name, loop)` in each round,
    * `symdiff_ones(value)` for the cotangent.

    Numbers are those of the stages of `elementary(procedure, wrt)`.
    """
    flat, active, procedures = elementary(procedure, wrt, reverser=TracedProcedures)
    inputs = {v for structure in wrt for v in leaves(structure)}
    sweep = procedures.sweep(flat, active, inputs)
    kind = flat.result.kind if isinstance(flat.result, Var) else OBJECT
    dout = Var("dout", kind, temporary=True)
    start: list[Step] = [Remark("backward"), Stage(dout, Opaque(f"{ONES}(_0)", (flat.result,)))]
    seeds = seeds_of(flat.result, dout, start, active)
    name = f"{procedure.name}_traced"
    return assembled(procedure, name, flat, sweep, procedures, wrt, flat.params, seeds, start)


class TracedProcedures(Procedures):
    """The derivative functions of what is called, traced too."""

    def sweep(self, procedure: Procedure, active: set[Var], inputs: set[Var]) -> Reverse:
        sweep = TracedReverse(active, inputs, self)
        sweep.name = procedure.name
        sweep.look_through(procedure.body)
        _tell_values(procedure.name, procedure.body, ())
        return sweep


class TracedReverse(Reverse):
    """The reverse sweep that tells each adjoint when it is complete."""

    name = ""

    def holder_of(self, var: Var) -> tuple[Var, Expr] | None:
        return None  # every value has an adjoint of its own

    def stage(self, step: Stage) -> None:
        adjoint = self.adjoints.get(step.target)
        if adjoint is not None and step.target in self.active and step.target not in self.inputs:
            mask = self.masks.get(step.target)
            if mask is not None:
                adjoint = self.masked(adjoint, mask)
            self.out.append(Passive(f"{ADJOINT}({self.name!r}, {step.number}, _0)", (adjoint,)))
        super().stage(step)


def _tell_values(name: str, block: Block, loops: tuple[int, ...], count: int = 0) -> int:
    """Put the statements that tell values into a block; returns how many loops were seen."""
    told: Block = []
    for step in block:
        inside = loops
        if isinstance(step, Loop):
            count += 1
            inside = (*loops, count)
            told.append(Passive(f"{LOOP}({name!r}, {count})"))
        for inner in blocks(step):
            count = _tell_values(name, inner, inside, count)
        if isinstance(step, Loop):
            step.body.insert(0, Passive(f"{ROUND}({name!r}, {inside[-1]})"))
        told.append(step)
        if isinstance(step, Stage) and not isinstance(step.target.kind, TupleOf):
            text = f"{VALUE}({name!r}, {step.number}, {loops!r}, _0)"
            told.append(Passive(text, (step.target,)))
    block[:] = told
    return count
