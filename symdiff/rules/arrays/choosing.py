"""Functions that choose among values elementwise, or are straight between kinks."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.broadcasting import unbroadcast
from symdiff.rules.arrays.nodes import Node, Refused, helper, np
from symdiff.rules.arrays.registry import (
    array,
    as_scalar,
    kind_of_value,
    same,
    ufunc,
)
from symdiff.rules.folding import is_zero, number
from symdiff.rules.shapes import broadcast, dims_of, elementwise_kind, joined_item
from symdiff.stages import INTEGER, REAL, ArrayOf, Kind, Scalar, TupleOf


def chosen(condition, x=None, y=None) -> Kind:
    """The kind of `numpy.where`: with a condition alone it gives the indices where it holds."""
    if x is None:
        dims = dims_of(kind_of_value(condition))
        return ArrayOf(INTEGER) if dims is None else indices(len(dims))
    kinds = [kind_of_value(v) for v in (condition, x, y)]
    return as_array(elementwise_kind(kinds, joined_item(kinds[1:])))


def indices(rank: int) -> TupleOf:
    """A tuple of as many arrays of integers, of a length that is not known."""
    return TupleOf((ArrayOf(INTEGER, (None,)),) * rank)


def as_array(kind: Kind) -> Kind:
    """A kind of numbers as that of arrays without axes."""
    return ArrayOf(kind, ()) if isinstance(kind, Scalar) else kind


@ufunc("numpy.where", kind=chosen)
def where(condition, x=None, y=None, *, ans):
    return None, np.where(condition, 1.0, 0.0), np.where(condition, 0.0, 1.0)


# --- the larger, the smaller ---------------------------------------------------------------------

TIES = "ties share evenly"


@ufunc("numpy.maximum", item=same, note=TIES)
def maximum(x1, x2, *, ans):
    if is_zero(x2.expr):
        return np.heaviside(x1, 0.5), None
    if is_zero(x1.expr):
        return None, np.heaviside(x2, 0.5)
    half = 0.5 * (x1 == x2)
    return (x1 > x2) + half, (x1 < x2) + half


@ufunc("numpy.minimum", item=same, note=TIES)
def minimum(x1, x2, *, ans):
    half = 0.5 * (x1 == x2)
    return (x1 < x2) + half, (x1 > x2) + half


@ufunc("numpy.fmax", item=same, note=TIES)
@ufunc("numpy.fmin", item=same, note=TIES)
def fmax(x1, x2, *, ans):
    # Of a number and NaN the number is taken, so that only the value tells which one it was.
    half = 0.5 * (x1 == x2)
    return (x1 == ans) - half, (x2 == ans) - half


def clipped(a, a_min=None, a_max=None, out=None, min=None, max=None) -> Kind:
    kinds = [kind_of_value(v) for v in (a, a_min, a_max, min, max) if v is not None]
    return elementwise_kind(kinds, joined_item(kinds))


@ufunc(
    "numpy.clip", wrt="a a_min a_max min max", kind=clipped, only={"out": (None,)},
    note="derivative 1 on the bounds",
)  # fmt: skip
def clip(a, a_min=None, a_max=None, out=None, min=None, max=None, *, ans):
    lower, upper = (a_min if min is None else min), (a_max if max is None else max)
    if lower is None and upper is None:
        return 1.0, None, None, None, None
    if upper is None:
        inside, below, above = a >= lower, a < lower, None
    elif lower is None:
        inside, below, above = a <= upper, None, a > upper
    else:
        # Where the bounds are in the wrong order, the upper one is taken.
        inside = (a >= lower) & (a <= upper)
        least, most = number(lower.expr), number(upper.expr)
        ordered = least is not None and most is not None and least <= most
        below = a < lower if ordered else (a < lower) & (lower <= upper)
        above = a > upper if ordered else (a > upper) | (lower > upper)
    by_old_name = below if min is None else None, above if max is None else None
    by_new_name = below if min is not None else None, above if max is not None else None
    return (inside, *by_old_name, *by_new_name)


def like_first(x, *_, **__) -> Kind:
    return kind_of_value(x)


@ufunc("numpy.nan_to_num", wrt="x nan posinf neginf", kind=like_first, only={"copy": (True,)})
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None, *, ans):
    return (
        np.where(np.isfinite(x), 1.0, 0.0),
        np.where(np.isnan(x), 1.0, 0.0),
        np.where(np.isposinf(x), 1.0, 0.0),
        np.where(np.isneginf(x), 1.0, 0.0),
    )


# --- steps and signs -----------------------------------------------------------------------------


@ufunc("numpy.heaviside")
def heaviside(x1, x2, *, ans):
    return 0.0, x1 == 0


as_scalar(
    "math.copysign", "numpy.copysign", arity=2,
    note="at x = 0 the derivative is that of x or of -x, whichever the sign of y selects",
)  # fmt: skip
as_scalar("math.fmod", "numpy.fmod", arity=2, item=same)
as_scalar("math.ldexp", "numpy.ldexp", arity=2, item=REAL)
as_scalar("math.nextafter", "numpy.nextafter", arity=2)


def several(*items):
    """The kind of a function of two values that returns a tuple of such arrays."""

    def kind(x1, x2=None) -> Kind:
        kinds = [kind_of_value(v) for v in (x1, x2) if v is not None]
        return TupleOf(
            tuple(
                elementwise_kind(kinds, joined_item(kinds) if item is None else item)
                for item in items
            )
        )

    return kind


@array("numpy.divmod", wrt="x1 x2", kind=several(None, None))
def divmod_(x1, x2, *, ans, dout):
    if dout[1] is None:
        return None, None
    return unbroadcast(dout[1], x1), unbroadcast(-dout[1] * ans[0], x2)


@array("numpy.modf", kind=several(REAL, REAL))
def modf(x, *, ans, dout):
    return dout[0]


@array("numpy.frexp", kind=several(REAL, INTEGER))
def frexp(x, *, ans, dout):
    return None if dout[0] is None else np.ldexp(dout[0], -ans[1])


NO_PERIOD = "no rule for the period of np.unwrap()"


@array("numpy.unwrap", kind=like_first)
def unwrap(p, discont=None, axis=-1, *, period=6.283185307179586, ans, dout):
    return Refused(NO_PERIOD) if isinstance(period, Node) else dout


# --- one of several ------------------------------------------------------------------------------


def selected(condlist, choicelist, default=0) -> Kind:
    if isinstance(condlist, Node) or isinstance(choicelist, Node):
        return ArrayOf(REAL)
    kinds = [kind_of_value(v) for v in (*choicelist, default)]
    shape = broadcast(*(dims_of(kind_of_value(v)) for v in (*condlist, *choicelist, default)))
    return ArrayOf(joined_item(kinds), shape)


@array("numpy.select", wrt="choicelist default", sequences="choicelist", kind=selected, linear=True)
def select(condlist, choicelist, default=0, *, ans, dout):
    if isinstance(condlist, Node) or isinstance(choicelist, Node):
        refused = Refused("np.select() of lists whose length is not known")
        return refused, refused
    shares = [
        unbroadcast(np.select(condlist, _only(i, choicelist, dout), 0.0), choice)
        for i, choice in enumerate(choicelist)
    ]
    return shares, unbroadcast(np.select(condlist, _only(-1, choicelist, dout), dout), default)


def _only(position, choices, dout):
    return [dout if i == position else 0.0 for i in range(len(choices))]


def picked(a, choices, out=None, mode="raise") -> Kind:
    if isinstance(choices, Node):
        rest = None if choices.dims is None else choices.dims[1:]
        dims = broadcast(dims_of(kind_of_value(a)), rest)
        return ArrayOf(choices.item, dims)
    kinds = [kind_of_value(v) for v in choices]
    return ArrayOf(
        joined_item(kinds), broadcast(dims_of(kind_of_value(a)), *(dims_of(k) for k in kinds))
    )


@array(
    "numpy.choose",
    wrt="choices",
    sequences="choices",
    kind=picked,
    only={"out": (None,)},
    linear=True,
)
def choose(a, choices, out=None, mode="raise", *, ans, dout):
    if isinstance(choices, Node):
        return helper("choose_adjoint", a, choices, dout, mode, kind=choices.kind)
    return [
        unbroadcast(np.choose(a, _only(i, choices, dout), mode=mode), choice)
        for i, choice in enumerate(choices)
    ]
