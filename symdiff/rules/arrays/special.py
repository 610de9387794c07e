"""Special functions: of errors, of the gamma function, entropies, exponential integrals."""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
from __future__ import annotations

from symdiff.rules.arrays.axes import restored
from symdiff.rules.arrays.broadcasting import unbroadcast
from symdiff.rules.arrays.nodes import Node, Refused, helper, math, np
from symdiff.rules.arrays.nodes import special as sp
from symdiff.rules.arrays.reductions import reduced
from symdiff.rules.arrays.registry import array, as_scalar, kind_of_value, ufunc
from symdiff.rules.arrays.ufuncs import pi
from symdiff.rules.folding import number
from symdiff.rules.shapes import elementwise_kind, joined_item
from symdiff.stages import COMPLEX, INTEGER, REAL, ArrayOf, Kind, TupleOf


def no_rule(function: str, parameter: str) -> Refused:
    """For an argument in which no closed form of the derivative is known."""
    return Refused(f"scipy.special.{function}() has no derivative rule in {parameter!r}")


as_scalar("math.expm1", "scipy.special.expm1")
as_scalar("math.log1p", "scipy.special.log1p")

# --- error functions and the normal distribution -------------------------------------------------


def bell(x):
    """The derivative of erf."""
    return 2 / math.sqrt(pi) * np.exp(-x * x)


@ufunc("scipy.special.erf")
def erf(x, *, ans):
    return bell(x)


@ufunc("scipy.special.erfc")
def erfc(x, *, ans):
    return -bell(x)


@ufunc("scipy.special.erfcx")
def erfcx(x, *, ans):
    return 2 * x * ans - 2 / math.sqrt(pi)


@ufunc("scipy.special.erfi")
def erfi(x, *, ans):
    return 2 / math.sqrt(pi) * np.exp(x * x)


@ufunc("scipy.special.erfinv")
def erfinv(x, *, ans):
    return math.sqrt(pi) / 2 * np.exp(ans * ans)


@ufunc("scipy.special.erfcinv")
def erfcinv(x, *, ans):
    return -math.sqrt(pi) / 2 * np.exp(ans * ans)


@ufunc("scipy.special.dawsn")
def dawsn(x, *, ans):
    return 1 - 2 * x * ans


@ufunc("scipy.special.wofz", item=COMPLEX)
def wofz(z, *, ans):
    return 2j / math.sqrt(pi) - 2 * z * ans


@ufunc("scipy.special.ndtr")
def ndtr(x, *, ans):
    return np.exp(-0.5 * x * x) / math.sqrt(2 * pi)


@ufunc("scipy.special.log_ndtr")
def log_ndtr(x, *, ans):
    return np.exp(-0.5 * x * x - ans) / math.sqrt(2 * pi)


@ufunc("scipy.special.ndtri")
def ndtri(y, *, ans):
    return math.sqrt(2 * pi) * np.exp(0.5 * ans * ans)


@ufunc("scipy.special.ndtri_exp")
def ndtri_exp(y, *, ans):
    return math.sqrt(2 * pi) * np.exp(y + 0.5 * ans * ans)


@ufunc("scipy.special.owens_t")
def owens_t(h, a, *, ans):
    in_h = np.exp(-0.5 * h * h) * sp.erf(a * h / math.sqrt(2)) / (-2 * math.sqrt(2 * pi))
    return in_h, np.exp(-0.5 * h * h * (1 + a * a)) / (2 * pi * (1 + a * a))


# --- logistic functions --------------------------------------------------------------------------


@ufunc("scipy.special.expit")
def expit(x, *, ans):
    return ans * (1 - ans)


@ufunc("scipy.special.log_expit")
def log_expit(x, *, ans):
    return sp.expit(-x)


@ufunc("scipy.special.logit")
def logit(x, *, ans):
    return 1 / (x * (1 - x))


@ufunc("scipy.special.softplus")
def softplus(x, *, ans):
    return sp.expit(x)


def like(x, *_, **__) -> Kind:
    kind = kind_of_value(x)
    item = joined_item([kind])
    return elementwise_kind([kind], REAL if item is INTEGER else item)


@array("scipy.special.softmax", kind=like)
def softmax(x, axis=None, *, ans, dout):
    if axis is None:
        return ans * (dout - np.sum(dout * ans))
    return ans * (dout - np.sum(dout * ans, axis=axis, keepdims=True))


@array("scipy.special.log_softmax", kind=like)
def log_softmax(x, axis=None, *, ans, dout):
    if axis is None:
        return dout - np.exp(ans) * np.sum(dout)
    return dout - np.exp(ans) * np.sum(dout, axis=axis, keepdims=True)


