"""Reading calls of symdiff.hvp, hessian and jacobian: forward mode, column by column."""

from __future__ import annotations

import ast
import functools
from dataclasses import replace
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.read.modes import Modes
from symdiff.read.scope import StaticScope
from symdiff.read.source import parse
from symdiff.read.values import Derivative, Pushforward, Runtime, Tuple, Unknown, Value, kind_of
from symdiff.stages import REAL, ArrayOf, Const

COLUMNS = """\
import numpy as np


def jacobian(push, value, x):
    columns = np.zeros(np.shape(value) + (np.size(x),))
    for k in range(np.size(x)):
        unit = np.zeros(np.size(x))
        unit[k] = 1.0
        columns[..., k] = push(np.reshape(unit, np.shape(x)))
    return np.reshape(columns, np.shape(value) + np.shape(x))
"""


@functools.cache
def _scope() -> StaticScope:
    return StaticScope(parse("<symdiff jacobian>", COLUMNS), "jacobian", None)


class Matrices(Modes):
    """Derivatives that are matrices, and products with them."""

    def builtin_symdiff_hvp(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.second_derivative("hvp", args, keywords, node)

    def builtin_symdiff_hessian(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.second_derivative("hessian", args, keywords, node)

    def builtin_symdiff_jacobian(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        given = {k: v for k, v in keywords.items() if k != "mode"}
        return self.derivative_of("jacobian", args[:2], given, node)

    def second_derivative(
        self, mode: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        first = self.derivative_of("grad", args, keywords, node)
        assert isinstance(first, Derivative)
        return Derivative(first, mode, first.argnums)

    def call_one(
        self, derivative: Derivative, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if derivative.mode == "hvp":
            return self.call_hvp(derivative, args, keywords, node)
        if derivative.mode not in ("hessian", "jacobian"):
            return super().call_one(derivative, args, keywords, node)
        argnums = derivative.argnums
        if isinstance(argnums, (int, str)):
            return self.columns(derivative, args, keywords, node)
        parts = [
            self.columns(replace(derivative, argnums=a), args, keywords, node) for a in argnums
        ]
        if not all(isinstance(p, Tuple) for p in parts):
            return Tuple(tuple(parts))
        rows = zip(*(p.items for p in parts if isinstance(p, Tuple)), strict=True)
        return Tuple(tuple(Tuple(tuple(row)) for row in rows))

    def call_hvp(
        self, derivative: Derivative, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if not args:
            raise self.refuse(node, "hvp() takes the function's arguments, and then the vector")
        *given, vector = args
        single = isinstance(derivative.argnums, (int, str))
        tangents = [vector] if single else self.items(vector, node) or []
        forward = replace(derivative, mode="jvp")
        result = self.call_forward(forward, given, keywords, tangents, node)
        return result.items[1] if isinstance(result, Tuple) else Unknown()

    def columns(
        self, derivative: Derivative, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """The Jacobian with respect to one argument, a number or an array."""
        ready = self.prepare(replace(derivative, mode="jvp"), args, keywords, node)
        argument = ready.given[ready.places[0]]
        kind = kind_of(argument) if isinstance(argument, Runtime) else None
        if kind is REAL:
            made = self.follow(ready.made, [*ready.atoms, Const(1.0)], node)
            return made.items[1] if isinstance(made, Tuple) else Unknown()
        value = self.apply_function(derivative.function, args, keywords, node)
        parts = value.items if isinstance(value, Tuple) else (value,)
        if not isinstance(kind, ArrayOf) or not all(isinstance(p, Runtime) for p in parts):
            raise self.refuse(
                node,
                "a matrix of derivatives is made here for numbers and arrays only",
                error=NotDifferentiable,
                fix="Use symdiff.jvp.",
            )
        function: Any = _scope().lookup("jacobian", self.unit)
        found = [
            self.call_function(function, [Pushforward(ready, i), part, argument], {}, node)
            for i, part in enumerate(parts)
        ]
        return Tuple(tuple(found)) if isinstance(value, Tuple) else found[0]

    def apply_function(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if not isinstance(function, Pushforward):
            return super().apply_function(function, args, keywords, node)
        result = self.follow(function.ready.made, [*function.ready.atoms, *args], node)
        if not isinstance(result, Tuple):
            return Unknown()
        tangent = result.items[1]
        return tangent.items[function.at] if isinstance(tangent, Tuple) else tangent
