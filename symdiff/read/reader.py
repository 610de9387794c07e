"""Python function -> procedure: the entry to the reader.

`read` takes what is to be differentiated and what is known of its arguments, and returns the
procedure with the variables that stand for each parameter's numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from typing import Any

from symdiff.errors import NotDifferentiable, SymdiffError, UnsupportedSyntax, together
from symdiff.read.calls import Recursive
from symdiff.read.changing import read_once
from symdiff.read.core import Frame, describe, same
from symdiff.read.desugar import closed, desugar
from symdiff.read.examples import ExactKeys, ExactLength, with_arrays, with_example
from symdiff.read.fence import offences
from symdiff.read.inference import infer
from symdiff.read.memory import arrays_in
from symdiff.read.names import assigned_names, written_in
from symdiff.read.nested import Made, Writer
from symdiff.read.outputs import output, watched
from symdiff.read.records import (
    Fields,
    attributes_of_self,
    fields_of_instance,
    last_name,
    named_tuple_class,
    spec_of_class,
)
from symdiff.read.results import Seen, result_tree, seen_in
from symdiff.read.scope import Scope, StaticScope, Unit
from symdiff.read.shapes import held
from symdiff.read.statements import Statements
from symdiff.read.temporaries import name_temporaries, renamed_structure
from symdiff.read.unchanged import read_unchanged
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
    Ref,
    Runtime,
    Tuple,
    Unknown,
    Value,
    array_kind,
    join,
    kind_of,
    sized,
)
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    KINDS,
    NOTHING,
    OBJECT,
    OPTIONAL,
    REAL,
    TEXT,
    Apply,
    ArrayOf,
    Branch,
    Const,
    Expr,
    GlobalValue,
    Helper,
    Kind,
    ListOf,
    Opaque,
    Param,
    Passive,
    Place,
    Procedure,
    Scalar,
    Var,
    ends,
)

# What is known of an argument: its kind; a tuple or dict of such; or a live object, whose value is
# known while reading (functions, None).
Spec = Any


@dataclass
class Live:
    """An argument that is known when the function is read, such as a function."""

    value: Any

    def __hash__(self) -> int:
        return hash(getattr(self.value, "__code__", None) or id(self.value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Live) and (self.value is other.value)


@dataclass(frozen=True)
class Text:
    """A text argument: it is known while reading, for it may be a key."""

    value: str


@dataclass(frozen=True, eq=False)
class NamedParts:
    """The structure of a parameter that is a named tuple or dataclass: `whole` is the parameter
    itself, `keywords` are the names by which its class takes the parts, if it is so, `cls` is the
    class, live or in a file."""

    whole: Var
    parts: tuple[Any, ...]
    keywords: tuple[str, ...] = ()
    cls: Any = None


@dataclass
class Reading:
    """A procedure, and how its parameters are made up."""

    procedure: Procedure
    parameters: dict[
        str, Any
    ]  # name -> Var, or tuple / dict / list of such, or None: nothing to differentiate
    unit: Unit
    changed: set[str] = field(default_factory=set)  # parameters that the function may change
    specs: dict[str, Spec] = field(default_factory=dict)
    returned: Place | None = None  # where the last return stands


LONG_PROGRAM = 2000  # stages
LONG_FUNCTION = 50


class Shared:
    """What all procedures of one reading have in common."""

    def __init__(self) -> None:
        self.unit = Unit()
        self.procedures: dict[Any, list[Any]] = {}
        self.callees: dict[str, Procedure] = {}
        self.helpers: dict[str, Helper] = {}
        self.with_rules: dict[Any, list[Any]] = {}
        self.closed: dict[Any, str | None] = {}
        self.recursive: set[ast.AST] = set()
        self.in_place: set[ast.AST] = set()
        self.originals: dict[str, Value] = {}  # the functions that helpers stand for
        self.derivatives: dict[Any, list[Made]] = {}  # written for calls in what is read
        self.deriving: list[Any] = []  # those that are being written
        self.slopes: dict[Any, list[tuple[Made, str]]] = {}  # of differential equations
        # Objects of classes that are read from a text of ours, and the calls that made them.
        self.made_by: dict[Any, tuple[Any, list[Value], dict[str, Value]]] = {}
        # Where libraries are called whose text is read in their place.
        self.spelled_at: list[tuple[Place, list[str]]] = []
        self.writer: Writer | None = None
        self.apart_from: Shared | None = None  # of the function around one that is differentiated
        self.stages = 0  # that were read so far
        self.lengths: dict[ast.AST, int] = {}  # of functions read in place, in stages
        self.returns: dict[int, list[tuple[ast.AST, Value]]] = {}
        self._bodies: dict[ast.AST, list[ast.stmt]] = {}

    def apart(self) -> Shared:
        """What the procedures of a function have in common that is differentiated by itself."""
        made = Shared()
        made.unit, made.writer, made.apart_from = self.unit, self.writer, self
        made.helpers, made.closed, made.originals = self.helpers, self.closed, self.originals
        made.with_rules = self.with_rules
        made.derivatives, made.deriving = self.derivatives, self.deriving
        made.slopes = self.slopes
        made.spelled_at, made.made_by = self.spelled_at, self.made_by
        made.recursive, made._bodies = self.recursive, self._bodies
        return made

    def repeats(self, node: ast.AST) -> bool:
        """Whether a function that was read in place once is called from now on: the program would
        be too long to be read, were it written out at each call."""
        return self.stages > LONG_PROGRAM and self.lengths.get(node, 0) > LONG_FUNCTION

    def desugared(self, node: ast.FunctionDef) -> list[ast.stmt]:
        if node not in self._bodies:
            self._bodies[node] = desugar(closed(node.body))
        return self._bodies[node]

    def procedure_name(self, name: str) -> str:
        base = name if name.isidentifier() else "inner"
        made, n = base, 1
        while (
            made in self.callees
            or made in self.originals
            or made in self.helpers
            or any(s.name == made for found in self.procedures.values() for s in found)
        ):
            n += 1
            made = f"{base}_{n}"
        return made

    def helper_name(self, name: str) -> str:
        made, n = name, 1
        while made in self.helpers:
            n += 1
            made = f"{name}_{n}"
        return made

    def place_of(self, function: Function) -> Place:
        return function.scope.file.place(function.node)  # type: ignore[no-any-return]


class Reader(Statements):
    """Reads one procedure."""

    renamed: dict[Var, Expr]  # what stands for each variable that `finish` renamed

    def finish(self, procedure: Procedure) -> Procedure:
        """Give claimed and temporary variables their names."""
        procedure.globals, procedure.helpers = self.unit.globals, self.shared.helpers
        procedure.body[:0] = self.tables.values()
        read_once(procedure)
        read_unchanged(procedure)
        self.renamed = name_temporaries(procedure, self.claims)
        return procedure

    def body(self, function: Function) -> Value:
        if isinstance(function.node, ast.FunctionDef):
            self.fence(function)
            flags = written_in(self.shared.desugared(function.node))
            self.frame.names.update(n for n in flags if n.startswith("%"))
        return super().body(function)

    def fence(self, function: Function) -> None:
        """Report everything in the function that is never supported."""
        for stmt in function.node.body if isinstance(function.node, ast.FunctionDef) else []:
            for node, why, fix in offences(stmt, inside=True):
                self.offences.append(self.refuse(node, why, fix=fix))


def read(
    function: Value, unit_owner: Shared, specs: dict[str, Spec], guarded: bool = False
) -> Reading:
    """Read a function whose arguments are known as `specs` says.

    With `guarded` the code refuses to run with another None or function than it was written for.
    Raises SymdiffError: all offences together, each with its place.
    """
    shared = unit_owner
    while True:
        try:
            return _read(function, shared, specs, guarded)
        except Recursive as found:
            shared.recursive.add(found.node)
            fresh = Shared()
            fresh.recursive, fresh.in_place = shared.recursive, shared.in_place
            fresh.unit, fresh.writer = shared.unit, shared.writer
            shared = fresh


def _read(target: Value, shared: Shared, specs: dict[str, Spec], guarded: bool) -> Reading:
    receivers: list[Value] = []
    keywords: dict[str, Value] = {}
    function = target
    while not isinstance(function, Function):
        if isinstance(function, Bound):
            receivers.insert(0, function.receiver)
            function = function.function
        elif isinstance(function, Partial):
            receivers[:0] = function.args
            keywords = {**function.keywords, **keywords}
            function = function.function
        else:
            raise NotDifferentiable("this is not a function with source that can be differentiated")
    reader = Reader(shared)
    node = function.node
    names, nonlocals = assigned_names(node)
    reader.frame = Frame(node, function.scope, function.frame, names, nonlocals, function)
    if isinstance(node, ast.Lambda):
        early = [reader.refuse(n, why, fix=fix) for n, why, fix in offences(node.body)]
        if early:
            raise together(early)
    reader.frames.add(reader.frame)
    params: list[Param] = []
    parameters: dict[str, Any] = {}
    bound: dict[str, Value] = {}
    a = node.args
    plain = [p.arg for p in [*a.posonlyargs, *a.args]]
    defaults: dict[str, Value] = dict(
        zip(plain[len(plain) - len(function.defaults) :], function.defaults, strict=True)
    )
    defaults |= function.kwdefaults
    for name, value in zip(plain, receivers, strict=False):
        bound[name] = value
    for name, value in keywords.items():
        bound[name] = value
    order = [(n, "plain") for n in plain] + ([(a.vararg.arg, "star")] if a.vararg else [])
    order += [(p.arg, "keyword") for p in a.kwonlyargs] + (
        [(a.kwarg.arg, "double star")] if a.kwarg else []
    )
    after_bound = False
    for name, passed in order:
        if name in bound:
            after_bound = after_bound or name in keywords
            continue
        spec = specs.get(name, OBJECT)
        default = defaults.get(name)
        kind = sized(spec, name) if isinstance(spec, KINDS) else OBJECT
        var = Var(name, kind)
        given = _default(reader, default)
        params.append(
            Param(name, var, "keyword" if after_bound and passed == "plain" else passed, given)
        )
        bound[name], parameters[name] = _parameter(reader, var, spec, name)
        if guarded and (spec is NOTHING or isinstance(spec, Value_)):
            params[-1].default = Const(None)
            _guard(reader, var, name, node)
        elif guarded and default == Const(None) and spec not in (OPTIONAL, OBJECT):
            reader.guard_form(var, "_0 is None", f"{name} that is not None")
    given_lists: dict[str, tuple[Ref, Any]] = {}
    for name, value in bound.items():
        reader.state[(reader.frame, name)] = value
        if isinstance(value, Ref):
            value.identity.name = name
            given_lists[name] = (value, reader.content(value))
    outputs = watched(reader, node, params)
    if node in shared.recursive or function.rules is not None:
        value = reader.call_bound(function, bound, node)
    else:
        reader.reading.append(function.identity)
        try:
            value = reader.body(function)
        except SymdiffError as error:
            raise together([*reader.offences, error]) from None
    if reader.offences:
        raise together(reader.offences)
    place = function.scope.file.place(node)
    value = reader.certain(value, node, f"{function.name}() returned None, which has no derivative")
    value = output(reader, value, outputs)
    result = _result(reader, value, function, seen_in(parameters))
    name = function.name if function.name.isidentifier() else "function"
    procedure = Procedure(name, params, reader.block, result, place)
    procedure.callees = shared.callees
    changed = {
        n for n, (ref, content) in given_lists.items() if not same(reader.content(ref), content)
    }
    stored = {v for array in reader.stored for v in reader.memory_of(array)}
    for param in params:
        if not stored.isdisjoint({param.var, *arrays_in(parameters[param.name])}):
            changed.add(param.name)
    made = reader.finish(procedure)
    returns = [n for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
    where = reader.place(returns[-1]) if returns else place
    return Reading(made, _renamed(parameters, reader), shared.unit, changed, specs, where)


def _default(reader: Reader, default: Value | None) -> Expr | None:
    """A parameter's default as the generated code has it: None for what can't be written there."""
    if default is None or isinstance(default, Opaque):
        return default
    if isinstance(default, Runtime):
        return reader.atom(default, None)
    if isinstance(default, Tuple):
        return reader.tree(default, None)
    if isinstance(default, Function) and isinstance(default.node, ast.Lambda):
        return Opaque(ast.unparse(default.node))
    return Const(None)


def _guard(reader: Reader, var: Var, name: str, node: ast.AST) -> None:
    """Refuse an argument that the code is not written for, instead of ignoring it."""
    text = f"raise TypeError('this code is written for the default of {name}')"
    test = reader.emit(Apply("is_not", (var, Const(None))), BOOLEAN, node)
    error = Passive(text, (), True, reader.place(node))
    reader.block.append(Branch(test, [error], [], [], reader.place(node)))


def _renamed(parameters: dict[str, Any], reader: Reader) -> dict[str, Any]:
    return {name: renamed_structure(shape, reader.renamed) for name, shape in parameters.items()}


def _parameter(reader: Reader, var: Var, spec: Spec, name: str) -> tuple[Value, Any]:
    """A parameter's value in the function, and the structure of its numbers."""
    if isinstance(spec, Live):
        from symdiff.read.scope import wrap

        if spec.value is None:
            return Const(None), None
        return wrap(spec.value, name, None, reader.unit, name), None
    if isinstance(spec, Text):
        return Const(spec.value), None
    if isinstance(spec, Value_):
        return spec.value, None
    if isinstance(spec, ListOf):
        ref = reader.new_object("list", var)
        return ref, var
    if isinstance(spec, ExactLength):
        size = len(spec) - 1
        reader.guard_form(var, f"len(_0) != {size}", f"{name} with a length of {size}")
    if isinstance(spec, ExactKeys):
        reader.guard_keys(var, spec, name)
    if isinstance(spec, tuple):
        kind, parts = spec[0], spec[1:]
        items: list[Value] = []
        structure: list[Any] = []
        for i, part in enumerate(parts):
            leaf = reader.emit(
                Apply("getitem", (var, Const(i))),
                sized(part, f"{name}[{i}]") if isinstance(part, KINDS) else OBJECT,
                None,
                f"{name}_{i}",
            )
            value, inner = _parameter(reader, leaf, part, f"{name}_{i}")
            items.append(value)
            structure.append(inner)
        if kind is list:
            return reader.new_object("list", tuple(items)), structure
        if kind is not tuple and hasattr(kind, "_fields"):
            return Tuple(tuple(items), kind), NamedParts(
                var, tuple(structure), (), getattr(kind, "node", kind)
            )
        return Tuple(tuple(items)), tuple(structure)
    if isinstance(spec, dict):
        content: dict[Any, Value] = {}
        shape: dict[Any, Any] = {}
        for key, part in spec.items():
            label = f"{name}_{key}" if str(key).isidentifier() else name
            leaf = reader.emit(
                Apply("getitem", (var, Const(key))),
                sized(part, f"{name}[{key!r}]") if isinstance(part, KINDS) else OBJECT,
                None,
                label,
            )
            content[key], shape[key] = _parameter(reader, leaf, part, label)
        return reader.new_object("dict", content), shape
    if isinstance(spec, Fields):
        return _instance(reader, var, spec, name)
    if spec is NOTHING:
        return Const(None), None
    if isinstance(spec, ArrayOf):
        return var, var
    return var, var if spec in (REAL, INTEGER, OPTIONAL, COMPLEX) else None


