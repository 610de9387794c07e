"""The arithmetic of array shapes: lengths of axes, broadcasting, and what undoes it.

Lengths are numbers, sums of sizes that are known at run time only, or unknown. Two equal sums are
equal lengths; of two different ones nothing is known, unless one of them can't be 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    OPTIONAL,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Dim,
    Expr,
    Extent,
    Kind,
    ListOf,
    Scalar,
    Size,
    Var,
)

Dims = tuple[Dim, ...]
_TOWER = (BOOLEAN, INTEGER, REAL, COMPLEX)


def extent(size: Size) -> Extent:
    return Extent(((size, 1),))


def asked_length(value: Expr, of_variable: Callable[[Var], Dim] = lambda var: var.length) -> Dim:
    """The length of an axis that a number is: `len(x)`, `np.shape(x)[0]`, a variable that is known
    for one, or a sum or multiple of such; None where it is something else."""
    match value:
        case Var():
            return of_variable(value)
        case Const(value=number):
            return number if type(number) is int and number >= 0 else None
        case Apply(op="len", args=(Var(kind=ArrayOf(dims=(dim, *_))),)):
            found: Dim = dim
            return found
        case Apply(
            op="getitem",
            args=(
                Apply(op="numpy.shape", args=(Var(kind=ArrayOf(dims=(*dims,))),)),
                Const(value=int() as axis),
            ),
        ) if 0 <= axis < len(dims):
            return dims[axis]
        case Apply(op="add", args=(first, second)):
            return plus(asked_length(first, of_variable), asked_length(second, of_variable))
        case (
            Apply(op="mul", args=(Const(value=int() as factor), other))
            | Apply(op="mul", args=(other, Const(value=int() as factor)))
        ) if factor >= 0:
            return times(asked_length(other, of_variable), factor)
    return None


def at_most(a: Dim, b: Dim) -> bool:
    """Whether a length is certainly no more than another one."""
    difference = plus(b, times(a, -1))
    if isinstance(difference, Extent):
        return difference.constant >= 0 and all(count > 0 for _, count in difference.terms)
    return difference is not None and difference >= 0


def plus(a: Dim, b: Dim) -> Dim:
    """The sum of two lengths."""
    if a is None or b is None:
        return None
    x = a if isinstance(a, Extent) else Extent((), a)
    y = b if isinstance(b, Extent) else Extent((), b)
    terms: dict[Size, int] = {}
    for size, count in (*x.terms, *y.terms):
        terms[size] = terms.get(size, 0) + count
    kept = tuple(sorted(((s, c) for s, c in terms.items() if c), key=lambda t: repr(t[0])))
    constant = x.constant + y.constant
    return Extent(kept, constant) if kept else constant


def times(a: Dim, factor: int) -> Dim:
    """A length taken `factor` times."""
    if isinstance(a, Extent):
        if not factor:
            return 0
        return Extent(tuple((s, c * factor) for s, c in a.terms), a.constant * factor)
    return None if a is None else a * factor


def product(dims: Iterable[Dim]) -> Dim:
    """The number of elements; None where it can't be said as a sum."""
    total: Dim = 1
    for dim in dims:
        if isinstance(total, int):
            total = times(dim, total)
        elif isinstance(dim, int):
            total = times(total, dim)
        else:
            return None
    return total


def never_one(dim: Dim) -> bool:
    """Whether nothing is ever broadcast along an axis of this length."""
    if isinstance(dim, Extent):
        (size, count), *more = dim.terms
        return not more and count >= 1 and dim.constant == 0 and size.never_one
    return dim is not None and dim != 1


def broadcast(*shapes: Dims | None) -> Dims | None:
    """The shape of an elementwise operation's result; None where a rank is unknown."""
    if any(s is None for s in shapes):
        return None
    known = [s for s in shapes if s is not None]
    rank = max(map(len, known), default=0)
    made: list[Dim] = []
    for axis in range(rank):
        dims = [s[axis - rank + len(s)] for s in known if axis - rank + len(s) >= 0]
        made.append(_one_of(dims))
    return tuple(made)


def _one_of(dims: Sequence[Dim]) -> Dim:
    result: Dim = 1
    for dim in dims:
        if dim == 1 and dim is not None:
            continue
        if result == 1:
            result = dim
        elif result == dim or never_one(result):
            continue
        elif never_one(dim):
            result = dim
        else:
            result = None
    return result


def summed_axes(wide: Dims, narrow: Dims) -> tuple[list[int], list[int]] | None:
    """The axes of `wide` along which `narrow` was broadcast: those that it lacks, and those where
    its length is 1 (both counted in `wide`). None where that can't be told from the shapes."""
    lacking = list(range(len(wide) - len(narrow)))
    ones: list[int] = []
    for axis, dim in enumerate(narrow, len(lacking)):
        if wide[axis] is not None and wide[axis] == dim or never_one(dim):
            continue
        if dim == 1:
            ones.append(axis)
        else:
            return None
    return lacking, ones


def fills(narrow: Dims | None, wide: Dims | None) -> bool:
    """Whether a shape is certainly all of another one that it can be broadcast to."""
    if narrow is None or wide is None or len(narrow) != len(wide):
        return False
    return all(n is not None and n == w or never_one(n) for n, w in zip(narrow, wide, strict=True))


# --- kinds ---------------------------------------------------------------------------------------


def dims_of(kind: Kind) -> Dims | None:
    """The shape of a value; () for plain numbers."""
    if isinstance(kind, ArrayOf):
        return kind.dims
    return () if isinstance(kind, Scalar) and kind is not OBJECT else None


def item_of(kind: Kind) -> Scalar:
    """What kind of numbers a value is made of."""
    if isinstance(kind, ArrayOf):
        return kind.item
    if isinstance(kind, ListOf):
        return item_of(kind.item)
    return kind if isinstance(kind, Scalar) else OBJECT


def joined_item(kinds: Iterable[Kind]) -> Scalar:
    """The kind of numbers that several kinds promote to. What is not known counts as real."""
    found = [REAL if item_of(k) is OPTIONAL else item_of(k) for k in kinds]
    known = [k for k in found if k in _TOWER]
    if not known:
        return REAL
    best = max(known, key=_TOWER.index)
    return best if len(known) == len(found) or best is COMPLEX else REAL


def elementwise_kind(kinds: Sequence[Kind], item: Scalar | None = None) -> Kind:
    """The kind of an elementwise operation on these; `item` where it does not follow from them."""
    item = joined_item(kinds) if item is None else item
    if not any(isinstance(k, (ArrayOf, ListOf)) or k is OBJECT for k in kinds):
        return item
    return ArrayOf(item, broadcast(*(dims_of(k) for k in kinds)))


def either(a: Kind, b: Kind) -> Kind:
    """The kind of a value that is of one kind or the other, one of them being an array."""
    if isinstance(a, ListOf) or isinstance(b, ListOf):
        return OBJECT
    x, y = dims_of(a), dims_of(b)
    item = joined_item((a, b))
    if x is None or y is None or len(x) != len(y):
        return ArrayOf(item, None)
    return ArrayOf(
        item, tuple(m if m == n and m is not None else None for m, n in zip(x, y, strict=True))
    )
