"""Small pure scalar functions that stay one stage: σ' = (1 - σ) σ, in terms of the output."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any

from symdiff.read.values import Builtin, Function, Module, Runtime, Value, kind_of
from symdiff.stages import INTEGER, REAL, Const, Expr, Global, Helper, Var

if TYPE_CHECKING:
    from symdiff.read.calls import Calls


def closed_helper(reader: Calls, function: Function, bound: dict[str, Value]) -> str | None:
    """The name of the helper that a call is a stage of, or None when it is read in place.

    The function must have one parameter, be defined at the top of a file, and consist of one
    `return` of arithmetic and functions of `math`.
    """
    if function.frame is not None or len(bound) != 1 or isinstance(function.node, ast.Lambda):
        return None
    ((name, value),) = bound.items()
    if not isinstance(value, Runtime) or kind_of(value) is not REAL or isinstance(value, Const):
        return None
    known: dict[Any, str | None] = reader.shared.closed
    key = function.identity
    if key not in known:
        known[key] = _find(reader, function, name)
    return known[key]


def _find(reader: Calls, function: Function, parameter: str) -> str | None:
    node = function.node
    assert isinstance(node, ast.FunctionDef)
    body = [
        s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]
    if (
        node.decorator_list
        or len(body) != 1
        or not isinstance(body[0], ast.Return)
        or body[0].value is None
    ):
        return None
    if not any(isinstance(n, ast.Call) for n in ast.walk(body[0].value)):
        return None
    constants: dict[str, Expr] = {}
    expression = _resolved(reader, function, body[0].value, parameter, constants)
    if expression is None:
        return None
    from symdiff.rules.closed import closed_derivative

    param, out = Var(parameter), Var("out")
    partial = closed_derivative(expression, parameter, param, out, constants)
    if partial is None:
        return None
    name: str = reader.shared.helper_name(function.name)
    made = ast.parse(f"def {name}({parameter}): ...")
    definition = made.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.body = [*_docstring(node), ast.Return(expression)]
    text = ast.unparse(ast.fix_missing_locations(made))
    globals_ = {
        c.name: reader.unit.globals[c.name]
        for c in constants.values()
        if isinstance(c, Global) and c.name in reader.unit.globals
    }
    reader.shared.originals[name] = function
    reader.shared.helpers[name] = Helper(name, text, (param,), out, (partial,), globals_)
    return name


def _docstring(node: ast.FunctionDef) -> list[ast.stmt]:
    text = ast.get_docstring(node)
    return [ast.Expr(ast.Constant(text))] if text else []


def _resolved(
    reader: Calls,
    function: Function,
    expression: ast.expr,
    parameter: str,
    constants: dict[str, Expr],
) -> ast.expr | None:
    """The expression with functions of math under their full names, or None if it has others."""
    allowed = (
        ast.BinOp,
        ast.UnaryOp,
        ast.Constant,
        ast.Name,
        ast.Call,
        ast.Attribute,
        ast.operator,
        ast.unaryop,
        ast.expr_context,
    )

    class Impure(Exception):
        pass

    def lookup(node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return function.scope.lookup(node.id, reader.unit)
        if isinstance(node, ast.Attribute):
            holder = lookup(node.value)
            return (
                reader.module_member(holder, node.attr, node)
                if isinstance(holder, Module)
                else None
            )
        return None

    class Resolve(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            target = lookup(node.func)
            if (
                not isinstance(target, Builtin)
                or not target.name.startswith("math.")
                or node.keywords
            ):
                raise Impure
            return ast.Call(
                ast.parse(target.name, mode="eval").body, [self.visit(a) for a in node.args], []
            )

        def visit_Name(self, node: ast.Name) -> ast.AST:
            if node.id == parameter:
                return node
            return self.constant(node)

        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            return self.constant(node)

        def constant(self, node: ast.expr) -> ast.AST:
            target = lookup(node)
            if not isinstance(target, Global) or target.kind not in (REAL, INTEGER):
                raise Impure
            constants[target.name] = target
            return ast.parse(target.name, mode="eval").body

    if not all(isinstance(n, allowed) for n in ast.walk(expression)):
        return None
    try:
        made: ast.expr = Resolve().visit(copy.deepcopy(expression))
    except Impure:
        return None
    return made
