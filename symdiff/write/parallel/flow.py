"""Which variables of a written function are read later, told from its syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

Names = frozenset[str]
NONE: Names = frozenset()


def reads(*nodes: ast.AST | None) -> Names:
    """The names that expressions read, and those of arrays of which they set elements."""
    return frozenset(
        n.id
        for node in nodes
        if node is not None
        for n in ast.walk(node)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    )


def bound(node: ast.AST) -> Iterator[str]:
    """The names that a target, or the statements in a node, give values to."""
    for n in ast.walk(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            yield n.id


def bound_in(block: Iterable[ast.stmt]) -> Names:
    return frozenset(name for statement in block for name in bound(statement))


class Liveness:
    """The variables that are read after each statement of a block before they get another value,
    and those that are read before the block itself gives them one."""

    def __init__(self, block: list[ast.stmt]) -> None:
        self.after: dict[ast.stmt, Names] = {}
        self._ends: list[tuple[Names, Names]] = []  # of the loops around: for break, for continue
        self.before = self.block(block, NONE)

    def block(self, block: list[ast.stmt], live: Names) -> Names:
        """What is read before it is set in a block, if `live` is read after it."""
        for statement in reversed(block):
            self.after[statement] = self.after.get(statement, NONE) | live
            live = self.statement(statement, live)
        return live

    def statement(self, node: ast.stmt, live: Names) -> Names:
        match node:
            case ast.Assign(targets=targets, value=value):
                names = {t.id for target in targets for t in _plain(target)}
                return (live - names) | reads(*targets, value)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                return live | {name} | reads(value)
            case ast.If(test=test, body=body, orelse=orelse):
                return self.block(body, live) | self.block(orelse, live) | reads(test)
            case ast.For():
                return self.rounds(node.body, live, frozenset(bound(node.target)), NONE) | reads(
                    node.iter
                )
            case ast.While(test=test):
                return self.rounds(node.body, live, NONE, reads(test))
            case ast.Return(value=value):
                return reads(value)
            case ast.Break():
                return self._ends[-1][0]
            case ast.Continue():
                return self._ends[-1][1]
            case ast.With(items=items, body=body):
                return self.block(body, live) | reads(*(item.context_expr for item in items))
        return live | reads(node)

    def rounds(self, body: list[ast.stmt], live: Names, target: Names, test: Names) -> Names:
        """What is read at the head of a loop."""
        head = live | test
        while True:
            self._ends.append((live, head))
            more = head | (self.block(body, head) - target)
            self._ends.pop()
            if more == head:
                return head
            head = more


def _plain(target: ast.expr) -> Iterator[ast.Name]:
    match target:
        case ast.Name():
            yield target
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            for item in elts:
                yield from _plain(item)
