"""What the forward mode and the reverse sweep share: rules of primitives put in place as stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from symdiff import rules
from symdiff.differentiate.emitting import ZERO, Emitter, zeros_like
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.helpers import array_helpers, with_callees
from symdiff.rules.arrays.nodes import Node
from symdiff.rules.arrays.vectorized import operator_partials
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    COMPLEX,
    OBJECT,
    OPTIONAL,
    REAL,
    Apply,
    ArrayOf,
    Call,
    Const,
    Expr,
    GlobalValue,
    Helper,
    Kind,
    ListOf,
    Procedure,
    Scalar,
    Stage,
    Var,
    map_expressions,
    substitute,
)

if TYPE_CHECKING:
    from symdiff.differentiate.activity import Summaries
    from symdiff.differentiate.forward import Forward
    from symdiff.differentiate.reverse import Reverse

STRUCTURE = frozenset({"tuple", "list", "slice", "keyword", "range"})


class Sweep(Emitter):
    """Stages that are made from those of a procedure."""

    def __init__(self, active: set[Var], procedures: Calls) -> None:
        super().__init__()
        self.active, self.procedures = active, procedures
        self.globals: dict[str, GlobalValue] = {}
        self.helpers: dict[str, Helper] = {}
        # Adjoints or tangents that certainly have the shape of a variable.
        self.full: set[tuple[Expr, Expr]] = set()
        self.shaped: set[Expr] = set()  # those of them for which there is such a variable

    def is_active(self, expr: Expr) -> bool:
        return isinstance(expr, Var) and expr in self.active

    def note_helpers(self, expr: Expr) -> None:
        """Bring along the functions that an expression calls."""
        for name, helper in helpers_of(expr).items():
            self.helpers.setdefault(name, helper)

    def expand(self, expr: Expr, kind: Kind) -> Expr:
        """What a rule of arrays gives, taken apart into elementary stages."""
        self.note_helpers(expr)
        if not isinstance(expr, Apply):
            return expr
        return self.emit(self.operation(expr), kind)

    def operation(self, expr: Apply) -> Apply:
        args: list[Expr] = []
        for arg in expr.args:
            if isinstance(arg, Apply) and arg.op in STRUCTURE:
                args.append(self.operation(arg))
            elif isinstance(arg, Apply) and arg.op not in ("numpy.shape", "numpy.ndim"):
                args.append(self.emit(self.operation(arg), rules.kind_of(arg)))
            else:
                args.append(arg)
        return Apply(expr.op, tuple(args))

    def assign(self, target: Var, value: Expr) -> Var:
        """A stage that gives a value its name."""
        self.out.append(Stage(target, value, None, self.number))
        return target

    def note_full(self, adjoint: Expr, var: Expr) -> None:
        if isinstance(var, Var) and isinstance(var.kind, ArrayOf):
            self.full.add((adjoint, var))
            self.shaped.add(adjoint)

    def same_shape(self, adjoint: Expr, known: Expr, var: Expr) -> None:
        """An adjoint of one variable becomes that of another one of the same shape."""
        if (adjoint, known) in self.full:
            self.note_full(adjoint, var)

    def zero(self, var: Var) -> Expr:
        if isinstance(var.kind, ArrayOf):
            return Apply("zeros_like", (var,))
        if not isinstance(var.kind, ListOf):
            return ZERO
        return zeros_like(var, var.kind)

    def partials_of(self, value: Apply, out: Var) -> Iterator[tuple[Var, Expr]]:
        """The active arguments of a primitive on numbers, and the partial derivative in each."""
        pairs: list[tuple[Var, Expr, Expr | None]]
        if value.op == "abs" and kind_of(value.args[0]) is COMPLEX:
            yield from self.array_partials(value, out)
            return
        if value.op.startswith("helper:"):
            helper = self.procedures.helpers[value.op.removeprefix("helper:")]
            params, partials, rule_out = helper.params, helper.partials, helper.out
            pairs = list(zip(params, value.args, partials, strict=True))
        else:
            args = tuple(self.for_rule(a) for a in value.args)
            rule = rules.template(value.op, args)
            self.globals |= rule.globals
            if any("math." in value.text for value in rule.globals.values()):
                self.globals["math"] = GlobalValue("import math")
            self.helpers |= rule.helpers
            rule_out = rule.out
            pairs = list(_pairs(rule.params, value.args, rule.partials))
        table: dict[Var, Expr] = {p: a for p, a, _ in pairs} | {rule_out: out}
        for _, arg, partial in pairs:
            if partial is not None and partial != ZERO and self.is_active(arg):
                assert isinstance(arg, Var)
                yield arg, substitute(partial, table)

    def array_partials(self, value: Apply, out: Var) -> Iterator[tuple[Var, Expr]]:
        """The active arguments of an elementwise function of arrays, and the partial in each."""
        primitive = registry.by_name(value.op)
        pairs: list[tuple[Expr, object]]
        if primitive is not None and primitive.partials is not None:
            pairs = list(registry.partials(primitive, value.args, Node(out, out.kind)))
        else:
            constants = tuple(map(self.procedures.constant, value.args))
            pairs = list(zip(value.args, operator_partials(value.op, constants, out), strict=True))
        for arg, found in pairs:
            if found is None or not self.is_active(arg):
                continue
            partial = found if isinstance(found, Expr) else registry.as_node(found).expr
            if partial != ZERO:
                if self.procedures.compiled and isinstance(out.kind, Scalar):
                    partial = _as_numpy_divides(partial)
                self.note_helpers(partial)
                assert isinstance(arg, Var)
                yield arg, partial

    def for_rule(self, arg: Expr) -> Expr:
        """An argument as its rule is to see it: literals as such, what is active as real."""
        arg = self.procedures.constant(arg)
        if isinstance(arg, Var) and arg in self.active and arg.kind in (OBJECT, OPTIONAL):
            return Var(arg.base, REAL)
        return arg


def _as_numpy_divides(expr: Expr) -> Expr:
    """A partial derivative of a function that raises nothing where it is infinite: nor does NumPy's
    division, while Numba's does."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(_as_numpy_divides, expr.args))
    if expr.op == "truediv" and not isinstance(args[1], Const):
        return Apply("numpy.divide", args)
    return Apply(expr.op, args)


