"""scipy.linalg: equations, factorizations, functions of matrices (Giles 2008, Higham 2008)."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays import scipy_linalg as rules
from symdiff.rules.arrays.axes import like
from symdiff.rules.arrays.matrices import conj, inexact, mt
from symdiff.rules.arrays.nodes import Node, helper, scipy_linalg
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.scipy_linalg import GENERAL, TRIANGULAR
from symdiff.rules.arrays.tangents import decompositions, linalg, norms
from symdiff.rules.arrays.tangents.matrices import hermitian
from symdiff.rules.arrays.tangents.terms import added
from symdiff.stages import COMPLEX, ArrayOf

literal = rules.literal


# --- determinants, inverses, equations -----------------------------------------------------------


@tangent("scipy.linalg.det")
def det(a, overwrite_a=False, check_finite=True, *, ans, a_dot):
    return linalg.det(a, ans=ans, a_dot=a_dot)


@tangent("scipy.linalg.inv")
def inv(a, overwrite_a=False, check_finite=True, assume_a=None, lower=False, *, ans, a_dot):
    return linalg.inv(a, ans=ans, a_dot=a_dot)


@tangent("scipy.linalg.pinv")
def pinv(a, atol=None, rtol=None, return_rank=False, check_finite=True, *, ans, a_dot):
    return linalg.pinv(a, ans=ans, a_dot=a_dot)


@tangent("scipy.linalg.solve")
def solve(
    a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=None,
    transposed=False, *, ans, a_dot, b_dot,
):  # fmt: skip
    literal("scipy.linalg.solve", transposed=transposed, lower=lower)
    if assume_a in GENERAL:
        if not transposed:
            return linalg.solve(a, b, ans=ans, a_dot=a_dot, b_dot=b_dot)
        t, t_dot = mt(a), None if a_dot is None else mt(a_dot)
        return linalg.solve(t, b, ans=ans, a_dot=t_dot, b_dot=b_dot)
    if a.item is COMPLEX and (assume_a.startswith("sym") or transposed):
        raise NotDifferentiable("scipy.linalg.solve() of a complex symmetric matrix")
    if a.rank != 2 or not b.rank:
        raise NotDifferentiable(f"scipy.linalg.solve(assume_a={assume_a!r}) of stacked matrices")
    more = {"lower": True} if lower else {}
    change = None if a_dot is None else hermitian(a_dot, "L" if lower else "U") @ ans
    made = scipy_linalg.solve(a, less(b_dot, change), assume_a=assume_a, **more)
    return Node(made.expr, ans.kind)


def less(b_dot, change):
    """The tangent of a right-hand side, less what the tangent of the matrix makes of the solution;
    None stands for zero."""
    if change is None:
        return b_dot
    return -change if b_dot is None else b_dot - change


@tangent("scipy.linalg.solve_triangular")
def solve_triangular(
    a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True,
    *, ans, a_dot, b_dot,
):  # fmt: skip
    literal("scipy.linalg.solve_triangular", trans=trans, unit_diagonal=unit_diagonal)
    way = TRIANGULAR[trans]
    if a.rank != 2 or b.rank not in (1, 2) or isinstance(lower, Node):
        given = (ans, a, b, a_dot, b_dot, way, lower, unit_diagonal)
        return helper("solve_triangular_tangent", *given, kind=ans.kind)
    change = None
    if a_dot is not None:
        triangle = rules.triangle(a_dot, lower, unit_diagonal)
        triangle = (triangle, triangle.T, conj(triangle.T))[way]
        change = triangle @ ans
    flags: dict[str, int] = {"trans": way} if way else {}
    flags |= {"lower": True} if lower else {}
    flags |= {"unit_diagonal": True} if unit_diagonal else {}
    made = scipy_linalg.solve_triangular(a, less(b_dot, change), **flags)
    return Node(made.expr, ans.kind)


@tangent("scipy.linalg.solve_banded")
def solve_banded(
    l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True,
    *, ans, ab_dot, b_dot,
):  # fmt: skip
    change = None
    if ab_dot is not None:
        change = helper("banded_product", ans, l_and_u, ab_dot, kind=ans.kind)
    made = scipy_linalg.solve_banded(l_and_u, ab, less(b_dot, change))
    return Node(made.expr, ans.kind)


@tangent("scipy.linalg.solve_sylvester")
def solve_sylvester(a, b, q, *, ans, a_dot, b_dot, q_dot):
    right = q_dot
    if a_dot is not None:
        right = less(right, a_dot @ ans)
    if b_dot is not None:
        right = less(right, ans @ b_dot)
    item = inexact(a, b, right)
    # SciPy solves wrongly when some of its arguments are complex and others are not
    first, second = (x + 0j if item is not x.item else x for x in (a, b))
    return Node(scipy_linalg.solve_sylvester(first, second, right).expr, ArrayOf(item, ans.dims))


@tangent("scipy.linalg.solve_continuous_lyapunov")
def solve_continuous_lyapunov(a, q, *, ans, a_dot, q_dot):
    right = q_dot
    if a_dot is not None:
        right = less(less(right, a_dot @ ans), ans @ mt(a_dot))
    return Node(scipy_linalg.solve_continuous_lyapunov(a, right).expr, like(ans, right))


# --- factorizations ------------------------------------------------------------------------------


@tangent("scipy.linalg.cholesky")
def cholesky(a, lower=False, overwrite_a=False, check_finite=True, *, ans, a_dot):
    literal("scipy.linalg.cholesky", lower=lower)
    return decompositions.cholesky(a, upper=not lower, ans=ans, a_dot=a_dot)


@tangent("scipy.linalg.cho_factor")
def cho_factor(a, lower=False, overwrite_a=False, check_finite=True, *, ans, a_dot):
    return helper("cho_factor_tangent", ans[0], lower, a_dot, kind=ans[0].kind), None


@tangent("scipy.linalg.cho_solve")
def cho_solve(
    c_and_lower, b, overwrite_b=False, check_finite=True, *, ans, c_and_lower_dot, b_dot
):  # fmt: skip
    c, lower = rules.pair(c_and_lower, "scipy.linalg.cho_solve")
    c_dot, _ = c_and_lower_dot
    change = None
    if c_dot is not None:
        change = helper("cho_product_tangent", ans, c, lower, c_dot, kind=ans.kind)
    made = scipy_linalg.cho_solve((c, lower), less(b_dot, change))
    return Node(made.expr, ans.kind)


@tangent("scipy.linalg.lu_factor")
def lu_factor(a, overwrite_a=False, check_finite=True, *, ans, a_dot):
    return helper("lu_factor_tangent", *ans, a_dot, kind=ans[0].kind), None


@tangent("scipy.linalg.lu_solve")
def lu_solve(
    lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True, *, ans, lu_and_piv_dot, b_dot
):  # fmt: skip
    lu, pivots = rules.pair(lu_and_piv, "scipy.linalg.lu_solve")
    lu_dot, _ = lu_and_piv_dot
    change = None
    if lu_dot is not None:
        change = helper("lu_product_tangent", ans, lu, pivots, trans, lu_dot, kind=ans.kind)
    flags = {"trans": trans} if isinstance(trans, Node) or trans else {}
    made = scipy_linalg.lu_solve((lu, pivots), less(b_dot, change), **flags)
    return Node(made.expr, ans.kind)


@tangent("scipy.linalg.qr")
def qr(
    a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True, *, ans, a_dot
):  # fmt: skip
    if mode == "r":
        return (decompositions.of_upper_factor(a, ans[0], a_dot, "complete"),)
    return decompositions.qr(a, ans=ans, a_dot=a_dot)


# --- eigenvalues and singular values -------------------------------------------------------------


@tangent("scipy.linalg.eigh")
def eigh(
    a, b=None, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, type=1,
    check_finite=True, subset_by_index=None, subset_by_value=None, driver=None, *, ans, a_dot,
):  # fmt: skip
    literal("scipy.linalg.eigh", lower=lower, eigvals_only=eigvals_only)
    rule = decompositions.eigvalsh if eigvals_only else decompositions.eigh
    return rule(a, "L" if lower else "U", ans=ans, a_dot=a_dot)


@tangent("scipy.linalg.eigvalsh")
def eigvalsh(
    a, b=None, lower=True, overwrite_a=False, overwrite_b=False, type=1, check_finite=True,
    subset_by_index=None, subset_by_value=None, driver=None, *, ans, a_dot,
):  # fmt: skip
    literal("scipy.linalg.eigvalsh", lower=lower)
    return decompositions.eigvalsh(a, "L" if lower else "U", ans=ans, a_dot=a_dot)


@tangent("scipy.linalg.svd")
def svd(
    a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True,
    lapack_driver="gesdd", *, ans, a_dot,
):  # fmt: skip
    literal("scipy.linalg.svd", compute_uv=compute_uv)
    return decompositions.svd(a, full_matrices, compute_uv, ans=ans, a_dot=a_dot)


@tangent("scipy.linalg.svdvals")
def svdvals(a, overwrite_a=False, check_finite=True, *, ans, a_dot):
    return decompositions.svdvals(a, ans=ans, x_dot=a_dot)


@tangent("scipy.linalg.norm")
def norm(a, ord=None, axis=None, keepdims=False, check_finite=True, *, ans, a_dot):
    return norms.norm(a, ord, axis, keepdims, ans=ans, x_dot=a_dot)


# --- functions of matrices -----------------------------------------------------------------------


@tangent("scipy.linalg.expm")
def expm(A, *, ans, A_dot):  # noqa: N803
    if A.rank == 2:
        return scipy_linalg.expm_frechet(A, A_dot, compute_expm=False)
    return helper("expm_tangent", ans, A, A_dot, kind=ans.kind)


@tangent("scipy.linalg.expm_frechet")
def expm_frechet(
    A, E, method=None, compute_expm=True, check_finite=True, *, ans, A_dot, E_dot  # noqa: N803
):  # fmt: skip
    of_first = None if A_dot is None else helper("expm_second", A, E, A_dot, kind=ans.kind)
    along = None if E_dot is None else scipy_linalg.expm_frechet(A, E_dot, compute_expm=False)
    return added(of_first, along)


@tangent("scipy.linalg.logm")
def logm(A, disp=True, *, ans, A_dot):  # noqa: N803
    return helper("logm_tangent", ans, A, A_dot, kind=ans.kind)


@tangent("scipy.linalg.sqrtm")
def sqrtm(A, disp=True, blocksize=64, *, ans, A_dot):  # noqa: N803
    return helper("sqrtm_tangent", ans, A, A_dot, kind=ans.kind)
