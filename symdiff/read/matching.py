"""Match statements as branches: each pattern becomes a test that binds what it captures."""

from __future__ import annotations

import ast
from typing import Any

from symdiff.read.core import Core
from symdiff.read.values import (
    Builtin,
    Ref,
    Runtime,
    Tuple,
    Unknown,
    Value,
    kind_of,
)
from symdiff.stages import BOOLEAN, OBJECT, Apply, Const, Expr, ListOf


class MatchTest(ast.expr):
    """Whether the value under a name matches a pattern; what the pattern captures is bound."""

    _fields = ("subject", "pattern")
    subject: ast.expr
    pattern: ast.pattern

    def __init__(self, subject: ast.expr, pattern: ast.pattern) -> None:
        super().__init__()
        self.subject, self.pattern = subject, pattern


def as_branches(stmt: ast.Match, subject: str) -> list[ast.stmt]:
    """A match statement as an assignment of its subject, and if statements."""

    def located(node: Any, like: ast.AST) -> Any:
        return ast.copy_location(node, like)

    target = located(ast.Name(subject, ast.Store()), stmt.subject)
    rest: list[ast.stmt] = []
    for case in reversed(stmt.cases):
        name = located(ast.Name(subject, ast.Load()), case.pattern)
        test: ast.expr = located(MatchTest(name, case.pattern), case.pattern)
        if case.guard is not None:
            test = located(ast.BoolOp(ast.And(), [test, case.guard]), case.pattern)
        rest = [located(ast.If(test, case.body, rest), case.pattern)]
    return [located(ast.Assign([target], stmt.subject), stmt), *rest]


