"""Ownership: the updates of lists and arrays whose old version provably nobody else holds.

What a step makes anew belongs to the variable it is bound to. Following its versions back
from an update, through earlier updates, arms and rounds, to the steps that made it gives the only
variables that can hold it, unless one of them was put somewhere else before: into a container, on
a stack, into a call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from symdiff.rules.memory import COPIES, HOLDERS, UPDATES, held, holds_objects, shares
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Expr,
    ListOf,
    Loop,
    Opaque,
    Procedure,
    Push,
    Scope,
    Stage,
    Step,
    Var,
    map_expressions,
    substitute,
)
from symdiff.write.liveness import Liveness

Loops = tuple[Loop, ...]
_UNKNOWN = Var("unknown")
RETAINING = HOLDERS - COPIES - {"getitem", "part"}


@dataclass(slots=True)
class _Sharing:
    """A place where the object of a variable becomes that of another one too."""

    at: int
    loops: Loops
    to: Var | None


@dataclass(slots=True)
class _Text:
    """Where everything stands, by numbers in the order of the text."""

    values: dict[Var, list[Expr | None]] = field(default_factory=dict)
    updates: list[tuple[Stage, int, Loops]] = field(default_factory=list)
    sharings: dict[Var, list[_Sharing]] = field(default_factory=dict)
    now: int = 0

    def share(self, value: Expr | None, to: Var | None, loops: Loops) -> None:
        if to is None or holds_objects(to):
            for source in _retained(value):
                self.sharings.setdefault(source, []).append(_Sharing(self.now, loops, to))

    def rows(self, iterable: Expr | None, target: Var, loops: Loops) -> None:
        """The rows of an array share its memory."""
        for source in _retained(iterable) if holds_objects(target) else ():
            if isinstance(source.kind, ArrayOf):
                self.sharings.setdefault(source, []).append(_Sharing(self.now, loops, target))

    def block(self, block: Block, loops: Loops) -> None:
        for step in block:
            self.now += 1
            self.step(step, loops)

    def step(self, step: Step, loops: Loops) -> None:
        match step:
            case Stage():
                self.values[step.target] = [step.value]
                match step.value:
                    case Apply(op=op, args=(old, *rest)) if op in UPDATES:
                        self.updates.append((step, self.now, loops))
                        self.share(old, step.target, loops)
                        for arg in rest if not isinstance(kind_of(old), ArrayOf) else ():
                            self.share(arg, None, loops)
                    case value:
                        self.share(value, step.target, loops)
            case Branch():
                self.block(step.then, loops)
                self.block(step.orelse, loops)
                self.now += 1
                for merge in step.merges:
                    self.values[merge.var] = [merge.then, merge.orelse]
                    self.share(merge.then, merge.var, loops)
                    self.share(merge.orelse, merge.var, loops)
            case Loop():
                for carried in step.carried:
                    self.values[carried.var] = [carried.init, carried.next]
                    self.share(carried.init, carried.var, loops)
                if step.target is not None:
                    self.rows(step.iterable, step.target, (*loops, step))
                self.block(step.body, (*loops, step))
                self.now += 1
                for carried in step.carried:
                    self.share(carried.next, carried.var, (*loops, step))
            case Scope():
                self.block(step.body, loops)
            case Call():
                for arg in step.args:
                    self.share(arg, None, loops)
            case Push(index=()):
                self.share(step.value, None, loops)


def owned_updates(procedure: Procedure, liveness: Liveness, among: set[Var]) -> set[Var]:
    """Those of some targets of updates whose old version belongs to nobody else."""
    found: set[Var] = set()
    if not among:
        return found
    text = _Text()
    text.block(procedure.body, ())
    for stage, at, loops in text.updates:
        if stage.target not in among:
            continue
        versions = _versions(stage, text)
        position = liveness.defined_at[stage.target]
        if versions is None or any(liveness.is_live(v, position) for v in versions):
            continue
        own = versions | {stage.target}
        sharings = (s for v in own for s in text.sharings.get(v, ()) if s.to not in own)
        if not any(_comes_before(s, at, loops, own) for s in sharings):
            found.add(stage.target)
    return found


def copy_parameters(procedure: Procedure) -> Procedure:
    """Copy the lists and arrays among the parameters that are updated, for the caller's own stay
    untouched."""
    text = _Text()
    text.block(procedure.body, ())
    held = [p for p in procedure.params if isinstance(p.var.kind, (ListOf, ArrayOf))]
    given = {p.var for p in held if p.becomes is None}
    updated = given & _origins([stage for stage, _, _ in text.updates], text) if given else set()
    copies: dict[Var, Expr] = {}
    first: list[Step] = []
    for param in procedure.params:
        if param.var in updated:
            own = Var(param.var.base, param.var.kind)
            copies[param.var] = own
            first.append(Stage(own, Apply("copy", (param.var,))))
    if not first:
        return procedure
    body = [map_expressions(s, lambda e: substitute(e, copies)) for s in procedure.body]
    return replace(procedure, body=[*first, *body], result=substitute(procedure.result, copies))


def _versions(stage: Stage, text: _Text) -> set[Var] | None:
    """All that may hold the object an update changes; None if it was not made here."""
    origins = _origins([stage], text) - {stage.target}
    return origins if origins <= text.values.keys() and _UNKNOWN not in origins else None


def _origins(updates: list[Stage], text: _Text) -> set[Var]:
    """The versions of what updates change, back to where they were made; `_UNKNOWN` among them
    for what comes out of another container or a call."""
    found: set[Var] = set()
    pending: list[Expr] = [s.value.args[0] for s in updates if isinstance(s.value, Apply)]
    while pending:
        expr = pending.pop()
        if isinstance(expr, Var):
            if expr in found:
                continue
            found.add(expr)
            pending.extend(v for v in text.values.get(expr, ()) if v is not None)
        elif isinstance(expr, Apply) and expr.op in UPDATES:
            pending.append(expr.args[0])
        elif not _is_new(expr):
            found.add(_UNKNOWN)
    return found


def _is_new(expr: Expr) -> bool:
    """Whether an expression makes a list or an array that did not exist before."""
    if isinstance(kind_of(expr), ArrayOf) and not isinstance(expr, Opaque):
        return not any(True for _ in shares(expr))
    match expr:
        case Apply(op="zeros_like" | "list"):
            return True
        case Apply(op="getitem", args=(_, Apply(op="slice"))):
            return True
        case Apply(op=op):
            return op in COPIES
        case Opaque(template=template, pure=True):
            return _items(template) is not None
    return False


def _items(template: str) -> ast.expr | None:
    """What stands in the new list that a template makes."""
    match ast.parse(template, mode="eval").body:
        case ast.ListComp(elt=item):
            return item
        case ast.List() as items:
            return items
        case ast.BinOp(left=ast.List() as items, op=ast.Mult()):
            return items
    return None


def _retained(value: Expr | None) -> Iterator[Var]:
    """The variables whose own objects the value of an expression may be or hold. A copy holds the
    items of a list, not the list."""
    pending: list[Expr | None] = [value]
    while pending:
        match pending.pop():
            case Var() as var:
                if holds_objects(var):
                    yield var
            case Opaque(template=template, args=args):
                items = _items(template)
                for i, arg in enumerate(args):
                    if items is None or any(
                        isinstance(n, ast.Name) and n.id == f"_{i}" for n in ast.walk(items)
                    ):
                        pending.append(arg)
            case Apply(op=op, args=args) as expr:
                if op in RETAINING:
                    pending.extend(args)
                elif op not in HOLDERS or isinstance(kind_of(expr), ArrayOf):
                    pending.extend(held(expr))


def _comes_before(sharing: _Sharing, at: int, loops: Loops, own: set[Var]) -> bool:
    """Whether a sharing may happen before an update: earlier in the text, or in an earlier round
    of a loop that carries the list on."""
    if sharing.at < at:
        return True
    return any(c.var in own for loop in _common(sharing.loops, loops) for c in loop.carried)


def _common(first: Loops, second: Loops) -> Iterator[Loop]:
    for a, b in zip(first, second, strict=False):
        if a is not b:
            return
        yield a
