"""Functions that put arrays together, or take them apart."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import (
    ALL,
    along,
    known_as,
    length,
    product,
    shape_of,
    size_of,
)
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import joined_item, plus
from symdiff.stages import ArrayOf, Dim, Kind

NOTHING_ELSE = {"out": (None,), "dtype": (None,)}


def are_listed(arrays) -> bool:
    """Whether it is known how many arrays there are."""
    return isinstance(arrays, (tuple, list))


def joined_numbers(arrays):
    return joined_item([a.kind for a in arrays] if are_listed(arrays) else [arrays.kind])


# --- along an axis that they have ----------------------------------------------------------------


def joined(arrays, axis=0, out=None, dtype=None, casting="same_kind") -> Kind:
    item = joined_numbers(arrays)
    if axis is None and are_listed(arrays):
        total: Dim = 0
        for a in arrays:
            total = plus(total, product(a.dims))
        return ArrayOf(item, (total,))
    if not are_listed(arrays) or type(axis) is not int:
        return ArrayOf(item, (None,) if axis is None else None)
    return ArrayOf(item, joined_dims([a.dims for a in arrays], axis))


def joined_dims(shapes, axis):
    """The axes of arrays put behind each other: where one length is known, it is all theirs."""
    known = [s for s in shapes if s is not None]
    if not known:
        return None
    rank = len(known[0])
    made: list[Dim] = []
    for i in range(rank):
        lengths = [None if s is None else s[i] for s in shapes]
        if i == axis % rank:
            total: Dim = 0
            for n in lengths:
                total = plus(total, n)
            made.append(total)
        else:
            made.append(next((n for n in lengths if n is not None), None))
    return tuple(made)


def parts_of(lengths):
    """The slices that arrays of these lengths take when they are put behind each other."""
    parts, start = [], None
    for i, n in enumerate(lengths):
        stop = n if start is None else start + n
        parts.append(slice(start, None if i == len(lengths) - 1 else stop))
        start = stop
    return [ALL] if len(lengths) == 1 else parts


def shares(dout, arrays, axis):
    """The part of `dout` along `axis` that each of the arrays has made."""
    parts = parts_of([length(a, axis) for a in arrays])
    return [
        known_as(dout if part is ALL else dout[along(axis, part)], a)
        for part, a in zip(parts, arrays, strict=True)
    ]


@array(
    "numpy.concatenate", "numpy.concat", sequences="arrays", kind=joined, only=NOTHING_ELSE,
    linear=True,
)  # fmt: skip
def concatenate(arrays, axis=0, out=None, dtype=None, casting="same_kind", *, ans, dout):
    if not are_listed(arrays) or isinstance(axis, Node):
        found = helper("concatenated_parts", arrays, axis, dout, kind=like_list(arrays))
        return [found[i] for i in range(len(arrays))] if are_listed(arrays) else found
    if axis is not None:
        return shares(dout, arrays, axis)
    parts = parts_of([size_of(a) for a in arrays])
    flat = [dout if part is ALL else dout[part] for part in parts]
    return [
        share if a.rank == 1 else np.reshape(share, shape_of(a))
        for share, a in zip(flat, arrays, strict=True)
    ]


def like_list(arrays) -> Kind:
    return ArrayOf(joined_numbers(arrays)) if are_listed(arrays) else arrays.kind


# --- along a new axis ----------------------------------------------------------------------------


def stacked(arrays, axis=0, out=None, *, dtype=None, casting="same_kind") -> Kind:
    item = joined_numbers(arrays)
    if not are_listed(arrays) or type(axis) is not int:
        return ArrayOf(item, None)
    shape = next((a.dims for a in arrays if a.dims is not None), None)
    if shape is None:
        return ArrayOf(item, None)
    lengths = [[a.dims[i] for a in arrays if a.dims is not None] for i in range(len(shape))]
    dims: list[Dim] = [next((n for n in each if n is not None), None) for each in lengths]
    dims.insert(axis % (len(shape) + 1), len(arrays))
    return ArrayOf(item, tuple(dims))


@array("numpy.stack", sequences="arrays", kind=stacked, only=NOTHING_ELSE, linear=True)
def stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind", ans, dout):
    if not are_listed(arrays):
        return helper("stacked_parts", axis, dout, kind=like_list(arrays))
    if isinstance(axis, Node):
        return [known_as(np.take(dout, i, axis=axis), a) for i, a in enumerate(arrays)]
    return [known_as(dout[along(axis, i)], a) for i, a in enumerate(arrays)]
