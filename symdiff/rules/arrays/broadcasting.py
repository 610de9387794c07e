"""Undoing in an adjoint the broadcasting of an argument."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.shapes import summed_axes
from symdiff.stages import Scalar


def unbroadcast(adjoint: Node, x: Node) -> Node:
    """The adjoint of x from that of what x was broadcast to, which it has all of the shape of."""
    found: Node
    if isinstance(x.kind, Scalar) or x.dims == ():
        found = np.sum(adjoint)
        return found
    if adjoint.dims is not None and x.dims is not None:
        axes = summed_axes(adjoint.dims, x.dims)
        if axes is not None:
            lacking, ones = axes
            if lacking:
                adjoint = np.sum(adjoint, axis=_axes(lacking))
            if ones:
                adjoint = np.sum(
                    adjoint, axis=_axes([i - len(lacking) for i in ones]), keepdims=True
                )
            return adjoint
    return helper("unbroadcast", adjoint, x, kind=x.kind)


def _axes(found: list[int]) -> int | tuple[int, ...]:
    return found[0] if len(found) == 1 else tuple(found)
