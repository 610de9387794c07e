"""Rules of functions that generated files bring along: where a derivative is differentiated again,
a call of one is a step like that of any function of NumPy's, instead of what its text does."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.nodes import np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import dims_of, item_of
from symdiff.stages import ArrayOf


def like_second(adjoint, x):
    return ArrayOf(item_of(adjoint.kind), dims_of(x.kind))


@array("helper:unbroadcast", kind=like_second, linear=True)
def unbroadcast(adjoint, x, *, ans, dout):
    return np.broadcast_to(dout, adjoint.shape)
