"""Which variables may share one printed name: versions of one variable, and values handed on.

Static single assignment gives `x = x + 1` two variables. They are one variable again where their
live ranges do not overlap, or where they overlap with the same value in both.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort

from symdiff.rules.memory import UPDATES, original
from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Expr,
    Loop,
    Pop,
    Procedure,
    Scope,
    Stage,
    Var,
    steps,
)
from symdiff.write.liveness import Liveness, read_counts
from symdiff.write.types import types_of

Owned = tuple[int, int, int]  # a segment and the number of the variable it belongs to
Affinity = tuple[int, Var, Var]  # a rank, and two variables


class Classes:
    """A partition of the variables of a procedure, none of which interfere inside a class, nor,
    where names are `typed`, differ in what a compiler takes for a type."""

    def __init__(self, procedure: Procedure, liveness: Liveness, typed: bool = False) -> None:
        self.liveness = liveness
        self.params = {p.var: p.name for p in procedure.params}
        numbered = list(dict.fromkeys([*self.params, *_in_order(procedure.body, [])]))
        self.index = {var: i for i, var in enumerate(numbered)}
        self.vars = numbered
        self.parent = list(range(len(numbered)))
        self.segments: list[list[Owned]] = [
            [(lo, hi, i) for lo, hi in liveness.segments.get(var, ())]
            for i, var in enumerate(numbered)
        ]
        self.tangled = [False] * len(numbered)  # segments inside the class overlap
        self.base: list[str | None] = [
            self.params.get(v) or (None if v.temporary else v.base) for v in numbered
        ]
        self.has_param = [v in self.params for v in numbered]
        types = types_of(procedure) if typed else {}
        self.types = [types.get(v) for v in numbered]
        self.flows: dict[int, int] = {}  # from an arm's value to the merge that takes it
        self._value_flows(procedure.body)

    # --- the partition

    def find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, a: Var, b: Var) -> bool:
        """Put two variables into one class if their names and their live ranges allow it."""
        i, j = self.find(self.index[a]), self.find(self.index[b])
        if i == j:
            return True
        if self.base[i] is not None and self.base[j] is not None and self.base[i] != self.base[j]:
            return False
        return self.unite(i, j)

    def unite(self, i: int, j: int) -> bool:
        if self.has_param[i] and self.has_param[j]:
            return False
        if None not in (self.types[i], self.types[j]) and self.types[i] != self.types[j]:
            return False
        overlaps = self.clash(i, j)
        if overlaps is None:
            return False
        if len(self.segments[i]) < len(self.segments[j]):
            i, j = j, i
        for segment in self.segments[j]:
            insort(self.segments[i], segment)
        self.segments[j] = []
        self.parent[j] = i
        self.base[i] = self.base[i] if self.base[i] is not None else self.base[j]
        self.has_param[i] |= self.has_param[j]
        self.types[i] = self.types[i] if self.types[i] is not None else self.types[j]
        self.tangled[i] = self.tangled[i] or self.tangled[j] or overlaps
        return True

    def bases(self) -> dict[int, str]:
        """The base of each class: that of its named variables, or of the first one."""
        found: dict[int, str] = {}
        for i, var in enumerate(self.vars):
            root = self.find(i)
            found.setdefault(root, self.base[root] or var.base)
        return found

    def clash(self, i: int, j: int) -> bool | None:
        """None when two classes interfere; else whether their ranges overlap, harmlessly."""
        if len(self.segments[i]) < len(self.segments[j]):
            i, j = j, i
        large, overlaps = self.segments[i], False
        for lo, hi, owner in self.segments[j]:
            near = 0 if self.tangled[i] else max(bisect_left(large, (lo, lo, -1)) - 1, 0)
            for k in range(near, len(large)):
                if large[k][0] > hi:
                    break
                if large[k][1] >= lo:
                    if not self.same_value(owner, large[k][2]):
                        return None
                    overlaps = True
        return overlaps

    def same_value(self, i: int, j: int) -> bool:
        """Whether two variables never hold different values at one time: they stand in opposite
        arms of a branch, or one is handed to the other at the end of its arm."""
        arms = self.liveness.arms[self.vars[i]], self.liveness.arms[self.vars[j]]
        for (branch, side), (other, opposite) in zip(*arms, strict=False):
            if branch != other:
                break
            if side != opposite:
                return True
        return self._reaches(i, j) or self._reaches(j, i)

    def _reaches(self, i: int, j: int) -> bool:
        while i in self.flows:
            i = self.flows[i]
            if i == j:
                return True
        return False

    def _value_flows(self, block: Block) -> None:
        for step in steps(block):
            if isinstance(step, Branch):
                for merge in step.merges:
                    for value in (merge.then, merge.orelse):
                        if isinstance(value, Var) and value in self.index:
                            source, target = self.index[value], self.index[merge.var]
                            inner = self.liveness.arms.get(value, ())
                            if len(inner) > len(self.liveness.arms[merge.var]):
                                self.flows.setdefault(source, target)


def _in_order(block: Block, found: list[Var]) -> list[Var]:
    """The variables that a block defines, those of a branch after what its arms define."""
    for step in block:
        match step:
            case Stage() | Pop():
                found.append(step.target)
            case Call():
                found += step.targets
            case Branch():
                _in_order(step.then, found)
                _in_order(step.orelse, found)
                found += [m.var for m in step.merges]
            case Loop():
                found += [c.var for c in step.carried]
                if step.target is not None:
                    found.append(step.target)
                _in_order(step.body, found)
            case Scope():
                _in_order(step.body, found)
    return found


def coalesce(procedure: Procedure, liveness: Liveness, typed: bool = False) -> Classes:
    """The classes of variables that share a printed name."""
    classes = Classes(procedure, liveness, typed)
    counts = read_counts(procedure)
    wanted: list[Affinity] = []
    _note_affinities(procedure.body, 0, counts, wanted)
    for _, a, b in sorted(wanted, key=lambda affinity: affinity[0]):
        classes.join(a, b)
    _join_versions(classes)
    return classes


def _note_affinities(
    block: Block, depth: int, counts: dict[Var, int], found: list[Affinity]
) -> None:
    """Pairs for which one name saves a line, with a rank: the innermost loops come first."""

    def pair(rank: int, a: Var, b: Expr | None) -> None:
        if isinstance(b, Var):
            found.append((rank - 4 * depth, a, b))

    for step in block:
        match step:
            case Stage(target=target, value=Var() as value):
                if counts[value] == 1 or not value.temporary:
                    pair(3, target, value)
            case Stage(target=target, value=Apply(op=op, args=(old, *_))) if op in UPDATES:
                pair(0, target, original(old))
            case Branch():
                for merge in step.merges:
                    pair(1, merge.var, merge.then)
                    pair(1, merge.var, merge.orelse)
                _note_affinities(step.then, depth, counts, found)
                _note_affinities(step.orelse, depth, counts, found)
            case Loop():
                for carried in step.carried:
                    pair(-4, carried.var, carried.next)
                    pair(2, carried.var, carried.init)
                _note_affinities(step.body, depth + 1, counts, found)
            case Scope():
                _note_affinities(step.body, depth, counts, found)


def _join_versions(classes: Classes) -> None:
    """Put versions of one base into as few classes as their live ranges allow."""
    groups: dict[str, list[int]] = {}
    for root, base in classes.bases().items():
        if classes.segments[root]:
            groups.setdefault(base, []).append(root)
    for roots in groups.values():
        if len(roots) > 1:
            roots.sort(key=lambda r: (not classes.has_param[r], classes.segments[r][0]))
            _partition(classes, roots)


def _partition(classes: Classes, roots: list[int]) -> None:
    """Interval partitioning: the lowest name that is free. The first and the latest names are
    compared range by range, the others by their ends only, which keeps it near linear."""
    names: list[int] = []
    ends: list[int] = []
    busy: list[tuple[int, int]] = []  # (end, name)
    free: list[int] = []
    for root in roots:
        lo = classes.segments[root][0][0]
        hi = max(s[1] for s in classes.segments[root])
        while busy and busy[0][0] < lo:
            end, idle = heapq.heappop(busy)
            if ends[idle] == end:
                heapq.heappush(free, idle)
        count = len(names)
        near = dict.fromkeys((*range(min(4, count)), *range(max(count - 4, 0), count)))
        name = next((n for n in near if classes.unite(classes.find(names[n]), root)), None)
        while name is None and free:
            candidate = heapq.heappop(free)
            if classes.unite(classes.find(names[candidate]), root):
                name = candidate
        if name is None:
            name = count
            names.append(root)
            ends.append(hi)
        ends[name] = max(ends[name], hi)
        heapq.heappush(busy, (ends[name], name))
