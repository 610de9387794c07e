"""numpy.linalg: norms of vectors and matrices, and the condition number."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.matrices import conj, of_dims
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.reductions import reduced
from symdiff.rules.arrays.registry import array
from symdiff.stages import REAL, ArrayOf, Kind

NOTE = "zero at zero; equally large components or columns share"


def norm_kind(x, ord=None, axis=None, keepdims=False) -> Kind:
    made = reduced(x, axis, keepdims)
    return ArrayOf(REAL, made.dims) if isinstance(made, ArrayOf) else REAL


@array("numpy.linalg.norm", kind=norm_kind, note=NOTE)
def norm(x, ord=None, axis=None, keepdims=False, *, ans, dout):
    one = axis is None and (ord is None or x.rank == 1) or isinstance(axis, int)
    literal = not any(isinstance(given, Node) for given in (ord, axis, keepdims))
    euclidean = literal and (ord in (None, "fro") or ord == 2 and one)
    if not euclidean:
        return helper("norm_adjoint", x, ord, axis, keepdims, ans, dout, kind=x.kind)
    share = dout / (ans + (ans == 0))  # where the norm is 0, all of x is
    if axis is not None and not keepdims:
        share = np.expand_dims(share, axis)
    return share * conj(x)


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
