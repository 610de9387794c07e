"""Functions that generated code calls as they stand: their text, and what it needs, goes along."""

from __future__ import annotations

import ast
import copy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symdiff.errors import NoSource
from symdiff.read.scope import LiveScope, StaticScope
from symdiff.read.source import SourceFile, file_at
from symdiff.read.values import Class, Function, LiveObject, Module, Value
from symdiff.stages import OBJECT, Expr, Global, GlobalValue, Helper, Var

if TYPE_CHECKING:
    from symdiff.read.calls import Calls


def standing(reader: Calls, function: Value, node: ast.AST) -> Expr:
    """What generated code calls for a function that is not read.

    Raises UnsupportedSyntax for one that is defined inside of another and reads its variables.
    """
    if isinstance(function, Function) and function.rules is not None:
        native = function.rules.native
        if native is not None:
            return reader.no_atom(native, node)
    if not isinstance(function, Function):
        return reader.no_atom(function, node)
    if function.frame is not None:
        raise reader.refuse(
            node,
            f"{function.name}() can't be read, and so is called as it stands: it can't be defined "
            "inside of the differentiated function",
            fix="Move it to the top of the file, and pass it what it reads.",
        )
    closed = function.live is not None and function.live.__code__.co_freevars
    if closed or isinstance(function.node, ast.Lambda):
        if function.live is None:
            raise reader.refuse(node, "a lambda that can't be read needs a name: use 'def'")
        held = LiveObject(function.name.strip("<>"), function.live, _reader_of(function))
        return reader.no_atom(held, node)
    name = function.name
    if isinstance(function.scope, LiveScope):
        value = GlobalValue(name, _reader_of(function))
        made = reader.unit.constant(name, value, OBJECT, function.live)
        if made.name != name:
            return made
        scope = _scope_of(function.scope.file, function.scope.module)
    else:
        scope, made = function.scope, Global(name, OBJECT)
    _Bringer(reader, scope).function(name, function.node)
    return made


def standing_class(reader: Calls, cls: Class) -> Expr:
    """What generated code raises for an exception class of the user's."""
    if cls.live is None:
        assert cls.node is not None
        _Bringer(reader, cls.scope).function(cls.name, cls.node)
        return Global(cls.name, OBJECT)
    scope = _file_of_class(cls.live)
    node = scope.names.get(cls.live.__qualname__) if scope is not None else None
    text = cls.name if isinstance(node, ast.ClassDef) else repr(cls.live)
    kept = GlobalValue(text, lambda root: cls.live)
    made = reader.unit.constant(cls.name, kept, OBJECT, id(cls.live))
    if scope is not None and isinstance(node, ast.ClassDef) and made.name == cls.name:
        _Bringer(reader, scope).function(cls.name, node)
    return made


def _file_of_class(cls: type) -> StaticScope | None:
    path = getattr(sys.modules.get(cls.__module__), "__file__", None)
    file = file_at(path) if path else None
    return _scope_of(file, cls.__module__) if file is not None else None


def _scope_of(file: SourceFile, module: str) -> StaticScope:
    return StaticScope(file, module, Path(file.path).parent)


def _reader_of(function: Function) -> Any:
    return function.scope.read if isinstance(function.scope, LiveScope) else None


def _at_once(node: ast.ClassDef) -> list[ast.AST]:
    """What a class needs when it is defined, so that it has to come first."""
    body = [s for s in node.body if not isinstance(s, (ast.FunctionDef, ast.ClassDef))]
    return [*node.bases, *node.keywords, *node.decorator_list, *body]


class _Bringer:
    """Collects the texts of functions, and of all that they mention, as helpers and constants."""

    def __init__(self, reader: Any, scope: StaticScope) -> None:
        self.reader, self.scope = reader, scope
        self.helpers: dict[str, Helper] = reader.shared.helpers
        self.globals: dict[str, GlobalValue] = {}

    def function(self, name: str, node: ast.FunctionDef | ast.ClassDef) -> None:
        bare = copy.deepcopy(node)
        if isinstance(bare, ast.FunctionDef):
            bare.decorator_list, bare.name = [], name
        text = ast.unparse(bare)
        if ast.unparse(node) == text and not node.decorator_list:
            text = self.as_written(node) or text
        known = self.helpers.get(name)
        if known is not None:
            if known.text != text:
                raise NoSource(f"two different functions are called {name!r}")
            return
        if isinstance(bare, ast.ClassDef):
            for part in _at_once(bare):
                self.needed(part, {name})
        self.helpers[name] = Helper(name, text, (), Var("out"), (), self.globals)
        self.needed(bare, {name})

    def as_written(self, node: ast.FunctionDef | ast.ClassDef) -> str | None:
        """The user's own lines, of a function or class at the top of a file."""
        lines = self.scope.file.lines[node.lineno - 1 : node.end_lineno]
        return "\n".join(lines) if node.col_offset == 0 else None

    def needed(self, tree: ast.AST, known: set[str]) -> None:
        names = dict.fromkeys(
            n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id not in known
        )
        for name in names:
            self.name(name, name, self.scope)

    def name(self, name: str, origin: str, scope: StaticScope) -> None:
        if name in self.globals or name in self.helpers:
            return
        stmt = scope.names.get(origin)
        outer, self.scope = self.scope, scope
        try:
            match stmt:
                case ast.FunctionDef() | ast.ClassDef():
                    self.function(name, stmt)
                case ast.Import():
                    self.imported(name, stmt)
                case ast.ImportFrom():
                    self.imported_from(name, origin, stmt)
                case ast.Assign(targets=[ast.Name()], value=value):
                    self.needed(value, {name})
                    self.globals[name] = GlobalValue(ast.unparse(value))
        finally:
            self.scope = outer

    def imported(self, name: str, stmt: ast.Import) -> None:
        for alias in stmt.names:
            if (alias.asname or alias.name.partition(".")[0]) == name:
                self.refuse_own(alias.name, stmt)
                as_name = f" as {alias.asname}" if alias.asname else ""
                self.globals[name] = GlobalValue(f"import {alias.name}{as_name}")

    def imported_from(self, name: str, origin: str, stmt: ast.ImportFrom) -> None:
        alias = next(a for a in stmt.names if (a.asname or a.name) == origin)
        self.refuse_own(stmt.module or "", stmt)
        found: Any = self.scope._module(stmt)
        inner = found.scope if isinstance(found, Module) else None
        if inner is not None and alias.name in inner.names:
            self.name(name, alias.name, inner)
            return
        as_name = f" as {name}" if alias.name != name else ""
        self.globals[name] = GlobalValue(f"from {stmt.module} import {alias.name}{as_name}")

    def refuse_own(self, module: str, stmt: ast.stmt) -> None:
        if module.partition(".")[0] == "symdiff":
            raise NoSource(
                "a function that is called as it stands can't use symdiff itself",
                self.scope.file.place(stmt),
                fix="Move what uses symdiff out of it.",
            )
