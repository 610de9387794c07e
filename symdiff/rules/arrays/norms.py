"""numpy.linalg: norms of vectors and matrices, and the condition number."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.matrices import conj, of_dims
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.reductions import reduced
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import fills
from symdiff.stages import COMPLEX, REAL, ArrayOf, Kind

NOTE = "zero at zero; equally large components or columns share"


def norm_kind(x, ord=None, axis=None, keepdims=False) -> Kind:
    made = reduced(x, axis, keepdims)
    return ArrayOf(REAL, made.dims) if isinstance(made, ArrayOf) else REAL


@array("numpy.linalg.norm", kind=norm_kind, note=NOTE, spreads=True)
def norm(x, ord=None, axis=None, keepdims=False, *, ans, dout):
    literal = not any(isinstance(given, Node) for given in (ord, axis, keepdims))
    is_vector = axis is None and x.rank == 1 or isinstance(axis, int)
    if literal and (ord in (None, "fro") or ord == 2 and is_vector):
        # where the norm is 0, all of x is
        return _kept(dout / (ans + (ans == 0)), x, axis, keepdims) * conj(x)
    if dout.dims != () and not fills(dout.dims, ans.dims):
        dout = np.broadcast_to(dout, ans.shape)
    is_matrix = axis is None and x.rank == 2 or axis == (-2, -1)
    if literal and (is_vector or is_matrix):
        wide = [n if n.dims == () else _kept(n, x, axis, keepdims) for n in (ans, dout)]
        if ord == 1 and is_vector and x.item is not COMPLEX:
            return wide[1] * np.sign(x)
        if is_matrix:
            return helper("matrix_norm_adjoint", x, ord, *wide, kind=x.kind)
        return helper("vector_norm_adjoint", x, ord, axis, *wide, kind=x.kind)
    dout = dout if fills(dout.dims, ans.dims) else np.broadcast_to(dout, ans.shape)
    return helper("norm_adjoint", x, ord, axis, keepdims, ans, dout, kind=x.kind)


def _kept(left, x, axis, keepdims):
    """What a reduction left, with the axes that it took away."""
    if axis is None or keepdims:
        return left
    if isinstance(axis, int) and x.rank:
        at = axis % x.rank
        if at == x.rank - 1 and left.rank == at:
            return left[..., None] if at > 1 else left[:, None] if at else left
        if at == 0 and left.rank == x.rank - 1:
            return left
    return np.expand_dims(left, axis)


def vector_norm_kind(x, axis=None, keepdims=False, ord=2) -> Kind:
    return norm_kind(x, ord, axis, keepdims)


@array("numpy.linalg.vector_norm", kind=vector_norm_kind, note=NOTE)
def vector_norm(x, axis=None, keepdims=False, ord=2, *, ans, dout):
    if not isinstance(ord, Node) and ord == 2 and not isinstance(axis, Node):
        return norm(x, None, axis, keepdims, ans=ans, dout=dout)
    return helper("vector_norm_adjoint_of", x, ord, axis, keepdims, ans, dout, kind=x.kind)


def matrix_norm_kind(x, keepdims=False, ord="fro") -> Kind:
    return norm_kind(x, ord, (-2, -1), keepdims)


@array("numpy.linalg.matrix_norm", kind=matrix_norm_kind, note=NOTE)
def matrix_norm(x, keepdims=False, ord="fro", *, ans, dout):
    return norm(x, ord, (-2, -1), keepdims, ans=ans, dout=dout)


@array("numpy.linalg.cond", kind=lambda x, p=None: of_dims(REAL, x.dims and x.dims[:-2]))
def cond(x, p=None, *, ans, dout):
    return helper("cond_adjoint", x, p, ans, dout, kind=x.kind)
