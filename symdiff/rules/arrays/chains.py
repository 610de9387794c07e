"""Chains of matrices, and their powers."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.matrices import of_dims
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import item_of, joined_item
from symdiff.stages import ArrayOf, Kind


def multi_dot_kind(arrays, out=None) -> Kind:
    if isinstance(arrays, Node):
        return ArrayOf(item_of(arrays.kind), None)
    item = joined_item(a.kind for a in arrays)
    first, last = arrays[0].dims, arrays[-1].dims
    if not first or not last:
        return ArrayOf(item, None)
    return of_dims(item, (*first[:-1], *(last[1:])))


@array(
    "numpy.linalg.multi_dot",
    multilinear=True,
    sequences="arrays",
    kind=multi_dot_kind,
    only={"out": (None,)},
)
def multi_dot(arrays, out=None, *, ans, dout):
    if isinstance(arrays, Node):
        raise NotDifferentiable("numpy.linalg.multi_dot() of a list whose length is not known")
    if any(a.rank != 2 for a in arrays):
        return [
            helper("multi_dot_adjoint", list(arrays), k, dout, kind=a.kind)
            for k, a in enumerate(arrays)
        ]
    made = []
    for k in range(len(arrays)):
        before, after = arrays[:k][::-1], arrays[:k:-1]
        chain = [*(a.T for a in before), dout, *(a.T for a in after)]
        made.append(chain[0] @ chain[1] if len(chain) == 2 else np.linalg.multi_dot(chain))
    return made


@array("numpy.linalg.matrix_power", kind=lambda a, n: ArrayOf(a.item, a.dims))
def matrix_power(a, n, *, ans, dout):
    if isinstance(n, int) and a.rank == 2 and 0 <= n <= 2:
        return (None, dout, dout @ a.T + a.T @ dout)[n]
    return helper("matrix_power_adjoint", a, n, dout, kind=a.kind)
