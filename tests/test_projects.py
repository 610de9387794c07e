"""Files and packages as users have them: what is printed for each function is right.

A line `#: f(1.0, n=2)` in a file of `projects/` is a call of a function of it; `#:wrt=x f(...)`
asks for some parameters only. The file is read for the derivative, and imported to compare.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import math
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import symdiff
from symdiff.read.static import load

ROOT = Path(__file__).parent / "projects"


def calls():
    for path in sorted(ROOT.rglob("*.py")):
        for wrt, call in re.findall(r"^#:(?:wrt=(\S+))? (.+)$", path.read_text(), re.MULTILINE):
            yield pytest.param(path, wrt, call, id=f"{path.relative_to(ROOT)}:{call[:40]}")


def imported(path, monkeypatch):
    """The module of a file, as its package or folder is on the path."""
    root, name = path.parent, [] if path.stem == "__init__" else [path.stem]
    while (root / "__init__.py").exists():
        root, name = root.parent, [root.name, *name]
    monkeypatch.syspath_prepend(str(root))
    for known in list(sys.modules):
        if str(getattr(sys.modules[known], "__file__", None) or "").startswith(str(ROOT)):
            monkeypatch.delitem(sys.modules, known)
    return importlib.import_module(".".join(name))


def leaves(value: Any, path=()):
    """The ways to the floats in a value: indices, keys and names of attributes."""
    if isinstance(value, float):
        yield path
    elif isinstance(value, (list, tuple)):
        for i, part in enumerate(value):
            yield from leaves(part, (*path, i))
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from leaves(getattr(value, name), (*path, f".{name}"))


def at(value: Any, path):
    for step in path:
        is_name = isinstance(step, str) and step.startswith(".")
        value = getattr(value, step[1:]) if is_name else value[step]
    return value


def moved(value: Any, path, step: float):
    """A copy of a value with one of its floats changed."""
    if not path:
        return value + step
    first, rest = path[0], path[1:]
    if isinstance(value, tuple):
        items = [moved(v, rest, step) if i == first else v for i, v in enumerate(value)]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    made = copy.deepcopy(value)
    if isinstance(first, str) and first.startswith("."):
        object.__setattr__(made, first[1:], moved(getattr(value, first[1:]), rest, step))
    else:
        made[first] = moved(value[first], rest, step)
    return made


@pytest.mark.parametrize("path, wrt, text", list(calls()))
def test_what_is_printed_is_the_derivative(path, wrt, text, monkeypatch):
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    target = ast.unparse(call.func)
    chosen = tuple(wrt.split(",")) if wrt else None
    printed = symdiff.source(load(f"{path}:{target}"), chosen)
    live = imported(path, monkeypatch)
    names: dict[str, Any] = {}
    exec(compile(printed, "<printed>", "exec"), names)
    generated = names[f"{target.rpartition('.')[2]}_grad"]

    function = eval(target, vars(live))
    args = [eval(ast.unparse(a), vars(live)) for a in call.args]
    kwargs = {str(k.arg): eval(ast.unparse(k.value), vars(live)) for k in call.keywords}
    value, gradient = generated(*copy.deepcopy(args), **copy.deepcopy(kwargs))
    assert math.isclose(value, function(*copy.deepcopy(args), **copy.deepcopy(kwargs)))

    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    doc = inspect.getdoc(generated) or ""
    found = re.search(r"with respect to\s+\(?([^).]*)\)?\.\n", doc)
    assert found is not None
    labels = [label.strip() for label in found[1].split(",")]
    assert len(labels) == len(gradient)
    for label, adjoint in zip(labels, gradient, strict=True):
        name, _, index = label.rstrip("]").partition("[")
        start = (int(index),) if index else ()
        argument = bound.arguments[name]
        for leaf in leaves(at(argument, start)):

            def value_at(step, name=name, argument=argument, way=(*start, *leaf)):
                bound.arguments[name] = moved(argument, way, step)
                result = function(*copy.deepcopy(bound.args), **copy.deepcopy(bound.kwargs))
                bound.arguments[name] = argument
                return result

            h = 1e-5
            slope = (value_at(h) - value_at(-h)) / (2 * h)
            assert math.isclose(at(adjoint, leaf), slope, rel_tol=1e-5, abs_tol=1e-6), (name, leaf)
