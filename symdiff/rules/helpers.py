"""Python functions that rules call, made ready to be written into generated files."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
import types
from collections.abc import Iterator
from typing import Any

from symdiff.rules.reading import constant_text, definition_of
from symdiff.stages import INTEGER, REAL, GlobalValue, Helper, Kind, Var


@functools.cache
def helper_of(function: types.FunctionType) -> Helper:
    """A function as a helper: its text without decorators, and the module constants it reads.

    It has no partials of its own here: if it has a rule, that is found under `helper:NAME`.
    """
    definition = definition_of(function)
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    params = tuple(Var(a.arg, _annotated(a.annotation)) for a in definition.args.args)
    values: dict[str, GlobalValue] = {}
    for name, value in _outside(function):
        if isinstance(value, types.FunctionType):
            continue
        if isinstance(value, types.ModuleType):
            bare = value.__name__ == name
            text = f"import {name}" if bare else f"import {value.__name__} as {name}"
        else:
            text = constant_text(function, name, value)
        values[name] = GlobalValue(text)
    return Helper(
        name=function.__name__,
        text="\n".join(lines[definition.lineno - 1 :]),
        params=params,
        out=Var("out", REAL),
        partials=(),
        globals=values,
    )


def callees_of(function: types.FunctionType) -> list[types.FunctionType]:
    """The other functions of its module that a function calls."""
    values = (value for _, value in _outside(function))
    return [v for v in values if isinstance(v, types.FunctionType) and v is not function]


def _outside(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """Names of the function's module that it reads, and their values."""
    definition = definition_of(function)
    for name in sorted({n.id for n in ast.walk(definition) if isinstance(n, ast.Name)}):
        if name in function.__globals__:
            yield name, function.__globals__[name]


def _annotated(annotation: ast.expr | None) -> Kind:
    return INTEGER if isinstance(annotation, ast.Name) and annotation.id == "int" else REAL
