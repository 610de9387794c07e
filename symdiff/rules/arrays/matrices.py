"""What rules of products and decompositions share: transposes, conjugates, sums over the axes that
were broadcast."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.shapes import Dims, fills, summed_axes
from symdiff.stages import COMPLEX, REAL, Apply, ArrayOf, Const, Kind, Scalar


def of_dims(item: Scalar, dims: Dims | None) -> Kind:
    """The kind of an array, or of a number where there are no axes."""
    return item if dims == () else ArrayOf(item, dims)


def inexact(*nodes: Node) -> Scalar:
    """The kind of numbers that linear algebra makes of these: it computes with floats."""
    return COMPLEX if any(n.item is COMPLEX for n in nodes) else REAL


def mt(a: Node) -> Node:
    """The matrices of a stack transposed."""
    if a.rank == 2:
        return a.T
    dims = a.dims and (*a.dims[:-2], a.dims[-1], a.dims[-2])
    made = Apply("numpy.swapaxes", (a.expr, Const(-1), Const(-2)))
    return Node(made, ArrayOf(a.item, dims))


def conj(a: Node) -> Node:
    """The conjugate; real numbers as they are."""
    return Node(Apply("numpy.conj", (a.expr,)), a.kind) if a.item is COMPLEX else a


def over(number: Node, axes: int) -> Node:
    """A stack of numbers with so many axes of length 1 at its end; a single number as it is."""
    if number.dims == ():
        return number
    return (
        number[(..., *(None,) * axes)]
        if number.rank is None
        else number[(*(slice(None),) * number.rank, *(None,) * axes)]
    )


def unbroadcast(adjoint: Node, x: Node) -> Node:
    """The adjoint of x from that of what x was broadcast to."""
    if fills(x.dims, adjoint.dims):
        return adjoint
    axes = None
    wide, narrow = adjoint.dims, x.dims
    if wide is not None and narrow is not None and len(wide) >= len(narrow):
        axes = summed_axes(wide, narrow)
    if axes is None:
        return helper("unbroadcast", adjoint, x, kind=ArrayOf(adjoint.item, x.dims))
    lacking, ones = axes
    if lacking and not ones:
        total: Node = np.sum(adjoint, axis=lacking[0] if len(lacking) == 1 else tuple(lacking))
        return total
    if lacking:
        adjoint = np.sum(adjoint, axis=tuple(lacking))
        ones = [i - len(lacking) for i in ones]
    kept: Node = np.sum(adjoint, axis=ones[0] if len(ones) == 1 else tuple(ones), keepdims=True)
    return kept
