"""From a function to its derivative as text: read, differentiate, simplify, write."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

from symdiff.errors import NotDifferentiable
from symdiff.generate.arguments import asked, specs_of_call, with_items
from symdiff.generate.docstrings import docstring, name_of
from symdiff.generate.generated import Generated
from symdiff.generate.results import (
    all_real,
    is_list,
    is_object,
    not_scalar,
    refuse_result,
    refuse_unreal,
    structures_of,
    taken_for,
    value_of,
    with_aux,
)
from symdiff.generate.roots import root_value
from symdiff.generate.running import file_name
from symdiff.generate.selection import Selection
from symdiff.stages import INTEGER, OBJECT, REAL, Apply, Procedure, Var

if TYPE_CHECKING:
    from symdiff.read.reader import Reading
    from symdiff.read.source import SourceFile


def derive(
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
    value = root_value(function, shared.unit, count)
    names = set() if live else asked(selection, specs)
    specs = specs if live else with_items(value, selection, specs)
    reading = read(
        value,
        shared,
        {**specs, **{n: REAL for n in names if specs.get(n) in (INTEGER, OBJECT, None)}},
        guarded=not live,
    )
    if selection.has_aux:
        reading = with_aux(reading)
    procedure = reading.procedure
    rename_hidden_globals(procedure)
    chosen = _chosen(reading, selection, live)
    if mode is None:
        mode = (
            "grad"
            if not isinstance(procedure.result, Apply) and not is_list(procedure.result)
            else "pullback"
        )
    if mode == "grad":
        refuse_result(procedure, value_of(procedure, selection), reading.returned)
    structures = structures_of(reading, chosen)
    if mode == "split":
        return _split(function, reading, chosen, structures, selection)
    labels = [n if i is None else f"{n}[{i}]" for n, i in chosen]
    compiled = selection.target == "numba"
    if compiled:
        from symdiff.compiled.elements import elements_of_wholes
        from symdiff.compiled.elementwise.grouping import by_elements
        from symdiff.compiled.inline import put_in_place
        from symdiff.compiled.shared import share_numbers

        procedure = put_in_place(procedure)
        procedure = by_elements(procedure) if selection.by_elements else procedure
        procedure = elements_of_wholes(procedure)
        procedure = share_numbers(procedure)
    if mode == "rows":
        from symdiff.differentiate.rows import by_rows

        doc = docstring(procedure, labels, mode)
        name = name_of(procedure, "jacobian")
        made = by_rows(procedure, structures, name, doc, selection.single)
        return _finished(function, reading, made, selection, chosen, live=live)
    if mode in ("jvp", "hvp", "directions", "tangent"):
        many = compiled and mode == "directions"
        made = pushforward(
            procedure,
            structures,
            chosen,
            docstring(procedure, labels, "many tangents" if many else mode),
            name_of(procedure, mode),
            together=mode == "directions" and not compiled,
            with_value=mode != "tangent" and not many,
        )
        if many:
            from symdiff.compiled.vector.mode import along_many

            given = {p.name for p in procedure.params}
            made = along_many(made, [p.name for p in made.params if p.name not in given])
        return _finished(function, reading, made, selection, chosen, live=live)
    made = derivative(
        procedure,
        structures,
        labels,
        mode=mode,
        single=selection.single,
        doc=docstring(procedure, labels, mode),
        aux=selection.has_aux,
        compiled=compiled,
    )
    if mode == "grad" and is_object(value_of(procedure, selection)):
        raise not_scalar(procedure, "an object of a kind that is not known", reading.returned)
    return _finished(function, reading, made, selection, chosen, live=live)


def procedure_for(function: Any, specs: tuple[Any, ...]) -> Procedure:
    """A function as it is read for arguments of which this is known, with what it calls in place
    as far as that is done before it is differentiated for Numba.

    Raises what `derive` raises for functions that can't be read.
    """
    from symdiff.compiled.inline import put_in_place
    from symdiff.read.reader import Shared, read

    shared = Shared()
    shared.writer = functools.partial(_write_apart, compiled=True)
    value = root_value(function, shared.unit, len(specs))
    reading = read(value, shared, specs_of_call(function, specs, {}), guarded=False)
    return put_in_place(reading.procedure)


def _chosen(reading: Reading, selection: Selection, live: bool) -> list[tuple[str, int | None]]:
    """The parameters to differentiate with respect to."""
    procedure = reading.procedure
    chosen = selection.resolve(procedure.params, procedure.name, procedure.place)
    if chosen is not None:
        refuse_unreal(reading, chosen, procedure)
        return chosen
    chosen = all_real(reading)
    if not chosen and not live:
        raise NotDifferentiable(
            f"{procedure.name} has no real parameter to differentiate with respect to",
            procedure.place,
            why=taken_for(reading),
            fix="Annotate a parameter (x: float, xs: list[float]), or give an example of a "
            "call: --at on the command line, at= in the library.",
        )
    return chosen


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
        from symdiff.compiled.elements import elements_of_wholes
        from symdiff.compiled.elementwise.grouping import by_elements
        from symdiff.compiled.first import store_first
        from symdiff.compiled.fuse import fuse
        from symdiff.compiled.kept import keep_in_arrays
        from symdiff.compiled.lower import lowered
        from symdiff.compiled.neighbours import fuse_neighbours
        from symdiff.compiled.spaces import make_spaces_once
        from symdiff.compiled.upward import run_upward
        from symdiff.simplify import keep_less

        made = by_elements(made) if selection.by_elements else made
        made = elements_of_wholes(made)
        made = run_upward(keep_in_arrays(make_spaces_once(keep_less(fuse(made)))))
        made = fuse_neighbours(store_first(made))
        made = lowered(_simplified(made, compiled=True))
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


def _simplified(made: Procedure, compiled: bool = False) -> Procedure:
    """A procedure and everything it calls, made smaller, to be written and run."""
    from symdiff.simplify import call_as_they_stand, simplify

    return simplify(call_as_they_stand(made), compiled=compiled)


def _write_apart(
    procedure: Procedure, wanted: list[Var], mode: str, compiled: bool = False
) -> tuple[SourceFile, str]:
    """The file in which the derivative of a function is written that is called in another one; in
    mode "primal" the function itself."""
    from symdiff.differentiate.derivative import derivative
    from symdiff.differentiate.pushforward import pushforward
    from symdiff.read.hidden import rename_hidden_globals
    from symdiff.read.source import parse
    from symdiff.simplify import simplify
    from symdiff.write import write

    rename_hidden_globals(procedure)
    names = list(dict.fromkeys(v.base for v in wanted))
    doc = docstring(procedure, names, mode)
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
        from symdiff.compiled.kept import keep_in_arrays
        from symdiff.simplify import keep_less

        made = keep_in_arrays(keep_less(fuse(made)), again=True)
    written = write(simplify(made, again=True), live=True, again=True)
    name = file_name(written.name, names, procedure.place, written.text)
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
