"""Replayed tests: a short test is written out again instead of being kept in a variable.

`if x > 1:` decides in the forward sweep and again in the reverse sweep, as long as no new version
of `x` comes between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Const,
    Expr,
    Global,
    Loop,
    Procedure,
    Scalar,
    Scope,
    Stage,
    Step,
    Var,
    all_read,
    defined,
    substitute,
    variables,
)

CHEAP = frozenset(
    {
        "lt",
        "le",
        "gt",
        "ge",
        "eq",
        "ne",
        "is",
        "is_not",
        "not",
        "and",
        "or",
        "add",
        "sub",
        "mul",
        "neg",
        "mod",
        "abs",
    }
)
OPERATIONS = 6


@dataclass(slots=True)
class _Test:
    """A stage that computes a test: where it stands, and where it is read."""

    value: Expr
    at: int
    loop: int
    reads: list[tuple[int, int]] = field(default_factory=list)  # (position, innermost loop)


def replay_tests(procedure: Procedure) -> Procedure:
    """The procedure with short tests of several branches repeated in each of them."""
    walk = _Walk()
    walk.block(procedure.body, 0)
    counts: dict[Var, int] = {}
    for var in (*all_read(procedure.body), *variables(procedure.result)):
        counts[var] = counts.get(var, 0) + 1
    table: dict[Var, Expr] = {}
    for var, test in walk.tests.items():
        everywhere = len(test.reads) == counts.get(var) and len(test.reads) > 1
        if everywhere and all(loop == test.loop for _, loop in test.reads):
            last = max(at for at, _ in test.reads)
            if not any(walk.is_renewed(v, test.at, last) for v in variables(test.value)):
                table[var] = substitute(test.value, table)
    return replace(procedure, body=list(_filled(procedure.body, table))) if table else procedure


class _Walk:
    def __init__(self) -> None:
        self.now = 0
        self.loops = 0
        self.tests: dict[Var, _Test] = {}
        self.versions: dict[str, list[tuple[int, Var]]] = {}

    def block(self, block: Block, loop: int) -> None:
        for step in block:
            self.now += 1
            match step:
                case (
                    Branch(test=Var() as test)
                    | Stage(value=Apply(op="cond", args=(Var() as test, *_)))
                ) if test in self.tests:
                    self.tests[test].reads.append((self.now, loop))
            if isinstance(step, Stage) and step.target.temporary and _is_short(step.value):
                self.tests[step.target] = _Test(step.value, self.now, loop)
            if isinstance(step, Loop):
                self.note(step)
            match step:
                case Branch():
                    self.block(step.then, loop)
                    self.block(step.orelse, loop)
                case Loop():
                    self.loops += 1
                    self.block(step.body, self.loops)
                case Scope():
                    self.block(step.body, loop)
            self.now += 1
            self.note(step)

    def note(self, step: Step) -> None:
        for var in defined(step):
            self.versions.setdefault(var.base, []).append((self.now, var))

    def is_renewed(self, var: Var, first: int, last: int) -> bool:
        """Whether a variable has another version between two positions."""
        others = self.versions.get(var.base, ())
        return any(first <= at <= last and other is not var for at, other in others)


def _is_short(expr: Expr) -> bool:
    size, pending = 0, [expr]
    while pending:
        match pending.pop():
            case Apply(op=op, args=args) if op in CHEAP:
                size += 1
                pending.extend(args)
            case Var(kind=kind):
                if not isinstance(kind, Scalar) or kind is Scalar.OBJECT:
                    return False
            case Const() | Global():
                pass
            case _:
                return False
    return 0 < size <= OPERATIONS


def _filled(block: Block, table: dict[Var, Expr]) -> Iterator[Step]:
    for step in block:
        match step:
            case Branch():
                then, orelse = list(_filled(step.then, table)), list(_filled(step.orelse, table))
                test = substitute(step.test, table)
                yield replace(step, test=test, then=then, orelse=orelse)
            case Loop() | Scope():
                yield replace(step, body=list(_filled(step.body, table)))
            case Stage():
                yield replace(step, value=substitute(step.value, table))
            case _:
                yield step