def helpers_of(expr: Expr) -> dict[str, Helper]:
    """The functions of `runtime/` that an expression calls."""
    found: dict[str, Helper] = {}
    pending = [expr]
    while pending:
        top = pending.pop()
        if isinstance(top, Apply):
            name = top.op.removeprefix("helper:")
            if name != top.op and name in array_helpers():
                found |= with_callees(name)
            pending.extend(top.args)
    return found


def _pairs(
    params: Iterable[object], args: Iterable[Expr], partials: Iterable[object]
) -> Iterable[tuple[Var, Expr, Expr | None]]:
    for param, arg, partial in zip(params, args, partials, strict=True):
        if isinstance(param, tuple):
            assert isinstance(arg, Apply)
            yield from _pairs(
                param, arg.args, partial if isinstance(partial, tuple) else (None,) * len(param)
            )
        else:
            assert isinstance(param, Var)
            yield param, arg, partial  # type: ignore[misc]


class Calls:
    """What differentiating a call needs to know; implemented in procedures.py."""

    compiled: bool = False  # whether the derivative is for a compiler
    helpers: dict[str, Helper]
    primal: dict[str, Procedure]
    summaries: Summaries

    def constant(self, expr: Expr) -> Expr:
        raise NotImplementedError

    def reverse_call(self, sweep: Reverse, step: Call) -> None:
        raise NotImplementedError

    def all_callees(self) -> dict[str, Procedure]:
        """The procedures that are called, and those made of them so far."""
        raise NotImplementedError

    def primal_of(self, name: str) -> Procedure | None:
        """The procedure that one of this name is, or was made from."""
        raise NotImplementedError

    def forward_call(self, sweep: Forward, step: Call) -> None:
        raise NotImplementedError


def fresh(procedure: Procedure) -> Procedure:
    """A copy whose steps may be changed; variables are shared."""
    body = [map_expressions(s, lambda e: e) for s in procedure.body]
    return replace(procedure, body=body)
