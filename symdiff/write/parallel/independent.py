"""Loops whose rounds do not depend on each other, but for sums: told from the syntax as it runs.

That a loop may run in parallel is not taken from what the procedure says of it, but from the
statements that were written for it, where it shows what is changed in place and what is a name of
what else. The rounds are independent where everything that a round changes is one of these:

* its own: a variable or an array that the round makes itself;
* a sum: a number that rounds only add to;
* apart: an array of which a round reads and changes only the elements whose index has the round's
  integer at one axis;
* a total: an array that rounds only add to, at whatever indices;
* scratch: an array that each round sets whole before it reads it, or that is zero before the loop
  and after every round, or one of kept values that are taken out in the round they were put in.

What is not understood is not independent.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from symdiff.stages import COMPLEX, INTEGER, REAL, STACK, ArrayOf
from symdiff.write.parallel.flow import Names
from symdiff.write.parallel.function import Function
from symdiff.write.parallel.round import adds_to, bounds_of, parts_of
from symdiff.write.parallel.scratch import Scratch


@dataclass(slots=True)
class Rounds:
    """A loop whose rounds are independent: the integers it runs over, and what its rounds add to
    and change."""

    low: ast.expr
    high: ast.expr
    sums: list[str] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)  # scratch that is set before it is read
    zero: list[str] = field(default_factory=list)  # scratch that is zero between rounds


def independent(function: Function, loop: ast.For, around: ast.stmt) -> Rounds | None:
    """What the rounds of a loop do to what is there outside of them, if they may run in parallel.
    `around` is the statement of the function's own block that holds the loop."""
    bounds = bounds_of(loop)
    if bounds is None or loop.orelse:
        return None
    return _Analysis(function, loop, around, Rounds(*bounds)).result()


