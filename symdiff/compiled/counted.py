"""Slots that are taken one after the other, for loops whose inner rounds are not as many in every
outer round: their number is counted before, and a position is carried through the loops."""

from __future__ import annotations

from dataclasses import dataclass, field

from symdiff.compiled.entry import Entry, Text
from symdiff.compiled.nests import Mirror
from symdiff.stages import (
    INTEGER,
    Apply,
    Block,
    Carried,
    Const,
    Expr,
    Loop,
    Stage,
    Var,
    variables,
)


@dataclass(slots=True)
class Positions:
    """The positions in the arrays that one nest of loops fills, and another one empties."""

    size: Expr
    steps: Block
    made: tuple[tuple[Expr, ...], tuple[Expr, ...]] | None = field(default=None)

    def take_steps(self) -> Block:
        """What counts the slots: only once, for all arrays of the nest."""
        steps, self.steps = self.steps, []
        return steps

    def indices(
        self, mirrors: list[Mirror], end: Expr | None
    ) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
        """The position in a round of the innermost loop, and in the round that reverses it. `end`
        is the position after the last round, if that is not at hand."""
        if self.made is None:
            at = _carry([m.forward for m in mirrors], Const(0))
            innermost = mirrors[-1].forward
            following = Var("at", INTEGER)
            innermost.body.append(Stage(following, Apply("add", (at[-1], Const(1)))))
            innermost.carried[-1].next = following
            for found in mirrors:
                if found.mirrored and found.rounds is not None:
                    found.mirrored_index(())
            back = _carry([m.backward for m in mirrors], at[0] if end is None else end)
            innermost = mirrors[-1].backward
            before = Var("at", INTEGER)
            innermost.body.insert(0, Stage(before, Apply("sub", (back[-1], Const(1)))))
            innermost.carried[-1].next = before
            self.made = (at[-1],), (before,)
        return self.made


def _carry(loops: list[Loop], start: Expr) -> list[Var]:
    """Carry a position through loops, each of which stands in the body of the one before."""
    made: list[Var] = []
    for loop in loops:
        made.append(Var("at", INTEGER))
        loop.carried.append(Carried(made[-1], made[-2] if len(made) > 1 else start, None))
    for outer, inner in zip(loops, made[1:], strict=False):
        outer.carried[-1].next = inner
    return made


def counted(text: Text, before: Loop, mirrors: list[Mirror]) -> Positions | None:
    """The positions for a nest of loops whose rounds can be counted before a loop; else None."""
    nests = [m.forward for m in mirrors], [m.backward for m in mirrors]
    for nest in nests:
        for outer, inner in zip(nest, nest[1:], strict=False):
            if not any(step is inner for step in outer.body):
                return None
    table: dict[Var, Expr] = {}
    never_negative: set[Var] = set()
    rounds: list[Expr] = []
    spans: list[Expr] = []
    targets: list[Var | None] = []
    for loop in nests[0]:
        entry = Entry(text, before, table, never_negative)
        assert loop.iterable is not None
        span, count = entry.value(loop.iterable), entry.rounds(loop.iterable, exactly=True)
        if span is None or count is None:
            return None
        spans.append(span)
        rounds.append(count)
        targets.append(None)
        if loop.target is not None:
            target = targets[-1] = Var(loop.target.base, INTEGER, temporary=True)
            table[loop.target] = target
            if isinstance(span, Apply) and _counts_up(span.args):
                never_negative.add(target)
    looped = 0  # as many of the loops must be run through
    for depth, found in enumerate(targets):
        if found and any(found in variables(count) for count in rounds[depth + 1 :]):
            looped = depth + 1
    product: Expr = rounds[looped]
    for count in rounds[looped + 1 :]:
        product = _times(product, count)
    if not looped:
        return Positions(product, [])
    sizes = [Var("size", INTEGER) for _ in range(looped + 1)]
    steps: Block = [Stage(sizes[looped], Apply("add", (sizes[looped - 1], product)))]
    for depth in reversed(range(looped)):
        carried = Carried(sizes[depth], sizes[depth - 1] if depth else Const(0), sizes[depth + 1])
        steps = [Loop([carried], steps, None, targets[depth], spans[depth])]
    return Positions(sizes[0], steps)


def _times(a: Expr, b: Expr) -> Expr:
    """The product of two numbers of rounds."""
    if isinstance(a, Const) and isinstance(b, Const):
        return Const(a.value * b.value)
    for number, other in ((a, b), (b, a)):
        if number in (Const(0), Const(1)):
            return number if number == Const(0) else other
    return Apply("mul", (a, b))


def _counts_up(span: tuple[Expr, ...]) -> bool:
    """Whether a range has no numbers below zero."""
    start = span[0] if len(span) > 1 else Const(0)
    step = span[2] if len(span) > 2 else Const(1)
    return all(isinstance(e, Const) and e.value >= 0 for e in (start, step))
