"""Loops under symdiff.checkpoint: a bounded number of states is kept, and rounds run again.

The forward sweep keeps what the loop carries at the start of some rounds. The reverse sweep takes
the last state that is kept, runs the rounds from there to the one that is its turn, keeping states
on the way where places are free, and reverses that one round as if it were a whole function: what
it needs of its primal values is computed in it. Which states are kept is the schedule of
`rules/schedule.py`; states that no reversed round reads are dropped as dead code is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from symdiff.differentiate.repeating import refuse_what_changes, run_again
from symdiff.rules.helpers import helper_of
from symdiff.rules.schedule import checkpoints
from symdiff.simplify.dead import clear_dead
from symdiff.simplify.result import renamed
from symdiff.stages import (
    INTEGER,
    OBJECT,
    STACK,
    Apply,
    Block,
    Branch,
    Carried,
    Const,
    Expr,
    Global,
    ListOf,
    Loop,
    Pop,
    Push,
    Stage,
    Step,
    Var,
    all_defined,
    all_read,
    map_expressions,
    substitute,
    variables,
)

if TYPE_CHECKING:
    from symdiff.differentiate.reverse import Reverse


def copied(block: Block) -> Block:
    """A block whose steps may be changed apart from the original's; the variables are shared."""
    return [map_expressions(step, lambda e: e) for step in block]


@contextmanager
def as_if_whole(sweep: Reverse) -> Iterator[None]:
    """Reverse what is inside as the body of a function: its stacks live as long as a round."""
    outer = sweep.stacks, sweep.before, sweep.kept_rounds
    sweep.stacks, sweep.before, sweep.kept_rounds = [], [], 0
    try:
        yield
    finally:
        sweep.stacks, sweep.before, sweep.kept_rounds = outer


def provide_checkpointed(sweep: Reverse, loop: Loop, reversed_loop: Loop, forward: Block) -> None:
    """Give a reversed loop its rounds, and in each the primal values that it reads.

    `forward` is the body of the loop before it was reversed; `loop.body` has since been given what
    the reversed body needs.
    """
    assert loop.keep is not None
    with_values = loop.body
    loop.body = forward
    item, rounds = _counted(sweep, loop)
    keep = _keep(loop.keep, rounds)
    loop.keep = None
    at = loop.target
    assert at is not None
    helper = helper_of(checkpoints)
    sweep.helpers.setdefault(helper.name, helper)

    # The forward sweep keeps states.
    states = list(loop.carried)
    for c in states:
        c.init = Const(None) if c.init is None else c.init
    starts, places = _stack(sweep, "starts"), _stack(sweep, "places")
    stacks = {c.var: _stack(sweep, f"{c.var.base}_kept") for c in states}

    def keeping(index: Var, chosen: Var, now: dict[Var, Var]) -> Step:
        pushes: Block = [
            Push(starts, index),
            Push(places, Apply("getitem", (chosen, index))),
            *(Push(stacks[c.var], _kept(now.get(c.var, c.var))) for c in states),
        ]
        return Branch(Apply("in", (index, chosen)), pushes, [])

    chosen = Var("kept_rounds", OBJECT)
    sweep.before.append(Stage(chosen, _schedule(Const(0), rounds, keep)))
    primal = sweep.procedures.primal_of
    again = run_again(copied(forward), primal)
    values = run_again(with_values, primal)
    here: Block = [] if item is None else [Stage(item[0], item[1])]
    loop.body = [keeping(at, chosen, {}), *here, *forward]
    turns = _turns(loop, rounds)

    # The reverse sweep runs rounds again from the last state to the one that it reverses.
    index, start, free = Var(at.base, INTEGER), Var("start", INTEGER), Var("free", INTEGER)
    chosen = Var("kept_rounds", OBJECT)
    popped = {c.var: _like(c.var) for c in states}
    state = {c.var: _like(c.var) for c in states}
    inner_at = Var("j" if at.base != "j" else "i", INTEGER)
    inner, table = _fresh([*here, *again], {**state, at: inner_at})
    nexts = [Carried(state[c.var], popped[c.var], _replaced(c.next, table)) for c in states]
    anew = Loop(nexts, inner, None, inner_at, Apply("range", (start, index)))
    anew.body.insert(0, keeping(inner_at, chosen, state))
    values, table = _fresh([*here, *values], {**state, at: index})
    body: Block = [
        Pop(start, starts),
        Pop(free, places),
        *(Pop(popped[c.var], stacks[c.var]) for c in states),
        Stage(chosen, _schedule(start, index, free)),
        anew,
        *values,
        *(map_expressions(s, lambda e: substitute(e, table)) for s in reversed_loop.body),
    ]
    for c in reversed_loop.carried:
        c.next = _replaced(c.next, table)
    results = [c.next for c in reversed_loop.carried if c.next is not None]
    clear_dead(body, results, sweep.procedures.all_callees())
    refuse_what_changes(with_values, body, primal)
    reversed_loop.body = body
    is_read = index in {*all_read(body), *(v for r in results for v in variables(r))}
    counted: Expr = Apply("range", (turns,))
    reversed_loop.target = index if is_read else None
    reversed_loop.iterable = Apply("reversed", (counted,)) if is_read else counted


