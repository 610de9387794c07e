"""A loop, and one after it that may be the loop that reverses it: whether both can be one."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symdiff.compiled.order import ADDITIONS, UPDATES, in_any_order, is_sum
from symdiff.simplify.dead import has_effect, is_impure
from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Carried,
    Expr,
    Loop,
    Pop,
    Procedure,
    Push,
    Stage,
    Step,
    TapeOf,
    Var,
    all_defined,
    all_read,
    defined,
    steps,
    variables,
)

MOST_BETWEEN = 200  # steps between two loops that are looked through
# Operations that take nothing but the shape from their first argument.
OF_SHAPE = frozenset(
    {"zeros_like", "numpy.zeros_like", "numpy.ones_like", "numpy.full_like", "numpy.shape", "len"}
)


@dataclass(slots=True)
class Chain:
    """The steps between the loops that add to an adjoint. The first one makes `start`, and is to go
    on from the fused loop's sum instead; the last one makes `end`."""

    carried: Carried
    first: int
    start: Var
    last: int
    end: Var
    sum: Var  # that of the fused loop


class Pair:
    """A loop and one after it in its block, which may be the loop that reverses it."""

    def __init__(
        self,
        block: Block,
        forward: Loop,
        reverse: Loop,
        procedure: Procedure,
        values: dict[Var, Expr],
    ) -> None:
        self.block, self.procedure, self.values = block, procedure, values
        self.forward, self.reverse = forward, reverse
        self.chains: list[Chain] = []
        self.first: list[int] = []  # the places, among the steps between, of those that come first

    def is_right(self) -> bool:
        """Whether both loops can be one; then it is known how."""
        if not _runs_alike(self.forward, self.reverse):
            return False
        self.carried, self.unordered = self.reverse.carried, _without_constant(self.reverse)
        if not in_any_order(self.unordered, self.values, self.procedure.callees):
            return False
        at = next(i for i, step in enumerate(self.block) if step is self.forward)
        other = next(i for i, step in enumerate(self.block) if step is self.reverse)
        if other - at > MOST_BETWEEN:
            return False
        self.before, self.after = self.block[:at], self.block[other + 1 :]
        self.between = [self.of_shape(step) for step in self.block[at + 1 : other]]
        self.places = {v: i for i, s in enumerate(self.between) for v in all_defined([s])}
        # The user's loops keep their order, if that can be.
        return self.has_own_stacks() and any(map(self.is_known_before, (True, False)))

    def is_known_before(self, in_order: bool) -> bool:
        """Whether what the reverse loop reads can come before the forward loop."""
        self.chains.clear()
        self.first.clear()
        self.tainted = self.depending(in_order)
        carried = [self.begun_before(c) for c in self.unordered.carried]
        self.reverse = replace(self.unordered, carried=carried)
        return self.find_first()

    def of_shape(self, step: Step) -> Step:
        """A stage that reads the shape of an array that the forward loop has updated: the array
        had it before."""
        match step:
            case Stage(value=Apply(op=op, args=(Var() as array, *rest))) if op in OF_SHAPE:
                first = _original(array, self.forward)
                return replace(step, value=Apply(op, (first, *rest)))
        return step

    def has_own_stacks(self) -> bool:
        """Whether the reverse loop takes only what the forward loop has put, and all of that."""
        self.stacks = stacks_of(self.reverse)
        if not self.stacks:
            return not stacks_of(self.forward)
        made = (s.target for s in self.before if isinstance(s, Stage) and s.value == Apply("stack"))
        outside = all_read([*self.before, *self.between, *self.after])
        return (
            self.stacks == stacks_of(self.forward)
            and self.stacks <= set(made)
            and not self.stacks & {*outside, *variables(self.procedure.result)}
        )

    def depending(self, in_order: bool) -> set[int]:
        """The places of the steps between that depend on the forward loop, or are to stay."""
        found: set[int] = set()
        known = {*all_defined([self.forward]), *stacks_of(self.forward)}
        for i, step in enumerate(self.between):
            stays = in_order and isinstance(step, Loop) and step.place is not None
            if stays or any(v in known for v in all_read([step])):
                found.add(i)
                known |= set(_gives(step))
        return found

    def begun_before(self, carried: Carried) -> Carried:
        """A sum that goes on with what depends on the forward loop begins with what it was before
        that, if it only was added to on the way."""
        base, at = carried.init, len(self.between)
        made: list[tuple[int, Var]] = []
        while (place := self.place_of(base)) in self.tainted:
            assert place is not None and isinstance(base, Var)
            before = self.just_before(self.between[place], base)
            if place >= at or before is None or self.readers(base, place) != 1:
                return carried
            made.append((place, base))
            base, at = before, place
        if not made or not is_sum(self.reverse, carried, self.procedure.callees):
            return carried
        own = Var(carried.var.base, carried.var.kind, carried.var.temporary)
        self.chains.append(Chain(carried, *made[-1], *made[0], own))
        return replace(carried, init=base)

    def just_before(self, step: Step, end: Var) -> Expr | None:
        """What a variable was before a step that only adds to it."""
        match step:
            case Stage(value=Apply(op="add" | "sub", args=(Var() as before, by))):
                return before if before not in variables(by) else None
            case Stage(value=Apply(op=op, args=(Var() as before, *rest))) if op in ADDITIONS:
                return before if not any(before in variables(e) for e in rest) else None
            case Loop():
                carried = next((c for c in step.carried if c.var is end), None)
                return (
                    carried.init
                    if carried is not None and is_sum(step, carried, self.procedure.callees)
                    else None
                )
        return None

    def readers(self, var: Var, place: int) -> int:
        """How often a variable is read outside of the step that defines it."""
        inside = sum(v is var for v in all_read([self.between[place]]))
        return self.everywhere[var] - inside

    @functools.cached_property
    def everywhere(self) -> Counter[Var]:
        """How often each variable is read."""
        return Counter([*all_read(self.procedure.body), *variables(self.procedure.result)])

    def place_of(self, expr: Expr | None) -> int | None:
        """Where among the steps between a variable is defined."""
        return self.places.get(expr) if isinstance(expr, Var) else None

    def find_first(self) -> bool:
        """Note the steps between that the reverse loop reads; whether they can come first."""
        needed = set(all_read([self.reverse, *self.constants()]))
        for i in range(len(self.between) - 1, -1, -1):
            step = self.between[i]
            if needed & {*_gives(step)}:
                if i in self.tainted or self.must_stay(step):
                    return False
                self.first.insert(0, i)
                needed |= set(all_read([step]))
        return not needed & set(all_defined([self.forward]))

    def must_stay(self, step: Step) -> bool:
        """Whether a step has effects, on tapes among others."""
        if any(isinstance(v.kind, TapeOf) for v in all_read([step])):
            return True
        return any(has_effect(s, self.procedure) for s in steps([step]))

    def constants(self) -> Block:
        """What the reverse loop carries and no round changes."""
        kept = {c.var for c in self.unordered.carried}
        return [Stage(c.var, c.init) for c in self.carried if c.var not in kept and c.init]


