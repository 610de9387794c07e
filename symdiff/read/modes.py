"""Reading calls of symdiff's own functions: grad, value_and_grad, jvp, vjp, and the decorator."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.read.inside import has_leaves
from symdiff.read.rows import ListsOfTuples
from symdiff.read.values import (
    Choice,
    Derivative,
    Function,
    Pullback,
    Ref,
    Rows,
    Runtime,
    Tuple,
    Unknown,
    Value,
    kind_of,
)
from symdiff.stages import INTEGER, Const, ListOf, Var, is_differentiable


class Modes(ListsOfTuples):
    """What makes derivatives, and what calls them."""

    # --- what makes them ---

    def derivative_of(
        self, mode: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        names = ("function", "argnums", "has_aux")
        given = dict(zip(names, args, strict=False)) | keywords
        if "function" not in given or given.keys() - {*names}:
            raise self.refuse(node, f"symdiff.{mode}() takes a function and argnums here")
        argnums = self.literal_argument(given.get("argnums", Const(0)), node)
        aux = self.literal_argument(given.get("has_aux", Const(False)), node)
        return Derivative(given["function"], mode, argnums, bool(aux))

    def literal_argument(self, value: Value, node: ast.AST) -> Any:
        if isinstance(value, Const):
            return value.value
        items = self.items(value, node) if isinstance(value, (Tuple, Ref)) else None
        if items is None:
            raise self.refuse(node, "argnums must be known when the function is read")
        return tuple(self.literal_argument(v, node) for v in items)

    def builtin_symdiff_grad(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.derivative_of("grad", args, keywords, node)

    def builtin_symdiff_value_and_grad(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.derivative_of("value_and_grad", args, keywords, node)

    def builtin_symdiff_differentiable(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        function = args[0]
        if not isinstance(function, Function):
            raise self.refuse(node, "symdiff.differentiable() takes a function")
        return replace(function, differentiable=True)

    def attribute(self, value: Value, name: str, node: ast.AST) -> Value:
        own = isinstance(value, Function) and value.differentiable
        if own and name in ("grad", "value_and_grad"):
            return Derivative(value, name, None)
        return super().attribute(value, name, node)

    # --- calling them ---

    def apply_function(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if isinstance(function, Derivative):
            return self.call_derivative(function, args, keywords, node)
        if isinstance(function, Pullback):
            return self.call_pullback(function, args, keywords, node)
        return super().apply_function(function, args, keywords, node)

    def over_choices(self, function: Value, call: Callable[[Value], Value], node: ast.AST) -> Value:
        """Call a derivative of one function or another, as a branch decided."""
        if not isinstance(function, Choice):
            return call(function)
        then, orelse = function.then, function.orelse
        return self.conditional(
            function.test,
            lambda: self.over_choices(then, call, node),
            lambda: self.over_choices(orelse, call, node),
            node,
        )

    def call_derivative(
        self, derivative: Derivative, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if any(isinstance(v, Unknown) for v in (*args, *keywords.values())):
            return Unknown()
        return self.over_choices(
            derivative.function,
            lambda f: self.call_one(replace(derivative, function=f), args, keywords, node),
            node,
        )

    def call_one(
        self, derivative: Derivative, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """Call a derivative of a function that is known."""
        if derivative.mode in ("grad", "value_and_grad"):
            return self.call_gradient(derivative, args, keywords, node)
        raise self.refuse(node, f"symdiff.{derivative.mode}() can't be read here")

    def call_gradient(
        self, derivative: Derivative, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        mode = "aux" if derivative.has_aux else "grad"
        ready = self.prepare(replace(derivative, mode=mode), args, keywords, node)
        result = self.follow(ready.made, [*ready.atoms], node)
        if not isinstance(result, Tuple):
            return Unknown()
        value, adjoints = result.items
        assert isinstance(adjoints, Tuple)
        found = self.of_places(ready, adjoints)
        single = isinstance(derivative.argnums, (int, str))
        gradient = found[0] if single else Tuple(tuple(found))
        if derivative.mode == "value_and_grad":
            return Tuple((value, gradient))
        assert not derivative.has_aux or isinstance(value, Tuple)
        return Tuple((gradient, value.items[1])) if isinstance(value, Tuple) else gradient

    # --- forward mode ---

    def builtin_symdiff_jvp(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """jvp(function, primals, tangents, argnums=None, kwargs=None)"""
        names = ("function", "primals", "tangents", "argnums")
        given = dict(zip(names, args, strict=False)) | keywords
        if given.keys() - {*names, "kwargs"} or not {*names[:3]} <= given.keys():
            raise self.refuse(node, "symdiff.jvp() takes a function, primals and tangents")
        if any(isinstance(v, Unknown) for v in given.values()):
            return Unknown()
        argnums = self.literal_argument(given.get("argnums", Const(None)), node)
        primals, tangents = (self.items(given[n], node) for n in names[1:3])
        if tangents is None and isinstance(argnums, (int, str)):
            tangents = [given["tangents"]]
        if primals is None or tangents is None:
            raise self.refuse(node, "how many arguments symdiff.jvp() gets must be known")
        named: Any = given.get("kwargs", Const(None))
        more = self.content(named) if isinstance(named, Ref) else {}
        known = tangents

        def call(function: Value) -> Value:
            made = Derivative(function, "jvp", argnums)
            return self.call_forward(made, primals, dict(more), known, node)

        return self.over_choices(given["function"], call, node)

    def call_forward(
        self,
        derivative: Derivative,
        args: list[Value],
        keywords: dict[str, Value],
        tangents: list[Value],
        node: ast.AST,
    ) -> Value:
        ready = self.prepare(derivative, args, keywords, node)
        if derivative.argnums is None and len(tangents) == len(args):
            tangents = [tangents[p] for p in ready.places if isinstance(p, int)]
        if len(tangents) != len(ready.places):
            raise self.refuse(
                node,
                f"jvp() needs {len(ready.places)} tangents, and is given {len(tangents)}",
                error=NotDifferentiable,
            )
        dots: list[Value] = []
        for place, tangent in zip(ready.places, tangents, strict=True):
            self.tangents_of(ready.given[place], tangent, dots, node)
        result = self.follow(ready.made, [*ready.atoms, *dots], node)
        return result

    def tangents_of(self, value: Value, tangent: Value, dots: list[Value], node: ast.AST) -> None:
        """The tangents of an argument's numbers, in order."""
        if isinstance(value, Runtime):
            kind = kind_of(value)
            if not is_differentiable(kind):
                return
            fits = (
                isinstance(tangent, Runtime)
                and kind_of(tangent) is not INTEGER
                or (isinstance(tangent, Const) and tangent.value is not None)
            )
            if isinstance(kind, ListOf):
                fits = isinstance(tangent, Ref) and tangent.identity.kind == "list"
            if fits:
                integer = isinstance(tangent, Const) and isinstance(tangent.value, int)
                dots.append(Const(float(tangent.value)) if integer else tangent)  # type: ignore
                return
        elif isinstance(value, Ref):
            content = self.content(value)
            if isinstance(content, (Var, Rows)) or not has_leaves(self, content):
                if isinstance(content, Var):
                    self.tangents_of(content, tangent, dots, node)
                return
            kind_of_object = value.identity.kind
            if isinstance(content, dict) and kind_of_object in ("dict", "instance"):
                given = self.content(tangent) if isinstance(tangent, Ref) else {}
                if isinstance(tangent, Ref) and tangent.identity.kind != kind_of_object:
                    given = {}
                if isinstance(given, dict) and list(given) == list(content):
                    for key, part in content.items():
                        self.tangents_of(part, given[key], dots, node)
                    return
            if isinstance(content, tuple):
                items = self.items(tangent, node)
                if items is not None and len(items) == len(content):
                    for part, item in zip(content, items, strict=True):
                        self.tangents_of(part, item, dots, node)
                    return
        elif isinstance(value, Tuple):
            items = self.items(tangent, node) if has_leaves(self, value) else []
            if not has_leaves(self, value):
                return
            if items is not None and len(items) == len(value.items):
                for part, item in zip(value.items, items, strict=True):
                    self.tangents_of(part, item, dots, node)
                return
        else:
            return
        raise self.refuse(
            node,
            "a tangent must have the structure and the shapes of its argument",
            error=NotDifferentiable,
        )

    # --- pullbacks ---

    def builtin_symdiff_vjp(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """vjp(function, *args): the value, and the pullback at these arguments"""
        if any(isinstance(v, Unknown) for v in (*args, *keywords.values())):
            return Tuple((Unknown(), Unknown()))
        function, given = args[0], args[1:]
        if isinstance(function, Choice):
            raise self.refuse(node, "which function symdiff.vjp() gets must be known")
        ready = self.prepare(Derivative(function, "pullback", None), given, keywords, node)
        value = self.apply_function(function, given, keywords, node)
        return Tuple((value, Pullback(ready, len(given))))

    def call_pullback(
        self, pullback: Pullback, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        given = [*args, *keywords.values()]
        if len(given) != 1:
            raise self.refuse(node, "a pullback takes the cotangent of the value")
        ready = pullback.ready
        result = self.follow(ready.made, [*ready.atoms, *given], node)
        if not isinstance(result, Tuple):
            return Unknown()
        adjoints = result.items[1]
        assert isinstance(adjoints, Tuple)
        found = dict(zip(ready.places, self.of_places(ready, adjoints), strict=True))
        return Tuple(tuple(found.get(i, Const(None)) for i in range(pullback.count)))
