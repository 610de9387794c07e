"""Reading derivatives: `symdiff.grad(g)` called inside a function that is read.

The function that is differentiated becomes a procedure of its own, whose parameters are the numbers
in its arguments and the outer variables that it reads. Its derivative is written, and what was
written is followed like any function of the user's: so a derivative of a derivative, or one with
respect to what a closure captures, needs nothing more. The text is written once for a definition
and the kinds of what it is given, not once for each closure that is made from it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from symdiff.errors import NotDifferentiable, SymdiffError, together
from symdiff.read.calls import Calls, InPlace, Signature, known_alike
from symdiff.read.core import Frame, Slot
from symdiff.read.derived import definition, enclosing, innermost, is_tail, positional_names
from symdiff.read.inside import Inside, has_leaves, leaves_of
from symdiff.read.results import result_tree
from symdiff.read.scope import StaticScope
from symdiff.read.source import SourceFile
from symdiff.read.values import (
    Bound,
    Builtin,
    Choice,
    Derivative,
    Function,
    LiveObject,
    Partial,
    Ref,
    Rows,
    Runtime,
    Tuple,
    Unknown,
    Value,
    kind_of,
)
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.helpers import with_callees
from symdiff.stages import (
    REAL,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Global,
    Kind,
    Opaque,
    Param,
    Procedure,
    Var,
    expressions,
    is_differentiable,
    steps,
)

# From a procedure, the variables to differentiate with respect to, and the mode, to the file that
# the derivative is written in, and the name of the function in it.
Writer = Callable[[Procedure, list[Var], str], tuple[SourceFile, str]]


@dataclass
class Made:
    """A derivative that was written, and the values it was written for."""

    signature: Signature
    function: Function
    frames: tuple[Frame, ...]  # those that the differentiated function stands in

    def arguments(self, reader: Nested, frames: tuple[Frame, ...]) -> list[Expr] | None:
        """The outer values to call it with, for a function made anew in other frames; None if what
        was known of them is no longer so."""
        moved = dict(zip(self.frames, frames, strict=True))

        def slot(old: Slot) -> Slot:
            return (moved.get(old[0], old[0]), old[1])

        def alike(then: Any, now: Any) -> bool:
            if isinstance(then, Function) and isinstance(now, Function):
                held = moved.get(then.frame, then.frame) is now.frame
                return held and definition(then) == definition(now)
            return known_alike(then, now, alike)

        for old, value in self.signature.seen.items():
            if not alike(value, reader.read_slot(slot(old))):
                return None
        return [reader.captured_now(slot(s), path) for s, path, _ in self.signature.captures]


@dataclass
class Prepared:
    """A written derivative, and a call of it."""

    made: Made
    atoms: list[Expr]  # the numbers to call it with
    inside: Inside
    values: dict[Any, Any]  # the arguments as the function sees them, by position or name
    given: dict[Any, Value]
    places: list[int | str]  # of those that are differentiated


class GeneratedScope(StaticScope):
    """The names of a generated file: its constants are those of the function it was made from."""

    is_generated = True

    def __init__(self, file: SourceFile, constants: dict[str, Global], known: dict[str, Value]):
        super().__init__(file, "generated", None)
        self.constants, self.known = constants, known

    def lookup(self, name: str, unit: Any) -> Value | None:
        if name in self.known:
            return self.known[name]
        return self.constants[name] if name in self.constants else super().lookup(name, unit)


class Nested(Calls):
    """Calls of derivatives."""

    def prepare(
        self,
        derivative: Derivative,
        args: list[Value],
        keywords: dict[str, Value],
        node: ast.AST,
    ) -> Prepared:
        """The written derivative of a function for a call, and what to call it with."""
        target = self.differentiated(derivative.function, args, node)
        inside = Inside(type(self)(self.shared.apart(), self), self)
        places, args, keywords = self.chosen(derivative, target, args, keywords, node)
        names = positional_names(target)
        inner, of_function = inside.value(target, innermost(target).name)
        values: dict[Any, Any] = {}
        keys: list[Any] = []
        for i, value in enumerate(args):
            name = names[i] if i < len(names) else f"x_{i}"
            values[i], key = inside.value(value, name)
            keys.append((i, key))
        for name, value in keywords.items():
            values[name], key = inside.value(value, name)
            keys.append((name, key))
        frames = enclosing(target)
        at = (derivative.mode, of_function, tuple(keys), tuple(places))
        known = self.shared.derivatives.setdefault(at, [])
        captured: list[Expr] | None = None
        made = None
        for made in known:
            captured = made.arguments(self, frames)
            if captured is not None:
                break
        if captured is None:
            made = self.derive(derivative.mode, inner, inside, values, places, at, frames, node)
            known.append(made)
            captured = made.arguments(self, frames)
        assert made is not None and captured is not None
        self.refuse_shared(made.signature, inside, [*inside.atoms, *captured], node)
        given: dict[Any, Value] = dict(enumerate(args))
        given.update(keywords)
        return Prepared(made, [*inside.atoms, *captured], inside, values, given, places)

    def differentiated(self, function: Value, args: list[Value], node: ast.AST) -> Value:
        """What is differentiated, as something that has parameters."""
        if isinstance(function, Ref) and function.identity.kind == "instance":
            method = self.instance_attribute(function, "__call__", node)
            if method is not None:
                return method
        if isinstance(function, LiveObject):
            method = self.live_attribute(function, "__call__", node)
            if isinstance(method, Bound):
                return Bound(method.function, function)
        if isinstance(function, Builtin):
            from symdiff.read.builtin import function_of_rule

            try:
                return function_of_rule(function.live, len(args)).value(self.unit)
            except SymdiffError as error:
                raise self.refuse(node, error.message, fix=error.fix, error=type(error)) from None
        inner: Value = function
        while isinstance(inner, (Bound, Partial, Derivative)):
            inner = inner.function
        if not isinstance(inner, (Function, Choice)):
            raise self.refuse(node, "what is differentiated here is not a function that is known")
        return function

    def chosen(
        self,
        derivative: Derivative,
        target: Value,
        args: list[Value],
        keywords: dict[str, Value],
        node: ast.AST,
    ) -> tuple[list[int | str], list[Value], dict[str, Value]]:
        """Which arguments to differentiate with respect to, by position or keyword; and all of the
        arguments, defaults that are asked for among them."""
        function = innermost(target)
        plain, a = positional_names(target), function.node.args
        argnums = derivative.argnums
        defaults = dict(
            zip(
                [p.arg for p in [*a.posonlyargs, *a.args]][::-1],
                function.defaults[::-1],
                strict=False,
            )
        )
        defaults |= function.kwdefaults
        keywords = dict(keywords)
        if argnums is None:
            real = [i for i, v in enumerate(args) if has_leaves(self, v)]
            more = [k for k, v in keywords.items() if has_leaves(self, v)]
            return [*real, *more], args, keywords
        found: list[int | str] = []
        for want in argnums if isinstance(argnums, tuple) else (argnums,):
            at: int | str = want
            if isinstance(want, int) and want < 0:
                at = want + len(plain)
            if isinstance(at, str) and at in plain and plain.index(at) < len(args):
                at = plain.index(at)
            elif isinstance(at, int) and len(args) <= at < len(plain):
                at = plain[at]
            if isinstance(at, str) and at not in keywords and at in defaults:
                keywords[at] = defaults[at]
            if (
                isinstance(at, int)
                and not 0 <= at < len(args)
                or (isinstance(at, str) and at not in keywords)
            ):
                raise self.refuse(
                    node,
                    f"{function.name}() has no argument {want!r} to differentiate with respect to",
                    error=NotDifferentiable,
                )
            value = args[at] if isinstance(at, int) else keywords[at]
            if not has_leaves(self, value):
                label = at if isinstance(at, str) else plain[at] if at < len(plain) else f"{at}"
                raise self.refuse(
                    node,
                    f"the argument {label!r} is not a real number: it has no gradient",
                    error=NotDifferentiable,
                    fix="Pass a float (3.0 instead of 3), or differentiate with respect to another "
                    "argument.",
                )
            found.append(at)
        return found, args, keywords

    def derive(
        self,
        mode: str,
        function: Value,
        inside: Inside,
        values: dict[Any, Any],
        places: list[int | str],
        at: Any,
        frames: tuple[Frame, ...],
        node: ast.AST,
    ) -> Made:
        """Read the differentiated function, and write its derivative."""
        procedure, signature = self.as_procedure(mode, function, inside, values, at, node)
        shared = inside.reader.shared
        wanted = [v for p in places for v in leaves_of(inside, values[p])]
        assert shared.writer is not None
        file, written = shared.writer(procedure, wanted, mode)
        signature.busy = False
        values_of = procedure.globals
        constants = {
            g.name: g
            for g in globals_in(procedure)
            if g.name in values_of and not values_of[g.name].text.startswith(("import ", "from "))
        }
        scope = GeneratedScope(file, constants, shared.originals | self.unit.classes)
        found = scope.lookup(written, self.unit)
        assert isinstance(found, Function)
        return Made(signature, found, frames)

    def as_procedure(
        self,
        mode: str,
        function: Value,
        inside: Inside,
        values: dict[Any, Any],
        at: Any,
        node: ast.AST,
        title: str = "",
    ) -> tuple[Procedure, Signature]:
        """A function that is given, as a procedure: the outer variables that it reads are the last
        of its parameters."""
        name = innermost(function).name
        if at in self.shared.deriving:
            raise self.refuse(node, f"{name}() differentiates itself, without end")
        reader, shared = inside.reader, inside.reader.shared
        own = name if name.isidentifier() else "inner"
        signature = reader.signature = Signature(title or own)
        reader.frame, reader.reading = self.frame, []
        given = [v for k, v in values.items() if isinstance(k, int)]
        named = {k: v for k, v in values.items() if isinstance(k, str)}
        self.shared.deriving.append(at)
        try:
            value = reader.apply_function(function, given, named, node)
            if reader.offences:
                raise together(reader.offences)
            result = self.result_of(mode, reader, value, name, node)
            captured = {p.var for _, _, p in signature.captures}
            stored = {v for a in reader.stored for v in reader.memory_of(a)}
            if not captured.isdisjoint(stored):
                raise self.refuse(
                    node, f"{name}() changes an array of the function around it: not supported"
                )
            signature.changes = not {p.var for p in inside.params}.isdisjoint(stored)
            signature.changed_objects = inside.changed()
        except InPlace:
            raise self.refuse(
                node,
                f"{name}() changes what belongs to the function around it: its derivative can't "
                "be taken here",
                fix="Return what it computes instead.",
            ) from None
        finally:
            self.shared.deriving.pop()
        for i, (slot, path, param) in enumerate(signature.captures):
            signature.captures[i] = (slot, path, Param(inside.name(param.name), param.var))
        params = [*inside.params, *(param for _, _, param in signature.captures)]
        place = self.place(node) if title else self.shared.place_of(innermost(function))
        procedure = Procedure(signature.name, params, reader.block, result, place)
        procedure.callees = shared.callees
        return reader.finish(procedure), signature

    def call_function(
        self, function: Function, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        op = f"helper:{function.name}"
        if function.scope.is_generated and registry.by_name(op) is not None:
            self.shared.helpers |= with_callees(function.name)
            return self.array_call(op, args, keywords, node)
        return super().call_function(function, args, keywords, node)

    def result_of(self, mode: str, reader: Nested, value: Value, name: str, node: ast.AST) -> Expr:
        if isinstance(value, Unknown):
            return Const(0.0)
        if mode == "aux":
            if not isinstance(value, Tuple) or len(value.items) != 2:
                raise self.refuse(
                    node, f"with has_aux, {name}() has to return its value and what is beside it"
                )
            main = self.result_of("grad", reader, value.items[0], name, node)
            return Apply("tuple", (main, reader.tree(value.items[1], node)))
        if mode != "grad":
            return result_tree(reader, value, [], node)
        if not isinstance(value, Runtime) or not is_real(kind_of(value)):
            raise self.refuse(
                node,
                f"{name}() does not return a real scalar: it has no gradient",
                error=NotDifferentiable,
                fix="Return a number.",
            )
        return value

    def refuse_shared(
        self, signature: Signature, inside: Inside, atoms: list[Expr], node: ast.AST
    ) -> None:
        """What is given twice, and changed by the function, is one: not followed."""
        objects = list(inside.objects.values())
        changed = {objects[i] for i in signature.changed_objects}
        if changed and (inside.twice or not changed.isdisjoint(s[0] for s in signature.seen)):
            raise self.refuse(
                node,
                f"{signature.name}() changes a list that it is given, and sees in another way too",
                fix="Give it a copy.",
            )
        arrays = [a for a in atoms if isinstance(a, Var) and isinstance(a.kind, ArrayOf)]
        seen: set[Var] = set()
        for array in arrays if signature.changes else ():
            memory = set(self.memory_of(array))
            if not seen.isdisjoint(memory):
                raise self.refuse(
                    node, f"{signature.name}() changes an array that is given to it twice"
                )
            seen |= memory

    def follow(self, made: Made, given: list[Any], node: ast.AST) -> Value:
        """Read a call of the written derivative; what can't be read in it is said of the call."""
        reported = len(self.offences)
        if isinstance(node, ast.Call) and is_tail(node):
            self.shared.in_place.add(made.function.node)
        values: list[Value] = list(given)
        try:
            return self.call_function(made.function, values, {}, node)
        except SymdiffError as error:
            self.offences.append(error)
            return Unknown()
        finally:
            self.offences[reported:] = [
                self.said_of_call(made, error, node) for error in self.offences[reported:]
            ]

    def said_of_call(self, made: Made, error: SymdiffError, node: ast.AST) -> SymdiffError:
        if error.place is None or error.place.file != made.function.scope.file.path:
            return error
        line = made.function.scope.file.lines[error.place.line - 1].strip()
        return self.refuse(
            node,
            f"the derivative of {made.signature.name}() can't be differentiated again: "
            f"{error.message}",
            why=f"In the derivative: {line}",
            error=type(error),
        )

    def of_places(self, ready: Prepared, adjoints: Tuple) -> list[Value]:
        """The adjoint of each differentiated argument, in its structure."""
        rest = iter(adjoints.items)
        return [self.rebuilt(ready.inside, ready.values[p], rest) for p in ready.places]

    def rebuilt(self, inside: Inside, value: Any, adjoints: Any) -> Value:
        """The adjoint of an argument, in its structure."""
        if isinstance(value, Var):
            return next(adjoints) if is_differentiable(value.kind) else Const(None)
        if isinstance(value, Tuple):
            items = tuple(self.rebuilt(inside, v, adjoints) for v in value.items)
            return Tuple(items, value.type)
        if isinstance(value, Ref):
            content = inside.given[value.identity]
            made: Any
            if isinstance(content, tuple):
                made = tuple(self.rebuilt(inside, v, adjoints) for v in content)
            elif isinstance(content, dict):
                made = {k: self.rebuilt(inside, v, adjoints) for k, v in content.items()}
            elif isinstance(content, Rows):
                columns = (self.rebuilt(inside, v, adjoints) for v in content.columns)
                made = Rows(cast("tuple[Ref, ...]", tuple(columns)), content.type)
            else:
                return self.rebuilt(inside, content, adjoints)
            return self.new_object(value.identity.kind, made, value.identity.cls)
        return Const(None)


def is_real(kind: Kind) -> bool:
    return kind is REAL or isinstance(kind, ArrayOf) and kind.item is REAL


def globals_in(procedure: Procedure) -> set[Global]:
    """The globals that a procedure and what it calls read."""
    found: set[Global] = set()
    for each in [procedure, *procedure.callees.values()]:
        pending = [e for step in steps(each.body) for e in expressions(step)]
        pending.append(each.result)
        while pending:
            top = pending.pop()
            if isinstance(top, Global):
                found.add(top)
            elif isinstance(top, (Apply, Opaque)):
                pending.extend(top.args)
    return found
