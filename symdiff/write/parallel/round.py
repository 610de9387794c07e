"""A round of a loop, as it is written: what it reads and sets, and where it meets arrays."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from symdiff.write.numba import moved
from symdiff.write.parallel.flow import Liveness, Names, bound, bound_in
from symdiff.write.parallel.function import Function
from symdiff.write.parallel.sharing import SHAPES

LIKE = ("zeros_like", "empty_like", "ones_like", "full_like")


class Round:
    """The body of a loop. `around` is the statement of the function's own block that holds it."""

    def __init__(self, function: Function, loop: ast.For, around: ast.stmt) -> None:
        assert isinstance(loop.target, ast.Name)
        self.function, self.loop = function, loop
        self.index, self.body = loop.target.id, loop.body
        at = next(i for i, s in enumerate(function.made.body) if s is around)
        self.reached = function.made.body[: at + 1]  # what can have run before a round
        self.parents = {
            child: node
            for statement in [loop]
            for node in ast.walk(statement)
            for child in ast.iter_child_nodes(node)
        }
        self.bound = bound_in(self.body)
        self.exposed = Liveness(self.body).before
        self.live = Liveness(function.made.body).after[loop]
        self.groups = function.sharing(self.reached)

    @property
    def used(self) -> Names:
        return frozenset(n.id for s in self.body for n in ast.walk(s) if isinstance(n, ast.Name))

    def occurrences(self, names: Names | set[str], where: list[ast.stmt]) -> Iterator[ast.Name]:
        """Where arrays are used for more than their shape."""
        for statement in where:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and node.id in names and not self.of_shape(node):
                    yield node

    def of_shape(self, node: ast.Name) -> bool:
        match self.parents.get(node):
            case ast.Attribute(attr=attr):
                return attr in SHAPES
            case ast.Call(func=ast.Name(id="len")):
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=attr), args=[first, *_]):
                return attr in LIKE and first is node
        return False

    def touches(self, node: ast.AST, name: str) -> bool:
        return any(n.id == name and not self.of_shape(n) for n in names_in([node]))


def bounds_of(loop: ast.For) -> tuple[ast.expr, ast.expr] | None:
    """The range of integers of a loop that goes through each of them, upwards or downwards."""
    if not isinstance(loop.target, ast.Name):
        return None
    match loop.iter:
        case ast.Call(func=ast.Name(id="range"), args=[stop]):
            return ast.Constant(0), stop
        case ast.Call(func=ast.Name(id="range"), args=[start, stop]):
            return start, stop
        case ast.Call(
            func=ast.Name(id="range"),
            args=[start, stop, ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))],
        ):
            return moved(stop, 1), moved(start, 1)
    return None


def adds_to(node: ast.AST, place: ast.AST) -> bool:
    added = isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub))
    return added and node.target is place  # type: ignore[attr-defined]


def parts_of(index: ast.expr) -> list[ast.expr]:
    return list(index.elts) if isinstance(index, ast.Tuple) else [index]


def is_all(part: ast.expr) -> bool:
    match part:
        case ast.Slice(lower=None, upper=None, step=None):
            return True
        case ast.Constant(value=value):
            return value is Ellipsis
    return False


def names_in(nodes: Sequence[ast.AST]) -> Iterator[ast.Name]:
    for node in nodes:
        yield from (n for n in ast.walk(node) if isinstance(n, ast.Name))


def bound_of(node: ast.AST) -> Names:
    """The names that a statement itself gives values to, not those in its blocks."""
    match node:
        case ast.Assign(targets=targets):
            return frozenset(name for target in targets for name in bound(target))
        case ast.AugAssign(target=target) | ast.For(target=target):
            return frozenset(bound(target))
    return frozenset()
