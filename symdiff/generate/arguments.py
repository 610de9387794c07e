"""What is known of the parameters before a function is read: from a call, an example, or what is
asked for."""

from __future__ import annotations

from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.generate.roots import place_of, root_value
from symdiff.generate.running import LOCK
from symdiff.generate.selection import Example, Selection
from symdiff.read.scope import Unit
from symdiff.read.values import Function
from symdiff.stages import REAL, ArrayOf, Param, Var


def specs_of_call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """What is known of each parameter from the arguments; those left out have their defaults."""
    from symdiff.read.reader import default_specs, spec_of_value
    from symdiff.read.scope import Unit

    value = root_value(function, Unit(), len(args))
    specs = default_specs(value, by_use=False)
    from symdiff.read.values import Bound, Partial

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


def compiled_specs(function: Any, specs: dict[str, Any], example: Example | None) -> dict[str, Any]:
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
    return specs_of_call(function, args, named)


def arranged(function: Any, example: Example) -> Example:
    """An example as the function takes it: of a function in a file, which is only read, arrays may
    be written as lists."""
    from symdiff.read.reader import arrays_of_example, default_specs
    from symdiff.read.static import StaticFunction

    if not isinstance(function, StaticFunction):
        return example
    with LOCK:
        value = root_value(function, Unit(), None)
        return arrays_of_example(value, default_specs(value), *example)


def asked(selection: Selection, specs: dict[str, Any]) -> set[str]:
    """Parameters that are asked for by name or position: they are taken for real."""
    if selection.argnums is None:
        return set()
    params = [Param(n, Var(n)) for n in specs]
    try:
        return {n for n, i in selection.resolve(params, "function") or [] if i is None}
    except NotDifferentiable:
        return set()


def with_items(value: Any, selection: Selection, specs: dict[str, Any]) -> dict[str, Any]:
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
