"""Functions that rearrange the elements of arrays."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, np
from symdiff.rules.arrays.registry import array
from symdiff.stages import ArrayOf, Kind


def transposed(a, axes=None) -> Kind:
    if a.dims is None or isinstance(axes, Node):
        return ArrayOf(a.item, None)
    order = axes if axes is not None else range(len(a.dims))[::-1]
    return ArrayOf(a.item, tuple(a.dims[i] for i in order))


@array("numpy.transpose", kind=transposed, view="always", linear=True)
def transpose(a, axes=None, *, ans, dout):
    if axes is None:
        return np.transpose(dout)
    if isinstance(axes, Node):
        return np.transpose(dout, np.argsort(axes))
    rank = len(axes)
    back = tuple(sorted(range(rank), key=lambda i: axes[i] % rank))
    return np.transpose(dout, back)
