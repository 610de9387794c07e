"""Procedures made smaller: one pass a file, run in order by `simplify`."""

from __future__ import annotations

from dataclasses import replace

from symdiff.simplify.again import compute_again
from symdiff.simplify.cheaper import cheaper
from symdiff.simplify.dead import drop_dead
from symdiff.simplify.fold import fold_constants
from symdiff.simplify.join import join
from symdiff.simplify.linear import reorder_linear
from symdiff.simplify.lists import reuse_lists
from symdiff.simplify.number import number_lines
from symdiff.simplify.once import keep_once
from symdiff.simplify.outers import collect_outers
from symdiff.simplify.rename import name_adjoints
from symdiff.simplify.replay import replay_tests
from symdiff.simplify.result import name_result
from symdiff.simplify.rounds import run_over_kept
from symdiff.simplify.shapes import keep_shapes
from symdiff.simplify.share import share
from symdiff.simplify.standing import call_as_they_stand
from symdiff.simplify.updates import merge_updates
from symdiff.stages import Call, Procedure, steps, with_callees

__all__ = ["call_as_they_stand", "keep_less", "simplify"]


def simplify(procedure: Procedure, again: bool = False, compiled: bool = False) -> Procedure:
    """An equivalent procedure that reads as if written by hand; so do those that it calls. With
    `again` it is written to be read, and differentiated again; `compiled`: for a compiler."""
    made = _simplified(procedure, again, compiled)
    callees: dict[str, Procedure] = {}
    pending = [made]
    while pending:
        top = pending.pop()
        for step in steps(top.body):
            if isinstance(step, Call) and step.callee not in callees and step.callee in top.callees:
                callees[step.callee] = _simplified(top.callees[step.callee], again, compiled)
                pending.append(callees[step.callee])
    for callee in callees.values():
        callee.callees = callees
    return replace(made, callees=callees)


def keep_less(procedure: Procedure) -> Procedure:
    """The procedure, and those that it calls, in which equal values are kept once."""
    return with_callees(procedure, lambda each: keep_once(share(each)))


def _simplified(procedure: Procedure, again: bool, compiled: bool) -> Procedure:
    absorbed: dict[int, int] = {}
    procedure = name_result(drop_dead(reorder_linear(merge_updates(drop_dead(procedure)))))
    procedure = keep_once(fold_constants(share(fold_constants(procedure))))
    procedure = compute_again(drop_dead(procedure))
    if not (again or compiled):
        procedure = keep_shapes(collect_outers(procedure))
    procedure = replay_tests(join(name_adjoints(procedure), absorbed))
    procedure = fold_constants(join(drop_dead(fold_constants(procedure)), absorbed))
    procedure = reuse_lists(run_over_kept(cheaper(procedure), again))
    return number_lines(procedure, absorbed)