def logsumexp_kind(a, axis=None, b=None, keepdims=False, return_sign=False) -> Kind:
    whole = elementwise_kind([v.kind for v in (a, b) if v is not None])
    item = joined_item([whole])
    dims = whole.dims if isinstance(whole, ArrayOf) else ()
    kind = ArrayOf(REAL if item is INTEGER else item, dims)
    return reduced(Node(a.expr, kind), axis, keepdims)


@array("scipy.special.logsumexp", wrt="a b", kind=logsumexp_kind, only={"return_sign": (False,)})
def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False, *, ans, dout):
    dout, ans = restored(dout, a, axis, keepdims), restored(ans, a, axis, keepdims)
    if b is None:
        return dout * np.exp(a - ans), None
    share = dout * np.exp(a - ans)
    return unbroadcast(share * b, a), unbroadcast(share, b)


# --- gamma functions -----------------------------------------------------------------------------


@ufunc("scipy.special.gamma")
def gamma(z, *, ans):
    return ans * sp.digamma(z)


@ufunc("scipy.special.gammaln")
@ufunc("scipy.special.loggamma")
def gammaln(x, *, ans):
    return sp.digamma(x)


@ufunc("scipy.special.rgamma")
def rgamma(z, *, ans):
    return -ans * sp.digamma(z)


@ufunc("scipy.special.factorial", wrt="n", only={"exact": (False,)})
def factorial(n, exact=False, *, ans):
    return ans * sp.digamma(n + 1)


@ufunc("scipy.special.digamma", "scipy.special.psi")
def digamma(z, *, ans):
    if z.item is COMPLEX:
        return Refused("scipy.special.digamma() of complex numbers has no derivative rule")
    return sp.polygamma(1, z)


@ufunc("scipy.special.polygamma")
def polygamma(n, x, *, ans):
    return no_rule("polygamma", "n"), sp.polygamma(n + 1, x)


@ufunc("scipy.special.beta")
def beta(a, b, *, ans):
    both = sp.digamma(a + b)
    return ans * (sp.digamma(a) - both), ans * (sp.digamma(b) - both)


@ufunc("scipy.special.betaln")
def betaln(a, b, *, ans):
    both = sp.digamma(a + b)
    return sp.digamma(a) - both, sp.digamma(b) - both


@ufunc("scipy.special.poch")
def poch(z, m, *, ans):
    return ans * (sp.digamma(z + m) - sp.digamma(z)), ans * sp.digamma(z + m)


@ufunc("scipy.special.binom")
def binom(x, y, *, ans):
    rest = sp.digamma(x - y + 1)
    return ans * (sp.digamma(x + 1) - rest), ans * (rest - sp.digamma(y + 1))


@ufunc("scipy.special.multigammaln", wrt="a")
def multigammaln(a, d, *, ans):
    if isinstance(d, int) and 1 <= d <= 3:
        terms = [sp.digamma(a - 0.5 * i if i else a) for i in range(d)]
        return sum(terms[1:], terms[0])
    return helper("multigammaln_slope", a, d, kind=like(a))


def gamma_density(a, x):
    return np.exp(sp.xlogy(a - 1, x) - x - sp.gammaln(a))


def beta_density(a, b, x):
    return np.exp(sp.xlogy(a - 1, x) + sp.xlog1py(b - 1, -x) - sp.betaln(a, b))


@ufunc("scipy.special.gammainc")
def gammainc(a, x, *, ans):
    return no_rule("gammainc", "a"), gamma_density(a, x)


@ufunc("scipy.special.gammaincc")
def gammaincc(a, x, *, ans):
    return no_rule("gammaincc", "a"), -gamma_density(a, x)


@ufunc("scipy.special.gammaincinv")
def gammaincinv(a, y, *, ans):
    return no_rule("gammaincinv", "a"), 1 / gamma_density(a, ans)


@ufunc("scipy.special.gammainccinv")
def gammainccinv(a, y, *, ans):
    return no_rule("gammainccinv", "a"), -1 / gamma_density(a, ans)


@ufunc("scipy.special.betainc")
def betainc(a, b, x, *, ans):
    return no_rule("betainc", "a"), no_rule("betainc", "b"), beta_density(a, b, x)


@ufunc("scipy.special.betaincc")
def betaincc(a, b, x, *, ans):
    return no_rule("betaincc", "a"), no_rule("betaincc", "b"), -beta_density(a, b, x)


@ufunc("scipy.special.betaincinv")
def betaincinv(a, b, y, *, ans):
    return no_rule("betaincinv", "a"), no_rule("betaincinv", "b"), 1 / beta_density(a, b, ans)


@ufunc("scipy.special.stdtr")
def stdtr(df, t, *, ans):
    scale = sp.gammaln(0.5 * (df + 1)) - sp.gammaln(0.5 * df)
    density = np.exp(scale - 0.5 * (df + 1) * np.log1p(t * t / df)) / np.sqrt(pi * df)
    return no_rule("stdtr", "df"), density


# --- x log x and the like ------------------------------------------------------------------------


