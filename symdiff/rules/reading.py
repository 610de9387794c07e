"""Reads the body of a rule into expression trees.

A rule is straight-line mathematics, so reading is evaluation: names stand for trees, or for tuples
of trees where an argument is a sequence, and sequences are expanded.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import linecache
import math
import textwrap
import types
from collections.abc import Callable
from typing import Any, NoReturn

from symdiff.errors import UnsupportedSyntax
from symdiff.rules import registry
from symdiff.rules.folding import build
from symdiff.stages import REAL, Apply, Const, Expr, Global, GlobalValue, Place

LONGEST = 12  # sums and products of more terms are not written out: trees stay shallow
Value = Expr | tuple["Value", ...]

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv",
    ast.Mod: "mod", ast.Pow: "pow", ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not",
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip


class RuleReader:
    """Evaluates one rule. `globals` and `functions` collect what its trees mention: constants of
    the rule's module, and Python functions that generated code has to bring along."""

    def __init__(self, rule: Callable[..., Any]) -> None:
        if not isinstance(rule, types.FunctionType):
            raise TypeError(f"a rule must be a function made by 'def', not {rule!r}")
        self.rule = rule
        self.definition = definition_of(rule)
        self.names: dict[str, Value] = {}
        self.globals: dict[str, GlobalValue] = {}
        self.functions: dict[str, types.FunctionType] = {}

    def read(self, bindings: dict[str, Value]) -> Value:
        """What the rule returns when its parameters are these."""
        self.names = dict(bindings)
        for statement in self.definition.body:
            match statement:
                case ast.Expr(ast.Constant(str())):
                    pass
                case ast.Assign([target], value):
                    self.assign(target, self.value(value))
                case ast.Return(ast.expr() as value):
                    return self.value(value)
                case _:
                    self.refuse(statement)
        self.refuse(self.definition)

    def assign(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(name):
                self.names[name] = value
            case ast.Tuple(parts) if isinstance(value, tuple) and len(parts) == len(value):
                for part, item in zip(parts, value, strict=True):
                    self.assign(part, item)
            case _:
                self.refuse(target)

    def refuse(self, node: ast.AST) -> NoReturn:
        """Raise UnsupportedSyntax at a node of the rule."""
        lines, first = inspect.getsourcelines(self.rule)
        indent = len(lines[0]) - len(lines[0].lstrip())
        place = Place(
            self.rule.__code__.co_filename,
            first + getattr(node, "lineno", 1) - 1,
            indent + getattr(node, "col_offset", 0),
            first + getattr(node, "end_lineno", 1) - 1,
            indent + getattr(node, "end_col_offset", 0),
        )
        raise UnsupportedSyntax(
            f"this cannot stand in the rule '{self.rule.__name__}'",
            place,
            why="The body of a rule is inlined into generated code; it is read, not called.",
            fix="Write the rule as assignments and one return, of arithmetic, comparisons, "
            "conditional expressions and functions that have rules themselves.",
        )

    # --- expressions ---

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value):
                return Const(value)
            case ast.Name() | ast.Attribute():
                return self.name(node)
            case ast.Tuple(items) | ast.List(items):
                return tuple(self.items(items))
            case ast.GeneratorExp(element, generators) | ast.ListComp(element, generators):
                return tuple(self.comprehension(element, generators))
            case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
                return build(_OPERATORS[type(op)], self.tree(left), self.tree(right))
            case ast.UnaryOp(op, operand) if type(op) in _OPERATORS:
                return build(_OPERATORS[type(op)], self.tree(operand))
            case ast.BoolOp(op, operands):
                name, trees = _OPERATORS[type(op)], [self.tree(v) for v in operands]
                return functools.reduce(lambda a, b: build(name, a, b), trees)
            case ast.Compare(left, ops, rest) if all(type(op) in _OPERATORS for op in ops):
                trees = [self.tree(v) for v in (left, *rest)]
                pairs = zip(ops, trees, trees[1:], strict=False)
                links = [build(_OPERATORS[type(op)], a, b) for op, a, b in pairs]
                return functools.reduce(lambda a, b: build("and", a, b), links)
            case ast.IfExp(test, then, orelse):
                return build("cond", self.tree(test), self.tree(then), self.tree(orelse))
            case ast.Subscript(base, ast.Constant(int(index))):
                sequence = self.value(base)
                if isinstance(sequence, tuple):
                    return sequence[index]
            case ast.Call(function, args, [] | [ast.keyword("strict")]):
                return self.call(node, self.object(function), tuple(self.items(args)))
        self.refuse(node)

    def tree(self, node: ast.expr) -> Expr:
        """The value of an expression that is a scalar."""
        found = self.value(node)
        if isinstance(found, tuple):
            self.refuse(node)
        return found

    def items(self, nodes: list[ast.expr]) -> list[Value]:
        found: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found.extend(self.sequence(node.value))
            else:
                found.append(self.value(node))
        return found

    def sequence(self, node: ast.expr) -> tuple[Value, ...]:
        found = self.value(node)
        if not isinstance(found, tuple):
            self.refuse(node)
        return found

    def comprehension(self, element: ast.expr, generators: list[ast.comprehension]) -> list[Value]:
        """The elements; conditions must come down to literals."""
        if not generators:
            return [self.value(element)]
        found: list[Value] = []
        first, *others = generators
        outer = dict(self.names)
        for item in self.sequence(first.iter):
            self.assign(first.target, item)
            tests = [self.value(test) for test in first.ifs]
            for node, test in zip(first.ifs, tests, strict=True):
                if not isinstance(test, Const):
                    self.refuse(node)
            if all(isinstance(test, Const) and test.value for test in tests):
                found.extend(self.comprehension(element, others))
        self.names = outer
        return found

    # --- names and calls ---

    def object(self, node: ast.expr) -> Any:
        """The Python object that a name outside the rule stands for."""
        match node:
            case ast.Name(name) if name not in self.names:
                for names in (_enclosed(self.rule), self.rule.__globals__, vars(builtins)):
                    if name in names:
                        return names[name]
            case ast.Attribute(base, attribute) if hasattr(self.object(base), attribute):
                return getattr(self.object(base), attribute)
        self.refuse(node)

    def name(self, node: ast.Name | ast.Attribute) -> Value:
        if isinstance(node, ast.Name) and node.id in self.names:
            return self.names[node.id]
        found = self.object(node)
        if type(found) not in (int, float):
            self.refuse(node)
        if isinstance(node, ast.Attribute):
            module = self.object(node.value)
            if module is not math:
                self.refuse(node)
            return Global(f"math.{node.attr}", REAL)
        self.globals[node.id] = GlobalValue(constant_text(self.rule, node.id, found))
        return Global(node.id, REAL)

    def call(self, node: ast.Call, function: Any, args: tuple[Value, ...]) -> Value:
        if function in _STATIC:
            if all(isinstance(a, tuple) for a in args[: 1 if function is enumerate else None]):
                return _STATIC[function](*args)
            self.refuse(node)
        if function in _REDUCTIONS and len(args) == 1 and isinstance(args[0], tuple):
            op, start = _REDUCTIONS[function]
            trees = [a for a in args[0] if not isinstance(a, tuple)]
            if len(trees) > LONGEST and (known := registry.find(function)):
                return Apply(known.name, (Apply("tuple", tuple(trees)),))
            return functools.reduce(lambda a, b: build(op, a, b), trees) if trees else Const(start)
        trees = [a for a in args if not isinstance(a, tuple)]
        known = registry.find(function)
        if len(trees) < len(args) or (
            known is None and not isinstance(function, types.FunctionType)
        ):
            self.refuse(node)
        if known is not None and not known.name.startswith("helper:"):
            return Apply(known.name, tuple(trees))
        self.functions[function.__name__] = function
        return Apply(f"helper:{function.__name__}", tuple(trees))