def _instance(reader: Reader, var: Var, spec: Fields, name: str) -> tuple[Value, Any]:
    """A parameter that is an instance of a dataclass."""
    content: dict[str, Value] = {}
    parts: dict[str, Any] = {}
    for field_name, part in spec.fields:
        label = f"{name}_{field_name}"
        kind = sized(part, f"{name}.{field_name}") if isinstance(part, KINDS) else OBJECT
        leaf = reader.emit(Opaque(f"_0.{field_name}", (var,), pure=True), kind, None, label)
        content[field_name], parts[field_name] = _parameter(reader, leaf, part, label)
    ref = reader.new_object("instance", content, spec.value)
    assert isinstance(ref, Ref)
    return ref, NamedParts(var, tuple(parts[n] for n in spec.made), spec.made, spec.cls)


@dataclass(frozen=True, eq=False)
class Value_:
    """A parameter whose value the reader knows already: a function given by its definition."""

    value: Value


def _result(reader: Reader, value: Value, function: Function, seen: Seen) -> Expr:
    """The result as an expression. Raises NotDifferentiable for what has no derivative at all."""
    node: ast.AST = function.node
    returns = [n for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
    where: ast.AST = node.body if isinstance(node, ast.Lambda) else returns[-1] if returns else node
    if isinstance(value, Unknown) and ends(reader.block):
        return Const(0.0)  # the function raises, whatever it is given
    if isinstance(value, Const) and value.value is None:
        where = node
        raise reader.refuse(
            where,
            f"{function.name}() returns nothing: a differentiated function needs a return",
            error=NotDifferentiable,
            fix="Return the value that is to be differentiated, or write it into an array that "
            "is an argument.",
        )
    if isinstance(value, Runtime) and kind_of(value) in (TEXT, NOTHING):
        raise reader.refuse(
            where,
            "the result is text, which has no derivative",
            error=NotDifferentiable,
            fix="Return a number.",
        )
    if isinstance(value, Unknown) or value == Const(...):
        raise reader.refuse(
            where, "nothing is known of the result", error=NotDifferentiable, fix="Return a number."
        )
    if isinstance(value, Conflict):
        raise reader.refuse(
            where,
            "the function returns values of different structure on different paths",
            error=NotDifferentiable,
            fix="Return as many numbers, in the same structure, on every path.",
        )
    try:
        if not isinstance(value, (Function, Builtin, Class, Bound, Partial, Derivative)):
            return result_tree(reader, value, seen, where)
        raise reader.refuse(where, "a function")
    except NotDifferentiable:
        raise
    except SymdiffError:
        raise reader.refuse(
            where,
            f"the result is {describe(value)}, which has no derivative",
            error=NotDifferentiable,
            fix="Return a number, or a list, tuple, dict or dataclass of numbers.",
        ) from None


# --- files on disk -------------------------------------------------------------------------------


def _context(scope: Scope, unit: Unit, node: ast.AST) -> Reader:
    """A reader for the top level of a module."""
    shared = Shared()
    shared.unit = unit
    reader = Reader(shared)
    empty = ast.parse("lambda: None", mode="eval").body
    assert isinstance(empty, ast.Lambda)
    reader.frame = Frame(ast.copy_location(empty, node), scope, None, set(), set())
    reader.frames.add(reader.frame)
    return reader


def evaluate_definition(
    node: ast.FunctionDef, scope: StaticScope, unit: Unit, owner: Value | None
) -> Value:
    """A function of a module on disk, its defaults evaluated and its decorators applied."""
    reader = _context(scope, unit, node)

    def constant(default: ast.expr) -> Value:
        value = reader.evaluate(default)
        if isinstance(value, (Var, Ref)):
            return Opaque(ast.unparse(default), pure=True)
        return value

    defaults = tuple(constant(d) for d in node.args.defaults)
    kwdefaults = {
        p.arg: constant(d)
        for p, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if d is not None
    }
    value: Value = Function(node, scope, node.name, defaults, kwdefaults, owner=owner)
    for decorator in reversed(node.decorator_list):
        value = reader.decorate(value, decorator)
    keep(reader)
    return value


def module_value(node: ast.expr, scope: StaticScope, unit: Unit) -> Value | None:
    """What an expression at the top of a module stands for; None where that can't be told."""
    try:
        return _context(scope, unit, node).evaluate(node)
    except (SymdiffError, Recursive):
        return None


def keep(reader: Reader) -> None:
    """Let what was found at the top of a module be read by whoever reads its functions."""
    for (holder, name), value in reader.state.items():
        if has_variables(value):
            value = Conflict("its value can't be told without running the file")
        holder.known[name] = value


def has_variables(value: Any) -> bool:
    """Whether a value was computed while reading, and is known to one reader only."""
    if isinstance(value, Tuple):
        return any(map(has_variables, value.items))
    if isinstance(value, tuple):
        return any(map(has_variables, value))
    if isinstance(value, dict):
        return any(map(has_variables, value.values()))
    if isinstance(value, Partial):
        return any(map(has_variables, (*value.args, *value.keywords.values())))
    return isinstance(value, Var)


# Modules whose functions give other values each time they are called.
_CHANGING = {"random", "secrets", "time", "uuid", "datetime"}


def evaluate_constant(
    name: str, stmt: ast.Assign | ast.AnnAssign | ast.AugAssign, scope: StaticScope, unit: Unit
) -> Value | None:
    """A name that a module on disk assigns: a constant, or a function by another name."""
    if isinstance(stmt, ast.AugAssign):
        raise UnsupportedSyntax(
            f"{name!r} is changed after it was set: its value can't be told without running the "
            "file",
            scope.file.place(stmt),
        )
    target = stmt.targets[0] if isinstance(stmt, ast.Assign) else stmt.target
    value = stmt.value
    if value is None:
        return None
    if not isinstance(target, ast.Name):
        found = _from_tuple(name, target, value)
        if found is None:
            raise UnsupportedSyntax(
                f"the value of {name!r} can't be told without running the file",
                scope.file.place(stmt),
            )
        value = found
    reader = _context(scope, unit, stmt)
    if isinstance(value, ast.Call) and last_name(value.func) in ("namedtuple", "NamedTuple"):
        made = named_tuple_class(value)
        if made is not None:
            return Class(made.name, made, scope)
    if isinstance(value, (ast.List, ast.Tuple, ast.Dict, ast.Call)):
        structure = _as_structure(reader, value)
        if structure is not None:
            return structure
    if isinstance(value, (ast.Lambda, ast.Attribute, ast.Call, ast.Name)):
        known = _as_function(reader, value)
        if known is not None:
            return known
    kind = _constant_kind(reader, value)
    for part in _free_names(value):
        inner = scope.lookup(part, unit)
        origin = getattr(inner, "name", "").partition(".")[0]
        if isinstance(inner, (Module, Builtin)) and origin in _CHANGING:
            raise UnsupportedSyntax(
                f"the value of {name!r} can't be told without running the file: it is another "
                "each time",
                scope.file.place(value),
                fix="Pass it in.",
            )
        if inner is None:
            raise UnsupportedSyntax(
                f"the value of {name!r} can't be told without running the file: {part!r} is not "
                "defined",
                scope.file.place(value),
            )
        if isinstance(inner, Module):
            unit.globals.setdefault(
                part,
                GlobalValue(f"import {inner.name}" + (f" as {part}" if part != inner.name else "")),
            )
        elif isinstance(inner, Builtin) and not inner.name.startswith("builtins."):
            module, _, member = inner.name.rpartition(".")
            unit.globals.setdefault(
                part,
                GlobalValue(
                    f"from {module} import {member}" + (f" as {part}" if part != member else "")
                ),
            )
        elif isinstance(inner, (Function, Class)):
            raise UnsupportedSyntax(
                f"the value of {name!r} can't be told without running the file",
                scope.file.place(value),
                fix="Compute it in the function, or pass it in.",
            )
    return unit.constant(name, GlobalValue(ast.unparse(value)), kind, scope.module)


def _from_tuple(name: str, target: ast.expr, value: ast.expr) -> ast.expr | None:
    if (
        isinstance(target, ast.Tuple)
        and isinstance(value, ast.Tuple)
        and len(target.elts) == len(value.elts)
    ):
        for t, v in zip(target.elts, value.elts, strict=True):
            if isinstance(t, ast.Name) and t.id == name:
                return v
            inner = _from_tuple(name, t, v)
            if inner is not None:
                return inner
    return None


def _as_function(reader: Reader, value: ast.expr) -> Value | None:
    """A function that a module's name stands for: a lambda, a partial, what a factory makes."""
    saved = reader.block
    try:
        found = reader.evaluate(value)
    except (SymdiffError, Recursive):
        return None
    finally:
        reader.block = saved
    functions = (Function, Builtin, Partial, Bound, Class, Derivative)
    is_method = isinstance(found, Method) and isinstance(found.receiver, LiveObject)
    if (is_method or isinstance(found, functions)) and not has_variables(found):
        keep(reader)
        return found
    return None


def _as_structure(reader: Reader, value: ast.expr) -> Value | None:
    """A list, tuple or dict of functions, or an object, that a module's name stands for."""
    saved = reader.block
    try:
        found = reader.evaluate(value)
    except (SymdiffError, Recursive):
        return None
    finally:
        reader.block = saved
    if not isinstance(found, (Ref, Tuple)) or not _holds_functions(reader, found):
        return None
    if any(has_variables(content) for content in reader.state.values()):
        return None
    keep(reader)
    return found


def _holds_functions(reader: Reader, value: Value) -> bool:
    if isinstance(value, Ref) and value.identity.kind == "instance":
        return True
    if isinstance(value, Ref):
        content = reader.content(value)
        items = content.values() if isinstance(content, dict) else content
        return isinstance(items, Var) or any(_holds_functions(reader, v) for v in items)
    if isinstance(value, Tuple):
        return any(_holds_functions(reader, v) for v in value.items)
    return isinstance(value, (Function, Builtin, Partial, Bound, Class, Derivative, LiveObject))


def _free_names(value: ast.expr) -> list[str]:
    import builtins

    names = dict.fromkeys(
        n.id for n in ast.walk(value) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    )
    bound = {
        n.id for n in ast.walk(value) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return [n for n in names if not hasattr(builtins, n) and n not in bound]


def _constant_kind(reader: Reader, value: ast.expr) -> Kind:
    """The kind of a constant expression, from its form."""
    try:
        return kind_of(ast.literal_eval(value))
    except ValueError:
        pass
    saved, reader.block = reader.block, []
    try:
        found = reader.evaluate(value)
    except (SymdiffError, Recursive):
        return OBJECT
    finally:
        reader.block = saved
    if isinstance(found, Runtime):
        return kind_of(found)
    return OBJECT


# --- what is known without an example ------------------------------------------------------------


def default_specs(function: Value, by_use: bool = True) -> dict[str, Spec]:
    """What annotations and defaults, and with `by_use` their uses, say of the parameters; the rest
    are taken for real."""
    skip = 0
    given: set[str] = set()
    while isinstance(function, (Bound, Partial)):
        if isinstance(function, Bound):
            skip += 1
        else:
            skip += len(function.args)
            given |= set(function.keywords)
        function = function.function
    if not isinstance(function, Function):
        return {}
    a = function.node.args
    plain = [*a.posonlyargs, *a.args]
    defaults: dict[str, Value] = dict(
        zip(
            [p.arg for p in plain][len(plain) - len(function.defaults) :],
            function.defaults,
            strict=True,
        )
    )
    defaults |= function.kwdefaults
    method = (
        function.owner is not None and not skip and bool(plain) and plain[0].arg in ("self", "cls")
    )
    shown = function.wrapped or function
    every = [*plain, *a.kwonlyargs]
    annotated = {p.arg: _annotated(p.annotation, function.scope) for p in every}
    arrays = any(isinstance(spec, ArrayOf) for spec in annotated.values())
    known = infer(shown.node, shown, _callee, _module_of, arrays) if by_use else {}
    specs: dict[str, Spec] = {}
    for i, param in enumerate(every):
        if i < skip or param.arg in given:
            continue
        spec = annotated[param.arg]
        if spec == ArrayOf(REAL):  # its rank and what it holds, only its uses tell
            used = known.get(param.arg)
            spec = used if isinstance(used, ArrayOf) else spec
        if spec in (OBJECT, {}):  # a dict or object whose parts only its uses tell
            used = known.get(param.arg)
            spec = used if isinstance(used, dict) else OBJECT
        if method and i == 0:
            spec = _of_self(function)
        if spec is None and param.arg in defaults:
            spec = spec_of_value(defaults[param.arg])
        specs[param.arg] = spec if spec is not None else known.get(param.arg, REAL)
    if a.vararg is not None:
        specs[a.vararg.arg] = ListOf(REAL)
    if a.kwarg is not None:
        specs[a.kwarg.arg] = OBJECT  # a dict whose keys are not known
    return specs


def specs_of_example(
    function: Value,
    specs: dict[str, Spec],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    written: bool = False,
) -> dict[str, Spec]:
    """What annotations, defaults, uses and an example of a call say of the parameters; `written`
    if the example was written on a command line.

    Raises NotDifferentiable for an example that the function does not take.
    """
    function = _itself(function)
    place = function.scope.file.place(function.node)
    signature = _signature(function, specs)
    exponents = {
        node.right.id
        for node in ast.walk(function.node)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Pow)
        and isinstance(node.right, ast.Name)
    }
    return with_example(
        specs, signature, args, kwargs, spec_of, function.name, place, written, exponents
    )


def arrays_of_example(
    function: Value, specs: dict[str, Spec], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """An example of a call with arrays where lists were written for them."""
    return with_arrays(specs, _signature(_itself(function), specs), args, kwargs)


def _itself(function: Value) -> Function:
    while isinstance(function, (Bound, Partial)):
        function = function.function
    assert isinstance(function, Function)
    return function


def _signature(
    function: Function, specs: dict[str, Spec]
) -> tuple[list[str], str | None, str | None]:
    """The names of the parameters that take one argument, of `*args`, and of `**kwargs`."""
    a = function.node.args
    star, double = (p.arg if p is not None else None for p in (a.vararg, a.kwarg))
    return [p.arg for p in [*a.posonlyargs, *a.args] if p.arg in specs], star, double


def _of_self(function: Function) -> Spec:
    """What is known of the receiver of a method that is differentiated by itself."""
    owner = function.owner
    if not isinstance(owner, Class) or "self" not in {a.arg for a in function.node.args.args}:
        return OBJECT
    spec = spec_of_class(owner, _annotated)
    if spec is OBJECT and owner.node is not None:
        return attributes_of_self(owner)
    return spec


def _module_of(func: ast.expr, inside: Function) -> str:
    """The module of a function that is not the user's; nothing for others."""
    root = func
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return ""
    try:
        found = inside.scope.lookup(root.id, Unit())
    except SymdiffError:
        return ""
    if isinstance(found, Module) and found.scope is None:
        return found.name
    return found.name if isinstance(found, Builtin) else ""


def _callee(
    func: ast.expr, inside: Function
) -> tuple[ast.FunctionDef | ast.Lambda, Function] | None:
    """The function of the user's that an expression names inside another function."""
    found: Value | None = None
    try:
        match func:
            case ast.Name(id=name):
                found = inside.scope.lookup(name, Unit())
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                holder = inside.scope.lookup(name, Unit())
                if isinstance(holder, Module) and holder.scope is not None:
                    found = holder.scope.lookup(attr, Unit())
    except SymdiffError:
        return None
    return (found.node, found) if isinstance(found, Function) else None


def spec_of_value(value: Value) -> Spec | None:
    if isinstance(value, Runtime):
        return kind_of(value)
    if isinstance(value, Tuple):
        return (tuple, *(spec_of_value(v) for v in value.items))
    if isinstance(value, (Function, Builtin, Partial, Bound, Derivative, LiveObject)):
        return Value_(value)
    return OBJECT


_ANNOTATED: dict[str, Spec] = {
    "float": REAL,
    "Real": REAL,
    "int": INTEGER,
    "Integral": INTEGER,
    "bool": BOOLEAN,
    "str": TEXT,
    "None": NOTHING,
    "list": ListOf(REAL),
    "List": ListOf(REAL),
    "dict": {},
    "Dict": {},
    "Mapping": {},
    "Callable": OBJECT,
    "ndarray": ArrayOf(REAL),
    "NDArray": ArrayOf(REAL),
}
_LISTS = {"list", "List", "Sequence", "Iterable", "Collection", "MutableSequence", "Iterator"}


def _annotated(annotation: ast.expr | None, scope: Any = None) -> Spec | None:
    """The kind or structure that an annotation names; None where it says nothing of use, and {}
    for a dict whose keys it doesn't say."""
    match annotation:
        case ast.Name(id=name) if name in _ANNOTATED:
            return _ANNOTATED[name]
        case ast.Name(id=name) if scope is not None:
            return _named(name, scope)
        case ast.Attribute(attr=name):
            return _ANNOTATED.get(name)
        case ast.Constant(value=str() as text):
            try:
                return _annotated(ast.parse(text, mode="eval").body, scope)
            except SyntaxError:
                return None
        case ast.Constant(value=None):
            return NOTHING
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _either([_annotated(left, scope), _annotated(right, scope)])
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            return _parametrized(name, inner, scope)
    return None


def _either(specs: list[Spec | None]) -> Spec | None:
    scalar = all(isinstance(s, Scalar) for s in specs)
    if scalar and NOTHING in specs and REAL not in specs:
        return OBJECT  # an int or None: which of them, is seen when the code runs
    found = [s for s in specs if s is not None and s is not NOTHING]
    if NOTHING in specs and REAL in found:
        return OPTIONAL
    return REAL if REAL in found else found[0] if found else None


def _parametrized(name: str, inner: ast.expr, scope: Any) -> Spec | None:
    """What `name[inner]` says."""
    if name in _LISTS:
        item = _annotated(inner, scope)
        kind = held([REAL if item is None else item])
        return OBJECT if kind is None else ListOf(kind)
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name in ("tuple", "Tuple"):
        if isinstance(parts[-1], ast.Constant) and parts[-1].value is Ellipsis:
            return _parametrized("list", parts[0], scope)
        specs = [_annotated(p, scope) for p in parts]
        return (tuple, *(REAL if s is None else s for s in specs))
    if name in ("NDArray", "ndarray"):
        said = ast.unparse(parts[-1])
        item = INTEGER if "int" in said else BOOLEAN if "bool" in said else REAL
        return ArrayOf(COMPLEX if "complex" in said else item, None)
    if name == "Optional":
        return _either([_annotated(inner, scope), NOTHING])
    if name == "Union":
        return _either([_annotated(p, scope) for p in parts])
    if name in ("Annotated", "Final", "Required", "NotRequired"):
        return _annotated(parts[0], scope)
    if name == "Literal" and isinstance(parts[0], ast.Constant):
        return kind_of(parts[0].value)
    return _ANNOTATED.get(name)


def _named(name: str, scope: Any) -> Spec | None:
    """What an annotation by a name of the user's says: a class, or another annotation's name."""
    stmt = scope.names.get(name) if isinstance(scope, StaticScope) else None
    if isinstance(stmt, ast.Assign):
        return _annotated(stmt.value, scope)
    try:
        found = scope.lookup(name, Unit())
    except SymdiffError:
        return None
    return spec_of_class(found, _annotated) if isinstance(found, Class) else None


def spec_of(value: Any) -> Spec:
    """What is known of an argument from its value."""
    if type(value) is float:
        return REAL
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, (bool, int, float, complex)):
        return kind_of(value)
    if type(value).__module__ == "numpy" and hasattr(value, "dtype"):
        return array_kind(value)
    if isinstance(value, tuple):
        return (type(value), *map(spec_of, value))
    if isinstance(value, list):
        kinds = [spec_of(v) for v in value]
        if all(k in (REAL, INTEGER) for k in kinds):
            return ListOf(REAL if REAL in kinds or not kinds else INTEGER)
        if all(isinstance(k, Scalar) for k in kinds):
            return ListOf(OBJECT)
        if all(isinstance(k, ListOf) for k in kinds):
            kind = kinds[0]
            for other in kinds[1:]:
                kind = join(kind, other)
            return ListOf(kind)
        return (list, *kinds)
    if isinstance(value, dict):
        return (
            {k: spec_of(v) for k, v in value.items()}
            if all(isinstance(k, (str, int)) for k in value)
            else OBJECT
        )
    if is_dataclass(value) and not isinstance(value, type):
        return fields_of_instance(value, spec_of)
    if callable(value):
        return Live(value)
    return OBJECT
