"""What of a function can be differentiated, and with respect to what; the rest is refused."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from symdiff.errors import NotDifferentiable
from symdiff.generate.selection import Selection
from symdiff.rules.shapes import never_one
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    NOTHING,
    OBJECT,
    TEXT,
    Apply,
    ArrayOf,
    ListOf,
    Place,
    Procedure,
    Stage,
    Var,
    substitute,
    variables,
)

if TYPE_CHECKING:
    from symdiff.read.reader import Reading


def structures_of(reading: Reading, chosen: list[tuple[str, int | None]]) -> list[Any]:
    return [reading.parameters[n] if i is None else reading.parameters[n][i] for n, i in chosen]


def all_real(reading: Reading) -> list[tuple[str, int | None]]:
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


def refuse_unreal(
    reading: Reading, chosen: list[tuple[str, int | None]], procedure: Procedure
) -> None:
    from symdiff.differentiate.derivative import leaves

    for name, index in chosen:
        try:
            structure = structures_of(reading, [(name, index)])[0]
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


def value_of(procedure: Procedure, selection: Selection) -> Any:
    """What is differentiated of what a function returns."""
    result = procedure.result
    return result.args[0] if selection.has_aux and isinstance(result, Apply) else result


def is_list(result: Any) -> bool:
    if not isinstance(result, Var):
        return False
    kind = result.kind
    return isinstance(kind, ListOf) or isinstance(kind, ArrayOf) and bool(kind.dims)


def is_object(result: Any) -> bool:
    return isinstance(result, Var) and result.kind is OBJECT


def refuse_result(procedure: Procedure, result: Any, place: Place | None) -> None:
    kind = result.kind if isinstance(result, Var) else None
    if isinstance(kind, ListOf):
        raise not_scalar(procedure, "a list", place)
    if kind in (BOOLEAN, TEXT, NOTHING, COMPLEX):
        raise not_scalar(procedure, _CALLED[kind], place)
    if isinstance(kind, ArrayOf):
        if kind.item in (BOOLEAN, COMPLEX):
            raise not_scalar(procedure, f"an array of {kind.item!r} numbers", place)
        if kind.dims is not None and any(map(never_one, kind.dims)):
            raise not_scalar(procedure, "an array", place)


def not_scalar(procedure: Procedure, what: str, place: Place | None) -> NotDifferentiable:
    return NotDifferentiable(
        f"{procedure.name} returns {what}; a gradient needs a function that returns a real scalar",
        place,
        fix="Return a number, or use symdiff.vjp for several results.",
    )


_CALLED: dict[Any, str] = {
    BOOLEAN: "a truth value",
    TEXT: "text",
    NOTHING: "nothing",
    COMPLEX: "a complex number",
}


def taken_for(reading: Reading) -> str:
    """What the parameters are taken for, where none is a real number."""
    kinds: dict[Any, str] = {**_CALLED, INTEGER: "an integer", OBJECT: "an object"}
    known = [(p.name, kinds.get(p.var.kind)) for p in reading.procedure.params]
    found = [f"{name} is taken for {what}" for name, what in known if what is not None]
    return ", ".join(found) + "." if found else ""


def with_aux(reading: Reading) -> Reading:
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
