"""The tangent of a stage as the transpose of its adjoint.

The adjoints of a stage's arguments are a linear function of the adjoint of its value. The adjoint
of that function, applied to the tangents of the arguments, is the tangent of the value: the
Jacobian transposed twice. This is how functions whose rule says only how they are reversed get
their forward mode (Radul et al., "You only linearize once", POPL 2023, goes the other way).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.differentiate.activity import dependences, graph, reachable, refusals
from symdiff.differentiate.inlining import inlined, is_runtime_helper
from symdiff.differentiate.reverse import Reverse
from symdiff.differentiate.sizes import full, owned
from symdiff.errors import NotDifferentiable
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Const,
    Expr,
    Procedure,
    Stage,
    TupleOf,
    Var,
    is_differentiable,
    map_expressions,
    substitute,
    variables,
)

if TYPE_CHECKING:
    from symdiff.differentiate.forward import Forward


def transposed(sweep: Forward, step: Stage, active: list[Var]) -> Expr | None:
    """The tangent of what a stage defines, given those of its arguments. For a tuple the tangents
    of the items are noted in `sweep.parts`. Raises NotDifferentiable."""
    # The variables that stand in for the user's have no names that adjoints would be called by.
    names = {v: Var(v.base, v.kind, True) for v in [step.target, *variables(step.value)]}
    target = names[step.target]
    inputs = {names[v] for v in active}
    inner = Reverse({*inputs, target}, inputs, sweep.procedures)
    inner.number = step.number
    for tangent, var in sweep.full:
        if isinstance(var, Var) and var in names:
            inner.note_full(tangent, names[var])
    cotangents = _cotangents(inner, target)
    inner.stage(Stage(target, substitute(step.value, dict(names)), step.place, step.number))
    adjoints = [_whole(inner, names[v]) for v in active]
    second = Reverse(_linear_in(inner.out, set(cotangents)), set(cotangents), sweep.procedures)
    block = _inline(sweep, second, inner.out)
    second.look_through(block)
    second.number = step.number
    second.full |= inner.full
    second.shaped |= inner.shaped
    for var, adjoint in zip(active, adjoints, strict=True):
        if not isinstance(adjoint, Var) or adjoint not in second.active:
            continue
        given = sweep.tangent(var)
        assert given is not None
        if isinstance(var.kind, ArrayOf):
            given = full(sweep, given, var)
        second.note_full(given, adjoint)
        second.accumulate(adjoint, given)
    second.block(block)
    found: dict[int, Expr] = {}
    for i, cotangent in enumerate(cotangents):
        known = second.adjoints.get(cotangent)
        if known is not None:
            whole = isinstance(cotangent.kind, ArrayOf)
            found[i] = owned(second, known, cotangent) if whole else known
    # Of a cotangent nothing but the shape is ever read: that of the value.
    table: dict[Var, Expr] = {stand_in: var for var, stand_in in names.items()}
    table |= {d: table.get(v, v) for d, v in cotangents.items()}
    for stage in [*block, *second.out]:
        sweep.out.append(map_expressions(stage, lambda e: substitute(e, table)))
    for made in (inner, second):
        sweep.globals |= made.globals
        sweep.helpers |= made.helpers
    found = {i: substitute(e, table) for i, e in found.items()}
    if isinstance(target.kind, TupleOf):
        sweep.parts[step.target] = found
        return None
    return found.get(0)


def _cotangents(inner: Reverse, target: Var) -> dict[Var, Var]:
    """The cotangents of a value, or of the items of a tuple, each with what it is of."""
    if not isinstance(target.kind, TupleOf):
        whole = Var(f"d{target.base}", target.kind, temporary=True)
        inner.adjoints[target] = whole
        inner.note_full(whole, target)
        return {whole: target}
    found: dict[Var, Var] = {}
    parts = inner.parts[target] = {}
    for i, kind in enumerate(target.kind.items):
        item = Var(f"{target.base}_{i}", kind, temporary=True)
        inner.assign(item, Apply("getitem", (target, Const(i))))
        inner.definitions[item] = Apply("getitem", (target, Const(i)))
        cotangent = Var(f"d{item.base}", kind, temporary=True)
        found[cotangent] = item
        if is_differentiable(kind):
            parts[i] = cotangent
            inner.note_full(cotangent, item)
    return found


def _whole(sweep: Reverse, var: Var) -> Expr:
    """The adjoint of an argument, with all of its shape."""
    found = sweep.adjoints.get(var)
    if found is None:
        return Const(0.0)
    return owned(sweep, found, var) if isinstance(var.kind, ArrayOf) else found


def _linear_in(block: Block, cotangents: set[Var]) -> set[Var]:
    """The variables of a block that depend on the cotangents."""
    edges: dict[Var, list[Var]] = {}
    for step in block:
        if isinstance(step, Stage):
            for var in dependences(step.value):
                edges.setdefault(var, []).append(step.target)
    return reachable(cotangents, edges)


def _inline(sweep: Forward, second: Reverse, block: Block) -> Block:
    """The block with the steps of functions of `runtime/` that depend on the cotangents."""
    found: Block = []
    for step in block:
        if (
            isinstance(step, Stage)
            and is_runtime_helper(step.value)
            and step.target in second.active
        ):
            body, procedure = inlined(step, second.active, second.procedures)
            found += body
            sweep.globals |= procedure.globals
            sweep.helpers |= procedure.helpers
        else:
            found.append(step)
    if len(found) > len(block):
        seeds = set(second.active)
        made = Procedure("transposed", [], found, Const(None))
        made.callees = second.procedures.primal
        second.active = reachable(seeds, graph(made, second.procedures.summaries)[0])
        for error in refusals(made, second.active, second.active):
            raise NotDifferentiable(error.message)
    return found
