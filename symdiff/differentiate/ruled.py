"""Calls of functions that the user has given rules: what the rules say is put in place.

A rule is a procedure. Straight-line ones become stages of the derivative; others are called. Where
a rule for the other mode is all that there is, its transpose is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff import rules
from symdiff.differentiate.activity import results
from symdiff.differentiate.arrays import unbroadcast
from symdiff.differentiate.emitting import ZERO
from symdiff.differentiate.flatten import flatten
from symdiff.differentiate.linear import transposed
from symdiff.differentiate.sizes import is_array
from symdiff.stages import (
    OBJECT,
    Apply,
    Call,
    Const,
    Expr,
    Procedure,
    Rule,
    Stage,
    Var,
    defined,
    is_differentiable,
    substitute,
)

if TYPE_CHECKING:
    from symdiff.differentiate.forward import Forward
    from symdiff.differentiate.procedures import Procedures
    from symdiff.differentiate.reverse import Reverse
    from symdiff.differentiate.sweep import Sweep


def reverse_by_partials(sweep: Reverse, procedures: Procedures, step: Call, rule: Rule) -> None:
    """Add to the adjoint of each argument that of the value, times the partial derivative."""
    (out,) = step.targets
    adjoint = sweep.adjoints.pop(out, None)
    if adjoint is None:
        return
    adjoint = sweep.masked(adjoint, sweep.masks.pop(out, None))
    assert rule.partials is not None
    found = applied(sweep, procedures, rule.partials, (*step.args, out))
    for i, partial in zip(rule.active, found, strict=True):
        arg = step.args[i]
        if not sweep.is_active(arg) or _is_nothing(partial):
            continue
        assert isinstance(arg, Var)
        share = sweep.times(adjoint, partial)
        if is_array(out) or is_array(share):
            share = unbroadcast(sweep, share, out, arg, adjoint)
        sweep.accumulate(arg, share)


def reverse_by_rule(
    sweep: Reverse,
    procedures: Procedures,
    step: Call,
    rule: Rule,
    adjoints: Sequence[Expr | None],
) -> None:
    """Add what a pullback gives, or the transpose of a pushforward, to the adjoints of the
    arguments of a call."""
    known = (*step.args, *step.targets)
    cotangents = [
        sweep.zero(t) if a is None else a
        for t, a in zip(step.targets, adjoints, strict=True)
        if may_vary(t)
    ]
    pullback = rule.pullback or _transposed_pushforward(procedures, rule)
    found = applied(sweep, procedures, pullback, (*known, *cotangents))
    for i, share in zip(rule.active, found, strict=True):
        if sweep.is_active(step.args[i]) and not _is_nothing(share):
            sweep.accumulate(step.args[i], share)


def forward_by_rule(sweep: Forward, procedures: Procedures, step: Call, callee: Procedure) -> None:
    """The tangents of the results of a call, as its rule says."""
    rule = callee.rule
    assert rule is not None
    given = [step.args[i] for i in rule.active]
    sweep.out.append(step)
    if all(sweep.tangent(arg) is None for arg in given):
        return
    known = (*step.args, *step.targets)
    if rule.partials is not None:
        total: Expr | None = None
        for arg, partial in zip(
            given, applied(sweep, procedures, rule.partials, known), strict=True
        ):
            dot = sweep.tangent(arg)
            if dot is None or _is_nothing(partial):
                continue
            share = sweep.times(dot, partial)
            total = share if total is None else sweep.apply("add", total, share)
        if total is not None:
            sweep.tangents[step.targets[0]] = sweep.named(step.targets[0], total)
        return
    dots = [_whole_tangent(sweep, arg) for arg in given]
    pushforward = rule.pushforward or _transposed_pullback(procedures, rule, step)
    found = applied(sweep, procedures, pushforward, (*known, *dots))
    for target, tangent in zip(filter(may_vary, step.targets), found, strict=True):
        if target in sweep.active and not _is_nothing(tangent):
            sweep.tangents[target] = sweep.named(target, tangent)


def _whole_tangent(sweep: Forward, arg: Expr) -> Expr:
    if isinstance(arg, Var) or not is_array(arg):
        return sweep.whole_tangent(arg)
    return sweep.emit(Apply("zeros_like", (arg,)), rules.kind_of(arg))


def may_vary(var: Var) -> bool:
    return is_differentiable(var.kind) or var.kind is OBJECT


def _transposed_pushforward(procedures: Procedures, rule: Rule) -> Procedure:
    assert rule.pushforward is not None
    params = rule.pushforward.params
    like = [params[i].var for i in rule.active]
    return transposed(procedures, rule.pushforward, like, "tangents", "pullback")


def _transposed_pullback(procedures: Procedures, rule: Rule, step: Call) -> Procedure:
    assert rule.pullback is not None
    first = len(step.args)
    outs = rule.pullback.params[first : first + len(step.targets)]
    like = [p.var for p, t in zip(outs, step.targets, strict=True) if may_vary(t)]
    return transposed(procedures, rule.pullback, like, "cotangent", "pushforward")


# --- putting rules in place ----------------------------------------------------------------------


def applied(
    sweep: Sweep, procedures: Procedures, rule: Procedure, args: Sequence[Expr]
) -> tuple[Expr, ...]:
    """What a rule returns for these arguments: its stages, or a call of it."""
    args = [sweep.atom(a) for a in args]
    bring(procedures, rule)
    flat = flatten(rule, {p.var for p in rule.params})
    if all(isinstance(s, (Stage, Call)) for s in flat.body):
        table: dict[Var, Expr] = {p.var: a for p, a in zip(rule.params, args, strict=True)}
        for step in flat.body:
            own = {v: Var(v.base, v.kind, v.temporary) for v in defined(step)}
            if isinstance(step, Call):
                given = tuple(substitute(a, table) for a in step.args)
                sweep.out.append(Call(tuple(own.values()), step.callee, given))
            elif isinstance(step, Stage):
                value = substitute(step.value, table)
                sweep.out.append(Stage(own[step.target], value, None, sweep.number))
            table |= own
        return tuple(substitute(r, table) for r in results(flat))
    atoms = results(rule)
    targets = tuple(Var("share", rules.kind_of(a), temporary=True) for a in atoms)
    sweep.out.append(Call(targets, rule.name, tuple(args)))
    procedures.made[rule.name] = rule
    return tuple(a if _is_nothing(a) else t for a, t in zip(atoms, targets, strict=True))


def bring(procedures: Procedures, rule: Procedure) -> None:
    """What a rule calls goes along."""
    for name, callee in rule.callees.items():
        procedures.primal.setdefault(name, callee)
    procedures.made |= {
        n: c for n, c in rule.callees.items() if n not in procedures.made and n != rule.name
    }
    procedures.globals |= rule.globals
    procedures.helpers |= rule.helpers


def _is_nothing(expr: Expr) -> bool:
    return expr == Const(None) or expr == ZERO or expr == Const(0)
