"""The function that is to be differentiated, as the reader sees it."""

from __future__ import annotations

import dataclasses
import types
from typing import Any

from symdiff.errors import NotDifferentiable, UnsupportedSyntax, together
from symdiff.generate.selection import GradientOf
from symdiff.read.scope import Unit
from symdiff.read.values import Function
from symdiff.rules.custom import custom_of
from symdiff.stages import Place


def precheck(function: Any) -> None:
    """Refuse what the syntax alone shows to be impossible, before any call."""
    from symdiff.read.fence import offences
    from symdiff.read.source import has_source, node_of, unwrap

    if custom_of(function) is not None:
        return  # it need not be one that can be read
    plain = unwrap(function)
    if not callable(function):
        raise NotDifferentiable(f"{type(function).__name__} is not a function")
    if isinstance(plain, types.MethodType):
        plain = plain.__func__
    if (
        isinstance(plain, types.FunctionType)
        and has_source(plain)
        and plain.__code__ not in _CHECKED
    ):
        file, node = node_of(plain)
        found = [
            UnsupportedSyntax(why, file.place(n), fix=fix, lines=file.text.splitlines())
            for n, why, fix in offences(node)
        ]
        if found:
            raise together(found)
        _CHECKED.add(plain.__code__)


_CHECKED: set[types.CodeType] = set()


def root_value(function: Any, unit: Any, arguments: int | None) -> Any:
    """What the reader makes of the function that is to be differentiated."""
    from symdiff.read.builtin import function_of_rule
    from symdiff.read.derived import as_function
    from symdiff.read.scope import function_value, wrap
    from symdiff.read.static import StaticFunction
    from symdiff.read.values import (
        Bound,
        Builtin,
        Class,
        Conflict,
        Derivative,
        LiveObject,
        Method,
        Partial,
    )

    if isinstance(function, GradientOf):
        return as_function(
            Derivative(root_value(function.function, unit, None), "grad", function.argnums)
        )
    if isinstance(function, StaticFunction):
        return function.value(unit)
    value = wrap(function, getattr(function, "__name__", "function"), lambda root: root, unit)
    if isinstance(value, LiveObject):
        method = getattr(type(function), "__call__", None)  # noqa: B004
        if not isinstance(method, types.FunctionType):
            return function_of_rule(function, arguments).value(unit)
        receiver = LiveObject("self", function, lambda root: root)
        return Bound(function_value(method, unit, lambda root: type(root).__call__), receiver)
    if isinstance(value, Derivative):
        return as_function(_with_source(value, function, arguments))
    if isinstance(value, (Builtin, Class)):
        return function_of_rule(function, arguments).value(unit)
    if isinstance(value, Conflict):
        raise NotDifferentiable(value.why)
    if isinstance(value, Method):
        raise NotDifferentiable(
            f"{value.name!r} is a method of a library, and has no source that can be read",
            fix=f"Differentiate a function that calls it: def f(x): return obj.{value.name}(x).",
        )
    if isinstance(value, Partial) and isinstance(value.function, Builtin):
        count = (arguments or 0) + len(value.args) + len(value.keywords)
        inner = function_of_rule(function.func, count or None).value(unit)
        return Partial(inner, value.args, value.keywords)
    return value


def _with_source(value: Any, function: Any, arguments: int | None) -> Any:
    """The derivative of a function that has a rule, as that of a function with source."""
    from symdiff.read.builtin import function_of_rule
    from symdiff.read.values import Builtin, Derivative

    if isinstance(value, Derivative) and hasattr(function, "__wrapped__"):
        inner = _with_source(value.function, function.__wrapped__, arguments)
        return dataclasses.replace(value, function=inner)
    if isinstance(value, Builtin):
        return function_of_rule(function, arguments).value(Unit())
    return value


def place_of(function: Any) -> Place | None:
    """Where a function is defined, if that can be told."""
    value = root_value(function, Unit(), None)
    while not isinstance(value, Function) and hasattr(value, "function"):
        value = value.function
    return value.scope.file.place(value.node) if isinstance(value, Function) else None
