"""The loops around what is kept: where stacks are filled and emptied, and how the rounds of a
reversed loop are told by the index of the round that they reverse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from symdiff.compiled.entry import item, position
from symdiff.stages import (
    INTEGER,
    Apply,
    Block,
    Branch,
    Carried,
    Const,
    Expr,
    Loop,
    Pop,
    Procedure,
    Push,
    Scalar,
    Stage,
    Step,
    Var,
    all_defined,
    all_read,
    blocks,
    expressions,
    variables,
)

Loops = tuple[Loop, ...]


@dataclass(slots=True)
class Stack:
    """A stack: the step that makes it, and what fills and empties it, with the loops around."""

    var: Var
    made: Stage
    block: Block
    pushes: list[tuple[Push, Loops]] = field(default_factory=list)
    pops: list[tuple[Pop, Loops]] = field(default_factory=list)
    is_handed: bool = False  # to who calls the procedure
    is_shared: bool = False  # with another procedure, or with who knows whom


def stacks_of(procedure: Procedure) -> dict[Var, Stack]:
    """The stacks that a procedure makes or is handed, in the order of the text."""
    found: dict[Var, Stack] = {}
    for step, block, loops in _with_loops(procedure.body, ()):
        match step:
            case Stage(target=Var(kind=Scalar.STACK) as target):
                found[target] = Stack(target, step, block)
            case Push() if step.stack in found:
                found[step.stack].pushes.append((step, loops))
            case Pop() if step.stack in found:
                found[step.stack].pops.append((step, loops))
            case Loop():
                pass  # it may be told by a stack how many rounds it has
            case _:
                for expr in expressions(step):
                    for var in variables(expr):
                        if var in found:
                            found[var].is_handed |= isinstance(step, (Stage, Branch))
                            found[var].is_shared |= not isinstance(step, (Stage, Branch))
    for var in variables(procedure.result):
        if var in found:
            found[var].is_handed = True
    return found


def _with_loops(block: Block, loops: Loops) -> Iterator[tuple[Step, Block, Loops]]:
    for step in block:
        yield step, block, loops
        inside = (*loops, step) if isinstance(step, Loop) else loops
        for inner in blocks(step):
            yield from _with_loops(inner, inside)


@dataclass(slots=True)
class Mirror:
    """A loop of the forward sweep over a range, and the one that reverses it. `rounds` tells how
    many there were of one that may be left early. With `turned` the last round has the first slot:
    the reversed loop takes one slot after the other."""

    forward: Loop
    backward: Loop
    span: tuple[Expr, ...]  # the arguments of the range
    mirrored: tuple[Expr, ...]  # those of the reversed one; empty: it runs over its rounds
    rounds: Expr | None = None
    turned: bool = False

    def can_be_turned(self) -> bool:
        """Whether nothing but slots depends on the numbers that the reversed loop runs over."""
        target = self.backward.target
        if target is not None and target in _reads(self.backward):
            return False
        match self.span:
            case (Var() | Const(value=int()),):
                return self.rounds is None
        return False

    def index(self, around: Loops) -> Expr:
        """The index of a round of the forward loop."""
        if self.turned:
            (stop,) = self.span
            last: Expr = Apply("sub", (stop, Const(1)))
            if isinstance(stop, Const):
                last = Const(stop.value - 1)
            return Apply("sub", (last, _target(self.forward, around)))
        return position(_target(self.forward, around), self.span, self.rounds is not None)

    def mirrored_index(self, around: Loops) -> Expr:
        """The index of the round that a round of the reversed loop reverses."""
        loop = self.backward
        if self.turned:
            loop.iterable = Apply("range", self.mirrored)
            return _target(loop, around)
        if self.rounds is None:
            loop.iterable = Apply("reversed", (Apply("range", self.mirrored),))
            return position(_target(loop, around), self.mirrored)
        run_over_rounds(loop, self.mirrored, self.rounds, around)
        self.mirrored = ()
        return _target(loop, around)

    def count(self) -> None:
        """Let the forward loop count its rounds, where a stack was to tell how many there were."""
        if isinstance(self.rounds, Apply):
            count, following = Var("rounds", INTEGER), Var("rounds", INTEGER)
            self.forward.body.append(Stage(following, Apply("add", (count, Const(1)))))
            self.forward.carried.append(Carried(count, Const(0), following))
            self.rounds = count
            if not self.mirrored:
                self.backward.iterable = Apply("range", (count,))


def run_over_rounds(loop: Loop, span: tuple[Expr, ...], rounds: Expr, around: Loops = ()) -> None:
    """Let a reversed loop over the first numbers of a range run over the indices of its rounds."""
    if len(span) > 1 and loop.target is not None:
        target, loop.target = loop.target, None
        at = _target(loop, around)
        loop.body.insert(0, Stage(target, item(at, span)))
    loop.iterable = Apply("reversed", (Apply("range", (rounds,)),))


def first_rounds(loop: Loop) -> tuple[tuple[Expr, ...], Expr] | None:
    """The arguments of a range, and as how many of its numbers a reversed loop runs over."""
    match loop.iterable:
        case Apply(
            op="reversed",
            args=(
                Apply(
                    op="getitem",
                    args=(
                        Apply(op="range", args=span),
                        Apply(op="slice", args=(Const(value=None), rounds, Const(value=None))),
                    ),
                ),
            ),
        ):
            return span, rounds
    return None


def mirror(forward: Loop, backward: Loop) -> Mirror | None:
    """How the rounds of a loop are told in the one that reverses it; None where they aren't."""
    match forward.iterable:
        case Apply(op="range", args=span):
            pass
        case _:
            return None
    early = first_rounds(backward)
    if early is not None:
        return Mirror(forward, backward, span, *early) if forward.leave is not None else None
    match backward.iterable:
        case Apply(op="range", args=(rounds,)) if forward.leave is not None:
            return Mirror(forward, backward, span, (), rounds) if not backward.target else None
        case Apply(op="reversed", args=(Apply(op="range", args=mirrored),)):
            pass
        case Apply(op="range", args=mirrored) if backward.target is None:
            pass
        case _:
            return None
    if forward.leave is not None or backward.leave is not None or len(span) != len(mirrored):
        return None
    return Mirror(forward, backward, span, mirrored)


def _target(loop: Loop, around: Loops) -> Var:
    """The variable that a loop runs over; one of its own where the user has none."""
    if loop.target is None or loop.target.base == "_" and loop.target not in _reads(loop):
        taken = {v.base for v in (*_reads(loop), *all_defined(loop.body))}
        taken |= {outer.target.base for outer in around if outer.target is not None}
        name = next((n for n in "ijkl" if n not in taken), "at")
        loop.target = Var(name, INTEGER, temporary=True)
    return loop.target


def block_of(block: Block, wanted: Step) -> Block:
    """The block in which a step stands."""
    pending = [block]
    while pending:
        inner = pending.pop()
        if any(step is wanted for step in inner):
            return inner
        pending.extend(b for step in inner for b in blocks(step))
    raise ValueError("the step is not in the block")


def _reads(loop: Loop) -> Iterator[Var]:
    yield from all_read(loop.body)
    yield from variables(loop.leave)
    for carried in loop.carried:
        yield from variables(carried.next)
