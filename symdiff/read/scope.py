"""What a name outside a function means: live, in a running program, or static, in a file on disk.

`LiveScope` asks the function's closure and globals; numbers found there are `Global`s, read anew
at every call. `StaticScope` reads a module's syntax tree: imports, constants, functions and
classes of this and other files, without running any of it.
"""

from __future__ import annotations

import ast
import builtins
import copy
import enum
import functools
import importlib
import importlib.util
import inspect
import operator
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from symdiff import rules
from symdiff.errors import UnsupportedSyntax
from symdiff.read.given import give_rules
from symdiff.read.names import assigned_names
from symdiff.read.source import SourceFile, is_found, node_of, parse, unwrap
from symdiff.read.values import (
    Bound,
    Builtin,
    Class,
    Conflict,
    Derivative,
    Function,
    LiveObject,
    Method,
    Module,
    Partial,
    RuleSet,
    Tuple,
    Value,
    array_kind,
    kind_of,
)
from symdiff.rules.custom import (
    Custom,
    custom_jvp,
    custom_of,
    custom_vjp,
    elementwise,
    stop_gradient,
)
from symdiff.stages import OBJECT, ArrayOf, Const, Global, GlobalValue, Kind, Opaque

# Fetches something, given the function that is differentiated: the same code serves every closure
# that was made from one definition.
Reader = Callable[[Any], Any]


@dataclass(frozen=True)
class Access:
    """Where a live value stands: "cell" number `key` of a function's closure, a "global" of it, or
    an "attribute" of an object; `owner` fetches the function or object, given the root."""

    owner: Reader
    how: str
    key: Any

    def __call__(self, root: Any) -> Any:
        owner = self.owner(root)
        if self.how == "cell":
            return owner.__closure__[self.key].cell_contents
        if self.how == "global":
            return owner.__globals__[self.key]
        return getattr(owner, self.key)


@dataclass(frozen=True)
class TypeOf:
    """The type of a live value."""

    read: Reader

    def __call__(self, root: Any) -> Any:
        return type(self.read(root))


class Scope(Protocol):
    """Where the free names of a function are looked up."""

    file: SourceFile
    module: str
    is_generated: bool

    def lookup(self, name: str, unit: Unit) -> Value | None: ...


class Unit:
    """What one generated file has in common: the globals it mentions, and guards: what was found
    under a name while reading, and must still be found there for the code to be valid."""

    def __init__(self) -> None:
        self.globals: dict[str, GlobalValue] = {}
        self.guards: dict[tuple[str, int], tuple[Reader, Any]] = {}
        self.definitions: dict[Any, Value] = {}  # what the names of files on disk stand for
        self.classes: dict[str, Value] = {}  # those of results, by the names that they go by
        self._names: dict[Any, str] = {}

    def constant(self, path: str, value: GlobalValue, kind: Any, identity: Any) -> Global:
        """A global under its own name, or under another if two of them share it."""
        base = path.replace(".", "_")
        if base.startswith("self_"):
            base = base[5:]
        key = (path, identity)
        if key not in self._names:
            name, n = base, 1
            while name in self.globals:
                n += 1
                name = f"{base}_{n}"
            self._names[key] = name
            self.globals[name] = value
        return Global(self._names[key], kind)

    def guard(self, path: str, read: Reader | None, value: Any) -> None:
        if read is not None:
            self.guards.setdefault((path, id(value)), (read, value))

    def guard_kind(self, path: str, read: Reader | None, value: Any) -> None:
        """The value may change from call to call, but not what it is a value of."""
        if read is not None:
            self.guards.setdefault((path, id(type(value))), (TypeOf(read), type(value)))


def is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names or name.partition(".")[0] in (
        "numpy",
        "scipy",
    )


class LiveScope:
    """The names that a live function sees."""

    is_generated = False

    def __init__(self, function: types.FunctionType, file: SourceFile, read: Reader) -> None:
        self.function, self.file, self.read = function, file, read
        self.module = function.__module__

    def lookup(self, name: str, unit: Unit) -> Value | None:
        code, read = self.function.__code__, self.read
        if name in code.co_freevars:
            i = code.co_freevars.index(name)
            cell = (self.function.__closure__ or ())[i]
            try:
                value = cell.cell_contents
            except ValueError:
                return None
            return wrap(value, name, Access(read, "cell", i), unit, id(cell))
        names = self.function.__globals__
        if name in names:
            return wrap(names[name], name, Access(read, "global", name), unit, self.module)
        if hasattr(builtins, name):
            return Builtin(f"builtins.{name}", getattr(builtins, name))
        return None