_STATIC: dict[Any, Callable[..., Value]] = {
    tuple: lambda items: items,
    list: lambda items: items,
    reversed: lambda items: items[::-1],
    zip: lambda *columns: tuple(zip(*columns, strict=False)),
    enumerate: lambda items: tuple((Const(i), item) for i, item in enumerate(items)),
    len: lambda items: Const(len(items)),
}
_REDUCTIONS: dict[Any, tuple[str, Any]] = {
    sum: ("add", 0), math.fsum: ("add", 0.0), math.prod: ("mul", 1.0),
    any: ("or", False), all: ("and", True),
}  # fmt: skip


def _enclosed(function: types.FunctionType) -> dict[str, Any]:
    """The variables of enclosing functions that a function reads."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells}


def definition_of(function: types.FunctionType) -> ast.FunctionDef:
    """The syntax tree of a function, its lines counted from 1."""
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise UnsupportedSyntax(
            "a rule must be a function made by 'def'", Place(function.__code__.co_filename, first)
        )
    return tree


def constant_text(function: types.FunctionType, name: str, value: Any) -> str:
    """A constant of a function's module as it is written there, if that reads `math` alone."""
    return _constants(function.__code__.co_filename).get(name, repr(value))


@functools.lru_cache(maxsize=64)
def _constants(file: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for node in ast.parse("".join(linecache.getlines(file))).body:
        match node:
            case ast.Assign([ast.Name(name)], value):
                if {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} <= {"math"}:
                    texts[name] = ast.unparse(value)
    return texts