def _runs_alike(forward: Loop, reverse: Loop) -> bool:
    """Whether two loops run over the same sequence, whatever the direction."""
    for loop in (forward, reverse):
        if loop.iterable is None or is_impure(loop.iterable):
            return False
        if any(e is not None for e in (loop.test, loop.leave, loop.keep)):
            return False
    if reverse.target is not None and forward.target is None:
        return False
    return _bare(forward.iterable) == _bare(reverse.iterable)


def _bare(iterable: Expr | None) -> Expr | None:
    while isinstance(iterable, Apply) and iterable.op in ("reversed", "copy"):
        iterable = iterable.args[0]
    return iterable


def numbers_of(loop: Loop) -> set[int]:
    """The numbers of the stages that a loop holds or reverses."""
    return {s.number for s in steps(loop.body) if isinstance(s, Stage) and s.number}


def _without_constant(loop: Loop) -> Loop:
    """A loop that doesn't carry what no round changes."""
    same = {s.target: s.value for s in loop.body if isinstance(s, Stage)}

    def is_constant(carried: Carried) -> bool:
        value = carried.next
        while isinstance(value, Var) and value is not carried.var and value in same:
            value = same[value]
        return value is carried.var

    return replace(loop, carried=[c for c in loop.carried if not is_constant(c)])


def _original(array: Var, loop: Step) -> Var:
    """What an array that a loop gives was before, if the loop only updates it."""
    made = {var: step for step in steps([loop]) for var in defined(step)}

    def before(var: Var, first: Var | None) -> Var | None:
        """What a version was made from, `first` being the one at the start of the round."""
        while var is not first and var in made:
            match made[var]:
                case (
                    Stage(value=Var() as old)
                    | Stage(value=Apply(op="setitem", args=(Var() as old, *_)))
                ):
                    var = old
                case Stage(value=Apply(op=op, args=(Var() as old, *_))) if op in UPDATES:
                    var = old
                case Loop() as step:
                    c = next((c for c in step.carried if c.var is var), None)
                    if c is None or not (isinstance(c.init, Var) and isinstance(c.next, Var)):
                        return None
                    if before(c.next, c.var) is not c.var:
                        return None
                    var = c.init
                case Branch() as step:
                    merge = next(m for m in step.merges if m.var is var)
                    if not (isinstance(merge.then, Var) and isinstance(merge.orelse, Var)):
                        return None
                    then, orelse = before(merge.then, first), before(merge.orelse, first)
                    if then is None or then is not orelse:
                        return None
                    var = then
                case _:
                    return None
        return var

    return before(array, None) or array


def stacks_of(step: Step) -> set[Var]:
    """The stacks that something in a step fills or empties."""
    return {s.stack for s in steps([step]) if isinstance(s, (Push, Pop))}


def _gives(step: Step) -> Iterator[Var]:
    """What a step defines, and the stacks that it fills or empties."""
    yield from all_defined([step])
    yield from stacks_of(step)
