"""numpy.linalg: norms of vectors and matrices, and the condition number."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays import norms
from symdiff.rules.arrays.matrices import conj
from symdiff.rules.arrays.nodes import Node, np
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.tangents.terms import ONE, options
from symdiff.stages import COMPLEX


@tangent("numpy.linalg.norm")
def norm(x, ord=None, axis=None, keepdims=False, *, ans, x_dot):
    literal = not any(isinstance(given, Node) for given in (ord, axis, keepdims))
    is_vector = axis is None and x.rank == 1 or isinstance(axis, int)
    if literal and (ord in (None, "fro") or ord == 2 and is_vector):
        if x.rank == 1 and keepdims is False:
            products = np.vdot(x, x_dot) if x.item is COMPLEX else x @ x_dot
        else:
            products = np.sum(conj(x) * x_dot, **options(axis, keepdims))
        return products / (ans + (ans == 0))  # where the norm is 0, all of x is
    gradient = norms.norm(x, ord, axis, keepdims, ans=ans, dout=ONE)
    return np.sum(gradient * x_dot, **options(axis, keepdims))


@tangent("numpy.linalg.vector_norm")
def vector_norm(x, axis=None, keepdims=False, ord=2, *, ans, x_dot):
    if not isinstance(ord, Node) and ord == 2 and not isinstance(axis, Node):
        return norm(x, None, axis, keepdims, ans=ans, x_dot=x_dot)
    gradient = norms.vector_norm(x, axis, keepdims, ord, ans=ans, dout=np.ones_like(ans))
    return np.sum(gradient * x_dot, **options(axis, keepdims))


@tangent("numpy.linalg.matrix_norm")
def matrix_norm(x, keepdims=False, ord="fro", *, ans, x_dot):
    return norm(x, ord, (-2, -1), keepdims, ans=ans, x_dot=x_dot)


@tangent("numpy.linalg.cond")
def cond(x, p=None, *, ans, x_dot):
    gradient = norms.cond(x, p, ans=ans, dout=np.ones_like(ans))
    return np.sum(gradient * x_dot, **options(None if x.rank == 2 else (-2, -1)))
