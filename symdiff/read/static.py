"""Finding a function in a file, a module or a text, without running any of it."""

from __future__ import annotations

import ast
import difflib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from symdiff.deep import with_room
from symdiff.errors import BadTarget, UnsupportedSyntax, together
from symdiff.read.core import Frame
from symdiff.read.derived import as_function
from symdiff.read.fence import offences
from symdiff.read.records import last_name
from symdiff.read.scope import StaticScope, Unit, static_scope
from symdiff.read.source import parse
from symdiff.read.values import Bound, Class, Derivative, Function, Partial, Value


@dataclass(frozen=True, eq=False)
class StaticFunction:
    """A function of a file that is not run."""

    name: str  # as in the file: `f` or `Class.method`
    scope: StaticScope

    @property
    def __name__(self) -> str:
        return self.name.rpartition(".")[2]

    def value(self, unit: Unit) -> Value:
        """What the reader makes of it. Raises SymdiffError."""
        first, *rest = self.name.split(".")
        node = self.scope.names.get(first)
        if isinstance(node, ast.AsyncFunctionDef):
            raise together(
                [
                    UnsupportedSyntax(
                        why,
                        self.scope.file.place(n),
                        fix=fix,
                        lines=self.scope.file.text.splitlines(),
                    )
                    for n, why, fix in offences(node)
                ]
            )
        found = self.scope.lookup(first, unit)
        for part in rest:
            if isinstance(found, Function):
                raise UnsupportedSyntax(
                    f"{self.name!r} is defined inside of a function: it is made anew by each call",
                    self.scope.file.place(found.node),
                    fix="Move it to the top of the file, or differentiate the function around it.",
                    lines=self.scope.file.lines,
                )
            if not isinstance(found, Class) or found.node is None:
                found = None
                break
            member = next(
                (
                    s
                    for s in found.node.body
                    if isinstance(s, (ast.FunctionDef, ast.ClassDef)) and s.name == part
                ),
                None,
            )
            if isinstance(member, ast.ClassDef):
                found = Class(part, member, self.scope)
            else:
                found = _member(self.scope, member, unit, found) if member is not None else None
        if isinstance(found, Derivative):
            return as_function(found)
        if not isinstance(found, (Function, Bound, Partial)):
            known = _like(self.name, _functions(self.scope))
            where = self.scope.file.path
            what = (
                "there is no function"
                if found is None
                else "what can be differentiated is a function, not"
            )
            raise BadTarget(
                f"{where}: {what} {self.name!r}", fix=f"Functions in the file: {known}."
            )
        if isinstance(found, Function) and found.wrapped is not None:
            return _with_own_signature(found)
        return found


def _member(scope: StaticScope, node: ast.FunctionDef, unit: Unit, owner: Class) -> Value:
    """A method: one of the class as such has its first argument."""
    found = scope.function(node, unit, owner)
    kinds = {last_name(d) for d in node.decorator_list}
    return Bound(found, owner) if "classmethod" in kinds else found


def _with_own_signature(wrapper: Function) -> Value:
    """A wrapper that takes whatever it is given, with the parameters of what it wraps."""
    if wrapper.node.args.vararg is None:
        return wrapper
    inner: Function = wrapper.wrapped
    a = inner.node.args
    plain = [ast.Name(p.arg, ast.Load()) for p in [*a.posonlyargs, *a.args]]
    args: list[ast.expr] = [*plain]
    if a.vararg is not None:
        args.append(ast.Starred(ast.Name(a.vararg.arg, ast.Load()), ast.Load()))
    keywords = [ast.keyword(p.arg, ast.Name(p.arg, ast.Load())) for p in a.kwonlyargs]
    call = ast.Call(ast.Name("%wrapper", ast.Load()), args, keywords)
    node = ast.FunctionDef(inner.name, a, [ast.Return(call)], [])
    for sub in ast.walk(call):
        ast.copy_location(sub, inner.node)
    ast.copy_location(node, inner.node)
    ast.copy_location(node.body[0], inner.node)
    frame = Frame(wrapper.node, wrapper.scope, None, {"%wrapper"}, set())
    frame.known["%wrapper"] = wrapper
    return Function(
        node, inner.scope, inner.name, inner.defaults, inner.kwdefaults, frame, wrapped=inner
    )


def _like(name: str, known: list[str]) -> str:
    """The names that resemble one, or the first few."""
    shown = difflib.get_close_matches(name, known, 5, 0.5) or known
    return ", ".join(map(repr, shown[:10])) + (", ..." if len(shown) > 10 else "") or "none"


def _functions(scope: StaticScope) -> list[str]:
    return [name for name, stmt in scope.names.items() if isinstance(stmt, ast.FunctionDef)]


def load(target: str) -> StaticFunction:
    """The function that `FILE.py:FUNCTION`, `package.module:FUNCTION` or `-` (standard input)
    names.

    Raises BadTarget when there is no such file or function, UnsupportedSyntax when it is not
    Python.
    """
    where, colon, name = target.rpartition(":")
    if not colon or re.fullmatch(r"[\\/].*", name):
        where, name = target, ""
    if where == "-":
        return _from_text(sys.stdin.read(), name)
    if not name:
        raise BadTarget(f"{target}: which function?", fix="Name it as FILE.py:FUNCTION.")
    path = _find_file(where)
    try:
        scope = with_room(lambda: static_scope(path))
    except UnicodeDecodeError as error:
        raise BadTarget(f"{where}: is not text in UTF-8: {error.reason}") from None
    except OSError as error:
        raise BadTarget(f"{where}: cannot be read: {error.strerror}") from None
    return _checked(StaticFunction(name, scope))


def _checked(function: StaticFunction) -> StaticFunction:
    with_room(lambda: function.value(Unit()))
    return function


def _from_text(text: str, name: str) -> StaticFunction:
    scope = with_room(lambda: StaticScope(parse("<stdin>", text), "<stdin>", Path.cwd()))
    functions = [
        n for n, s in scope.names.items() if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    if not name and not functions:
        raise BadTarget("standard input: there is no function in it")
    return _checked(StaticFunction(name or functions[-1], scope))


def _find_file(where: str) -> Path:
    path = Path(where)
    if path.suffix == ".py" or path.exists():
        if path.is_file():
            return path
        if (path / "__init__.py").is_file():
            return path / "__init__.py"
        raise BadTarget(f"{where}: no such file" if not path.is_dir() else f"{where}: is a folder")
    if not re.fullmatch(r"\w+(\.\w+)*", where):
        raise BadTarget(f"{where}: no such file")
    for entry in ("", *sys.path):
        base = Path(entry or ".").joinpath(*where.split("."))
        for found in (base.with_suffix(".py"), base / "__init__.py"):
            if found.is_file():
                return found
    raise BadTarget(
        f"{where}: no such module",
        fix="Name a file as FILE.py:FUNCTION, or a module that can be imported from here.",
    )
