"""Updates of arrays that amount to less: adding to what is zero is setting, or the value itself."""

from __future__ import annotations

from dataclasses import replace

from symdiff.rules.arrays.indexing import repeats
from symdiff.rules.registry import kind_of
from symdiff.rules.shapes import dims_of, fills, item_of
from symdiff.stages import (
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    all_read,
    variables,
    with_blocks,
    with_value,
)

ZEROS = frozenset({"zeros_like", "numpy.zeros_like", "numpy.zeros"})


def merge_updates(procedure: Procedure) -> Procedure:
    """The procedure in which nothing is added to a zero that was only made for it."""
    counts: dict[Var, int] = {}
    for var in (*all_read(procedure.body), *variables(procedure.result)):
        counts[var] = counts.get(var, 0) + 1
    return replace(procedure, body=_block(procedure.body, counts, {}))


def _block(block: Block, counts: dict[Var, int], known: dict[Var, Expr]) -> Block:
    made: Block = []
    here: set[Var] = set()
    for step in block:
        match step:
            case Stage():
                if step.place is None:
                    step = with_value(step, _merged(step.value, counts, known))
                if isinstance(step.target.kind, ArrayOf):
                    known[step.target] = step.value
                    here.add(step.target)
            case Branch() | Loop() | Scope():
                step = with_blocks(step, lambda inner: _block(inner, counts, known))
        made.append(step)
    for var in here:
        del known[var]
    return [s for s in made if not _is_merged(s, counts)]


def _is_merged(step: Step, counts: dict[Var, int]) -> bool:
    return isinstance(step, Stage) and counts.get(step.target) == -1


def _merged(value: Expr, counts: dict[Var, int], known: dict[Var, Expr]) -> Expr:
    match value:
        case Apply(op="add_at" | "sub_at" as op, args=(Var() as old, at, by)) if old in known:
            before = known[old]
            signed = by if op == "add_at" else Apply("neg", (by,))
            if at == Const(Ellipsis) and is_zeros(before) and _is_all_of(by, old):
                return signed
            if is_zeros(before) and at != Const(Ellipsis) and not repeats(at):
                return Apply("setitem", (old, at, signed))
            match before:
                case Apply(op="setitem", args=(first, place, Const(value=0 | 0.0))) if (
                    place == at and counts[old] == 1
                ):
                    counts[old] = -1
                    return Apply("setitem", (first, at, signed))
        case Apply(op="setitem", args=(Var() as old, Const(value=at), by)) if at is Ellipsis:
            if is_zeros(known.get(old)) and _is_all_of(by, old):
                return by
        case Apply(op="add", args=(a, b)):
            for zero, other in ((a, b), (b, a)):
                is_zero = isinstance(zero, Var) and is_zeros(known.get(zero))
                if is_zero and _is_all_of(other, zero):
                    return other
    return value


def is_zeros(value: Expr | None) -> bool:
    return isinstance(value, Apply) and value.op in ZEROS


def _is_all_of(value: Expr, whole: Expr) -> bool:
    """Whether a value certainly has the shape of another one, and is real like it."""
    kind, other = kind_of(value), kind_of(whole)
    return fills(dims_of(kind), dims_of(other)) and item_of(kind) is item_of(other) is REAL
