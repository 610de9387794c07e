"""Sharing: what has been computed is not computed again, where it is still at hand.

Value numbering over blocks: what precedes is known in inner blocks and after them, what an arm or
the body of a loop computes is known inside it only. Stages of the derivative take the value of
earlier ones, the user's own included; the user's own stages are never replaced.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from symdiff.rules.memory import UPDATES
from symdiff.simplify.dead import is_impure
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Opaque,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    all_read,
    map_expressions,
    substitute,
    variables,
    with_value,
)

UNSHARED = frozenset(
    {
        *UPDATES,
        "stack",
        "tape",
        "nonempty",
        "zeros_like",
        "copy",
        "list",
        "dict",
        "tuple",
        "numpy.copy",
        "numpy.array",
        "numpy.eye",
        "numpy.identity",
        *(f"numpy.{m}{like}" for m in ("zeros", "ones", "empty", "full") for like in ("", "_like")),
    }
)
CHEAP = frozenset(
    {
        "add",
        "sub",
        "mul",
        "neg",
        "lt",
        "le",
        "gt",
        "ge",
        "eq",
        "ne",
        "not",
        "getitem",
    }
)


def share(procedure: Procedure) -> Procedure:
    """The procedure in which equal values are computed once."""
    sharer = _Sharer(procedure)
    body = sharer.block(procedure.body)
    return replace(procedure, body=body, result=substitute(procedure.result, sharer.same))


class _Sharer:
    def __init__(self, procedure: Procedure) -> None:
        self.same: dict[Var, Expr] = {}
        self.known: dict[Hashable, Stage] = {}
        self.arrays: dict[Hashable, Stage] = {}  # computed again beside those of the user's lines
        self.reciprocals: dict[Expr, Var] = {}
        # What the block being read has made known, which is forgotten at its end.
        self.here: list[tuple[dict[Any, Any], Hashable]] = []
        self.counts: dict[Var, int] = {}
        for var in (*all_read(procedure.body), *variables(procedure.result)):
            self.counts[var] = self.counts.get(var, 0) + 1

    def fill(self, expr: Expr) -> Expr:
        return substitute(expr, self.same)

    def block(self, block: Block) -> Block:
        made: Block = []
        for step in block:
            made.extend(self.step(step))
        return made

    def inner(self, block: Block) -> Block:
        outer, self.here = self.here, []
        made = self.block(block)
        for table, key in self.here:
            del table[key]
        self.here = outer
        return made

    def note(self, table: dict[Any, Any], key: Hashable, found: Stage | Var) -> None:
        if key not in table:
            table[key] = found
            self.here.append((table, key))

    def step(self, step: Step) -> Block:
        match step:
            case Stage():
                return self.stage(step)
            case Branch():
                test = self.fill(step.test)
                then, orelse = self.inner(step.then), self.inner(step.orelse)
                made = map_expressions(replace(step, test=test, then=[], orelse=[]), self.fill)
                assert isinstance(made, Branch)
                made.then, made.orelse = then, orelse
                return [made]
            case Loop():
                body = self.inner(step.body)
                loop = map_expressions(replace(step, body=[]), self.fill)
                assert isinstance(loop, Loop)
                loop.body = body
                return [loop]
            case Scope():
                return [replace(step, body=self.block(step.body))]
        return [map_expressions(step, self.fill)]

    def stage(self, step: Stage) -> Block:
        own = step.place is not None
        value = self.fill(step.value)
        step = with_value(step, value)
        if isinstance(value, (Var, Const)) and not own and _is_nameless(step.target, value):
            self.same[step.target] = value
            return []
        if not isinstance(value, (Apply, Opaque)) or is_impure(value):
            return [step]
        if isinstance(value, Apply) and value.op in UNSHARED:
            return [step]
        if not own:
            value = self.by_reciprocal(self.parts(value))
            step = with_value(step, value)
        found = self.known.get(value)
        if found is None:
            self.note(self.known, value, step)
            match value:
                case Apply(op="truediv", args=(Const(value=1), Var() as divisor)):
                    self.note(self.reciprocals, divisor, step.target)
            return [step]
        if not own and not self.is_worth(found):
            found = self.arrays.get(value)
            if found is None:
                if isinstance(step.target.kind, ArrayOf):
                    self.note(self.arrays, value, step)
                return [step]
        elif own and not (self.is_apart(found) and step.target.temporary):
            return [step]
        if step.target.temporary:
            self.same[step.target] = found.target
            return []
        return [with_value(step, found.target)]

    def is_worth(self, found: Stage) -> bool:
        """Whether to read an earlier value: always, but for cheap parts of the user's own lines,
        which would have to be taken apart."""
        is_cheap = isinstance(found.value, Apply) and found.value.op in CHEAP
        return found.place is None or self.is_apart(found) or not is_cheap

    def is_apart(self, found: Stage) -> bool:
        """Whether a value has a line of its own anyway."""
        return not found.target.temporary or self.counts.get(found.target, 0) > 1

    def parts(self, expr: Expr) -> Expr:
        """An expression in which parts that are at hand are read."""
        if not isinstance(expr, Apply) or not expr.args:
            return expr
        args = []
        for arg in expr.args:
            arg = self.parts(arg)
            found = self.known.get(arg) if isinstance(arg, Apply) else None
            if found is not None and self.is_worth(found):
                self.counts[found.target] = self.counts.get(found.target, 0) + 1
                arg = found.target
            args.append(arg)
        return replace(expr, args=tuple(args))

    def by_reciprocal(self, expr: Expr) -> Expr:
        """Divisions by `h` as products with `k`, where `k = 1 / h` is at hand."""
        if not isinstance(expr, Apply) or not expr.args:
            return expr
        args = tuple(self.by_reciprocal(a) for a in expr.args)
        is_ratio = expr.op == "truediv" and args[0] not in (Const(1), Const(1.0))
        if is_ratio and args[1] in self.reciprocals:
            return Apply("mul", (args[0], self.reciprocals[args[1]]))
        return replace(expr, args=args)


def _is_nameless(target: Var, value: Var | Const) -> bool:
    """Whether a copy says nothing: of a temporary, or of another version of the same variable."""
    return target.temporary or (isinstance(value, Var) and value.base == target.base)
