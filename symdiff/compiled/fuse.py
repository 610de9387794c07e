"""One pass instead of two: a loop and its reverse loop run as one, and keep nothing.

A forward loop F and a reverse loop R of the same block become one loop, whose round is that of F
and then that of R. That is right where

* both run over the same sequence, none of them is left early, and neither is a while loop;
* the rounds of R may run in any order (order.py), as they now run in that of F;
* R reads nothing that F hands on, neither itself nor through what stands between them: its adjoints
  are known beforehand. What it reads of the steps between comes before the loop then;
* what R takes from stacks is what F has put there, so that each round takes what it has put.

The user's own steps keep their order and their operands: the value stays what it was, bit for bit;
adjoints are added up in another order. Where a sum goes on with what an adjoint has got from steps
between F and R, these steps go on with the sum of the fused loop instead.

A value that is kept at a place of the round that is reached once is at hand now. What inner loops
keep stays on stacks, of a round each. The outermost loops come first; what they hold is looked at
again, as a block with two loops of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from symdiff.compiled.at_hand import read_at_hand
from symdiff.compiled.order import ADDITIONS, UPDATES, in_any_order, is_sum, values_of
from symdiff.simplify.dead import drop_dead, has_effect, is_impure
from symdiff.simplify.result import renamed
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
    Remark,
    Scope,
    Stage,
    Step,
    Var,
    all_defined,
    all_read,
    blocks,
    defined,
    map_expressions,
    steps,
    substitute,
    variables,
)

# Operations that take nothing but the shape from their first argument.
OF_SHAPE = frozenset(
    {"zeros_like", "numpy.zeros_like", "numpy.ones_like", "numpy.full_like", "numpy.shape", "len"}
)


def fuse(procedure: Procedure) -> Procedure:
    """A derivative, and all that it calls, with loops and their reverse loops fused."""
    made = _fused(procedure)
    made.callees = {name: _fused(callee) for name, callee in procedure.callees.items()}
    for callee in made.callees.values():
        callee.callees = made.callees
    return made


def _fused(procedure: Procedure) -> Procedure:
    procedure = drop_dead(procedure)
    values = values_of(procedure.body)
    pending = [procedure.body]
    while pending:
        block = pending.pop()
        _fuse_in(block, procedure, values)
        pending.extend(inner for step in block for inner in blocks(step))
    return procedure


def _fuse_in(block: Block, procedure: Procedure, values: dict[Var, Expr]) -> None:
    """Fuse the loops of a block with those that reverse them, the last ones first."""
    at = len(block) - 1
    numbers = [_numbers(step) for step in block]
    while at >= 0:
        for other in range(at + 1, len(block)):
            if not (numbers[other] and numbers[other] <= numbers[at]):
                continue
            pair = _Pair(block, at, other, procedure, values)
            if pair.is_right():
                block[:] = pair.written()
                numbers = [_numbers(step) for step in block]
                at = next(i for i, step in enumerate(block) if step is pair.loop)
                break
        at -= 1


@dataclass(slots=True)
class _Chain:
    """The steps between the loops that add to an adjoint. The first one makes `start`, and is to go
    on from the fused loop's sum instead; the last one makes `end`."""

    carried: Carried
    first: int
    start: Var
    last: int
    end: Var
    sum: Var  # that of the fused loop


