"""numpy.linalg: Cholesky, eigenvalues, singular values, QR."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.linalg import square_kind
from symdiff.rules.arrays.matrices import conj, inexact, mt
from symdiff.rules.arrays.nodes import Node, helper, np
from symdiff.rules.arrays.registry import array
from symdiff.rules.shapes import Dims
from symdiff.stages import COMPLEX, REAL, ArrayOf, Dim, Kind, TupleOf

TRIANGLE = "only the triangle that is read has a derivative: a symmetric matrix is not read whole"
PHASES = "an error where the result depends on the phases of complex vectors"
OTHERWISE = "numpy.linalg.{}() with arguments that are not literal"


@array("numpy.linalg.cholesky", kind=square_kind, note=TRIANGLE)
def cholesky(a, upper=False, *, ans, dout):
    if upper not in (False, True) or isinstance(upper, Node):
        raise NotDifferentiable(OTHERWISE.format("cholesky"))
    name = "upper_cholesky_adjoint" if upper else "cholesky_adjoint"
    return helper(name, ans, dout, kind=a.kind)


# --- eigenvalues ---------------------------------------------------------------------------------


def eigvalsh_kind(a, UPLO="L") -> Kind:
    return ArrayOf(REAL, a.dims and a.dims[:-1])


def eigh_kind(a, UPLO="L") -> Kind:
    return TupleOf((eigvalsh_kind(a), square_kind(a)))


def _columns(numbers):
    """Numbers that belong to the columns of matrices, so that they are multiplied with them."""
    return numbers if numbers.rank == 1 else numbers[..., None, :]


@array("numpy.linalg.eigh", kind=eigh_kind, note=f"{TRIANGLE}; {PHASES}")
def eigh(a, UPLO="L", *, ans, dout):
    (w, v), (dw, dv) = ans, dout
    if dv is not None:
        return helper("eigh_adjoint", w, v, dw, dv, UPLO, kind=a.kind)
    return helper("of_triangle", (conj(v) * _columns(dw)) @ mt(v), UPLO, kind=a.kind)


@array("numpy.linalg.eigvalsh", kind=eigvalsh_kind, note=TRIANGLE)
def eigvalsh(a, UPLO="L", *, ans, dout):
    v = (np.linalg.eigh(a) if UPLO == "L" else np.linalg.eigh(a, UPLO))[1]
    return helper("of_triangle", (conj(v) * _columns(dout)) @ mt(v), UPLO, kind=a.kind)


@array(
    "numpy.linalg.eig", note="eigenvectors of length 1, their largest component real",
    kind=lambda a: TupleOf((eigvals_kind(a), ArrayOf(COMPLEX, a.dims))),
)  # fmt: skip
def eig(a, *, ans, dout):
    return helper("eig_adjoint", *ans, *dout, kind=ArrayOf(COMPLEX, a.dims))


def eigvals_kind(a) -> Kind:
    return ArrayOf(COMPLEX, a.dims and a.dims[:-1])


@array("numpy.linalg.eigvals", kind=eigvals_kind)
def eigvals(a, *, ans, dout):
    return helper("eigvals_adjoint", a, ans, dout, kind=ArrayOf(COMPLEX, a.dims))


# --- singular values -----------------------------------------------------------------------------


def least(m: Dim, n: Dim) -> Dim:
    """The smaller one of two lengths, where that can be told."""
    if isinstance(m, int) and isinstance(n, int):
        return min(m, n)
    return m if m == n else None


def svd_dims(a, full_matrices=True) -> tuple[Dims | None, Dims | None, Dims | None]:
    """The axes of u, s and vh."""
    if a.dims is None:
        return None, None, None
    *stack, m, n = a.dims
    k = least(m, n)
    rows, columns = (m, n) if full_matrices is True else (k, k)
    if full_matrices not in (True, False) or isinstance(full_matrices, Node):
        rows = columns = None
    return (*stack, m, rows), (*stack, k), (*stack, columns, n)


def svd_kind(a, full_matrices=True, compute_uv=True, hermitian=False) -> Kind:
    u, s, vh = svd_dims(a, full_matrices)
    if compute_uv is False:
        return ArrayOf(REAL, s)
    if compute_uv is not True:
        return ArrayOf(REAL, None)
    item = inexact(a)
    return TupleOf((ArrayOf(item, u), ArrayOf(REAL, s), ArrayOf(item, vh)))


def _of_singular_values(u, ds, vh):
    return (conj(u) * _columns(ds)) @ conj(vh)


@array("numpy.linalg.svd", kind=svd_kind, note=PHASES)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False, *, ans, dout):
    if hermitian is not False and hermitian is not True or compute_uv not in (False, True):
        raise NotDifferentiable(OTHERWISE.format("svd"))
    if compute_uv is False:
        more = {"hermitian": True} if hermitian else {}
        found = np.linalg.svd(a, full_matrices=False, **more)
        made = _of_singular_values(found[0], dout, found[2])
        return helper("of_triangle", made, "L", kind=a.kind) if hermitian else made
    (u, s, vh), (du, ds, dvh) = ans, dout
    if hermitian:
        if du is not None or dvh is not None:
            raise NotDifferentiable("the singular vectors of numpy.linalg.svd(hermitian=True)")
        return helper("of_triangle", _of_singular_values(u, ds, vh), "L", kind=a.kind)
    square = a.dims is not None and a.dims[-1] == a.dims[-2] is not None
    if du is None and dvh is None and (full_matrices is False or square):
        return _of_singular_values(u, ds, vh)
    return helper("svd_adjoint", u, s, vh, du, ds, dvh, kind=a.kind)


@array("numpy.linalg.svdvals", kind=lambda x: ArrayOf(REAL, svd_dims(x)[1]))
def svdvals(x, *, ans, dout):
    found = np.linalg.svd(x, full_matrices=False)
    return _of_singular_values(found[0], dout, found[2])


# --- QR ------------------------------------------------------------------------------------------


def qr_kind(a, mode="reduced") -> Kind:
    item = inexact(a)
    q = r = None
    if a.dims is not None and mode in ("reduced", "r", "complete"):
        *stack, m, n = a.dims
        k = m if mode == "complete" else least(m, n)
        q, r = (*stack, m, k), (*stack, k, n)
    if mode == "r":
        return ArrayOf(item, r)
    return TupleOf((ArrayOf(item, q), ArrayOf(item, r)))


@array("numpy.linalg.qr", kind=qr_kind, only={"mode": ("reduced", "complete", "r")})
def qr(a, mode="reduced", *, ans, dout):
    if mode == "r":
        q = np.linalg.qr(a)[0]
        return helper("qr_adjoint", a, q, ans, None, dout, kind=a.kind)
    return helper("qr_adjoint", a, *ans, *dout, kind=a.kind)
