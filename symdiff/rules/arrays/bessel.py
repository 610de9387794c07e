"""Bessel functions, hypergeometric functions, elliptic integrals, orthogonal polynomials."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.broadcasting import unbroadcast
from symdiff.rules.arrays.nodes import Refused, np
from symdiff.rules.arrays.nodes import special as sp
from symdiff.rules.arrays.registry import array, ufunc
from symdiff.rules.arrays.special import like, no_rule, together
from symdiff.rules.arrays.ufuncs import pi
from symdiff.rules.folding import is_zero, number
from symdiff.rules.shapes import elementwise_kind
from symdiff.stages import COMPLEX, Kind, TupleOf

# --- Bessel functions of order 0 and 1 -----------------------------------------------------------

# The recurrence with orders 0 and 2 has no division by x, so that it is right at 0.


@ufunc("scipy.special.j0")
def j0(x, *, ans):
    return -sp.j1(x)


@ufunc("scipy.special.j1")
def j1(x, *, ans):
    return 0.5 * (sp.j0(x) - sp.jv(2, x))


@ufunc("scipy.special.y0")
def y0(x, *, ans):
    return -sp.y1(x)


@ufunc("scipy.special.y1")
def y1(x, *, ans):
    return sp.y0(x) - ans / x


@ufunc("scipy.special.i0")
@ufunc("numpy.i0")
def i0(x, *, ans):
    return sp.i1(x)


@ufunc("scipy.special.i0e")
def i0e(x, *, ans):
    return sp.i1e(x) - np.sign(x) * ans


@ufunc("scipy.special.i1")
def i1(x, *, ans):
    return 0.5 * (sp.i0(x) + sp.iv(2, x))


@ufunc("scipy.special.i1e")
def i1e(x, *, ans):
    return 0.5 * (sp.i0e(x) + sp.ive(2, x)) - np.sign(x) * ans


@ufunc("scipy.special.k0")
def k0(x, *, ans):
    return -sp.k1(x)


@ufunc("scipy.special.k0e")
def k0e(x, *, ans):
    return ans - sp.k1e(x)


@ufunc("scipy.special.k1")
def k1(x, *, ans):
    return -sp.k0(x) - ans / x


@ufunc("scipy.special.k1e")
def k1e(x, *, ans):
    return ans - sp.k0e(x) - ans / x


# --- Bessel functions of any order ---------------------------------------------------------------


@ufunc("scipy.special.jv", "scipy.special.jn")
def jv(v, z, *, ans):
    slope = -sp.jv(1, z) if is_zero(v.expr) else 0.5 * (sp.jv(v - 1, z) - sp.jv(v + 1, z))
    return no_rule("jv", "v"), slope


@ufunc("scipy.special.yv")
@ufunc("scipy.special.yn")
def yv(v, z, *, ans):
    slope = -sp.yv(1, z) if is_zero(v.expr) else 0.5 * (sp.yv(v - 1, z) - sp.yv(v + 1, z))
    return no_rule("yv", "v"), slope


@ufunc("scipy.special.iv")
def iv(v, z, *, ans):
    slope = sp.iv(1, z) if is_zero(v.expr) else 0.5 * (sp.iv(v - 1, z) + sp.iv(v + 1, z))
    return no_rule("iv", "v"), slope


@ufunc("scipy.special.kv")
@ufunc("scipy.special.kn")
def kv(v, z, *, ans):
    slope = -sp.kv(1, z) if is_zero(v.expr) else -0.5 * (sp.kv(v - 1, z) + sp.kv(v + 1, z))
    return no_rule("kv", "v"), slope


# Scaled by exp(-|Im z|) and exp(-|Re z|), these are not holomorphic.


@ufunc("scipy.special.jve")
def jve(v, z, *, ans):
    return no_rule("jve", "v"), _of_reals(z, 0.5 * (sp.jve(v - 1, z) - sp.jve(v + 1, z)))


@ufunc("scipy.special.yve")
def yve(v, z, *, ans):
    return no_rule("yve", "v"), _of_reals(z, 0.5 * (sp.yve(v - 1, z) - sp.yve(v + 1, z)))


@ufunc("scipy.special.ive")
def ive(v, z, *, ans):
    slope = 0.5 * (sp.ive(v - 1, z) + sp.ive(v + 1, z)) - np.sign(z) * ans
    return no_rule("ive", "v"), _of_reals(z, slope)


@ufunc("scipy.special.kve")
def kve(v, z, *, ans):
    return no_rule("kve", "v"), ans - 0.5 * (sp.kve(v - 1, z) + sp.kve(v + 1, z))


def _of_reals(z, slope):
    refused = Refused("a scaled Bessel function of complex numbers has no derivative rule")
    return refused if z.item is COMPLEX else slope


@ufunc("scipy.special.hankel1", item=COMPLEX)
def hankel1(v, z, *, ans):
    return no_rule("hankel1", "v"), 0.5 * (sp.hankel1(v - 1, z) - sp.hankel1(v + 1, z))


@ufunc("scipy.special.hankel2", item=COMPLEX)
def hankel2(v, z, *, ans):
    return no_rule("hankel2", "v"), 0.5 * (sp.hankel2(v - 1, z) - sp.hankel2(v + 1, z))


@ufunc("scipy.special.spherical_jn", wrt="n z", only={"derivative": (False,)})
def spherical_jn(n, z, derivative=False, *, ans):
    return no_rule("spherical_jn", "n"), sp.spherical_jn(n, z, derivative=True)


@ufunc("scipy.special.spherical_yn", wrt="n z", only={"derivative": (False,)})
def spherical_yn(n, z, derivative=False, *, ans):
    return no_rule("spherical_yn", "n"), sp.spherical_yn(n, z, derivative=True)


@ufunc("scipy.special.spherical_in", wrt="n z", only={"derivative": (False,)})
def spherical_in(n, z, derivative=False, *, ans):
    return no_rule("spherical_in", "n"), sp.spherical_in(n, z, derivative=True)


@ufunc("scipy.special.spherical_kn", wrt="n z", only={"derivative": (False,)})
def spherical_kn(n, z, derivative=False, *, ans):
    return no_rule("spherical_kn", "n"), sp.spherical_kn(n, z, derivative=True)


def four(*args) -> Kind:
    return TupleOf((elementwise_kind([like(a) for a in args]),) * 4)


@array("scipy.special.airy", kind=four)
def airy(z, *, ans, dout):
    return together(
        (dout[0], ans[1]), (dout[1], z * ans[0]), (dout[2], ans[3]), (dout[3], z * ans[2])
    )


# --- hypergeometric functions --------------------------------------------------------------------


@ufunc("scipy.special.hyp0f1")
def hyp0f1(v, z, *, ans):
    return no_rule("hyp0f1", "v"), sp.hyp0f1(v + 1, z) / v


@ufunc("scipy.special.hyp1f1")
def hyp1f1(a, b, x, *, ans):
    slope = a / b * sp.hyp1f1(a + 1, b + 1, x)
    return no_rule("hyp1f1", "a"), no_rule("hyp1f1", "b"), slope


@ufunc("scipy.special.hyperu")
def hyperu(a, b, x, *, ans):
    slope = -a * sp.hyperu(a + 1, b + 1, x)
    return no_rule("hyperu", "a"), no_rule("hyperu", "b"), slope


@ufunc("scipy.special.hyp2f1")
def hyp2f1(a, b, c, z, *, ans):
    slope = a * b / c * sp.hyp2f1(a + 1, b + 1, c + 1, z)
    refused = (no_rule("hyp2f1", letter) for letter in "abc")
    return (*refused, slope)


# --- elliptic integrals --------------------------------------------------------------------------


def unless_zero(m, value, at_zero):
    """A quotient by m, and its limit at 0."""
    return np.where(m, value / np.where(m, m, 1), at_zero)


@ufunc("scipy.special.ellipk")
def ellipk(m, *, ans):
    return unless_zero(m, 0.5 * (sp.ellipe(m) / (1 - m) - ans), pi / 8)


@ufunc("scipy.special.ellipkm1")
def ellipkm1(p, *, ans):
    m = 1 - p
    return unless_zero(m, -0.5 * (sp.ellipe(m) / p - ans), -pi / 8)


@ufunc("scipy.special.ellipe")
def ellipe(m, *, ans):
    return unless_zero(m, 0.5 * (ans - sp.ellipk(m)), -pi / 8)


@ufunc("scipy.special.ellipkinc")
def ellipkinc(phi, m, *, ans):
    root = np.sqrt(1 - m * np.sin(phi) ** 2)
    other = (sp.ellipeinc(phi, m) / (1 - m) - ans - m * np.sin(2 * phi) / (2 * (1 - m) * root)) / 2
    return 1 / root, unless_zero(m, other, (2 * phi - np.sin(2 * phi)) / 8)


@ufunc("scipy.special.ellipeinc")
def ellipeinc(phi, m, *, ans):
    other = 0.5 * (ans - sp.ellipkinc(phi, m))
    at_zero = (np.sin(2 * phi) - 2 * phi) / 8
    return np.sqrt(1 - m * np.sin(phi) ** 2), unless_zero(m, other, at_zero)


@array("scipy.special.ellipj", wrt="u m", kind=four)
def ellipj(u, m, *, ans, dout):
    sn, cn, dn, _ = ans
    slope = together(
        (dout[0], cn * dn), (dout[1], -sn * dn), (dout[2], -m * sn * cn), (dout[3], dn)
    )
    return unbroadcast(slope, u), no_rule("ellipj", "m")


# --- orthogonal polynomials ----------------------------------------------------------------------


@ufunc("scipy.special.eval_legendre")
def eval_legendre(n, x, *, ans):
    return no_rule("eval_legendre", "n"), 0.5 * (n + 1) * sp.eval_jacobi(n - 1, 1, 1, x)


@ufunc("scipy.special.eval_chebyt")
def eval_chebyt(n, x, *, ans):
    return no_rule("eval_chebyt", "n"), n * sp.eval_chebyu(n - 1, x)


@ufunc("scipy.special.eval_chebyu")
def eval_chebyu(n, x, *, ans):
    return no_rule("eval_chebyu", "n"), 2 * sp.eval_gegenbauer(n - 1, 2, x)


def lower(n):
    """The degree below, where there is one."""
    degree = number(n.expr)
    return np.maximum(n - 1, 0) if degree is None else max(degree - 1, 0)


@ufunc("scipy.special.eval_hermite")
def eval_hermite(n, x, *, ans):
    return no_rule("eval_hermite", "n"), 2 * n * sp.eval_hermite(lower(n), x)


@ufunc("scipy.special.eval_hermitenorm")
def eval_hermitenorm(n, x, *, ans):
    return no_rule("eval_hermitenorm", "n"), n * sp.eval_hermitenorm(lower(n), x)


@ufunc("scipy.special.eval_laguerre")
def eval_laguerre(n, x, *, ans):
    return no_rule("eval_laguerre", "n"), -sp.eval_genlaguerre(n - 1, 1, x)


@ufunc("scipy.special.eval_genlaguerre")
def eval_genlaguerre(n, alpha, x, *, ans):
    refused = no_rule("eval_genlaguerre", "n"), no_rule("eval_genlaguerre", "alpha")
    return (*refused, -sp.eval_genlaguerre(n - 1, alpha + 1, x))


@ufunc("scipy.special.eval_gegenbauer")
def eval_gegenbauer(n, alpha, x, *, ans):
    refused = no_rule("eval_gegenbauer", "n"), no_rule("eval_gegenbauer", "alpha")
    return (*refused, 2 * alpha * sp.eval_gegenbauer(n - 1, alpha + 1, x))


@ufunc("scipy.special.eval_jacobi")
def eval_jacobi(n, alpha, beta, x, *, ans):
    refused = (no_rule("eval_jacobi", name) for name in ("n", "alpha", "beta"))
    slope = 0.5 * (n + alpha + beta + 1) * sp.eval_jacobi(n - 1, alpha + 1, beta + 1, x)
    return (*refused, slope)
