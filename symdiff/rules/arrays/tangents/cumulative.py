"""Sums and products so far, and integrals by the trapezoidal rule and by Simpson's."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import is_none, like
from symdiff.rules.arrays.nodes import Node, call, helper, np
from symdiff.rules.arrays.quadrature import no_simpson
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.tangents.terms import added, options
from symdiff.rules.folding import number


@tangent("numpy.nancumsum")
def nancumsum(a, axis=None, dtype=None, out=None, *, ans, a_dot):
    return np.cumsum(np.where(np.isnan(a), 0.0, a_dot), **options(axis))


def products_so_far(a, axis, ans, a_dot):
    given = () if axis is None else (axis,)
    return helper("cumprod_tangent", ans, a, a_dot, *given, kind=ans.kind)


@tangent("numpy.cumprod")
def cumprod(a, axis=None, dtype=None, out=None, *, ans, a_dot):
    return products_so_far(a, axis, ans, a_dot)


@tangent("numpy.nancumprod")
def nancumprod(a, axis=None, dtype=None, out=None, *, ans, a_dot):
    missing = np.isnan(a)
    factors, factors_dot = np.where(missing, 1.0, a), np.where(missing, 0.0, a_dot)
    return products_so_far(factors, axis, ans, factors_dot)


@tangent("numpy.cumulative_prod")
def cumulative_prod(x, *, axis=None, dtype=None, out=None, include_initial=False, ans, x_dot):
    if not include_initial:
        return products_so_far(x, axis, ans, x_dot)
    made = helper(
        "cumprod_tangent", np.cumprod(x, **options(axis)), x, x_dot, *options(axis).values()
    )
    return np.insert(made, 0, 0.0, axis=0 if axis is None else axis)


@tangent("numpy.maximum.accumulate", "numpy.minimum.accumulate")
def accumulate(array, axis=0, dtype=None, out=None, *, ans, array_dot):
    return helper("accumulate_tangent", ans, array_dot, axis, kind=like(array, array_dot))


# --- integrals: linear in the heights, and in the widths -----------------------------------------


@tangent("numpy.trapezoid")
def trapezoid(y, x=None, dx=1.0, axis=-1, *, ans, y_dot, x_dot, dx_dot):
    return integral("numpy.trapezoid", y, x, dx, _axis(axis), y_dot, x_dot, dx_dot)


@tangent("scipy.integrate.cumulative_trapezoid")
def cumulative_trapezoid(
    y, x=None, dx=1.0, axis=-1, initial=None, *, ans, y_dot, x_dot, dx_dot
):  # fmt: skip
    given = _axis(axis) | ({} if initial is None else {"initial": initial})
    name = "scipy.integrate.cumulative_trapezoid"
    return integral(name, y, x, dx, given, y_dot, x_dot, dx_dot)


def integral(name, y, x, dx, given, y_dot, x_dot, dx_dot):
    of_y = None if y_dot is None else call(name, y_dot, **_widths(x, dx), **given)
    if is_none(x):
        of_dx = None if dx_dot is None else call(name, y, dx=dx_dot, **given)
        return added(of_y, of_dx)
    return added(of_y, None if x_dot is None else call(name, y, x_dot, **given))


def _axis(axis):
    return {} if not isinstance(axis, Node) and axis == -1 else {"axis": axis}


def _widths(x, dx):
    if not is_none(x):
        return {"x": x}
    return {} if number(dx.expr) == 1 else {"dx": dx}


@tangent("scipy.integrate.simpson")
def simpson(y, x=None, dx=1.0, axis=-1, *, ans, y_dot, x_dot, dx_dot):
    if x_dot is not None or dx_dot is not None:
        raise no_simpson("dx" if x_dot is None else "x")
    return call("scipy.integrate.simpson", y_dot, **_widths(x, dx), **_axis(axis))
