"""What tangents of functions of matrices share."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.matrices import mt
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.stages import COMPLEX, ArrayOf


def hermitian(a_dot, triangle="L"):
    """The tangent of a Hermitian matrix that one triangle is read of."""
    if isinstance(triangle, Node) or a_dot.item is COMPLEX or a_dot.rank is None:
        return helper("hermitian", a_dot, triangle, kind=a_dot.kind)
    if triangle in "Uu":
        return np.triu(a_dot) + mt(np.triu(a_dot, 1))
    return np.tril(a_dot) + mt(np.tril(a_dot, -1))


def trace(a):
    """The sum of the diagonal of each matrix of a stack."""
    return np.trace(a) if a.rank == 2 else np.trace(a, axis1=-2, axis2=-1)


def diagonal(a):
    """The diagonal of each matrix of a stack."""
    if a.rank == 2:
        return np.diagonal(a)
    dims = a.dims and a.dims[:-1]
    return Node(np.diagonal(a, axis1=-2, axis2=-1).expr, ArrayOf(a.item, dims))
