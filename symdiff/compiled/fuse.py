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
from dataclasses import replace

from symdiff.compiled.at_hand import read_at_hand
from symdiff.compiled.order import values_of
from symdiff.compiled.pairs import Pair, numbers_of, stacks_of
from symdiff.simplify.dead import drop_dead
from symdiff.simplify.result import renamed
from symdiff.stages import (
    Apply,
    Block,
    Branch,
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
    all_read,
    blocks,
    defined,
    map_expressions,
    substitute,
    with_callees,
)
from symdiff.versions import origins, versions


def fuse(procedure: Procedure) -> Procedure:
    """A derivative, and all that it calls, with loops and their reverse loops fused."""
    return with_callees(procedure, _fused)


def _fused(procedure: Procedure) -> Procedure:
    procedure = drop_dead(procedure)
    values = values_of(procedure.body)
    pending = [procedure.body]
    while pending:
        block = pending.pop()
        _fuse_in(block, procedure, values)
        if block is not procedure.body and block and isinstance(block[-1], Remark):
            del block[-1]
        pending.extend(inner for step in block for inner in blocks(step))
    return procedure


def _fuse_in(block: Block, procedure: Procedure, values: dict[Var, Expr]) -> None:
    """Fuse the loops of a block with those that reverse them, the last ones first."""
    numbers = [(step, numbers_of(step)) for step in block if isinstance(step, Loop)]
    at = len(numbers) - 1
    while at >= 0:
        forward, own = numbers[at]
        for i in range(at + 1, len(numbers)):
            reverse, reversed_ones = numbers[i]
            if reversed_ones and reversed_ones <= own:
                pair = Pair(block, forward, reverse, procedure, values)
                if pair.is_right():
                    numbers[at : i + 1] = [(_write(pair), own), *numbers[at + 1 : i]]
                    break
        at -= 1


def _write(pair: Pair) -> Loop:
    """Put one loop in the place of two into the block of a pair."""
    table: dict[Var, Expr] = {chain.carried.var: chain.sum for chain in pair.chains}
    own = {chain.carried.var: chain.sum for chain in pair.chains}
    if pair.reverse.target is not None and pair.forward.target is not None:
        table[pair.reverse.target] = pair.forward.target
    reverse = _without_spaces(
        pair.reverse, {v for s in pair.forward.body for v in defined(s)}, table
    )
    backward = [map_expressions(s, lambda e: substitute(e, table)) for s in reverse.body]
    carried = [
        replace(
            c, var=own.get(c.var, c.var), next=None if c.next is None else substitute(c.next, table)
        )
        for c in reverse.carried
    ]
    stacks = {s.target: s for s in pair.before if isinstance(s, Stage) and s.target in pair.stacks}
    forward, backward = _unkept(stacks, pair.forward.body, backward)
    loop = replace(
        pair.forward,
        carried=[*pair.forward.carried, *carried],
        body=[
            *forward,
            *([Remark("backward")] if forward else []),
            *read_at_hand(forward, backward),
        ],
    )
    between = {i: s for i, s in enumerate(pair.between) if i not in pair.first}
    for chain in pair.chains:
        between[chain.first] = _going_on(between[chain.first], chain.start, chain.sum)
        between[chain.last] = _with_name(between[chain.last], chain.end, chain.carried.var)
    pair.block[:] = [
        *(s for s in pair.before if not (isinstance(s, Stage) and s.target in stacks)),
        *(pair.between[i] for i in pair.first),
        *pair.constants(),
        loop,
        *between.values(),
        *pair.after,
    ]
    return loop


def _without_spaces(reverse: Loop, at_hand: set[Var], table: dict[Var, Expr]) -> Loop:
    """A reverse loop that doesn't write again what the forward round has just written."""
    spaces = {c.var: c for c in reverse.carried if c.again is not None}
    if not all(c.again in at_hand for c in spaces.values()):
        return reverse  # some are written again from others
    of = origins(reverse)
    for c in spaces.values():
        if c.next is not None and c.again is not None:
            assert isinstance(c.next, Var)
            table[c.next] = c.again
    carried = [c for c in reverse.carried if c.var not in spaces]
    body = [s for s in reverse.body if all(of.get(v) not in spaces for v, _ in versions(s))]
    return replace(reverse, carried=carried, body=body)


def _unkept(stacks: dict[Var, Stage], forward: Block, backward: Block) -> tuple[Block, Block]:
    """The rounds without what is kept for the same round only; other stacks are made anew in each
    round, where they are filled."""
    pushed = [s for s in _once(forward) if isinstance(s, Push)]
    popped = {s.stack for s in _once(backward) if isinstance(s, Pop)}
    uses = [v for v in all_read([*forward, *backward]) if v in popped]
    direct = {s.stack: s.value for s in pushed if uses.count(s.stack) == 2}
    forward, backward = _without_stacks(forward, direct), _without_stacks(backward, direct)
    made: Block = []
    missing = dict(stacks)
    for step in forward:
        made += [missing.pop(v) for v in list(missing) if v in stacks_of(step)]
        made.append(step)
    return made, backward


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
