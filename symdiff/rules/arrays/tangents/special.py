"""scipy.special: functions of several values, and those that return several."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays import bessel, special
from symdiff.rules.arrays.axes import restored
from symdiff.rules.arrays.nodes import np
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.tangents.terms import ONE, added, options

# --- sums of exponentials ------------------------------------------------------------------------


@tangent("scipy.special.softmax")
def softmax(x, axis=None, *, ans, x_dot):
    return ans * (x_dot - np.sum(ans * x_dot, **options(axis, axis is not None)))


@tangent("scipy.special.log_softmax")
def log_softmax(x, axis=None, *, ans, x_dot):
    return x_dot - np.sum(np.exp(ans) * x_dot, **options(axis, axis is not None))


@tangent("scipy.special.logsumexp")
def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False, *, ans, a_dot, b_dot):
    scale = np.exp(a - restored(ans, a, axis, keepdims))
    own = a_dot if a_dot is None or b is None else b * a_dot
    return np.sum(scale * added(own, b_dot), **options(axis, keepdims))


# --- several values ------------------------------------------------------------------------------


def each(adjoint, x, *, ans, x_dot):
    """The tangents of the values from their slopes: the adjoints of x where one has adjoint 1."""
    found = []
    for i in range(len(ans)):
        slope = adjoint(x, ans=ans, dout=[ONE if i == j else None for j in range(len(ans))])
        found.append(slope * x_dot)
    return found


@tangent("scipy.special.sici")
def sici(x, *, ans, x_dot):
    return each(special.sici, x, ans=ans, x_dot=x_dot)


@tangent("scipy.special.shichi")
def shichi(x, *, ans, x_dot):
    return each(special.shichi, x, ans=ans, x_dot=x_dot)


@tangent("scipy.special.fresnel")
def fresnel(z, *, ans, z_dot):
    return each(special.fresnel, z, ans=ans, x_dot=z_dot)


@tangent("scipy.special.airy")
def airy(z, *, ans, z_dot):
    return each(bessel.airy, z, ans=ans, x_dot=z_dot)


@tangent("scipy.special.ellipj")
def ellipj(u, m, *, ans, u_dot, m_dot):
    if m_dot is not None:
        raise NotDifferentiable(special.no_rule("ellipj", "m").message)
    sn, cn, dn, _ = ans
    return u_dot * cn * dn, -u_dot * sn * dn, -m * u_dot * sn * cn, u_dot * dn
