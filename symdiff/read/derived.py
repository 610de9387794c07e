"""What a derivative is made from: its definition, its parameters, the frames it stands in."""

from __future__ import annotations

import ast
from typing import Any

from symdiff.read.core import Frame
from symdiff.read.scope import LiveScope
from symdiff.read.values import Bound, Derivative, Function, Partial, Value

DERIVATIVE = "%derivative"


def innermost(function: Value) -> Function:
    while not isinstance(function, Function):
        assert isinstance(function, (Bound, Partial, Derivative)), function
        function = function.function
    return function


def definition(function: Function) -> Any:
    """Equal for functions made from one definition, whatever they capture from frames."""
    if function.live is not None:
        return function.live
    scope = function.scope
    return function.node, scope.function if isinstance(scope, LiveScope) else scope


def enclosing(function: Value) -> tuple[Frame, ...]:
    """The frames that a function is defined in, the innermost first."""
    frame: Frame | None = innermost(function).frame
    found = []
    while frame is not None:
        found.append(frame)
        frame = frame.parent
    return tuple(found)


def positional_names(function: Value) -> list[str]:
    """The names of the parameters that positional arguments go to."""
    skip, given = 0, set()
    while not isinstance(function, Function):
        assert isinstance(function, (Bound, Partial, Derivative))
        if isinstance(function, Bound):
            skip += 1
        elif isinstance(function, Partial):
            skip += len(function.args)
            given |= set(function.keywords)
        function = function.function
    a = function.node.args
    names = [p.arg for p in [*a.posonlyargs, *a.args]][skip:]
    return names[: min((names.index(n) for n in given if n in names), default=len(names))]


def as_function(derivative: Derivative) -> Function:
    """A derivative as a function with source, whose parameters are those of its function."""
    inner = innermost(derivative)
    a, names = inner.node.args, positional_names(derivative)
    every = [p.arg for p in [*a.posonlyargs, *a.args]]
    bound = set(every[: every.index(names[0])] if names else every)
    part: Value = derivative
    while not isinstance(part, Function):
        assert isinstance(part, (Bound, Partial, Derivative))
        bound |= set(part.keywords) if isinstance(part, Partial) else set()
        part = part.function
    known: dict[str, Value] = dict(
        zip(every[len(every) - len(inner.defaults) :], inner.defaults, strict=True)
    )
    known |= inner.kwdefaults
    all_params = [*a.posonlyargs, *a.args, *a.kwonlyargs]
    plain = [p for p in all_params if p.arg in names]
    only = [p for p in all_params if p.arg not in names and p.arg not in bound]
    if derivative.mode == "hvp":
        names = [*names, next(n for n in ("v", "vector", "direction") if n not in every)]
        plain, known = [*plain, ast.arg(names[-1])], {}
    params = ast.arguments([], plain, a.vararg, only, [None] * len(only), a.kwarg, [])
    args: list[ast.expr] = [ast.Name(p.arg, ast.Load()) for p in plain]
    if a.vararg is not None:
        args.append(ast.Starred(ast.Name(a.vararg.arg, ast.Load()), ast.Load()))
    keywords = [ast.keyword(p.arg, ast.Name(p.arg, ast.Load())) for p in only]
    if a.kwarg is not None:
        keywords.append(ast.keyword(None, ast.Name(a.kwarg.arg, ast.Load())))
    call = ast.Call(ast.Name(DERIVATIVE, ast.Load()), args, keywords)
    node = ast.FunctionDef(f"{inner.name}_{derivative.mode}", params, [ast.Return(call)], [])
    for sub in ast.walk(node):
        if not isinstance(sub, (ast.arguments, ast.arg)):
            ast.copy_location(sub, inner.node)
    frame = Frame(node, inner.scope, None, {DERIVATIVE}, set())
    frame.known[DERIVATIVE] = derivative
    return Function(
        node,
        inner.scope,
        node.name,
        tuple(known[p.arg] for p in plain if p.arg in known),
        {p.arg: known[p.arg] for p in only if p.arg in known},
        frame,
        wrapped=inner,
    )


def is_tail(call: ast.Call) -> bool:
    """Whether a call is all that a function made from a derivative does."""
    return isinstance(call.func, ast.Name) and call.func.id == DERIVATIVE
