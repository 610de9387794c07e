"""Loops under symdiff.checkpoint: a bounded number of states is kept, and rounds run again.

The forward sweep keeps what the loop carries at the start of some rounds. The reverse sweep takes
the last state that is kept, runs the rounds from there to the one that is its turn, keeping states
on the way where places are free, and reverses that one round as if it were a whole function: what
it needs of its primal values is computed in it. Which states are kept is the schedule of
`rules/schedule.py`; states that no reversed round reads are dropped as dead code is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from symdiff.differentiate.repeating import refuse_what_changes, run_again
from symdiff.rules.helpers import helper_of
from symdiff.rules.schedule import checkpoint_gap
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
    Merge,
    Pop,
    Push,
    Stage,
    Var,
    all_defined,
    all_read,
    map_expressions,
    substitute,
    variables,
)

if TYPE_CHECKING:
    from symdiff.differentiate.reverse import Reverse

Renaming = Mapping[Var, Var]


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


class _States:
    """What is kept of a loop: the states of some rounds, and which rounds these are."""

    def __init__(self, sweep: Reverse, loop: Loop) -> None:
        self.carried = list(loop.carried)
        for c in self.carried:
            c.init = Const(None) if c.init is None else c.init
        self.starts, self.places = _stack(sweep, "starts"), _stack(sweep, "places")
        self.stacks = {c.var: _stack(sweep, f"{c.var.base}_kept") for c in self.carried}

    def keep_some(self, loop: Loop, first: Expr, stop: Expr, free: Expr, now: Renaming) -> None:
        """Let a loop up to `stop` keep the states that the schedule says, where `free` may be."""
        at = loop.target
        assert at is not None
        due, next_due = Var("next_kept", INTEGER), Var("next_kept", INTEGER)
        left, less_left = Var("free", INTEGER), Var("free", INTEGER)
        further, fewer = Var("next_kept", INTEGER), Var("free", INTEGER)
        gap = Apply("helper:checkpoint_gap", (Apply("sub", (stop, at)), left))
        keep: Block = [
            Push(self.starts, at),
            Push(self.places, left),
            *(Push(self.stacks[c.var], _kept(now.get(c.var, c.var))) for c in self.carried),
            Stage(further, Apply("add", (due, gap))),
            Stage(fewer, Apply("sub", (left, Const(1)))),
        ]
        merges = [Merge(next_due, further, due), Merge(less_left, fewer, left)]
        loop.body.insert(0, Branch(Apply("eq", (at, due)), keep, [], merges))
        loop.carried = [
            *loop.carried,
            Carried(due, first, next_due),
            Carried(left, free, less_left),
        ]

    def taken(self, start: Var, free: Var, state: Renaming) -> Block:
        """Take back what was kept last."""
        return [
            Pop(start, self.starts),
            Pop(free, self.places),
            *(Pop(state[c.var], self.stacks[c.var]) for c in self.carried),
        ]


def provide_checkpointed(sweep: Reverse, loop: Loop, reversed_loop: Loop, forward: Block) -> None:
    """Give a reversed loop its rounds, and in each the primal values that it reads.

    `forward` is the body of the loop before it was reversed; `loop.body` has since been given what
    the reversed body needs.
    """
    assert loop.keep is not None
    primal = sweep.procedures.primal_of
    original = loop.body
    item, rounds = _counted(sweep, loop)
    at = loop.target
    assert at is not None
    again = [*item, *run_again(copied(forward), primal)]
    values = [*item, *run_again(original, primal)]
    helper = helper_of(checkpoint_gap)
    sweep.helpers.setdefault(helper.name, helper)

    states = _States(sweep, loop)
    loop.body = [*item, *forward]
    states.keep_some(loop, Const(0), rounds, _keep(loop.keep, rounds), {})
    loop.keep = None
    turns = _turns(loop, rounds)

    # Rounds run again from the last state that is kept to the one that is reversed.
    index, start, free = Var(at.base, INTEGER), Var("start", INTEGER), Var("free", INTEGER)
    popped = {c.var: _like(c.var) for c in states.carried}
    state = {c.var: _like(c.var) for c in states.carried}
    inner_at = Var("j" if at.base != "j" else "i", INTEGER)
    block, table = _fresh(again, {**state, at: inner_at})
    nexts = [Carried(state[c.var], popped[c.var], _replaced(c.next, table)) for c in states.carried]
    anew = Loop(nexts, block, None, inner_at, Apply("range", (start, index)))
    states.keep_some(anew, start, index, free, state)

    block, table = _fresh(values, {**state, at: index})
    reverse = [map_expressions(s, lambda e: substitute(e, table)) for s in reversed_loop.body]
    body = [*states.taken(start, free, popped), anew, *block, *reverse]
    for c in reversed_loop.carried:
        c.next = _replaced(c.next, table)
    results = [c.next for c in reversed_loop.carried if c.next is not None]
    clear_dead(body, results, sweep.procedures.all_callees())
    refuse_what_changes(original, body, primal)
    reversed_loop.body = body
    is_read = index in {*all_read(body), *(v for r in results for v in variables(r))}
    counted: Expr = Apply("range", (turns,))
    reversed_loop.target = index if is_read else None
    reversed_loop.iterable = Apply("reversed", (counted,)) if is_read else counted


def _counted(sweep: Reverse, loop: Loop) -> tuple[Block, Expr]:
    """Make a loop run over the numbers of its rounds; returns what gives its target its value in a
    round, and how many rounds there are."""
    iterable, target = loop.iterable, loop.target
    assert iterable is not None
    if isinstance(iterable, Apply) and iterable.op == "range" and len(iterable.args) == 1:
        if target is not None and target.base != "_":
            return [], iterable.args[0]
        index = loop.target = Var("i", INTEGER, temporary=True)
        return [] if target is None else [Stage(target, index)], iterable.args[0]
    items: Expr = iterable
    if not isinstance(iterable, (Var, Global)) or iterable.kind is OBJECT:
        is_range = isinstance(iterable, Apply) and iterable.op == "range"
        items = Var("items", OBJECT)
        sweep.before.append(Stage(items, iterable if is_range else Apply("copy", (iterable,))))
    rounds = Var("rounds", INTEGER)
    sweep.before.append(Stage(rounds, Apply("len", (items,))))
    index = loop.target = Var("i", INTEGER, temporary=True)
    loop.iterable = Apply("range", (rounds,))
    return [] if target is None else [Stage(target, Apply("getitem", (items, index)))], rounds


def _keep(keep: Expr, rounds: Expr) -> Expr:
    """How many states may be kept: as many as the user says, else the root of the rounds."""
    if keep != Const(None):
        return keep
    if isinstance(rounds, Const):
        return Const(math.isqrt(max(rounds.value, 0)))
    never_negative = isinstance(rounds, Var) and (rounds.length is not None)
    count = rounds if never_negative else Apply("max", (rounds, Const(0)))
    return Apply("math.isqrt", (count,))


def _stack(sweep: Reverse, name: str) -> Var:
    stack = Var(name, STACK)
    sweep.stacks.append(Stage(stack, Apply("stack")))
    return stack


def _like(var: Var) -> Var:
    return Var(var.base, var.kind, var.temporary, var.length)


def _kept(var: Var) -> Expr:
    return Apply("copy", (var,)) if isinstance(var.kind, ListOf) else var


def _fresh(block: Block, known: Renaming) -> tuple[Block, dict[Var, Expr]]:
    """A block with new variables for those that it defines; and all that stand for others."""
    table = dict(known) | {v: _like(v) for v in all_defined(block)}
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
