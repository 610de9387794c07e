"""From a function to its generated derivative: read, differentiate, simplify, write, compile.

What is made is kept by the function's code, the parameters asked for, and the kinds of its
arguments, together with guards: what the names it mentions stood for when it was read.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import itertools
import linecache
import textwrap
import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symdiff._version import __version__
from symdiff.deep import with_room
from symdiff.errors import NotDifferentiable, UnsupportedSyntax, together
from symdiff.read.records import Fields
from symdiff.read.scope import Access, TypeOf, Unit
from symdiff.read.values import Function
from symdiff.rules.custom import custom_of
from symdiff.rules.shapes import never_one
from symdiff.signature import ById
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    NOTHING,
    OBJECT,
    REAL,
    TEXT,
    Apply,
    ArrayOf,
    Const,
    Kind,
    ListOf,
    Param,
    Place,
    Procedure,
    Scalar,
    Stage,
    Var,
    substitute,
    variables,
)

if TYPE_CHECKING:
    from symdiff.checking import Original
    from symdiff.read.reader import Reading
    from symdiff.read.source import SourceFile

Example = tuple[Sequence[Any], Mapping[str, Any]]  # the arguments of a call

_LOCK = threading.RLock()
_MADE: dict[Any, list[Generated]] = {}
_FILES: dict[str, str] = {}


@dataclass(frozen=True)
class Selection:
    """The parameters to differentiate with respect to, as the user names them."""

    argnums: Any
    has_aux: bool = False  # the function returns its value, and something beside it
    target: str = "python"  # or "numba": for what the text is written
    options: tuple[tuple[str, Any], ...] = ()  # of the target's decorator

    @property
    def single(self) -> bool:
        return isinstance(self.argnums, (int, str))

    @property
    def key(self) -> Any:
        many = isinstance(self.argnums, (list, tuple))
        named = repr(list(self.argnums) if many else self.argnums)
        return named, many, self.has_aux, self.target, repr(self.options)

    def resolve(
        self, params: Sequence[Param], function: str, place: Any = None
    ) -> list[tuple[str, int | None]] | None:
        """Names of parameters, with an index for what falls into `*args`.

        Raises NotDifferentiable.
        """
        if self.argnums is None:
            return None
        if not isinstance(self.argnums, (int, str, list, tuple)):
            raise NotDifferentiable(
                f"argnums are positions or names of parameters, not {self.argnums!r}", place
            )
        argnums = self.argnums
        wanted = tuple(argnums) if isinstance(argnums, (list, tuple)) else (argnums,)
        plain = [p.name for p in params if p.passed == "plain"]
        star = next((p.name for p in params if p.passed == "star"), None)
        found: list[tuple[str, int | None]] = []
        for want in wanted:
            if isinstance(want, str):
                if want not in {p.name for p in params}:
                    raise NotDifferentiable(f"{function}() has no parameter {want!r}", place)
                found.append((want, None))
            elif not isinstance(want, int) or isinstance(want, bool):
                raise NotDifferentiable(
                    f"argnums are positions or names of parameters, not {want!r}", place
                )
            elif -len(plain) <= want < len(plain):
                found.append((plain[want], None))
            elif star is not None and want >= len(plain):
                found.append((star, want - len(plain)))
            else:
                raise NotDifferentiable(
                    f"{function}() has {len(plain)} parameters: there is no argument {want}", place
                )
        return found


@dataclass(frozen=True)
class GradientOf:
    """The gradient of a function, as a function that is to be differentiated."""

    function: Any
    argnums: Any


@dataclass
class Generated:
    """One generated derivative of a function."""

    root: Any
    reading: Reading
    derivative: Procedure
    text: str
    name: str
    wrt: tuple[str | int, ...]
    single: bool
    by_types: bool = False
    chosen: list[tuple[str, int | None]] = field(default_factory=list)
    code: types.CodeType | None = None
    refreshed: dict[str, Any] = field(default_factory=dict)
    backward: Generated | None = None  # of a derivative in two functions
    target: str = "python"
    options: tuple[tuple[str, Any], ...] = ()
    stages_of_lines: dict[int, int] = field(default_factory=dict)
    _compiled: tuple[Callable[..., Any], Callable[[], bool] | None] | None = None

    @property
    def compiled(self) -> tuple[Callable[..., Any], Callable[[], bool] | None]:
        """The compiled function, and what to call before it (see _compile)."""
        if self._compiled is None:
            self._compiled = _compile(self)
        return self._compiled

    @property
    def function(self) -> Callable[..., Any]:
        """The compiled function, its globals those of now."""
        function, fresh = self.compiled
        if fresh is not None:
            fresh()
        return function

    def bound_to(self, root: Any) -> Generated:
        """The same code for another function object made from the same definition."""
        backward = self.backward.bound_to(root) if self.backward else None
        return dataclasses.replace(self, root=root, backward=backward, _compiled=None)

    @property
    def kinds(self) -> dict[str, Kind | None]:
        return {
            p.name: p.var.kind if p.var.kind is not OBJECT else None
            for p in self.reading.procedure.params
        }

    @property
    def left_out(self) -> list[str]:
        """The parameters of which nothing is known that could be differentiated."""
        params = self.reading.procedure.params
        return [
            p.name
            for p in params
            if p.var.kind is OBJECT
            and self.reading.specs.get(p.name) is OBJECT
            and p.name not in self.wrt
            and p.name not in ("self", "cls")
            and p.passed in ("plain", "keyword")
            and p.default != Const(None)
        ]

    @property
    def by_position(self) -> bool:
        """Whether the parameters that the function itself does not have follow its own."""
        own = set(self.own_parameters)
        return all(p.passed == "plain" for p in self.derivative.params if p.name in own)

    @property
    def own_parameters(self) -> list[str]:
        """The names of the parameters that the function itself does not have: `kept`, `dout`."""
        given = {p.name for p in self.reading.procedure.params}
        return [p.name for p in self.derivative.params if p.name not in given]

    def positions(self, count: int) -> list[int | None]:
        """For each positional argument, which adjoint is its own."""
        names: list[tuple[str, int | None]] = []
        for param in self.reading.procedure.params:
            if param.passed == "plain":
                names.append((param.name, None))
            elif param.passed == "star":
                names += [(param.name, i) for i in range(count - len(names))]
        order = {c: i for i, c in enumerate(self.chosen)}
        return [order.get(n) for n in names[:count]]

    def differentiated(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The differentiated arguments of a call."""
        given = {
            self.chosen[i]: args[at]
            for at, i in enumerate(self.positions(len(args)))
            if i is not None
        }
        given |= {(name, None): value for name, value in kwargs.items()}
        return [given.get(c) for c in self.chosen]

    def elementary(self) -> tuple[Procedure, list[Var]]:
        """The primal procedure in elementary stages, and its differentiated variables."""
        from symdiff.differentiate.derivative import elementary, leaves

        wrt = _structures(self.reading, self.chosen)
        return elementary(self.reading.procedure, wrt)[0], [v for s in wrt for v in leaves(s)]

    def traced(self) -> Generated:
        """The derivative that tells what passes through the stages of `elementary`."""
        from symdiff.differentiate.traced import traced

        made = traced(self.reading.procedure, _structures(self.reading, self.chosen))
        return self.with_text_of(made)

    def with_text_of(self, procedure: Procedure) -> Generated:
        """Another procedure in the place of the derivative, for the same function."""
        from symdiff.write import write

        written = write(procedure, live=callable(self.root))
        return dataclasses.replace(
            self,
            derivative=procedure,
            text=written.text,
            name=written.name,
            code=None,
            refreshed=written.globals,
            backward=None,
            _compiled=None,
        )

    def arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by the names of the parameters, defaults included."""
        signature = inspect.signature(self.function)
        bound = signature.bind_partial(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def original(self) -> Original:
        from symdiff.checking import FromCallable, FromFile, FromText
        from symdiff.read.static import StaticFunction

        if isinstance(self.root, StaticFunction):
            path = self.root.scope.file.path
            if path.startswith("<"):
                return FromText(self.root.scope.file.text, self.root.name)
            from pathlib import Path

            return FromFile(Path(path), self.root.name)
        return FromCallable(getattr(self.root, "__symdiff_primal__", self.root))

    def names(self) -> dict[str, Any]:
        """Live values that the text refers to and can't show."""
        return {n: v.read(self.root) for n, v in self.refreshed.items() if v.read is not None}


