"""Which container updates may be written in place because nothing that is live may share them.

In the staged computation containers are values. `L.append(v)` is the same as a new list only when
nobody else still reads the old object: not through another name, a list it was put into, a stack,
or the caller's own variable. Variables that may share an object form one group; grouping ignores
the order of the text, so it can only err towards a copy.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.stages import (
    OBJECT,
    STACK,
    Apply,
    Branch,
    Call,
    Const,
    Expr,
    Global,
    ListOf,
    Loop,
    Opaque,
    Pop,
    Procedure,
    Push,
    Scalar,
    Stage,
    Var,
    steps,
)
from symdiff.write.liveness import UPDATES, Liveness

COPIES = frozenset({"copy", "sorted", "add", "mul"})
# The operations whose result may be, or hold, one of their arguments; others give numbers.
HOLDERS = COPIES | UPDATES | {
    "tuple", "list", "dict", "getitem", "part", "cond", "and", "or", "reversed", "zip", "enumerate",
}


class Groups:
    """Variables that may hold the same object, or one inside the other."""

    def __init__(self, procedure: Procedure) -> None:
        self.parent: dict[object, object] = {}
        self.members: dict[object, list[Var]] = {}
        self.updated: list[Stage] = []
        for param in procedure.params:
            self.find(param.var)
        for step in steps(procedure.body):
            self._step(step)

    def find(self, item: object) -> object:
        if item not in self.parent:
            self.parent[item] = item
            self.members[item] = [item] if isinstance(item, Var) else []
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, a: object, b: object) -> None:
        a, b = self.find(a), self.find(b)
        if a != b:
            if len(self.members[a]) < len(self.members[b]):
                a, b = b, a
            self.parent[b] = a
            self.members[a] += self.members.pop(b)

    def _step(self, step: object) -> None:
        match step:
            case Stage():
                self._link(step.target, step.value)
                if isinstance(step.value, Apply) and step.value.op in UPDATES:
                    self.updated.append(step)
            case Branch():
                for merge in step.merges:
                    self._link(merge.var, merge.then)
                    self._link(merge.var, merge.orelse)
            case Loop():
                for carried in step.carried:
                    self._link(carried.var, carried.init)
                    self._link(carried.var, carried.next)
                if step.target is not None:
                    self._link(step.target, step.iterable)
            case Call():
                for target in step.targets:
                    for arg in step.args:
                        self._link(target, arg)
            case Push():
                self._link(step.stack, step.value)
            case Pop():
                self._link(step.target, step.stack)

    def _link(self, target: Var, value: Expr | None) -> None:
        if holds_objects(target):
            for source in shares(value):
                self.join(target, source)


def holds_objects(var: Var) -> bool:
    return isinstance(var.kind, ListOf) or var.kind in (OBJECT, STACK)


def shares(value: Expr | None) -> Iterator[object]:
    """The variables whose objects the value of an expression may share."""
    pending: list[Expr | None] = [value]
    while pending:
        match pending.pop():
            case Var() as var:
                if holds_objects(var):
                    yield var
            case Global(name=name):
                yield name
            case Opaque(args=args):
                pending.extend(args)
            case Apply(op=op, args=args) if op in COPIES and all(map(is_flat, args)):
                pass
            case Apply(op="getitem", args=(items, _)) if is_flat(items):
                pass
            case Apply(op=op, args=args) if op in HOLDERS:
                pending.extend(args)


def is_flat(expr: Expr) -> bool:
    """Whether a value is a number or a list of numbers: a new list of them shares nothing."""
    if not isinstance(expr, Var):
        return isinstance(expr, Const)
    return expr.kind is not OBJECT and (
        not isinstance(expr.kind, ListOf)
        or (isinstance(expr.kind.item, Scalar) and expr.kind.item is not OBJECT)
    )


def in_place(procedure: Procedure, liveness: Liveness) -> set[Var]:
    """The targets of the updates that may change the old object itself."""
    groups = Groups(procedure)
    owned_outside = {groups.find(p.var) for p in procedure.params}
    owned_outside |= {groups.find(g) for g in list(groups.parent) if isinstance(g, str)}
    found: set[Var] = set()
    for stage in groups.updated:
        group = groups.find(stage.target)
        position = liveness.defined_at[stage.target]
        others = (v for v in groups.members[group] if v is not stage.target)
        if group not in owned_outside and not any(liveness.is_live(v, position) for v in others):
            found.add(stage.target)
    return found
