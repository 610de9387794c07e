"""What rules of tangents share: sums of the terms there are, and options as the call had them."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node
from symdiff.stages import REAL, Const

ONE = Node(Const(1.0), REAL)


def added(*terms):
    """The sum of the terms that are not zero; None if all are."""
    given = [t for t in terms if t is not None]
    return sum(given[1:], given[0]) if given else None


def options(axis=None, keepdims=False, where=True):
    """The arguments of a reduction that are not the defaults."""
    found = {} if axis is None else {"axis": axis}
    if keepdims is not False:
        found["keepdims"] = keepdims
    if where is not True:
        found["where"] = where
    return found
