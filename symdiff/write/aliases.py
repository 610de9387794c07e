"""Which updates of containers and arrays may be written in place because nothing that is live may
share them.

In the staged computation containers and arrays are values. `L.append(v)` is the same as a new list
only when nobody else still reads the old object: not through another name, a view, a list it was
put into, a stack, or the caller's own variable. Every object is known by the place that makes it,
and a variable may reach the objects of several places. The order of the text does not count, so
that this can only err towards a copy.
"""

from __future__ import annotations

import functools
import math
import operator
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from symdiff.definitions import Definitions
from symdiff.rules.memory import UPDATES, holds_objects, shares
from symdiff.stages import (
    STACK,
    Apply,
    ArrayOf,
    Branch,
    Call,
    Carried,
    Const,
    Expr,
    Kind,
    ListOf,
    Loop,
    Pop,
    Procedure,
    Push,
    Scalar,
    Stage,
    Step,
    TupleOf,
    Var,
    expressions,
    steps,
    variables,
)
from symdiff.write.flows import Flow, Flows, Reads, bits_of, crosses
from symdiff.write.liveness import Liveness

# Updates of lists that put in items or take some out.
OF_ITEMS = frozenset({"append", "extend", "insert", "setitem", "delitem"})


@dataclass(slots=True)
class Objects:
    """The objects that each variable may reach, as sets of bits. `outside` are those that belong
    to somebody else, the caller above all; `arrays` are certainly arrays, and `lists` are lists
    without what they hold."""

    reach: dict[Var, int] = field(default_factory=dict)
    outside: int = 0
    arrays: int = 0
    lists: int = 0
    flows: list[Flow] = field(default_factory=list)
    updated: list[Stage] = field(default_factory=list)
    foreign: dict[Var, int] = field(default_factory=dict)  # those that enter with a variable
    kept: list[Flow] = field(default_factory=list)  # what is kept of arrays that loops exchange
    held: _Held | None = None

    def reachable(self, var: Var) -> int:
        return self.reach.get(var, 0)

    def is_foreign(self, var: Var) -> bool:
        """Whether a variable may reach what belongs to somebody else."""
        return bool(self.reachable(var) & self.outside)

    def changed(self, stage: Stage) -> int:
        """The objects that an update in place would change: a list that gets or loses an item
        leaves the arrays that it holds as they are."""
        assert isinstance(stage.value, Apply)
        of_items = isinstance(stage.target.kind, ListOf) and stage.value.op in OF_ITEMS
        reached = self.reachable(stage.target)
        return reached & ~self.arrays if of_items else reached

    def conflicts(self, stage: Stage, liveness: Liveness) -> list[Var]:
        """The live variables that an update in place would change too."""
        if self.held is None or self.held.liveness is not liveness:
            self.held = _Held(self.reach, liveness)
        after = liveness.defined_at[stage.target] + 1
        found = self.held.at(self.changed(stage), after)
        return [var for var in found if var is not stage.target]


class _Held:
    """For each object the ranges of the text in which a variable that may reach it is live."""

    def __init__(self, reach: dict[Var, int], liveness: Liveness) -> None:
        self.liveness = liveness
        self.vars = list(reach)
        self.ranges: dict[int, list[tuple[int, int, int]]] = {}  # from, to, and whose it is
        for number, (var, objects) in enumerate(reach.items()):
            segments = liveness.segments.get(var, ())
            for bit in bits_of(objects) if segments else ():
                self.ranges.setdefault(bit, []).extend((lo, hi, number) for lo, hi in segments)
        self.latest: dict[int, list[int]] = {}  # the largest end so far
        for bit, ranges in self.ranges.items():
            ranges.sort()
            self.latest[bit] = list(accumulate((hi for _, hi, _ in ranges), max))

    def at(self, objects: int, position: int) -> list[Var]:
        """The variables that are live at a position and may reach one of some objects."""
        found: set[int] = set()
        for bit in bits_of(objects):
            ranges, latest = self.ranges.get(bit, []), self.latest.get(bit, [])
            i = bisect_right(ranges, (position, math.inf))
            while i and latest[i - 1] >= position:
                i -= 1
                _, hi, number = ranges[i]
                if hi >= position:
                    found.add(number)
        return [self.vars[number] for number in sorted(found)]


def objects_of(procedure: Procedure, again: bool = False) -> Objects:
    """The objects of a procedure, every update taken to be one in place. What is to be read
    `again` is read as the reader reads it, which sees neither what a stack holds nor that loops
    exchange arrays."""
    return _Finder(procedure, set() if again else stacks_of_copies(procedure), not again).found


