"""Products of matrices and vectors."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import helper
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import broadcast, joined_item
from symdiff.stages import ArrayOf, Kind


def matmul_kind(x1, x2) -> Kind:
    item = joined_item((x1.kind, x2.kind))
    if x1.dims is None or x2.dims is None or not x1.dims or not x2.dims:
        return ArrayOf(item, None)
    stacks = broadcast(x1.dims[:-2], x2.dims[:-2])
    assert stacks is not None
    dims = (*stacks, *x1.dims[-2:-1], *(x2.dims[-1:] if len(x2.dims) > 1 else ()))
    return ArrayOf(item, dims) if dims else item


@array("numpy.matmul", "matmul", wrt="x1 x2", kind=matmul_kind)
def matmul(x1, x2, *, ans, dout):
    match x1.rank, x2.rank:
        case 1, 1:
            return dout * x2, dout * x1
        case 2, 1:
            return dout[:, None] * x2, x1.T @ dout
        case 1, 2:
            return x2 @ dout, x1[:, None] * dout
        case 2, 2:
            return dout @ x2.T, x1.T @ dout
    return (
        helper("matmul_adjoint_of_first", x1, x2, dout, kind=x1.kind),
        helper("matmul_adjoint_of_second", x1, x2, dout, kind=x2.kind),
    )
