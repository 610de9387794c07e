"""scipy.linalg: equations, factorizations, functions of matrices."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays import decompositions, linalg, norms
from symdiff.rules.arrays.axes import like
from symdiff.rules.arrays.linalg import square_kind
from symdiff.rules.arrays.matrices import conj, inexact, mt
from symdiff.rules.arrays.nodes import Node, helper, np, scipy_linalg
from symdiff.rules.arrays.registry import array
from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, REAL, ArrayOf, Kind, TupleOf

GENERAL = (None, "gen", "general")
TRIANGULAR = {0: 0, 1: 1, 2: 2, "N": 0, "T": 1, "C": 2}


def literal(function, **given):
    """Raise NotDifferentiable for arguments that decide on the rule and are not literal."""
    for name, value in given.items():
        if isinstance(value, Node):
            message = f"the argument {name!r} of {function}() must be written out in the call"
            raise NotDifferentiable(message)


# --- determinants, inverses, equations -----------------------------------------------------------


@array(
    "scipy.linalg.det", note="a singular matrix is an error",
    kind=lambda a, overwrite_a=False, check_finite=True: linalg.determinant_kind(a),
)  # fmt: skip
def det(a, overwrite_a=False, check_finite=True, *, ans, dout):
    return linalg.det(a, ans=ans, dout=dout)


@array("scipy.linalg.inv", kind=square_kind, only={"assume_a": GENERAL})
def inv(a, overwrite_a=False, check_finite=True, assume_a=None, lower=False, *, ans, dout):
    return linalg.inv(a, ans=ans, dout=dout)


def pinv_kind(a, atol=None, rtol=None, return_rank=False, check_finite=True) -> Kind:
    return linalg.pinv_kind(a)


@array("scipy.linalg.pinv", kind=pinv_kind, only={"return_rank": (False,)})
def pinv(a, atol=None, rtol=None, return_rank=False, check_finite=True, *, ans, dout):
    return linalg.pinv(a, ans=ans, dout=dout)


def solve_kind(a, b, *_, **__) -> Kind:
    return linalg.solve_kind(a, b)


@array(
    "scipy.linalg.solve", wrt="a b", kind=solve_kind, note=decompositions.TRIANGLE,
    only={"assume_a": (
        *GENERAL, "sym", "symmetric", "her", "hermitian", "pos", "positive definite",
    )},
)  # fmt: skip
def solve(
    a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=None,
    transposed=False, *, ans, dout,
):  # fmt: skip
    literal("scipy.linalg.solve", transposed=transposed, lower=lower)
    if assume_a in GENERAL:
        if not transposed:
            return linalg.solve(a, b, ans=ans, dout=dout)
        t = mt(a) if a.rank is not None else np.swapaxes(a, -1, -2)
        da, db = linalg.solve(t, b, ans=ans, dout=dout)
        return np.swapaxes(da, -1, -2) if a.rank != 2 else da.T, db
    if a.item is COMPLEX and (assume_a.startswith("sym") or transposed):
        raise NotDifferentiable("scipy.linalg.solve() of a complex symmetric matrix")
    if a.rank != 2 or not b.rank:
        raise NotDifferentiable(f"scipy.linalg.solve(assume_a={assume_a!r}) of stacked matrices")
    more = {"lower": True} if lower else {}
    db = conj(scipy_linalg.solve(a, conj(dout), assume_a=assume_a, **more))
    db = Node(db.expr, ArrayOf(inexact(a, dout), b.dims))
    da = -db[:, None] * ans if b.rank == 1 else -db @ ans.T
    return helper("of_triangle", da, "L" if lower else "U", kind=ArrayOf(da.item, a.dims)), db


@array("scipy.linalg.solve_triangular", wrt="a b", kind=solve_kind)
def solve_triangular(
    a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True,
    *, ans, dout,
):  # fmt: skip
    literal("scipy.linalg.solve_triangular", trans=trans, unit_diagonal=unit_diagonal)
    way = TRIANGULAR[trans]
    if a.rank != 2 or b.rank not in (1, 2) or isinstance(lower, Node) or way == 2:
        given = (a, b, ans, dout, way, lower, unit_diagonal)
        return (
            helper("solve_triangular_adjoint_of_first", *given, kind=a.kind),
            helper("solve_triangular_adjoint_of_second", *given, kind=b.kind),
        )
    flags: dict[str, int] = {} if way else {"trans": 1}
    flags |= {"lower": True} if lower else {}
    flags |= {"unit_diagonal": True} if unit_diagonal else {}
    db = scipy_linalg.solve_triangular(a, dout, **flags)
    left, right = (ans, db) if way else (db, ans)
    da = -left[:, None] * right if b.rank == 1 else -left @ right.T
    return triangle(da, lower, unit_diagonal), db


def triangle(a, lower, unit_diagonal):
    """The triangle that is read of a matrix; without its diagonal if that counts as ones."""
    take = np.tril if lower else np.triu
    return take(a, -1 if lower else 1) if unit_diagonal else take(a)


def solve_banded_kind(l_and_u, ab, b, *_, **__) -> Kind:
    return ArrayOf(inexact(ab, b), b.dims)


@array("scipy.linalg.solve_banded", wrt="ab b", kind=solve_banded_kind)
def solve_banded(
    l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True, *, ans, dout
):  # fmt: skip
    return (
        helper("solve_banded_adjoint_of_first", l_and_u, ab, ans, dout, kind=ab.kind),
        helper("solve_banded_adjoint_of_second", l_and_u, ab, dout, kind=b.kind),
    )


@array(
    "scipy.linalg.solve_sylvester", wrt="a b q",
    kind=lambda a, b, q: ArrayOf(inexact(a, b, q), q.dims),
)  # fmt: skip
def solve_sylvester(a, b, q, *, ans, dout):
    item = inexact(a, b, q, dout)
    # SciPy solves wrongly when some of its arguments are complex and others are not
    first, second = (mt(x) + 0j if item is not x.item else mt(x) for x in (a, b))
    dq = Node(scipy_linalg.solve_sylvester(first, second, dout).expr, ArrayOf(item, q.dims))
    t = mt(ans)
    return -dq @ t, -t @ dq, dq


def lyapunov_kind(a, q) -> Kind:
    return ArrayOf(inexact(a, q), q.dims)


@array(
    "scipy.linalg.solve_continuous_lyapunov", wrt="a q", kind=lyapunov_kind, note="real matrices"
)
def solve_continuous_lyapunov(a, q, *, ans, dout):
    if ans.item is COMPLEX:
        raise NotDifferentiable("solve_continuous_lyapunov() of complex matrices has no rule")
    dq = Node(scipy_linalg.solve_continuous_lyapunov(mt(a), dout).expr, like(q, dout))
    return -(dq @ mt(ans) + mt(dq) @ ans), dq


# --- factorizations ------------------------------------------------------------------------------


@array("scipy.linalg.cholesky", kind=square_kind, note=decompositions.TRIANGLE)
def cholesky(a, lower=False, overwrite_a=False, check_finite=True, *, ans, dout):
    literal("scipy.linalg.cholesky", lower=lower)
    return decompositions.cholesky(a, upper=not lower, ans=ans, dout=dout)


def cho_factor_kind(a, *_, **__) -> Kind:
    return TupleOf((square_kind(a), BOOLEAN))


@array("scipy.linalg.cho_factor", kind=cho_factor_kind, note=decompositions.TRIANGLE)
def cho_factor(a, lower=False, overwrite_a=False, check_finite=True, *, ans, dout):
    return helper("cho_factor_adjoint", ans[0], lower, dout[0], kind=a.kind)


def pair(given, function):
    """What a factorization gave, and what goes with it."""
    if isinstance(given, Node):
        raise NotDifferentiable(f"{function}() of a factorization whose parts are not known")
    return given


def factor_solve_kind(factor, b, *_, **__) -> Kind:
    if not isinstance(factor, (tuple, list)):
        return ArrayOf(inexact(b), b.dims)
    return linalg.solve_kind(factor[0], b)


@array("scipy.linalg.cho_solve", wrt="c_and_lower b", nested="c_and_lower", kind=factor_solve_kind)
def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True, *, ans, dout):
    c, lower = pair(c_and_lower, "scipy.linalg.cho_solve")
    kind = ArrayOf(inexact(c, b), b.dims)
    dc = helper("cho_solve_adjoint_of_factor", c, lower, b, ans, dout, kind=c.kind)
    if c.rank == 2 and b.rank in (1, 2):
        db = conj(scipy_linalg.cho_solve((c, lower), conj(dout)))
        return (dc, None), Node(db.expr, kind)
    return (dc, None), helper("cho_solve_adjoint_of_second", c, lower, b, dout, kind=kind)


def lu_factor_kind(a, *_, **__) -> Kind:
    pivots = None if a.dims is None else ArrayOf(INTEGER, a.dims[:-1])
    return TupleOf((square_kind(a), pivots or ArrayOf(INTEGER, None)))


@array("scipy.linalg.lu_factor", kind=lu_factor_kind)
def lu_factor(a, overwrite_a=False, check_finite=True, *, ans, dout):
    return helper("lu_factor_adjoint", *ans, dout[0], kind=a.kind)


@array(
    "scipy.linalg.lu_solve", wrt="lu_and_piv b", nested="lu_and_piv", kind=factor_solve_kind,
    only={"trans": (0, 1)},
)  # fmt: skip
def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True, *, ans, dout):
    lu, pivots = pair(lu_and_piv, "scipy.linalg.lu_solve")
    dlu = helper("lu_solve_adjoint_of_factor", lu, pivots, b, trans, ans, dout, kind=lu.kind)
    db = helper("lu_solve_adjoint_of_second", lu, pivots, b, trans, dout, kind=b.kind)
    return (dlu, None), db


def qr_kind(a, overwrite_a=False, lwork=None, mode="full", *_, **__) -> Kind:
    if mode == "r":
        full = decompositions.qr_kind(a, "complete")
        assert isinstance(full, TupleOf)
        return TupleOf(full.items[1:])
    return decompositions.qr_kind(a, "reduced" if mode == "economic" else "complete")


@array(
    "scipy.linalg.qr", kind=qr_kind,
    only={"mode": ("full", "economic", "r"), "pivoting": (False,)},
)  # fmt: skip
def qr(
    a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True, *, ans, dout
):  # fmt: skip
    if mode == "r":
        q = np.linalg.qr(a, "complete")[0]
        return helper("qr_adjoint", a, q, ans[0], None, dout[0], kind=a.kind)
    return helper("qr_adjoint", a, *ans, *dout, kind=a.kind)


# --- eigenvalues and singular values -------------------------------------------------------------

PLAIN = {"b": (None,), "type": (1,), "subset_by_index": (None,), "subset_by_value": (None,)}


def eigh_kind(a, b=None, lower=True, eigvals_only=False, *_, **__) -> Kind:
    if eigvals_only is not False:
        return decompositions.eigvalsh_kind(a)
    return decompositions.eigh_kind(a)


@array("scipy.linalg.eigh", kind=eigh_kind, only=PLAIN, note=decompositions.TRIANGLE)
def eigh(
    a, b=None, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, type=1,
    check_finite=True, subset_by_index=None, subset_by_value=None, driver=None, *, ans, dout,
):  # fmt: skip
    literal("scipy.linalg.eigh", lower=lower, eigvals_only=eigvals_only)
    rule = decompositions.eigvalsh if eigvals_only else decompositions.eigh
    return rule(a, "L" if lower else "U", ans=ans, dout=dout)


@array(
    "scipy.linalg.eigvalsh", only=PLAIN, note=decompositions.TRIANGLE,
    kind=lambda a, *_, **__: decompositions.eigvalsh_kind(a),
)  # fmt: skip
def eigvalsh(
    a, b=None, lower=True, overwrite_a=False, overwrite_b=False, type=1, check_finite=True,
    subset_by_index=None, subset_by_value=None, driver=None, *, ans, dout,
):  # fmt: skip
    literal("scipy.linalg.eigvalsh", lower=lower)
    return decompositions.eigvalsh(a, "L" if lower else "U", ans=ans, dout=dout)


def svd_kind(a, full_matrices=True, compute_uv=True, *_, **__) -> Kind:
    return decompositions.svd_kind(a, full_matrices, compute_uv)


@array("scipy.linalg.svd", kind=svd_kind, note=decompositions.PHASES)
def svd(
    a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True,
    lapack_driver="gesdd", *, ans, dout,
):  # fmt: skip
    literal("scipy.linalg.svd", compute_uv=compute_uv)
    return decompositions.svd(a, full_matrices, compute_uv, ans=ans, dout=dout)


@array(
    "scipy.linalg.svdvals",
    kind=lambda a, *_, **__: ArrayOf(REAL, decompositions.svd_dims(a)[1]),
)
def svdvals(a, overwrite_a=False, check_finite=True, *, ans, dout):
    return decompositions.svdvals(a, ans=ans, dout=dout)


@array(
    "scipy.linalg.norm", note=norms.NOTE,
    kind=lambda a, ord=None, axis=None, keepdims=False, check_finite=True: norms.norm_kind(
        a, ord, axis, keepdims
    ),
)  # fmt: skip
def norm(a, ord=None, axis=None, keepdims=False, check_finite=True, *, ans, dout):
    return norms.norm(a, ord, axis, keepdims, ans=ans, dout=dout)


# --- functions of matrices -----------------------------------------------------------------------


@array("scipy.linalg.expm", kind=square_kind)
def expm(A, *, ans, dout):  # noqa: N803
    if A.rank == 2:
        return scipy_linalg.expm_frechet(A.T, dout, compute_expm=False)
    return helper("expm_adjoint", A, dout, kind=A.kind)


def frechet_kind(A, E, *_, **__) -> Kind:  # noqa: N803
    return ArrayOf(inexact(A, E), A.dims)


@array(
    "scipy.linalg.expm_frechet", wrt="A E", kind=frechet_kind,
    only={"compute_expm": (False,), "method": (None,)},
)  # fmt: skip
def expm_frechet(A, E, method=None, compute_expm=True, check_finite=True, *, ans, dout):  # noqa: N803
    t = mt(A)
    return (
        helper("expm_second", t, mt(E), dout, kind=A.kind),
        scipy_linalg.expm_frechet(t, dout, compute_expm=False),
    )


@array("scipy.linalg.logm", kind=square_kind, only={"disp": (True,)})
def logm(A, disp=True, *, ans, dout):  # noqa: N803
    return helper("logm_adjoint", A, ans, dout, kind=A.kind)


@array("scipy.linalg.sqrtm", kind=square_kind, only={"disp": (True,)})
def sqrtm(A, disp=True, blocksize=64, *, ans, dout):  # noqa: N803
    return helper("sqrtm_adjoint", A, ans, dout, kind=A.kind)


# --- matrices of a pattern -----------------------------------------------------------------------


def toeplitz_kind(c, r=None) -> Kind:
    kinds = [x for x in (c, r) if x is not None]
    dims = None
    if all(x.rank == 1 for x in kinds):
        dims = (c.dims[0], kinds[-1].dims[0])
    item = COMPLEX if any(x.item is COMPLEX for x in kinds) else c.item
    return ArrayOf(item, dims)


@array("scipy.linalg.toeplitz", wrt="c r", kind=toeplitz_kind, linear=True)
def toeplitz(c, r=None, *, ans, dout):
    if r is None:
        return helper("toeplitz_adjoint", c, dout, kind=c.kind), None
    return (
        helper("toeplitz_adjoint_of_column", c, dout, kind=c.kind),
        helper("toeplitz_adjoint_of_row", r, dout, kind=r.kind),
    )