def stacks_of_copies(procedure: Procedure) -> set[Var]:
    """The stacks that hold each object once, and objects that nothing else holds."""
    found = {
        step.target
        for step in steps(procedure.body)
        if isinstance(step, Stage) and _is_new_stack(step.value)
    }
    for step in steps(procedure.body):
        if isinstance(step, Push):
            if not step.index and next(shares(step.value), None) is not None:
                found.discard(step.stack)
            found.difference_update(variables(step.value))
        elif not isinstance(step, Pop):
            found.difference_update(v for e in expressions(step) for v in variables(e))
    return found.difference(variables(procedure.result))


def _is_new_stack(value: Expr) -> bool:
    """Whether a value is a new stack, or one of the rows of an array that are stacks."""
    match value:
        case Apply(op="stack") | Apply(op="part", args=(Var(kind=Scalar.STACK), *_)):
            return True
    return False


class _Finder:
    def __init__(self, procedure: Procedure, of_copies: set[Var], exchanged: bool) -> None:
        self.found = Objects()
        self.bits = 0
        self.names: dict[str, int] = {}
        self.items: dict[tuple[Var, int], int] = {}
        self.made: dict[Var, Expr] = {}
        self.of_copies = of_copies
        self.callees = procedure.callees
        for param in procedure.params:
            if param.becomes is not None:
                self.found.reach[param.var] = self.bit()
            elif holds_objects(param.var):
                self.found.reach[param.var] = self.outside(f"parameter {param.name}")
                if isinstance(param.var.kind, ArrayOf):
                    self.found.arrays |= self.found.reach[param.var]
                self.found.foreign[param.var] = self.found.reach[param.var]
        for step in steps(procedure.body):
            self.step(step)
        if exchanged:
            self.exchanges(procedure)
        self.spread(self.found.reach)
        for stage in self.found.updated:
            if not self.found.reach[stage.target]:
                self.found.reach[stage.target] = self.bit()
                self.spread([stage.target])

    def bit(self) -> int:
        self.bits += 1
        return 1 << self.bits

    def new(self, kind: Kind) -> int:
        """What is made for a variable of a kind: a list, and what it holds, are two objects."""
        made = self.bit()
        if isinstance(kind, ArrayOf):
            self.found.arrays |= made
        elif isinstance(kind, ListOf):
            self.found.lists |= made
            made |= self.new(kind.item)
        return made

    def outside(self, name: str) -> int:
        if name not in self.names:
            self.names[name] = self.bit()
            self.found.outside |= self.names[name]
        return self.names[name]

    def step(self, step: Step) -> None:
        match step:
            case Stage(target=target, value=value):
                if not holds_objects(target):
                    return
                if isinstance(value, Apply) and value.op in UPDATES:
                    self.found.updated.append(step)
                self.made[target] = value
                item = self.item(value)
                if item is not None:
                    self.found.reach[target] = item
                else:
                    self.link(target, value, step)
            case Branch():
                for merge in step.merges:
                    self.link(merge.var, merge.then, step, "then")
                    self.link(merge.var, merge.orelse, step, "orelse")
            case Loop():
                for carried in step.carried:
                    self.link(carried.var, carried.init, step, "init")
                    self.link(carried.var, carried.next, step, "next")
                if step.target is not None:
                    self.link(step.target, step.iterable, step, "iterable")
            case Call():
                stacks = [a for a in step.args if isinstance(a, Var) and a.kind is STACK]
                lent = lent_to(self.callees.get(step.callee))
                kept = [a for i, a in enumerate(step.args) if i not in lent]
                for target in (*step.targets, *stacks):
                    for arg in kept:
                        self.link(target, arg, step)
            case Push(index=()):
                self.link(step.stack, step.value, step)
            case Pop():
                if step.stack in self.of_copies and holds_objects(step.target):
                    self.found.reach[step.target] = self.bit()  # nobody holds it any more
                else:
                    self.link(step.target, step.stack, step)

    def item(self, value: Expr) -> int | None:
        """The object that is one item of a tuple of new arrays."""
        match value:
            case Apply(
                op="getitem" | "part",
                args=(Var(kind=TupleOf()) as whole, Const(value=int() as at), *_),
            ):
                if whole in self.made and not list(shares(self.made[whole])):
                    if (whole, at) not in self.items:
                        self.items[whole, at] = self.bit()
                        self.found.reach[whole] |= self.items[whole, at]
                    return self.items[whole, at]
        return None

    def link(self, target: Var, value: Expr | None, step: Step, slot: str = "value") -> None:
        if not holds_objects(target) or value is None:
            return
        found = self.found.reach.setdefault(target, 0)
        sources = list(shares(value))
        for source in sources:
            if isinstance(source, Var):
                self.found.flows.append(Flow(source, target, step, slot))
            else:
                found |= self.outside(source)
                self.found.foreign[target] = self.found.foreign.get(target, 0) | found
        if not isinstance(value, Var) and not _changes_in_place(value):
            found |= self.new(target.kind)
        self.found.reach[target] = found

    def exchanges(self, procedure: Procedure) -> None:
        """Find loops whose rounds exchange arrays that they carry, as two buffers take turns, and
        do nothing else to the variables: no two of these ever have the same array."""
        loops = [
            (loop, [c for c in loop.carried if isinstance(c.var.kind, ArrayOf)])
            for loop in steps(procedure.body)
            if isinstance(loop, Loop)
        ]
        if all(len(carried) < 2 for _, carried in loops):
            return
        flows, exchanged = self.found.flows, set[Var]()
        near, reads = Flows(flows, self.found.reach), Reads(procedure)
        definitions = Definitions(procedure.body)
        for loop, carried in loops:
            if len(carried) > 1 and crosses(loop, carried, near, definitions):
                exchanged |= self.exchange(loop, carried, near, definitions.at, reads)
        self.found.flows = [f for f in flows if f.target not in exchanged]

    def exchange(
        self, loop: Loop, carried: list[Carried], near: Flows, at: Mapping[Var, int], reads: Reads
    ) -> set[Var]:
        """Take what variables carry for one array each, if a round only exchanges them, and say
        for which. Nothing but the variables of a round, and of what comes after, may reach these,
        for in the next round they are others: `at` tells where each is defined. Those that are
        read in the loop or after it may hold one of the arrays from before."""
        begins = at[loop.carried[0].var]
        before = self.found.reach
        own = {c.var: self.bit() for c in carried}
        around = near.around([e for c in carried for e in (c.init, c.next)], own)
        exchanged: set[Var] = set()
        while len(own) > 1:
            self.found.reach = {v: before.get(v, 0) for v in around} | own
            inner = [f for v in around if v not in own for f in near.into[v]]
            self.found.flows = [f for f in inner if not isinstance(f.step, Push)]
            self.spread(self.found.reach)
            members = [c for c in carried if c.var in own]
            begin = [self.reached(c.init) for c in members]
            end = [self.reached(c.next) for c in members]
            stay = {c.var for c, bits in zip(members, end, strict=True) if bits in own.values()}
            if len(stay) < len(own):
                own = {var: bit for var, bit in own.items() if var in stay}
                continue
            arrays, origins = sum(own.values()), functools.reduce(operator.or_, begin)
            reach = self.found.reach
            others = [self.reached(c.next) for c in loop.carried if c.var not in own]
            if (
                sorted(end) == sorted(own.values()) != end
                and origins == sum(begin)
                and not origins & (self.found.outside | arrays)
                and all(begin)
                and all(at.get(v, -1) >= begins for v, bits in reach.items() if bits & arrays)
                and not any(bits & arrays for bits in others)
            ):
                kept = [f for f in near.pushes if reach.get(f.source, 0) & arrays]
                self.found.kept += kept
                if not kept:
                    self.found.flows, late = inner, reads.late(loop)
                    self.spread(self.found.reach)  # stacks may hold arrays from before, too
                    for var in [v for v, bits in reach.items() if bits & origins and late(v)]:
                        near.add(var, arrays)
                    self.found.arrays |= arrays
                    near.set_apart(own)
                    exchanged = {*own}
            break
        self.found.reach = before
        return exchanged

    def reached(self, value: Expr | None) -> int:
        return self.found.reachable(value) if isinstance(value, Var) else 0

    def spread(self, sources: Iterable[Var]) -> None:
        """Hand on what variables reach to all that may share it, in the order of the text."""
        onward: dict[Var, list[tuple[Var, int]]] = {}
        for flow in self.found.flows:
            is_item = isinstance(flow.target.kind, ArrayOf) and flow.slot != "iterable"
            left_out = self.found.lists if is_item else 0
            onward.setdefault(flow.source, []).append((flow.target, ~left_out))
        pending = list(sources)[::-1]
        while pending:
            source = pending.pop()
            objects = self.found.reach.get(source, 0)
            for target, handed_on in onward.get(source, ()):
                if objects & handed_on & ~self.found.reach[target]:
                    self.found.reach[target] |= objects & handed_on
                    pending.append(target)


def lent_to(callee: Procedure | None) -> set[int]:
    """The places of the arguments that a procedure changes: nothing else that it gives shares
    their memory."""
    params = callee.params if callee is not None else []
    return {i for i, p in enumerate(params) if p.becomes is not None}


def _changes_in_place(value: Expr) -> bool:
    """Whether a value is the very object of a variable, changed."""
    return isinstance(value, Apply) and value.op in UPDATES and isinstance(value.args[0], Var)


def in_place(
    procedure: Procedure, liveness: Liveness, again: bool = False
) -> tuple[set[Var], set[Var]]:
    """The targets of the updates that may change the old object itself, and those of the others."""
    objects = objects_of(procedure, again)
    found: set[Var] = set()
    others: set[Var] = set()
    for stage in objects.updated:
        is_foreign = objects.changed(stage) & objects.outside
        shared = is_foreign or objects.conflicts(stage, liveness)
        (others if shared else found).add(stage.target)
    return found, others