def quotient(x, y):
    """x / y, and 0 where x is 0, be y what it may."""
    return x / np.where(x, y, 1)


@ufunc("scipy.special.xlogy", note="derivative 0 in y where x = 0")
def xlogy(x, y, *, ans):
    return np.log(y), quotient(x, y)


@ufunc("scipy.special.xlog1py", note="derivative 0 in y where x = 0")
def xlog1py(x, y, *, ans):
    return np.log1p(y), quotient(x, 1 + y)


@ufunc("scipy.special.entr", note="derivative inf at 0")
def entr(x, *, ans):
    return -np.log(x) - 1


@ufunc("scipy.special.rel_entr", note="derivative 0 in y where x = 0")
def rel_entr(x, y, *, ans):
    return np.log(x / y) + 1, -quotient(x, y)


@ufunc("scipy.special.kl_div", note="derivative 1 in y where x = 0")
def kl_div(x, y, *, ans):
    return np.log(x / y), 1 - quotient(x, y)


@ufunc("scipy.special.huber")
def huber(delta, r, *, ans):
    return np.maximum(np.abs(r) - delta, 0), np.clip(r, -delta, delta)


@ufunc("scipy.special.pseudo_huber")
def pseudo_huber(delta, r, *, ans):
    root = np.sqrt(1 + (r / delta) ** 2)
    return 2 * ans / delta - r * r / (delta * root), r / root


@ufunc("scipy.special.boxcox")
def boxcox(x, lmbda, *, ans):
    by_log = np.where(lmbda, lmbda, 1)
    in_power = (np.log(x) * x**lmbda - ans) / by_log
    return x ** (lmbda - 1), np.where(lmbda, in_power, 0.5 * np.log(x) ** 2)


@ufunc("scipy.special.inv_boxcox")
def inv_boxcox(y, lmbda, *, ans):
    return ans ** (1 - lmbda), no_rule("inv_boxcox", "lmbda")


# --- exponentials and their integrals ------------------------------------------------------------


@ufunc("scipy.special.exp10")
def exp10(x, *, ans):
    return ans * math.log(10)


@ufunc("scipy.special.exp2")
def exp2(x, *, ans):
    return ans * math.log(2)


@ufunc("scipy.special.cbrt", note="derivative inf at 0")
def cbrt(x, *, ans):
    return 1 / (3 * ans * ans)


@ufunc("scipy.special.cosm1")
def cosm1(x, *, ans):
    return -np.sin(x)


@ufunc("scipy.special.exprel")
def exprel(x, *, ans):
    return np.where(x, (np.exp(x) - ans) / np.where(x, x, 1), 0.5)


@ufunc("scipy.special.expi")
def expi(x, *, ans):
    return np.exp(x) / x


@ufunc("scipy.special.exp1")
def exp1(z, *, ans):
    return -np.exp(-z) / z


@ufunc("scipy.special.expn")
def expn(n, x, *, ans):
    if number(n.expr) == 0:
        return no_rule("expn", "n"), -ans * (1 + 1 / x)
    return no_rule("expn", "n"), -sp.expn(n - 1, x)


@ufunc("scipy.special.spence")
def spence(z, *, ans):
    near = np.where(z == 1, 1, 1 - z)
    return np.where(z == 1, -1.0, np.log(z) / near)


def pair(x, *_) -> Kind:
    return TupleOf((like(x),) * 2)


@array("scipy.special.sici", kind=pair)
def sici(x, *, ans, dout):
    return together((dout[0], np.sinc(x / pi)), (dout[1], np.cos(x) / x))


@array("scipy.special.shichi", kind=pair)
def shichi(x, *, ans, dout):
    return together((dout[0], np.sinh(x) / x), (dout[1], np.cosh(x) / x))


@array("scipy.special.fresnel", kind=pair)
def fresnel(z, *, ans, dout):
    angle = pi / 2 * z * z
    return together((dout[0], np.sin(angle)), (dout[1], np.cos(angle)))


def together(*terms):
    """The sum of the products; what has no adjoint is left out."""
    found = [adjoint * partial for adjoint, partial in terms if adjoint is not None]
    return sum(found[1:], found[0]) if found else None


@ufunc("scipy.special.lambertw", wrt="z", kind=lambda z, k=0, tol=1e-8: elementwise_kind(
    [z.kind, kind_of_value(k)], COMPLEX))  # fmt: skip
def lambertw(z, k=0, tol=1e-8, *, ans):
    return 1 / (np.exp(ans) * (1 + ans))


@ufunc("scipy.special.wrightomega")
def wrightomega(z, *, ans):
    return ans / (1 + ans)


@ufunc("scipy.special.zeta")
def zeta(x, q=None, *, ans):
    in_q = None if q is None else -x * sp.zeta(x + 1, q)
    return no_rule("zeta", "x"), in_q
