"""Neighbouring loops of the reverse sweep that run over the same range become one: what the first
one leaves in an element is at hand for the second one, and need not stand in an array.

    for i in range(n):                      for i in range(n):
        dk[i] = dy[i] * h                       dk_i = dy[i] * h
    for i in range(n):                          dx[i] += dk_i * z[i]
        dx[i] += dk[i] * z[i]

A round of the second loop then comes before the later rounds of the first one. Nobody sees that
where both touch an array only at the round's own integer and a number, and where, of two rounds
that meet in an element which one of them changes, that of the first loop comes first still, or both
are one: the number is not larger in the second loop. Whatever else one of them changes is another
array, no view of the same. Numbers that the first loop hands on are not read by the second.

If one of the ranges begins one earlier, its first round is written by itself, before the loop. That
there is such a round is told by an element of its block that is changed at a constant index.

Loops that share no array which is changed are left alone, and so are those of which a compiler
could not run several rounds at once any more: what a round leaves, a later one must not read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symdiff.compiled.accesses import Access, accesses, is_array, origins
from symdiff.compiled.first import without_dead_stores
from symdiff.compiled.order import UPDATES, values_of
from symdiff.compiled.rounds import Limits, is_plain, limits_of, plain
from symdiff.compiled.stored import read_stored
from symdiff.rules.arrays.dtypes import length
from symdiff.rules.arrays.indexing import parts_of
from symdiff.rules.arrays.nodes import Node
from symdiff.rules.registry import kind_of
from symdiff.simplify.dead import drop_dead, is_impure
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Pop,
    Procedure,
    Scope,
    Stage,
    Var,
    all_defined,
    all_read,
    defined,
    expressions,
    map_expressions,
    steps,
    substitute,
    variables,
    with_blocks,
    with_callees,
)


def fuse_neighbours(procedure: Procedure) -> Procedure:
    """A derivative, and those it calls, with neighbouring loops fused."""
    return with_callees(procedure, _fused)


def _fused(procedure: Procedure) -> Procedure:
    neighbours = _Neighbours(procedure)
    body = neighbours.fused(procedure.body)
    if not neighbours.found:
        return procedure
    known = neighbours.known

    def now(expr: Expr) -> Expr:
        while (made := substitute(expr, known)) is not expr:
            expr = made
        return expr

    body = [map_expressions(step, now) for step in body]
    made = replace(procedure, body=body, result=now(procedure.result))
    return without_dead_stores(drop_dead(made))


class _Neighbours:
    def __init__(self, procedure: Procedure) -> None:
        self.made = {v: s for s in steps(procedure.body) for v in defined(s)}
        self.values = values_of(procedure.body)
        self.after = _read_after(procedure)
        self.known: dict[Var, Expr] = {}  # numbers that are at hand in the place of others
        self.found = False

    def fused(self, block: Block) -> Block:
        """A block in which neighbouring loops are one."""
        made: Block = []
        found = False
        for step in block:
            if isinstance(step, (Branch, Loop, Scope)):
                step = with_blocks(step, self.fused)
            last = made[-1] if made else None
            if isinstance(last, Loop) and isinstance(step, Loop) and _is_ours(last, step):
                pair = _Pair(last, step, self)
                if pair.runs_alike(block) and pair.is_in_order():
                    made[-1:] = pair.written()
                    found = True
                    continue
            made.append(step)
        self.found |= found
        return read_stored(made, self.values, self.known) if found else made


def _read_after(procedure: Procedure) -> Counter[Var]:
    """How often what loops carry is read outside of them."""
    found = Counter(all_read(procedure.body))
    found.update(variables(procedure.result))
    for loop in steps(procedure.body):
        if isinstance(loop, Loop):
            carried = {c.var for c in loop.carried}
            found.subtract(v for v in all_read([loop]) if v in carried)
    return found


def _is_ours(*loops: Loop) -> bool:
    """Whether loops of the reverse sweep have nothing in them but what may come at another time."""
    return all(
        loop.place is None
        and is_plain(loop)
        and not any(is_impure(e) for s in loop.body for e in expressions(s))
        for loop in loops
    )


class _Pair:
    """Two loops, one after the other in a block."""

    def __init__(self, first: Loop, second: Loop, around: _Neighbours) -> None:
        self.first, self.second, self.around = first, second, around
        mine, other = limits_of(first.iterable), limits_of(second.iterable)
        assert mine is not None and other is not None
        self.mine, self.other = mine, other
        handed_on = {c.var for c in first.carried}
        # What the second loop goes on with.
        self.chains = {
            c.init: c.var for c in second.carried if isinstance(c.init, Var) and c.init in handed_on
        }

    def runs_alike(self, block: Block) -> bool:
        """Whether the ranges are the same, but for a first round that is known to be there."""
        stops = [plain(limits.stop, self.around.values) for limits in (self.mine, self.other)]
        if stops[0] != stops[1] or self.mine.is_upward != self.other.is_upward:
            return False
        starts = sorted((self.mine.start, self.other.start))
        return starts[0] == starts[1] or (
            self.mine.is_upward
            and starts[0] + 1 == starts[1]
            and _has(Limits(starts[0], stops[0]), block)
        )

    def is_in_order(self) -> bool:
        """Whether no round of the second loop meets what a later one of the first leaves; and
        whether they share anything."""
        mine = accesses(self.first, self.around.values)
        other = accesses(self.second, self.around.values)
        if mine is None or other is None or not self.is_handed_on({a.array for a in other}):
            return False
        is_shared = False
        for a in mine:
            for b in other:
                if not (a.changes or b.changes):
                    continue
                if self.is_same(a.array, b.array):
                    if not _comes_first(a, b, self.mine.is_upward):
                        return False
                    is_shared = True
                elif origins(a.array, self.around.made) & origins(b.array, self.around.made):
                    return False
        return is_shared

    def is_same(self, mine: Var, other: Var) -> bool:
        """Whether the second loop goes on with an array of the first one."""
        if mine in self.chains:
            return other is self.chains[mine]
        begun = {c.var: c.init for c in self.second.carried}
        return mine is other or begun.get(other) is mine

    def is_handed_on(self, met: set[Var]) -> bool:
        """Whether the second loop takes nothing from the first one but arrays as they are after it,
        and goes on with some that nobody else reads."""
        read = Counter(all_read([self.second]))
        handed_on = {c.var for c in self.first.carried}
        for var in all_defined([self.first]):
            if var in self.chains:
                if read[var] != 1 or self.around.after[var] != 1:
                    return False
            elif read[var]:
                own = [v for e in expressions(self.second) for v in variables(e)]
                if var not in handed_on or var not in met or var in own:
                    return False
        begun = [c.init for c in self.first.carried if is_array(c.var)]
        return all(is_array(v) for v in self.chains.values()) and not any(
            read[v] for v in begun if isinstance(v, Var)
        )

    # --- the loop that both become ----------------------------------------------------------------

    def written(self) -> Block:
        """The first round of the longer loop, and the loop."""
        first, second = self.first, self.second
        assert first.target is not None and second.target is not None
        starts = {c.var: c.init for c in (*first.carried, *second.carried)}
        starts |= {later: starts[var] for var, later in self.chains.items()}
        before: Block = []
        if self.mine.start != self.other.start:
            longer = first if self.mine.start < self.other.start else second
            before = self.first_round(longer, starts)
        # The first loop reads what the second one changes, a round later.
        later: dict[Var, Expr] = {
            c.init: c.var for c in second.carried if isinstance(c.init, Var) and is_array(c.var)
        }
        body = [map_expressions(s, lambda e: substitute(e, later)) for s in first.body]
        ends = {c.var: substitute(c.next, later) for c in first.carried if c.next is not None}
        onward: dict[Var, Expr] = {self.chains.get(var, var): end for var, end in ends.items()}
        onward[second.target] = first.target
        body += [map_expressions(s, lambda e: substitute(e, onward)) for s in second.body]
        carried = [
            replace(c, init=starts[c.var], next=ends.get(c.var))
            for c in first.carried
            if c.var not in self.chains
        ]
        for c in second.carried:
            end = None if c.next is None else substitute(c.next, onward)
            carried.append(replace(c, init=starts[c.var], next=end))
        self.around.values[second.target] = first.target
        shorter = first if self.mine.start >= self.other.start else second
        return [*before, replace(first, carried=carried, body=body, iterable=shorter.iterable)]

    def first_round(self, loop: Loop, starts: dict[Var, Expr | None]) -> Block:
        """The first round of a loop, written by itself; it changes what loops start with."""
        assert loop.target is not None
        made: Block = []
        for var, init in starts.items():
            if isinstance(init, Apply) and is_array(var):
                starts[var] = own = Var(var.base, var.kind, var.temporary)
                made.append(Stage(own, init))
        table: dict[Var, Expr] = {v: e for v, e in starts.items() if e is not None}
        table[loop.target] = Const(min(self.mine.start, self.other.start))
        for step in loop.body:
            step = map_expressions(step, lambda e: substitute(e, table))
            assert isinstance(step, (Stage, Pop))
            if isinstance(step, Stage) and (number := _sum_of_numbers(step.value)) is not None:
                table[step.target] = number
                continue
            old = step.target
            table[old] = own = Var(old.base, old.kind, old.temporary, old.length)
            if isinstance(step, Stage):
                made.append(Stage(own, step.value, number=step.number))
            else:
                made.append(replace(step, target=own))
        for c in loop.carried:
            starts[c.var] = None if c.next is None else substitute(c.next, table)
            if c.var in self.chains:
                starts[self.chains[c.var]] = starts[c.var]
        return made


def _sum_of_numbers(value: Expr) -> Const | None:
    match value:
        case Apply(op="add", args=(Const(value=int(a)), Const(value=int(b)))):
            return Const(a + b)
        case Apply(op="sub", args=(Const(value=int(a)), Const(value=int(b)))):
            return Const(a - b)
    return None


def _has(limits: Limits, block: Block) -> bool:
    """Whether a range has its first integer: a block changes such an element, or one behind it, in
    an array of the length of the range."""
    whole = length(Node(limits.stop, kind_of(limits.stop)))
    for step in block:
        match step:
            case Stage(value=Apply(op=op, args=(Var(kind=ArrayOf(dims=dims)), index, _))) if (
                op in UPDATES and dims and whole is not None and dims[0] == whole
            ):
                match parts_of(index)[0]:
                    case Const(value=int(at)) if at >= limits.start:
                        return True
    return False


def _comes_first(mine: Access, other: Access, is_upward: bool) -> bool:
    """Whether a round of the first loop meets an element before, or in, the round in which the
    second one does, and a compiler may still run several rounds at once."""
    for axis in mine.places.keys() & other.places.keys():
        by = mine.places[axis] - other.places[axis]
        if by == 0 or (is_upward and by > 0 and not mine.changes and not other.reads):
            return True
    return False