def wrap(value: Any, path: str, read: Reader | None, unit: Unit, identity: Any = None) -> Value:
    """What the reader makes of a live Python object found at `path`."""
    if hasattr(value, "__symdiff__") and type(value).__module__.startswith("numba."):
        return _compiled(value, path, read, unit, identity)
    custom = custom_of(value)
    if custom is not None:
        return with_rules(custom, value, path, read, unit, identity)
    if value is stop_gradient or isinstance(value, type) and issubclass(value, Custom):
        return Builtin(f"symdiff.{value.__name__}", value)
    custom = custom_of(value.__func__) if isinstance(value, types.MethodType) else None
    if custom is not None:
        method = Access(read, "attribute", "__func__") if read else None
        self_of = Access(read, "attribute", "__self__") if read else None
        function = with_rules(custom, value.__func__, path, method, unit, identity)
        return Bound(function, wrap(value.__self__, "self", self_of, unit, identity))
    ours = our_own(value, path, read, unit, identity)
    if ours is not None:
        return ours
    if isinstance(value, enum.Enum):
        unit.guard(path, read, value)
        return LiveObject(path, value, read)
    if value is None or value is Ellipsis or isinstance(value, (bool, int, float, complex, str)):
        unit.guard_kind(path, read, value)
        return unit.constant(path, GlobalValue(repr(value), read), kind_of(value), identity)
    if isinstance(value, types.ModuleType):
        return Module(value.__name__)
    if isinstance(value, types.FunctionType) and hasattr(value, "registry"):
        unit.guard(path, read, value)
        return LiveObject(path, value, read)  # of functools.singledispatch
    plain = unwrap(value)
    bare = getattr(plain, "__func__", plain)
    if isinstance(bare, types.FunctionType) and is_standard(bare.__module__ or ""):
        # The standard library is called, not read.
        if isinstance(plain, types.MethodType):
            owner = (lambda root: read(root).__self__) if read else None
            of = Access(read, "attribute", "__func__") if read else None
            unit.guard(f"{path}()", of, bare)
            receiver = wrap(plain.__self__, path.rpartition(".")[0] or path, owner, unit, identity)
            return Method(receiver, bare.__name__)
        return Builtin(f"{bare.__module__}.{bare.__qualname__}", plain)
    if isinstance(value, (operator.itemgetter, operator.attrgetter)):
        unit.guard(path, read, value)
        name = type(value).__name__
        given = value.__reduce__()[1]
        return Partial(Builtin(f"operator.{name}.of"), tuple(Const(k) for k in given), {})
    if isinstance(plain, types.FunctionType):
        unit.guard(path, read, value)
        made = function_value(plain, unit, (lambda root: unwrap(read(root))) if read else None)
        return replace(made, differentiable=hasattr(value, "__symdiff_primal__"))
    of_python = isinstance(getattr(plain, "__func__", None), types.FunctionType)
    if isinstance(plain, types.MethodType) and of_python:
        # A bound method is made anew at each look-up: its function is what stays.
        if isinstance(value, types.MethodType):
            bare_of = Access(read, "attribute", "__func__") if read else None
            unit.guard(path, bare_of, value.__func__)
        else:
            unit.guard(path, read, value)
        receiver = wrap(
            plain.__self__,
            "self",
            (lambda root: read(root).__self__) if read else None,
            unit,
            identity,
        )
        function = function_value(
            plain.__func__, unit, (lambda root: unwrap(read(root)).__func__) if read else None
        )
        return Bound(function, receiver)
    if type(plain).__module__ == "functools" and type(plain).__name__ == "partial":
        return Partial(
            wrap(
                plain.func,
                f"{path}.func",
                (lambda root: read(root).func) if read else None,
                unit,
                identity,
            ),
            tuple(
                wrap(a, f"{path}.args{i}", _item(read, "args", i), unit, identity)
                for i, a in enumerate(plain.args)
            ),
            {
                k: wrap(a, f"{path}.{k}", _item(read, "keywords", k), unit, identity)
                for k, a in plain.keywords.items()
            },
        )
    if isinstance(value, (types.BuiltinFunctionType, types.BuiltinMethodType)) or type(
        value
    ).__name__ in ("ufunc", "_ArrayFunctionDispatcher"):
        unit.guard(path, read, value)
        primitive = rules.find(value)
        if isinstance(primitive, rules.ArrayPrimitive):
            return Builtin(primitive.name, value)
        module = getattr(value, "__module__", None) or _home(value)
        return Builtin(f"{module.lstrip('_')}.{value.__name__}", value)
    if isinstance(value, type):
        if value.__module__ == "numba.misc.special":
            return Builtin(f"numba.{value.__name__}", value)  # prange
        if value.__module__ == "builtins" or is_standard(value.__module__):
            return Builtin(f"{value.__module__}.{value.__qualname__}", value)
        unit.guard(path, read, value)
        return Class(value.__name__, None, None, value)
    if type(value).__module__ == "numpy" and (known := array_kind(value)) is not OBJECT:
        return _array(value, path, read, unit, identity, known)
    if _is_plain_data(value):
        unit.guard_kind(path, read, value)
        return unit.constant(path, GlobalValue(repr(value), read), kind_of(value), identity)
    return LiveObject(path, value, read)


