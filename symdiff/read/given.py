"""Rules that a file gives to functions, found by reading the file: by decorators, by calls of
`f.pullback(rule)` and the like, and by `symdiff.rules.register`."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdiff.errors import BadRule
from symdiff.read.values import Builtin, Function, RuleSet, Value

if TYPE_CHECKING:
    from symdiff.read.scope import StaticScope, Unit


def give_rules(
    function: Function, name: str, body: list[ast.stmt], scope: StaticScope, unit: Unit
) -> None:
    """Find the rules that the statements of a module or class give the function of that name."""
    rules = function.rules
    assert rules is not None
    for stmt in body:
        match stmt:
            case ast.FunctionDef(decorator_list=decorators):
                for decorator in decorators:
                    kind = _giver(decorator, name)
                    if kind in rules.takes:
                        rules.given[kind] = bare(stmt, scope, unit)
            case ast.Expr(value=ast.Call(func=func, args=[given])):
                kind = _giver(func, name)
                if kind in rules.takes:
                    rules.given[kind] = _named(given, scope, unit)


def _giver(node: ast.expr, name: str) -> str:
    """`pullback` for `name.pullback` and `name.pullback(...)`."""
    node = node.func if isinstance(node, ast.Call) else node
    match node:
        case ast.Attribute(value=ast.Name(id=holder), attr=attr) if holder == name:
            return attr
    return ""


def bare(node: ast.FunctionDef, scope: StaticScope, unit: Unit) -> Function:
    """A function of a file without its decorators."""
    from symdiff.read.reader import evaluate_definition

    key = ("rule", node)
    if key not in unit.definitions:
        plain = copy.copy(node)
        plain.decorator_list = []
        unit.definitions[key] = evaluate_definition(plain, scope, unit, None)
    found = unit.definitions[key]
    assert isinstance(found, Function)
    return found


def _named(node: ast.expr, scope: StaticScope, unit: Unit) -> Function:
    found = scope.lookup(node.id, unit) if isinstance(node, ast.Name) else None
    if not isinstance(found, Function):
        raise BadRule(
            "a rule must be a function of the file, made by 'def'",
            scope.file.place(node),
            lines=scope.file.lines,
        )
    return found


# --- functions of others -------------------------------------------------------------------------


def with_registered(function: Value, scope: Any, unit: Unit) -> Value:
    """The function, with the rules that the file in which it is called registers for it."""
    from symdiff.read.scope import StaticScope

    if not isinstance(scope, StaticScope) or isinstance(function, Function) and function.rules:
        return function
    for known, rules in _registrations(scope, unit):
        if isinstance(function, Builtin) and isinstance(known, Builtin):
            if function.name == known.name:
                return _with_native(known, rules)
        elif (
            isinstance(function, Function)
            and isinstance(known, Function)
            and function.identity == known.identity
        ):
            return replace(function, rules=rules)
    return function


def _with_native(function: Builtin, rules: RuleSet) -> Function:
    from symdiff.read.scope import native

    rules.native = Builtin(function.name)
    return native(function.live, function.name.rpartition(".")[2], rules)


def _registrations(scope: StaticScope, unit: Unit) -> list[tuple[Value, RuleSet]]:
    key = ("registered", id(scope))
    if key not in unit.definitions:
        found: list[tuple[Value, RuleSet]] = []
        unit.definitions[key] = found  # type: ignore[assignment]
        found += _read_registrations(scope, unit)
    return unit.definitions[key]  # type: ignore[return-value]


def _read_registrations(scope: StaticScope, unit: Unit) -> Iterator[tuple[Value, RuleSet]]:
    from symdiff.read.reader import module_value

    for stmt in scope.file.tree.body:
        match stmt:
            case ast.Expr(value=ast.Call(func=func, args=[function, *_], keywords=keywords)):
                if ast.unparse(func).rpartition(".")[2] != "register":
                    continue
                register = module_value(func, scope, unit)
                if not isinstance(register, Builtin) or not register.name.startswith("symdiff."):
                    continue
                rules = RuleSet(tuple(k.arg for k in keywords if k.arg and k.arg != "differs"))
                for keyword in keywords:
                    if keyword.arg in rules.takes:
                        rules.given[keyword.arg] = _named(keyword.value, scope, unit)
                target = module_value(function, scope, unit)
                if target is not None:
                    yield target, rules
