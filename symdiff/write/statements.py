"""Single steps as Python statements: stages, container updates, calls, exchanges of values."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from symdiff.rules.memory import AUGMENTED_AT, UPDATES, copy_of, is_copy, original
from symdiff.stages import (
    COMPLEX,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Call,
    Const,
    Expr,
    Stage,
    Var,
    variables,
)
from symdiff.write.expressions import Builder, dotted, load

AUGMENTED: dict[str, type[ast.operator]] = {
    "add": ast.Add,
    "sub": ast.Sub,
    "mul": ast.Mult,
    "truediv": ast.Div,
}
NUMBERS = (REAL, INTEGER, COMPLEX)
Pair = tuple[Var, Expr]


@dataclass(slots=True)
class Marks:
    """What the text says beside the syntax: comment lines, and the stage a line belongs to."""

    remarks: dict[ast.stmt, str] = field(default_factory=dict)
    stages: dict[ast.stmt, tuple[int, bool]] = field(default_factory=dict)
    covers: dict[ast.stmt, frozenset[int]] = field(default_factory=dict)
    variables: dict[str, list[Var]] = field(default_factory=dict)  # that a name stands for
    parallel: set[ast.stmt] = field(default_factory=set)  # loops that the user calls so

    def note(self, statement: ast.stmt, stage: Stage) -> None:
        self.stages[statement] = (stage.number, stage.is_fork)
        self.covers[statement] = stage.covers


class Statements:
    """Statements, with the names that variables have in the text."""

    def __init__(
        self,
        build: Builder,
        names: dict[Var, str],
        in_place: set[Var],
        marks: Marks,
        reads: dict[Var, int],
        undefined: set[Var],
    ) -> None:
        self.build = build
        self.names = names
        self.in_place = in_place
        self.marks = marks
        self.reads = reads
        self.undefined = undefined
        self.unbound: dict[str, None] = {}  # names that are handed on though they may have no value

    # --- stages

    def assign(self, target: Var, value: ast.expr) -> ast.stmt:
        return ast.Assign([ast.Name(self.names[target], ast.Store())], value)

    def method(self, owner: ast.expr, name: str, *args: Expr) -> ast.stmt:
        func = ast.Attribute(owner, name, ast.Load())
        return ast.Expr(ast.Call(func, [self.build(a) for a in args], []))

    def same_name(self, target: Var, value: Expr | None) -> bool:
        return isinstance(value, Var) and self.names[value] == self.names[target]

    def stage(self, step: Stage) -> list[ast.stmt]:
        target, value = step.target, step.value
        if isinstance(value, Apply) and is_update(value):
            return self.update(step, value)
        return self.copy(target, value)

    def copy(self, target: Var, value: Expr) -> list[ast.stmt]:
        """`target = value`, or nothing, or `target += ...`."""
        if self.same_name(target, value):
            return []
        match value:
            case Apply(op=op, args=(Var() as first, other)) if (
                op in AUGMENTED
                and self.same_name(target, first)
                and first not in self.build.calls
                and target.kind in NUMBERS
                and first.kind in NUMBERS
            ):
                name = ast.Name(self.names[target], ast.Store())
                return [ast.AugAssign(name, AUGMENTED[op](), self.build(other))]
        return [self.assign(target, self.build(value))]

    def update(self, step: Stage, value: Apply) -> list[ast.stmt]:
        """A new version of a container or an array: in place, or on a new object."""
        target, (old, *rest) = step.target, value.args
        is_array = isinstance(target.kind, ArrayOf)
        whole = is_array and value.op in AUGMENTED_AT and rest[0] == Const(Ellipsis)
        made: list[ast.stmt] = []
        if target not in self.in_place or not self.same_name(target, old):
            if value.op in ("append", "extend"):
                return [self.assign(target, self.build(value))]
            if whole and step.place is None and value.op in AUGMENTED_AT:
                sum_ = Apply(AUGMENTED_AT[value.op], (original(old), rest[1]))
                return [self.assign(target, self.build(sum_))]
            if is_array and target in self.in_place or is_copy(old):
                made.append(self.assign(target, self.build(old)))
            else:
                made.append(self.assign(target, self.build(copy_of(old))))
        if value.op == "lend":
            return made
        owner = load(self.names[target])
        if value.op in ("append", "extend", "insert"):
            return [*made, self.method(owner, value.op, *rest)]
        if value.op == "scatter_add":
            call = ast.Call(dotted("np.add.at"), [owner, *map(self.build, rest)], [])
            return [*made, ast.Expr(call)]
        index = self.build.index(rest[0])
        if value.op == "delitem":
            return [*made, ast.Delete([ast.Subscript(owner, index, ast.Del())])]
        place: ast.Name | ast.Subscript = ast.Subscript(owner, index, ast.Store())
        if value.op == "setitem":
            return [*made, ast.Assign([place], self.build(rest[1]))]
        if whole:
            place = ast.Name(self.names[target], ast.Store())
        operation, by = AUGMENTED_AT[value.op], rest[1]
        taken = opposite(by)
        if taken is not None and operation in ("add", "sub"):
            operation, by = ("sub" if operation == "add" else "add"), taken
        return [*made, ast.AugAssign(place, AUGMENTED[operation](), self.build(by))]

    def call(self, step: Call) -> ast.stmt:
        made = self.called(step)
        targets: list[ast.expr] = [ast.Name(self.names[t], ast.Store()) for t in step.targets]
        if not targets:
            return ast.Expr(made)
        if len(targets) == 1:
            return ast.Assign(targets, made)
        return ast.Assign([ast.Tuple(targets, ast.Store())], made)

    def called(self, step: Call) -> ast.expr:
        return ast.Call(load(step.callee), [self.build(a) for a in step.args], [])

    # --- values handed on at the ends of arms and rounds

    def hand_on(self, pairs: list[Pair]) -> list[ast.stmt]:
        """Assignments that happen at once, as lines in an order that is right, or as one line
        where they exchange values."""
        waiting = [(t, v) for t, v in pairs if self.reads.get(t) and not self.same_name(t, v)]
        made: list[ast.stmt] = []
        for _, value in waiting:
            if isinstance(value, Var) and value in self.undefined:
                self.unbound.setdefault(self.names[value])
        while waiting:
            ready = next((p for p in waiting if not self.is_read(p, waiting)), None)
            if ready is None:
                names: list[ast.expr] = [ast.Name(self.names[t], ast.Store()) for t, _ in waiting]
                values = [self.build(v) for _, v in waiting]
                target = ast.Tuple(names, ast.Store())
                return [*made, ast.Assign([target], ast.Tuple(values, ast.Load()))]
            waiting.remove(ready)
            made.extend(self.copy(*ready))
        return made

    def is_read(self, pair: Pair, waiting: list[Pair]) -> bool:
        name = self.names[pair[0]]
        others = (value for other in waiting if other is not pair for value in [other[1]])
        return any(name == self.names[v] for value in others for v in variables(value))


def opposite(expr: Expr) -> Expr | None:
    """`e` for an expression that is written with a minus in front of e."""
    match expr:
        case Const(value=int() | float() as value) if value < 0:
            return Const(-value)
        case Apply(op="neg", args=(inner,)):
            return inner
        case Apply(op="mul" | "truediv" as op, args=(first, second)):
            start = opposite(first)
            return None if start is None else Apply(op, (start, second))
    return None


def is_update(value: Expr) -> bool:
    """Whether a value is a new version of a container."""
    return isinstance(value, Apply) and value.op in UPDATES
