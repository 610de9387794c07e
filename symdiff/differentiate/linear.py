"""The transpose of a rule: what is linear in tangents, as a function of cotangents, and back.

For a linear map, the adjoints of its arguments from those of its results are its transpose,
wherever they are taken. So the reverse sweep of a rule with respect to what it is linear in is the
rule of the other mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symdiff.differentiate.activity import Activity, results
from symdiff.differentiate.flatten import flatten
from symdiff.differentiate.sweep import fresh
from symdiff.errors import NotDifferentiable
from symdiff.simplify.dead import drop_dead
from symdiff.stages import (
    REAL,
    Apply,
    Expr,
    Param,
    Procedure,
    Var,
    all_read,
    is_differentiable,
    map_expressions,
    substitute,
)

if TYPE_CHECKING:
    from symdiff.differentiate.procedures import Procedures

# The operations that ask for the shape of an argument, and which argument that is.
OF_SHAPE = {
    "zeros_like": 0, "numpy.shape": 0, "numpy.size": 0, "numpy.ndim": 0, "numpy.zeros_like": 0,
    "numpy.ones_like": 0, "numpy.full_like": 0, "numpy.empty_like": 0, "helper:unbroadcast": 1,
}  # fmt: skip


def transposed(
    procedures: Procedures, rule: Procedure, like: Sequence[Var], what: str, other: str
) -> Procedure:
    """A procedure that takes the parameters of a rule but the last, which it is linear in, then
    the adjoints of its results, and returns those of the last. `like` are parameters that have the
    shapes of the last ones; `what` they are called, and `other` is the rule that this stands for.

    Raises NotDifferentiable for a rule that is not linear.
    """
    name = f"{rule.name}_transposed"
    if name in procedures.made:
        return procedures.made[name]
    for each, callee in rule.callees.items():
        procedures.primal.setdefault(each, callee)
    count = len(like)
    last = [p.var for p in rule.params[len(rule.params) - count :]]
    inputs = [Var(v.base.removesuffix("_dot"), v.kind) for v in last]  # the adjoint of x_dot is dx
    table: dict[Var, Expr] = dict(zip(last, inputs, strict=True))
    body = [map_expressions(s, lambda e: substitute(e, table)) for s in rule.body]
    result = substitute(rule.result, table)
    params = [*rule.params[: len(rule.params) - count], *(Param(v.base, v) for v in inputs)]
    procedure = fresh(replace(rule, params=params, body=body, result=result))
    leaves = results(procedure)
    outputs = {v for v in leaves if isinstance(v, Var)}
    varied = Activity(procedure, set(inputs), outputs, procedures.summaries).varied
    procedure = flatten(procedure, varied)
    active = Activity(procedure, set(inputs), outputs, procedures.summaries).active
    sweep = procedures.sweep(procedure, active, set(inputs))
    douts = []
    for i, leaf in enumerate(leaves):
        kind = leaf.kind if isinstance(leaf, Var) and is_differentiable(leaf.kind) else REAL
        dout = Var("dout" if len(leaves) == 1 else f"dout_{i}", kind)
        douts.append(Param(dout.base, dout))
        if isinstance(leaf, Var) and leaf in active:
            sweep.note_full(dout, leaf)
            sweep.accumulate(leaf, dout)
    sweep.block(procedure.body)
    adjoints = [sweep.whole_adjoint(v) or sweep.zero(v) for v in inputs]
    shapes: dict[Var, Expr] = dict(zip(inputs, like, strict=True))
    result = adjoints[0] if count == 1 else Apply("tuple", tuple(adjoints))
    made = Procedure(
        name,
        [*procedure.params[: len(procedure.params) - count], *douts],
        [map_expressions(s, lambda e: _shaped(e, shapes)) for s in [*procedure.body, *sweep.out]],
        _shaped(result, shapes),
        rule.place,
        f"The transpose of {rule.name}.",
        procedures.globals | rule.globals | sweep.globals,
        procedures.helpers | rule.helpers | sweep.helpers,
        procedures.made | rule.callees,
    )
    made = drop_dead(made)
    if not set(inputs).isdisjoint(all_read(made.body)):
        raise NotDifferentiable(
            f"{rule.name} can't be seen to be linear in the {what}: its transpose can't be taken",
            rule.place,
            fix=f"Give the function a {other} too.",
        )
    return made


def _shaped(expr: Expr, shapes: dict[Var, Expr]) -> Expr:
    """An expression that asks for shapes of other variables instead."""
    if not isinstance(expr, Apply):
        return expr
    at = OF_SHAPE.get(expr.op)
    args = tuple(
        substitute(a, shapes) if i == at and isinstance(a, Var) else _shaped(a, shapes)
        for i, a in enumerate(expr.args)
    )
    return Apply(expr.op, args)
