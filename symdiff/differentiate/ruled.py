"""Calls of functions that the user has given rules: what the rules say is put in place.

A rule is a procedure. Straight-line ones become stages of the derivative; others are called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff import rules
from symdiff.differentiate.activity import results
from symdiff.differentiate.arrays import unbroadcast
from symdiff.differentiate.emitting import ZERO, Emitter
from symdiff.differentiate.flatten import flatten
from symdiff.differentiate.sizes import is_array
from symdiff.stages import (
    Call,
    Const,
    Expr,
    Procedure,
    Stage,
    Var,
    is_differentiable,
    substitute,
)

if TYPE_CHECKING:
    from symdiff.differentiate.procedures import Procedures
    from symdiff.differentiate.reverse import Reverse


def reverse_by_rule(
    sweep: Reverse,
    procedures: Procedures,
    step: Call,
    callee: Procedure,
    adjoints: Sequence[Expr | None],
) -> None:
    """Add what a rule says to the adjoints of the arguments of a call."""
    rule = callee.rule
    assert rule is not None
    outs: tuple[Expr, ...] = step.targets
    if rule.partials is not None:
        (adjoint,) = adjoints
        assert adjoint is not None
        found = applied(sweep, procedures, rule.partials, (*step.args, *outs))
        for i, partial in zip(rule.active, found, strict=True):
            arg = step.args[i]
            if not sweep.is_active(arg) or _is_nothing(partial):
                continue
            assert isinstance(arg, Var)
            share = sweep.times(adjoint, partial)
            out = step.targets[0]
            if is_array(out) or is_array(share):
                share = unbroadcast(sweep, share, out, arg, adjoint)
            sweep.accumulate(arg, share)
        return
    if rule.pullback is None:
        return
    given = [
        sweep.zero(t) if a is None else a
        for t, a in zip(step.targets, adjoints, strict=True)
        if is_differentiable(t.kind) or t in sweep.active
    ]
    found = applied(sweep, procedures, rule.pullback, (*step.args, *outs, *given))
    for i, share in zip(rule.active, found, strict=True):
        arg = step.args[i]
        if sweep.is_active(arg) and not _is_nothing(share):
            sweep.accumulate(arg, share)


def applied(
    sweep: Emitter, procedures: Procedures, rule: Procedure, args: Sequence[Expr]
) -> tuple[Expr, ...]:
    """What a rule returns for these arguments: its stages, or a call of it."""
    args = [sweep.atom(a) for a in args]
    _bring(sweep, procedures, rule)
    flat = flatten(rule, {p.var for p in rule.params})
    if all(isinstance(s, Stage) for s in flat.body):
        table: dict[Var, Expr] = {p.var: a for p, a in zip(rule.params, args, strict=True)}
        for step in flat.body:
            assert isinstance(step, Stage)
            target = Var(step.target.base, step.target.kind, step.target.temporary)
            sweep.out.append(Stage(target, substitute(step.value, table), None, sweep.number))
            table[step.target] = target
        return tuple(substitute(r, table) for r in results(flat))
    atoms = results(rule)
    targets = tuple(
        Var(f"d{p.name}", rules.kind_of(a), temporary=True)
        for p, a in zip(rule.params, atoms, strict=False)
    )
    sweep.out.append(Call(targets, rule.name, tuple(args)))
    procedures.made[rule.name] = rule
    return targets


def _bring(sweep: Emitter, procedures: Procedures, rule: Procedure) -> None:
    """What a rule calls goes along."""
    for name, callee in rule.callees.items():
        if name not in procedures.primal:
            procedures.made.setdefault(name, callee)
    procedures.globals |= rule.globals
    procedures.helpers |= rule.helpers


def _is_nothing(expr: Expr) -> bool:
    return expr == Const(None) or expr == ZERO or expr == Const(0)