class Matching(Core):
    """Patterns, tested against values."""

    def evaluate(self, node: ast.expr) -> Value:
        raise NotImplementedError

    def items(self, value: Value, node: ast.AST) -> list[Value] | None:
        raise NotImplementedError

    def comparison(self, op: str, a: Value, b: Value, node: ast.AST) -> Value:
        raise NotImplementedError

    def attribute(self, value: Value, name: str, node: ast.AST) -> Value:
        raise NotImplementedError

    def assign_target(self, target: ast.expr, value: Value) -> None:
        raise NotImplementedError

    def is_instance(self, value: Value, cls: Value) -> bool | None:
        raise NotImplementedError

    def match_test(self, node: MatchTest) -> Value:
        subject = self.evaluate(node.subject)
        if isinstance(subject, Unknown):
            return subject
        captured: list[tuple[str, Value]] = []
        tests = self.pattern_tests(node.pattern, subject, captured)
        if tests is None:
            return Const(False)
        for name, value in captured:
            self.assign_target(ast.copy_location(ast.Name(name, ast.Store()), node.pattern), value)
        found: Expr = Const(True)
        for test in tests:
            if found == Const(True):
                found = test
            else:
                found = self.emit(Apply("and", (found, test)), BOOLEAN, node.pattern)
        assert isinstance(found, Runtime)
        return found

    def pattern_tests(
        self, pattern: ast.pattern, value: Value, captured: list[tuple[str, Value]]
    ) -> list[Expr] | None:
        """What has to be true for a pattern to match; None where it can't."""
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                tests: list[Expr] | None = []
                if inner is not None:
                    tests = self.pattern_tests(inner, value, captured)
                if name is not None:
                    captured.append((name, value))
                return tests
            case ast.MatchValue(value=literal):
                return self.equal("eq", value, self.evaluate(literal), pattern)
            case ast.MatchSingleton(value=single):
                return self.equal("is", value, Const(single), pattern)
            case ast.MatchOr(patterns=options):
                return self.any_of(options, value, captured)
            case ast.MatchSequence(patterns=parts):
                return self.sequence(parts, value, captured, pattern)
            case ast.MatchMapping():
                return self.mapping(pattern, value, captured)
            case ast.MatchClass():
                return self.class_pattern(pattern, value, captured)
        raise self.refuse(pattern, "this pattern is not supported in a differentiated function")

    def equal(self, op: str, a: Value, b: Value, node: ast.AST) -> list[Expr] | None:
        if isinstance(a, (Tuple, Ref)) and isinstance(b, Runtime):
            return None
        test = self.comparison(op, a, b, node)
        if isinstance(test, Const):
            return [] if test.value else None
        if not isinstance(test, Runtime):
            raise self.refuse(node, "this pattern can't be tested while the function is read")
        return [test]

    def any_of(
        self, options: list[ast.pattern], value: Value, captured: list[tuple[str, Value]]
    ) -> list[Expr] | None:
        found: list[Expr] = []
        for option in options:
            bound: list[tuple[str, Value]] = []
            tests = self.pattern_tests(option, value, bound)
            if tests == [] and not found:
                captured += bound
                return []
            if tests is None:
                continue
            if bound or len(tests) != 1:
                raise self.refuse(option, "alternatives that capture names are not supported")
            found += tests
        if not found:
            return None
        either = found[0]
        for test in found[1:]:
            either = self.emit(Apply("or", (either, test)), BOOLEAN, options[0])
        return [either]

    def sequence(
        self,
        parts: list[ast.pattern],
        value: Value,
        captured: list[tuple[str, Value]],
        node: ast.AST,
    ) -> list[Expr] | None:
        is_list = isinstance(value, Ref) and value.identity.kind == "list"
        if not isinstance(value, Tuple) and not is_list:
            if isinstance(value, Runtime) and (kind_of(value) is OBJECT or _is_list(value)):
                raise self.refuse(node, "the structure of what is matched is not known here")
            return None
        items = self.items(value, node)
        if items is None:
            raise self.refuse(node, "a list of unknown length can't be matched", fix="Use len().")
        stars = [i for i, p in enumerate(parts) if isinstance(p, ast.MatchStar)]
        if stars:
            at, after = stars[0], len(parts) - stars[0] - 1
            if len(items) < at + after:
                return None
            middle = self.new_object("list", tuple(items[at : len(items) - after]))
            star = parts[at]
            assert isinstance(star, ast.MatchStar)
            if star.name is not None:
                captured.append((star.name, middle))
            parts = [*parts[:at], *parts[at + 1 :]]
            items = [*items[:at], *items[len(items) - after :]]
        if len(items) != len(parts):
            return None
        return self.all_of(zip(parts, items, strict=True), captured)

    def all_of(self, pairs: Any, captured: list[tuple[str, Value]]) -> list[Expr] | None:
        found: list[Expr] = []
        for pattern, item in pairs:
            tests = self.pattern_tests(pattern, item, captured)
            if tests is None:
                return None
            found += tests
        return found

    def mapping(
        self, pattern: ast.MatchMapping, value: Value, captured: list[tuple[str, Value]]
    ) -> list[Expr] | None:
        if not isinstance(value, Ref) or value.identity.kind != "dict":
            if isinstance(value, Runtime) and kind_of(value) is OBJECT:
                raise self.refuse(pattern, "the structure of what is matched is not known here")
            return None
        content = dict(self.content(value))
        pairs = []
        for key, part in zip(pattern.keys, pattern.patterns, strict=True):
            name = self.evaluate(key)
            if not isinstance(name, Const):
                raise self.refuse(key, "the keys of a pattern must be literals here")
            if name.value not in content:
                return None
            pairs.append((part, content.pop(name.value)))
        if pattern.rest is not None:
            captured.append((pattern.rest, self.new_object("dict", content)))
        return self.all_of(pairs, captured)

    def class_pattern(
        self, pattern: ast.MatchClass, value: Value, captured: list[tuple[str, Value]]
    ) -> list[Expr] | None:
        cls = self.evaluate(pattern.cls)
        fits = self.is_instance(value, cls)
        if fits is None:
            raise self.refuse(pattern, "the class of what is matched is not known here")
        if not fits:
            return None
        if isinstance(cls, Builtin):
            return self.all_of(((p, value) for p in pattern.patterns), captured)
        names = self.match_args(cls, pattern)
        if len(pattern.patterns) > len(names):
            raise self.refuse(pattern, "the class has fewer fields than the pattern")
        pairs = list(zip(pattern.patterns, names, strict=False))
        pairs += list(zip(pattern.kwd_patterns, pattern.kwd_attrs, strict=True))
        return self.all_of(((p, self.attribute(value, n, pattern)) for p, n in pairs), captured)

    def match_args(self, cls: Value, node: ast.AST) -> list[str]:
        raise NotImplementedError


def _is_list(value: Value) -> bool:
    return isinstance(kind_of(value), ListOf)
