"""Lengths of arrays: derivatives for arrays of which none is 1 long, so that nothing is broadcast
along an axis, and of which those that the function adds, multiplies or stores are equally long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from symdiff.compiled.lengths import Lengths, in_terms
from symdiff.read.values import ANY_LENGTH
from symdiff.rules.arrays.indexing import bounds_of, indexed_dims, is_slice, parts_of
from symdiff.rules.arrays.registry import is_elementwise
from symdiff.rules.registry import kind_of
from symdiff.rules.shapes import Dims, at_most, plus, times
from symdiff.stages import (
    INTEGER,
    Apply,
    ArrayOf,
    Const,
    Dim,
    Expr,
    Extent,
    Loop,
    Procedure,
    Size,
    Stage,
    Var,
    steps,
)

MOST_READINGS = 4  # of a function, as ever more is known of the lengths

Axis = tuple[str, int]
"""The name of an array, as it is written, and one of its axes."""


class OtherLengths(Exception):
    """Arrays have lengths that the derivative was not written for."""


def without_ones(spec: Any) -> Any:
    """What is known of an argument, and that no length of an array is 1."""
    if isinstance(spec, ArrayOf) and spec.dims is not None:
        return ArrayOf(spec.item, (ANY_LENGTH,) * len(spec.dims))
    if isinstance(spec, tuple):
        return (spec[0], *map(without_ones, spec[1:]))
    return spec


def with_lengths(name: str, spec: Any, known: Mapping[Axis, Dim]) -> Any:
    """What is known of an argument, and what the lengths of its axes are."""
    if isinstance(spec, ArrayOf) and spec.dims is not None:
        dims = tuple(known.get((name, axis), dim) for axis, dim in enumerate(spec.dims))
        return ArrayOf(spec.item, dims)
    if isinstance(spec, tuple):
        parts = (with_lengths(f"{name}[{i}]", s, known) for i, s in enumerate(spec[1:]))
        return (spec[0], *parts)
    return spec


def lengths_of(names: Sequence[str], types: Sequence[Any]) -> Iterator[Axis]:
    """All axes of all arrays among the arguments."""
    from numba import types as known

    for name, kind in zip(names, types, strict=True):
        if isinstance(kind, known.Array):
            yield from ((name, axis) for axis in range(kind.ndim))
        elif isinstance(kind, known.BaseTuple):
            yield from lengths_of([f"{name}[{i}]" for i in range(len(kind))], list(kind))


def agreed_lengths(
    read: Callable[[Mapping[Axis, Dim]], Procedure],
) -> tuple[dict[Axis, Dim], list[Extent]]:
    """The lengths of arguments' axes in terms of others, as the operations of a function want them
    that is `read` for arguments of such lengths; and what is left of them in slices, which would be
    less than nothing of shorter arrays.

    They may stand where the program does not come by: what follows is to be tested.
    """
    found: dict[Size, Dim] = {}
    wanted = _Wanted(read({}))
    for _ in range(MOST_READINGS):
        before = len(found)
        for first, second in wanted.equal:
            difference = plus(in_terms(first, found), times(in_terms(second, found), -1))
            _find(_solved(difference), found)
        if len(found) == before:
            break
        wanted = _Wanted(read(_by_axes(found)))
    for end, whole in wanted.ends:
        _find(_longer(in_terms(end, found), in_terms(whole, found)), found)
    return _by_axes(found), [d for d in wanted.spared if isinstance(d, Extent)]


def _find(solved: tuple[Size, Dim] | None, found: dict[Size, Dim]) -> None:
    if solved is not None:
        size, dim = solved
        found.update({s: in_terms(d, {size: dim}) for s, d in found.items()})
        if _is_asked(size):
            found[size] = dim


def _by_axes(found: Mapping[Size, Dim]) -> dict[Axis, Dim]:
    return {size.of: dim for size, dim in found.items()}  # type: ignore[misc]


class _Wanted:
    """Lengths that are `equal` if nothing is broadcast, and loops don't change the lengths of what
    they carry; and where slices end, with the lengths of what they end in."""

    def __init__(self, procedure: Procedure) -> None:
        self.lengths = Lengths(procedure)
        self.slices: dict[Var, Dims | None] = {}
        self.equal: list[tuple[Dim, Dim]] = []
        self.ends: list[tuple[Dim, Dim]] = []
        self.spared: dict[Dim, None] = {}
        for step in steps(procedure.body):
            if isinstance(step, Stage) and isinstance(step.target.kind, ArrayOf):
                self.spared.update(
                    (dim, None) for dim in self.shape(step.target) or () if _may_be_less(dim)
                )
            match step:
                case Stage(target=target, value=Apply(op="getitem", args=(array, at))) if (
                    isinstance(target.kind, ArrayOf) and None in (target.kind.dims or ())
                ):
                    self.slices[target] = self.at(array, at)
                case Stage(value=Apply(op="setitem", args=(array, at, row))):
                    self.pair(self.at(array, at), self.shape(row))
                case Stage(value=Apply(op=op, args=args)) if is_elementwise(op):
                    first, *others = map(self.shape, args)
                    for other in others:
                        self.pair(first, other)
                case Loop(carried=carried):
                    for c in carried:
                        if c.init is not None and c.next is not None:
                            self.pair(self.shape(c.init), self.shape(c.next))

    def shape(self, value: Expr) -> Dims | None:
        if isinstance(value, Var) and value in self.slices:
            return self.slices[value]
        return self.lengths.dims(kind_of(value))

    def at(self, array: Expr, index: Expr) -> Dims | None:
        """The shape of a part of an array."""
        dims = self.shape(array)
        if dims is None or index == Const(Ellipsis):
            return dims
        parts = parts_of(index)
        if len(parts) > len(dims):
            return None
        made = list(indexed_dims(dims, index) or ())
        slices = [(d, p) for d, p in zip(dims, parts, strict=False) if is_slice(p)]
        if all(is_slice(p) or kind_of(p) is INTEGER for p in parts):
            for axis, (dim, part) in enumerate(slices):
                made[axis] = self.slice(dim, part) if made[axis] is None else made[axis]
        return tuple(made)

    def slice(self, dim: Dim, part: Expr) -> Dim:
        lower, upper, step = bounds_of(part)
        if step not in (Const(None), Const(1)):
            return None
        start = 0 if lower == Const(None) else self.lengths.of(lower)
        stop = dim if upper == Const(None) else self.lengths.of(upper)
        self.ends.append((start if upper == Const(None) else stop, dim))
        return plus(stop, times(start, -1))

    def pair(self, first: Dims | None, second: Dims | None) -> None:
        for a, b in zip((first or ())[::-1], (second or ())[::-1], strict=False):
            if None not in (a, b) and 1 not in (a, b):
                self.equal.append((a, b))


def _solved(zero: Dim) -> tuple[Size, Dim] | None:
    """One of the sizes of arguments in a sum that is zero, in terms of the others: a length that
    is positive where these are."""
    if not isinstance(zero, Extent):
        return None
    for size, count in reversed(zero.terms):
        others = plus(zero, Extent(((size, -count),)))
        dim = times(others, -count)
        sizes = dict(dim.terms) if isinstance(dim, Extent) else {}
        least = dim.constant if isinstance(dim, Extent) else dim
        if count in (1, -1) and _is_asked(size) and least is not None:
            asked = all(_is_asked(s) for s in sizes) if sizes else least > 1
            if asked and least >= 0 and all(c > 0 for c in sizes.values()):
                return size, dim
    return None


def _longer(part: Dim, whole: Dim) -> tuple[Size, Dim] | None:
    """One of the sizes in a length so that it is at least as long as a part: as long as that needs,
    and a rest of any length."""
    if part is None or not isinstance(whole, Extent) or at_most(part, whole):
        return None
    terms = part.terms if isinstance(part, Extent) else ()
    for size, count in whole.terms:
        others = plus(whole, Extent(((size, -1),)))
        is_free = count == 1 and (_is_asked(size) or _is_rest(size))
        if is_free and at_most(others, part) and all(_is_asked(s) for s, _ in terms):
            of = size.of
            assert isinstance(of, tuple)
            rest = Size((*of[:2], of[2] + 1 if _is_rest(size) else 0))
            return size, plus(plus(part, times(others, -1)), Extent(((rest, 1),)))
    return None


def _may_be_less(dim: Dim) -> bool:
    """Whether a difference of arguments' lengths may be less than nothing."""
    return (
        isinstance(dim, Extent)
        and all(_is_asked(size) for size, _ in dim.terms)
        and (dim.constant < 0 or any(count < 0 for _, count in dim.terms))
    )