OURS = ("symdiff.api", "symdiff", "symdiff.checkpointing")


def _compiled(value: Any, path: str, read: Reader | None, unit: Unit, identity: Any) -> Value:
    """What the reader makes of one of Numba's dispatchers that is a derivative."""
    if value.__symdiff__ is None:
        return Conflict("a compiled pushforward or pullback can't be differentiated again")
    of = Access(read, "attribute", "__symdiff__") if read else None
    return wrap(value.__symdiff__, path, of, unit, identity)


def our_own(value: Any, path: str, read: Reader | None, unit: Unit, identity: Any) -> Value | None:
    """What the reader makes of what symdiff gives to its users: its functions, and derivatives."""
    if isinstance(value, types.FunctionType) and value.__module__ in OURS:
        unit.guard(path, read, value)
        return Builtin(f"symdiff.{value.__name__}", value)
    holder = getattr(value, "__self__", None)
    if isinstance(value, types.MethodType) and hasattr(holder, "__symdiff_primal__"):
        if not type(holder).__module__.startswith("symdiff."):
            return None
        of = Access(read, "attribute", "__self__") if read else None
        function = wrap(holder, path.rpartition(".")[0] or path, of, unit, identity)
        unit.guard(f"{path}()", Access(read, "attribute", "__func__") if read else None,
                   value.__func__)  # fmt: skip
        return Derivative(function, value.__name__, None)
    mode = getattr(type(value), "mode", None)
    if mode is None or not type(value).__module__.startswith("symdiff."):
        return None
    if getattr(value, "sparsity", None) is not None:
        return Conflict("a sparse Jacobian can't be made inside a differentiated function")
    argnums, aux = value.argnums, value.has_aux
    unit.guard_kind(path, read, value)
    for name, known in (("argnums", argnums), ("has_aux", aux)):
        unit.guard(f"{path}.{name}", Access(read, "attribute", name) if read else None, known)
    of = Access(read, "attribute", "__wrapped__") if read else None
    of_what = wrap(value.__wrapped__, path, of, unit, identity)
    if isinstance(of_what, Conflict):
        return of_what
    argnums = tuple(argnums) if isinstance(argnums, (list, tuple)) else argnums
    return Derivative(of_what, mode, argnums, aux)


TAKES = {f"symdiff.{c.__name__}": c.takes for c in (elementwise, custom_vjp, custom_jvp)}


def with_rules(
    custom: Custom, value: Any, path: str, read: Reader | None, unit: Unit, identity: Any
) -> Value:
    """A live function with rules of the user's."""
    unit.guard(path, read, value)
    rules_of = RuleSet(custom.takes)
    for kind, rule in custom.symdiff_rules.items():
        given = _rule_reader(read, kind)
        unit.guard(f"{path}.{kind}", given, rule)
        rules_of.given[kind] = function_value(rule, unit, given)
    function = unwrap(custom.__symdiff_primal__)
    plain = isinstance(function, types.FunctionType) and not is_standard(function.__module__ or "")
    primal_of = (lambda root: _primal(read(root))) if read else None
    if plain and is_found(function):
        return replace(function_value(function, unit, primal_of), rules=rules_of)
    name = getattr(function, "__name__", path)
    module = getattr(function, "__module__", None) or _home(function)
    if getattr(sys.modules.get(module.lstrip("_")), name, None) is function:
        rules_of.native = Builtin(f"{module.lstrip('_')}.{name}", None)
    else:
        rules_of.native = LiveObject(path, function, primal_of)
    made = native(function, name, rules_of)
    return replace(made, live=custom)


