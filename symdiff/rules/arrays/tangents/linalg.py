"""numpy.linalg: inverses, determinants, solutions of equations, powers.

Giles (2008), An extended collection of matrix derivative results; Golub and Pereyra (1973), The
differentiation of pseudo-inverses.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.tangents.matrices import trace
from symdiff.rules.arrays.tangents.terms import added
from symdiff.stages import COMPLEX


@tangent("numpy.linalg.inv")
def inv(a, *, ans, a_dot):
    return -ans @ a_dot @ ans


@tangent("numpy.linalg.det")
def det(a, *, ans, a_dot):
    return ans * trace(np.linalg.solve(a, a_dot))


@tangent("numpy.linalg.slogdet")
def slogdet(a, *, ans, a_dot):
    found = trace(np.linalg.solve(a, a_dot))
    if a.item is not COMPLEX:
        return None, found
    return 1j * np.imag(found) * ans[0], np.real(found)


@tangent("numpy.linalg.solve")
def solve(a, b, *, ans, a_dot, b_dot):
    if not a.rank or not b.rank or b.rank == 1 and a.rank > 2:
        return helper("solve_tangent", ans, a, b, a_dot, b_dot, kind=ans.kind)
    if a_dot is None:
        return np.linalg.solve(a, b_dot)
    return np.linalg.solve(a, -a_dot @ ans if b_dot is None else b_dot - a_dot @ ans)


@tangent("numpy.linalg.pinv")
def pinv(a, rcond=None, hermitian=False, rtol=None, *, ans, a_dot):
    if a_dot is None:  # a threshold that changes, but not the rank
        return None
    return helper("pinv_tangent", ans, a, a_dot, kind=ans.kind)


@tangent("numpy.linalg.lstsq")
def lstsq(a, b, rcond=None, *, ans, a_dot, b_dot):
    x, residuals, _, values = ans
    of_x = helper("lstsq_tangent", x, a, b, a_dot, b_dot, rcond, kind=x.kind)
    of_residuals = helper("residuals_tangent", residuals, x, a, b, a_dot, b_dot)
    if a_dot is None:
        return of_x, of_residuals, None, None
    of_values = helper("singular_values_tangent", values, a, a_dot, kind=values.kind)
    return of_x, Node(of_residuals.expr, residuals.kind), None, of_values


@tangent("numpy.linalg.tensorinv")
def tensorinv(a, ind=2, *, ans, a_dot):
    return helper("tensorinv_tangent", ans, ind, a_dot, kind=ans.kind)


@tangent("numpy.linalg.tensorsolve")
def tensorsolve(a, b, axes=None, *, ans, a_dot, b_dot):
    given = {} if axes is None else {"axes": axes}
    if a_dot is None:
        return np.linalg.tensorsolve(a, b_dot, **given)
    change = helper("tensorsolve_change", b, a_dot, axes, ans, kind=b.kind)
    return np.linalg.tensorsolve(a, added(b_dot, -change), **given)


@tangent("numpy.linalg.matrix_power")
def matrix_power(a, n, *, ans, a_dot):
    if n == 2 and not isinstance(n, Node):
        return a_dot @ a + a @ a_dot
    if n == 3 and not isinstance(n, Node):
        return (a_dot @ a + a @ a_dot) @ a + a @ a @ a_dot
    return helper("matrix_power_tangent", ans, a, n, a_dot, kind=ans.kind)
