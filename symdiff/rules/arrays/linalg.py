"""numpy.linalg: inverses, determinants, solutions of equations."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.matrices import inexact, mt, of_dims, over, unbroadcast
from symdiff.rules.arrays.nodes import helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import broadcast
from symdiff.stages import COMPLEX, INTEGER, REAL, ArrayOf, Kind, TupleOf


def square_kind(a, *_, **__) -> Kind:
    return ArrayOf(inexact(a), a.dims)


def determinant_kind(a, *_, **__) -> Kind:
    return of_dims(inexact(a), a.dims and a.dims[:-2])


@array("numpy.linalg.inv", kind=square_kind)
def inv(a, *, ans, dout):
    t = mt(ans)
    return -t @ dout @ t


@array("numpy.linalg.det", kind=determinant_kind, note="a singular matrix is an error")
def det(a, *, ans, dout):
    return over(dout * ans, 2) * mt(np.linalg.inv(a))


def slogdet_kind(a) -> Kind:
    dims = a.dims and a.dims[:-2]
    return TupleOf((of_dims(inexact(a), dims), of_dims(REAL, dims)))


@array("numpy.linalg.slogdet", kind=slogdet_kind, note="a singular matrix is an error")
def slogdet(a, *, ans, dout):
    share = dout[1]
    if a.item is COMPLEX and dout[0] is not None:
        turn = np.imag(dout[0] * ans[0]) * 1j
        share = turn if share is None else share + turn
    return None if share is None else over(share, 2) * mt(np.linalg.inv(a))


# --- equations -----------------------------------------------------------------------------------


def solve_kind(a, b) -> Kind:
    item = inexact(a, b)
    if a.dims is None or not b.dims:
        return ArrayOf(item, None)
    if len(b.dims) == 1:
        return ArrayOf(item, a.dims[:-1])
    stacks = broadcast(a.dims[:-2], b.dims[:-2])
    assert stacks is not None
    return ArrayOf(item, (*stacks, *b.dims[-2:]))


@array("numpy.linalg.solve", wrt="a b", kind=solve_kind)
def solve(a, b, *, ans, dout):
    if not a.rank or not b.rank:
        return (
            helper("solve_adjoint_of_first", a, b, ans, dout, kind=a.kind),
            helper("solve_adjoint_of_second", a, b, dout, kind=b.kind),
        )
    if b.rank == 1:
        if a.rank == 2:
            db = np.linalg.solve(a.T, dout)
            return -db[:, None] * ans, db
        db = np.linalg.solve(mt(a), dout[..., None])[..., 0]
        da = -db[..., None] * ans[..., None, :]
        return da, np.sum(db, axis=tuple(range(a.rank - 2)) if a.rank > 3 else 0)
    db = np.linalg.solve(mt(a), dout)
    return unbroadcast(-db @ mt(ans), a), unbroadcast(db, b)


def pinv_kind(a, rcond=None, hermitian=False, rtol=None) -> Kind:
    return ArrayOf(inexact(a), a.dims and mt(a).dims)


@array(
    "numpy.linalg.pinv", kind=pinv_kind, only={"hermitian": (False,)},
    note="as long as the rank does not change",
)  # fmt: skip
def pinv(a, rcond=None, hermitian=False, rtol=None, *, ans, dout):
    return helper("pinv_adjoint", a, ans, dout, kind=a.kind)


def lstsq_kind(a, b, rcond=None) -> Kind:
    item = inexact(a, b)
    x = None
    if a.dims is not None and b.dims is not None:
        x = (a.dims[-1], *b.dims[1:])
    values = None
    if a.dims is not None and a.dims[0] == a.dims[1] is not None:
        values = a.dims[0]
    return TupleOf((ArrayOf(item, x), ArrayOf(REAL, (None,)), INTEGER, ArrayOf(REAL, (values,))))


@array(
    "numpy.linalg.lstsq", wrt="a b", kind=lstsq_kind,
    note="as long as the rank does not change",
)  # fmt: skip
def lstsq(a, b, rcond=None, *, ans, dout):
    given = (a, b, tuple(ans), tuple(dout), rcond)
    return (
        helper("lstsq_adjoint_of_first", *given, kind=a.kind),
        helper("lstsq_adjoint_of_second", *given, kind=b.kind),
    )


# --- tensors as matrices -------------------------------------------------------------------------


def tensorinv_kind(a, ind=2) -> Kind:
    dims = None
    if a.dims is not None and isinstance(ind, int):
        dims = (*a.dims[ind:], *a.dims[:ind])
    return ArrayOf(inexact(a), dims)


@array("numpy.linalg.tensorinv", kind=tensorinv_kind)
def tensorinv(a, ind=2, *, ans, dout):
    return helper("tensorinv_adjoint", ans, ind, dout, kind=a.kind)


def tensorsolve_kind(a, b, axes=None) -> Kind:
    dims = None
    if a.dims is not None and b.dims is not None and axes is None:
        dims = a.dims[len(b.dims) :]
    return ArrayOf(inexact(a, b), dims)


@array("numpy.linalg.tensorsolve", wrt="a b", kind=tensorsolve_kind)
def tensorsolve(a, b, axes=None, *, ans, dout):
    return (
        helper("tensorsolve_adjoint_of_first", a, b, axes, ans, dout, kind=a.kind),
        helper("tensorsolve_adjoint_of_second", a, b, axes, dout, kind=b.kind),
    )
