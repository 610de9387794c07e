"""Which names of a written function may stand for the same memory."""

from __future__ import annotations

import ast
from collections.abc import Callable

from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, REAL, STACK, ArrayOf, Kind
from symdiff.write.parallel.flow import Names, bound, reads

NUMBERS = (REAL, INTEGER, COMPLEX, BOOLEAN, STACK)
MODULES = ("math", "np", "cmath")
SHAPES = ("shape", "size", "ndim", "dtype")
VIEWS = frozenset({
    "asarray", "ascontiguousarray", "atleast_1d", "atleast_2d", "broadcast_to", "diag", "diagonal",
    "expand_dims", "flip", "fliplr", "flipud", "imag", "moveaxis", "ravel", "real", "reshape",
    "rollaxis", "rot90", "squeeze", "swapaxes", "transpose", "split", "array_split", "hsplit",
    "vsplit", "dsplit", "broadcast_arrays", "asfortranarray", "require", "real_if_close",
    "lib",
})  # fmt: skip


class Sharing:
    """The names that may stand for the same memory, where statements have run."""

    def __init__(
        self,
        block: list[ast.stmt],
        is_memory: Callable[[str], bool],
        kinds_of: Callable[[str], list[Kind]],
        names: Names,
        new: Names,
    ) -> None:
        self.is_memory, self.kinds_of, self.locals, self.new = is_memory, kinds_of, names, new
        self.parent: dict[str, str] = {}
        self.values: dict[str, list[ast.expr | None]] = {}
        for statement in block:
            for node in ast.walk(statement):
                self.note(node)

    def note(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    whole = isinstance(target, ast.Name)
                    for name in bound(target):
                        self.values.setdefault(name, []).append(value if whole else None)
                        self.join(name, self.held(value))
                    if isinstance(target, ast.Subscript):
                        self.put(target.value, value)
            case ast.AugAssign(target=ast.Name(id=name)):
                self.values.setdefault(name, []).append(None)
            case ast.For(target=target, iter=items):
                for name in bound(target):
                    self.values.setdefault(name, []).append(None)
                    self.join(name, self.held(items))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=args):
                if self.is_memory(name):
                    for arg in args:
                        self.join(name, self.held(arg))

    def put(self, place: ast.expr, value: ast.expr) -> None:
        """A list may hold what is put into it; an array has numbers."""
        for name in reads(place):
            kinds = self.kinds_of(name)
            if not kinds or not all(isinstance(k, ArrayOf) or k is STACK for k in kinds):
                self.join(name, self.held(value))

    def join(self, name: str, others: set[str]) -> None:
        if not self.is_memory(name):
            return
        for other in others:
            if self.is_memory(other):
                self.parent[self.of(other)] = self.of(name)

    def of(self, name: str) -> str:
        while name in self.parent and self.parent[name] != name:
            name = self.parent[name]
        return name

    def members(self, group: str) -> Names:
        return frozenset(n for n in self.locals if self.of(n) == group)

    def held(self, value: ast.expr) -> set[str]:
        """The names whose memory a value may share."""
        match value:
            case ast.Name(id=name):
                return {name}
            case ast.Subscript(value=inner) | ast.Starred(value=inner):
                return self.held(inner)
            case ast.Attribute(value=inner, attr=attr):
                return set() if attr in SHAPES else self.held(inner)
            case ast.IfExp(body=body, orelse=orelse):
                return self.held(body) | self.held(orelse)
            case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.BoolOp(values=elts):
                return {n for item in elts for n in self.held(item)}
            case ast.BinOp(left=left, right=right):
                return self.lists(left) | self.lists(right)
            case ast.Call(func=func, args=args, keywords=keywords):
                return self.returned(func, [*args, *(k.value for k in keywords)])
            case ast.Constant() | ast.UnaryOp() | ast.Compare():
                return set()
        return set(reads(value))

    def lists(self, value: ast.expr) -> set[str]:
        """What the operand of an operator holds, if that may be a list."""
        kinds = [k for name in reads(value) for k in self.kinds_of(name)]
        numbers = all(k in NUMBERS or isinstance(k, ArrayOf) for k in kinds)
        return set() if numbers else self.held(value)

    def returned(self, func: ast.expr, args: list[ast.expr]) -> set[str]:
        match func:
            case ast.Name(id="len" | "range" | "float" | "int" | "abs"):
                return set()
            case ast.Name(id=name) if name in self.new:
                return set()
            case ast.Attribute(value=ast.Name(id=module), attr=name) if (
                module in MODULES and module not in self.locals
            ):
                if name not in VIEWS:
                    return set()
            case ast.Attribute(value=owner, attr=name):
                if name in ("copy", "sum", "mean", "astype"):
                    return set()
                args = [owner, *args]
        return {n for arg in args for n in self.held(arg)}
