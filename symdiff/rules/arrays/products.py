"""Products of vectors and matrices."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.matrices import conj, mt, of_dims, unbroadcast
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import broadcast, joined_item, product
from symdiff.stages import ArrayOf, Kind

NO_OUT = {"out": (None,)}


def matmul_kind(x1, x2) -> Kind:
    item = joined_item((x1.kind, x2.kind))
    if not x1.dims or not x2.dims:
        return ArrayOf(item, None)
    stacks = broadcast(x1.dims[:-2], x2.dims[:-2])
    assert stacks is not None
    return of_dims(item, (*stacks, *x1.dims[-2:-1], *(x2.dims[-1:] if len(x2.dims) > 1 else ())))


@array("numpy.matmul", "matmul", multilinear=True, wrt="x1 x2", kind=matmul_kind)
def matmul(x1, x2, *, ans, dout):
    if not x1.rank or not x2.rank:
        return (
            helper("matmul_adjoint_of_first", x1, x2, dout, kind=x1.kind),
            helper("matmul_adjoint_of_second", x1, x2, dout, kind=x2.kind),
        )
    return _matmul_first(x1, x2, dout), _matmul_second(x1, x2, dout)


def _matmul_first(x1, x2, dout):
    stacks = max(x1.rank, x2.rank) - 2
    if x1.rank == 1:
        if x2.rank == 1:
            return dout * x2
        return x2 @ dout if x2.rank == 2 else _tensordot(x2, dout, [*range(stacks), -1])
    if x2.rank == 1:
        return dout[..., None] * x2 if x1.rank > 2 else dout[:, None] * x2
    if x1.rank == 2 and x2.rank > 2:
        return _tensordot(dout, x2, [*range(stacks), stacks + 1])
    return unbroadcast(dout @ mt(x2), x1)


def _matmul_second(x1, x2, dout):
    stacks = max(x1.rank, x2.rank) - 2
    if x2.rank == 1:
        if x1.rank == 1:
            return dout * x1
        return x1.T @ dout if x1.rank == 2 else _tensordot(x1, dout, list(range(stacks + 1)))
    if x1.rank == 1:
        return x1[:, None] * (dout[..., None, :] if x2.rank > 2 else dout)
    if x2.rank == 2 and x1.rank > 2:
        return _tensordot(x1, dout, list(range(stacks + 1)))
    return unbroadcast(mt(x1) @ dout, x2)


def _tensordot(a, b, axes, of_b=None):
    """np.tensordot, the axes written as a number where that says the same."""
    of_b = axes if of_b is None else of_b
    axes = [i % a.rank for i in axes]
    of_b = [i % b.rank for i in of_b]
    last = list(range(a.rank - len(axes), a.rank))
    if axes == last and of_b == list(range(len(of_b))):
        if len(axes) == 1 and a.rank <= 2 and b.rank <= 2:
            return a @ b
        return np.tensordot(a, b, axes=len(axes))
    if len(axes) == 1 and a.rank == 2 and b.rank <= 2:
        return (a if axes == [1] else a.T) @ (b if of_b == [0] else b.T)
    if len(axes) == 1 and a.rank == 1 and b.rank == 2:
        return b @ a
    return np.tensordot(a, b, axes=(tuple(axes), tuple(of_b)))


# --- dot, inner, tensordot -----------------------------------------------------------------------


def dot_kind(a, b, out=None) -> Kind:
    item = joined_item((a.kind, b.kind))
    if a.dims is None or b.dims is None:
        return ArrayOf(item, None)
    if not a.dims or not b.dims:
        return of_dims(item, a.dims or b.dims)
    return of_dims(item, (*a.dims[:-1], *b.dims[:-2], *(b.dims[-1:] if len(b.dims) > 1 else ())))


@array("numpy.dot", multilinear=True, wrt="a b", kind=dot_kind, only=NO_OUT)
def dot(a, b, out=None, *, ans, dout):
    if a.rank is None or b.rank is None:
        return (
            helper("dot_adjoint_of_first", a, b, dout, kind=a.kind),
            helper("dot_adjoint_of_second", a, b, dout, kind=b.kind),
        )
    if not a.rank or not b.rank:
        return _scaled(a, b, dout)
    if a.rank <= 2 and b.rank <= 2:
        return _matmul_first(a, b, dout), _matmul_second(a, b, dout)
    free, rest = a.rank - 1, max(b.rank - 2, 0)
    if b.rank == 1:
        return dout[..., None] * b, _tensordot(dout, a, list(range(free)))
    da = _tensordot(dout, b, list(range(free, free + rest + 1)), [*range(rest), b.rank - 1])
    db = _tensordot(a, dout, list(range(free)))
    if rest:
        db = Node(np.moveaxis(db, 0, -2).expr, ArrayOf(db.item, b.dims))
    return da, db


def _scaled(a, b, dout):
    """The adjoints of a * b, one of which has no axes."""
    da, db = dout * b, dout * a
    return np.sum(da) if b.rank else da, np.sum(db) if a.rank else db


def inner_kind(a, b) -> Kind:
    item = joined_item((a.kind, b.kind))
    if a.dims is None or b.dims is None:
        return ArrayOf(item, None)
    if not a.dims or not b.dims:
        return of_dims(item, a.dims or b.dims)
    return of_dims(item, (*a.dims[:-1], *b.dims[:-1]))


@array("numpy.inner", multilinear=True, wrt="a b", kind=inner_kind)
def inner(a, b, *, ans, dout):
    if a.rank is None or b.rank is None:
        return (
            helper("inner_adjoint_of_first", a, b, dout, kind=a.kind),
            helper("inner_adjoint_of_second", a, b, dout, kind=b.kind),
        )
    if not a.rank or not b.rank:
        return _scaled(a, b, dout)
    if a.rank == b.rank == 1:
        return dout * b, dout * a
    free, rest = list(range(a.rank - 1)), list(range(a.rank - 1, a.rank + b.rank - 2))
    da = _tensordot(dout, b, rest, list(range(len(rest)))) if rest else dout[..., None] * b
    db = _tensordot(dout, a, free) if free else dout[..., None] * a
    return da, db


def _literal_axes(axes):
    """The contracted axes of both factors, or None where they are not literal."""
    if isinstance(axes, int):
        return axes
    if isinstance(axes, Node) or any(isinstance(i, Node) for i in axes):
        return None
    pair = [[i] if isinstance(i, int) else list(i) for i in axes]
    return None if any(isinstance(i, Node) for part in pair for i in part) else pair


def _contracted(a, b, axes):
    """The contracted axes of both factors, counted from 0, or None where they are not known."""
    pair = _literal_axes(axes)
    if pair is None or a.rank is None or b.rank is None:
        return None
    if isinstance(pair, int):
        return list(range(a.rank - pair, a.rank)), list(range(pair))
    return [i % a.rank for i in pair[0]], [i % b.rank for i in pair[1]]


def tensordot_kind(a, b, axes=2) -> Kind:
    item = joined_item((a.kind, b.kind))
    pair = _contracted(a, b, axes)
    if pair is None:
        return ArrayOf(item, None)
    free = [d for i, d in enumerate(a.dims) if i not in pair[0]]
    rest = [d for i, d in enumerate(b.dims) if i not in pair[1]]
    return ArrayOf(item, (*free, *rest))


@array(
    "numpy.tensordot", "numpy.linalg.tensordot", multilinear=True, wrt="a b", kind=tensordot_kind
)
def tensordot(a, b, axes=2, *, ans, dout):
    pair = _contracted(a, b, axes)
    if pair is None:
        return (
            helper("tensordot_adjoint_of_first", a, b, axes, dout, kind=a.kind),
            helper("tensordot_adjoint_of_second", a, b, axes, dout, kind=b.kind),
        )
    of_a, of_b = pair
    free = [i for i in range(a.rank) if i not in of_a]
    rest = [i for i in range(b.rank) if i not in of_b]
    behind = list(range(len(free), len(free) + len(rest)))
    da = _tensordot(dout, b, behind, rest) if dout.rank else dout * b
    db = _tensordot(a, dout, free, list(range(len(free)))) if dout.rank else dout * a
    # the contracted axes come in the order that they have in the other factor
    da_axes = free + [of_a[k] for k in sorted(range(len(of_b)), key=of_b.__getitem__)]
    db_axes = [of_b[k] for k in sorted(range(len(of_a)), key=of_a.__getitem__)] + rest
    return _in_order(da, da_axes), _in_order(db, db_axes)


def _in_order(a, axes):
    """`a`, whose axes are these, with its axes in order."""
    order = tuple(sorted(range(len(axes)), key=axes.__getitem__))
    if list(order) == list(range(len(axes))):
        return a
    return a.T if len(order) == 2 else np.transpose(a, order)


# --- outer, vdot, vecdot, kron -------------------------------------------------------------------


def outer_kind(a, b, out=None) -> Kind:
    dims = [None if x.dims is None else product(x.dims) for x in (a, b)]
    return ArrayOf(joined_item((a.kind, b.kind)), tuple(dims))


@array(
    "numpy.outer", "numpy.linalg.outer", multilinear=True, wrt="a b", kind=outer_kind, only=NO_OUT
)
def outer(a, b, out=None, *, ans, dout):
    da = dout @ (b if b.rank == 1 else np.ravel(b))
    db = (a if a.rank == 1 else np.ravel(a)) @ dout
    return _like(da, a, 1), _like(db, b, 1)


def _like(made, x, rank):
    """What was made of the elements of x, in the shape of x."""
    if x.rank == rank:
        return made
    return Node(np.reshape(made, x.shape).expr, ArrayOf(made.item, x.dims))


def vdot_kind(a, b) -> Kind:
    return joined_item((a.kind, b.kind))


@array("numpy.vdot", multilinear=True, wrt="a b", kind=vdot_kind)
def vdot(a, b, *, ans, dout):
    da, db = conj(dout * b), dout * conj(a)
    if a.rank == b.rank == 1 or a.dims == b.dims is not None and None not in a.dims:
        return da, db
    return (
        Node(np.reshape(da, a.shape).expr, ArrayOf(da.item, a.dims)),
        Node(np.reshape(db, b.shape).expr, ArrayOf(db.item, b.dims)),
    )


def vecdot_kind(x1, x2, axis=-1) -> Kind:
    item = joined_item((x1.kind, x2.kind))
    if axis != -1 or not x1.dims or not x2.dims:
        return ArrayOf(item, None)
    dims = broadcast(x1.dims, x2.dims)
    assert dims is not None
    return of_dims(item, dims[:-1])


@array("numpy.vecdot", "numpy.linalg.vecdot", multilinear=True, wrt="x1 x2", kind=vecdot_kind)
def vecdot(x1, x2, axis=-1, *, ans, dout):
    if axis == -1:
        spread = dout if dout.dims == () else dout[..., None]
    elif isinstance(axis, int) and (axis < 0 or x1.rank == x2.rank is not None):
        spread = Node(np.expand_dims(dout, axis).expr, ArrayOf(dout.item, None))
    else:
        raise NotDifferentiable("numpy.vecdot() along an axis that is not counted from the end")
    return unbroadcast(conj(spread * x2), x1), unbroadcast(spread * conj(x1), x2)


def matvec_kind(x1, x2) -> Kind:
    item = joined_item((x1.kind, x2.kind))
    if not x1.dims or not x2.dims:
        return ArrayOf(item, None)
    stacks = broadcast(x1.dims[:-2], x2.dims[:-1])
    assert stacks is not None
    return ArrayOf(item, (*stacks, x1.dims[-2]))


@array("numpy.matvec", multilinear=True, wrt="x1 x2", kind=matvec_kind)
def matvec(x1, x2, *, ans, dout):
    dx1 = dout[..., None] * x2[..., None, :]
    return unbroadcast(dx1, x1), unbroadcast(np.matvec(mt(x1), dout), x2)


def vecmat_kind(x1, x2) -> Kind:
    return matvec_kind(mt(x2), x1) if x2.dims else ArrayOf(joined_item((x1.kind, x2.kind)), None)


@array("numpy.vecmat", multilinear=True, wrt="x1 x2", kind=vecmat_kind)
def vecmat(x1, x2, *, ans, dout):
    dx1 = conj(np.matvec(x2, dout))
    return unbroadcast(dx1, x1), unbroadcast(conj(x1)[..., None] * dout[..., None, :], x2)


def kron_kind(a, b) -> Kind:
    item = joined_item((a.kind, b.kind))
    if a.dims is None or b.dims is None:
        return ArrayOf(item, None)
    rank = max(len(a.dims), len(b.dims))
    each = [(1,) * (rank - len(x.dims)) + x.dims for x in (a, b)]
    return ArrayOf(item, tuple(product(pair) for pair in zip(*each, strict=True)))


@array("numpy.kron", multilinear=True, wrt="a b", kind=kron_kind)
def kron(a, b, *, ans, dout):
    if a.rank == b.rank == 1:
        blocks = np.reshape(dout, (a.size, b.size))
        return blocks @ b, a @ blocks
    if a.rank == b.rank == 2:
        rows, columns = (a.shape[0], b.shape[0]), (a.shape[1], b.shape[1])
        blocks = np.reshape(dout, (*rows, *columns))
        return np.einsum("ikjl,kl->ij", blocks, b), np.einsum("ikjl,ij->kl", blocks, a)
    return (
        helper("kron_adjoint_of_first", a, b, dout, kind=a.kind),
        helper("kron_adjoint_of_second", a, b, dout, kind=b.kind),
    )


# --- cross ---------------------------------------------------------------------------------------


def cross_kind(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None) -> Kind:
    item = joined_item((a.kind, b.kind))
    if (axisa, axisb, axisc, axis) != (-1, -1, -1, None) or not a.dims or not b.dims:
        return ArrayOf(item, None)
    stacks = broadcast(a.dims[:-1], b.dims[:-1])
    assert stacks is not None
    return ArrayOf(item, (*stacks, 3))


@array(
    "numpy.cross",
    multilinear=True,
    wrt="a b",
    kind=cross_kind,
    note="vectors of two components are an error",
)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, ans, dout):
    if (axisa, axisb, axisc, axis) == (-1, -1, -1, None) and a.rank and b.rank:
        # np.linalg.cross, unlike np.cross, takes vectors of three components only
        da, db = np.linalg.cross(b, dout), np.linalg.cross(dout, a)
        return unbroadcast(da, a), unbroadcast(db, b)
    of_a, of_b, of_c = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    return (
        helper("cross_adjoint_of_first", a, b, dout, of_a, of_b, of_c, kind=a.kind),
        helper("cross_adjoint_of_second", a, b, dout, of_a, of_b, of_c, kind=b.kind),
    )


def linalg_cross_kind(x1, x2, axis=-1) -> Kind:
    return cross_kind(x1, x2, axis=axis if axis != -1 else None)


@array("numpy.linalg.cross", multilinear=True, wrt="x1 x2", kind=linalg_cross_kind)
def linalg_cross(x1, x2, axis=-1, *, ans, dout):
    return cross(x1, x2, axis=None if axis == -1 else axis, ans=ans, dout=dout)
