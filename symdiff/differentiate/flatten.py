"""Elementary stages: active trees are taken apart, active conditional expressions become branches.

What is passive stays as the user wrote it. Afterwards the arguments of every active operation are
atoms (or sequences of atoms), and the stages are numbered.
"""

from __future__ import annotations

import functools
from dataclasses import replace

from symdiff import rules
from symdiff.differentiate.activity import dependences
from symdiff.read.kinds import result_kind
from symdiff.read.temporaries import proposed
from symdiff.read.values import join, kind_of
from symdiff.stages import (
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Global,
    Kind,
    ListOf,
    Loop,
    Merge,
    Place,
    Procedure,
    Scope,
    Stage,
    TupleOf,
    Var,
    steps,
)


def flatten(procedure: Procedure, varied: set[Var]) -> Procedure:
    """The procedure with elementary active stages, numbered in the order of the text."""
    body = _Flattener(varied).block(procedure.body)
    made = replace(procedure, body=body)
    number = 0
    for step in steps(body):
        if isinstance(step, Stage):
            number += 1
            step.number = number
    return made


class _Flattener:
    def __init__(self, varied: set[Var]) -> None:
        self.varied = varied
        self.out: Block = []

    def block(self, block: Block) -> Block:
        outer, self.out = self.out, []
        for step in block:
            match step:
                case Stage(target=target, value=value, place=place):
                    self.stage(target, value, place)
                case Branch():
                    self.out.append(
                        Branch(
                            step.test,
                            self.block(step.then),
                            self.block(step.orelse),
                            step.merges,
                            step.place,
                        )
                    )
                case Loop():
                    self.out.append(
                        Loop(
                            step.carried,
                            self.block(step.body),
                            step.test,
                            step.target,
                            step.iterable,
                            step.leave,
                            step.place,
                            step.keep,
                            step.parallel,
                        )
                    )
                case Scope():
                    self.out.append(Scope(step.context, self.block(step.body), step.place))
                case _:
                    self.out.append(step)
        made, self.out = self.out, outer
        return made

    def is_active(self, expr: Expr) -> bool:
        return any(v in self.varied for v in dependences(expr))

    def stage(self, target: Var, value: Expr, place: Place | None) -> None:
        if isinstance(value, Apply) and self.is_active(value):
            if value.op == "cond":
                test, then, orelse = value.args
                self.branch(target, test, then, orelse, place)
                return
            if value.op in ("and", "or"):
                first = self.atom(value.args[0], place)
                rest: Expr = (
                    value.args[1] if len(value.args) == 2 else Apply(value.op, value.args[1:])
                )
                then, orelse = (rest, first) if value.op == "and" else (first, rest)
                self.branch(target, first, then, orelse, place)
                return
            value = Apply(value.op, tuple(self.argument(a, place) for a in value.args))
        self.out.append(Stage(target, value, place))

    def branch(
        self, target: Var, test: Expr, then: Expr, orelse: Expr, place: Place | None
    ) -> None:
        arms: list[Block] = []
        leaves: list[Expr] = []
        for side in (then, orelse):
            outer, self.out = self.out, []
            leaves.append(self.atom(side, place))
            arms.append(self.out)
            self.out = outer
        self.out.append(
            Branch(test, arms[0], arms[1], [Merge(target, leaves[0], leaves[1])], place)
        )

    def argument(self, arg: Expr, place: Place | None) -> Expr:
        if isinstance(arg, Apply) and arg.op in ("tuple", "list", "slice", "keyword"):
            return Apply(arg.op, tuple(self.argument(a, place) for a in arg.args))
        return self.atom(arg, place) if self.is_active(arg) else arg

    def atom(self, expr: Expr, place: Place | None) -> Expr:
        if isinstance(expr, (Var, Const, Global)):
            return expr
        kind = expr_kind(expr)
        var = Var(proposed(expr, {}), kind, temporary=True)
        if self.is_active(expr):
            self.varied.add(var)
        self.stage(var, expr, place)
        return var


def expr_kind(expr: Expr) -> Kind:
    """The kind of a tree."""
    if not isinstance(expr, Apply):
        return kind_of(expr) if isinstance(expr, (Var, Const, Global)) else REAL
    kinds = [expr_kind(a) for a in expr.args]
    if rules.is_of_arrays(expr.op) or any(isinstance(k, (ArrayOf, TupleOf)) for k in kinds):
        return rules.kind_of(expr)
    if expr.op == "getitem":
        index = expr.args[1]
        whole = isinstance(index, Apply) and index.op == "slice"
        return kinds[0] if whole or not isinstance(kinds[0], ListOf) else kinds[0].item
    if expr.op in ("tuple", "list"):
        return ListOf(functools.reduce(join, kinds)) if kinds else OBJECT
    if expr.op == "keyword":
        return kinds[1]
    if expr.op in ("copy", "sorted", "append", "extend", "insert", "setitem", "delitem", "add_at"):
        return kinds[0]
    return result_kind(expr.op, kinds)