def native(function: Any, name: str, rules_of: RuleSet) -> Function:
    """A function without source, its parameters those of its own or of its rule."""
    first = next(iter(rules_of.given.values()))
    a = copy.deepcopy(first.node.args)
    try:
        plain = [p for p in inspect.signature(function).parameters.values() if p.kind <= 1]
    except (TypeError, ValueError):
        plain = []
    tangents = {f"{p.arg}_dot" for p in a.args}
    a.args = [p for p in a.args if p.arg not in tangents]
    keep = [p.arg not in ("out", "cotangent", *tangents) for p in a.kwonlyargs]
    a.kwonlyargs = [p for p, kept in zip(a.kwonlyargs, keep, strict=True) if kept]
    a.kw_defaults = [p for p, kept in zip(a.kw_defaults, keep, strict=True) if kept]
    a.defaults = []
    node = ast.copy_location(ast.FunctionDef(name, a, [ast.Pass()], []), first.node)
    defaults = [p.default for p in plain[: len(a.args)] if p.default is not p.empty]
    return Function(
        node, first.scope, name, tuple(map(_literal, defaults)), frame=None, rules=rules_of
    )


def _rule_reader(read: Reader | None, kind: str) -> Reader | None:
    def rule(root: Any) -> Any:
        custom = custom_of(read(root)) if read is not None else None
        return custom.symdiff_rules.get(kind) if custom is not None else None

    return rule if read is not None else None


def _primal(value: Any) -> Any:
    custom = custom_of(value)
    return unwrap(custom.__symdiff_primal__ if custom is not None else value)


def _home(function: Any) -> str:
    """The module that a function without one is found in."""
    if type(function).__name__ == "ufunc":
        for module in ("numpy", "scipy.special"):
            if getattr(sys.modules.get(module), function.__name__, None) is function:
                return module
    owner: Any = getattr(function, "__self__", None)
    if type(owner).__name__ == "ufunc":
        return f"{_home(owner)}.{owner.__name__}"
    return "builtins"


def _array(
    value: Any, path: str, read: Reader | None, unit: Unit, identity: Any, kind: Kind
) -> Value:
    """An array outside the function: its rank and kind of numbers are guarded."""
    unit.guard_kind(path, read, value)
    if read is not None and isinstance(kind, ArrayOf):
        unit.guard(f"{path}.ndim", Access(read, "attribute", "ndim"), value.ndim)
        dtype = Access(Access(read, "attribute", "dtype"), "attribute", "kind")
        unit.guard(f"{path}.dtype", dtype, value.dtype.kind)
        kind = ArrayOf(kind.item, (None,) * value.ndim)
    unit.globals.setdefault("np", GlobalValue("import numpy as np"))
    text = f"np.array({value.tolist()!r}, dtype=np.{value.dtype.name})"
    return unit.constant(path, GlobalValue(text, read), kind, identity)


def _item(read: Reader | None, attribute: str, key: Any) -> Reader | None:
    return (lambda root: getattr(read(root), attribute)[key]) if read else None


def _is_plain_data(value: Any) -> bool:
    """Whether repr() of a container can be written into a file."""
    if isinstance(value, (bool, int, float, complex, str, type(None))):
        return not isinstance(value, enum.Enum)
    if type(value) in (list, tuple, set, frozenset):
        return all(map(_is_plain_data, value))
    if type(value) is dict:
        return all(_is_plain_data(k) and _is_plain_data(v) for k, v in value.items())
    return type(value) is range


