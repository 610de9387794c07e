"""Rules of array functions against differences, without the rest of symdiff."""

from __future__ import annotations

import ast
import cmath
import contextlib
import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy

from rules.arrays.along import check_tangent
from rules.arrays.whole import check_whole
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.helpers import FOLDER
from symdiff.rules.arrays.nodes import Node
from symdiff.rules.arrays.vectorized import operator_partials, product
from symdiff.rules.registry import kind_of as kind_of_expr
from symdiff.rules.shapes import dims_of, extent
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Extent,
    Global,
    Kind,
    Size,
    TupleOf,
    Var,
    variables,
)
from symdiff.write.expressions import Builder

ITEMS = {"f": REAL, "c": COMPLEX, "i": INTEGER, "u": INTEGER, "b": BOOLEAN}


def kind_of(value: Any, name: str, ranks_known: bool) -> Kind:
    if isinstance(value, np.ndarray):
        item = ITEMS[value.dtype.kind]
        if not ranks_known:
            return ArrayOf(item, None)
        dims = tuple(
            1 if n == 1 else extent(Size(f"{name}.{i}", True)) for i, n in enumerate(value.shape)
        )
        return ArrayOf(item, dims)
    if isinstance(value, bool):
        return BOOLEAN
    return {int: INTEGER, float: REAL, complex: COMPLEX}[type(value)]


@dataclass(frozen=True)
class Literal:
    """A float that stays a literal."""

    value: float


class Call:
    """One call of a function, with its arguments as expressions and as values.

    Arrays and floats become variables, everything else literals; lists and tuples stay sequences.
    """

    def __init__(self, op: str, args: tuple[Any, ...], keywords: dict[str, Any], ranks_known: bool):
        self.op, self.ranks_known = op, ranks_known
        self.values: dict[Var, Any] = {}
        given = [self.expr(a, f"a{i}") for i, a in enumerate(args)]
        given += [Apply("keyword", (Const(k), self.expr(v, k))) for k, v in keywords.items()]
        self.args = tuple(given)
        self.primitive = registry.by_name(op)

    def expr(self, value: Any, name: str) -> Expr:
        if isinstance(value, (np.ndarray, float, complex)):
            var = Var(name, kind_of(value, name, self.ranks_known))
            self.values[var] = value
            return var
        if isinstance(value, (tuple, list)) and any(
            isinstance(v, (np.ndarray, float, tuple, list)) for v in value
        ):
            op = "tuple" if isinstance(value, tuple) else "list"
            return Apply(op, tuple(self.expr(v, f"{name}_{i}") for i, v in enumerate(value)))
        if isinstance(value, (tuple, list)):
            return Apply("tuple" if isinstance(value, tuple) else "list", tuple(map(Const, value)))
        if isinstance(value, Global):
            return value
        return Const(value.value if isinstance(value, Literal) else value)

    def kind(self, expr: Expr) -> Kind:
        return kind_of_expr(expr)

    def text(self, expr: Expr) -> str:
        """An expression as generated code has it."""
        names = {var: var.base for var in variables(expr)}
        return ast.unparse(ast.fix_missing_locations(Builder(names)(expr)))

    def evaluate(self, expr: Expr, more: dict[Var, Any] | None = None, quiet: bool = True) -> Any:
        """The value of an expression, computed as generated code would."""
        values = {**self.values, **(more or {})}
        names = {var: f"v{i}" for i, var in enumerate(values)}
        text = ast.unparse(ast.fix_missing_locations(Builder(names)(expr)))
        space: dict[str, Any] = {"np": np, "scipy": scipy, "math": math, "cmath": cmath}
        for module in ("special", "linalg", "fft", "signal", "integrate", "ndimage", "interpolate"):
            importlib.import_module(f"scipy.{module}")
        for file in FOLDER.glob("*.py"):
            space |= {
                k: v
                for k, v in vars(
                    importlib.import_module(f"symdiff.rules.arrays.runtime.{file.stem}")
                ).items()
                if not k.startswith("_") and callable(v)
            }
        with np.errstate(all="ignore") if quiet else contextlib.nullcontext():
            return eval(text, space | {name: values[var] for var, name in names.items()})


