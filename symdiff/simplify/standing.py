"""Calls of procedures that do nothing but call a function as it stands: the function is called."""

from __future__ import annotations

from dataclasses import replace

from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Var,
    substitute,
    with_blocks,
)


def call_as_they_stand(procedure: Procedure) -> Procedure:
    """The procedure, and those that it calls, without such procedures in between."""
    callees = {
        name: replace(callee, body=_block(callee.body, callee))
        for name, callee in procedure.callees.items()
        if not _only_calls(callee)
    }
    for callee in callees.values():
        callee.callees = callees
    return replace(procedure, body=_block(procedure.body, procedure), callees=callees)


def _only_calls(procedure: Procedure) -> bool:
    return procedure.rule is not None and procedure.rule.as_it_stands


def _block(block: Block, procedure: Procedure) -> Block:
    made: Block = []
    for step in block:
        match step:
            case Call(callee=name) if name in procedure.callees:
                callee = procedure.callees[name]
                made += _stages(step, callee) if _only_calls(callee) else [step]
            case Branch() | Loop() | Scope():
                made.append(with_blocks(step, lambda inner: _block(inner, procedure)))
            case _:
                made.append(step)
    return made


def _stages(call: Call, callee: Procedure) -> Block:
    table: dict[Var, Expr] = {p.var: a for p, a in zip(callee.params, call.args, strict=True)}
    result = callee.result
    results = result.args if isinstance(result, Apply) and result.op == "tuple" else (result,)
    given = dict(zip(results, call.targets, strict=True))
    made: Block = []
    for step in callee.body:
        assert isinstance(step, Stage)
        old = step.target
        target = given.get(old) or Var(old.base, old.kind, temporary=True)
        made.append(Stage(target, substitute(step.value, table), call.place, step.number))
        table[old] = target
    return made
