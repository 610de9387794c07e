"""Numbers: lines of the primal are 1 to n, and an adjoint's line bears that of its stage.

Before joining, every elementary stage has a number; after it, several are one line. Inside loops
there are no numbers, and none at all where there is one line only.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace

from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Loop,
    Procedure,
    Scope,
    Stage,
    Var,
    all_defined,
    variables,
    with_blocks,
)


def number_lines(procedure: Procedure, absorbed: Mapping[int, int]) -> Procedure:
    """The procedure with its stages numbered by lines; `absorbed` is what joining has noted."""

    def root(number: int) -> int:
        while number in absorbed:
            number = absorbed[number]
        return number

    stages = _outside_loops(procedure.body, [])
    reversed_too = {root(s.number) for s in stages if s.place is None}
    lines: dict[int, int] = {}
    for stage in stages:
        if stage.number in reversed_too and stage.number and stage.place is not None:
            lines.setdefault(stage.number, len(lines) + 1)
    if len(lines) < 2:
        lines = {}

    def line(number: int) -> int:
        return lines.get(root(number), 0)

    starred = _read_again(procedure.body) | _added_up(stages)

    def numbered(block: Block, in_loop: bool) -> Block:
        made: Block = []
        group: list[Stage] = []  # lines one after the other with one number
        for step in block:
            match step:
                case Stage():
                    number = 0 if in_loop else line(step.number)
                    step = Stage(step.target, step.value, step.place, number, covers=step.covers)
                    own = step.place is not None
                    if group and (group[0].number, group[0].place is not None) != (number, own):
                        group = []
                    group.append(step)
                    is_fork = number > 0 and any(s.is_fork or s.target in starred for s in group)
                    for stage in group:
                        stage.is_fork = is_fork
                case Branch() | Loop() | Scope():
                    inside = in_loop or isinstance(step, Loop)
                    step = with_blocks(step, functools.partial(numbered, in_loop=inside))
                    group = []
            made.append(step)
        return made

    return replace(procedure, body=numbered(procedure.body, False))


def _read_again(block: Block) -> set[Var]:
    """The targets of lines that read an active variable which a line before has read: a fork
    inside one line is none. Lines in the other arm of a branch do not count."""
    adjoints = {v.base for v in all_defined(block)}
    found: set[Var] = set()

    def walk(block: Block, seen: set[Var]) -> None:
        for step in block:
            match step:
                case Stage():
                    reads = {
                        v
                        for v in variables(step.value)
                        if f"d{v.base}" in adjoints or f"{v.base}_bar" in adjoints
                    }
                    if reads & seen and step.place is not None:
                        found.add(step.target)
                    seen |= reads
                case Branch():
                    other = set(seen)
                    walk(step.then, seen)
                    walk(step.orelse, other)
                    seen |= other
                case Loop() | Scope():
                    walk(step.body, seen)

    walk(block, set())
    return found


def _added_up(stages: list[Stage]) -> set[Var]:
    """The versions of adjoints that have several contributions."""
    found: set[Var] = set()
    for stage in stages:
        match stage:
            case Stage(place=None, value=Apply(op="add" | "sub", args=(Var() as before, _))):
                if before.base == stage.target.base:
                    found.update((before, stage.target))
    return found


def _outside_loops(block: Block, found: list[Stage]) -> list[Stage]:
    for step in block:
        match step:
            case Stage():
                found.append(step)
            case Branch():
                _outside_loops(step.then, found)
                _outside_loops(step.orelse, found)
            case Scope():
                _outside_loops(step.body, found)
    return found
