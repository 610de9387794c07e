"""scipy.integrate.odeint: solutions of differential equations, by those of their derivatives.

The reader writes the slope, and its pullback and pushforward, as functions whose names begin alike
(read/solving.py).
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, helper
from symdiff.rules.arrays.registry import array
from symdiff.stages import OBJECT, REAL, ArrayOf, Global, Kind, is_differentiable

NOTE = "the derivative of the solution, as exact as the tolerances; not that of the steps taken"
PULLBACK, PUSHFORWARD = "_pullback", "_jvp"


def odeint_kind(func, y0, t, *_, **__) -> Kind:
    dims = [d.dims[0] if d.dims else None for d in (t, y0)]
    return ArrayOf(REAL, tuple(dims))


def derivative_of(func: Node, ending: str) -> Node:
    """The function that the reader has written beside the slope."""
    assert isinstance(func.expr, Global)
    return Node(Global(func.expr.name + ending, OBJECT), OBJECT)


def real_places(args) -> tuple[int, ...]:
    return tuple(i for i, a in enumerate(args) if is_differentiable(a.kind))


def given(**options):
    """The options that are given, by their names."""
    return tuple((k, v) for k, v in options.items() if v is not None)


@array("scipy.integrate.odeint", wrt="y0 t args", nested="args", kind=odeint_kind, note=NOTE)
def odeint(
    func, y0, t, args=(), rtol=None, atol=None, h0=None, hmax=None, mxstep=None, *, ans, dout
):
    options = given(rtol=rtol, atol=atol, h0=h0, hmax=hmax, mxstep=mxstep)
    real = real_places(args)
    pullback = derivative_of(func, PULLBACK)
    found = helper("odeint_adjoint", pullback, y0, t, ans, dout, real, options, *args)
    shares = (found[i + 2] if i in real else None for i in range(len(args)))
    return found[0], found[1], tuple(shares)