# --- making --------------------------------------------------------------------------------------


def precheck(function: Any) -> None:
    """Refuse what the syntax alone shows to be impossible, before any call."""
    from symdiff.read.fence import offences
    from symdiff.read.source import has_source, node_of, unwrap

    if custom_of(function) is not None:
        return  # it need not be one that can be read
    plain = unwrap(function)
    if not callable(function):
        raise NotDifferentiable(f"{type(function).__name__} is not a function")
    if isinstance(plain, types.MethodType):
        plain = plain.__func__
    if (
        isinstance(plain, types.FunctionType)
        and has_source(plain)
        and plain.__code__ not in _CHECKED
    ):
        file, node = node_of(plain)
        body = [node] if not hasattr(node, "decorator_list") else [node]
        found = [
            UnsupportedSyntax(why, file.place(n), fix=fix, lines=file.text.splitlines())
            for b in body
            for n, why, fix in offences(b)
        ]
        if found:
            raise together(found)
        _CHECKED.add(plain.__code__)


_CHECKED: set[types.CodeType] = set()


def _root_value(function: Any, unit: Any, arguments: int | None) -> Any:
    """What the reader makes of the function that is to be differentiated."""
    from symdiff.read.builtin import function_of_rule
    from symdiff.read.derived import as_function
    from symdiff.read.scope import function_value, wrap
    from symdiff.read.static import StaticFunction
    from symdiff.read.values import Bound, Builtin, Class, Conflict, Derivative, LiveObject, Partial

    if isinstance(function, GradientOf):
        return as_function(
            Derivative(_root_value(function.function, unit, None), "grad", function.argnums)
        )
    if isinstance(function, StaticFunction):
        return function.value(unit)
    value = wrap(function, getattr(function, "__name__", "function"), lambda root: root, unit)
    if isinstance(value, LiveObject):
        method = getattr(type(function), "__call__", None)  # noqa: B004
        if not isinstance(method, types.FunctionType):
            return function_of_rule(function, arguments).value(unit)
        receiver = LiveObject("self", function, lambda root: root)
        return Bound(function_value(method, unit, lambda root: type(root).__call__), receiver)
    if isinstance(value, Derivative):
        return as_function(_with_source(value, function, arguments))
    if isinstance(value, (Builtin, Class)):
        return function_of_rule(function, arguments).value(unit)
    if isinstance(value, Conflict):
        raise NotDifferentiable(value.why)
    if isinstance(value, Partial) and isinstance(value.function, Builtin):
        count = (arguments or 0) + len(value.args) + len(value.keywords)
        inner = function_of_rule(function.func, count or None).value(unit)
        return Partial(inner, value.args, value.keywords)
    return value


