"""Copies of live Python functions, and of what they refer to, that run on symbolic numbers.

A copy is compiled anew from the source of the function, rewritten to be exact. Its globals, its
closure, its defaults and the objects among them are copied likewise, so that a check neither
changes nor depends on the state of the user's program.
"""

from __future__ import annotations

import ast
import copy
import enum
import functools
import inspect
import sys
import types
from typing import Any

from symdiff.checking.exact import World, rewrite
from symdiff.checking.functions import ARRAY_MODULES, counterparts
from symdiff.checking.inputs import is_array
from symdiff.checking.numba import NUMBA
from symdiff.checking.number import number
from symdiff.checking.ruled import Ruled, stop
from symdiff.rules.custom import Custom, custom_of, stop_gradient

Span = tuple[tuple[int, int], tuple[int, int]]


# Functions that Python 3.14 makes of a class's annotations: no part of what it computes.
ANNOTATED = ("__annotate__", "__annotate_func__")


class Lifter:
    """Makes copies, one for each object, that belong to one `World`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._copies: dict[int, Any] = {}
        self._originals: list[Any] = []  # kept alive, so that ids stay theirs
        self._globals: dict[int, dict[str, Any]] = {}

    def lift(self, value: Any) -> Any:
        """The copy of a value; values that need none are returned as they are."""
        if isinstance(value, float):
            return number(value)
        if value is None or isinstance(value, (int, str, bytes, complex)):
            return value
        if isinstance(value, types.ModuleType) and value.__name__ == "numba":
            return NUMBA
        if id(value) in counterparts():
            return counterparts()[id(value)]
        own = self._ours(value)
        if own is not None:
            return own
        if is_of_arrays(value):
            return _of_arrays(value)
        if id(value) not in self._copies:
            self._originals.append(value)
            self._copies[id(value)] = value  # for cycles
            self._copies[id(value)] = self._copy(value)
        return self._copies[id(value)]

    def _ours(self, value: Any) -> Any:
        """What stands here for functions with rules of the user's, and for what makes them."""
        if value is stop_gradient:
            self.world.has_rules = True
            return stop
        if isinstance(value, type) and issubclass(value, Custom):
            return lambda function: Ruled(function, self.world.ruled)
        custom = custom_of(value) if callable(value) else None
        if custom is None:
            return None
        self.world.has_rules = True
        if id(value) not in self._copies:
            self._originals.append(value)
            function: Any = custom.__symdiff_primal__
            if custom_of(function) is None:
                lifted = self.lift(function)
            else:  # registered: it is itself what has the rules
                lifted = _of_arrays(function) if is_of_arrays(function) else self._copy(function)
            made = self._copies[id(value)] = Ruled(lifted, self.world.ruled)
            for kind, rule in custom.symdiff_rules.items():
                made.give(kind, self.lift(rule), differs=custom.differs)
        return self._copies[id(value)]

    def _copy(self, value: Any) -> Any:
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, types.MethodType):
            return types.MethodType(self.lift(value.__func__), self.lift(value.__self__))
        if isinstance(value, (staticmethod, classmethod)):
            return type(value)(self.lift(value.__func__))
        if isinstance(value, property):
            return property(*(self.lift(f) for f in (value.fget, value.fset, value.fdel)))
        if isinstance(value, functools.partial):
            keywords = {k: self.lift(v) for k, v in value.keywords.items()}
            return functools.partial(self.lift(value.func), *map(self.lift, value.args), **keywords)
        if isinstance(value, types.ModuleType):
            self.world.has_rules = self.world.has_rules or value.__name__ == "symdiff"
            return value if _is_of_the_library(value.__name__) else _LiftedModule(value, self)
        if isinstance(value, type):
            return self._class(value)
        for attribute in ("__wrapped__", "py_func"):  # lru_cache, decorators of symdiff; Numba
            if callable(value) and isinstance(getattr(value, attribute, None), types.FunctionType):
                return self.lift(getattr(value, attribute))
        return self._object(value)

    # functions

    def _function(self, f: types.FunctionType) -> types.FunctionType:
        code = self._code(f)
        cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))
        closure = tuple(self._cell(cells[name]) for name in code.co_freevars)
        made = types.FunctionType(code, self._names(f), f.__name__, None, closure or None)
        self._copies[id(f)] = made
        self._fill(f, code)
        made.__defaults__ = tuple(map(self.lift, f.__defaults__)) if f.__defaults__ else None
        made.__kwdefaults__ = {k: self.lift(v) for k, v in (f.__kwdefaults__ or {}).items()} or None
        for name, cell in cells.items():
            if name in code.co_freevars and _has_contents(cell):
                self._cell(cell).cell_contents = self.lift(cell.cell_contents)
        return made

    def _cell(self, cell: types.CellType) -> types.CellType:
        if id(cell) not in self._copies:
            self._originals.append(cell)
            self._copies[id(cell)] = types.CellType()
        return self._copies[id(cell)]  # type: ignore[no-any-return]

    def _names(self, f: types.FunctionType) -> dict[str, Any]:
        """The copied globals of the function's module: only the names that are in use."""
        key = id(f.__globals__)
        if key not in self._globals:
            kept = ("__name__", "__package__", "__spec__", "__file__")
            found = {name: f.__globals__[name] for name in kept if name in f.__globals__}
            self._globals[key] = {**found, "__builtins__": self.world.names}
        return self._globals[key]

    def _fill(self, f: types.FunctionType, code: types.CodeType) -> None:
        names = self._names(f)
        for name in _names_in(code):
            if name in f.__globals__ and name not in names:
                names[name] = self.lift(f.__globals__[name])

    def _code(self, f: types.FunctionType) -> types.CodeType:
        """The function compiled anew; what has no source keeps its code, with exact constants."""
        node = copy.deepcopy(definition(f))
        if node is None:
            return self._exact_constants(f.__code__)
        node.args.defaults = []
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
        node.args.kw_defaults = [None] * len(node.args.kwonlyargs)
        rewrite(node, self.world, "original")
        if isinstance(node, ast.Lambda):
            body: list[ast.stmt] = [ast.Return(node)]
        else:
            if node.name not in f.__code__.co_freevars:
                node.name = "__function__"  # its own name, inside, is a global
            body = [node]
        outer = [ast.arg(name) for name in f.__code__.co_freevars]
        arguments = ast.arguments([], outer, None, [], [], None, [])
        factory = ast.parse("def factory(): pass").body[0]
        assert isinstance(factory, ast.FunctionDef)
        factory.args, factory.body = arguments, body
        module = ast.fix_missing_locations(ast.Module([factory], []))
        (code,) = _codes(compile(module, f.__code__.co_filename, "exec", dont_inherit=True))
        return _codes(code)[0].replace(
            co_name=f.__code__.co_name, co_qualname=f.__code__.co_qualname
        )

    def _exact_constants(self, code: types.CodeType) -> types.CodeType:
        consts = tuple(
            self._exact_constants(c) if isinstance(c, types.CodeType) else self.lift(c)
            for c in code.co_consts
        )
        return code.replace(co_consts=consts)

    # objects

    def _class(self, cls: type) -> type:
        """A subclass whose methods are copies; the library's classes and exceptions unchanged."""
        methods = {
            name: attribute
            for base in reversed(cls.__mro__)
            if not _is_of_the_library(base.__module__)
            for name, attribute in vars(base).items()
            if name not in ANNOTATED
            and isinstance(
                attribute, (types.FunctionType, staticmethod, classmethod, property, float, Custom)
            )
        }
        if not methods or issubclass(cls, BaseException) or isinstance(cls, enum.EnumMeta):
            return cls
        names = {"__slots__": (), "__module__": cls.__module__}
        made: type = type(cls)(cls.__name__, (cls,), names)  # type: ignore[misc]
        self._copies[id(cls)] = made
        for name, attribute in methods.items():
            setattr(made, name, self.lift(attribute))
        return made

    def _object(self, value: Any) -> Any:
        cls = type(value)
        if isinstance(value, tuple) and hasattr(value, "_make"):
            return value._make(map(self.lift, value))
        if cls in (list, tuple, set, frozenset):
            return cls(map(self.lift, value))
        if cls is dict:
            return {k: self.lift(v) for k, v in value.items()}
        if _is_of_the_library(cls.__module__) or not hasattr(value, "__dict__"):
            return value
        made = object.__new__(self.lift(cls))
        self._copies[id(value)] = made
        made.__dict__.update({k: self.lift(v) for k, v in vars(value).items()})
        return made


