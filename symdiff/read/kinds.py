"""Kinds: what an operation makes of its arguments' kinds, and what a parameter's uses tell."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from symdiff import rules
from symdiff.read.values import ORDER, join
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    OPTIONAL,
    REAL,
    TEXT,
    Apply,
    ArrayOf,
    Kind,
    ListOf,
    TupleOf,
    Var,
)

_BOOLEAN = {"lt", "le", "gt", "ge", "eq", "ne", "is", "is_not", "in", "not_in", "not"}
_INTEGER = {"invert", "lshift", "rshift"}


def result_kind(op: str, kinds: Sequence[Kind], *, negative_power: bool = False) -> Kind:
    """The kind of an operation's result, as Python has it."""
    if any(isinstance(k, (ArrayOf, TupleOf)) for k in kinds):
        return rules.kind_of(Apply(op, tuple(Var("_", k) for k in kinds)))
    if op in _BOOLEAN:
        return BOOLEAN
    if op in ("and", "or"):
        return _joined(kinds)
    if op == "cond":
        return join(kinds[1], kinds[2])
    if op in _INTEGER:
        return INTEGER
    if op in ("add", "mul") and any(isinstance(k, ListOf) for k in kinds):
        lists = [k for k in kinds if isinstance(k, ListOf)]
        return lists[0] if len(lists) == 1 else join(lists[0], lists[1])
    if op in ("add", "sub", "mul", "floordiv", "mod", "pow", "neg", "pos", "and_", "or_", "xor"):
        if TEXT in kinds:
            return TEXT
        if op == "pow" and negative_power:
            return join(REAL, _joined(kinds))
        kind = _joined(kinds)
        return INTEGER if kind is BOOLEAN else kind
    if op == "truediv":
        return join(REAL, _joined(kinds)) if OBJECT not in kinds else REAL
    primitive = rules.by_name(op)
    if primitive is None:
        return OBJECT
    return primitive.kind(tuple(Var("_", k) for k in kinds))


def _joined(kinds: Sequence[Kind]) -> Kind:
    flat = [k.item if isinstance(k, ListOf) else k for k in kinds]
    flat = [REAL if k is OPTIONAL else k for k in flat]
    known = [k for k in flat if k in ORDER]
    if not known:
        return OBJECT
    kind = known[0]
    for other in known[1:]:
        kind = join(kind, other)
    return (
        kind
        if len(known) == len(flat) or kind is COMPLEX
        else join(kind, OBJECT)
        if kind is REAL
        else OBJECT
    )


# --- parameters without annotation, default or example -------------------------------------------

_COUNTS = {"range", "comb", "perm", "factorial", "gcd", "lcm", "isqrt", "islice"}


def uses(
    node: ast.FunctionDef | ast.Lambda,
    callee: Callable[[ast.expr], ast.FunctionDef | ast.Lambda | None],
    seen: frozenset[Any] = frozenset(),
) -> dict[str, Kind]:
    """What the uses of parameters say of them: counts are integers, what is iterated is a list.

    `callee` finds the definition of a called function, so that what it does with its parameters
    counts as well.
    """
    args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    names = {a.arg for a in args}
    found: dict[str, Kind] = {}
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)

    def note(expr: ast.AST | None, kind: Kind) -> None:
        """Every parameter in integer arithmetic that ends in `expr`, or the list `expr` itself."""
        match expr:
            case ast.Name(id=name) if name in names:
                found.setdefault(name, kind)
            case ast.BinOp(
                left=left,
                op=ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv() | ast.Mod(),
                right=right,
            ):
                if kind is INTEGER:
                    note(left, kind)
                    note(right, kind)
            case ast.UnaryOp(operand=operand):
                note(operand, kind)
            case ast.Slice(lower=lower, upper=upper, step=step):
                for part in (lower, upper, step):
                    note(part, kind)
            case ast.Tuple(elts=elts) if kind is INTEGER:
                for part in elts:
                    note(part, kind)

    rows = {
        sub.value.id
        for stmt in body
        for sub in ast.walk(stmt)
        if isinstance(sub, ast.Subscript) and isinstance(sub.value, ast.Name)
    }

    def iterated(over: ast.expr, target: ast.expr | None) -> None:
        """What is iterated over is a list; of lists, if its items are indexed or unpacked."""
        match over, target:
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]), ast.Tuple(
                elts=[_, item]
            ):
                iterated(inner, item)
            case ast.Call(func=ast.Name(id="zip"), args=parts), ast.Tuple(elts=items):
                for part, item in zip(parts, items, strict=False):
                    iterated(part, item)
            case ast.Call(func=ast.Name(id="reversed" | "sorted"), args=[inner, *_]), _:
                iterated(inner, target)
            case ast.Subscript(value=inner, slice=ast.Slice()), _:
                iterated(inner, target)
            case ast.Name(), _:
                nested = isinstance(target, ast.Tuple)
                nested = nested or isinstance(target, ast.Name) and target.id in rows
                note(over, ListOf(ListOf(REAL)) if nested else ListOf(REAL))

    for stmt in body:
        for sub in ast.walk(stmt):
            match sub:
                case (
                    ast.For(iter=iterable, target=target)
                    | ast.comprehension(iter=iterable, target=target)
                ):
                    iterated(iterable, target)
    for stmt in body:
        for sub in ast.walk(stmt):
            match sub:
                case ast.Call(func=func, args=given):
                    called = (
                        func.id
                        if isinstance(func, ast.Name)
                        else func.attr
                        if isinstance(func, ast.Attribute)
                        else ""
                    )
                    if called in _COUNTS:
                        for arg in given:
                            note(arg, INTEGER)
                    elif called in ("len", "sum", "sorted", "fsum", "enumerate", "zip", "reversed"):
                        for arg in given[: None if called == "zip" else 1]:
                            note(arg, ListOf(REAL))
                    else:
                        user = callee(func)
                        if user is not None and user not in seen and user is not node:
                            inner = uses(user, callee, seen | {node})
                            for param, arg in zip(
                                [*user.args.posonlyargs, *user.args.args], given, strict=False
                            ):
                                if param.arg in inner:
                                    note(arg, inner[param.arg])
                case ast.Subscript(value=value, slice=index):
                    note(index, INTEGER)
                    note(value, ListOf(REAL))
                case ast.BinOp(
                    left=left,
                    op=ast.LShift() | ast.RShift() | ast.BitAnd() | ast.BitOr() | ast.BitXor(),
                    right=right,
                ):
                    note(left, INTEGER)
                    note(right, INTEGER)
                case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                    _remainders(test, note)
    return found


def _remainders(test: ast.expr, note: Callable[[ast.AST | None, Kind], None]) -> None:
    """`if n % 2`, `if n % 2 == 1`: only integers are asked so (`x == 0` may be asked of any)."""
    match test:
        case ast.BinOp(left=left, op=ast.Mod(), right=ast.Constant(value=int())):
            note(left, INTEGER)
        case ast.Compare(
            left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=int())]
        ):
            _remainders(left, note)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _remainders(operand, note)
        case ast.BoolOp(values=values):
            for value in values:
                _remainders(value, note)