def function_value(function: Callable[..., Any], unit: Unit, read: Reader | None) -> Function:
    """A live function, with its defaults as they are now."""
    assert isinstance(function, types.FunctionType)
    file, node = node_of(function)
    scope = LiveScope(function, file, read or (lambda root: function))
    if isinstance(node, ast.AsyncFunctionDef):
        raise UnsupportedSyntax("an async function can't be differentiated", file.place(node))

    def default(value: Any, name: str) -> Value:
        return (
            _literal(value)
            if _is_plain_data(value)
            else wrap(value, name, None, unit, (function.__code__, name))
        )

    defaults = tuple(default(d, f"default_{i}") for i, d in enumerate(function.__defaults__ or ()))
    kwdefaults = {k: default(d, k) for k, d in (function.__kwdefaults__ or {}).items()}
    owner: Value | None = None
    if "__class__" in function.__code__.co_freevars:
        at = function.__code__.co_freevars.index("__class__")
        held = (function.__closure__ or ())[at].cell_contents
        owner = Class(held.__name__, None, None, held)
    elif (
        "." in function.__qualname__ and "<locals>" not in function.__qualname__.rpartition(".")[0]
    ):
        cls: Any = sys.modules.get(function.__module__)
        for part in function.__qualname__.split(".")[:-1]:
            cls = getattr(cls, part, None)
        owner = Class(cls.__name__, None, None, cls) if isinstance(cls, type) else None
    return Function(
        node, scope, function.__name__, defaults, kwdefaults, owner=owner, live=function
    )


def _literal(value: Any) -> Value:
    """Plain data as the reader sees it; lists, dicts and sets stay one passive object."""
    if isinstance(value, tuple):
        return Tuple(tuple(_literal(v) for v in value))
    return (
        Opaque(repr(value), pure=True)
        if isinstance(value, (list, dict, set, frozenset, range))
        else Const(value)
    )


# --- files on disk -------------------------------------------------------------------------------

_FILES: dict[str, StaticScope] = {}


