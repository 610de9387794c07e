"""What a reverse round computes again is at hand where the forward round runs in the same loop.

Equal expressions over equal values are told by value numbers, also those in the arms of branches on
the same test. What is cheap is still computed where it is read.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.simplify.dead import is_impure
from symdiff.simplify.share import CHEAP, UNSHARED
from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Const,
    Expr,
    Global,
    Loop,
    Scope,
    Stage,
    Step,
    Var,
    map_expressions,
    substitute,
)

Known = dict[Expr, Var]


def read_at_hand(forward: Block, backward: Block) -> Block:
    """The steps of a reverse round, which read what those of the forward round have computed."""
    numbering = _Numbering()
    numbering.learn(forward, numbering.known[0])
    return numbering.block(backward)


class _Numbering:
    def __init__(self) -> None:
        self.same: dict[Var, Expr] = {}  # variables, by those that have the same value
        self.known: list[Known] = [{}]
        self.arms: dict[Expr, tuple[Known, Known]] = {}  # what branches compute, by their tests
        self.table: dict[Var, Expr] = {}  # what is read instead

    def key(self, expr: Expr) -> Expr:
        return substitute(expr, self.same)

    def learn(self, block: Block, scope: Known) -> None:
        """Note what a forward round computes."""
        for step in block:
            match step:
                case Stage(target=target, value=Var() | Const() as value):
                    self.same[target] = self.key(value)
                case Stage(target=target, value=value) if _is_shared(value):
                    found = scope.setdefault(self.key(value), target)
                    if found is not target:
                        self.same[target] = found
                case Branch():
                    arms: tuple[Known, Known] = ({}, {})
                    for arm, inner in zip((step.then, step.orelse), arms, strict=True):
                        self.learn(arm, inner)
                    self.arms.setdefault(self.key(step.test), arms)
                case Scope():
                    self.learn(step.body, scope)

    # --- the reverse round

    def block(self, block: Block) -> Block:
        return [made for step in block if (made := self.step(step)) is not None]

    def fill(self, expr: Expr) -> Expr:
        return substitute(expr, self.table)

    def step(self, step: Step) -> Step | None:
        match step:
            case Stage():
                return self.stage(step)
            case Branch():
                arms = self.arms.get(self.key(step.test), ({}, {}))
                blocks = []
                for arm, inner in zip((step.then, step.orelse), arms, strict=True):
                    self.known.append(inner)
                    blocks.append(self.block(arm))
                    self.known.pop()
                made = map_expressions(replace(step, then=[], orelse=[]), self.fill)
                assert isinstance(made, Branch)
                return replace(made, then=blocks[0], orelse=blocks[1])
            case Loop():
                body = self.block(step.body)
                made = map_expressions(replace(step, body=[]), self.fill)
                assert isinstance(made, Loop)
                return replace(made, body=body)
            case Scope():
                return replace(step, body=self.block(step.body))
        return map_expressions(step, self.fill)

    def stage(self, step: Stage) -> Stage | None:
        value = step.value
        if isinstance(value, (Var, Const)):
            self.same[step.target] = self.key(value)
        elif step.place is None and _is_shared(value):
            key = self.key(value)
            found = next((s[key] for s in reversed(self.known) if key in s), None)
            if found is not None:
                self.same[step.target] = found
                if not (isinstance(value, Apply) and value.op in CHEAP):
                    self.table[step.target] = found
                    return None
        return replace(step, value=self.fill(value))


def _is_shared(value: Expr) -> bool:
    if isinstance(value, Global) or is_impure(value):
        return False
    return not (isinstance(value, Apply) and value.op in UNSHARED)
