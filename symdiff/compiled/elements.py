"""Elements of rows as elements of the whole array: `row[k]` of `row = points[i]` is `points[i, k]`.

So they are reversed: what an element contributes goes straight to the adjoint of the array, where
the row would have one of its own, made in every round and added to that of the array at its end;
and of an array that changes in a loop, an element is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symdiff.rules.registry import kind_of
from symdiff.stages import (
    INTEGER,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Opaque,
    Procedure,
    Stage,
    Var,
    map_expressions,
    steps,
    with_callees,
)

WHOLE = Apply("slice", (Const(None), Const(None), Const(None)))
Places = tuple[Expr, ...]  # an integer or a whole slice for each axis of an array


@dataclass(frozen=True, slots=True)
class _View:
    array: Var
    places: Places

    @property
    def axes(self) -> list[int]:
        """The axes of the array that are left."""
        return [axis for axis, place in enumerate(self.places) if place == WHOLE]

    def at(self, inner: Places) -> _View:
        """What is at places of the view."""
        places = list(self.places)
        for axis, place in zip(self.axes, inner, strict=True):
            places[axis] = place
        return _View(self.array, tuple(places))

    def element(self) -> Expr:
        return Apply("getitem", (self.array, Apply("tuple", self.places)))

    def length(self, axis: int) -> Expr:
        shape = Apply("numpy.shape", (self.array,))
        return Apply("getitem", (shape, Const(self.axes[axis])))


def elements_of_wholes(procedure: Procedure) -> Procedure:
    """The procedure, and all that it calls, reading elements and lengths of rows from the arrays
    that these are rows of."""
    return with_callees(procedure, _own)


def _own(procedure: Procedure) -> Procedure:
    views = _views(procedure)
    if not views:
        return procedure
    body = [map_expressions(step, lambda e: _from_whole(e, views)) for step in procedure.body]
    return replace(procedure, body=body, result=_from_whole(procedure.result, views))


def _views(procedure: Procedure) -> dict[Var, _View]:
    """The views in terms of arrays that are no such views themselves."""
    found: dict[Var, _View] = {}
    for step in steps(procedure.body):
        match step:
            case Stage(
                target=Var(kind=ArrayOf(dims=dims)) as target,
                value=Apply(op="getitem", args=(Var(kind=ArrayOf()) as array, index)),
            ) if dims:
                places = _places(array, index)
                if places is not None:
                    outer = found.get(array)
                    found[target] = outer.at(places) if outer else _View(array, places)
    return found


def _places(array: Expr, index: Expr) -> Places | None:
    """An index as what it chooses on each axis; None where that is not one item or all."""
    kind = kind_of(array)
    several = isinstance(index, Apply) and index.op == "tuple"
    given = index.args if several else (index,)  # type: ignore[union-attr]
    if not isinstance(kind, ArrayOf) or kind.dims is None or len(given) > len(kind.dims):
        return None
    if not all(_is_integer(place) or place == WHOLE for place in given):
        return None
    return (*given, *[WHOLE] * (len(kind.dims) - len(given)))


def _is_integer(place: Expr) -> bool:
    return isinstance(place, (Var, Const)) and kind_of(place) is INTEGER


def _from_whole(expr: Expr, views: Mapping[Var, _View]) -> Expr:
    match expr:
        case Apply(op="getitem", args=(Var() as view, index)) if view in views:
            places = _places(view, index)
            if places is not None and WHOLE not in places:
                return views[view].at(places).element()
        case Apply(op="len", args=(Var() as view,)) if view in views:
            return views[view].length(0)
        case Apply(
            op="getitem",
            args=(Apply(op="numpy.shape", args=(Var() as view,)), Const(value=int() as axis)),
        ) if view in views:
            return views[view].length(axis)
    if isinstance(expr, (Apply, Opaque)) and expr.args:
        args = tuple(_from_whole(a, views) for a in expr.args)
        return expr if args == expr.args else replace(expr, args=args)
    return expr