def outputs(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


ASKED = pytest.StashKey[set[str]]()  # the functions that the tests which are run ask about
FILES = pytest.StashKey[set[Path]]()  # the files of these tests

# The functions that a test asks about, while nothing is tested but only that is noted.
_asked: list[str] | None = None


def only_asked(op: str) -> bool:
    if _asked is not None:
        _asked.append(op)
    return _asked is not None


def asked_by(test: Callable[..., Any], given: dict[str, Any]) -> set[str]:
    """The functions that a test would compare with differences, told without doing so."""
    global _asked
    _asked = []
    try:
        with contextlib.suppress(Exception, pytest.skip.Exception, pytest.fail.Exception):
            test(**given)
        return set(_asked)
    finally:
        _asked = None


def check(
    op: str, *args: Any, ranks_known: bool = True, tolerance: float = 1e-6, **keywords: Any
) -> None:
    """Compare the contributions of a rule with central differences, for all float arguments, and
    the kind it gives with the value. A random cotangent stands for what comes after."""
    if only_asked(op):
        return
    call = Call(op, args, keywords, ranks_known)
    primitive = call.primitive
    whole = Apply(op, call.args)
    value = call.evaluate(whole)
    kind = kind_of_expr(whole)
    sizes = {
        f"{var.base}.{i}": n for var, x in call.values.items() for i, n in enumerate(np.shape(x))
    }
    check_kind(kind, value, sizes)
    rng = np.random.default_rng(1)
    several = isinstance(value, (tuple, list))
    cotangents = [
        _random_like(v, rng) if np.asarray(v).dtype.kind in "fc" else None for v in outputs(value)
    ]
    kinds = kind.items if isinstance(kind, TupleOf) else (kind,) * len(cotangents)
    outs = [Var(f"out{i}", k) for i, k in enumerate(kinds)]
    douts = [Var(f"dout{i}", k) for i, k in enumerate(kinds)]
    more = dict(zip(outs, outputs(value), strict=True)) | dict(zip(douts, cotangents, strict=True))
    ans: Any = tuple(Node(v, v.kind) for v in outs)
    dout: Any = tuple(
        None if c is None else Node(v, v.kind) for v, c in zip(douts, cotangents, strict=True)
    )
    if not several:
        ans, dout = ans[0], dout[0]
    found: dict[Var, Any] = {}
    if primitive is not None and primitive.adjoint is not None:
        for var, node in registry.contributions(primitive, call.args, ans, dout):
            if np.asarray(call.values[var]).dtype.kind not in "fc":
                continue
            made = call.evaluate(node.expr, more)
            check_dims(node.kind, made, sizes)
            found[var] = found.get(var, 0.0) + made
    elif primitive is None or primitive.is_elementwise:
        trees = operator_partials(op, call.args, ans.expr)
        for expr, partial in zip(call.args, trees, strict=True):
            if isinstance(expr, Apply) and expr.op == "keyword":
                expr = expr.args[1]
            if partial is None or not isinstance(expr, Var):
                continue
            share = product(dout, Node(partial, kind_of_expr(partial)))
            made = np.asarray(call.evaluate(share.expr, more))
            found[expr] = found.get(expr, 0.0) + _sum_to(made, np.shape(call.values[expr]))
    adjoints: dict[Var, Any] = {}
    for var, x in call.values.items():
        if np.asarray(x).dtype.kind not in "fc":
            continue
        want = differences(call, whole, var, cotangents)
        got = found.get(var, np.zeros(np.shape(x)))
        got = np.broadcast_to(got, np.shape(x))
        if np.asarray(x).dtype.kind == "f":
            got = np.real(got)
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)
        adjoints[var] = got
    check_tangent(call, ans, more, cotangents, adjoints, 1e-7)
    if ranks_known:
        check_whole(call, whole, value, cotangents, tolerance, differences)


def _sum_to(a: Any, shape: tuple[int, ...]) -> Any:
    a = a.sum(axis=tuple(range(a.ndim - len(shape))))
    ones = tuple(i for i, n in enumerate(shape) if n == 1)
    return a.sum(axis=ones, keepdims=True) if ones else a


def _random_like(value: Any, rng: Any) -> Any:
    a = np.asarray(value)
    made = rng.normal(size=a.shape)
    if a.dtype.kind == "c":
        made = made + 1j * rng.normal(size=a.shape)
    return made if isinstance(value, np.ndarray) else made[()]


def differences(call: Call, whole: Expr, var: Var, cotangents: list[Any]) -> Any:
    """The derivatives in the real and, with a minus, in the imaginary parts of a variable."""
    x = np.array(call.values[var])
    if x.dtype.kind == "f":
        return _differences(call, whole, var, cotangents, 1.0)
    real, imaginary = (_differences(call, whole, var, cotangents, d) for d in (1.0, 1j))
    return real - 1j * imaginary


def _differences(call: Call, whole: Expr, var: Var, cotangents: list[Any], way: complex) -> Any:
    x = np.array(call.values[var])

    def at(moved: Any) -> float:
        given = moved if isinstance(call.values[var], np.ndarray) else moved[()].item()
        saved, call.values[var] = call.values[var], given
        value = outputs(call.evaluate(whole))
        call.values[var] = saved
        total = 0.0
        for v, c in zip(value, cotangents, strict=True):
            if c is not None:
                total += float(np.sum(np.real(c * np.asarray(v))))
        return total

    made = np.zeros(x.shape)
    h = 1e-3
    for index in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[index] = h * way
        near, far = at(x + step) - at(x - step), at(x + 2 * step) - at(x - 2 * step)
        farther = at(x + 3 * step) - at(x - 3 * step)
        made[index] = (45 * near - 9 * far + farther) / (60 * h)
    return made


def check_kind(kind: Kind, value: Any, sizes: dict[str, int] | None = None) -> None:
    """A kind must hold for the value: as many axes as it says, and no other lengths."""
    if isinstance(kind, TupleOf):
        assert isinstance(value, (tuple, list)) and len(value) == len(kind.items), (kind, value)
        for inner, part in zip(kind.items, value, strict=True):
            check_kind(inner, part, sizes)
        return
    a = np.asarray(value)
    if isinstance(kind, ArrayOf):
        assert kind.item in (ITEMS[a.dtype.kind], COMPLEX), (kind, a.dtype)
    elif kind in ITEMS.values():
        assert kind is ITEMS[a.dtype.kind], (kind, value)
    check_dims(kind, value, sizes)


def check_dims(kind: Kind, value: Any, sizes: dict[str, int] | None = None) -> None:
    """The shape that a kind tells must be that of the value."""
    dims, shape = dims_of(kind), np.shape(value)
    if dims is not None:
        assert len(dims) == len(shape), (kind, shape)
        for dim, n in zip(dims, shape, strict=True):
            if isinstance(dim, Extent) and all(str(s.of) in (sizes or ()) for s, _ in dim.terms):
                assert sizes is not None
                dim = dim.constant + sum(c * sizes[str(s.of)] for s, c in dim.terms)
            assert not isinstance(dim, int) or dim == n, (kind, shape)
