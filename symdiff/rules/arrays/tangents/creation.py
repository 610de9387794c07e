"""Ranges, polynomials and filters."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.creation import NO_BASE
from symdiff.rules.arrays.nodes import Node, call, helper, math, np
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.tangents.terms import added
from symdiff.rules.folding import is_zero

# --- ranges --------------------------------------------------------------------------------------


@tangent("numpy.arange")
def arange(start, stop=None, step=None, dtype=None, *, ans, start_dot, stop_dot, step_dot):
    if stop is None:
        return None
    if step_dot is None:
        return None if start_dot is None else np.full(ans.shape, start_dot)
    return added(start_dot, step_dot * np.arange(ans.size))


def spaced(start_dot, stop_dot, num, endpoint):
    given = {} if endpoint is True else {"endpoint": endpoint}
    ends = (0.0 if dot is None else dot for dot in (start_dot, stop_dot))
    return np.linspace(*ends, num, **given)


@tangent("numpy.logspace")
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0,
             *, ans, start_dot, stop_dot, base_dot):  # fmt: skip
    if base_dot is not None:
        raise NotDifferentiable(NO_BASE)
    by_log = math.log(base) if base.dims == () else np.log(base)
    return by_log * ans * spaced(start_dot, stop_dot, num, endpoint)


@tangent("numpy.geomspace")
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0,
              *, ans, start_dot, stop_dot):  # fmt: skip
    first = None if start_dot is None else start_dot / start
    return ans * spaced(first, None if stop_dot is None else stop_dot / stop, num, endpoint)


# --- polynomials ---------------------------------------------------------------------------------


@tangent("numpy.polyval")
def polyval(p, x, *, ans, p_dot, x_dot):
    of_x = None if x_dot is None else np.polyval(np.polyder(p), x) * x_dot
    return added(None if p_dot is None else np.polyval(p_dot, x), of_x)


@tangent("numpy.vander")
def vander(x, N=None, increasing=False, *, ans, x_dot):  # noqa: N803
    return helper("vander_tangent", ans, x, increasing, x_dot, kind=ans.kind)


# --- filters: linear in the array and the constant around it, and in the weights -----------------


@tangent("scipy.ndimage.correlate")
def correlate(
    input, weights, output=None, mode="reflect", cval=0.0, origin=0, axes=None,  # noqa: A002
    *, ans, input_dot, weights_dot, cval_dot,
):  # fmt: skip
    given = ("scipy.ndimage.correlate", input, weights, mode, cval, origin)
    return filtered(*given, input_dot, weights_dot, cval_dot)


@tangent("scipy.ndimage.convolve")
def convolve(
    input, weights, output=None, mode="reflect", cval=0.0, origin=0, axes=None,  # noqa: A002
    *, ans, input_dot, weights_dot, cval_dot,
):  # fmt: skip
    given = ("scipy.ndimage.convolve", input, weights, mode, cval, origin)
    return filtered(*given, input_dot, weights_dot, cval_dot)


def filtered(name, x, weights, mode, cval, origin, x_dot, weights_dot, cval_dot):
    given = {} if mode == "reflect" and not isinstance(mode, Node) else {"mode": mode}
    placed = {"origin": origin} if isinstance(origin, (Node, list, tuple)) or origin else {}
    around = {} if is_zero(cval.expr) else {"cval": cval}
    of_input = of_weights = None
    if x_dot is not None or cval_dot is not None:
        inner = np.zeros_like(x) if x_dot is None else x_dot
        margin = {} if cval_dot is None else {"cval": cval_dot}
        of_input = call(name, inner, weights, **given, **margin, **placed)
    if weights_dot is not None:
        of_weights = call(name, x, weights_dot, **given, **around, **placed)
    return added(of_input, of_weights)
