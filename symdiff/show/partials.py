"""Partial derivatives of an expression in each variable it reads, in a form fit to be shown."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.rules import template
from symdiff.show.arrays import elementwise_partials, scalar_name
from symdiff.stages import (
    Apply,
    Const,
    Expr,
    Global,
    GlobalValue,
    Procedure,
    Var,
    is_differentiable,
    substitute,
)

ONE = Const(1)
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Pow: "pow",
}  # fmt: skip


class Partials:
    """The chain rule over expressions of a procedure. If `plain`, what rules say of singular
    points is left out, and constants are spelled out."""

    def __init__(self, procedure: Procedure, plain: bool = True) -> None:
        self.helpers = procedure.helpers
        self.plain = plain

    def of(self, expr: Expr, out: Expr | None = None) -> dict[Var, Expr]:
        """The partials of an expression, whose value goes by the name `out` if it has one.

        Raises NotDifferentiable where there is no rule for an operation.
        """
        match expr:
            case Var():
                return {expr: ONE} if is_differentiable(expr.kind) else {}
            case Const() | Global():
                return {}
            case Apply("cond", (test, then, orelse)):
                arms = self.of(then), self.of(orelse)
                return {
                    var: Apply("cond", (test, *(arm.get(var, Const(0)) for arm in arms)))
                    for var in {**arms[0], **arms[1]}
                }
            case Apply("and" | "or" as op, (first, *rest)) if rest:
                other = rest[0] if len(rest) == 1 else Apply(op, tuple(rest))
                values = (other, first) if op == "and" else (first, other)
                return self.of(Apply("cond", (first, *values)))
            case Apply(op, args):
                found: dict[Var, Expr] = {}
                for arg, partial in self._of_operands(op, args, out or expr):
                    for var, inner in self.of(arg).items():
                        term = scaled(inner, partial)
                        found[var] = _sum(found[var], term) if var in found else term
                return found
        raise NotDifferentiable("no rule")

    def _of_operands(self, op: str, args: tuple[Expr, ...], out: Expr) -> list[tuple[Expr, Expr]]:
        """The operands, and the partials in them as the rule of the operation has them."""
        spelled: dict[str, GlobalValue] = {}
        params: tuple[Any, ...]
        op = scalar_name(op) or op
        of_arrays = elementwise_partials(op, args, out)
        if of_arrays is not None:
            return of_arrays
        if op.startswith("helper:"):
            helper = self.helpers[op.removeprefix("helper:")]
            params, own_out, partials = helper.params, helper.out, helper.partials
        else:
            rule = template(op, args)
            params, own_out, spelled = rule.params, rule.out, rule.globals
            partials = rule.partials  # type: ignore[assignment]
        pairs = list(_flat(params, args, partials))
        table: dict[Var, Expr] = {own_out: out, **{param: arg for param, arg, _ in pairs}}
        return [
            (arg, substitute(_plain(partial, spelled, self.plain), table))
            for _, arg, partial in pairs
            if partial is not None
        ]


def scaled(dout: Expr, partial: Expr) -> Expr:
    """`dout` times a partial, its sign in front: `-dk·k·k`, `dout/y`."""
    negative, partial = _without_sign(partial)
    match partial:
        case Const(1 | 1.0):
            value = dout
        case Apply("truediv", (Const(1 | 1.0), under)) if dout != ONE:
            value = Apply("truediv", (dout, under))
        case Apply("mul", (Apply("truediv", (Const(1 | 1.0), under)), other)):
            opposite, other = _without_sign(other)
            negative = negative != opposite
            above = other if dout == ONE else Apply("mul", (dout, other))
            value = Apply("truediv", (above, under))
        case Apply("truediv", (above, under)) if dout != ONE:
            value = Apply("truediv", (Apply("mul", (dout, above)), under))
        case _:
            value = partial if dout == ONE else Apply("mul", (dout, partial))
    return Apply("neg", (value,)) if negative else value


def _without_sign(expr: Expr) -> tuple[bool, Expr]:
    """Whether an expression starts with a minus, and the expression without it."""
    match expr:
        case Apply("neg", (inner,)):
            negative, rest = _without_sign(inner)
            return not negative, rest
        case Const(value) if type(value) in (int, float) and value < 0:
            return True, Const(-value)
        case Apply("mul" | "truediv" as op, (left, right)):
            negative, rest = _without_sign(left)
            return negative, Apply(op, (rest, right))
    return False, expr


def _sum(a: Expr, b: Expr) -> Expr:
    return Apply("mul", (Const(2), a)) if a == b else Apply("add", (a, b))


def _flat(params: Any, args: Any, partials: Any) -> Iterator[tuple[Var, Expr, Expr | None]]:
    """Parameters, arguments and partials side by side, those of sequences one by one."""
    for param, arg, partial in zip(params, args, partials, strict=False):
        if isinstance(param, tuple):
            items = arg.args if isinstance(arg, Apply) else ()
            yield from _flat(param, items, partial or (None,) * len(param))
        else:
            yield param, arg, partial


def _plain(expr: Expr, spelled: dict[str, GlobalValue], plain: bool = True) -> Expr:
    """A partial, its constants spelled out, if `plain` without what its rule says of singular
    points."""
    match expr:
        case Global(name) if name in spelled:
            return _parsed(ast.parse(spelled[name].text, mode="eval").body) or expr
        case Apply("cond", (test, then, orelse)):
            then, orelse = _plain(then, spelled, plain), _plain(orelse, spelled, plain)
            beside = _is_singular(orelse) or (isinstance(test, Var) and orelse == Const(0.0))
            if plain and beside:
                return then
            return Apply("cond", (test, then, orelse))
        case Apply(op, args):
            return Apply(op, tuple(_plain(arg, spelled, plain) for arg in args))
    return expr


def _is_singular(expr: Expr) -> bool:
    match _without_sign(expr)[1]:
        case Global("math.inf" | "math.nan"):
            return True
        case Const(float(value)):
            return not math.isfinite(value)
    return False


def _parsed(node: ast.expr) -> Expr | None:
    """The text of a constant, such as `2.0 / math.sqrt(math.pi)`, as an expression."""
    match node:
        case ast.Constant(value):
            return Const(value)
        case ast.Attribute(ast.Name(module), name):
            return Global(f"{module}.{name}")
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            args = [_parsed(left), _parsed(right)]
            name = OPERATORS[type(op)]
        case ast.Call(ast.Attribute(ast.Name(module), function), arguments):
            args = [_parsed(argument) for argument in arguments]
            name = f"{module}.{function}"
        case _:
            return None
    return None if None in args else Apply(name, tuple(arg for arg in args if arg is not None))