def _counted(sweep: Reverse, loop: Loop) -> tuple[tuple[Var, Expr] | None, Expr]:
    """Make a loop run over the numbers of its rounds; returns what its target then is in a round,
    and how many rounds there are."""
    iterable, target = loop.iterable, loop.target
    assert iterable is not None
    if isinstance(iterable, Apply) and iterable.op == "range" and len(iterable.args) == 1:
        if target is None or target.base == "_":
            loop.target = Var("i", INTEGER, temporary=True)
        return None, iterable.args[0]
    items: Expr = iterable
    if not isinstance(iterable, (Var, Global)) or iterable.kind is OBJECT:
        is_range = isinstance(iterable, Apply) and iterable.op == "range"
        items = Var("items", OBJECT)
        sweep.before.append(Stage(items, iterable if is_range else Apply("copy", (iterable,))))
    rounds = Var("rounds", INTEGER)
    sweep.before.append(Stage(rounds, Apply("len", (items,))))
    index = loop.target = Var("i", INTEGER, temporary=True)
    loop.iterable = Apply("range", (rounds,))
    item = None if target is None else (target, Apply("getitem", (items, index)))
    return item, rounds


def _keep(keep: Expr, rounds: Expr) -> Expr:
    """How many states may be kept: as many as the user says, else the root of the rounds."""
    if keep != Const(None):
        return keep
    if isinstance(rounds, Const):
        return Const(math.isqrt(max(rounds.value, 0)))
    never_negative = isinstance(rounds, Var) and (rounds.length is not None)
    count = rounds if never_negative else Apply("max", (rounds, Const(0)))
    return Apply("math.isqrt", (count,))


def _schedule(start: Expr, stop: Expr, free: Expr) -> Expr:
    return Apply("helper:checkpoints", (start, stop, free))


def _stack(sweep: Reverse, name: str) -> Var:
    stack = Var(name, STACK)
    sweep.stacks.append(Stage(stack, Apply("stack")))
    return stack


def _like(var: Var) -> Var:
    return Var(var.base, var.kind, var.temporary, var.length)


def _kept(var: Var) -> Expr:
    return Apply("copy", (var,)) if isinstance(var.kind, ListOf) else var


def _fresh(block: Block, known: dict[Var, Var]) -> tuple[Block, dict[Var, Expr]]:
    """A block with new variables for those that it defines; and all that stand for others."""
    table = known | {v: _like(v) for v in all_defined(block)}
    made = [map_expressions(s, lambda e: substitute(e, table)) for s in renamed(block, table)]
    return made, dict(table)


def _replaced(expr: Expr | None, table: dict[Var, Expr]) -> Expr | None:
    return None if expr is None else substitute(expr, table)


def _turns(loop: Loop, rounds: Expr) -> Expr:
    """How many rounds there were: a loop that may be left early counts them."""
    if loop.leave is None:
        return rounds
    count, following = Var("rounds", INTEGER), Var("rounds", INTEGER)
    loop.body.append(Stage(following, Apply("add", (count, Const(1)))))
    loop.carried.append(Carried(count, Const(0), following))
    return count
