"""What is read and changed of the elements of a one-dimensional array, in the order in which it is.

The versions of an array are followed from the first one on, through stages and through innermost
loops whose every round meets one element, each round another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from symdiff.compiled.rounds import is_plain, limits_of, offset, plain
from symdiff.stages import (
    REAL,
    Apply,
    ArrayOf,
    Block,
    Const,
    Expr,
    Loop,
    Procedure,
    Stage,
    Step,
    Var,
    all_defined,
    blocks,
    expressions,
    steps,
    variables,
)

Part = Block | Loop  # a block, or the rounds of a loop


@dataclass(frozen=True, slots=True)
class Span:
    """The elements from `start` on to `stop` + `past`; without `stop`, to `past`."""

    start: int
    stop: Expr | None
    past: int

    def holds(self, other: Span) -> bool:
        """Whether all elements of another one are among these."""
        return self.start <= other.start and self.stop == other.stop and other.past <= self.past

    def is_apart(self, other: Span) -> bool:
        """Whether no element is in both."""
        return any(a.stop is None and a.past <= b.start for a, b in ((self, other), (other, self)))

    def without(self, other: Span) -> list[Span]:
        """At least the elements that are not in another one."""
        if self.is_apart(other):
            return [self]
        if self.stop != other.stop:
            if other.stop is None and other.start <= self.start:
                return [Span(max(self.start, other.past), self.stop, self.past)]
            return [self]
        first = Span(self.start, None, other.start)
        last = Span(other.past, None, self.past) if self.stop is None else self
        return [
            *([first] if self.start < other.start else []),
            *([last] if other.past < self.past else []),
        ]


@dataclass(slots=True)
class Touch:
    """A stage that reads an element, adds to it, stores a number there, or clears it."""

    what: str  # read, add, store, clear
    span: Span
    stage: Stage
    block: Block


@dataclass(slots=True)
class Life:
    """The touches of an array in a part of a procedure, up to a version `end`; `is_whole`: that is
    the last one, and nothing else is done with any of them."""

    end: Var
    touches: list[Touch] = field(default_factory=list)
    is_whole: bool = False


def carries(loop: Loop, var: Var) -> bool:
    return any(c.var is var for c in loop.carried)


class Touches:
    """Finds who touches the arrays of a procedure."""

    def __init__(self, procedure: Procedure) -> None:
        self.body = procedure.body
        self.values = {s.target: s.value for s in steps(self.body) if isinstance(s, Stage)}
        self.results = set(variables(procedure.result))
        self.readers: dict[Var, list[tuple[Step, Part]]] = {}
        self.parts: dict[int, Part] = {}  # where steps, and arms of branches, stand
        for step, part in _walk(self.body, self.body):
            self.parts[id(step)] = part
            for inner in blocks(step):
                self.parts[id(inner)] = part
            for var in {v for e in expressions(step) for v in variables(e)}:
                self.readers.setdefault(var, []).append((step, part))

    def life(self, first: Var, part: Part) -> Life:
        """What happens to an array in a block, or in the rounds of a loop, where it begins as a
        version."""
        return self._life(first, part, None)

    def _life(self, first: Var, part: Part, rounds: Loop | None) -> Life:
        """`rounds`: the loop that takes one element in each of its rounds, if `part` is that."""
        found = Life(end=first)
        made_by = part if isinstance(part, Loop) and carries(part, first) else None
        is_round = made_by is not None
        while True:
            readers = self.readers_of(found.end, made_by, inside=made_by is part)
            readers = sorted(readers, key=lambda reader: reader[0] is part)  # it reads at the end
            now: list[Touch] = []
            link: Var | None = None
            for step, home in readers:
                if link is not None or step is part:
                    break
                made = self.touched(step, home, part, found.end, rounds)
                if made is None:
                    return found
                now += made[0]
                link = made[1]
                if link is not None:
                    made_by = step if isinstance(step, Loop) else None
            else:
                found.touches += now
                if found.end in self.results:
                    return found
                if link is None:
                    found.is_whole = not is_round
                    return found
                found.end = link
                continue
            if link is None:  # the end of a round
                found.touches += now
                found.is_whole = is_round and self.is_handed_on(found.end, part, first)
            return found

    def readers_of(self, var: Var, loop: Loop | None, inside: bool) -> list[tuple[Step, Part]]:
        """Who reads a variable; of one that a loop carries, in its rounds or after it."""
        found = self.readers.get(var, [])
        if loop is not None:
            found = [
                (step, part)
                for step, part in found
                if (step is loop or self.is_in(part, loop)) == inside
            ]
        return found

    def is_in(self, part: Part, loop: Loop) -> bool:
        while part is not loop and part is not self.body:
            part = self.parts[id(part)]
        return part is loop

    def is_handed_on(self, last: Var, part: Part, to: Var) -> bool:
        """Whether a loop reads a version once, at the end of its rounds, for a variable that it
        carries: not for another one, which two may exchange."""
        assert isinstance(part, Loop)
        own = [v for e in expressions(part) for v in variables(e) if v is last]
        return len(own) == 1 and any(c.next is last and c.var is to for c in part.carried)

    def is_last(self, var: Var, loop: Loop, around: Loop | None, first: Var) -> bool:
        """Whether what a loop leaves in a variable is read by nobody, or only handed on to the next
        round of the loop around, which begins with `first`."""
        after = self.readers_of(var, loop, inside=False)
        if around is not None:
            return [s for s, _ in after] == [around] and self.is_handed_on(var, around, first)
        return not after and var not in self.results

    def touched(
        self, step: Step, home: Part, part: Part, version: Var, rounds: Loop | None
    ) -> tuple[list[Touch], Var | None] | None:
        """The touches of a step that reads a version, and the next version."""
        match step:
            case Stage() if home is part:
                return self.touch(step, home, version, rounds)
            case Stage() if isinstance(home, Loop) and self.parts[id(home)] is part:
                made = self.touch(step, home, version, home) if is_plain(home) else None
                return made if made is not None and made[1] is None else None
            case Loop() if home is part and is_plain(step):
                carried = [c for c in step.carried if c.init is version]
                own = [v for e in expressions(step) for v in variables(e) if v is version]
                if len(carried) != 1 or len(own) != 1:
                    return None
                inner = self._life(carried[0].var, step, step)
                same = {(t.span.start, t.span.past) for t in inner.touches}
                if not inner.is_whole or inner.end is not carried[0].next or len(same) > 1:
                    return None
                return inner.touches, carried[0].var
        return None

    def touch(
        self, stage: Stage, home: Part, version: Var, rounds: Loop | None
    ) -> tuple[list[Touch], Var | None] | None:
        match stage.value:
            case Apply(op="getitem", args=(array, index)) if array is version:
                what, link = "read", None
            case Apply(op="setitem", args=(array, index, item)) if array is version:
                what = "clear" if item in (Const(0.0), Const(0)) else "store"
                link = stage.target
            case Apply(op="add_at" | "sub_at", args=(array, index, _)) if array is version:
                what, link = "add", stage.target
            case _:
                return None
        if sum(v is version for v in variables(stage.value)) != 1:
            return None
        span = self.span(index, rounds)
        block = home.body if isinstance(home, Loop) else home
        return None if span is None else ([Touch(what, span, stage, block)], link)

    def span(self, index: Expr, rounds: Loop | None) -> Span | None:
        """The elements that have an index, in all rounds of a loop together, each in one."""
        if rounds is None:
            at = index.value if isinstance(index, Const) else None
            return Span(at, None, at + 1) if type(at) is int and at >= 0 else None
        assert rounds.target is not None
        limits, by = limits_of(rounds.iterable), offset(index, rounds.target, self.values)
        if limits is None or by is None or limits.start + by < 0:
            return None  # an index below zero counts from the end
        return Span(limits.start + by, plain(limits.stop, self.values), by)


def _walk(block: Block, part: Part) -> Iterator[tuple[Step, Part]]:
    """Every step, with the block or the loop that it stands in; arms of branches are blocks."""
    for step in block:
        yield step, part
        for inner in blocks(step):
            yield from _walk(inner, step if isinstance(step, Loop) else inner)


def is_steady(span: Span, loop: Loop) -> bool:
    """Whether all rounds of a loop have the same elements in mind."""
    inside = set(all_defined([loop]))
    return not any(v in inside for v in variables(span.stop))


def is_vector(var: Var) -> bool:
    """Whether a variable is an array of real numbers with one axis."""
    return isinstance(var.kind, ArrayOf) and var.kind.rank == 1 and var.kind.item is REAL
