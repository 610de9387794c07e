"""Functions that take arrays apart."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from itertools import pairwise

from symdiff.rules.arrays.nodes import Node, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import extent
from symdiff.stages import ArrayOf, Extent, Kind, ListOf, Size, TupleOf


def lengths_of_parts(a, indices_or_sections, axis):
    """How long the parts of `a` are, None where that is not known; None if even their number is
    not known."""
    given = indices_or_sections
    whole = None if a.dims is None or type(axis) is not int else a.dims[axis]
    if isinstance(given, (tuple, list)):
        in_order = all(type(i) is int and i >= 0 for i in given) and list(given) == sorted(given)
        if not in_order or not isinstance(whole, int):
            return [None] * (len(given) + 1)
        ends = [min(i, whole) for i in (0, *given, whole)]
        return [j - i for i, j in pairwise(ends)]
    if type(given) is not int or given < 1:
        return None
    if not isinstance(whole, int):
        return [None] * given
    short, longer = divmod(whole, given)
    return [short + 1] * longer + [short] * (given - longer)


def split_kind(ary, indices_or_sections, axis=0) -> Kind:
    lengths = lengths_of_parts(ary, indices_or_sections, axis)
    if lengths is None:
        return ListOf(ArrayOf(ary.item, None))
    if ary.dims is None or type(axis) is not int:
        return TupleOf((ArrayOf(ary.item, None),) * len(lengths))
    at = axis % len(ary.dims)
    return TupleOf(
        tuple(
            ArrayOf(ary.item, tuple(n if i == at else d for i, d in enumerate(ary.dims)))
            for n in lengths
        )
    )


def put_together(ans, dout, axis):
    """The adjoint of an array from those of its parts, of which some may have none."""
    options = {} if not isinstance(axis, Node) and axis == 0 else {"axis": axis}
    if isinstance(dout, Node):
        return np.concatenate(dout, **options)
    parts = [np.zeros_like(a) if d is None else d for a, d in zip(ans, dout, strict=True)]
    return np.concatenate(parts, **options)


def even_split_kind(ary, indices_or_sections, axis=0) -> Kind:
    """The kind of `numpy.split`, which refuses to make parts of different lengths."""
    kind = split_kind(ary, indices_or_sections, axis)
    sections = indices_or_sections
    if ary.dims is None or type(axis) is not int or type(sections) is not int or sections < 2:
        return kind
    at, whole = axis % len(ary.dims), ary.dims[axis]
    if not isinstance(whole, Extent):
        return kind
    part = extent(Size((whole, sections)))
    dims = tuple(part if i == at else d for i, d in enumerate(ary.dims))
    return TupleOf((ArrayOf(ary.item, dims),) * sections)


@array("numpy.split", kind=even_split_kind, view="always", linear=True)
def split(ary, indices_or_sections, axis=0, *, ans, dout):
    return put_together(ans, dout, axis)


@array("numpy.array_split", kind=split_kind, view="always", linear=True)
def array_split(ary, indices_or_sections, axis=0, *, ans, dout):
    return put_together(ans, dout, axis)


def horizontal(ary):
    """The axis along which `numpy.hsplit` takes an array apart; None if it is not known."""
    return None if ary.rank is None else 0 if ary.rank == 1 else 1


def hsplit_kind(ary, indices_or_sections) -> Kind:
    axis = horizontal(ary)
    return even_split_kind(ary, indices_or_sections, 1 if axis is None else axis)


@array("numpy.hsplit", kind=hsplit_kind, view="always", linear=True)
def hsplit(ary, indices_or_sections, *, ans, dout):
    axis = horizontal(ary)
    if axis is not None:
        return put_together(ans, dout, axis)
    if isinstance(dout, Node):
        return np.hstack(dout)
    return np.hstack([np.zeros_like(a) if d is None else d for a, d in zip(ans, dout, strict=True)])


@array("numpy.vsplit", kind=even_split_kind, view="always", linear=True)
def vsplit(ary, indices_or_sections, *, ans, dout):
    return put_together(ans, dout, 0)


@array(
    "numpy.dsplit", kind=lambda ary, parts: even_split_kind(ary, parts, 2), view="always",
    linear=True,
)  # fmt: skip
def dsplit(ary, indices_or_sections, *, ans, dout):
    return put_together(ans, dout, 2)


def unstacked(x, axis=0) -> Kind:
    if x.dims is None or type(axis) is not int or type(x.dims[axis]) is not int:
        return ListOf(ArrayOf(x.item, None))
    at = axis % len(x.dims)
    part = ArrayOf(x.item, x.dims[:at] + x.dims[at + 1 :])
    return TupleOf((part,) * x.dims[at])


@array("numpy.unstack", kind=unstacked, view="always", linear=True)
def unstack(x, *, axis=0, ans, dout):
    if isinstance(dout, Node):
        return np.stack(dout, axis=axis)
    parts = [np.zeros_like(a) if d is None else d for a, d in zip(ans, dout, strict=True)]
    return np.stack(parts, axis=axis)