class StaticScope:
    """The names of a module, from its syntax tree alone."""

    is_generated = False

    def __init__(self, file: SourceFile, module: str, folder: Path | None) -> None:
        self.file, self.module, self.folder = file, module, folder
        self.names: dict[str, ast.stmt] = {}
        self.stars: list[ast.ImportFrom] = []
        self._collect(file.tree.body)
        self.unsure = unsure_names(file.tree, self.arms)
        self._busy: set[str] = set()

    def _collect(self, body: list[ast.stmt]) -> None:
        for stmt in body:
            match stmt:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    self.names[stmt.name] = stmt
                case ast.Import():
                    for alias in stmt.names:
                        self.names[alias.asname or alias.name.partition(".")[0]] = stmt
                case ast.ImportFrom():
                    for alias in stmt.names:
                        if alias.name == "*":
                            self.stars.append(stmt)
                        else:
                            self.names[alias.asname or alias.name] = stmt
                case ast.Assign():
                    for target in stmt.targets:
                        for node in ast.walk(target):
                            if isinstance(node, ast.Name):
                                self.names[node.id] = stmt
                case ast.AnnAssign(target=ast.Name() as target):
                    if stmt.value is not None:
                        self.names[target.id] = stmt
                case ast.AugAssign(target=ast.Name() as target):
                    self.names[target.id] = stmt
                case ast.If() | ast.Try():
                    for body in self.arms(stmt) or blocks_of(stmt):
                        self._collect(body)
                case ast.With():
                    self._collect(stmt.body)

    def arms(self, stmt: ast.If | ast.Try) -> list[list[ast.stmt]] | None:
        """The blocks of an if or try that Python would run, where that can be told."""
        if isinstance(stmt, ast.If):
            if is_type_checking(stmt.test):
                return [stmt.body, stmt.orelse]  # what only annotations name can be found as well
            decided = self.decided(stmt.test)
            return None if decided is None else [stmt.body if decided else stmt.orelse]
        imports = [s for s in stmt.body if isinstance(s, (ast.Import, ast.ImportFrom))]
        if not imports or not any(_catches_imports(h) for h in stmt.handlers):
            return None
        if all(map(self.can_import, imports)):
            return [stmt.body, stmt.orelse, stmt.finalbody]
        return [h.body for h in stmt.handlers[:1]] + [stmt.finalbody]

    def can_import(self, stmt: ast.Import | ast.ImportFrom) -> bool:
        """Whether the modules that an import names are there, without importing them."""
        if isinstance(stmt, ast.ImportFrom) and stmt.level:
            return self._module(stmt) is not None
        names = [stmt.module or ""] if isinstance(stmt, ast.ImportFrom) else []
        names = names or [alias.name for alias in stmt.names]
        for name in names:
            found = self._import(name)
            top = name.partition(".")[0]
            if found.scope is None and importlib.util.find_spec(top) is None:
                return False
        return True

    def decided(self, test: ast.expr) -> bool | None:
        """The truth of a test at the top of a module, where the text alone tells it."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.decided(operand)
                return None if inner is None else not inner
            case ast.Compare(left=ast.Name(id="__name__")):
                return False
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _DECIDABLE:
                try:
                    return bool(_DECIDABLE[type(op)](self.literal(left), self.literal(right)))
                except (ValueError, TypeError):
                    return None
        try:
            return bool(self.literal(test))
        except (ValueError, TypeError):
            return None

    def literal(self, node: ast.expr) -> Any:
        """The value of a literal, of a name that is set once to a literal, or of what Python says
        of itself. Raises ValueError for anything else."""
        text = ast.unparse(node)
        if text in _OF_PYTHON:
            return _OF_PYTHON[text]()
        if isinstance(node, ast.Name):
            setters = [
                s
                for s in ast.walk(self.file.tree)
                if isinstance(s, ast.Name) and s.id == node.id and isinstance(s.ctx, ast.Store)
            ]
            stmt = self.names.get(node.id)
            if isinstance(stmt, ast.Import) and not setters:
                return stmt  # a module: it is there, and not None
            if len(setters) != 1 or not isinstance(stmt, ast.Assign):
                raise ValueError(node.id)
            node = stmt.value
        return ast.literal_eval(node)

    def lookup(self, name: str, unit: Unit) -> Value | None:
        stmt = self.names.get(name)
        if name in self.unsure:
            raise self.unsure_value(name)
        if stmt is None:
            for star in self.stars:
                module = self._module(star)
                if module is not None and module.scope is None and is_standard(module.name):
                    standard = _standard(module.name, name)
                    if standard is not None:
                        return standard
                elif (
                    module is not None
                    and module.scope is not None
                    and (found := module.scope.lookup(name, unit))
                ):
                    return found  # type: ignore[no-any-return]
            return (
                Builtin(f"builtins.{name}", getattr(builtins, name))
                if hasattr(builtins, name)
                else None
            )
        match stmt:
            case ast.FunctionDef():
                return self.function(stmt, unit)
            case ast.ClassDef():
                return Class(stmt.name, stmt, self)
            case ast.Import():
                for alias in stmt.names:
                    if (alias.asname or alias.name.partition(".")[0]) == name:
                        return self._import(
                            alias.name if alias.asname else alias.name.partition(".")[0]
                        )
            case ast.ImportFrom():
                for alias in stmt.names:
                    if (alias.asname or alias.name) == name:
                        return self._import_from(stmt, alias.name, unit)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                return self._assigned(name, stmt, unit)
        return None

    def unsure_value(self, name: str) -> UnsupportedSyntax:
        stmt = self.unsure[name]
        fix = "Compute it in the function, or pass it in."
        if isinstance(stmt, (ast.FunctionDef, ast.ClassDef)):
            fix = "Give the definitions different names, or choose between them in the function."
        return UnsupportedSyntax(
            f"the value of {name!r} can't be told without running the file",
            self.file.place(stmt),
            why="It is set or changed more than once, or only on some condition.",
            fix=fix,
            lines=self.file.lines,
        )

    def function(self, node: ast.FunctionDef, unit: Unit, owner: Value | None = None) -> Value:
        """A function of this file; its defaults and decorators are evaluated by the reader."""
        from symdiff.read.reader import evaluate_definition

        if node not in unit.definitions:
            found = unit.definitions[node] = evaluate_definition(node, self, unit, owner)
            if isinstance(found, Function) and found.rules is not None:
                body = getattr(getattr(owner, "node", None), "body", self.file.tree.body)
                give_rules(found, node.name, body, self, unit)
        return unit.definitions[node]

    def _assigned(
        self, name: str, stmt: ast.Assign | ast.AnnAssign | ast.AugAssign, unit: Unit
    ) -> Value | None:
        from symdiff.read.reader import evaluate_constant

        if (stmt, name) in unit.definitions:
            return unit.definitions[stmt, name]
        if name in self._busy:
            return None
        self._busy.add(name)
        try:
            found = evaluate_constant(name, stmt, self, unit)
        finally:
            self._busy.discard(name)
        if found is not None:
            unit.definitions[stmt, name] = found
        if isinstance(found, Function) and found.rules is not None:
            give_rules(found, name, self.file.tree.body, self, unit)
        return found

    def _module(self, stmt: ast.ImportFrom) -> Module | None:
        name = stmt.module or ""
        if stmt.level:
            folder = self.folder
            for _ in range(stmt.level - 1):
                folder = folder.parent if folder else None
            return _module_in(folder, name) if folder else None
        return self._import(name)

    def _import(self, name: str) -> Module:
        if not is_standard(name) and name.partition(".")[0] not in ("symdiff", "numba"):
            found = _module_in(self.folder, name) if self.folder else None
            if found is None and self.folder is not None:
                found = _module_in(package_root(self.folder), name)
            if found is None:
                for entry in sys.path:
                    found = _module_in(Path(entry or "."), name)
                    if found is not None:
                        break
            if found is not None:
                return found
        return Module(name)

    def _import_from(self, stmt: ast.ImportFrom, name: str, unit: Unit) -> Value | None:
        module = self._module(stmt)
        if module is None:
            return None
        if module.scope is not None:
            # `from . import name` in a package's own file names the submodule.
            if module.scope.names.get(name) is not stmt:
                found = module.scope.lookup(name, unit)
                if found is not None:
                    return found  # type: ignore[no-any-return]
            return _module_in(module.scope.folder, name)
        return _standard(module.name, name) or Builtin(f"{module.name}.{name}")


_DECIDABLE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_OF_PYTHON: dict[str, Callable[[], Any]] = {
    "sys.version_info": lambda: tuple(sys.version_info),
    "sys.version_info[0]": lambda: sys.version_info[0],
    "sys.version_info.major": lambda: sys.version_info.major,
    "sys.platform": lambda: sys.platform,
    "__debug__": lambda: True,
}


def package_root(folder: Path) -> Path:
    """The folder that a file's absolute imports start from: above its topmost package."""
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