class _LiftedModule:
    """A module of the user's, whose members are copied when they are read."""

    def __init__(self, module: types.ModuleType, lifter: Lifter) -> None:
        self.__module, self.__lifter = module, lifter

    def __getattr__(self, name: str) -> Any:
        return self.__lifter.lift(getattr(self.__module, name))


def is_of_arrays(value: Any) -> bool:
    """Whether an object is NumPy's or SciPy's: a module, a function, a type, or an array."""
    if isinstance(value, types.ModuleType):
        return value.__name__.partition(".")[0] in ARRAY_MODULES
    module = getattr(value, "__module__", None) if callable(value) else None
    module = module if isinstance(module, str) else type(value).__module__
    return module.partition(".")[0] in ARRAY_MODULES


def _of_arrays(value: Any) -> Any:
    from symdiff.checking.arrays.array import wrap
    from symdiff.checking.arrays.modules import counterpart

    if is_array(value):
        return wrap(value.copy())
    return counterpart(value)


def _is_of_the_library(module: str) -> bool:
    root = module.partition(".")[0]
    return root in sys.stdlib_module_names or root in {"numpy", "scipy", "sympy", "mpmath"}


def _has_contents(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _codes(code: types.CodeType) -> list[types.CodeType]:
    return [c for c in code.co_consts if isinstance(c, types.CodeType)]


def _names_in(code: types.CodeType) -> list[str]:
    """Every name that the code looks up outside itself, inner functions included."""
    return [*code.co_names, *(name for inner in _codes(code) for name in _names_in(inner))]


# --- finding the definition ----------------------------------------------------------------------


def definition(f: types.FunctionType) -> ast.FunctionDef | ast.Lambda | None:
    """The part of the source file that defines a function; None when it cannot be told."""
    try:
        lines, _ = inspect.findsource(f.__code__)
        tree = _parsed("".join(lines))
    except (OSError, SyntaxError, TypeError, IndexError):
        return None
    code = f.__code__
    if code.co_name != "<lambda>":
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.FunctionDef)
                and node.name == code.co_name
                and _first_line(node) == code.co_firstlineno
            ):
                return node
        return None
    lambdas = [n for n in ast.walk(tree) if isinstance(n, ast.Lambda) and _takes(n, code)]
    inside = {id(n): _instructions_inside(n, code) for n in lambdas}
    return min(lambdas, key=lambda n: (-inside[id(n)], _size(_span(n))), default=None)


@functools.lru_cache(maxsize=16)
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _span(node: ast.expr) -> Span:
    return (node.lineno, node.col_offset), (
        node.end_lineno or node.lineno,
        node.end_col_offset or node.col_offset,
    )


def _size(span: Span) -> tuple[int, int]:
    (line, column), (end_line, end_column) = span
    return end_line - line, end_column - column


def _takes(node: ast.Lambda, code: types.CodeType) -> bool:
    args = node.args
    names = [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    return names == list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def _instructions_inside(node: ast.Lambda, code: types.CodeType) -> int:
    """How many instructions of a code come from the body of a lambda. Those of a lambda's own
    code all do; there can be as many only for a lambda around it, which is longer."""
    start, end = _span(node.body)
    count = 0
    for line, end_line, column, end_column in code.co_positions():
        if line is None or end_line is None or column is None or end_column is None:
            continue
        count += start <= (line, column) and (end_line, end_column) <= end
    return count
