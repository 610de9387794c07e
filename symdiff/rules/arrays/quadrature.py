"""scipy.integrate and scipy.interpolate: what is linear in the heights, and splines."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.axes import is_none
from symdiff.rules.arrays.nodes import Node, Refused, call, helper
from symdiff.rules.arrays.reductions import reduced
from symdiff.rules.arrays.registry import array, ufunc
from symdiff.rules.shapes import elementwise_kind, plus
from symdiff.stages import REAL, ArrayOf, Kind


def cumulative_kind(y, x=None, dx=1.0, axis=-1, initial=None) -> Kind:
    if y.dims is None or isinstance(axis, Node) or isinstance(initial, Node):
        return ArrayOf(y.item if y.item is not None else REAL, None)
    dims = list(y.dims)
    if initial is None:
        dims[axis] = plus(dims[axis], -1)
    return ArrayOf(y.item, tuple(dims))


@array("scipy.integrate.cumulative_trapezoid", wrt="y x dx", kind=cumulative_kind)
def cumulative_trapezoid(y, x=None, dx=1.0, axis=-1, initial=None, *, ans, dout):
    starts = initial is not None
    of_y = helper("cumulative_trapezoid_adjoint", y, x, dx, axis, starts, dout, kind=y.kind)
    widths = (y, axis, starts, dout)
    if is_none(x):
        of_dx = helper("cumulative_trapezoid_adjoint_of_dx", *widths, kind=REAL)
        return of_y, None, of_dx
    return of_y, helper("cumulative_trapezoid_adjoint_of_x", x, *widths, kind=x.kind), None


def no_simpson(name) -> NotDifferentiable:
    instead = {"x": "use trapezoid()", "dx": "multiply the result by it"}[name]
    return NotDifferentiable(
        f"scipy.integrate.simpson() has no derivative in {name!r}: {instead} instead"
    )


def simpson_kind(y, x=None, dx=1.0, axis=-1) -> Kind:
    return reduced(y, axis)


@array("scipy.integrate.simpson", wrt="y x dx", kind=simpson_kind)
def simpson(y, x=None, dx=1.0, axis=-1, *, ans, dout):
    of_y = helper("simpson_adjoint", y, x, dx, axis, dout, kind=y.kind)
    return (
        of_y,
        None if is_none(x) else Refused(no_simpson("x").message),
        Refused(no_simpson("dx").message),
    )


def spline_kind(spline, x, nu=0, extrapolate=None) -> Kind:
    return elementwise_kind([x.kind], REAL)


@ufunc("spline", wrt="x", kind=spline_kind)
def spline(spline, x, nu=0, extrapolate=None, *, ans):
    """A spline that stands outside of the function, at a point."""
    more = {} if is_none(extrapolate) else {"extrapolate": extrapolate}
    return call("spline", spline, x, nu + 1, **more)
