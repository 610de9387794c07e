"""An element that was just stored is not read again: the number is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symdiff.compiled.accesses import accesses
from symdiff.compiled.rounds import is_plain, limits_of
from symdiff.compiled.touches import is_vector
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    REAL,
    Apply,
    Block,
    Const,
    Expr,
    Loop,
    Stage,
    Var,
    with_value,
)


def read_stored(block: Block, values: Mapping[Var, Expr], known: dict[Var, Expr]) -> Block:
    """A block, and its plain loops of the reverse sweep, without stages that read what was just
    stored; these variables are `known` then. What is added to an element that is read after that
    becomes a number that is stored."""
    return _Reading(values, known).block(block, is_round=False)


class _Reading:
    def __init__(self, values: Mapping[Var, Expr], known: dict[Var, Expr]) -> None:
        self.values, self.known = values, known
        self.stored: dict[Var, tuple[Expr, Expr]] = {}  # versions: where something is new, and what
        self.passed: dict[Var, tuple[Var, int]] = {}  # versions that are old up to an index

    def block(self, block: Block, is_round: bool) -> Block:
        made: Block = []
        wanted = {_element(s): s.target for s in block if isinstance(s, Stage)}
        for step in block:
            if isinstance(step, Loop) and step.place is None and is_plain(step):
                step = replace(step, body=self.block(step.body, is_round=True))
                self.note_passed(step)
            if isinstance(step, Stage) and (is_round or step.place is None):
                match step.value:
                    case Apply(op="add_at" | "sub_at", args=(_, index, _)) if read := wanted.get(
                        (step.target, index)
                    ):
                        *first, step = self.sum_of(step, read)
                        made += first
                match step.value:
                    case Apply(op="setitem", args=(_, index, item)):
                        self.stored[step.target] = index, item
                    case Apply(op="getitem", args=(Var() as array, index)):
                        value = self.value(array, index)
                        if value is not None:
                            self.known[step.target] = value
                            continue
            made.append(step)
        return made

    def note_passed(self, loop: Loop) -> None:
        """Note which elements, from the first one on, the rounds of a loop don't meet."""
        limits, found = limits_of(loop.iterable), accesses(loop, self.values)
        for c in loop.carried:
            offsets = [a.places.get(0) for a in found or () if a.array is c.var]
            least = min((by for by in offsets if by is not None), default=None)
            if limits is None or least is None or None in offsets:
                continue
            if isinstance(c.init, Var) and is_vector(c.var):
                self.passed[c.var] = c.init, limits.start + least

    def value(self, array: Var, index: Expr) -> Expr | None:
        """What was stored in an element of a version last, if that is at hand."""
        while array in self.passed:
            before, first = self.passed[array]
            if not isinstance(index, Const) or type(index.value) is not int:
                return None
            if not 0 <= index.value < first:
                return None
            array = before
        at, item = self.stored.get(array, (None, None))
        if at != index or item is None or not is_vector(array) or kind_of(item) is not REAL:
            return None
        return item

    def sum_of(self, step: Stage, read: Var) -> tuple[Stage, ...]:
        """A stage that adds to an element, as one that stores the sum."""
        assert isinstance(step.value, Apply)
        array, index, item = step.value.args
        old, new = Var(read.base, temporary=True), Var(read.base, temporary=read.temporary)
        before = self.value(array, index) if isinstance(array, Var) else None
        total = Apply(step.value.op.removesuffix("_at"), (before or old, item))
        made = (
            Stage(old, Apply("getitem", (array, index)), number=step.number),
            Stage(new, total, step.place, step.number),
            with_value(step, Apply("setitem", (array, index, new))),
        )
        return made if before is None else made[1:]


def _element(stage: Stage) -> tuple[Expr, Expr] | None:
    match stage.value:
        case Apply(op="getitem", args=(array, index)):
            return array, index
    return None
