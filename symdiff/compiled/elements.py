"""Elements of rows as elements of the whole array: `row[k]` of `row = points[i]` is `points[i, k]`,
and `tail[i]` of `tail = x[2:]` is `x[i + 2]`.

So they are reversed: what an element contributes goes straight to the adjoint of the array, where
the row would have one of its own, made in every round and added to that of the array at its end;
and of an array that changes in a loop, an element is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from symdiff.compiled.elementwise.nest import behind
from symdiff.compiled.lengths import Lengths
from symdiff.rules.arrays.indexing import bounds_of, index_of, is_slice, parts_of
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    INTEGER,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Opaque,
    Procedure,
    Scope,
    Stage,
    Var,
    map_expressions,
    steps,
    with_blocks,
    with_callees,
    with_value,
)

ZERO, ONE = Const(0), Const(1)


@dataclass(frozen=True, slots=True)
class _Along:
    """Elements along an axis of a view: those from a place on, or all (`whole`)."""

    axis: int
    start: Expr
    whole: bool


Places = tuple[Expr | _Along, ...]  # for each axis of an array


@dataclass(frozen=True, slots=True)
class _View:
    array: Var
    places: Places

    def after(self, outer: _View) -> _View | None:
        """This view of a view as one of that one's array; None where that takes a sum of starts."""
        made: list[Expr | _Along] = []
        for place in outer.places:
            inner = self.places[place.axis] if isinstance(place, _Along) else place
            if isinstance(place, _Along) and not place.whole:
                if not isinstance(inner, _Along) or inner.start != ZERO:
                    return None
                inner = _Along(inner.axis, place.start, whole=False)
            made.append(inner)
        return _View(outer.array, tuple(made))

    def length(self, axis: int) -> Expr | None:
        """The length of an axis, where it is one of the array's."""
        for at, place in enumerate(self.places):
            if isinstance(place, _Along) and place.axis == axis and place.whole:
                return Apply("getitem", (Apply("numpy.shape", (self.array,)), Const(at)))
        return None


def elements_of_wholes(procedure: Procedure) -> Procedure:
    """The procedure, and all that it calls, reading elements and lengths of rows from the arrays
    that these are rows of."""
    return with_callees(procedure, lambda each: _Rows(each).run())


class _Rows:
    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.lengths = Lengths(procedure)
        self.counts = set(_counts(procedure.body, self.lengths))
        self.views: dict[Var, _View] = {}
        for step in steps(procedure.body):
            match step:
                case Stage(
                    target=Var(kind=ArrayOf(dims=dims)) as target,
                    value=Apply(op="getitem", args=(Var(kind=ArrayOf()) as array, index)),
                ) if dims:
                    view = self.view(array, index, len(dims))
                    if view is not None and array in self.views:
                        view = view.after(self.views[array]) or view
                    if view is not None:
                        self.views[target] = view

    def run(self) -> Procedure:
        if not self.views:
            return self.procedure
        body = [map_expressions(step, self.now) for step in self.block(self.procedure.body)]
        return replace(self.procedure, body=body, result=self.now(self.procedure.result))

    # --- views

    def view(self, array: Var, index: Expr, rank: int) -> _View | None:
        """What an index chooses; None where that is not an item or a run of each axis."""
        dims = array.kind.dims if isinstance(array.kind, ArrayOf) else None
        if dims is None:
            return None
        places: list[Expr | _Along] = []
        axis = 0
        for part in parts_of(index):
            if part == Const(None):
                axis += 1
            elif is_slice(part):
                start = self.lengths.start(part)
                if start is None:
                    return None
                places.append(_Along(axis, start, _is_whole(part)))
                axis += 1
            elif _is_integer(part):
                places.append(part)
            else:
                return None
        left = len(dims) - len(places)
        places += (_Along(axis + i, ZERO, whole=True) for i in range(left))
        return _View(array, tuple(places)) if axis + left == rank else None

    # --- what is read of them

    def block(self, block: Block) -> Block:
        """The steps, with sums for the indices of elements that lie behind a start."""
        made: Block = []
        for step in block:
            match step:
                case Stage(value=Apply(op="getitem", args=(Var() as row, index))) if (
                    row in self.views and not isinstance(step.target.kind, ArrayOf)
                ):
                    element = self.element(row, index, made, step)
                    made.append(step if element is None else with_value(step, element))
                case Branch() | Loop() | Scope():
                    made.append(with_blocks(step, self.block))
                case _:
                    made.append(step)
        return made

    def element(
        self, row: Var, index: Expr, before: Block | None = None, of: Stage | None = None
    ) -> Expr | None:
        """An element of a row as one of the array; sums that this takes go `before` it."""
        view, inner = self.views[row], parts_of(index)
        places: list[Expr] = []
        sums: list[tuple[Var, Expr]] = []
        for place in view.places:
            if not isinstance(place, _Along):
                places.append(place)
                continue
            if place.axis >= len(inner) or not _is_integer(part := inner[place.axis]):
                return None
            if not place.whole and not self.is_count(part):
                return None
            if place.start != ZERO:
                match place.start, part:
                    case Const(value=start), Const(value=at):
                        part = Const(start + at)
                    case start, _:
                        sums.append((Var("at", INTEGER, temporary=True), behind(start, part)))
                        part = sums[-1][0]
            places.append(part)
        if sums and (before is None or of is None):
            return None
        for var, value in sums:
            before.append(Stage(var, value, of.place, of.number))  # type: ignore[union-attr]
        return Apply("getitem", (view.array, index_of(places)))

    def is_count(self, index: Expr) -> bool:
        """Whether an index is not counted from the end."""
        return index in self.counts or self.lengths.of(index) is not None

    def now(self, expr: Expr) -> Expr:
        match expr:
            case Apply(op="getitem", args=(Var() as row, index)) if row in self.views:
                found = self.element(row, index)
                if found is not None:
                    return found
            case Apply(op="len", args=(Var() as row,)) if row in self.views:
                return self.views[row].length(0) or expr
            case Apply(
                op="getitem",
                args=(Apply(op="numpy.shape", args=(Var() as row,)), Const(value=int() as axis)),
            ) if row in self.views:
                return self.views[row].length(axis) or expr
        if isinstance(expr, (Apply, Opaque)) and expr.args:
            args = tuple(self.now(a) for a in expr.args)
            return expr if args == expr.args else replace(expr, args=args)
        return expr


def _counts(block: Block, lengths: Lengths) -> Iterator[Var]:
    """The variables of loops that count from zero, or a length, upwards."""
    for step in steps(block):
        match step:
            case Loop(target=Var() as target, iterable=Apply(op="range", args=(_,))):
                yield target
            case Loop(target=Var() as target, iterable=Apply(op="range", args=(start, _))):
                if lengths.of(start) is not None:
                    yield target


def _is_whole(part: Expr) -> bool:
    lower, upper, step = bounds_of(part)
    return lower in (Const(None), ZERO) and upper == Const(None) and step in (Const(None), ONE)


def _is_integer(place: Expr) -> bool:
    return isinstance(place, (Var, Const)) and kind_of(place) is INTEGER