class _Pair:
    """A loop and one after it in its block, which may be the loop that reverses it."""

    def __init__(
        self, block: Block, at: int, other: int, procedure: Procedure, values: dict[Var, Expr]
    ) -> None:
        self.block, self.at, self.other = block, at, other
        self.procedure, self.values = procedure, values
        self.chains: list[_Chain] = []
        self.first: list[int] = []  # the places, among the steps between, of those that come first

    # --- whether it is right

    def is_right(self) -> bool:
        forward, reverse = self.block[self.at], self.block[self.other]
        if not (isinstance(forward, Loop) and isinstance(reverse, Loop)):
            return False
        if not _runs_alike(forward, reverse):
            return False
        self.forward, self.unordered = forward, _without_constant(reverse)
        self.reverse = self.unordered
        if not in_any_order(self.reverse, self.values) or not self.has_own_stacks():
            return False
        self.between = [self.of_shape(s) for s in self.block[self.at + 1 : self.other]]
        # The user's loops keep their order, if that can be.
        return any(map(self.is_known_before, (True, False)))

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
                first = _original(array, self.block[self.at])
                return replace(step, value=Apply(op, (first, *rest)))
        return step

    def has_own_stacks(self) -> bool:
        """Whether the reverse loop takes only what the forward loop has put, and all of that."""
        self.stacks = _stacks(self.reverse)
        outside = [s for i, s in enumerate(self.block) if i not in (self.at, self.other)]
        known = {s.target for s in outside if isinstance(s, Stage) and s.value == Apply("stack")}
        elsewhere = {v for s in outside for v in _stacks(s)}
        return (
            self.stacks == _stacks(self.forward)
            and not (self.stacks & elsewhere)
            and (self.stacks <= known)
        )

    def depending(self, in_order: bool) -> set[int]:
        """The places of the steps between that depend on the forward loop, or are to stay."""
        found: set[int] = set()
        known = {*all_defined([self.forward]), *_stacks(self.forward)}
        for i, step in enumerate(self.between):
            stays = in_order and isinstance(step, Loop) and step.place is not None
            if stays or any(v in known for v in _needs(step)):
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
            before = _before(self.between[place], base)
            if place >= at or before is None or self.readers(base, place) != 1:
                return carried
            made.append((place, base))
            base, at = before, place
        if not made or not is_sum(self.reverse.body, carried):
            return carried
        own = Var(carried.var.base, carried.var.kind, carried.var.temporary)
        self.chains.append(_Chain(carried, *made[-1], *made[0], own))
        return replace(carried, init=base)

    def readers(self, var: Var, place: int) -> int:
        """How often a variable is read outside of the step that defines it."""
        inside = sum(v is var for v in all_read([self.between[place]]))
        everywhere = (*all_read(self.procedure.body), *variables(self.procedure.result))
        return sum(v is var for v in everywhere) - inside

    def place_of(self, expr: Expr | None) -> int | None:
        """Where among the steps between a variable is defined."""
        for i, step in enumerate(self.between):
            if isinstance(expr, Var) and expr in all_defined([step]):
                return i
        return None

    def find_first(self) -> bool:
        """Note the steps between that the reverse loop reads; whether they can come first."""
        needed = set(_needs(self.reverse)).union(*map(_needs, self.constants()))
        for i in range(len(self.between) - 1, -1, -1):
            step = self.between[i]
            if needed & {*_gives(step)}:
                if i in self.tainted or self.must_stay(step):
                    return False
                self.first.insert(0, i)
                needed |= set(_needs(step))
        return not needed & set(all_defined([self.forward]))

    def must_stay(self, step: Step) -> bool:
        inner = [step] if not isinstance(step, (Branch, Loop)) else steps([step])
        return any(has_effect(s, self.procedure) for s in inner)

    # --- how it is written

    def written(self) -> Block:
        """The block with one loop instead of two."""
        table: dict[Var, Expr] = {}
        if self.reverse.target is not None and self.forward.target is not None:
            table[self.reverse.target] = self.forward.target
        own = {chain.carried.var: chain.sum for chain in self.chains}
        table.update(own)
        backward = [map_expressions(s, lambda e: substitute(e, table)) for s in self.reverse.body]
        carried = [
            Carried(own.get(c.var, c.var), c.init, _filled(c.next, table))
            for c in self.reverse.carried
        ]
        forward, backward = self.unkept(self.forward.body, backward)
        backward = read_at_hand(forward, backward)
        remark = [Remark("backward")] if forward else []
        self.loop = replace(
            self.forward,
            carried=[*self.forward.carried, *carried],
            body=[*forward, *remark, *backward],
        )
        return [
            *(s for s in self.block[: self.at] if not self.makes_stack(s)),
            *(self.between[i] for i in self.first),
            *self.constants(),
            self.loop,
            *self.rest(),
            *self.block[self.other + 1 :],
        ]

    def constants(self) -> Block:
        """What the reverse loop carries and no round changes."""
        reverse = self.block[self.other]
        assert isinstance(reverse, Loop)
        kept = {c.var for c in self.reverse.carried}
        return [Stage(c.var, c.init) for c in reverse.carried if c.var not in kept and c.init]

    def makes_stack(self, step: Step) -> bool:
        return isinstance(step, Stage) and step.target in self.stacks

    def rest(self) -> Block:
        """The steps between that stay, those of chains as they are now."""
        made = {i: s for i, s in enumerate(self.between) if i not in self.first}
        for chain in self.chains:
            made[chain.first] = _going_on(made[chain.first], chain.start, chain.sum)
            made[chain.last] = _with_name(made[chain.last], chain.end, chain.carried.var)
        return list(made.values())

    def unkept(self, forward: Block, backward: Block) -> tuple[Block, Block]:
        """The rounds without what is kept for the same round only; other stacks are made anew in
        each round, where they are filled."""
        pushed = [s for s in _once(forward) if isinstance(s, Push)]
        popped = {s.stack for s in _once(backward) if isinstance(s, Pop)}
        uses = [v for v in all_read([*forward, *backward]) if v in popped]
        direct = {s.stack: s.value for s in pushed if uses.count(s.stack) == 2}
        forward, backward = _without_stacks(forward, direct), _without_stacks(backward, direct)
        made: Block = []
        missing = [s for s in self.block[: self.at] if self.makes_stack(s)]
        for step in forward:
            filled = _stacks(step)
            made += [s for s in missing if isinstance(s, Stage) and s.target in filled]
            missing = [s for s in missing if isinstance(s, Stage) and s.target not in filled]
            made.append(step)
        return made, backward


