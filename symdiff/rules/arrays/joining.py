"""Functions that put arrays together."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.axes import (
    ALL,
    along,
    indexed,
    known_as,
    length,
    like,
    product,
    shape_of,
    size_of,
    with_rank,
)
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import joined_item, plus
from symdiff.stages import COMPLEX, REAL, ArrayOf, Dim, Kind

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
        known_as(dout if part is ALL else dout[along(axis, part, a.rank)], a)
        for part, a in zip(parts, arrays, strict=True)
    ]


@array(
    "numpy.concatenate", "numpy.concat", sequences="arrays", kind=joined, only=NOTHING_ELSE,
    linear=True,
)  # fmt: skip
def concatenate(arrays, axis=0, out=None, dtype=None, casting="same_kind", *, ans, dout):
    return concatenated_shares(arrays, axis, dout)


def concatenated_shares(arrays, axis, dout):
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
        return dout if axis == 0 else np.moveaxis(dout, axis, 0)
    if isinstance(axis, Node):
        return [known_as(np.take(dout, i, axis=axis), a) for i, a in enumerate(arrays)]
    return [known_as(dout[along(axis, i)], a) for i, a in enumerate(arrays)]


# --- along the axis that a shape calls for -------------------------------------------------------


def with_columns(dims):
    """The axes of an array that `numpy.column_stack` takes: vectors become columns."""
    return (dims[0], 1) if dims is not None and len(dims) == 1 else with_rank(dims, 2)


def joined_kind(tup, shaped, axis) -> Kind:
    item = joined_numbers(tup)
    if not are_listed(tup):
        return ArrayOf(item, None)
    shapes = [shaped(a.dims) for a in tup]
    return ArrayOf(item, joined_dims(shapes, axis(tup)))


def parts_along(name, dout, arrays, shaped, axis):
    """The adjoints of arrays that were given axes by `shaped` and joined along one."""
    if not are_listed(arrays):
        return helper(f"{name}_parts", arrays, dout, kind=arrays.kind)
    if any(a.rank is None for a in arrays):
        made = helper(f"{name}_parts", list(arrays), dout)
        return [made[i] for i in range(len(arrays))]
    at = axis(arrays)
    owners = [shaped(tuple(map(str, range(a.rank)))) for a in arrays]
    lengths = [
        1 if own[at] == 1 else length(a, int(own[at]))
        for a, own in zip(arrays, owners, strict=True)
    ]
    found = []
    for a, own, part in zip(arrays, owners, parts_of(lengths), strict=True):
        index = [0 if name == 1 else ALL for name in own]
        index[at] = part if own[at] != 1 else 0 if part.start is None else part.start
        whole = all(p is ALL for p in index)
        found.append(known_as(dout if whole else dout[indexed(index)], a))
    return found


def two_axes(dims):
    return with_rank(dims, 2)


def one_axis(dims):
    return with_rank(dims, 1)


def three_axes(dims):
    return with_rank(dims, 3)


def rows(arrays):
    return 0


def columns(arrays):
    return 1


def depth(arrays):
    return 2


def horizontal(arrays):
    """The axis along which `numpy.hstack` joins: that of vectors, or the columns."""
    known = [a.rank for a in arrays if a.rank is not None]
    return 1 if known and known[0] > 1 else 0


STACKS = {"dtype": (None,)}


@array(
    "numpy.vstack", "numpy.row_stack", sequences="tup", only=STACKS, linear=True,
    kind=lambda tup, **_: joined_kind(tup, two_axes, rows),
)  # fmt: skip
def vstack(tup, *, dtype=None, casting="same_kind", ans, dout):
    return parts_along("vstack", dout, tup, two_axes, rows)


@array(
    "numpy.hstack", sequences="tup", only=STACKS, linear=True,
    kind=lambda tup, **_: joined_kind(tup, one_axis, horizontal),
)  # fmt: skip
def hstack(tup, *, dtype=None, casting="same_kind", ans, dout):
    return parts_along("hstack", dout, tup, one_axis, horizontal)


@array(
    "numpy.dstack", sequences="tup", linear=True,
    kind=lambda tup: joined_kind(tup, three_axes, depth),
)  # fmt: skip
def dstack(tup, *, ans, dout):
    return parts_along("dstack", dout, tup, three_axes, depth)


@array(
    "numpy.column_stack", sequences="tup", linear=True,
    kind=lambda tup: joined_kind(tup, with_columns, columns),
)  # fmt: skip
def column_stack(tup, *, ans, dout):
    return parts_along("column_stack", dout, tup, with_columns, columns)


# --- into an array -------------------------------------------------------------------------------


def appended(arr, values, axis=None) -> Kind:
    return joined([arr, values], axis)


@array("numpy.append", wrt="arr values", kind=appended, linear=True)
def append(arr, values, axis=None, *, ans, dout):
    return concatenated_shares([arr, values], axis, dout)


def inserted(arr, obj, values, axis=None) -> Kind:
    return ArrayOf(arr.item, (None,) if axis is None else None if arr.dims is None else
                   tuple(None if type(axis) is not int or i == axis % len(arr.dims) else d
                         for i, d in enumerate(arr.dims)))  # fmt: skip


@array("numpy.insert", wrt="arr values", kind=inserted, linear=True)
def insert(arr, obj, values, axis=None, *, ans, dout):
    return (
        helper("insert_adjoint", arr, dout, obj, values, axis, kind=like(arr, dout)),
        helper("inserted_adjoint", values, dout, arr, obj, axis, kind=like(values, dout)),
    )


@array("numpy.delete", kind=lambda arr, obj, axis=None: inserted(arr, obj, None, axis), linear=True)
def delete(arr, obj, axis=None, *, ans, dout):
    return helper("delete_adjoint", arr, dout, obj, axis, kind=like(arr, dout))


def blocked(arrays) -> Kind:
    rows = _rows_of(arrays)
    if rows is None:
        ranks = [a.rank for a in _leaves(arrays)]
        known = None if None in ranks else (None,) * max(_depth(arrays), *ranks)
        return ArrayOf(_item_of_blocks(arrays), known)
    dims = list(rows[0][0].dims)
    dims[-1] = _summed([a.dims[-1] for a in rows[0]])
    if rows[0] is not arrays:
        dims[-2] = _summed([row[0].dims[-2] for row in rows])
    return ArrayOf(_item_of_blocks(arrays), tuple(dims))


def _rows_of(arrays):
    """The rows of blocks that all have as many axes as their array; None if they may have not."""
    if isinstance(arrays, Node):
        return None
    rows = arrays if isinstance(arrays[0], (list, tuple)) else [arrays]
    depth = 1 if rows[0] is arrays else 2
    if not all(isinstance(row, (list, tuple)) for row in rows):
        return None
    ranks = {a.rank if isinstance(a, Node) else None for row in rows for a in row}
    return rows if len(ranks) == 1 and (ranks.pop() or 0) >= depth else None


def _summed(dims) -> Dim:
    found: Dim = dims[0]
    for dim in dims[1:]:
        found = plus(found, dim)
    return found


def _item_of_blocks(blocks):
    if isinstance(blocks, Node):
        return joined_item([blocks.kind])
    items = [_item_of_blocks(b) for b in blocks]
    return COMPLEX if COMPLEX in items else REAL if REAL in items else items[0]


@array("numpy.block", nested="arrays", kind=blocked, linear=True)
def block(arrays, *, ans, dout):
    if isinstance(arrays, Node):
        raise NotDifferentiable("np.block() of lists whose length is not known")
    rows = _rows_of(arrays)
    if rows is not None:
        depth = 1 if rows[0] is arrays else 2
        found = _parts_of_rows(rows, depth, dout)
        return found if depth == 2 else found[0]
    if any(a.rank is None for a in _leaves(arrays)):
        return _items(helper("block_parts", arrays, dout), arrays)
    return _nested_parts(arrays, _depth(arrays), dout)


def _leaves(blocks):
    return [blocks] if isinstance(blocks, Node) else [a for b in blocks for a in _leaves(b)]


def _depth(blocks):
    """How many lists are nested."""
    return 0 if isinstance(blocks, Node) else 1 + _depth(blocks[0])


def _nested_parts(blocks, depth, dout):
    """The adjoints of nested blocks, of which some have fewer axes than their array."""
    if isinstance(blocks, Node):
        return known_as(np.reshape(dout, shape_of(blocks)), blocks)
    start, found = None, []
    for i, inner in enumerate(blocks):
        first = _leaves(inner)[0]
        own = 1 if first.rank < depth else length(first, first.rank - depth)
        stop = None if i == len(blocks) - 1 else own if start is None else start + own
        index = (Ellipsis, slice(start, stop), *[slice(None, None)] * (depth - 1))
        found.append(_nested_parts(inner, depth - 1, dout[index]))
        start = stop
    return found


def _parts_of_rows(rows, depth, dout):
    """The parts of an array that blocks of as many axes were put into, row by row."""
    heights = _spans([row[0] for row in rows], -2) if depth == 2 else [None]
    found = []
    for row, height in zip(rows, heights, strict=True):
        spans = [(width,) if height is None else (height, width) for width in _spans(row, -1)]
        lead = () if dout.rank == depth else (Ellipsis,)
        made = [dout[lead + span if lead or depth > 1 else span[0]] for span in spans]
        found.append([known_as(part, a) for part, a in zip(made, row, strict=True)])
    return found


def _spans(arrays, axis):
    """Where arrays begin and end that stand behind each other."""
    start, found = None, []
    for a in arrays[:-1]:
        own = length(a, a.rank + axis)
        stop = own if start is None else start + own
        found.append(slice(start, stop))
        start = stop
    return [*found, slice(start, None)]


def _items(parts, blocks):
    """The adjoint of each block from the nested lists of them."""
    if isinstance(blocks, Node):
        return parts
    return [_items(parts[i], inner) for i, inner in enumerate(blocks)]
