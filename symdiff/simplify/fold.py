"""Folding: constants and identities in the code of the derivative, all of them exact.

The user's own stages (those with a place) are left as they are, to the last bit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from symdiff.rules.shapes import fills
from symdiff.simplify.identities import fold, opposite
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Procedure,
    Scalar,
    Scope,
    Stage,
    Step,
    Var,
    map_expressions,
    substitute,
    with_blocks,
    with_rounds,
    with_value,
)


def fold_constants(procedure: Procedure) -> Procedure:
    """The procedure with the stages of its derivative folded."""
    folder = _Folder()
    body = folder.block(procedure.body)
    result = substitute(procedure.result, folder.known)
    if isinstance(result, Apply) and result.op == "tuple":
        # The value stands first, as the user wrote it.
        result = Apply("tuple", (*result.args[:1], *map(fold, result.args[1:])))
    return replace(procedure, body=body, result=result)


class _Folder:
    def __init__(self) -> None:
        self.known: dict[Var, Expr] = {}  # what is constant, a sign, or a constant's reciprocal
        self.stages: dict[Var, Stage] = {}

    def block(self, block: Block) -> Block:
        return [self.step(s) for s in block]

    def step(self, step: Step) -> Step:
        match step:
            case Stage(place=None):
                value = fold(substitute(step.value, self.known))
                value = self.twice(step, self.cancelled(value))
                if isinstance(value, Const) or (step.target.temporary and _is_light(value)):
                    self.known[step.target] = value
                folded = with_value(step, value)
                self.stages[step.target] = folded
                return folded
            case Branch():
                test = substitute(step.test, self.known)
                then, orelse = self.block(step.then), self.block(step.orelse)
                filled = map_expressions(Branch(test, [], [], step.merges, step.place), self.fill)
                assert isinstance(filled, Branch)
                filled.then, filled.orelse = then, orelse
                return filled
            case Loop():
                body = self.block(step.body)
                empty = with_rounds(step, step.carried, [], step.target)
                filled = map_expressions(empty, self.fill)
                assert isinstance(filled, Loop)
                filled.body = body
                if step.place is None and filled.iterable is not None:
                    filled.iterable = _iterated(filled.iterable)
                return filled
            case Scope():
                return with_blocks(step, self.block)
        return map_expressions(step, self.fill)

    def fill(self, expr: Expr) -> Expr:
        return substitute(expr, self.known)

    def cancelled(self, expr: Expr) -> Expr:
        """`r * b` is `a` where `r = a / b`."""
        if not isinstance(expr, Apply) or not expr.args:
            return expr
        args = tuple(self.cancelled(a) for a in expr.args)
        match expr.op, args:
            case "mul", (Var() as ratio, Var() as factor):
                before = self.stages.get(ratio)
                match before.value if before is not None else None:
                    case Apply(op="truediv", args=(Var() as above, divisor)) if (
                        divisor is factor and _has_form(above, ratio)
                    ):
                        return above
        return expr if args == expr.args else replace(expr, args=args)

    def twice(self, step: Stage, value: Expr) -> Expr:
        """`dx = e` and then `dx += e` is `dx = 2 * e`."""
        match value:
            case Apply(op="add", args=(Var() as first, second)):
                before = self.stages.get(first)
                if before is not None and before.value == second:
                    return fold(_twice(second))
                if before is not None and _adds(before.value, "add", second):
                    return fold(Apply("add", (before.value.args[0], _twice(second))))
            case Apply(op="sub", args=(Var() as first, second)):
                before = self.stages.get(first)
                if before is not None and opposite(before.value) == second:
                    return fold(Apply("mul", (Const(-2), second)))
                if before is not None and _adds(before.value, "sub", second):
                    return fold(Apply("sub", (before.value.args[0], _twice(second))))
            case Apply(op="mul", args=(Const(value=2), Var() as first)):
                before = self.stages.get(first)
                is_array = isinstance(first.kind, ArrayOf)
                if before is not None and first.base == step.target.base and not is_array:
                    return fold(Apply("mul", (Const(2), before.value)))
        return value


def _adds(value: Expr, op: str, part: Expr) -> TypeGuard[Apply]:
    """Whether a value adds (or subtracts) just this part to something else."""
    return isinstance(value, Apply) and value.op == op and value.args[1] == part


def _has_form(part: Var, whole: Var) -> bool:
    """Whether a value has the shape of another one that it is an operand of."""
    if isinstance(whole.kind, ArrayOf):
        return isinstance(part.kind, ArrayOf) and fills(part.kind.dims, whole.kind.dims)
    return True


def _twice(part: Expr) -> Expr:
    return Apply("mul", (Const(2), part))


def _iterated(iterable: Expr) -> Expr:
    """What a loop of the reverse sweep runs over: reversed twice is once, and as many rounds of
    `range(n)` as the forward sweep has counted are the range of that count."""
    match iterable:
        case Apply(
            op="reversed", args=(Apply(op="copy", args=(Apply(op="reversed", args=(a,)),)),)
        ):
            return _iterated(a)
        case Apply(op="reversed", args=(a,)):
            return Apply("reversed", (_iterated(a),))
        case Apply(op="getitem", args=(Apply(op="range", args=(_,)), Apply(op="slice", args=part))):
            _, stop, *_ = part
            if part[0] == Const(None) and _counts_rounds(stop):
                return Apply("range", (stop,))
    return iterable


def _counts_rounds(expr: Expr) -> bool:
    match expr:
        case Var(base="rounds"):
            return True
        case Apply(op="len", args=(Var(kind=Scalar.STACK),)):
            return True
    return False


def _is_light(expr: Expr) -> bool:
    """Whether a value costs so little that its readers are better off with the expression."""
    match expr:
        case Apply(op="neg", args=(Var(kind=kind),)):
            return not isinstance(kind, ArrayOf)
        case Apply(op="truediv", args=(Const(value=1), Const())):
            return True
    return False