def _with_source(value: Any, function: Any, arguments: int | None) -> Any:
    """The derivative of a function that has a rule, as that of a function with source."""
    from symdiff.read.builtin import function_of_rule
    from symdiff.read.values import Builtin, Derivative

    if isinstance(value, Derivative) and hasattr(function, "__wrapped__"):
        inner = _with_source(value.function, function.__wrapped__, arguments)
        return dataclasses.replace(value, function=inner)
    if isinstance(value, Builtin):
        return function_of_rule(function, arguments).value(Unit())
    return value


def generate(
    function: Any, selection: Selection, mode: str | None, example: Example | None = None
) -> Generated:
    """The derivative for what annotations, defaults, uses, and maybe the arguments of an example,
    say of the parameters."""
    from symdiff.read.reader import default_specs, specs_of_example
    from symdiff.read.static import StaticFunction

    def make() -> Generated:
        with _LOCK:
            value = _root_value(function, Unit(), None)
            specs = default_specs(value)
            if selection.target == "numba":
                specs = _compiled_specs(function, specs, example)
            elif example is not None:
                written = isinstance(function, StaticFunction)
                specs = specs_of_example(value, specs, *example, written)
            return _generate(function, selection, mode, specs, None)

    return _with_room(make, function)


def _compiled_specs(
    function: Any, specs: dict[str, Any], example: Example | None
) -> dict[str, Any]:
    """What is known of the parameters of a function that is compiled for types: of an example only
    that, and what is indexed is taken for an array."""
    from symdiff.compiled.types import as_array, of_any_length
    from symdiff.read.reader import spec_of

    if example is None:
        specs = {name: as_array(spec) for name, spec in specs.items()}
        unknown = [n for n, spec in specs.items() if isinstance(spec, ArrayOf) and not spec.dims]
        if unknown:
            raise NotDifferentiable(
                f"of what rank {', '.join(unknown)} is, if it is an array, can't be told",
                place_of(function),
                why="Code for Numba is written for numbers, and for arrays of a known rank.",
                fix="Give an example of a call: --at on the command line, at= in the library.",
            )
        return specs
    args = tuple(of_any_length(spec_of(value)) for value in example[0])
    named = {name: of_any_length(spec_of(value)) for name, value in example[1].items()}
    return _specs_of_call(function, args, named)


def arranged(function: Any, example: Example) -> Example:
    """An example as the function takes it: of a function in a file, which is only read, arrays may
    be written as lists."""
    from symdiff.read.reader import arrays_of_example, default_specs
    from symdiff.read.static import StaticFunction

    if not isinstance(function, StaticFunction):
        return example
    with _LOCK:
        value = _root_value(function, Unit(), None)
        return arrays_of_example(value, default_specs(value), *example)


def _with_room(make: Callable[[], Generated], function: Any) -> Generated:
    try:
        return with_room(make)
    except RecursionError:
        place = place_of(function)
        raise UnsupportedSyntax(
            "functions call each other, or expressions nest, too deeply to be followed", place
        ) from None