# --- loops ---------------------------------------------------------------------------------------


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


def _numbers(step: Step) -> set[int]:
    """The numbers of the stages that a loop holds or reverses; none for other steps."""
    if not isinstance(step, Loop):
        return set()
    return {s.number for s in steps([step]) if isinstance(s, Stage) and s.number}


def _without_constant(loop: Loop) -> Loop:
    """A loop that doesn't carry what no round changes."""
    same = {s.target: s.value for s in loop.body if isinstance(s, Stage)}

    def is_constant(carried: Carried) -> bool:
        value = carried.next
        while isinstance(value, Var) and value is not carried.var and value in same:
            value = same[value]
        return value is carried.var

    return replace(loop, carried=[c for c in loop.carried if not is_constant(c)])


def _before(step: Step, end: Var) -> Expr | None:
    """What a variable was before a step that only adds to it."""
    match step:
        case Stage(value=Apply(op="add" | "sub", args=(Var() as before, by))):
            return before if before not in variables(by) else None
        case Stage(value=Apply(op=op, args=(Var() as before, *rest))) if op in ADDITIONS:
            return before if not any(before in variables(e) for e in rest) else None
        case Loop():
            carried = next((c for c in step.carried if c.var is end), None)
            return carried.init if carried is not None and is_sum(step.body, carried) else None
    return None


def _going_on(step: Step, made: Var, before: Expr) -> Step:
    """A step that only adds to a variable, as one that goes on from something else."""
    match step:
        case Stage(value=Apply(op=op, args=(_, *rest))):
            return replace(step, value=Apply(op, (before, *rest)))
        case Loop():
            carried = [replace(c, init=before) if c.var is made else c for c in step.carried]
            return replace(step, carried=carried)
    raise TypeError(step)


def _with_name(step: Step, old: Var, new: Var) -> Step:
    """A step that defines another variable in the place of one."""
    return renamed([map_expressions(step, lambda e: substitute(e, {old: new}))], {old: new})[0]


def _filled(expr: Expr | None, table: dict[Var, Expr]) -> Expr | None:
    return None if expr is None else substitute(expr, table)


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


# --- stacks --------------------------------------------------------------------------------------


def _stacks(step: Step) -> set[Var]:
    """The stacks that something in a step fills or empties."""
    return {s.stack for s in steps([step]) if isinstance(s, (Push, Pop))}


def _needs(step: Step) -> Iterator[Var]:
    """What a step reads, and the stacks that it fills or empties."""
    yield from all_read([step])


def _gives(step: Step) -> Iterator[Var]:
    """What a step defines, and the stacks that it fills or empties."""
    yield from all_defined([step])
    yield from _stacks(step)


def _once(block: Block) -> Iterator[Step]:
    """The steps of a round that run at most once in it."""
    for step in block:
        yield step
        match step:
            case Branch():
                yield from _once(step.then)
                yield from _once(step.orelse)
            case Scope():
                yield from _once(step.body)


def _without_stacks(block: Block, direct: dict[Var, Expr]) -> Block:
    """A block that doesn't keep some values, and reads them where they are."""
    made: Block = []
    for step in block:
        match step:
            case Push() if step.stack in direct:
                continue
            case Pop() if step.stack in direct:
                step = Stage(step.target, direct[step.stack])
            case Branch():
                then = _without_stacks(step.then, direct)
                step = replace(step, then=then, orelse=_without_stacks(step.orelse, direct))
            case Scope():
                step = replace(step, body=_without_stacks(step.body, direct))
        made.append(step)
    return made
