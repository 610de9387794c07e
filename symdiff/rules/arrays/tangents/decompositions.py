"""numpy.linalg: Cholesky, eigenvalues, singular values, QR.

Murray (2016), Differentiation of the Cholesky decomposition; Giles (2008), An extended collection
of matrix derivative results.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays.decompositions import OTHERWISE
from symdiff.rules.arrays.matrices import conj, mt
from symdiff.rules.arrays.nodes import Node, Refused, helper, np
from symdiff.rules.arrays.registry import tangent
from symdiff.rules.arrays.tangents.matrices import diagonal, hermitian
from symdiff.stages import COMPLEX


@tangent("numpy.linalg.cholesky")
def cholesky(a, upper=False, *, ans, a_dot):
    if upper not in (False, True) or isinstance(upper, Node):
        raise NotDifferentiable(OTHERWISE.format("cholesky"))
    name = "upper_cholesky_tangent" if upper else "cholesky_tangent"
    return helper(name, ans, a_dot, kind=ans.kind)


# --- eigenvalues ---------------------------------------------------------------------------------


def real(a):
    return np.real(a) if a.item is COMPLEX else a


def rotated(a, u, v):
    """A matrix in other coordinates on both sides."""
    return conj(mt(u)) @ a @ v


@tangent("numpy.linalg.eigh")
def eigh(a, UPLO="L", *, ans, a_dot):  # noqa: N803
    w, v = ans
    inner = rotated(hermitian(a_dot, UPLO), v, v)
    apart = w - w[:, None] if w.rank == 1 else w[..., None, :] - w[..., :, None]
    return real(diagonal(inner)), v @ (inner * helper("reciprocal", apart, kind=apart.kind))


@tangent("numpy.linalg.eigvalsh")
def eigvalsh(a, UPLO="L", *, ans, a_dot):  # noqa: N803
    v = (np.linalg.eigh(a) if UPLO == "L" else np.linalg.eigh(a, UPLO))[1]
    return real(diagonal(rotated(hermitian(a_dot, UPLO), v, v)))


@tangent("numpy.linalg.eig")
def eig(a, *, ans, a_dot):
    w, v = ans
    inner = np.linalg.solve(v, a_dot @ v)
    return diagonal(inner), helper("eigenvectors_tangent", v, w, inner, kind=v.kind)


@tangent("numpy.linalg.eigvals")
def eigvals(a, *, ans, a_dot):
    return helper("eigvals_tangent", ans, a, a_dot, kind=ans.kind)


# --- singular values -----------------------------------------------------------------------------


def of_singular_values(u, vh, a_dot):
    return real(diagonal(conj(mt(u)) @ a_dot @ conj(mt(vh))))


@tangent("numpy.linalg.svd")
def svd(a, full_matrices=True, compute_uv=True, hermitian=False, *, ans, a_dot):
    if hermitian is not False and hermitian is not True or compute_uv not in (False, True):
        raise NotDifferentiable(OTHERWISE.format("svd"))
    if hermitian:
        return hermitian_svd(a, compute_uv, ans, a_dot)
    if not compute_uv:
        return svdvals(a, ans=ans, x_dot=a_dot)
    u, s, vh = ans
    vectors = helper("singular_vectors_tangents", u, vh, s, a_dot)
    values = of_singular_values(u, vh, a_dot)
    return vectors[0], Node(values.expr, s.kind), vectors[1]


def hermitian_svd(a, compute_uv, ans, a_dot):
    message = "the singular vectors of numpy.linalg.svd(hermitian=True)"
    u, _, vh = np.linalg.svd(a, hermitian=True) if not compute_uv else ans
    made = of_singular_values(u, vh, hermitian(a_dot))
    return (Refused(message), made, Refused(message)) if compute_uv else made


@tangent("numpy.linalg.svdvals")
def svdvals(x, *, ans, x_dot):
    found = np.linalg.svd(x, full_matrices=False)
    return of_singular_values(found[0], found[2], x_dot)


# --- QR ------------------------------------------------------------------------------------------


@tangent("numpy.linalg.qr")
def qr(a, mode="reduced", *, ans, a_dot):
    if mode == "r":
        return of_upper_factor(a, ans, a_dot)
    found = helper("qr_tangents", *ans, a_dot)
    return found[0], found[1]


def of_upper_factor(a, r, a_dot, *mode):
    """The tangent of a factor that was computed alone."""
    return helper("qr_tangents", np.linalg.qr(a, *mode)[0], r, a_dot)[1]
