"""Functions that choose among values elementwise."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.nodes import np
from symdiff.rules.arrays.registry import kind_of_value, ufunc
from symdiff.rules.shapes import elementwise_kind, joined_item
from symdiff.stages import INTEGER, ArrayOf, Kind, Scalar, TupleOf


def chosen(condition, x=None, y=None) -> Kind:
    """The kind of `numpy.where`: with a condition alone it gives the indices where it holds."""
    if x is None:
        rank = condition.rank
        return ArrayOf(INTEGER) if rank is None else TupleOf((ArrayOf(INTEGER, (None,)),) * rank)
    kinds = [kind_of_value(v) for v in (condition, x, y)]
    return as_array(elementwise_kind(kinds, joined_item(kinds[1:])))


def as_array(kind: Kind) -> Kind:
    """A kind of numbers as that of arrays without axes."""
    return ArrayOf(kind, ()) if isinstance(kind, Scalar) else kind


@ufunc("numpy.where", kind=chosen)
def where(condition, x=None, y=None, *, ans):
    return None, np.where(condition, 1.0, 0.0), np.where(condition, 0.0, 1.0)
