"""Functions put in the place of their calls, before they are differentiated for a compiler.

A pair of a forward and a backward function hands over what it keeps in a tuple, and an adjoint for
each array that it is given. Within the loops of a caller that is an allocation for every round;
in its place the function's own loops can be fused, and what they keep lies in the caller's arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from symdiff.simplify.result import renamed
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Const,
    Dim,
    Expr,
    Extent,
    Kind,
    ListOf,
    Loop,
    Procedure,
    Scope,
    Size,
    Stage,
    Step,
    TupleOf,
    Var,
    all_defined,
    called_from,
    map_expressions,
    steps,
    substitute,
)

MOST = 400  # the stages that the copies of a function may come to, where there are several


def put_in_place(procedure: Procedure) -> Procedure:
    """The procedure with the steps of those that it calls at one place, or in loops; but for
    recursive functions, functions with rules of the user's, and long ones at many places."""
    callees = dict(procedure.callees)
    order = called_from(procedure.body, callees)
    bodies = [each.body for each in (procedure, *(callees[name] for name in order))]
    sites = Counter(s.callee for body in bodies for s in steps(body) if isinstance(s, Call))
    loops = [s for body in bodies for s in steps(body) if isinstance(s, Loop)]
    looped = {s.callee for loop in loops for s in steps(loop.body) if isinstance(s, Call)}
    recursive = {name for name in order if name in called_from(callees[name].body, callees)}
    copied: dict[str, Procedure] = {}
    for name in order:
        made = _Inliner(copied).run(callees[name])
        callees[name] = made
        size = sum(isinstance(s, Stage) for s in steps(made.body))
        if name in recursive or made.rule is not None:
            continue
        if sites[name] == 1 or name in looped and size * sites[name] <= MOST:
            copied[name] = made
    made = _Inliner(copied).run(procedure)
    kept = {name: callees[name] for name in order if name not in copied}
    for callee in kept.values():
        callee.callees = kept
    return replace(made, callees=kept)


class _Inliner:
    def __init__(self, copied: Mapping[str, Procedure]) -> None:
        self.copied = copied
        self.table: dict[Var, Expr] = {}  # what calls gave, in terms of what is in their place

    def run(self, procedure: Procedure) -> Procedure:
        self.globals, self.helpers = dict(procedure.globals), dict(procedure.helpers)
        body = self.block(procedure.body)
        return replace(
            procedure,
            body=[map_expressions(step, self.now) for step in body],
            result=self.now(procedure.result),
            globals=self.globals,
            helpers=self.helpers,
        )

    def now(self, expr: Expr) -> Expr:
        return substitute(expr, self.table) if self.table else expr

    def block(self, block: Block) -> Block:
        made: Block = []
        for step in block:
            if isinstance(step, Call) and step.callee in self.copied and not step.repeated:
                made += self.steps_of(step)
            else:
                made.append(self.step(step))
        return made

    def step(self, step: Step) -> Step:
        match step:
            case Branch():
                then, orelse = self.block(step.then), self.block(step.orelse)
                return replace(step, then=then, orelse=orelse)
            case Loop() | Scope():
                return replace(step, body=self.block(step.body))
        return step

    def steps_of(self, call: Call) -> Block:
        """The steps of a function for the arguments of a call."""
        callee = self.copied[call.callee]
        self.globals |= callee.globals
        self.helpers |= callee.helpers
        given = {p.var: arg for p, arg in zip(callee.params, call.args, strict=True)}
        copies = _Copies(given, set(all_defined(callee.body)))
        own = {var: copies.of(var) for var in all_defined(callee.body)}
        table: dict[Var, Expr] = {**given, **own}
        result = substitute(callee.result, table)
        several = isinstance(result, Apply) and result.op == "tuple"
        results = result.args if several and len(call.targets) != 1 else (result,)  # type: ignore[union-attr]
        self.table.update(zip(call.targets, results, strict=True))
        body = [map_expressions(step, lambda e: substitute(e, table)) for step in callee.body]
        return renamed(body, own)


class _Copies:
    """The variables of a function in one of its places, with lengths in terms of these."""

    def __init__(self, given: Mapping[Var, Expr], own: set[Var]) -> None:
        self.given, self.own = given, own
        self.made: dict[Var, Var] = {}

    def of(self, var: Var) -> Var:
        if var not in self.made:
            kind, length = self.kind(var.kind), self.dim(var.length)
            self.made[var] = Var(var.base, kind, var.temporary, length)
        return self.made[var]

    def kind(self, kind: Kind) -> Kind:
        match kind:
            case ArrayOf(item=item, dims=dims) if dims:
                return ArrayOf(item, tuple(map(self.dim, dims)))
            case ListOf(item=inner):
                return ListOf(self.kind(inner))
            case TupleOf(items=items):
                return TupleOf(tuple(map(self.kind, items)))
        return kind

    def dim(self, dim: Dim) -> Dim:
        if not isinstance(dim, Extent):
            return dim
        constant, terms = dim.constant, []
        for size, count in dim.terms:
            of = self.now(size.of)
            if isinstance(of, Const):
                constant += of.value * count
            else:
                terms.append((Size(of, size.never_one), count))
        return Extent(tuple(terms), constant) if terms else constant

    def now(self, of: object) -> object:
        """What a length is of, here."""
        if isinstance(of, tuple):
            return tuple(map(self.now, of))
        if isinstance(of, Var):
            return self.given.get(of) or (self.of(of) if of in self.own else of)
        return of