def _is_rest(size: Size) -> bool:
    """Whether a length is what an argument's axis is longer than is known."""
    return isinstance(size.of, tuple) and len(size.of) == 3


def _is_asked(size: Size) -> bool:
    """Whether a length is that of an argument's axis."""
    of = size.of
    return isinstance(of, tuple) and len(of) == 2 and isinstance(of[0], str) and type(of[1]) is int


def tests_of(
    axes: Iterable[Axis], agreed: Mapping[Axis, Dim], spared: Iterable[Extent] = ()
) -> list[str]:
    """What is true of arguments whose lengths are others than these, as texts."""
    return [
        *(f"{_length(axis)} == 1" for axis in axes),
        *(f"{_length(axis)} {_other(dim)}" for axis, dim in agreed.items()),
        *(f"{_sum(dim)} < 0" for dim in spared),
    ]


def _other(dim: Dim) -> str:
    """What is true of another length than this."""
    if not isinstance(dim, Extent):
        return f"!= {dim}"
    return f"{'<' if any(_is_rest(size) for size, _ in dim.terms) else '!='} {_sum(dim)}"


def _sum(dim: Extent) -> str:
    known = [(size.of, count) for size, count in dim.terms if not _is_rest(size)]
    terms = [f"{count} * {_length(axis)}" for axis, count in known]  # type: ignore[arg-type]
    return " + ".join([*terms, str(dim.constant)])


def _length(axis: Axis) -> str:
    name, at = axis
    return f"{name}.shape[{at}]"
