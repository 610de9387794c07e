"""Copies of arrays: where one is needed so that everything else can be updated in place.

An array that is updated while somebody still reads its old self, or a view of it, is copied
somewhere on the way between the two: where a view is taken, a value is kept, a loop is entered, or
right before the update. The place that is reached least often, and that copies least, is chosen.
Sums of adjoints become `dx += e` where that needs no copy and certainly changes neither shape nor
kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from symdiff.rules.memory import AUGMENTED_AT, UPDATES, copy_of, shares
from symdiff.rules.registry import kind_of
from symdiff.rules.shapes import dims_of, item_of
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Const,
    Expr,
    Loop,
    Pop,
    Procedure,
    Push,
    Remark,
    Stage,
    Step,
    Var,
    all_defined,
    blocks,
    map_expressions,
    steps,
    variables,
)
from symdiff.write.aliases import Flow, Objects, objects_of
from symdiff.write.liveness import Liveness, live_ranges
from symdiff.write.ownership import owned_updates

WHOLE = Const(Ellipsis)
_OPS = {op: name for name, op in AUGMENTED_AT.items()}


def settle(procedure: Procedure) -> Procedure:
    """The procedure with the copies that its updates of arrays need, and its results."""
    variables_ = [*(p.var for p in procedure.params), *all_defined(procedure.body)]
    if not any(isinstance(v.kind, ArrayOf) for v in variables_):
        return procedure
    body = [map_expressions(s, lambda e: e) for s in procedure.body]
    procedure = replace(procedure, body=body)
    sums = _as_updates(procedure)
    _settle_updates(procedure, sums)
    return _settle_results(procedure)


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


def _settle_updates(procedure: Procedure, sums: set[Var]) -> None:
    """Put in copies until every update of an array can be one in place."""
    while True:
        liveness = live_ranges(procedure)
        objects = objects_of(procedure)
        shared = [
            s
            for s in objects.updated
            if isinstance(s.target.kind, ArrayOf)
            and isinstance(_old(s), Var)
            and (objects.is_foreign(s.target) or any(objects.conflicts(s, liveness)))
        ]
        if shared:
            owned = owned_updates(procedure, liveness)
            shared = [s for s in shared if s.target not in owned]
        if not shared:
            return
        failed = {s.target for s in shared}
        sums_first = [s for s in shared if s.target in sums]
        if sums_first:
            first = [s for s in sums_first if _old(s) not in failed] or sums_first
            for stage in first:
                _as_sum(stage)
                sums.discard(stage.target)
            continue
        _Cutter(procedure, objects, liveness).separate(shared[0])


def _old(stage: Stage) -> Expr:
    assert isinstance(stage.value, Apply)
    return stage.value.args[0]


@dataclass(slots=True)
class _Cut:
    """A place for a copy, with what it costs: how deep in loops, and how much is copied."""

    cost: tuple[int, int]
    step: Step | None
    flow: Flow | None


class _Cutter:
    """Finds the place for a copy on the way from an array to who shares it."""

    def __init__(self, procedure: Procedure, objects: Objects, liveness: Liveness) -> None:
        self.objects = objects
        self.liveness = liveness
        self.depth: dict[int, int] = dict(_depths(procedure.body, 0))
        self.into: dict[Var, list[Flow]] = {}
        self.out: dict[Var, list[Flow]] = {}
        for flow in objects.flows:
            self.into.setdefault(flow.target, []).append(flow)
            self.out.setdefault(flow.source, []).append(flow)

    def separate(self, stage: Stage) -> None:
        """Put in one copy between what an update changes and somebody who still reads it."""
        old = _old(stage)
        assert isinstance(old, Var)
        other = next(iter(self.objects.conflicts(stage, self.liveness)), None)
        best = _Cut((self.depth[id(stage)], 5), stage, None)
        if other is not old:
            best = min([best, *self.cuts(self.way(old, other))], key=lambda c: c.cost)
        if best.flow is None:
            stage.value = _copying_first(stage.value)
        else:
            cut(best.flow)

    def way(self, start: Var, goal: Var | None) -> list[Flow]:
        """The flows between two variables that share an object, up to where it comes from and
        down again; with no goal, up to what belongs to somebody else."""
        common = self.objects.reachable(start)
        common &= self.objects.outside if goal is None else self.objects.reachable(goal)
        bit = common & -common
        came: dict[tuple[Var, bool], tuple[tuple[Var, bool], Flow] | None] = {(start, True): None}
        pending = [(start, True)]
        for state in pending:
            var, upward = state
            if var is goal or goal is None and self.objects.foreign.get(var, 0) & bit:
                return _path(state, came)
            nexts = [(f.source, True, f) for f in self.into.get(var, ()) if upward]
            nexts += [(f.target, False, f) for f in self.out.get(var, ()) if goal is not None]
            for onward, direction, flow in nexts:
                to = (onward, direction)
                if to not in came and self.objects.reachable(onward) & bit:
                    came[to] = (state, flow)
                    pending.append(to)
        return []

    def cuts(self, way: list[Flow]) -> Iterator[_Cut]:
        for flow in way:
            value = _slot(flow)
            if value is None or _copied(value, flow.source) is None:
                continue
            depth = self.depth[id(flow.step)] + (flow.slot == "next")
            yield _Cut((depth, _rank(flow, value)), flow.step, flow)


def _depths(block: Block, depth: int) -> Iterator[tuple[int, int]]:
    for step in block:
        yield id(step), depth
        for inner in blocks(step):
            yield from _depths(inner, depth + isinstance(step, Loop))


State = tuple[Var, bool]


def _path(state: State, came: dict[State, tuple[State, Flow] | None]) -> list[Flow]:
    found: list[Flow] = []
    while (before := came[state]) is not None:
        state, flow = before
        found.append(flow)
    return found[::-1]


def _rank(flow: Flow, value: Expr) -> int:
    """How much a copy costs where loops are the same: a view is less than the whole."""
    match flow.step:
        case Stage():
            if isinstance(value, Apply) and value.op in UPDATES:
                return 6
            return 2 if isinstance(value, Var) else 0
        case Push():
            return 1
        case Loop():
            return 3 if flow.slot == "init" else 7
    return 4


def _slot(flow: Flow) -> Expr | None:
    """The expression that a flow is through; None where there is no place for a copy."""
    match flow.step:
        case Stage(value=value) | Push(value=value):
            return value
        case Branch(merges=merges):
            merge = next(m for m in merges if m.var is flow.target)
            return merge.then if flow.slot == "then" else merge.orelse
        case Loop(carried=all_carried) if flow.slot != "iterable":
            carried = next(c for c in all_carried if c.var is flow.target)
            return carried.init if flow.slot == "init" else carried.next
        case Call() | Pop():
            return None
    return None


def cut(flow: Flow) -> None:
    """Copy what flows."""
    value = _slot(flow)
    assert value is not None
    made = _copied(value, flow.source)
    assert made is not None
    match flow.step:
        case Stage() | Push() as step:
            step.value = made
        case Branch(merges=merges):
            merge = next(m for m in merges if m.var is flow.target)
            setattr(merge, flow.slot, made)
        case Loop(carried=all_carried):
            carried = next(c for c in all_carried if c.var is flow.target)
            setattr(carried, flow.slot, made)


def _copied(expr: Expr, source: Var) -> Expr | None:
    """An expression with the array in it that shares memory with a variable copied; None where
    that is more than an array."""
    if not any(v is source for v in shares(expr)):
        return expr
    if isinstance(expr, Apply) and expr.op in UPDATES and isinstance(kind_of(expr), ArrayOf):
        return _copying_first(expr)
    if isinstance(kind_of(expr), ArrayOf):
        return copy_of(expr)
    if not isinstance(expr, Apply):
        return None
    args = [_copied(a, source) if source in variables(a) else a for a in expr.args]
    return None if None in args else replace(expr, args=tuple(a for a in args if a is not None))


def _copying_first(value: Expr) -> Expr:
    assert isinstance(value, Apply)
    first, *rest = value.args
    return replace(value, args=(copy_of(first), *rest))


# --- results -------------------------------------------------------------------------------------


def _settle_results(procedure: Procedure) -> Procedure:
    """Adjoints that are returned are nobody else's: neither the caller's arrays nor one another."""
    if Remark("backward") not in procedure.body:
        return procedure
    copied: set[int] = set()
    while True:
        objects = objects_of(procedure)
        cutter = _Cutter(procedure, objects, Liveness())
        taken: list[Var] = []
        for at, leaf in enumerate(_leaves(procedure.result)):
            if at and at not in copied and isinstance(leaf.kind, ArrayOf):
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
    elif isinstance(result, Apply) and result.op in ("tuple", "list", "dict"):
        for arg in result.args:
            yield from _leaves(arg)


def _with_copies(result: Expr, copied: set[int], places: Iterator[int]) -> Expr:
    if isinstance(result, Var) and next(places) in copied:
        is_number = isinstance(result.kind, ArrayOf) and result.kind.dims is None
        return Apply("pos", (result,)) if is_number else copy_of(result)
    if isinstance(result, Apply) and result.op in ("tuple", "list", "dict"):
        return replace(result, args=tuple(_with_copies(a, copied, places) for a in result.args))
    return result
