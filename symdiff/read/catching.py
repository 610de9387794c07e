"""Try statements as branches: what a statement may raise is asked before it runs.

`try: y = a / b` with `except ZeroDivisionError: y = 0` is `if b == 0: y = 0`, `else: y = a / b`.
The text tells which operations may raise what is caught; that they do is a `Fails`, and the reader,
who knows kinds, says when that is.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from symdiff.read.raising import (
    Raised,
    caught_by,
    may_be_caught,
    meets,
    named_by,
    raised_by,
    raised_in,
)

MOST = 24  # statements of handlers that are written again for each statement that may fail
LAZY = (ast.BoolOp, ast.IfExp)
APART = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr)
WHOLE = (
    ast.FunctionDef, ast.For, ast.While, ast.With, ast.Match, ast.Assert, ast.Delete, ast.Try,
)  # fmt: skip


class Fails(ast.expr):
    """Whether an operation raises one of these, where its operands are computed."""

    _fields = ("operation",)

    def __init__(self, operation: ast.AST, raised: Raised, within: ast.Try) -> None:
        super().__init__()
        self.operation, self.raised, self.within = operation, raised, within


class Undecided(Exception):
    """What a try statement catches can't be asked before it runs."""


def as_branches(node: ast.Try) -> list[ast.stmt] | None:
    """The body and the else block of a try statement, with its handlers in branches; None where
    that can't be told from the text."""
    try:
        return _Try(node).block([*node.body], node.orelse)
    except Undecided:
        return None


class _Try:
    def __init__(self, node: ast.Try) -> None:
        self.node = node
        self.handlers: list[tuple[Raised | None, list[ast.stmt]]] = []
        for handler in node.handlers:
            body = handler.body
            if not _passes_on(body):
                body = [_without_cause(stmt, handler.name) for stmt in body]
            self.handlers.append((caught_by(handler), body))
        self.left = MOST

    def block(self, body: list[ast.stmt], after: list[ast.stmt]) -> list[ast.stmt]:
        """Statements of the body; `after` follows what nothing was raised in."""
        out: list[ast.stmt] = []
        for i, stmt in enumerate(body):
            rest = body[i + 1 :]
            if isinstance(stmt, ast.Try) and not stmt.finalbody and may_be_caught(stmt):
                inner = as_branches(stmt)
                if inner is None:
                    raise Undecided
                return out + self.block([*inner, *rest], after)
            if isinstance(stmt, ast.Raise):
                return [*out, *self.raised(stmt)]
            handler, operations = self.failing(stmt)
            if handler is None and not (isinstance(stmt, ast.If) and self.may_fail(stmt)):
                out.append(stmt)
                continue
            if isinstance(stmt, ast.If):
                self.left -= len(rest) + len(after)
                arms = (self.block([*arm, *rest], after) for arm in (stmt.body, stmt.orelse))
                following: list[ast.stmt] = [ast.copy_location(ast.If(stmt.test, *arms), stmt)]
            else:
                following = [stmt, *self.block(rest, after)]
            if handler is None:
                return out + following
            self.left -= len(handler)
            if self.left < 0:
                raise Undecided
            if not _passes_on(handler):
                test = operations[0]
                if len(operations) > 1:
                    test = ast.copy_location(ast.BoolOp(ast.Or(), [*operations]), stmt)
                following = [ast.copy_location(ast.If(test, handler, following), stmt)]
            return out + following
        return out + after

    def raised(self, stmt: ast.Raise) -> list[ast.stmt]:
        """What follows where the body itself raises something."""
        given = stmt.exc.func if isinstance(stmt.exc, ast.Call) else stmt.exc
        kinds, body = self.handlers[0]
        names = map(ast.unparse, named_by(self.node.handlers[0]))
        if kinds is not None and (given is None or ast.unparse(given) not in names):
            raise Undecided
        return [stmt] if _passes_on(body) else body

    def may_fail(self, stmt: ast.AST) -> bool:
        return any(self.handler_of(e) is not None for e in raised_in(stmt))

    def handler_of(self, raised: type[BaseException]) -> list[ast.stmt] | None:
        """The handler that catches this, or a part of it."""
        for kinds, body in self.handlers:
            if meets(raised, kinds):
                return body
        return None

    def failing(self, stmt: ast.stmt) -> tuple[list[ast.stmt] | None, list[ast.expr]]:
        """The operations of a statement that may raise what is caught, in their order, and the
        handler of all of them."""
        if isinstance(stmt, WHOLE):
            if not isinstance(stmt, ast.FunctionDef) and self.may_fail(stmt):
                raise Undecided
            return None, []
        found: list[ast.expr] = []
        chosen: list[ast.stmt] | None = None
        for operation in _in_order(stmt.test if isinstance(stmt, ast.If) else stmt):
            if isinstance(operation, (*LAZY, *APART)):
                if any(map(self.may_fail, ast.iter_child_nodes(operation))):
                    raise Undecided
                continue
            if isinstance(operation, Fails):
                continue
            raised = tuple(e for e in raised_by(operation) if self.handler_of(e) is not None)
            for handler in (self.handler_of(e) for e in raised):
                if chosen is not None and handler is not chosen:
                    raise Undecided
                chosen = handler
            if raised:
                test = Fails(_as_expression(operation), raised, self.node)
                found.append(ast.copy_location(test, operation))
        return chosen, found


def _passes_on(body: list[ast.stmt]) -> bool:
    """Whether a handler only raises again what it has caught: then that leaves by itself."""
    return len(body) == 1 and isinstance(body[0], ast.Raise) and body[0].exc is None


def _without_cause(stmt: ast.stmt, name: str | None) -> ast.stmt:
    """A statement of a handler, which can't name what was caught."""
    if isinstance(stmt, ast.Raise) and stmt.exc is not None:
        stmt = ast.copy_location(ast.Raise(stmt.exc, None), stmt)
    for sub in ast.walk(stmt):
        if isinstance(sub, ast.Name) and sub.id == name:
            raise Undecided
        if isinstance(sub, ast.Raise) and sub.exc is None:
            raise Undecided
    return stmt


def _in_order(root: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement, operands before operations and what is assigned to last."""
    children = list(ast.iter_child_nodes(root))
    if isinstance(root, (ast.Assign, ast.AnnAssign)) and root.value is not None:
        children = [root.value, *(c for c in children if c is not root.value)]
    if not isinstance(root, (*LAZY, *APART, Fails)):
        for child in children:
            yield from _in_order(child)
    yield root


def _as_expression(operation: ast.AST) -> ast.AST:
    if not isinstance(operation, ast.AugAssign):
        return operation
    left = copy.copy(operation.target)
    left.ctx = ast.Load()
    return ast.copy_location(ast.BinOp(left, operation.op, operation.value), operation)
