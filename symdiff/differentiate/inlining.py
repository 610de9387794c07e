"""Functions of `rules/arrays/runtime/` put in place as steps, so that they can be differentiated.

The adjoint of some functions of arrays is a call of a function whose text is written into the
generated file. Where such a call must be differentiated in turn, its text is read as a user's
function is.
"""

from __future__ import annotations

import ast
from pathlib import Path

from symdiff.differentiate.flatten import flatten
from symdiff.differentiate.sweep import Calls, fresh
from symdiff.rules.arrays.helpers import array_helpers, with_callees
from symdiff.stages import (
    Apply,
    Block,
    Call,
    Expr,
    Procedure,
    Stage,
    Var,
    map_expressions,
    steps,
    substitute,
    variables,
)


def is_runtime_helper(expr: Expr) -> bool:
    if not isinstance(expr, Apply) or not expr.op.startswith("helper:"):
        return False
    return expr.op.removeprefix("helper:") in array_helpers()


def inlined(stage: Stage, active: set[Var], calls: Calls) -> tuple[Block, Procedure]:
    """The steps that compute what a stage with a call of such a function does, in elementary
    stages where they depend on the `active` arguments, and the procedure they are from."""
    assert isinstance(stage.value, Apply)
    given = list(dict.fromkeys(variables(stage.value)))
    procedure = _read(stage.value, given)
    params = [p.var for p in procedure.params]
    made = flatten(
        procedure,
        _varied(procedure, {p for p, a in zip(params, given, strict=True) if a in active}),
    )
    table: dict[Var, Expr] = dict(zip(params, given, strict=True))
    names = _own_names(made, calls)
    block = [map_expressions(s, lambda e: substitute(e, table)) for s in made.body]
    for step in steps(block):
        if isinstance(step, Call):
            step.callee = names[step.callee]
    for step in block:
        if isinstance(step, Stage):
            step.number = stage.number
    return [*block, Stage(stage.target, substitute(made.result, table), None, stage.number)], made


def _own_names(made: Procedure, calls: Calls) -> dict[str, str]:
    """Names for the procedures that it calls under which no others are known."""
    names: dict[str, str] = {}
    for name in made.callees:
        n = 1
        while (own := name if n == 1 else f"{name}_{n}") in calls.primal or own in names.values():
            n += 1
        names[name] = own
    for name, callee in made.callees.items():
        renamed = fresh(callee)
        renamed.name = names[name]
        renamed.callees = calls.primal
        for step in steps(renamed.body):
            if isinstance(step, Call):
                step.callee = names[step.callee]
        calls.primal[names[name]] = renamed
    return names


def _varied(procedure: Procedure, inputs: set[Var]) -> set[Var]:
    from symdiff.differentiate.activity import Summaries, graph, reachable

    return reachable(inputs, graph(procedure, Summaries())[0])


def _read(call: Apply, given: list[Var]) -> Procedure:
    from symdiff.read.reader import Shared, read
    from symdiff.read.scope import StaticScope
    from symdiff.read.source import parse
    from symdiff.read.static import StaticFunction
    from symdiff.write.expressions import Builder

    names = {var: f"argument_{i}" for i, var in enumerate(given)}
    body = ast.unparse(ast.fix_missing_locations(Builder(names)(call)))
    helpers = with_callees(call.op.removeprefix("helper:"))
    imports = dict.fromkeys(v.text for h in helpers.values() for v in h.globals.values())
    if "math." in body:  # math.inf, as in the order of a norm
        imports["import math"] = None
    parts = [*imports, *(h.text for h in helpers.values())]
    parts.append(f"def call({', '.join(names.values())}):\n    return {body}\n")
    scope = StaticScope(parse("<runtime>", "\n".join(parts)), "<runtime>", Path("."))
    shared = Shared()
    function = StaticFunction("call", scope).value(shared.unit)
    return read(function, shared, {name: var.kind for var, name in names.items()}).procedure
