"""The derivative for the arguments of a call, made when it is first asked for.

What is made is kept by the function's code, the parameters asked for, and the kinds of its
arguments, together with guards: what the names it mentions stood for when it was read."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any

from symdiff.deep import with_room
from symdiff.errors import NotDifferentiable, UnsupportedSyntax
from symdiff.generate.arguments import compiled_specs, specs_of_call
from symdiff.generate.generated import Generated
from symdiff.generate.making import derive
from symdiff.generate.roots import place_of, root_value
from symdiff.generate.running import LOCK
from symdiff.generate.selection import Example, Selection
from symdiff.read.records import Fields
from symdiff.read.scope import Unit
from symdiff.signature import ById
from symdiff.stages import Scalar

_MADE: dict[Any, list[Generated]] = {}


def generate(
    function: Any, selection: Selection, mode: str | None, example: Example | None = None
) -> Generated:
    """The derivative for what annotations, defaults, uses, and maybe the arguments of an example,
    say of the parameters."""
    from symdiff.read.reader import default_specs, specs_of_example
    from symdiff.read.static import StaticFunction

    def make() -> Generated:
        with LOCK:
            value = root_value(function, Unit(), None)
            specs = default_specs(value)
            if selection.target == "numba":
                specs = compiled_specs(function, specs, example)
            elif example is not None:
                written = isinstance(function, StaticFunction)
                specs = specs_of_example(value, specs, *example, written)
            return derive(function, selection, mode, specs, None)

    return _with_room(make, function)


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Leave garbage in cycles for later: procedures are trees of very many objects, hardly any of
    them garbage, and looking through them again and again takes a third of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _with_room(make: Callable[[], Generated], function: Any) -> Generated:
    try:
        with _without_collection():
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
    with LOCK:
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
    with LOCK:
        for made in _MADE.get(key, ()):
            if _valid(made, function):
                return made if made.root is function else made.bound_to(function)

        def make() -> Generated:
            known = specs_of_call(function, specs, named)
            return derive(function, selection, mode, known, len(specs))

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
