"""Tangents of solutions of differential equations: the variational equation."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import helper, np
from symdiff.rules.arrays.odes import PUSHFORWARD, derivative_of, given, real_places
from symdiff.rules.arrays.registry import tangent


def or_zero(x_dot, x):
    if x_dot is not None:
        return x_dot
    return 0.0 if x.rank == 0 else np.zeros_like(x)


@tangent("scipy.integrate.odeint")
def odeint(
    func, y0, t, args=(), rtol=None, atol=None, h0=None, hmax=None, mxstep=None, *, ans,
    y0_dot, t_dot, args_dot,
):  # fmt: skip
    options = given(rtol=rtol, atol=atol, h0=h0, hmax=hmax, mxstep=mxstep)
    dots = tuple(or_zero(args_dot[i], args[i]) for i in real_places(args))
    tangents = (or_zero(y0_dot, y0), or_zero(t_dot, t), *dots)
    pushforward = derivative_of(func, PUSHFORWARD)
    return helper("odeint_tangent", pushforward, y0, t, ans, tangents, options, *args)
