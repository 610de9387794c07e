"""The tangent of a stage as the transpose of its adjoint.

The adjoints of a stage's arguments are a linear function of the adjoint of its value. The adjoint
of that function, applied to the tangents of the arguments, is the tangent of the value: the
Jacobian transposed twice. This is how functions whose rule says only how they are reversed get
their forward mode (Radul et al., "You only linearize once", POPL 2023, goes the other way).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.differentiate.activity import dependences, reachable
from symdiff.differentiate.reverse import Reverse
from symdiff.differentiate.sizes import full, owned
from symdiff.errors import NotDifferentiable
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Const,
    Expr,
    Stage,
    TupleOf,
    Var,
    is_differentiable,
    variables,
)

if TYPE_CHECKING:
    from symdiff.differentiate.forward import Forward


def transposed(sweep: Forward, step: Stage, active: list[Var]) -> Expr | None:
    """The tangent of what a stage defines, given those of its arguments. For a tuple the tangents
    of the items are noted in `sweep.parts`. Raises NotDifferentiable."""
    target = step.target
    inner = Reverse({*active, target}, set(active), sweep.procedures)
    inner.number = step.number
    cotangents: dict[int, Var] = {}
    if isinstance(target.kind, TupleOf):
        for i, kind in enumerate(target.kind.items):
            if is_differentiable(kind):
                cotangents[i] = Var(f"d{target.base}_{i}", kind, temporary=True)
        inner.parts[target] = dict(cotangents)
        items = inner.item_of
        known: dict[int, Var] = {}

        def item_of(whole: Var, at: int, kind: object) -> Var:
            if at not in known:
                known[at] = items(whole, at, kind)  # type: ignore[arg-type]
                if at in cotangents:
                    inner.note_full(cotangents[at], known[at])
            return known[at]

        inner.item_of = item_of  # type: ignore[method-assign]
    else:
        cotangents[0] = Var(f"d{target.base}", target.kind, temporary=True)
        inner.adjoints[target] = cotangents[0]
        inner.note_full(cotangents[0], target)
    inner.stage(step)
    adjoints = [_whole(inner, v) for v in active]
    block = inner.out
    second = Reverse(_linear_in(block, set(cotangents.values())), set(), sweep.procedures)
    second.inputs = set(cotangents.values())
    second.look_through(block)
    second.number = step.number
    second.full |= inner.full
    for var, adjoint in zip(active, adjoints, strict=True):
        if not isinstance(adjoint, Var) or adjoint not in second.active:
            continue
        given = sweep.tangent(var)
        assert given is not None
        if isinstance(var.kind, ArrayOf):
            given = full(sweep, given, var)
        second.note_full(given, adjoint)
        second.accumulate(adjoint, given)
    _refuse_helpers(block, second.active, step)
    second.block(block)
    sweep.out += block
    found: dict[int, Expr] = {}
    for i, cotangent in cotangents.items():
        known_adjoint = second.adjoints.get(cotangent)
        if known_adjoint is not None:
            whole = isinstance(cotangent.kind, ArrayOf)
            found[i] = owned(second, known_adjoint, cotangent) if whole else known_adjoint
    sweep.out += second.out
    for made in (inner, second):
        sweep.globals |= made.globals
        sweep.helpers |= made.helpers
    if isinstance(target.kind, TupleOf):
        sweep.parts[target] = found
        return None
    return found.get(0)


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


def _refuse_helpers(block: Block, active: set[Var], step: Stage) -> None:
    for inner in block:
        if not isinstance(inner, Stage) or not isinstance(inner.value, Apply):
            continue
        if inner.value.op.startswith("helper:") and any(
            v in active for v in variables(inner.value)
        ):
            name = step.value.op if isinstance(step.value, Apply) else "this"
            raise NotDifferentiable(
                f"{name}() has no rule for the forward mode ({inner.value.op})", step.place
            )
