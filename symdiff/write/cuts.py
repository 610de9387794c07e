"""Where a copy of an array stands best, between an update and who still reads the old version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from symdiff.rules.memory import UPDATES, copy_of, shares
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Expr,
    Loop,
    Pop,
    Procedure,
    Push,
    Stage,
    Step,
    Var,
    blocks,
    variables,
)
from symdiff.write.aliases import Objects
from symdiff.write.flows import Flow
from symdiff.write.liveness import Liveness


def old_version(stage: Stage) -> Expr:
    assert isinstance(stage.value, Apply)
    return stage.value.args[0]


@dataclass(slots=True)
class _Cut:
    """A place for a copy, with what it costs: how deep in loops, and how much is copied."""

    cost: tuple[int, int]
    step: Step | None
    flow: Flow | None


class Cutter:
    """Finds the place for a copy on the way from an array to who shares it."""

    def __init__(self, procedure: Procedure, objects: Objects, liveness: Liveness) -> None:
        self.objects = objects
        self.liveness = liveness
        self.depth: dict[int, int] = dict(_depths(procedure.body, 0))
        self.into: dict[Var, list[Flow]] = {}
        self.out: dict[Var, list[Flow]] = {}
        self.cut_steps: set[int] = set()
        for flow in objects.flows:
            self.into.setdefault(flow.target, []).append(flow)
            self.out.setdefault(flow.source, []).append(flow)

    def separate(self, stage: Stage) -> None:
        """Put in one copy between what an update changes and somebody who still reads it."""
        old = old_version(stage)
        assert isinstance(old, Var)
        others = self.objects.conflicts(stage, self.liveness)
        other = old if old in others else next(iter(others), None)
        best = _Cut((self.depth[id(stage)], 5), stage, None)
        if other is not old:
            best = min([best, *self.cuts(self.way(old, other))], key=lambda c: c.cost)
        if best.flow is None:
            stage.value = copying_first(stage.value)
        else:
            self.cut_steps.add(id(best.flow.step))
            cut(best.flow)

    def separate_direct(self, stage: Stage) -> None:
        """Copy the views of what an update changes, and what is kept of it, that are read later.
        Whatever else is copied, these must be."""
        old = old_version(stage)
        others = self.objects.conflicts(stage, self.liveness)
        if not isinstance(old, Var) or old in others:
            return
        for flow in self.out.get(old, ()):
            is_there = any(flow.target is v for v in others)
            value = _slot(flow) if is_there and id(flow.step) not in self.cut_steps else None
            if value is None or self.depth[id(flow.step)] > self.depth[id(stage)]:
                continue
            if _rank(flow, value) < 2 and _copied(value, old) is not None:
                self.cut_steps.add(id(flow.step))
                cut(flow)

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
            if value is None or not can_be_cut(flow):
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


def can_be_cut(flow: Flow) -> bool:
    value = _slot(flow)
    return value is not None and _copied(value, flow.source) is not None


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
        return copying_first(expr)
    if isinstance(kind_of(expr), ArrayOf):
        return copy_of(expr)
    if not isinstance(expr, Apply):
        return None
    args = [_copied(a, source) if source in variables(a) else a for a in expr.args]
    return None if None in args else replace(expr, args=tuple(a for a in args if a is not None))


def copying_first(value: Expr) -> Expr:
    assert isinstance(value, Apply)
    first, *rest = value.args
    return replace(value, args=(copy_of(first), *rest))
