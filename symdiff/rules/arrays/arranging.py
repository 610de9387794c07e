"""Functions that put the elements of an array in other places, or repeat them."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.axes import (
    ALL,
    along,
    axes_of,
    indexed,
    known_as,
    length,
    like,
    product,
)
from symdiff.rules.arrays.broadcasting import unbroadcast
from symdiff.rules.arrays.dtypes import dims_of_shape
from symdiff.rules.arrays.dtypes import length as length_of
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import Dims, broadcast, plus, times
from symdiff.stages import INTEGER, ArrayOf, Dim, Kind, TupleOf


def same_shape(a, *_, **__) -> Kind:
    return ArrayOf(a.item, a.dims)


# --- broadcasting --------------------------------------------------------------------------------


def broadcast_kind(array, shape, subok=False) -> Kind:
    return ArrayOf(array.item, dims_of_shape(shape))


@array("numpy.broadcast_to", kind=broadcast_kind, view="always", linear=True)
def broadcast_to(array, shape, subok=False, *, ans, dout):
    return unbroadcast(dout, array)


def broadcast_all(*args, subok=False) -> Kind:
    dims = broadcast(*(a.dims for a in args))
    return TupleOf(tuple(ArrayOf(a.item, dims) for a in args))


@array("numpy.broadcast_arrays", kind=broadcast_all, view="maybe", linear=True)
def broadcast_arrays(*args, subok=False, ans, dout):
    return [
        None if share is None else unbroadcast(share, a)
        for a, share in zip(args, dout, strict=True)
    ]


# --- other places --------------------------------------------------------------------------------


@array("numpy.flip", kind=same_shape, view="always", linear=True)
def flip(m, axis=None, *, ans, dout):
    if type(axis) is int:
        return dout[along(axis, slice(None, None, -1))]
    return np.flip(dout) if axis is None else np.flip(dout, axis)


@array("numpy.flipud", kind=same_shape, view="always", linear=True)
def flipud(m, *, ans, dout):
    return dout[::-1]


@array("numpy.fliplr", kind=same_shape, view="always", linear=True)
def fliplr(m, *, ans, dout):
    return dout[:, ::-1]


def rotated(m, k=1, axes=(0, 1)) -> Kind:
    if m.dims is None or type(k) is not int or axes_of(tuple(axes), m.rank) is None:
        return ArrayOf(m.item, None)
    dims, (i, j) = list(m.dims), axes
    if k % 2:
        dims[i], dims[j] = dims[j], dims[i]
    return ArrayOf(m.item, tuple(dims))


@array("numpy.rot90", kind=rotated, view="always", linear=True)
def rot90(m, k=1, axes=(0, 1), *, ans, dout):
    options = {} if not isinstance(axes, Node) and tuple(axes) == (0, 1) else {"axes": axes}
    return np.rot90(dout, -k, **options)


@array("numpy.roll", kind=same_shape, linear=True)
def roll(a, shift, axis=None, *, ans, dout):
    if isinstance(shift, (tuple, list)):
        back = tuple(-s for s in shift)
    elif isinstance(shift, Node) and shift.kind is not INTEGER:
        back = np.negative(shift)
    else:
        back = -shift
    return np.roll(dout, back, **({} if axis is None else {"axis": axis}))


# --- repetitions ---------------------------------------------------------------------------------


def factors_of(reps):
    """The numbers of repetitions as a tuple; None if not even how many there are is known."""
    if isinstance(reps, (tuple, list)):
        return tuple(reps)
    return None if isinstance(reps, Node) and reps.kind is not INTEGER else (reps,)


def multiplied(dim: Dim, factor) -> Dim:
    if type(factor) is int:
        return times(dim, factor)
    return length_of(factor) if dim == 1 else None


def tiled(A, reps) -> Kind:  # noqa: N803
    factors = factors_of(reps)
    if A.dims is None or factors is None:
        return ArrayOf(A.item, None)
    rank = max(len(factors), len(A.dims))
    dims = (1,) * (rank - len(A.dims)) + A.dims
    factors = (1,) * (rank - len(factors)) + factors
    return ArrayOf(A.item, tuple(map(multiplied, dims, factors)))


@array("numpy.tile", kind=tiled, linear=True)
def tile(A, reps, *, ans, dout):  # noqa: N803
    factors = factors_of(reps)
    if A.rank is None or factors is None or len(factors) > 1 and A.rank > 1:
        return helper("tile_adjoint", A, dout, reps, kind=like(A, dout))
    if A.rank == 0:
        return np.sum(dout)
    if not factors:
        return dout
    if len(factors) == 1:
        (n,) = factors
        shape = (*(length(A, i) for i in range(A.rank - 1)), n, length(A, -1))
        return np.sum(np.reshape(dout, shape), axis=A.rank - 1)
    rows = np.reshape(dout, (-1, length(A, 0)))
    return np.sum(rows, axis=0)


def repeated(a, repeats, axis=None) -> Kind:
    if axis is None:
        total = product(a.dims)
        return ArrayOf(a.item, (multiplied(total, repeats) if total is not None else None,))
    if a.dims is None or type(axis) is not int:
        return ArrayOf(a.item, None)
    at = axis % len(a.dims)
    counts = None if isinstance(repeats, (tuple, list)) else repeats
    return ArrayOf(
        a.item, tuple(multiplied(d, counts) if i == at else d for i, d in enumerate(a.dims))
    )


@array("numpy.repeat", kind=repeated, linear=True)
def repeat(a, repeats, axis=None, *, ans, dout):
    is_number = type(repeats) is int or isinstance(repeats, Node) and repeats.kind is INTEGER
    if not is_number or a.rank is None or a.rank > 1 and type(axis) is not int:
        return helper("repeat_adjoint", a, dout, repeats, axis, kind=like(a, dout))
    if a.rank == 0:
        return np.sum(dout)
    at = 0 if axis is None else axis % a.rank
    lengths = [length(a, i) for i in range(a.rank)]
    shape = (*lengths[: at + 1], repeats, *lengths[at + 1 :])
    return np.sum(np.reshape(dout, shape), axis=at + 1)


def resized(a, new_shape) -> Kind:
    return ArrayOf(a.item, dims_of_shape(new_shape))


@array("numpy.resize", kind=resized, linear=True)
def resize(a, new_shape, *, ans, dout):
    return helper("resize_adjoint", a, dout, kind=like(a, dout))


# --- margins -------------------------------------------------------------------------------------

COPIED = ("edge", "reflect", "symmetric", "wrap")


def margins(pad_width, rank):
    """The widths before and after each axis; None if they are not literal."""
    if rank is None or isinstance(pad_width, (dict, Node)):
        return None
    width = pad_width
    if isinstance(width, (tuple, list)) and len(width) == 1:
        width = width[0]
    if not isinstance(width, (tuple, list)):
        return [(width, width)] * rank
    if not any(isinstance(w, (tuple, list)) for w in width):
        return [tuple(width)] * rank if len(width) == 2 and all_known(width) else None
    found = [tuple(w) if isinstance(w, (tuple, list)) else () for w in width]
    found = [w * 2 if len(w) == 1 else w for w in found]
    return found if len(found) == rank and all(len(w) == 2 for w in found) else None


def all_known(width) -> bool:
    return not any(isinstance(w, Node) and w.kind is not INTEGER for w in width)


def padded(array, pad_width, mode="constant", **_) -> Kind:
    widths = margins(pad_width, array.rank)
    if widths is None or array.dims is None:
        return ArrayOf(array.item, None if array.dims is None else (None,) * len(array.dims))
    if not all(isinstance(w, int) or w.kind is INTEGER for pair in widths for w in pair):
        return ArrayOf(array.item, (None,) * len(array.dims))
    return ArrayOf(array.item, _widened(array.dims, widths))


def _widened(dims: Dims, widths) -> Dims:
    return tuple(
        plus(plus(d, length_of(before)), length_of(after))
        for d, (before, after) in zip(dims, widths, strict=True)
    )


@array("numpy.pad", kind=padded)
def pad(array, pad_width, mode="constant", *, constant_values=0, end_values=0,
        reflect_type="even", stat_length=None, ans, dout):  # fmt: skip
    if mode == "constant":
        widths = margins(pad_width, array.rank)
        if widths is None:
            return helper("pad_adjoint", array, dout, pad_width, kind=like(array, dout))
        made = dout[indexed([_inner(array, i, *pair) for i, pair in enumerate(widths)])]
        return known_as(made, array)
    can_pad(mode, reflect_type)
    return helper("pad_adjoint", array, dout, pad_width, mode, kind=like(array, dout))


def can_pad(mode, reflect_type):
    """Raise NotDifferentiable for modes without a rule."""
    if mode not in COPIED or reflect_type != "even":
        what = mode if isinstance(mode, str) else "given"
        raise NotDifferentiable(f"np.pad() with the mode {what!r} has no derivative rule")


def _inner(array, axis, before, after):
    """Where an array begins and ends within what it was padded to."""
    if not isinstance(before, int) or not isinstance(after, int):
        return slice(before, before + length(array, axis))
    return slice(before or None, -after or None) if before or after else ALL
