"""Everyday programs that were not written for symdiff: their gradients are right, and read well.

The expected derivatives are central differences at 60 digits, of the same text with mpmath in the
place of `math`.
"""

from __future__ import annotations

import ast
import functools
import importlib
import math
import operator
import types
from pathlib import Path

import mpmath
import pytest

import symdiff

FILES = (
    "control", "everyday", "finance", "geodesy", "graphics", "numerics", "objects", "physics",
    "statistics",
)  # fmt: skip
MODULES = {name: importlib.import_module(f"programs.{name}") for name in FILES}
CASES = [(name, f, args) for name, module in MODULES.items() for f, args in module.PROGRAMS]
IDS = [f"{name}-{f.__name__}" for name, f, _ in CASES]


def precise_math():
    """The functions of `math`, at mpmath's precision."""
    names = (
        "acos", "asin", "atan", "atan2", "cos", "cosh", "degrees", "erf", "erfc", "exp", "expm1",
        "log10", "log1p", "radians", "sin", "sinh", "sqrt", "tan", "tanh",
    )  # fmt: skip
    own = {name: getattr(mpmath, name) for name in names}
    own |= {
        "hypot": lambda *xs: mpmath.sqrt(sum(x * x for x in xs)),
        "log": lambda x, base=None: mpmath.log(x) if base is None else mpmath.log(x, base),
        "copysign": lambda x, y: abs(x) if y >= 0 else -abs(x),
        "prod": lambda xs: functools.reduce(operator.mul, xs, 1),
        "dist": lambda p, q: mpmath.sqrt(sum((a - b) ** 2 for a, b in zip(p, q, strict=True))),
        "pi": mpmath.pi + 0, "inf": mpmath.inf,
    }  # fmt: skip
    return types.SimpleNamespace(**own)


def precise(module, function):
    """The function made anew from its file, with mpmath for math."""
    text = Path(module.__file__).read_text(encoding="utf-8")
    names = {"__name__": module.__name__, "math": precise_math()}
    exec(compile(text.replace("import math\n", "", 1), module.__file__, "exec"), names)
    return names[function.__name__]


def leaves(value):
    """The floats of nested lists, tuples and dicts, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value] if isinstance(value, (float, mpmath.mpf)) else []


def moved(value, index, step):
    """The value with mpmath numbers for floats, the one at `index` moved by `step`."""
    count = iter(range(1_000_000))

    def visit(item):
        if isinstance(item, dict):
            return {key: visit(part) for key, part in item.items()}
        if isinstance(item, (list, tuple)):
            return type(item)(map(visit, item))
        if isinstance(item, float):
            return mpmath.mpf(item) + (step if next(count) == index else 0)
        return item

    return visit(value)


def slopes(function, args):
    """The derivative of each result in each float of the arguments: slopes[input][result]."""
    with mpmath.workdps(60):
        h = mpmath.mpf("1e-20")
        found = []
        for i in range(len(leaves(args))):
            ends = [leaves([function(*moved(args, i, step))]) for step in (h, -h)]
            found.append([float((a - b) / (2 * h)) for a, b in zip(*ends, strict=True)])
    return found


def accepted(make, name):
    """What is made, unless the program is refused, as it may be: at a line of its own."""
    try:
        return make()
    except symdiff.SymdiffError as error:
        places = [e.place for e in getattr(error, "errors", [error])]
        assert all(place and place.file == MODULES[name].__file__ for place in places), error
        pytest.skip(f"refused: {str(error).splitlines()[0]}")


@pytest.mark.parametrize("name, function, args", CASES, ids=IDS)
def test_gradients_are_right(name, function, args):
    active = [i for i, arg in enumerate(args) if leaves(arg)]
    value, pullback = accepted(lambda: symdiff.vjp(function, *args), name)
    assert value == function(*args)
    expected = slopes(precise(MODULES[name], function), args)
    results = leaves([value])
    for k in range(len(results)):
        unit = tuple(1.0 if j == k else 0.0 for j in range(len(results)))
        cotangent = unit if isinstance(value, tuple) else 1.0
        gradient = pullback(cotangent)
        got = leaves([gradient[i] for i in active])
        want = [row[k] for row in expected]
        scale = max(map(abs, want), default=0.0)
        assert len(got) == len(want)
        for g, w in zip(got, want, strict=True):
            assert math.isclose(g, w, rel_tol=1e-8, abs_tol=1e-12 * scale), (got, want)


@pytest.mark.parametrize("name, function, args", CASES, ids=IDS)
def test_generated_code_is_plain_python_that_fits_a_page(name, function, args):
    active = tuple(i for i, arg in enumerate(args) if leaves(arg))
    text = accepted(lambda: symdiff.source(function, argnums=active), name)
    ast.parse(text)
    assert max(map(len, text.splitlines())) <= 100
    assert "symdiff" not in {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
    assert str(symdiff.stages(function, argnums=active))
