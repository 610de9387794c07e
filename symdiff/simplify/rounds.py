"""Rounds: where a loop takes a kept value in every round, it runs over what is kept.

`for _ in range(n): x = x_kept.pop()` is `for x in reversed(x_kept)`, for a stack that one loop
fills, once in every round, and another one empties in as many. Stacks of inner loops hold the
values of all the rounds of the outer one, and are left alone. Many stacks become few, of tuples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from symdiff.simplify.dead import is_impure
from symdiff.stages import (
    INTEGER,
    OBJECT,
    STACK,
    Apply,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Pop,
    Procedure,
    Push,
    Scope,
    Stage,
    Step,
    Var,
    all_defined,
    blocks,
    map_expressions,
    steps,
    substitute,
    variables,
)

MANY = 3  # as many stacks make a line that is too long


@dataclass(slots=True)
class _Stack:
    """Where a stack is filled and emptied: the loops, None for any other place."""

    pushed: list[Loop | None] = field(default_factory=list)
    popped: list[Loop | None] = field(default_factory=list)


def run_over_kept(procedure: Procedure, by_index: bool = False) -> Procedure:
    """The procedure whose reverse loops run over the values kept for their rounds; `by_index` says
    so in a way that is differentiated well: `for i in reversed(range(len(x_kept)))`."""
    body = [map_expressions(s, lambda e: e) for s in procedure.body]
    stacks = {
        step.target: _Stack()
        for step in steps(body)
        if isinstance(step, Stage) and step.value == Apply("stack")
    }
    if not stacks:
        return procedure
    for step, loop in _with_loops(body, None, 0):
        if isinstance(step, (Push, Pop)) and step.stack in stacks:
            found = stacks[step.stack]
            (found.pushed if isinstance(step, Push) else found.popped).append(loop)
    table: dict[Var, Expr] = {
        step.target: step.value
        for step in steps(body)
        if isinstance(step, Stage) and step.target.temporary and not is_impure(step.value)
    }
    tuples: dict[Var, Var] = {}
    for loop in [s for s, _ in _with_loops(body, None, 0) if isinstance(s, Loop)]:
        _run_over_kept(loop, stacks, table, tuples, by_index)
    used = {s.stack for s in steps(body) if isinstance(s, Push)}
    for block in _all_blocks(body):
        made: Block = []
        for step in block:
            if isinstance(step, Stage) and step.value == Apply("stack"):
                step.target = tuples.get(step.target, step.target)
                if step.target not in used:
                    continue
                used.remove(step.target)
            made.append(step)
        block[:] = made
    return replace(procedure, body=body)


def _all_blocks(block: Block) -> list[Block]:
    return [block, *(inner for step in steps(block) for inner in blocks(step))]


def _with_loops(block: Block, loop: Loop | None, depth: int) -> Iterator[tuple[Step, Loop | None]]:
    """The steps, each with the loop whose body it stands in, if that is an outermost loop."""
    for step in block:
        yield step, loop if depth == 1 else None
        match step:
            case Branch():
                yield from _with_loops(step.then, None, depth)
                yield from _with_loops(step.orelse, None, depth)
            case Loop():
                yield from _with_loops(step.body, step, depth + 1)
            case Scope():
                yield from _with_loops(step.body, loop, depth)


def _run_over_kept(
    loop: Loop,
    stacks: dict[Var, _Stack],
    table: dict[Var, Expr],
    tuples: dict[Var, Var],
    by_index: bool,
) -> None:
    pops = [s for s in loop.body if isinstance(s, Pop) and s.stack in stacks]
    filling: Loop | None = None
    for pop in pops:
        known = stacks[pop.stack]
        if not (_is_only(known.popped, loop) and len(known.pushed) == 1):
            return
        if filling is not None and known.pushed[0] is not filling:
            return
        filling = known.pushed[0]
        if filling is None:
            return
    if filling is None or loop.leave is not None or not _as_often(loop, filling, stacks, table):
        return
    if loop.target is not None and loop.target.kind is OBJECT:
        return
    taken = {id(pop) for pop in pops}
    loop.body[:] = [s for s in loop.body if id(s) not in taken]
    if by_index:
        _run_over_indices(loop, pops)
        return
    if len(pops) >= MANY:
        packed = _packed(pops, filling, tuples)
        loop.test, loop.iterable = (
            None if e is None else substitute(e, tuples) for e in (loop.test, loop.iterable)
        )
        if len(packed) > 1:
            loop.body[:0] = [step for pop, parts in packed for step in (pop, *parts)]
            return
        pops = [packed[0][0]]
        loop.body[:0] = packed[0][1]
    _run_over(loop, pops)


def _run_over(loop: Loop, pops: list[Pop]) -> None:
    """Make a loop run over the values of stacks beside what it runs over."""
    sources: list[Expr] = [Apply("reversed", (pop.stack,)) for pop in pops]
    targets = [pop.target for pop in pops]
    if loop.target is None or loop.iterable is None:
        if len(pops) == 1:
            loop.test, loop.target, loop.iterable = None, targets[0], sources[0]
            return
    else:
        targets.insert(0, loop.target)
        if len(pops) == 1 and loop.iterable == _indices(pops[0].stack):
            pairs = Apply("enumerate", (pops[0].stack,))
            sources = [Apply("reversed", (Apply("copy", (pairs,)),))]
        else:
            sources.insert(0, loop.iterable)
    item = Var("kept", OBJECT, temporary=True)
    whole = sources[0] if len(sources) < len(targets) else Apply("zip", tuple(sources))
    loop.test, loop.target, loop.iterable = None, item, whole
    loop.body[:0] = _parts(item, targets)


def _run_over_indices(loop: Loop, pops: list[Pop]) -> None:
    """Make a loop run over the indices of stacks, beside what it runs over."""
    at = Var("i", INTEGER, temporary=True)
    indices = _indices(pops[0].stack)
    parts: Block = []
    match loop.iterable:
        case Apply(op="reversed", args=(Apply(op="range", args=(_,)),)) if loop.target is not None:
            at = loop.target
        case Apply() | Var() if loop.target is not None:
            item = Var("item", OBJECT, temporary=True)
            parts = _parts(item, [loop.target, at])
            loop.target, loop.iterable = item, Apply("zip", (loop.iterable, indices))
        case _:
            loop.test, loop.target, loop.iterable = None, at, indices
    parts += [Stage(pop.target, Apply("getitem", (pop.stack, at))) for pop in pops]
    loop.body[:0] = parts


def _indices(stack: Var) -> Expr:
    return Apply("reversed", (Apply("range", (Apply("len", (stack,)),)),))


def _parts(whole: Var, targets: list[Var]) -> Block:
    count = Const(len(targets))
    return [Stage(t, Apply("part", (whole, Const(i), count))) for i, t in enumerate(targets)]


def _packed(pops: list[Pop], filling: Loop, tuples: dict[Var, Var]) -> list[tuple[Pop, Block]]:
    """Put together what can be kept at one place of the round that fills the stacks: before any of
    it gets a new version. Returns what is popped now, each with the stages that take it apart."""
    spans = _spans(filling.body, {pop.stack for pop in pops})
    rest = sorted(pops, key=lambda pop: spans[pop.stack][1])
    groups: list[list[Pop]] = []
    while rest:
        end = spans[rest[0].stack][1]
        groups.append([pop for pop in rest if spans[pop.stack][0] <= end])
        rest = [pop for pop in rest if spans[pop.stack][0] > end]
    made: list[tuple[Pop, Block]] = []
    for members in groups:
        group = [pop for pop in pops if pop in members]
        if len(group) == 1:
            made.append((group[0], []))
            continue
        item = Var("kept", OBJECT, temporary=True)
        stack = Var("kept", STACK)
        tuples.update((pop.stack, stack) for pop in group)
        made.append((Pop(item, stack), _parts(item, [pop.target for pop in group])))
        _push_together(filling.body, [pop.stack for pop in group], stack, spans)
    return made


Span = tuple[int, int]


def _spans(block: Block, stacks: set[Var]) -> dict[Var, Span]:
    """The places of a block, before one of its steps, where each of the stacks can be filled."""
    spans: dict[Var, Span] = {}
    for at, step in enumerate(block):
        if isinstance(step, Push) and step.stack in stacks:
            # A temporary whose name is taken again meanwhile gets one of its own.
            bases = {v.base for v in variables(step.value) if not v.temporary}
            last = next(
                (
                    i
                    for i in range(at, len(block))
                    if any(v.base in bases for v in all_defined([block[i]]))
                ),
                len(block),
            )
            spans[step.stack] = at, last
    return spans


def _push_together(block: Block, stacks: list[Var], into: Var, spans: dict[Var, Span]) -> None:
    """Fill one stack with tuples instead of several with values."""
    pushes = {s.stack: s for s in block if isinstance(s, Push) and s.stack in stacks}
    last = pushes[max(stacks, key=lambda stack: spans[stack][0])]
    together = Push(into, Apply("tuple", tuple(pushes[stack].value for stack in stacks)))
    others = {id(push) for push in pushes.values() if push is not last}
    block[:] = [together if step is last else step for step in block if id(step) not in others]


def _is_only(loops: list[Loop | None], loop: Loop) -> bool:
    return len(loops) == 1 and loops[0] is loop


def _as_often(loop: Loop, filling: Loop, stacks: dict[Var, _Stack], table: dict[Var, Expr]) -> bool:
    """Whether a loop has as many rounds as the one that fills the stacks."""

    def is_filled(stack: Expr) -> bool:
        known = stacks.get(stack) if isinstance(stack, Var) else None
        return known is not None and _is_only(known.pushed, filling)

    match loop.test:
        case Apply(op="nonempty", args=(Var() as own,)):
            return is_filled(own) and _is_only(stacks[own].popped, loop)
        case Apply() | Var() | Const():
            return False
    rounds = _bare(loop.iterable, table)
    match rounds:
        case Apply(op="getitem", args=(_, Apply(op="slice", args=(_, stop, *_)))):
            rounds = Apply("range", (stop,))
    match rounds:
        case Apply(op="range", args=(Apply(op="len", args=(stack,)),)) if is_filled(stack):
            return True
    return rounds is not None and filling.leave is None and rounds == _bare(filling.iterable, table)


def _bare(iterable: Expr | None, table: dict[Var, Expr]) -> Expr | None:
    """What a loop runs over, whatever the direction and the names on the way."""
    while True:
        match iterable:
            case Apply(op="reversed" | "copy", args=(inner,)):
                iterable = inner
            case None:
                return None
            case _:
                following = substitute(
                    iterable, {v: table[v] for v in variables(iterable) if v in table}
                )
                if following == iterable:
                    return iterable
                iterable = following
