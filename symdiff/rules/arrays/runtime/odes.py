"""Functions that generated files bring along: derivatives of solutions of differential equations.

The adjoint and the variational equation are those of Cao, Li, Petzold and Serban (2003), Adjoint
sensitivity analysis for differential-algebraic equations.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np
import scipy.integrate


def for_more_equations(options):
    """The options of scipy.integrate.odeint for more equations: the least of several tolerances."""
    return {k: np.min(v) if k in ("rtol", "atol") else v for k, v in options}


def odeint_adjoint(pullback, y0, t, out, dout, real, options, *args):
    """The adjoints of y0, t and args in out = scipy.integrate.odeint(slope, y0, t, args). `real`
    are the places of the args that have one, `pullback` gives the slope and its adjoints.

    The adjoint equation is solved backwards from each time to the one before, along a solution that
    is computed again forwards: backwards it need not be stable.
    """
    options = for_more_equations(options)
    close = {name: options.get(name, 1.49012e-8) for name in ("rtol", "atol")}
    n, zero = np.size(y0), np.zeros(np.size(y0))
    a, p = zero, np.zeros(sum(np.size(args[i]) for i in real))
    dt = np.zeros(np.shape(t))
    for k in range(len(t) - 1, -1, -1):
        slope = pullback(out[k], t[k], *args, zero)[0]
        dt[k] = slope @ (dout[k] if k else -a)
        a = a + dout[k]
        if k == 0 or t[k] == t[k - 1]:
            continue

        def forward(s, y):
            return pullback(y, s, *args, zero)[0]

        solution = scipy.integrate.solve_ivp(
            forward, (t[k - 1], t[k]), out[k - 1], method="LSODA", dense_output=True, **close
        ).sol

        def backward(state, s, solution=solution):
            found = pullback(solution(s), s, *args, state[:n])[1]
            return -np.concatenate([np.ravel(part) for part in found])

        state = np.concatenate([a, p])
        state = scipy.integrate.odeint(backward, state, [t[k], t[k - 1]], **options)[-1]
        a, p = state[:n], state[n:]
    found, at = [0.0] * len(args), 0
    for i in real:
        size = np.size(args[i])
        found[i] = np.reshape(p[at : at + size], np.shape(args[i]))[()]
        at += size
    return (np.reshape(a, np.shape(y0)), dt, *found)


def odeint_tangent(pushforward, y0, t, out, tangents, options, *args):
    """The tangent of out = scipy.integrate.odeint(slope, y0, t, args); `tangents` are those of y0,
    of t, and of the args that are real."""
    y0_dot, t_dot, *args_dot = tangents
    n, zero = np.size(y0), np.zeros(np.size(y0))

    def slope(state, s):
        return np.concatenate(pushforward(state[:n], s, *args, state[n:], *args_dot))

    options = for_more_equations(options)
    slopes = np.array(
        [pushforward(y, s, *args, zero, *args_dot)[0] for y, s in zip(out, t, strict=True)]
    )
    start = np.concatenate([y0, y0_dot - slopes[0] * t_dot[0]])
    found = scipy.integrate.odeint(slope, start, t, **options)[:, n:]
    return found + slopes * np.asarray(t_dot)[:, None]
