"""Functions of arrays whose derivative is zero where it exists: steps, tests, positions, shapes."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.choosing import indices
from symdiff.rules.arrays.dtypes import dims_of_shape, length
from symdiff.rules.arrays.nodes import Node, helper
from symdiff.rules.arrays.reductions import reduced
from symdiff.rules.arrays.registry import array, constant, floating, kind_of_value, ufunc
from symdiff.rules.shapes import dims_of, elementwise_kind, joined_item, product
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    REAL,
    TEXT,
    ArrayOf,
    Const,
    Kind,
    Scalar,
    TupleOf,
)

# --- steps ---------------------------------------------------------------------------------------


def of_its_kind(*args, **_) -> Kind:
    """Elementwise, numbers of the kind of the arguments."""
    kinds = [kind_of_value(a) for a in args if a is not None]
    return elementwise_kind(kinds, joined_item(kinds))


def of_first(x, *_, **__) -> Kind:
    return of_its_kind(x)


constant("numpy.floor", "numpy.ceil", "numpy.trunc", "numpy.fix", kind=of_first)
constant("numpy.round", "numpy.around", "scipy.special.round", kind=of_first)
constant("numpy.floor_divide", kind=of_its_kind, signature="x1, x2")
constant("numpy.rint", "numpy.spacing", "scipy.special.gammasgn", kind=lambda x: elementwise_kind(
    [kind_of_value(x)], floating([kind_of_value(x)])), signature="x")  # fmt: skip


@ufunc("numpy.sign", kind=of_its_kind)
def sign(x, *, ans):
    if x.item is COMPLEX:
        raise NotDifferentiable("np.sign() of complex numbers has no derivative rule")
    return 0.0


# --- tests ---------------------------------------------------------------------------------------

constant(
    "numpy.isnan", "numpy.isfinite", "numpy.isinf", "numpy.isneginf", "numpy.isposinf",
    "numpy.isreal", "numpy.iscomplex", "numpy.isnat", "numpy.signbit", "numpy.logical_not",
    item=BOOLEAN, signature="x",
)  # fmt: skip
constant(
    "numpy.greater", "numpy.greater_equal", "numpy.less", "numpy.less_equal", "numpy.equal",
    "numpy.not_equal", "numpy.logical_and", "numpy.logical_or", "numpy.logical_xor",
    item=BOOLEAN, signature="x1, x2",
)  # fmt: skip
constant("numpy.isclose", item=BOOLEAN, signature="a, b, rtol=1e-05, atol=1e-08, equal_nan=False")
constant("numpy.isin", "numpy.in1d", kind=lambda x, *_, **__: elementwise_kind(
    [kind_of_value(x)], BOOLEAN))  # fmt: skip


def a_truth(*_, **__) -> Kind:
    return BOOLEAN


constant("numpy.allclose", "numpy.array_equal", "numpy.array_equiv", kind=a_truth)
constant("numpy.iscomplexobj", "numpy.isrealobj", "numpy.isscalar", "numpy.iterable", kind=a_truth)
constant("numpy.may_share_memory", "numpy.shares_memory", "numpy.isfortran", kind=a_truth)


def with_item(kind: Kind, item: Scalar) -> Kind:
    return ArrayOf(item, kind.dims) if isinstance(kind, ArrayOf) else item


def tested(a, axis=None, out=None, keepdims=False, **_) -> Kind:
    return with_item(reduced(as_known(a), axis, keepdims), BOOLEAN)


def as_known(a) -> Node:
    return a if isinstance(a, Node) else Node(Const(None), kind_of_value(a))


constant(
    "numpy.all", "numpy.any", kind=tested, signature="a, axis=None, out=None, keepdims=False, **_"
)
for _name in ("and", "or", "xor"):
    constant(f"numpy.bitwise_{_name}", kind=of_its_kind, signature="x1, x2")
constant(
    "numpy.left_shift", "numpy.right_shift", "numpy.bitwise_left_shift", "numpy.gcd", "numpy.lcm",
    "numpy.bitwise_right_shift", kind=of_its_kind, signature="x1, x2",
)  # fmt: skip
constant("numpy.invert", "numpy.bitwise_not", "numpy.bitwise_invert", kind=of_its_kind)
constant("numpy.bitwise_count", item=INTEGER, signature="x")


# --- positions and counts ------------------------------------------------------------------------


def position(a, axis=None, out=None, keepdims=False) -> Kind:
    return with_item(reduced(as_known(a), axis, keepdims), INTEGER)


constant(
    "numpy.argmax", "numpy.argmin", "numpy.nanargmax", "numpy.nanargmin", kind=position,
    signature="a, axis=None, out=None, keepdims=False",
)  # fmt: skip
constant(
    "numpy.count_nonzero", signature="a, axis=None, *, keepdims=False",
    kind=lambda a, axis=None, keepdims=False: position(a, axis, None, keepdims),
)  # fmt: skip


def order(a, axis=-1, *_, **__) -> Kind:
    found = kind_of_value(a)
    dims = dims_of(found)
    if axis is None:
        return ArrayOf(INTEGER, None if dims is None else (product(dims),))
    return ArrayOf(INTEGER, dims)


constant("numpy.argsort", kind=order, signature="a, axis=-1, kind=None, order=None, *, stable=None")
constant(
    "numpy.argpartition", kind=lambda a, kth, axis=-1, *_, **__: order(a, axis),
    signature="a, kth, axis=-1, kind='introselect', order=None",
)  # fmt: skip
constant("numpy.lexsort", signature="keys, axis=-1", kind=lambda *_: ArrayOf(INTEGER))


def like_values(a, v, *_, **__) -> Kind:
    return elementwise_kind([kind_of_value(v)], INTEGER)


constant("numpy.searchsorted", kind=like_values, signature="a, v, side='left', sorter=None")
constant(
    "numpy.digitize", signature="x, bins, right=False", kind=lambda x, *_: like_values(None, x)
)


def where_nonzero(a) -> Kind:
    dims = dims_of(kind_of_value(a))
    return OBJECT if dims is None else indices(len(dims))


def list_of_indices(a) -> Kind:
    dims = dims_of(kind_of_value(a))
    return ArrayOf(INTEGER, (None, None if dims is None else len(dims)))


constant("numpy.nonzero", signature="a", kind=where_nonzero)
constant("numpy.flatnonzero", signature="a", kind=lambda a: ArrayOf(INTEGER, (None,)))
constant("numpy.argwhere", signature="a", kind=list_of_indices)

# --- shapes --------------------------------------------------------------------------------------


def shape_kind(a) -> Kind:
    dims = dims_of(kind_of_value(a))
    return OBJECT if dims is None else TupleOf((INTEGER,) * len(dims))


constant("numpy.shape", signature="a", kind=shape_kind)
constant("numpy.size", signature="a, axis=None", kind=lambda *_: INTEGER)
constant("numpy.ndim", signature="a", kind=lambda *_: INTEGER)
constant("numpy.broadcast_shapes", signature="*args", kind=lambda *_: OBJECT)
constant("numpy.result_type", "numpy.common_type", signature="*args", kind=lambda *_: OBJECT)
constant("numpy.array2string", "numpy.array_repr", "numpy.array_str", kind=lambda *_, **__: TEXT)

# --- indices -------------------------------------------------------------------------------------

constant(
    "numpy.tril_indices", "numpy.triu_indices", signature="n, k=0, m=None",
    kind=lambda *_: indices(2),
)  # fmt: skip
constant(
    "numpy.tril_indices_from", "numpy.triu_indices_from", signature="arr, k=0",
    kind=lambda *_: indices(2),
)  # fmt: skip


def diagonal_indices(n, ndim=2) -> Kind:
    one = ArrayOf(INTEGER, (length(n),))
    return TupleOf((one,) * ndim) if isinstance(ndim, int) else OBJECT


def diagonal_of(arr) -> Kind:
    dims = dims_of(kind_of_value(arr))
    return OBJECT if not dims else TupleOf((ArrayOf(INTEGER, dims[:1]),) * len(dims))


constant("numpy.diag_indices", signature="n, ndim=2", kind=diagonal_indices)
constant("numpy.diag_indices_from", signature="arr", kind=diagonal_of)


def unravelled(positions, shape, order="C") -> Kind:
    if not isinstance(shape, (tuple, list)):
        return OBJECT
    return TupleOf((elementwise_kind([kind_of_value(positions)], INTEGER),) * len(shape))


constant("numpy.unravel_index", signature="indices, shape, order='C'", kind=unravelled)
constant(
    "numpy.ravel_multi_index", signature="multi_index, dims, mode='raise', order='C'",
    kind=lambda *_: ArrayOf(INTEGER),
)  # fmt: skip


def opened(*args) -> Kind:
    rank = len(args)
    found = []
    for axis, arg in enumerate(args):
        dims = dims_of(kind_of_value(arg))
        own = dims[0] if dims and kind_of_value(arg) != ArrayOf(BOOLEAN, dims) else None
        found.append(ArrayOf(INTEGER, tuple(own if i == axis else 1 for i in range(rank))))
    return TupleOf(tuple(found))


constant("numpy.ix_", signature="*args", kind=opened)


def grid(dimensions, dtype=None, sparse=False) -> Kind:
    dims = dims_of_shape(dimensions)
    return ArrayOf(INTEGER, None if dims is None or sparse is not False else (len(dims), *dims))


constant("numpy.indices", signature="dimensions, dtype=int, sparse=False", kind=grid)

# --- values among those of an array --------------------------------------------------------------


def uniques(ar, return_index=False, return_inverse=False, return_counts=False, *_, **__) -> Kind:
    values = ArrayOf(joined_item([kind_of_value(ar)]), (None,))
    flags = (return_index, return_inverse, return_counts)
    if not all(isinstance(f, bool) for f in flags):
        return OBJECT
    extra = [ArrayOf(INTEGER, (None,))] * sum(flags)
    if return_inverse:
        # Its shape has changed from version to version of NumPy.
        extra[int(return_index)] = ArrayOf(INTEGER)
    return TupleOf((values, *extra)) if extra else values


@array(
    "numpy.unique",
    kind=uniques,
    only={"axis": (None,)},
    note="elements that are equal share evenly",
)
def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *,
    equal_nan=True, sorted=True, ans, dout,
):  # fmt: skip
    several = isinstance(dout, tuple)
    dout = dout[0] if several else dout
    return None if dout is None else helper("unique_adjoint", ar, dout, kind=ar.kind)


def counts(x, weights=None, minlength=0) -> Kind:
    return ArrayOf(INTEGER if weights is None else REAL, (None,))


@array("numpy.bincount", wrt="weights", kind=counts, linear=True)
def bincount(x, weights=None, minlength=0, *, ans, dout):
    return None if weights is None else dout[x]
