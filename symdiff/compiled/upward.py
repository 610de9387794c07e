"""Loops of the reverse sweep whose rounds may run in any order take them upwards.

A round of such a loop meets nothing that another one leaves, but for sums. Upwards innermost loops
are vectorised: measured three to five times faster than downwards; and loops around them go
through memory as it lies.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.compiled.order import in_any_order, values_of
from symdiff.stages import (
    Apply,
    Block,
    Call,
    Loop,
    Passive,
    Pop,
    Procedure,
    Push,
    Scope,
    map_expressions,
    steps,
    with_callees,
)


def run_upward(procedure: Procedure) -> Procedure:
    """The derivative, and those it calls, with loops that run upwards where that is as good."""
    return with_callees(procedure, _upward)


def _upward(procedure: Procedure) -> Procedure:
    body = [map_expressions(s, lambda e: e) for s in procedure.body]
    values = values_of(body)
    for step in steps(body):
        match step:
            case Loop(
                iterable=Apply(op="reversed", args=(Apply(op="range") as numbers,)), leave=None
            ) if _is_plain(step.body):
                if in_any_order(step, values, procedure.callees):
                    step.iterable = numbers
    return replace(procedure, body=body)


def _is_plain(block: Block) -> bool:
    """Whether a block has nothing in it that must come in its turn."""
    for step in steps(block):
        match step:
            case Call() | Passive() | Scope() | Push():
                return False
            case Pop(index=()):
                return False
    return True