def blocks_of(stmt: ast.If | ast.Try) -> list[list[ast.stmt]]:
    """The blocks of a statement, those last that are the likeliest to run."""
    if isinstance(stmt, ast.If):
        return [stmt.body, stmt.orelse]
    return [*(h.body for h in stmt.handlers), stmt.body, stmt.orelse, stmt.finalbody]


def is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test).rpartition(".")[2] == "TYPE_CHECKING"


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type is not None else "Exception"
    return any(n in caught for n in ("ImportError", "ModuleNotFoundError", "Exception"))


ENUMERATIONS = {
    "Enum": enum.Enum,
    "IntEnum": enum.IntEnum,
    "StrEnum": enum.StrEnum,
    "Flag": enum.Flag,
    "IntFlag": enum.IntFlag,
}


@functools.cache
def enumeration(node: ast.ClassDef) -> type[enum.Enum] | None:
    """An enumeration like that of a file: its members, but none of its methods."""
    names = [b.attr if isinstance(b, ast.Attribute) else getattr(b, "id", "") for b in node.bases]
    base = next((ENUMERATIONS[n] for n in names if n in ENUMERATIONS), None)
    mixed = next((t for t in (int, float, str) if t.__name__ in names), None)
    if base is None:
        return None
    members: list[tuple[str, Any]] = []
    for stmt in node.body:
        if isinstance(stmt, ast.Assign) and isinstance(stmt.targets[0], ast.Name):
            match stmt.value:
                case ast.Call(func=ast.Name(id="auto") | ast.Attribute(attr="auto"), args=[]):
                    members.append((stmt.targets[0].id, enum.auto()))
                case value:
                    try:
                        members.append((stmt.targets[0].id, ast.literal_eval(value)))
                    except ValueError:
                        return None
    try:
        return base(node.name, members, type=mixed) if mixed else base(node.name, members)
    except (TypeError, ValueError):
        return None


CHANGES = {
    "append",
    "extend",
    "insert",
    "pop",
    "remove",
    "sort",
    "reverse",
    "clear",
    "update",
    "setdefault",
    "add",
}