def find(
    function: Any,
    selection: Selection,
    mode: str | None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Generated:
    """The derivative for the kinds of these arguments, made at the first such call."""
    from symdiff.read.reader import spec_of

    specs = tuple(map(spec_of, args))
    named = {k: spec_of(v) for k, v in kwargs.items()}
    if selection.target == "numba":
        from symdiff.compiled.types import of_any_length

        specs = tuple(map(of_any_length, specs))
        named = {k: of_any_length(spec) for k, spec in named.items()}
    with _LOCK:
        made = find_for(function, selection, mode, specs, named)
        told = all(isinstance(s, Scalar) for s in specs)  # by types: arrays of one type differ
        made.by_types = told and not kwargs and not any(hasattr(a, "dtype") for a in args)
        _refuse_shared(made, args, kwargs)
        return made


def find_for(
    function: Any,
    selection: Selection,
    mode: str | None,
    specs: tuple[Any, ...],
    named: dict[str, Any],
) -> Generated:
    """The derivative for arguments of which this is known, made when it is first asked for."""
    keywords = tuple(sorted((k, _hashable(spec)) for k, spec in named.items()))
    key = (_code_key(function), selection.key, mode, _hashable(specs), keywords)
    with _LOCK:
        for made in _MADE.get(key, ()):
            if _valid(made, function):
                return made if made.root is function else made.bound_to(function)

        def make() -> Generated:
            known = _specs_of_call(function, specs, named)
            return _generate(function, selection, mode, known, len(specs))

        made = _with_room(make, function)
        _MADE.setdefault(key, []).append(made)
        return made


def _refuse_shared(made: Generated, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """A list or array that is given twice, and changed by the function, is one: not followed."""
    changed = made.reading.changed
    if not changed:
        return
    names = [p.name for p in made.reading.procedure.params if p.passed == "plain"]
    given = [*itertools.zip_longest(names[: len(args)], args), *kwargs.items()]
    lists = [id(a) for _, a in given if isinstance(a, (list, dict))]
    arrays = [(name is None or name in changed, a) for name, value in given for a in _arrays(value)]
    if len(lists) != len(set(lists)):
        what = "a list"
    elif any(
        (first or second) and _overlap(a, b)
        for i, (first, a) in enumerate(arrays)
        for second, b in arrays[:i]
    ):
        what = "an array"
    else:
        return
    raise NotDifferentiable(
        f"{made.reading.procedure.name}() changes {what} that is given to it twice",
        made.reading.procedure.place,
        fix="Pass a copy.",
    )


def _arrays(value: Any) -> Iterator[Any]:
    """The arrays in an argument."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _arrays(item)
    elif isinstance(value, dict):
        yield from _arrays(list(value.values()))
    elif dataclasses.is_dataclass(value):
        yield from _arrays([getattr(value, f.name) for f in dataclasses.fields(value)])
    elif hasattr(value, "__array_interface__") and hasattr(value, "strides"):
        yield value


def _overlap(a: Any, b: Any) -> bool:
    """Whether two arrays share memory; if that takes long to tell, they may."""
    import numpy as np

    try:
        return bool(np.shares_memory(a, b, max_work=1000))  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True


def _code_key(function: Any) -> Any:
    plain = function
    if getattr(type(plain), "mode", None) and type(plain).__module__.startswith("symdiff."):
        selection = Selection(plain.argnums, plain.has_aux)
        return type(plain), selection.key, _code_key(plain.__wrapped__)
    if isinstance(plain, types.MethodType):
        if hasattr(plain.__self__, "__symdiff_primal__"):
            return plain.__name__, _code_key(plain.__self__.__symdiff_primal__)
        return (
            plain.__func__.__code__ if hasattr(plain.__func__, "__code__") else plain.__func__,
            type(plain.__self__),
        )
    if isinstance(plain, types.FunctionType):
        return (plain.__code__, _hashable(plain.__defaults__), _hashable(plain.__kwdefaults__))
    return ById(function)


def _hashable(value: Any) -> Any:
    if isinstance(value, dict):
        return ("dict", *((k, _hashable(v)) for k, v in value.items()))
    if isinstance(value, (list, tuple)):
        return (type(value), *map(_hashable, value))
    if isinstance(value, Fields):
        return (Fields, value.cls, *((n, _hashable(spec)) for n, spec in value.fields))
    try:
        hash(value)
    except TypeError:
        return ById(value)
    return (type(value), value) if isinstance(value, (int, float)) else value


def _valid(made: Generated, root: Any) -> bool:
    """Whether every function that was followed is still what its name stands for."""
    for read, expected in made.reading.unit.guards.values():
        try:
            found = read(root)
        except (AttributeError, KeyError, ValueError, IndexError, TypeError):
            return False
        if found is not expected and not _same_code(found, expected):
            return False
    return True


def _same_code(found: Any, expected: Any) -> bool:
    if isinstance(found, types.MethodType):
        found = found.__func__
    return (
        isinstance(found, types.FunctionType)
        and isinstance(expected, types.FunctionType)
        and found.__code__ is expected.__code__
        and found.__defaults__ == expected.__defaults__
        and found.__kwdefaults__ == expected.__kwdefaults__
    )


def _specs_of_call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """What is known of each parameter from the arguments; those left out have their defaults."""
    from symdiff.read.reader import default_specs, spec_of_value
    from symdiff.read.scope import Unit

    value = _root_value(function, Unit(), len(args))
    specs = default_specs(value, by_use=False)
    from symdiff.read.values import Bound, Function, Partial

    skip, given = 0, set()
    while isinstance(value, (Bound, Partial)):
        skip += 1 if isinstance(value, Bound) else len(value.args)
        given |= set(value.keywords) if isinstance(value, Partial) else set()
        value = value.function
    assert isinstance(value, Function)
    a = value.node.args
    plain = [p.arg for p in [*a.posonlyargs, *a.args]][skip:]
    rest = args[len(plain) :]
    if rest and a.vararg is None:
        raise NotDifferentiable(
            f"{value.name}() takes {len(plain)} positional arguments, {len(args)} were given"
        )
    defaults = dict(zip(plain[len(plain) - len(value.defaults) :], value.defaults, strict=False))
    for name, default in (defaults | value.kwdefaults).items():
        if name in specs:
            specs[name] = spec_of_value(default)
    specs |= dict(zip(plain, args, strict=False))
    if a.vararg is not None:
        specs[a.vararg.arg] = (tuple, *rest)
    others = dict(kwargs)
    for name in [*plain, *(p.arg for p in a.kwonlyargs)]:
        if name in others:
            specs[name] = others.pop(name)
    if a.kwarg is not None:
        specs[a.kwarg.arg] = others
    elif others:
        raise NotDifferentiable(f"{value.name}() has no parameter {next(iter(others))!r}")
    return specs


def _generate(
    function: Any,
    selection: Selection,
    mode: str | None,
    specs: dict[str, Any],
    count: int | None,
) -> Generated:
    """The derivative; `count` is the number of arguments of a call that shows the kinds."""
    from symdiff.differentiate.derivative import derivative
    from symdiff.differentiate.pushforward import pushforward
    from symdiff.read.hidden import rename_hidden_globals
    from symdiff.read.reader import Shared, read

    shared = Shared()
    shared.writer = functools.partial(_write_apart, compiled=selection.target == "numba")
    live = count is not None
    value = _root_value(function, shared.unit, count)
    names = set() if live else _asked(selection, specs)
    specs = specs if live else _with_items(value, selection, specs)
    reading = read(
        value,
        shared,
        {**specs, **{n: REAL for n in names if specs.get(n) in (INTEGER, OBJECT, None)}},
        guarded=not live,
    )
    if selection.has_aux:
        reading = _with_aux(reading)
    procedure = reading.procedure
    rename_hidden_globals(procedure)
    chosen = selection.resolve(procedure.params, procedure.name, procedure.place)
    if chosen is None:
        chosen = _all_real(reading)
        if not chosen and not live:
            raise NotDifferentiable(
                f"{procedure.name} has no real parameter to differentiate with respect to",
                procedure.place,
                why=_taken_for(reading),
                fix="Annotate a parameter (x: float, xs: list[float]), or give an example of a "
                "call: --at on the command line, at= in the library.",
            )
    else:
        _refuse_unreal(reading, chosen, procedure)
    if mode is None:
        mode = (
            "grad"
            if not isinstance(procedure.result, Apply) and not _is_list(procedure.result)
            else "pullback"
        )
    if mode == "grad":
        _refuse_result(procedure, _value_of(procedure, selection), reading.returned)
    structures = _structures(reading, chosen)
    if mode == "split":
        return _split(function, reading, chosen, structures, selection)
    labels = [n if i is None else f"{n}[{i}]" for n, i in chosen]
    if mode in ("jvp", "hvp", "directions", "tangent"):
        made = pushforward(
            procedure,
            structures,
            chosen,
            _docstring(procedure, labels, mode),
            _name(procedure, mode),
            together=mode == "directions",
            with_value=mode != "tangent",
        )
        return _finished(function, reading, made, selection, chosen, live=live)
    made = derivative(
        procedure,
        structures,
        labels,
        mode=mode,
        single=selection.single,
        doc=_docstring(procedure, labels, mode),
        aux=selection.has_aux,
        compiled=selection.target == "numba",
    )
    if mode == "grad" and _is_object(_value_of(procedure, selection)):
        raise _not_scalar(procedure, "an object of a kind that is not known", reading.returned)
    return _finished(function, reading, made, selection, chosen, live=live)


def _with_aux(reading: Reading) -> Reading:
    """The function as one that is differentiated in the first of the two things it returns; what
    the second depends on does not matter."""
    procedure = reading.procedure
    result = procedure.result
    if isinstance(result, Apply) and result.op == "record":
        result = Apply("tuple", result.args[1:])  # a named tuple is taken apart like any pair
    if not isinstance(result, Apply) or result.op != "tuple" or len(result.args) != 2:
        raise NotDifferentiable(
            f"with has_aux, {procedure.name} has to return its value and what is beside it",
            reading.returned,
            fix="Return a pair: return value, aux.",
        )
    table: dict[Var, Any] = {}
    body = list(procedure.body)
    for var in dict.fromkeys(variables(result.args[1])):
        table[var] = Var(var.base, var.kind, var.temporary)
        body.append(Stage(table[var], Apply("stop_gradient", (var,))))
    result = Apply("tuple", (result.args[0], substitute(result.args[1], table)))
    return dataclasses.replace(
        reading, procedure=dataclasses.replace(procedure, body=body, result=result)
    )


def _name(procedure: Procedure, mode: str) -> str:
    """What a pushforward is called: f_jvp, and f_hvp where it is that of f_grad."""
    return f"{procedure.name.removesuffix('_grad') if mode == 'hvp' else procedure.name}_{mode}"


def _value_of(procedure: Procedure, selection: Selection) -> Any:
    """What is differentiated of what a function returns."""
    result = procedure.result
    return result.args[0] if selection.has_aux and isinstance(result, Apply) else result


def _finished(
    function: Any,
    reading: Reading,
    made: Procedure,
    selection: Selection,
    chosen: list[tuple[str, int | None]],
    live: bool,
) -> Generated:
    """The derivative, simplified and written."""
    from symdiff.write import write

    if selection.target == "numba":
        from symdiff.compiled.fuse import fuse
        from symdiff.compiled.kept import keep_in_arrays
        from symdiff.compiled.lower import lowered
        from symdiff.compiled.upward import run_upward
        from symdiff.simplify import keep_less

        made = run_upward(keep_in_arrays(keep_less(fuse(made))))
        made = lowered(_simplified(made))
        written = write(made, live=live, numba=dict(selection.options))
    else:
        made = _simplified(made)
        written = write(made, live=live)
    return Generated(
        function,
        reading,
        made,
        written.text,
        written.name,
        tuple(n for n, _ in chosen),
        selection.single,
        chosen=chosen,
        refreshed=written.globals,
        target=selection.target,
        options=selection.options,
        stages_of_lines=written.lines,
    )


def place_of(function: Any) -> Place | None:
    """Where a function is defined, if that can be told."""
    value = _root_value(function, Unit(), None)
    while not isinstance(value, Function) and hasattr(value, "function"):
        value = value.function
    return value.scope.file.place(value.node) if isinstance(value, Function) else None


def _simplified(made: Procedure) -> Procedure:
    """A procedure and everything it calls, made smaller, to be written and run."""
    from symdiff.simplify import call_as_they_stand

    return _smaller(call_as_they_stand(made))


def _smaller(made: Procedure, again: bool = False) -> Procedure:
    from symdiff.simplify import simplify

    made = simplify(made, again)
    made.callees = {n: simplify(c, again) for n, c in made.callees.items()}
    for callee in made.callees.values():
        callee.callees = made.callees
    return made


def _write_apart(
    procedure: Procedure, wanted: list[Var], mode: str, compiled: bool = False
) -> tuple[SourceFile, str]:
    """The file in which the derivative of a function is written that is called in another one; in
    mode "primal" the function itself."""
    from symdiff.differentiate.derivative import derivative
    from symdiff.differentiate.pushforward import pushforward
    from symdiff.read.hidden import rename_hidden_globals
    from symdiff.read.source import parse
    from symdiff.write import write

    rename_hidden_globals(procedure)
    names = list(dict.fromkeys(v.base for v in wanted))
    doc = _docstring(procedure, names, mode)
    if mode == "primal":
        made = procedure
    elif mode == "jvp":
        made = pushforward(procedure, wanted, [(v.base, None) for v in wanted], doc)
    else:
        aux, mode = mode == "aux", "grad" if mode == "aux" else mode
        made = derivative(
            procedure, [tuple(wanted)], names, mode=mode, single=True, doc=doc, again=True, aux=aux
        )
    if compiled:
        from symdiff.compiled.fuse import fuse

        made = fuse(made)
    written = write(_smaller(made, again=True), live=True, again=True)
    name = _file_name(written.name, names, procedure.place, written.text)
    return parse(name, written.text), written.name


def _split(
    function: Any,
    reading: Reading,
    chosen: list[tuple[str, int | None]],
    structures: list[Any],
    selection: Selection,
) -> Generated:
    """A forward function, and a backward one that can be called again and again."""
    from symdiff.differentiate.derivative import split

    many = dataclasses.replace(selection, argnums=tuple(n for n, _ in chosen))
    forward, backward = (
        _finished(function, reading, made, many, chosen, live=True)
        for made in split(reading.procedure, structures)
    )
    forward.backward = backward
    return forward


def _asked(selection: Selection, specs: dict[str, Any]) -> set[str]:
    """Parameters that are asked for by name or position: they are taken for real."""
    if selection.argnums is None:
        return set()
    params = [Param(n, Var(n)) for n in specs]
    try:
        return {n for n, i in selection.resolve(params, "function") or [] if i is None}
    except NotDifferentiable:
        return set()


def _with_items(value: Any, selection: Selection, specs: dict[str, Any]) -> dict[str, Any]:
    """Positions past the plain parameters ask for items of `*args`: at least so many there are."""
    function = value
    while not hasattr(function, "node") and hasattr(function, "function"):
        function = function.function
    a = getattr(getattr(function, "node", None), "args", None)
    wanted = (
        selection.argnums if isinstance(selection.argnums, (list, tuple)) else [selection.argnums]
    )
    numbers = [n for n in wanted if isinstance(n, int)]
    if a is None or a.vararg is None or not numbers:
        return specs
    plain = sum(1 for p in [*a.posonlyargs, *a.args] if p.arg in specs)
    count = max(numbers) + 1 - plain
    return {**specs, a.vararg.arg: (tuple, *[REAL] * count)} if count > 0 else specs


def _is_list(result: Any) -> bool:
    if not isinstance(result, Var):
        return False
    kind = result.kind
    return isinstance(kind, ListOf) or isinstance(kind, ArrayOf) and bool(kind.dims)


def _all_real(reading: Reading) -> list[tuple[str, int | None]]:
    from symdiff.differentiate.derivative import leaves

    chosen: list[tuple[str, int | None]] = []
    for param in reading.procedure.params:
        structure = reading.parameters.get(param.name)
        if param.passed == "star" and isinstance(structure, tuple):
            chosen += [
                (param.name, i) for i, part in enumerate(structure) if _has_real(leaves(part))
            ]
        elif _has_real(leaves(structure)):
            chosen.append((param.name, None))
    return chosen


def _has_real(variables_: list[Var]) -> bool:
    from symdiff.stages import is_differentiable

    return any(is_differentiable(v.kind) for v in variables_)


def _structures(reading: Reading, chosen: list[tuple[str, int | None]]) -> list[Any]:
    return [reading.parameters[n] if i is None else reading.parameters[n][i] for n, i in chosen]


def _refuse_unreal(
    reading: Reading, chosen: list[tuple[str, int | None]], procedure: Procedure
) -> None:
    from symdiff.differentiate.derivative import leaves

    for name, index in chosen:
        try:
            structure = _structures(reading, [(name, index)])[0]
        except IndexError:
            raise NotDifferentiable(
                f"{procedure.name}() was not given so many arguments", procedure.place
            ) from None
        if not _has_real(leaves(structure)):
            spec = reading.specs.get(name)
            what = "an int" if spec is INTEGER else "not a real number"
            what = "a bool" if spec is BOOLEAN else what
            if isinstance(spec, ArrayOf):
                what = f"an array of {'bools' if spec.item is BOOLEAN else 'ints'}"
            raise NotDifferentiable(
                f"the argument {name!r} is {what}: it has no gradient",
                procedure.place,
                fix="Pass a float (3.0 instead of 3), or differentiate with respect to another "
                "argument.",
            )


def _refuse_result(procedure: Procedure, result: Any, place: Place | None) -> None:
    kind = result.kind if isinstance(result, Var) else None
    if isinstance(kind, ListOf):
        raise _not_scalar(procedure, "a list", place)
    if kind in (BOOLEAN, TEXT, NOTHING, COMPLEX):
        raise _not_scalar(procedure, _CALLED[kind], place)
    if isinstance(kind, ArrayOf):
        if kind.item in (BOOLEAN, COMPLEX):
            raise _not_scalar(procedure, f"an array of {kind.item!r} numbers", place)
        if kind.dims is not None and any(map(never_one, kind.dims)):
            raise _not_scalar(procedure, "an array", place)


def _is_object(result: Any) -> bool:
    return isinstance(result, Var) and result.kind is OBJECT


_CALLED: dict[Any, str] = {
    BOOLEAN: "a truth value",
    TEXT: "text",
    NOTHING: "nothing",
    COMPLEX: "a complex number",
}


def _taken_for(reading: Reading) -> str:
    """What the parameters are taken for, where none is a real number."""
    kinds: dict[Any, str] = {**_CALLED, INTEGER: "an integer", OBJECT: "an object"}
    known = [(p.name, kinds.get(p.var.kind)) for p in reading.procedure.params]
    found = [f"{name} is taken for {what}" for name, what in known if what is not None]
    return ", ".join(found) + "." if found else ""


def _not_scalar(procedure: Procedure, what: str, place: Place | None) -> NotDifferentiable:
    return NotDifferentiable(
        f"{procedure.name} returns {what}; a gradient needs a function that returns a real scalar",
        place,
        fix="Return a number, or use symdiff.vjp for several results.",
    )


def _docstring(procedure: Procedure, labels: list[str], mode: str) -> str:
    names = labels[0] if len(labels) == 1 else f"({', '.join(labels)})"
    what = (
        f"its gradient with respect to {names}"
        if len(labels) != 1
        else f"its derivative with respect to {names}"
    )
    if mode == "pullback":
        adjoints = "the adjoints" if len(labels) != 1 else "the adjoint"
        what = f"{adjoints} of {names}, given the cotangent dout of the value"
    if mode == "hvp":
        tangents = [f"{name}_dot" for name in labels]
        along = tangents[0] if len(tangents) == 1 else f"({', '.join(tangents)})"
        sentence = f"Gradient of {procedure.name.removesuffix('_grad')}, and the product of its "
        return _written(f"{sentence}Hessian and {along}.", procedure.place)
    if mode == "tangent":
        dots = ", ".join(f"{name}_dot" for name in labels)
        return _written(f"Tangent of {procedure.name} along ({dots}).", procedure.place)
    if mode == "directions":
        what = f"its tangents along many directions of {names}, which are on the first axes"
    if mode == "jvp":
        dots = ", ".join(f"{name}_dot" for name in labels)
        what = f"its tangent along {dots if len(labels) == 1 else f'({dots})'}"
    return _written(f"Value of {procedure.name} and {what}.", procedure.place)


def _written(sentence: str, place: Place | None) -> str:
    where = (
        ""
        if place is None
        else f" from {place.file.replace(chr(92), '/').rpartition('/')[2]}:{place.line}"
    )
    first = textwrap.fill(sentence, 90, break_long_words=False)
    return f"{first}\n\nWritten by symdiff {__version__}{where}."


# --- compiling -----------------------------------------------------------------------------------


def _compile(made: Generated) -> tuple[Callable[..., Any], Callable[[], bool] | None]:
    """The generated function as it stands in its text, and what makes its globals those of now:
    it returns False when a function that was followed is no longer what its name stands for."""
    with _LOCK:
        if made.code is None:
            made.code = compile(made.text, _register(made), "exec", dont_inherit=True)
        names: dict[str, Any] = {"__name__": f"symdiff.generated.{made.name}"}
        if made.target == "numba":  # it imports modules by their names, and globals are constants
            names = {"__name__": "symdiff.compiled", **made.names()}
        exec(_without_constants(made), names)
    function: Callable[..., Any] = names[made.name]
    if made.target == "numba":
        return function, None
    _set_defaults(function, made.root)
    return function, _freshener(made, names)


def _freshener(made: Generated, names: dict[str, Any]) -> Callable[[], bool] | None:
    """A function that checks the guards and looks up the globals, as straight code for speed."""
    guards = list(made.reading.unit.guards.values())
    if not guards and not made.refreshed:
        return None

    def stale() -> None:
        made._compiled = None  # the next call looks again at what the names stand for

    known: dict[str, Any] = {"names": names, "stale": stale}
    tests, updates = [], []
    for i, (read, _) in enumerate(guards):
        known[f"v{i}"] = read(made.root)
        tests.append(f"{_access(read, made.root, f'g{i}', known)} is v{i}")
    for i, (name, value) in enumerate(made.refreshed.items()):
        if value.read is not None:
            updates.append(
                f"    names[{name!r}] = {_access(value.read, made.root, f'r{i}', known)}"
            )
    check = (
        [f"    if not ({' and '.join(tests)}):", "        stale()", "        return False"]
        if tests
        else []
    )
    exec("\n".join(["def fresh():", *check, *updates, "    return True"]), known)
    return known["fresh"]  # type: ignore[no-any-return]


def _access(read: Callable[[Any], Any], root: Any, name: str, known: dict[str, Any]) -> str:
    """An expression for a live value, its owner looked up once and for all."""
    if isinstance(read, TypeOf):
        return f"type({_access(read.read, root, name, known)})"
    if isinstance(read, Access):
        owner = read.owner(root)
        if read.how == "cell":
            known[name] = owner.__closure__[read.key]
            return f"{name}.cell_contents"
        if read.how == "global":
            known[name] = owner.__globals__
            return f"{name}.get({read.key!r})"
    known[name] = lambda: read(root)
    return f"{name}()"


def _without_constants(made: Generated) -> types.CodeType:
    """The code of the text, without the lines that set what is looked up anew."""
    assert made.code is not None
    if not made.refreshed:
        return made.code
    tree = ast.parse(made.text)
    tree.body = [
        s
        for s in tree.body
        if not (
            isinstance(s, ast.Assign)
            and isinstance(s.targets[0], ast.Name)
            and s.targets[0].id in made.refreshed
        )
    ]
    return compile(tree, made.code.co_filename, "exec", dont_inherit=True)


def _set_defaults(function: Any, root: Any) -> None:
    """Defaults are the function's own objects, whatever the text could show of them."""
    plain = root.__func__ if isinstance(root, types.MethodType) else root
    if isinstance(plain, types.FunctionType) and isinstance(function, types.FunctionType):
        try:
            count = len(inspect.signature(plain).parameters)
        except ValueError:
            return
        if (
            function.__defaults__
            and plain.__defaults__
            and len(function.__defaults__) == len(plain.__defaults__)
            and count
        ):
            function.__defaults__ = plain.__defaults__


def _register(made: Generated) -> str:
    return _file_name(made.name, made.wrt, made.reading.procedure.place, made.text)


def _file_name(function: str, wrt: Sequence[str | int], place: Place | None, text: str) -> str:
    """A readable file name for a text, known to linecache."""
    origin = "" if place is None else f" from {place.file.rpartition('/')[2]}:{place.line}"
    base = f"<symdiff {function} wrt {', '.join(map(str, wrt))}{origin}"
    name, n = f"{base}>", 1
    while name in _FILES and _FILES[name] != text:
        n += 1
        name = f"{base} #{n}>"
    _FILES[name] = text
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return name
