"""What an index makes of the axes of an array, and whether the result is a view of it."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.rules.shapes import (
    Dims,
    asked_length,
    at_most,
    broadcast,
    dims_of,
    item_of,
    plus,
    times,
)
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    OBJECT,
    Apply,
    ArrayOf,
    Const,
    Dim,
    Expr,
    Kind,
    ListOf,
    Scalar,
)


def parts_of(index: Expr) -> tuple[Expr, ...]:
    """The index of each axis."""
    return index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)


def index_of(parts: Sequence[Expr]) -> Expr:
    """The index that has these parts."""
    return parts[0] if len(parts) == 1 else Apply("tuple", tuple(parts))


def _kind(expr: Expr) -> Kind:
    from symdiff.rules.registry import kind_of

    return kind_of(expr)


def is_slice(part: Expr) -> bool:
    return isinstance(part, Apply) and part.op == "slice"


def bounds_of(part: Expr) -> tuple[Expr, Expr, Expr]:
    """Where a slice starts and stops, and its step."""
    assert isinstance(part, Apply)
    given = [*part.args] if len(part.args) > 1 else [Const(None), *part.args]
    lower, upper, step = [*given, Const(None), Const(None)][:3]
    return lower, upper, step


def is_basic(index: Expr) -> bool | None:
    """Whether an index gives a view: integers, slices, None and Ellipsis do, and arrays do not.
    None where that is not known."""
    known = True
    for part in parts_of(index):
        if is_slice(part) or isinstance(part, Const) and not isinstance(part.value, bool):
            continue
        kind = _kind(part)
        if kind is INTEGER:
            continue
        if isinstance(kind, (ArrayOf, ListOf)) or kind is BOOLEAN:
            if isinstance(kind, ArrayOf) and kind.dims == () and kind.item is INTEGER:
                continue
            return False
        if isinstance(part, Apply) and part.op in ("list", "tuple"):
            return False
        known = False
    return True if known else None


def repeats(index: Expr) -> bool:
    """Whether an index may name an element twice: arrays of integers may, masks do not."""
    for part in parts_of(index):
        if is_slice(part) or isinstance(part, Const):
            continue
        kind = _kind(part)
        if kind in (INTEGER, BOOLEAN) or isinstance(kind, ArrayOf) and kind.item is BOOLEAN:
            continue
        if isinstance(kind, ArrayOf) and kind.dims == ():
            continue
        return True
    return False


def indexed_kind(kind: ArrayOf, index: Expr) -> Kind:
    """The kind of array[index]."""
    dims = kind.dims
    if dims is None:
        parts = parts_of(index)
        return ArrayOf(kind.item, None) if parts else kind
    found = indexed_dims(dims, index)
    if found == () and is_basic(index) and Const(Ellipsis) not in parts_of(index):
        return kind.item
    return ArrayOf(kind.item, found)


def indexed_dims(dims: Dims, index: Expr) -> Dims | None:
    """The lengths of the axes of array[index]; None where that can't be told."""
    parts = list(parts_of(index))
    taken = 0
    for part in parts:
        if isinstance(part, Const) and (part.value is None or part.value is Ellipsis):
            continue
        kind = _kind(part)
        if isinstance(kind, ArrayOf) and kind.item is BOOLEAN:
            if kind.dims is None:
                return None
            taken += len(kind.dims)
        else:
            taken += 1
    if not any(isinstance(p, Const) and p.value is Ellipsis for p in parts):
        parts.append(Const(Ellipsis))
    rest = len(dims) - taken
    if rest < 0:
        return None
    made: list[Dim] = []
    advanced: list[Dims | None] = []
    first, adjacent, last_advanced = None, True, -2
    axis = 0
    for at, part in enumerate(parts):
        if isinstance(part, Const) and part.value is None:
            made.append(1)
            continue
        if isinstance(part, Const) and part.value is Ellipsis:
            made += dims[axis : axis + rest]
            axis += rest
            continue
        if is_slice(part):
            made.append(sliced(dims[axis], part))
            axis += 1
            continue
        kind = _kind(part)
        is_array = isinstance(kind, (ArrayOf, ListOf)) or (
            isinstance(part, Apply) and part.op in ("list", "tuple")
        )
        if not is_array:
            if not isinstance(kind, Scalar) or kind is OBJECT:
                return None
            axis += 1
            if any(_is_array(p) for p in parts):
                advanced.append(())
                if first is None:
                    first = len(made)
                elif last_advanced != at - 1:
                    adjacent = False
                last_advanced = at
            continue
        if first is None:
            first = len(made)
        elif last_advanced != at - 1:
            adjacent = False
        last_advanced = at
        if isinstance(kind, ArrayOf) and kind.item is BOOLEAN:
            assert kind.dims is not None
            axis += len(kind.dims)
            advanced.append((None,))
        else:
            axis += 1
            advanced.append(_index_dims(part, kind))
    if not advanced:
        return tuple(made)
    shape = broadcast(*advanced)
    if shape is None:
        return None
    assert first is not None
    where = first if adjacent else 0
    return (*made[:where], *shape, *made[where:])