class _Analysis(Scratch):
    def __init__(self, function: Function, loop: ast.For, around: ast.stmt, rounds: Rounds) -> None:
        super().__init__(function, loop, around)
        self.rounds = rounds

    def result(self) -> Rounds | None:
        if self.index in self.bound or self.index in self.live or not self.harmless():
            return None
        for name in sorted(self.bound):
            if name not in self.exposed and name not in self.live:
                continue
            if name not in self.exposed or not self.function.is_number(name):
                if self.function.is_memory(name) and not self.rebound(name):
                    continue  # changed in place only
                return None
            if not self.is_sum(name):
                return None
            self.rounds.sums.append(name)
        changed = {self.groups.of(name) for name in self.function.changed(self.body)}
        shared = all(map(self.settled, sorted(changed)))
        return self.rounds if shared else None

    # --- what a round may not do

    def harmless(self) -> bool:
        """Whether a round does nothing that can be told from outside, but to variables."""
        for statement in self.body:
            for node in ast.walk(statement):
                match node:
                    case ast.Return() | ast.Raise() | ast.Assert() | ast.With() | ast.Delete():
                        return False
                    case ast.Attribute(ctx=ast.Store()):
                        return False
                    case ast.NamedExpr() | ast.Lambda() | ast.Yield() | ast.comprehension():
                        return False
                    case ast.Break() | ast.Continue() if self.loop_of(node) is self.loop:
                        return False
                    case ast.Call() if not self.is_plain(node):
                        return False
        return True

    def loop_of(self, node: ast.AST) -> ast.AST:
        while not isinstance(node, (ast.For, ast.While)):
            node = self.parents[node]
        return node

    def is_plain(self, call: ast.Call) -> bool:
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr="append" | "pop"):
                return name in self.bound and name not in self.exposed
        return self.function.is_plain_call(call)

    # --- numbers

    def is_sum(self, name: str) -> bool:
        """Whether the round does nothing with a number but add to it."""
        for statement in self.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and node.id == name:
                    parent = self.parents[node]
                    if not adds_to(parent, node):
                        return False
        kinds = self.function.kinds_of(name)
        return all(k in (REAL, INTEGER) or isinstance(k, ArrayOf) and k.item is REAL for k in kinds)

    def rebound(self, name: str) -> bool:
        """Whether a round makes a name stand for something else."""
        for statement in self.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and node.id == name:
                    if not isinstance(node.ctx, ast.Store):
                        continue
                    if not isinstance(self.parents[node], ast.AugAssign):
                        return True
        return not all(isinstance(k, ArrayOf) for k in self.function.kinds_of(name))

    # --- arrays

    def settled(self, group: str) -> bool:
        """Whether no round meets what another one does to the arrays of a group."""
        members = self.groups.members(group) & self.used
        own = (members & self.bound) - self.exposed
        outer = members - own
        if not outer:
            return not own & self.live
        if any(n in self.live for n in own):
            return False
        if self.is_apart(outer, own):
            return True
        if len(outer) > 1:
            return False
        (name,) = outer
        everybody = self.groups.members(group)
        if self.rank_of(name) is None:
            return False
        if not everybody & self.live and self.is_put_and_taken(name):
            self.rounds.empty.append(name)  # whose parts may have names of the round's own
        elif own:
            return False
        elif self.is_total(name):
            self.rounds.totals.append(name)
        elif everybody == {name} and self.is_zero_between(name):
            self.rounds.zero.append(name)
        elif not everybody & self.live and self.is_set_first(name):
            self.rounds.empty.append(name)
        else:
            return False
        return True

    def rank_of(self, name: str) -> int | None:
        kinds = self.function.kinds_of(name)
        return 0 if kinds and all(k is STACK for k in kinds) else self.function.rank(name)

    def is_apart(self, outer: Names, own: Names) -> bool:
        places: set[tuple[int, int]] | None = None
        for node in self.occurrences(outer | own, self.body):
            parent = self.parents[node]
            if node.id in own:
                # A name of the round's own part, or of what it makes.
                if isinstance(node.ctx, ast.Store) and not self.names_part(parent, outer):
                    return False
                continue
            if not isinstance(parent, ast.Subscript) or parent.value is not node:
                return False
            here = set(self.places(parent.slice))
            places = here if places is None else places & here
            if not places:
                return False
        return True

    def names_part(self, statement: ast.AST, outer: Names) -> bool:
        match statement:
            case ast.Assign(value=ast.Subscript(value=ast.Name(id=name))):
                return name in outer
            case ast.AugAssign():
                return True
        return False

    def places(self, index: ast.expr) -> Iterator[tuple[int, int]]:
        """The axes at which an index has the round's integer, and what is added to it there."""
        for axis, part in enumerate(parts_of(index)):
            offset = self.offset(part)
            if offset is not None:
                yield axis, offset
            elif not (isinstance(part, ast.Slice) or self.is_integer(part)):
                return

    def offset(self, part: ast.expr) -> int | None:
        match part:
            case ast.Name(id=name) if name == self.index:
                offset = 0
            case ast.BinOp(ast.Name(id=name), ast.Add(), ast.Constant(int(by))) if (
                name == self.index
            ):
                offset = by
            case ast.BinOp(ast.Name(id=name), ast.Sub(), ast.Constant(int(by))) if (
                name == self.index
            ):
                offset = -by
            case _:
                return None
        low = self.rounds.low  # no index counts from the end
        least = low.value if isinstance(low, ast.Constant) else None
        return offset if isinstance(least, int) and least + offset >= 0 else None

    def is_integer(self, part: ast.expr) -> bool:
        match part:
            case ast.Constant(value=value):
                return type(value) is int
            case ast.Name(id=name):
                return set(self.function.kinds_of(name)) == {INTEGER}
            case ast.BinOp(left=left, right=right):
                return self.is_integer(left) and self.is_integer(right)
        return False

    def is_total(self, name: str) -> bool:
        for node in self.occurrences({name}, self.body):
            place: ast.AST = node
            parent = self.parents[node]
            if isinstance(parent, ast.Subscript) and parent.value is node:
                place, parent = parent, self.parents[parent]
            if not adds_to(parent, place):
                return False
        kinds = self.function.kinds_of(name)
        return all(isinstance(k, ArrayOf) and k.item in (REAL, COMPLEX) for k in kinds)
