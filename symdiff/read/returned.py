"""What rules return, held against the arguments and the value of their functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from symdiff.errors import BadRule, SymdiffError
from symdiff.read.core import describe
from symdiff.read.forms import form_of, form_of_result, is_number, kinds_in, may_vary, skeleton
from symdiff.read.values import Function, Ref, Runtime, Tuple, Value, kind_of
from symdiff.stages import OBJECT, ArrayOf, Const, Expr, Kind

if TYPE_CHECKING:
    from symdiff.read.calls import Calls

NOTHING = Const(None)


class Returned:
    """What one rule of a function returns; `outer` and `sub` have read the call and the rule."""

    def __init__(
        self, function: Function, rule: Function, outer: Calls, sub: Calls, node: ast.AST
    ) -> None:
        self.function, self.rule = function, rule
        self.outer, self.sub, self.node = outer, sub, node
        self.found: list[Expr] = []
        self.silent: set[int] = set()  # the numbers of a receiver that is left out
        self.broadcasts = False  # partials may have the shape of the value

    def misshapen(self, why: str, fix: str) -> SymdiffError:
        node: ast.AST = self.rule.node
        returns = [n for n in ast.walk(node) if isinstance(n, ast.Return)]
        where = node.body if isinstance(node, ast.Lambda) else returns[-1] if returns else node
        return BadRule(
            f"the rule of {self.function.name}() {why}",
            self.rule.scope.file.place(where),
            fix=fix,
            lines=self.rule.scope.file.lines,
        )

    # --- adjoints and partials ---

    def adjoints(self, bound: dict[str, Value], value: Value, word: str) -> list[Expr]:
        """The adjoint (or partial) of each number among the arguments."""
        self.broadcasts = word == "partial"
        given = self.by_name(bound, value, word)
        for name, argument in bound.items():
            first = len(self.found)
            self.match(argument, given.get(name, NOTHING), name)
            if name not in given and name == _receiver(self.function):
                self.silent.update(range(first, len(self.found)))
        return self.found

    def by_name(self, bound: dict[str, Value], value: Value, word: str) -> dict[str, Value]:
        """What is returned for each parameter. Parameters that have no derivative may be left
        out; that of the only one may stand without a tuple."""
        names = list(bound)
        varied = [n for n in names if self.varies(bound[n])]
        if isinstance(value, Tuple) and len(value.items) == len(names) != 1:
            return dict(zip(names, value.items, strict=True))
        others = [n for n in names if n != _receiver(self.function)]
        for wanted in (names, varied, others):
            if len(wanted) == 1:
                only = bound[wanted[0]]
                if isinstance(value, Tuple) and len(value.items) == 1 and not _is_single(only):
                    return {wanted[0]: value.items[0]}
                if not isinstance(value, Tuple) or isinstance(only, (Tuple, Ref)):
                    return {wanted[0]: value}
        for wanted in (varied, others):
            if isinstance(value, Tuple) and len(value.items) == len(wanted):
                return dict(zip(wanted, value.items, strict=True))
        count = len(value.items) if isinstance(value, Tuple) else 1
        raise self.misshapen(
            f"returns {_many(count, word)} for {_many(len(names), 'argument')}",
            f"Return the {word} of {names[0]!r}."
            if len(names) == 1
            else f"Return a tuple with the {word} of each of ({', '.join(names)}), None for one "
            "that has none.",
        )

    def varies(self, value: Value) -> bool:
        leaves: list[Expr] = []
        form_of(self.outer, value, leaves, self.node)
        return any(may_vary(kind_of(v)) for v in leaves)

    def match(self, argument: Any, got: Any, name: str) -> None:
        """Note what is returned for the numbers of one argument."""
        if is_number(argument):
            self.found.append(self.number(argument, got, name))
            return
        for part, each, title in self.parts(argument, got, name):
            self.match(part, each, title)

    def number(self, argument: Any, got: Any, name: str) -> Expr:
        own = kind_of(argument)
        if not isinstance(got, Runtime):
            raise self.wrong(got, name, "an array" if isinstance(own, ArrayOf) else "a number")
        if self.broadcasts:
            return got
        kind = kind_of(got)
        if isinstance(kind, ArrayOf) and kind.dims and not isinstance(own, ArrayOf):
            raise self.wrong(got, name, "a number")
        if isinstance(own, ArrayOf) and isinstance(kind, ArrayOf) and _is_larger(kind, own):
            raise self.wrong(got, name, f"an array of {len(own.dims or ())} axes")
        return got

    def parts(self, argument: Any, got: Any, name: str) -> list[tuple[Any, Any, str]]:
        """The parts of an argument, and what is returned for each."""
        if isinstance(argument, Tuple):
            return self.items(argument.items, got, name, "tuple")
        if not isinstance(argument, Ref):
            return []
        content = self.outer.content(argument)
        if isinstance(content, tuple):
            return self.items(content, got, name, "list")
        if not isinstance(content, dict):
            held = (
                got if got == NOTHING or not isinstance(got, Ref) else self.sub.dynamic(got, None)
            )
            return [(content, held, name)]
        theirs = self.sub.content(got) if isinstance(got, Ref) else {} if got == NOTHING else None
        if not isinstance(theirs, dict) or set(theirs) - set(content):
            raise self.wrong(got, name, describe(argument))
        return [(v, theirs.get(k, NOTHING), f"{name}[{k!r}]") for k, v in content.items()]

    def items(
        self, own: tuple[Any, ...], got: Any, name: str, what: str
    ) -> list[tuple[Any, Any, str]]:
        theirs: Any = (NOTHING,) * len(own)
        if isinstance(got, Tuple):
            theirs = got.items
        elif isinstance(got, Ref):
            theirs = self.sub.content(got)
        elif got != NOTHING:
            theirs = None
        if not isinstance(theirs, tuple) or len(theirs) != len(own):
            raise self.wrong(got, name, f"a {what} of {len(own)}")
        return [(v, t, f"{name}[{i}]") for i, (v, t) in enumerate(zip(own, theirs, strict=True))]

    def wrong(self, got: Any, name: str, wanted: str) -> SymdiffError:
        said = "an array" if isinstance(got, Runtime) else describe(got)
        return self.misshapen(
            f"returns {said} for {name!r}, which is {wanted}",
            f"Return what has the structure of {name!r}, or None.",
        )

    # --- tangents ---

    def tangents(self, form: Any, value: Value) -> list[Expr]:
        """The tangents of the numbers in the value that have one."""
        got: list[Expr] = []
        try:
            shape = form_of_result(self.sub, value, got, self.rule.node)
        except SymdiffError:
            shape = (OBJECT, OBJECT, ())
        kinds = kinds_in(form)
        if len(got) != len(kinds) or skeleton(shape) != skeleton(form):
            raise self.misshapen(
                "returns a tangent in another structure than the value",
                "Return the tangent of the value, in the structure of the value.",
            )
        return [g for g, k in zip(got, kinds, strict=True) if may_vary(k)]


def _receiver(function: Function) -> str:
    """The name of the object that a method is one of; nothing for other functions."""
    a = function.node.args
    first = next((p.arg for p in (*a.posonlyargs, *a.args)), "")
    return first if function.owner is not None and first in ("self", "cls") else ""


def _is_single(value: Any) -> bool:
    return isinstance(value, Tuple) and len(value.items) == 1


def _is_larger(kind: Kind, own: Kind) -> bool:
    assert isinstance(kind, ArrayOf) and isinstance(own, ArrayOf)
    return kind.dims is not None and own.dims is not None and len(kind.dims) > len(own.dims)


def _many(count: int, word: str) -> str:
    return f"1 {word}" if count == 1 else f"{count} {word}s"
