"""Copies of arrays: where one is needed so that everything else can be updated in place.

An array that is updated while somebody still reads its old self, or a view of it, is copied
somewhere on the way between the two: where a view is taken, a value is kept, a loop is entered, or
right before the update. The place that is reached least often, and that copies least, is chosen.
Sums of adjoints become `dx += e` where that needs no copy and certainly changes neither shape nor
kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symdiff.rules.memory import AUGMENTED_AT, copy_of
from symdiff.rules.registry import kind_of
from symdiff.rules.shapes import dims_of, item_of
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    STRUCTURES,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Procedure,
    Remark,
    Stage,
    Var,
    all_defined,
    map_expressions,
    steps,
)
from symdiff.write.aliases import objects_of
from symdiff.write.cuts import Cutter, can_be_cut, cut, old_version
from symdiff.write.liveness import Liveness, live_ranges
from symdiff.write.ownership import owned_updates

WHOLE = Const(Ellipsis)
_OPS = {op: name for name, op in AUGMENTED_AT.items()}


def settle(procedure: Procedure, again: bool = False) -> Procedure:
    """The procedure with the copies that its updates of arrays need, and its results."""
    variables_ = [*(p.var for p in procedure.params), *all_defined(procedure.body)]
    if not any(isinstance(v.kind, ArrayOf) for v in variables_):
        return procedure
    body = [map_expressions(s, lambda e: e) for s in procedure.body]
    procedure = replace(procedure, body=body)
    sums = _as_updates(procedure)
    _settle_updates(procedure, sums, again)
    return _settle_results(procedure, again)


# --- sums of adjoints ----------------------------------------------------------------------------


def _as_updates(procedure: Procedure) -> set[Var]:
    """Write sums of adjoints as updates; returns their targets, and those of other updates that
    are as good as sums."""
    found: set[Var] = set()
    for step in steps(procedure.body):
        match step:
            case Stage(place=None, target=target, value=Apply(op=op, args=(Var() as old, by))) if (
                op in _OPS and old.base == target.base and _keeps_form(old, by, target)
            ):
                step.value = Apply(_OPS[op], (old, WHOLE, by))
                found.add(target)
            case Stage(target=target, value=Apply(op=op, args=(Var() as old, at, by))) if (
                op in AUGMENTED_AT
                and at == WHOLE
                and (step.place is None or _keeps_form(old, by, target))
            ):
                found.add(target)
    return found


def _keeps_form(old: Var, by: Expr, made: Var) -> bool:
    """Whether a sum certainly has the shape and the kind of numbers of its first term."""
    kind = kind_of(by)
    wide, narrow = dims_of(old.kind), dims_of(kind)
    if not isinstance(old.kind, ArrayOf) or not wide:
        return False
    item, other = item_of(old.kind), item_of(kind)
    if item != other and other not in (INTEGER, BOOLEAN) or item in (INTEGER, BOOLEAN):
        return False
    if None not in wide and dims_of(made.kind) == wide:
        return True
    if narrow is None or len(narrow) > len(wide):
        return False
    ends = zip(wide[len(wide) - len(narrow) :], narrow, strict=True)
    return all(n is not None and n in (w, 1) for w, n in ends)


def _as_sum(stage: Stage) -> None:
    assert isinstance(stage.value, Apply)
    old, _, by = stage.value.args
    stage.value = Apply(AUGMENTED_AT[stage.value.op], (old, by))


# --- updates -------------------------------------------------------------------------------------


def _settle_updates(procedure: Procedure, sums: set[Var], again: bool) -> None:
    """Put in copies until every update of an array can be one in place."""
    while True:
        liveness = live_ranges(procedure)
        objects = objects_of(procedure, again)
        shared = [
            s
            for s in objects.updated
            if isinstance(s.target.kind, ArrayOf)
            and isinstance(old_version(s), Var)
            and (objects.is_foreign(s.target) or objects.conflicts(s, liveness))
        ]
        if shared:
            owned = owned_updates(procedure, liveness, {s.target for s in shared})
            shared = [s for s in shared if s.target not in owned]
        if not shared:
            return
        if objects.kept and all(map(can_be_cut, objects.kept)):
            for flow in objects.kept:
                cut(flow)
            continue
        failed = {s.target for s in shared}
        sums_first = [s for s in shared if s.target in sums]
        if sums_first:
            first = [s for s in sums_first if old_version(s) not in failed] or sums_first
            for stage in first:
                _as_sum(stage)
                sums.discard(stage.target)
            continue
        cutter = Cutter(procedure, objects, liveness)
        cutter.separate(shared[0])
        for stage in shared[1:]:
            cutter.separate_direct(stage)


# --- results -------------------------------------------------------------------------------------


def _settle_results(procedure: Procedure, again: bool) -> Procedure:
    """Adjoints that are returned are nobody else's: neither the caller's arrays nor one another."""
    if Remark("backward") in procedure.body:
        first = 1  # behind the value
    elif Remark("adjoints") in procedure.body:
        first = 0
    else:
        return procedure
    copied: set[int] = set()
    while True:
        objects = objects_of(procedure, again)
        cutter = Cutter(procedure, objects, Liveness())
        taken: list[Var] = []
        for at, leaf in enumerate(_leaves(procedure.result)):
            if at >= first and at not in copied and isinstance(leaf.kind, ArrayOf):
                reach = objects.reachable(leaf)
                other = next((v for v in taken if objects.reachable(v) & reach), None)
                if other is not None or objects.is_foreign(leaf):
                    way = [] if other is leaf else cutter.way(leaf, other)
                    cuts = [c for c in cutter.cuts(way) if c.cost < (0, 5)]
                    flow = min(cuts, key=lambda c: c.cost).flow if cuts else None
                    if flow is None:
                        copied.add(at)
                    else:
                        cut(flow)
                    break
            if at not in copied:
                taken.append(leaf)
        else:
            break
    places = iter(range(len(list(_leaves(procedure.result)))))
    return replace(procedure, result=_with_copies(procedure.result, copied, places))


def _leaves(result: Expr) -> Iterator[Var]:
    """The variables of a result, from left to right."""
    if isinstance(result, Var):
        yield result
    elif isinstance(result, Apply) and result.op in STRUCTURES:
        for arg in result.args:
            yield from _leaves(arg)


def _with_copies(result: Expr, copied: set[int], places: Iterator[int]) -> Expr:
    if isinstance(result, Var) and next(places) in copied:
        is_number = isinstance(result.kind, ArrayOf) and result.kind.dims is None
        return Apply("pos", (result,)) if is_number else copy_of(result)
    if isinstance(result, Apply) and result.op in STRUCTURES:
        return replace(result, args=tuple(_with_copies(a, copied, places) for a in result.args))
    return result
