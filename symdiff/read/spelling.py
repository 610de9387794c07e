"""Functions and classes of libraries that are read like those of the user's: from a text of ours,
or from their own where it is plain Python on numbers.

The files of `spelled/` bear the names of modules, and define what is read in the place of their
members. What is read of them has the place of the call: users see their own line.
"""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any

from symdiff.read.scope import StaticScope, Unit
from symdiff.read.source import parse
from symdiff.read.values import Builtin, Class, Function, Value

# The classes of splines: how many axes the coefficients of a function of numbers have, and the
# attributes that one is made of.
SPLINES = {"PPoly": (2, ("c", "x", "extrapolate")), "BSpline": (1, ("t", "c", "k", "extrapolate"))}
INTERPOLATE = "scipy.interpolate"
OURS = ("refuse", "sequence")  # what the reader does for these texts
OWN = {"colorsys": None, "statistics": ("NormalDist",)}  # read from their own text; None: all
FOLDER = Path(__file__).parent / "spelled"
_SCOPES: dict[str, SpelledScope | None] = {}  # by their paths; None: there is no such file


class SpelledScope(StaticScope):
    """The names of a file of `spelled/`. `APART` lists the functions that become procedures of
    their own, where others are read in place."""

    def __init__(self, path: Path) -> None:
        super().__init__(parse(str(path), path.read_text()), path.stem, None)
        apart = self.names.pop("APART", None)
        given = apart.value if isinstance(apart, ast.Assign) else ast.Tuple([])
        self.apart: tuple[str, ...] = ast.literal_eval(given)

    def lookup(self, name: str, unit: Unit) -> Value | None:
        if name in OURS:
            return Builtin(f"spelled.{name}")
        return super().lookup(name, unit)


def spelled(name: str, unit: Unit) -> Value | None:
    """The function or class that is read for a member of a library, by its full name."""
    *parts, member = name.split(".")
    if not parts:
        return None
    module = "_".join(p for p in parts if not p.startswith("_"))
    path = FOLDER / f"{module}.py"
    if module in OWN and member in (OWN[module] or (member,)):
        path = Path(importlib.import_module(module).__file__ or "")
    if str(path) not in _SCOPES:
        _SCOPES[str(path)] = SpelledScope(path) if path.is_file() else None
    scope = _SCOPES[str(path)]
    if scope is None:
        return None
    found = scope.lookup(member, unit) if member in scope.names else None
    return found if isinstance(found, (Function, Class)) else None


def spelled_class(cls: type[Any], unit: Unit) -> Class | None:
    """The class whose methods are read for objects that exist already: the most general one, for
    these have the attributes of the library's."""
    for base in reversed(cls.__mro__):
        found = spelled(f"{base.__module__}.{base.__qualname__}", unit)
        if isinstance(found, Class):
            return found
    return None


def stays_apart(function: Function) -> bool:
    return isinstance(function.scope, SpelledScope) and function.name in function.scope.apart


def is_spline(value: Any) -> bool:
    """Whether a live object is a spline of real numbers, not of arrays."""
    kind = _kind_of_spline(value)
    return kind is not None and value.c.ndim == SPLINES[kind][0] and value.c.dtype.kind == "f"


def _kind_of_spline(value: Any) -> str | None:
    names = [b.__name__ for b in type(value).__mro__ if b.__module__.startswith(INTERPOLATE)]
    return next((name for name in names if name in SPLINES), None)


def spline_text(value: Any) -> tuple[dict[str, str], str]:
    """The imports and the expression that make a spline like this one."""
    kind = _kind_of_spline(value)
    assert kind is not None
    parts = [
        f"np.array({part.tolist()!r})" if hasattr(part, "tolist") else repr(part)
        for part in (getattr(value, name) for name in SPLINES[kind][1])
    ]
    imports = {"np": "import numpy as np", kind: f"from {INTERPOLATE} import {kind}"}
    return imports, f"{kind}({', '.join(parts)})"
