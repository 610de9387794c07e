"""Functions that make arrays: of constants, of numbers, of other arrays; and conversions."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.broadcasting import unbroadcast
from symdiff.rules.arrays.dtypes import dims_of_shape, item_of_dtype, length
from symdiff.rules.arrays.nodes import Node, Refused, math, np
from symdiff.rules.arrays.registry import array, as_scalar, constant, kind_of_value
from symdiff.rules.shapes import Dims, broadcast, dims_of, item_of, joined_item, product
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    REAL,
    ArrayOf,
    Dim,
    Kind,
    ListOf,
    TupleOf,
)

# --- of constants --------------------------------------------------------------------------------


def of_shape(shape, dtype=None, *_, **__) -> Kind:
    return ArrayOf(item_of_dtype(dtype), dims_of_shape(shape))


def like_array(a, dtype=None, order="K", subok=True, shape=None, **_) -> Kind:
    kind = kind_of_value(a)
    dims = dims_of(kind) if shape is None else dims_of_shape(shape)
    return ArrayOf(item_of_dtype(dtype, item_of(kind)), dims)


constant(
    "numpy.zeros", "numpy.ones", "numpy.empty", kind=of_shape,
    signature="shape, dtype=None, order='C', **_",
)  # fmt: skip
constant(
    "numpy.zeros_like", "numpy.ones_like", "numpy.empty_like", kind=like_array,
    signature="a, dtype=None, order='K', subok=True, shape=None, **_",
)  # fmt: skip


def matrix(n, m=None, k=0, dtype=None, *_, **__) -> Kind:
    return ArrayOf(item_of_dtype(dtype), (length(n), length(n if m is None else m)))


constant("numpy.eye", "numpy.tri", kind=matrix, signature="N, M=None, k=0, dtype=None, *_, **__")
constant(
    "numpy.identity", signature="n, dtype=None, **_", kind=lambda n, dtype=None, **_: matrix(
        n, None, 0, dtype)
)  # fmt: skip
constant(
    "numpy.hanning", "numpy.hamming", "numpy.blackman", "numpy.bartlett", signature="M",
    kind=lambda m: ArrayOf(REAL, (length(m),)),
)  # fmt: skip


def filled(shape, fill_value, dtype=None, *_, **__) -> Kind:
    return ArrayOf(item_of_dtype(dtype, item_of(kind_of_value(fill_value))), dims_of_shape(shape))


@array("numpy.full", wrt="fill_value", kind=filled, linear=True)
def full(shape, fill_value, dtype=None, order="C", *, ans, dout):
    return unbroadcast(dout, fill_value) if isinstance(fill_value, Node) else refuse("full")


def filled_like(a, fill_value, dtype=None, order="K", subok=True, shape=None) -> Kind:
    return like_array(a, dtype, shape=shape)


@array("numpy.full_like", wrt="fill_value", kind=filled_like, linear=True)
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, ans, dout):
    return unbroadcast(dout, fill_value) if isinstance(fill_value, Node) else refuse("full_like")


def refuse(name) -> Refused:
    return Refused(f"np.{name}() with a list of numbers: make an array of it first")


# --- ranges --------------------------------------------------------------------------------------


def stepped(start, stop=None, step=None, dtype=None, **_) -> Kind:
    item = joined_item([kind_of_value(v) for v in (start, stop, step) if v is not None])
    start, stop, step = (_literal(v) for v in (start, stop, step))
    size: Dim = None
    if stop is None:
        start, stop = 0, start
    if all(type(v) is int for v in (start, stop, 1 if step is None else step)):
        size = len(range(start, stop, 1 if step is None else step))
    elif type(start) is int and start == 0 and (step is None or type(step) is int and step == 1):
        size = length(stop)
    return ArrayOf(item_of_dtype(dtype, item), (size,))


def _literal(value):
    """A node that stands for a literal as that literal."""
    from symdiff.stages import Const

    is_literal = isinstance(value, Node) and isinstance(value.expr, Const)
    return value.expr.value if is_literal else value


@array("numpy.arange", wrt="start stop step", kind=stepped)
def arange(start, stop=None, step=None, dtype=None, *, ans, dout):
    if stop is None:
        return None, None, None
    in_step = None if step is None else dout @ np.arange(np.size(ans))
    return np.sum(dout), None, in_step


def spaced(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, **_) -> Kind:
    kinds = [kind_of_value(start), kind_of_value(stop)]
    item = joined_item(kinds)
    item = item_of_dtype(dtype, REAL if item in (INTEGER, BOOLEAN, OBJECT) else item)
    dims = broadcast(*map(dims_of, kinds))
    return ArrayOf(item, None if dims is None else (length(num), *dims))


def shares(dout, start, stop, num, endpoint):
    """What the ends of an interval have of the adjoint of numbers equally spaced in it."""
    options = {} if endpoint is True else {"endpoint": endpoint}
    falling, rising = np.linspace(1, 0, num, **options), np.linspace(0, 1, num, **options)
    if start.dims == () and stop.dims == ():
        return dout @ falling, dout @ rising
    return (
        unbroadcast(np.tensordot(falling, dout, 1), start),
        unbroadcast(np.tensordot(rising, dout, 1), stop),
    )


PLAIN = {"retstep": (False,), "axis": (0,), "device": (None,)}


@array("numpy.linspace", wrt="start stop", kind=spaced, only=PLAIN, linear=True)
def linspace(
    start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None, ans, dout
):
    return shares(dout, start, stop, num, endpoint)


def log_spaced(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0) -> Kind:
    return spaced(start, stop, num, endpoint, False, dtype)


NO_BASE = "np.logspace() has no derivative rule in 'base'"


@array("numpy.logspace", wrt="start stop base", kind=log_spaced, only={"axis": (0,)})
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, *, ans, dout):
    by_log = math.log(base) if base.dims == () else np.log(base)
    ends = shares(dout * ans * by_log, start, stop, num, endpoint)
    return (*ends, Refused(NO_BASE))


@array(
    "numpy.geomspace", wrt="start stop", only={"axis": (0,)},
    kind=lambda start, stop, num=50, endpoint=True, *_: spaced(start, stop, num),
)  # fmt: skip
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0, *, ans, dout):
    first, last = shares(dout * ans, start, stop, num, endpoint)
    return first / start, last / stop


# --- of other values -----------------------------------------------------------------------------


def converted(object, dtype=None, *_, **__) -> ArrayOf:  # noqa: A002
    kind = kind_of_value(object)
    return ArrayOf(item_of_dtype(dtype, item_of(kind)), _dims_of_list(kind))


def _dims_of_list(kind: Kind) -> Dims | None:
    """The shape of the array that a list of numbers, arrays or lists makes."""
    if not isinstance(kind, ListOf):
        return dims_of(kind)
    rows = _dims_of_list(kind.item)
    return None if rows is None else (None, *rows)


def parts(dout, value):
    """The adjoints of what an array was made of."""

    def at(value, *index):
        if isinstance(value, (list, tuple)):
            return type(value)(at(v, *index, i) for i, v in enumerate(value))
        return dout[index[0] if len(index) == 1 else index] if index else dout

    return at(value)


@array(
    "numpy.array", kind=converted, linear=True,
    only={"copy": (True,), "ndmin": (0,), "like": (None,), "ndmax": (0,)},
)  # fmt: skip
def array_(
    object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, ndmax=0, like=None, ans, dout
):  # noqa: A002
    return parts(dout, object)


@array("numpy.asarray", kind=converted, view="maybe", linear=True)
@array("numpy.asanyarray", kind=converted, view="maybe", linear=True)
def asarray(a, dtype=None, order=None, *, device=None, copy=None, like=None, ans, dout):
    return parts(dout, a)


@array("numpy.asarray_chkfinite", kind=converted, view="maybe", linear=True)
@array("numpy.require", kind=converted, view="maybe", linear=True)
def require(a, dtype=None, *_, ans, dout):
    return parts(dout, a)


def laid_out(a, dtype=None, **_) -> Kind:
    kind = converted(a, dtype)
    return ArrayOf(kind.item, (1,)) if kind.dims == () else kind


@array("numpy.ascontiguousarray", kind=laid_out, view="maybe", linear=True)
@array("numpy.asfortranarray", kind=laid_out, view="maybe", linear=True)
def ascontiguousarray(a, dtype=None, *, like=None, ans, dout):
    if isinstance(a, Node) and not a.rank:
        return dout[0] if a.rank == 0 else np.reshape(dout, a.shape)
    return parts(dout, a)


@array("numpy.copy", kind=lambda a, *_, **__: converted(a), linear=True, spreads=True)
def copy(a, order="K", subok=False, *, ans, dout):
    return parts(dout, a) if isinstance(a, (list, tuple)) else dout


# --- conversions ---------------------------------------------------------------------------------


def retyped(a, dtype=None, *_, **__) -> Kind:
    return ArrayOf(item_of_dtype(dtype, item_of(a.kind)), a.dims)


@array("ndarray.astype", kind=retyped, only={"copy": (True,)}, linear=True, spreads=True)
def astype_method(a, dtype, order="K", casting="unsafe", subok=True, copy=True, *, ans, dout):
    return dout


@array("numpy.astype", kind=retyped, only={"copy": (True,)}, linear=True, spreads=True)
def astype(x, dtype, /, *, copy=True, device=None, ans, dout):
    return dout


@array("ndarray.item", kind=lambda a: item_of(a.kind), linear=True)
def item(a, *, ans, dout):
    return dout


@array("ndarray.tolist", kind=lambda a: list_kind(a), linear=True)
def tolist(a, *, ans, dout):
    return np.array(dout)


def list_kind(a) -> Kind:
    found: Kind = item_of(a.kind)
    for _ in a.dims or ():
        found = ListOf(found)
    return OBJECT if a.dims is None else found


for _name in ("float64", "float32", "float16", "longdouble"):
    as_scalar("float", f"numpy.{_name}", item=REAL)
for _name in ("complex128", "complex64"):
    as_scalar("float", f"numpy.{_name}", item=COMPLEX)
for _name in ("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"):
    constant(f"numpy.{_name}", signature="x=0", item=INTEGER)
constant("numpy.bool_", "numpy.bool", signature="x=False", item=BOOLEAN)


# --- grids ---------------------------------------------------------------------------------------


def meshed(*xi, copy=True, sparse=False, indexing="xy") -> Kind:
    lengths = [product(d) if (d := dims_of(x.kind)) is not None else None for x in xi]
    order = _axes(len(xi), indexing)
    found = []
    for x, axis in zip(xi, order, strict=True):
        of_axis = {a: n for a, n in zip(order, lengths, strict=True)}
        dims = tuple(of_axis[a] if sparse is False or a == axis else 1 for a in range(len(xi)))
        found.append(ArrayOf(x.item, None if sparse not in (True, False) else dims))
    return TupleOf(tuple(found))


def _axes(count, indexing):
    """The axis along which each argument varies."""
    swapped = [1, 0, *range(2, count)]
    return swapped if indexing == "xy" and count > 1 else list(range(count))


@array(
    "numpy.meshgrid", wrt="xi", kind=meshed, only={"indexing": ("xy", "ij"), "copy": (True,)},
    linear=True,
)  # fmt: skip
def meshgrid(*xi, copy=True, sparse=False, indexing="xy", ans, dout):
    found = []
    for x, adjoint, axis in zip(xi, dout, _axes(len(xi), indexing), strict=True):
        others = tuple(i for i in range(len(xi)) if i != axis)
        if adjoint is not None and others:
            adjoint = np.sum(adjoint, axis=others if len(others) > 1 else others[0])
        if adjoint is not None and x.rank != 1:
            adjoint = np.reshape(adjoint, x.shape)
        found.append(adjoint)
    return found