def _is_array(part: Expr) -> bool:
    return isinstance(_kind(part), (ArrayOf, ListOf)) or (
        isinstance(part, Apply) and part.op in ("list", "tuple")
    )


def _index_dims(part: Expr, kind: Kind) -> Dims | None:
    if isinstance(part, Apply) and part.op in ("list", "tuple"):
        inner = [_index_dims(p, _kind(p)) if _is_array(p) else () for p in part.args]
        shape = broadcast(*inner)
        return None if shape is None else (len(part.args), *shape)
    if isinstance(kind, ListOf):
        return (None,)
    return dims_of(kind)


def sliced(dim: Dim, part: Expr) -> Dim:
    """The length of a slice, where its bounds are literals that certainly lie inside."""
    given = bounds_of(part)
    if not all(map(_is_literal, given)):
        return _between(dim, *given)
    lower, upper, step = map(_literal, given)
    if isinstance(dim, int):
        return len(range(*slice(lower, upper, step).indices(dim)))
    if step == -1 and lower is None and upper is None:
        return dim
    if step not in (None, 1) or dim is None:
        return None
    start = lower or 0
    if start >= 0:
        if upper is None:
            return plus(dim, -start)
        if upper < 0:
            return plus(dim, upper - start)
    elif upper is None and start < 0:
        return None
    return None


def _between(dim: Dim, lower: Expr, upper: Expr, step: Expr) -> Dim:
    """The length of a slice between bounds that are lengths themselves."""
    if step not in (Const(None), Const(1)):
        return None
    start = 0 if lower == Const(None) else asked_length(lower)
    stop = dim if upper == Const(None) else asked_length(upper)
    if start is None or stop is None or not (at_most(start, stop) and at_most(stop, dim)):
        return None
    return plus(stop, times(start, -1))


def _is_literal(part: Expr) -> bool:
    if isinstance(part, Apply) and part.op == "neg":
        part = part.args[0]
    return isinstance(part, Const) and (part.value is None or type(part.value) is int)


def _literal(part: Expr) -> int | None:
    if isinstance(part, Apply):
        inner = _literal(part.args[0])
        return None if inner is None else -inner
    assert isinstance(part, Const)
    value: int | None = part.value
    return value


def stacked(dims: Sequence[Dims | None], axis: int, length: int) -> Dims | None:
    """The axes of arrays of one shape put behind each other along a new axis."""
    shape = broadcast(*dims)
    if shape is None:
        return None
    at = axis if axis >= 0 else len(shape) + 1 + axis
    return (*shape[:at], length, *shape[at:])


__all__ = [
    "bounds_of", "index_of", "indexed_dims", "indexed_kind", "is_basic", "is_slice", "item_of",
    "parts_of", "repeats", "sliced", "stacked", "times",
]  # fmt: skip
