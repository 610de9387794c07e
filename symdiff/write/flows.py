"""Where the object of one variable may become that of another, and what loops exchange of them."""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from symdiff.definitions import Definitions
from symdiff.stages import Carried, Expr, Loop, Procedure, Push, Step, Var, all_read, variables


@dataclass(slots=True)
class Flow:
    """A place where the object of `source` may become that of `target`, or one that it holds: a
    slot of a step, its `value`, or the `then`, `next`, ... of what it merges or carries."""

    source: Var
    target: Var
    step: Step
    slot: str = "value"


def bits_of(objects: int) -> Iterator[int]:
    """The numbers of the objects in a set."""
    while objects:
        lowest = objects & -objects
        yield lowest.bit_length()
        objects ^= lowest


class Flows:
    """Which variables hand objects on to which, told from both sides: what a loop exchanges is
    found without going over the whole procedure again."""

    def __init__(self, flows: list[Flow], reach: dict[Var, int]) -> None:
        self.reach = reach
        self.into: defaultdict[Var, list[Flow]] = defaultdict(list)
        self.out: defaultdict[Var, list[Flow]] = defaultdict(list)
        self.pushes = [f for f in flows if isinstance(f.step, Push)]
        for flow in flows:
            self.into[flow.target].append(flow)
            self.out[flow.source].append(flow)
        self.holders: defaultdict[int, list[Var]] = defaultdict(list)
        for var, objects in reach.items():
            for bit in bits_of(objects):
                self.holders[bit].append(var)

    def add(self, var: Var, objects: int) -> None:
        self.reach[var] = self.reach.get(var, 0) | objects
        for bit in bits_of(objects):
            self.holders[bit].append(var)

    def set_apart(self, own: Mapping[Var, int]) -> None:
        """Give carried variables objects of their own, in place of what their loop hands them."""
        for var, objects in own.items():
            for flow in self.into[var]:
                self.out[flow.source] = [f for f in self.out[flow.source] if f is not flow]
            self.into[var] = []
            self.reach[var] = 0
            self.add(var, objects)

    def around(self, values: Iterable[Expr | None], own: Iterable[Var]) -> list[Var]:
        """The variables whose objects these values, or `own` ones, may reach or share."""
        before = [v for value in values for v in variables(value)]
        before = self.closure(before, lambda v: [f.source for f in self.into[v]])
        objects = functools.reduce(operator.or_, (self.reach.get(v, 0) for v in before), 0)
        holders = [v for bit in bits_of(objects) for v in self.holders[bit]]
        return self.closure([*before, *own, *holders], lambda v: [f.target for f in self.out[v]])

    @staticmethod
    def closure(start: list[Var], onward: Callable[[Var], list[Var]]) -> list[Var]:
        """Some variables, and all that are met on the way onward from them."""
        found = dict.fromkeys(start)
        pending = list(found)
        while pending:
            new = [v for v in dict.fromkeys(onward(pending.pop())) if v not in found]
            found.update(dict.fromkeys(new))
            pending += new
        return list(found)


class Reads:
    """Which variables are read in a loop or after it; where that is not plain, all."""

    def __init__(self, procedure: Procedure) -> None:
        self.places = {id(step): at for at, step in enumerate(procedure.body)}
        self.last = {v: at for at, step in enumerate(procedure.body) for v in all_read([step])}
        self.last |= dict.fromkeys(variables(procedure.result), len(procedure.body))

    def late(self, loop: Loop) -> Callable[[Var], bool]:
        at = self.places.get(id(loop))
        if at is None:
            return lambda var: True
        own = (loop.test, loop.leave, *(c.next for c in loop.carried))
        inside = {*all_read(loop.body), *(v for e in own for v in variables(e))}
        return lambda var: var in inside or self.last.get(var, -1) > at


def crosses(loop: Loop, carried: list[Carried], flows: Flows, definitions: Definitions) -> bool:
    """Whether an array that a round hands to the next may be that of another variable."""
    own = {c.var for c in carried}

    def before(var: Var) -> list[Var]:
        is_of_round = var not in own and definitions.is_inside(var, loop.body)
        return [flow.source for flow in flows.into[var]] if is_of_round else []

    return any(own & {*flows.closure(variables(c.next), before)} - {c.var} for c in carried)
