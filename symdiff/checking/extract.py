"""Builds the functions of a Python file from its text, without executing the file.

Function and class definitions, constants that are simple expressions, and imports from the
standard library are taken over; imports from neighbouring files are extracted likewise. All
other statements of the file are left out.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import sys
from collections import namedtuple
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from symdiff.checking.exact import OF_RULES, World, rewrite
from symdiff.checking.functions import ARRAY_MODULES, counterparts, math_module
from symdiff.checking.numba import NUMBA
from symdiff.checking.ruled import Ruled, namespace

LIBRARY = {"abc", "cmath", "collections", "copy", "dataclasses", "enum", "fractions"}
LIBRARY |= {"functools", "itertools", "math", "numbers", "operator", "typing"}
SAFE_CALLS = {"abs", "bool", "dict", "float", "frozenset", "int", "len", "list", "max", "min"}
SAFE_CALLS |= {"pow", "range", "round", "set", "sum", "tuple"}
MAX_FILES = 100


class Extractor:
    """Extracts files, each once, into one `World`; without one, as they stand."""

    def __init__(self, world: World | None) -> None:
        self.world = world
        self._files: dict[Path, dict[str, Any]] = {}

    def file(self, path: Path) -> dict[str, Any]:
        """The names that a file defines. Raises OSError and SyntaxError."""
        path = path.resolve()
        if path not in self._files:
            names = self._files[path] = self._empty(path.stem)
            self._take(path.read_text(encoding="utf-8"), str(path), path.parent, names)
        return self._files[path]

    def text(self, text: str, name: str) -> dict[str, Any]:
        """The names that a text defines, which stands in no file. Raises SyntaxError."""
        names = self._empty("__main__")
        self._take(text, name, Path.cwd(), names)
        return names

    def _empty(self, module: str) -> dict[str, Any]:
        names = vars(builtins) if self.world is None else self.world.names
        return {"__builtins__": names, "__name__": module}

    def _take(self, text: str, filename: str, folder: Path, names: dict[str, Any]) -> None:
        for statement in ast.parse(text, filename).body:
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    self._import(alias, folder, names)
            elif isinstance(statement, ast.ImportFrom):
                self._import_from(statement, folder, names)
            elif self.world is not None and (register := registration(statement)) is not None:
                self._register(*register, names)
            elif is_simple(statement, names):
                module = ast.Module([statement], [])
                if self.world is not None:
                    module = rewrite(module, self.world, "original")
                try:
                    exec(compile(module, filename, "exec", dont_inherit=True), names)
                except Exception:  # a constant that needs what was left out
                    continue

    def _register(self, name: str, given: list[ast.keyword], names: dict[str, Any]) -> None:
        """Give a function that the file names a rule."""
        assert self.world is not None
        if callable(names.get(name)):
            names[name] = Ruled(names[name], self.world.ruled)
            for keyword in given:
                if isinstance(keyword.value, ast.Name) and keyword.arg in OF_RULES:
                    names[name].give(keyword.arg, names.get(keyword.value.id))

    def _import(self, alias: ast.alias, folder: Path, names: dict[str, Any]) -> None:
        module = self._module(alias.name, folder)
        if module is None:
            return
        if alias.asname is None and "." in alias.name:
            root, _, rest = alias.name.partition(".")
            names[root] = _Names({**vars(names.get(root, _Names({}))), rest: module})
        else:
            names[alias.asname or alias.name] = module

    def _import_from(self, statement: ast.ImportFrom, folder: Path, names: dict[str, Any]) -> None:
        base = folder
        for _ in range(statement.level - 1):
            base = base.parent
        source = statement.module or ""
        module = self._module(source, base) if source else None
        for alias in statement.names:
            if module is not None and hasattr(module, alias.name):
                value = getattr(module, alias.name)
            else:
                value = self._module(f"{source}.{alias.name}".lstrip("."), base)
            if value is not None:
                names[alias.asname or alias.name] = value

    def _module(self, name: str, folder: Path) -> Any:
        """A module of the library, or the names of a file near by; None when there is neither."""
        root = name.partition(".")[0]
        if root == "symdiff":
            if self.world is None:
                return importlib.import_module(name)
            self.world.has_rules = True
            return namespace(self.world.ruled)
        if name == "numba":
            return NUMBA
        if root in ARRAY_MODULES:
            return _module_of_arrays(name, exact=self.world is not None)
        if root in sys.stdlib_module_names:
            module = importlib.import_module(name) if root in LIBRARY else None
            return module if self.world is None else counterparts().get(id(module), module)
        for start in (folder, *list(folder.parents)[:3]):
            place = start.joinpath(*name.split("."))
            for candidate in (place.with_suffix(".py"), place / "__init__.py"):
                if candidate.is_file() and len(self._files) < MAX_FILES:
                    try:
                        return _Names(self.file(candidate))
                    except SyntaxError:
                        return None
        return None


def _module_of_arrays(name: str, exact: bool) -> Any:
    from symdiff.checking.arrays.modules import namespace

    try:
        return namespace(name) if exact else importlib.import_module(name)
    except ImportError:  # a function: from numpy import tanh
        return None


class _Names:
    """An extracted file, seen as a module."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.__dict__ = names