def unsure_names(
    tree: ast.Module, arms: Callable[[Any], list[list[ast.stmt]] | None]
) -> dict[str, ast.AST]:
    """The names of a module that the text alone gives no certain value, and where that is seen."""
    found: dict[str, ast.AST] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            found |= dict.fromkeys(node.names, node)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            own = assigned_names(node)[0]
            for name, change in changed_in_place(node):
                if name not in own:
                    found[name] = change
    for stmt in tree.body:
        if not isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found |= {n: c for n, c in changed_in_place(stmt) if isinstance(c, ast.Attribute)}
    seen: dict[str, type] = {}
    alias: dict[str, str] = {}

    def bind(name: str, stmt: ast.stmt, certain: bool) -> None:
        constant = not isinstance(stmt, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
        if name in seen and (constant or seen[name] is not type(stmt)) or not certain and constant:
            found[name] = stmt
        seen[name] = type(stmt)

    def visit(body: list[ast.stmt], certain: bool) -> None:
        for stmt in body:
            match stmt:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    if not certain and name in seen:
                        found[name] = stmt
                    seen[name] = type(stmt)
                case ast.Assign(targets=targets):
                    for target in targets:
                        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                            found[target.value.id] = stmt
                            if target.value.id in alias:
                                found[alias[target.value.id]] = stmt
                        for sub in ast.walk(target):
                            if isinstance(sub, ast.Name) and isinstance(sub.ctx, ast.Store):
                                bind(sub.id, stmt, certain)
                    if isinstance(stmt.value, ast.Name) and isinstance(targets[0], ast.Name):
                        alias[targets[0].id] = stmt.value.id
                case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                    bind(name, stmt, certain)
                case ast.AugAssign(target=target):
                    for sub in ast.walk(target):
                        if isinstance(sub, ast.Name):
                            found[sub.id] = stmt
                case ast.Delete(targets=targets):
                    for target in targets:
                        for sub in ast.walk(target):
                            if isinstance(sub, ast.Name):
                                found[sub.id] = stmt
                case ast.Expr(
                    value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr))
                ):
                    if attr in CHANGES:
                        found[name] = stmt
                case ast.If() | ast.Try():
                    known = arms(stmt)
                    for part in known or blocks_of(stmt):
                        visit(part, certain and known is not None)
                case ast.For(body=inner, orelse=orelse) | ast.While(body=inner, orelse=orelse):
                    visit([*inner, *orelse], False)
                case ast.With(body=inner):
                    visit(inner, certain)

    visit(tree.body, True)
    imported = {
        alias.asname or alias.name.partition(".")[0]
        for stmt in tree.body
        if isinstance(stmt, (ast.Import, ast.ImportFrom))
        for alias in stmt.names
    }
    # np.sort(x) changes nothing of np.
    return {n: c for n, c in found.items() if n not in imported or n in seen}


def changed_in_place(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names whose items or attributes are set, or whose methods change them, and where."""
    for sub in ast.walk(node):
        match sub:
            case (
                ast.Subscript(value=holder, ctx=ast.Store() | ast.Del())
                | ast.Attribute(value=holder, ctx=ast.Store() | ast.Del())
            ):
                pass
            case ast.Call(func=ast.Attribute(value=holder, attr=attr)) if attr in CHANGES:
                pass
            case _:
                continue
        while isinstance(holder, (ast.Subscript, ast.Attribute)):
            holder = holder.value
        if isinstance(holder, ast.Name):
            yield holder.id, sub


def _standard(module: str, name: str) -> Value | None:
    """A member of a module of the standard library, which may be imported."""
    if not is_standard(module):
        return None
    try:
        value = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return None
    if isinstance(value, types.ModuleType):
        return Module(value.__name__)
    if isinstance(value, (int, float, complex)):
        return Global(f"{module}.{name}", kind_of(value))
    if value is None:
        return Const(None)  # numpy.newaxis
    if not callable(value) and not isinstance(value, tuple):
        return Global(f"{module}.{name}", kind_of(value))  # os.environ: never what it holds now
    return Builtin(f"{module}.{name}", value)


member = _standard


def _module_in(folder: Path | None, name: str) -> Module | None:
    """A module that is a file in a folder or a package below it."""
    if folder is None:
        return None
    base = folder.joinpath(*name.split(".")) if name else folder
    for path in (base.with_suffix(".py") if name else None, base / "__init__.py"):
        if path is not None and path.is_file():
            return Module(name or folder.name, static_scope(path))
    return None


def static_scope(path: Path) -> StaticScope:
    key = str(path.resolve())
    text = path.read_text()
    known = _FILES.get(key)
    if known is None or known.file.text != text:
        known = _FILES[key] = StaticScope(parse(str(path), text), path.stem, path.parent)
    return known
