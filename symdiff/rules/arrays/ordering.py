"""Functions that put elements in order, or pick them by their rank: sort, median, quantiles."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import known_as, product, shape_of
from symdiff.rules.arrays.nodes import np
from symdiff.rules.arrays.registry import array
from symdiff.stages import ArrayOf, Kind

TIES = "equal elements keep their order"


def sorted_kind(a, axis=-1, **_) -> Kind:
    return ArrayOf(a.item, (product(a.dims),) if axis is None else a.dims)


def sort_kind(a, axis=-1, kind=None, order=None, *, stable=None) -> Kind:
    return sorted_kind(a, axis)


@array("numpy.sort", kind=sort_kind, only={"order": (None,)}, note=TIES)
def sort(a, axis=-1, kind=None, order=None, *, stable=None, ans, dout):
    if a.rank == 1:
        return known_as(dout[np.argsort(np.argsort(a))], a)
    if axis is None:
        return np.reshape(dout[np.argsort(np.argsort(np.ravel(a)))], shape_of(a))
    places = np.argsort(np.argsort(a, axis=axis), axis=axis)
    return known_as(np.take_along_axis(dout, places, axis=axis), a)
