"""Live ranges: at which positions of the text each variable holds a value that is still read.

Positions are integers that grow in the order of the text. A step reads at one position and
defines at a later one, so a variable last read by a stage does not overlap the one it defines.
The walk goes backward once; an arm only looks at what is not live after its branch anyway, which
keeps the whole analysis linear in the size of the procedure for each level of nesting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from symdiff.definitions import Definitions
from symdiff.rules.memory import UPDATES, original
from symdiff.stages import (
    OBJECT,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Carried,
    Expr,
    ListOf,
    Loop,
    Passive,
    Pop,
    Procedure,
    Push,
    Remark,
    Scope,
    Stage,
    Var,
    all_read,
    defined,
    expressions,
    steps,
    variables,
)

Segment = tuple[int, int]
# The arms that a definition stands in, outermost first: the number of a branch, and 0 or 1.
Path = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Liveness:
    """`segments` are the live ranges, ascending, both ends included; `defined_at` where a variable
    begins; `arms` the arms of branches it is defined in."""

    segments: dict[Var, list[Segment]] = field(default_factory=dict)
    defined_at: dict[Var, int] = field(default_factory=dict)
    arms: dict[Var, Path] = field(default_factory=dict)

    def is_live(self, var: Var, position: int) -> bool:
        """Whether a variable holds a value at a position that is read then or later."""
        return any(lo <= position <= hi for lo, hi in self.segments.get(var, ()))


def live_ranges(procedure: Procedure) -> Liveness:
    """The live ranges of every variable of a procedure."""
    walk = _Walk(Definitions(procedure.body))
    walk.read(procedure.result, 0)
    walk.block(procedure.body, ())
    start = walk.tick()
    for param in procedure.params:
        walk.define(param.var, start, ())
    for ranges in walk.found.segments.values():
        ranges.reverse()
    return walk.found


def read_counts(procedure: Procedure) -> dict[Var, int]:
    """How often the text reads each variable."""
    counts: dict[Var, int] = {}
    for var in (*all_read(procedure.body), *variables(procedure.result)):
        counts[var] = counts.get(var, 0) + 1
    return counts


def may_be_undefined(procedure: Procedure) -> set[Var]:
    """What has no value after a loop without rounds, or after an arm that leaves it undefined."""
    leaves: dict[Var, tuple[Expr | None, ...]] = {}
    for step in steps(procedure.body):
        if isinstance(step, Loop):
            leaves.update((c.var, (c.init,)) for c in step.carried)
        elif isinstance(step, Branch):
            for merge in step.merges:
                arms = ((step.then, merge.then), (step.orelse, merge.orelse))
                leaves[merge.var] = tuple(v for arm, v in arms if not terminates(arm))
    found: set[Var] = set()
    size = -1
    while size != len(found):
        size = len(found)
        found |= {v for v, taken in leaves.items() if any(e is None or e in found for e in taken)}
    return found


def reads_lazily(iterable: Expr | None) -> Iterator[Var]:
    """The containers that a for loop goes on reading while it runs."""
    if isinstance(iterable, Apply) and iterable.op in ("range", "copy"):
        return
    for var in variables(iterable):
        if isinstance(var.kind, (ListOf, ArrayOf)) or var.kind is OBJECT:
            yield var


class _Walk:
    """The walk backward. `live` is a chain of scopes: variable to the end of its open segment;
    `open` is what any of them holds."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.now = 0
        self.found = Liveness()
        self.live: list[dict[Var, int]] = [{}]
        self.open: set[Var] = set()
        self.branches = 0

    def tick(self) -> int:
        self.now -= 1
        return self.now

    def read(self, expr: Expr | None, position: int) -> None:
        for var in variables(expr):
            if var not in self.open:
                self.open.add(var)
                self.live[-1][var] = position

    def close(self, var: Var, otherwise: int) -> int:
        """The end of the open segment of a variable in the innermost scope."""
        if var not in self.live[-1]:
            return otherwise
        self.open.discard(var)
        return self.live[-1].pop(var)

    def enter(self, scope: dict[Var, int]) -> None:
        self.live.append(scope)
        self.open.update(scope)

    def leave(self) -> dict[Var, int]:
        scope = self.live.pop()
        self.open.difference_update(scope)
        return scope

    def segment(self, var: Var, lo: int, hi: int) -> None:
        ranges = self.found.segments.setdefault(var, [])
        if ranges and ranges[-1][0] <= hi + 1:
            lo, hi = min(lo, ranges[-1][0]), max(ranges[-1][1], hi)
            ranges.pop()
        ranges.append((lo, hi))

    def define(self, var: Var, position: int, arms: Path) -> None:
        self.segment(var, position, self.close(var, position))
        self.found.defined_at[var] = position
        self.found.arms[var] = arms

    def block(self, block: Block, arms: Path) -> None:
        for step in reversed(block):
            match step:
                case Branch():
                    self.branch(step, arms)
                case Loop():
                    self.loop(step, arms)
                case Scope():
                    self.block(step.body, arms)
                    self.read(step.context, self.tick())
                case Stage(target=target, value=Apply(op=op, args=(first, *rest))) if op in UPDATES:
                    written = self.tick()
                    first = original(first)
                    # A copy is made before these are read; the old version reads the same then.
                    for var in (v for arg in rest for v in variables(arg) if v is not first):
                        self.read(var, written)
                    self.define(target, written, arms)
                    self.read(first, self.tick())
                case Stage() | Call() | Pop():
                    written = self.tick()
                    for var in step.targets if isinstance(step, Call) else (step.target,):
                        self.define(var, written, arms)
                    self.reads(expressions(step))
                case Passive() | Push():
                    self.reads(expressions(step))
                case Remark():
                    pass

    def reads(self, exprs: Iterable[Expr]) -> None:
        position = self.tick()
        for expr in exprs:
            self.read(expr, position)

    def branch(self, step: Branch, arms: Path) -> None:
        self.branches += 1
        label = self.branches
        joined = self.tick()
        for merge in step.merges:
            self.define(merge.var, joined, arms)
        here = self.live[-1]
        # What an arm defines and the reverse sweep reads is not live on the way through the other.
        replayed: tuple[list[Var], list[Var]] = ([], [])
        for side, block in enumerate((step.then, step.orelse)):
            for var in self.definitions.among(block, here):
                self.segment(var, joined, self.close(var, joined))
                replayed[side].append(var)
        entering: list[Var] = []
        for side, block in ((1, step.orelse), (0, step.then)):
            end = self.tick()
            ends = terminates(block)
            self.enter({} if ends else dict.fromkeys(replayed[side], end))
            if not ends:
                for merge in step.merges:
                    self.read(merge.orelse if side else merge.then, end)
            self.block(block, (*arms, (label, side)))
            scope = self.leave()
            start = self.tick()
            for var, last in scope.items():
                self.segment(var, start, last)
                entering.append(var)
        test = self.tick()
        for var in entering:
            self.read(var, test)
        self.read(step.test, test)

    def loop(self, step: Loop, arms: Path) -> None:
        finish = self.tick()
        left = self.tick()
        handed = self.tick()
        end = self.tick()
        own = set(defined(step))
        reads = [*all_read(step.body), *variables(step.test), *variables(step.leave)]
        for carried in step.carried:
            reads.extend(variables(carried.next))
        here = self.live[-1]
        after = {c.var: self.close(c.var, finish) for c in step.carried if c.var in here}
        for var in (*reads, *reads_lazily(step.iterable)):
            if var not in own and not self.definitions.is_inside(var, step.body):
                self.read(var, finish)
        needed = set(reads) | set(after)
        flag = handed_flag(step)
        for carried in step.carried:
            hi = after.get(carried.var, finish if carried.var in needed else handed)
            self.segment(carried.var, handed, max(hi, left) if carried is flag else hi)
        self.enter({})
        if flag is None:
            self.read(step.leave, left)
        for carried in step.carried:
            self.read(carried.next, end)
        self.block(step.body, arms)
        top = self.tick()
        if step.target is not None:
            self.define(step.target, top, arms)
        head = self.tick()
        self.read(step.test, head)
        for var in after:
            self.read(var, head)
        self.read(step.iterable, head)
        first = self.tick()
        for carried in step.carried:
            self.define(carried.var, first, arms)
        # What is left was read by the iterable only.
        for var in self.leave():
            self.read(var, head)
        start = self.tick()
        for carried in step.carried:
            self.read(carried.init, start)


def handed_flag(loop: Loop) -> Carried | None:
    """The carried variable that hands on the very condition for leaving; it is tested instead."""
    if not isinstance(loop.leave, Var):
        return None
    return next((c for c in loop.carried if c.next is loop.leave), None)


def terminates(block: Block) -> bool:
    """Whether the end of a block is never reached, because it raises."""
    match block[-1] if block else None:
        case Passive(terminates=True):
            return True
        case Branch(then=then, orelse=orelse):
            return terminates(then) and terminates(orelse)
    return False