def registration(statement: ast.stmt) -> tuple[str, list[ast.keyword]] | None:
    """The function that `symdiff.rules.register(...)` names, and what it is given."""
    match statement:
        case ast.Expr(value=ast.Call(func=func, args=[ast.Name(id=name)], keywords=keywords)):
            if ast.unparse(func).rpartition(".")[2] == "register":
                return name, keywords
    return None


def is_simple(statement: ast.stmt, names: Mapping[str, Any]) -> bool:
    """Whether a statement of a module only defines something, given the names defined so far."""
    match statement:
        case ast.FunctionDef():
            defaults = (*statement.args.defaults, *statement.args.kw_defaults)
            return all(d is None or _is_constant(d, names) for d in defaults)
        case ast.ClassDef():
            return (
                not statement.keywords
                and all(isinstance(b, (ast.Name, ast.Attribute)) for b in statement.bases)
                and all(_is_member(s, names) for s in statement.body)
            )
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr))):
            return attr in OF_RULES
        case ast.Assign():
            return _is_constant(statement.value, names)
        case ast.AnnAssign():
            return statement.value is not None and _is_constant(statement.value, names)
    return False


def _is_member(statement: ast.stmt, names: Mapping[str, Any]) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    field = isinstance(statement, ast.AnnAssign) and statement.value is None
    return field or isinstance(statement, ast.Pass) or is_simple(statement, names)


def _is_constant(value: ast.expr, names: Mapping[str, Any]) -> bool:
    """Whether evaluating an expression does nothing but arithmetic."""
    match value:
        case ast.Constant() | ast.Name() | ast.Lambda():
            return True
        case ast.Attribute():
            return _is_constant(value.value, names)
        case ast.Call():
            arguments = (*value.args, *(k.value for k in value.keywords))
            return _is_safe(value.func, names) and all(_is_constant(a, names) for a in arguments)
        case (
            ast.UnaryOp()
            | ast.BinOp()
            | ast.Tuple()
            | ast.List()
            | ast.Set()
            | ast.Dict()
            | ast.Subscript()
        ):
            inner = [n for n in ast.iter_child_nodes(value) if isinstance(n, ast.expr)]
            return all(_is_constant(n, names) for n in inner)
    return False


def _is_safe(callee: ast.expr, names: Mapping[str, Any]) -> bool:
    """Whether a call is of `math` or NumPy, of a harmless builtin, or makes a class of named
    tuples."""
    if ast.unparse(callee).rpartition(".")[2] in OF_RULES:
        return True
    if isinstance(callee, ast.Attribute) and isinstance(callee.value, ast.Name):
        module = names.get(callee.value.id)
        if getattr(module, "__name__", None) in ("numpy", "numpy.linalg"):
            return True
        found = getattr(module, callee.attr, None)
    elif isinstance(callee, ast.Name):
        found = names.get(callee.id)
        if callee.id in SAFE_CALLS and found is None:
            return True
    else:
        return False
    return found is namedtuple or found is not None and found in vars(math_module()).values()
