"""Sums and products so far, and integrals by the trapezoidal rule."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import along, is_none, like, product, shape_of
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.reductions import item_of_sum, reduced
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import joined_item, plus
from symdiff.stages import BOOLEAN, INTEGER, REAL, ArrayOf, Kind

PLAIN = {"dtype": (None,), "out": (None,)}
FIRST = "of equal elements the first one has the derivative"
BACKWARDS = slice(None, None, -1)


def so_far(a, axis=None, dtype=None, out=None) -> Kind:
    dims = (product(a.dims),) if axis is None else a.dims
    return ArrayOf(item_of_sum(a), (1,) if dims == () else dims)


def backwards(x, axis):
    return np.flip(x, axis) if isinstance(axis, Node) else x[along(axis, BACKWARDS)]


def sums_to_the_end(x, axis, rank):
    """For each element the sum of itself and all that come after it."""
    if type(axis) is int and rank:
        axis %= rank
    options = {} if rank == 1 else {"axis": axis}
    return backwards(np.cumsum(backwards(x, axis), **options), axis)


def cumsum_adjoint(a, axis, dout):
    if axis is None:
        found = sums_to_the_end(dout, 0, 1)
        return found if a.rank == 1 else np.reshape(found, shape_of(a))
    return sums_to_the_end(dout, axis, a.rank)


@array("numpy.cumsum", kind=so_far, only=PLAIN, linear=True)
def cumsum(a, axis=None, dtype=None, out=None, *, ans, dout):
    return cumsum_adjoint(a, axis, dout)


@array("numpy.nancumsum", kind=so_far, only=PLAIN)
def nancumsum(a, axis=None, dtype=None, out=None, *, ans, dout):
    return np.where(np.isnan(a), 0.0, cumsum_adjoint(a, axis, dout))


def cumprod_adjoint(a, axis, dout):
    return helper("cumprod_adjoint", a, dout, axis, kind=like(a, dout))


@array("numpy.cumprod", kind=so_far, only=PLAIN)
def cumprod(a, axis=None, dtype=None, out=None, *, ans, dout):
    return cumprod_adjoint(a, axis, dout)


@array("numpy.nancumprod", kind=so_far, only=PLAIN)
def nancumprod(a, axis=None, dtype=None, out=None, *, ans, dout):
    return np.where(np.isnan(a), 0.0, cumprod_adjoint(np.where(np.isnan(a), 1.0, a), axis, dout))


def with_initial(x, axis=None, dtype=None, out=None, include_initial=False) -> Kind:
    made = so_far(x, 0 if axis is None and x.rank == 1 else axis)
    if not isinstance(made, ArrayOf) or made.dims is None or include_initial is False:
        return made
    if type(axis) is not int and axis is not None or isinstance(include_initial, Node):
        return ArrayOf(made.item, None)
    at = 0 if axis is None else axis % len(made.dims)
    return ArrayOf(made.item, tuple(plus(d, 1) if i == at else d for i, d in enumerate(made.dims)))


INITIAL = {**PLAIN, "include_initial": (True, False)}


def after_initial(axis, include_initial, dout):
    if not include_initial:
        return dout
    first = slice(1, None)
    if isinstance(axis, Node):
        return np.moveaxis(np.moveaxis(dout, axis, 0)[first], 0, axis)
    return dout[along(0 if axis is None else axis, first)]


@array("numpy.cumulative_sum", kind=with_initial, only=INITIAL, linear=True)
def cumulative_sum(x, *, axis=None, dtype=None, out=None, include_initial=False, ans, dout):
    return cumsum_adjoint(x, axis, after_initial(axis, include_initial, dout))


@array("numpy.cumulative_prod", kind=with_initial, only=INITIAL)
def cumulative_prod(x, *, axis=None, dtype=None, out=None, include_initial=False, ans, dout):
    return cumprod_adjoint(x, axis, after_initial(axis, include_initial, dout))


# --- the largest and smallest elements so far ----------------------------------------------------


def extremes(array, axis=0, dtype=None, out=None) -> Kind:
    return like(array)


@array("numpy.maximum.accumulate", kind=extremes, only=PLAIN, note=FIRST)
def maximum_accumulate(array, axis=0, dtype=None, out=None, *, ans, dout):
    return helper("accumulate_adjoint", ans, dout, axis, kind=like(array, dout))


@array("numpy.minimum.accumulate", kind=extremes, only=PLAIN, note=FIRST)
def minimum_accumulate(array, axis=0, dtype=None, out=None, *, ans, dout):
    return helper("accumulate_adjoint", ans, dout, axis, kind=like(array, dout))


# --- the trapezoidal rule ------------------------------------------------------------------------


def trapezoid_kind(y, x=None, dx=1.0, axis=-1) -> Kind:
    item = joined_item([y.kind, dx.kind if is_none(x) else x.kind])
    kind = reduced(y, axis, item=REAL if item in (INTEGER, BOOLEAN) else item)
    at = dx if is_none(x) else x
    # Widths of more axes than the heights have would broadcast.
    return kind if at.rank is not None and at.rank <= 1 else ArrayOf(y.item, None)


@array(
    "numpy.trapezoid", "numpy.trapz", "scipy.integrate.trapezoid", "scipy.integrate.trapz",
    wrt="y x dx", kind=trapezoid_kind,
)  # fmt: skip
def trapezoid(y, x=None, dx=1.0, axis=-1, *, ans, dout):
    rest = (x, dx, axis, dout)
    of_y = helper("trapezoid_adjoint", y, *rest, kind=like(y, dout))
    if is_none(x):
        of_dx = helper("trapezoid_dx_adjoint", dx, y, axis, dout, kind=like(dx, dout))
        return of_y, None, of_dx
    return of_y, helper("trapezoid_x_adjoint", x, y, axis, dout, kind=like(x, dout)), None
