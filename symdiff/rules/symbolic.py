"""Between Python's syntax, SymPy's expressions and trees, for expressions of a few numbers."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping
from typing import Any

from symdiff.rules.folding import build
from symdiff.rules.registry import by_name
from symdiff.stages import REAL, Apply, Const, Expr, Global

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.Pow: "pow",
    ast.USub: "neg",
    ast.UAdd: "pos",
}
_CONSTANTS = {"math.pi": "pi", "math.e": "E", "math.tau": "2*pi"}


LARGEST_POWER = 16  # SymPy multiplies out larger ones at length


class NotInSymPy(ValueError):
    """An expression that has no counterpart on the other side."""


def to_sympy(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """A Python expression as SymPy's; literals are the decimals they are written as.

    Raises NotInSymPy for what is not arithmetic, a primitive by its full name, or one of `names`.
    """
    import sympy

    match node:
        case ast.Constant(int() | float() as value) if not isinstance(value, bool):
            return sympy.Rational(repr(value))
        case ast.Name() | ast.Attribute():
            name = ast.unparse(node)
            if name in _CONSTANTS:
                return sympy.sympify(_CONSTANTS[name])
            if name in names:
                return names[name]
        case ast.UnaryOp(op, operand) if type(op) in _OPERATORS:
            return _applied(_OPERATORS[type(op)], [to_sympy(operand, names)])
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            return _applied(_OPERATORS[type(op)], [to_sympy(n, names) for n in (left, right)])
        case ast.Call(function, args, []):
            return _applied(ast.unparse(function), [to_sympy(n, names) for n in args])
    raise NotInSymPy(ast.unparse(node))


def _applied(op: str, args: list[Any]) -> Any:
    primitive = by_name(op)
    if primitive is None or primitive.sympy is None or not primitive.accepts(len(args)):
        raise NotInSymPy(op)
    if op in ("pow", "math.pow") and args[1].is_number and abs(args[1]) > LARGEST_POWER:
        raise NotInSymPy(op)
    found = primitive.symbolic(*args)
    if not found.is_finite and found.is_number:
        raise NotInSymPy(op)
    return found


def to_tree(expression: Any, trees: Mapping[Any, Expr]) -> Expr:
    """A SymPy expression of numbers and the symbols in `trees` as a tree.

    Raises NotInSymPy for what could fail where the original did not: a symbol as denominator.
    """
    import sympy

    if expression in trees:
        return trees[expression]
    if expression.is_Integer:
        return Const(int(expression))
    if expression.is_Rational:
        value = float(expression)
        if sympy.Rational(repr(value)) == expression:
            return Const(value)
        return Apply("truediv", (Const(int(expression.p)), Const(int(expression.q))))
    if expression == sympy.pi:
        return Global("math.pi", REAL)
    if expression == sympy.E:
        return Global("math.e", REAL)
    parts = [to_tree(part, trees) for part in expression.args]
    if expression.is_Add or expression.is_Mul:
        op = "add" if expression.is_Add else "mul"
        return functools.reduce(lambda a, b: build(op, a, b), parts)
    if isinstance(expression, sympy.log) and expression.args[0].is_positive:
        return Apply("math.log", (parts[0],))
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return build("pow", *parts)
    if expression.is_Pow and expression.base.is_number and expression.base.is_positive:
        return Apply("pow", tuple(parts))
    raise NotInSymPy(str(expression))
