"""Rules of special functions, against differences."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special

from rules.arrays.harness import Call, Literal, check
from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.nodes import Node
from symdiff.rules.arrays.vectorized import operator_partials
from symdiff.stages import Apply, Var

RNG = np.random.default_rng(0)
both = pytest.mark.parametrize("ranks_known", [True, False])

BELOW_ONE = [
    "erfinv", "logit", "ndtri", "ellipk", "ellipe", "ellipkm1", "log_expit", "entr", "expit",
    "softplus", "spence",
]  # fmt: skip
OF_ANY = [
    "erf", "erfc", "erfcx", "erfi", "dawsn", "ndtr", "log_ndtr", "expit", "log_expit", "cosm1",
    "expm1", "exp10", "exp2", "exprel", "j0", "j1", "i0", "i0e", "i1", "i1e", "wrightomega", "cbrt",
]  # fmt: skip
OF_POSITIVE = [
    "gamma", "gammaln", "loggamma", "rgamma", "digamma", "psi", "log1p", "expi", "exp1", "y0", "y1",
    "k0", "k0e", "k1", "k1e", "spence", "entr", "factorial",
]  # fmt: skip


def between(low, high, *shape):
    numbers = np.linspace(low, high, int(np.prod(shape)))
    return np.random.default_rng(0).permutation(numbers).reshape(shape)


@both
@pytest.mark.parametrize(
    "name, low, high",
    [(n, 0.1, 0.9) for n in BELOW_ONE] + [(n, -2.1, 2.2) for n in OF_ANY]
    + [(n, 0.4, 3.1) for n in OF_POSITIVE]
    + [("erfcinv", 0.2, 1.8), ("ndtri_exp", -2.0, -0.1)],
)  # fmt: skip
def test_functions_of_one_number(name, low, high, ranks_known):
    if not hasattr(scipy.special, name):
        pytest.skip("this SciPy lacks it")
    op = f"scipy.special.{name}"
    for shape in ((2, 3), (0,), (1,)):
        check(op, between(low, high, *shape), ranks_known=ranks_known)
    check(op, 0.6 if name != "ndtri_exp" else -0.6)


@both
@pytest.mark.parametrize(
    "name", ["erf", "erfc", "dawsn", "wofz", "gamma", "loggamma", "rgamma", "exp1", "expi",
             "spence", "expm1", "log1p", "wrightomega", "lambertw"]
)  # fmt: skip
def test_functions_of_complex_numbers(name, ranks_known):
    z = between(0.4, 1.5, 2, 3) + 1j * between(-0.5, 0.6, 2, 3)
    check(f"scipy.special.{name}", z, ranks_known=ranks_known)


@both
@pytest.mark.parametrize(
    "name", ["beta", "betaln", "poch", "binom", "xlogy", "xlog1py", "rel_entr", "kl_div", "huber",
             "pseudo_huber", "boxcox", "owens_t"]
)  # fmt: skip
def test_functions_of_two_numbers(name, ranks_known):
    for a, b in (((3,), (3,)), ((2, 3), (3,)), ((2, 1), (3,))):
        x, y = between(0.45, 3.0, *a), between(0.52, 1.9, *b)
        check(f"scipy.special.{name}", x, y, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("order", [0, 1, 2, Literal(0.5)])
@pytest.mark.parametrize(
    "name", ["jv", "jn", "yv", "yn", "iv", "kv", "kn", "jve", "yve", "ive", "kve"]
)
def test_bessel_functions(name, order, ranks_known):
    if name in ("yn", "kn") and order == Literal(0.5):
        return
    check(f"scipy.special.{name}", order, between(0.4, 3.0, 2, 3), ranks_known=ranks_known)


@both
def test_bessel_functions_of_complex_numbers(ranks_known):
    z = between(0.4, 1.5, 2, 3) + 1j * between(-0.5, 0.6, 2, 3)
    for name in ("jv", "yv", "iv", "kv", "kve", "hankel1", "hankel2"):
        check(f"scipy.special.{name}", 2, z, ranks_known=ranks_known)
    for kind in "jyik":
        check(f"scipy.special.spherical_{kind}n", 2, np.real(z), ranks_known=ranks_known)


@both
def test_functions_with_parameters(ranks_known):
    x, y = between(0.1, 0.9, 2, 3), between(0.5, 2.5, 3)
    for name in ("gammainc", "gammaincc", "gammaincinv", "gammainccinv", "stdtr", "hyp0f1"):
        check(f"scipy.special.{name}", 2, x, ranks_known=ranks_known)
    for name in ("betainc", "betaincc", "betaincinv", "hyp1f1", "hyperu"):
        check(f"scipy.special.{name}", 2, 3, x, ranks_known=ranks_known)
    check("scipy.special.hyp2f1", 1, 2, 3, x, ranks_known=ranks_known)
    check("scipy.special.inv_boxcox", x, 2, ranks_known=ranks_known)
    check("scipy.special.zeta", 2, y, ranks_known=ranks_known)
    check("scipy.special.polygamma", 2, y, ranks_known=ranks_known)
    check("scipy.special.lambertw", y, ranks_known=ranks_known)
    check("scipy.special.lambertw", -x / 3, -1, ranks_known=ranks_known)
    for n in range(3):
        check("scipy.special.expn", n, y, ranks_known=ranks_known)
    for d in (1, 3, 4):
        check("scipy.special.multigammaln", y + 3, d, ranks_known=ranks_known)
    check("scipy.special.multigammaln", 5.5, 4)
    for name in ("ellipkinc", "ellipeinc"):
        check(f"scipy.special.{name}", y / 2, x, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("n", [0, 1, 2, 5])
@pytest.mark.parametrize(
    "name", ["legendre", "chebyt", "chebyu", "hermite", "hermitenorm", "laguerre"]
)
def test_orthogonal_polynomials(name, n, ranks_known):
    x = between(-0.8, 0.9, 2, 3)
    check(f"scipy.special.eval_{name}", n, x, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("n", [0, 1, 3])
def test_orthogonal_polynomials_with_parameters(n, ranks_known):
    x = between(-0.8, 0.9, 2, 3)
    check("scipy.special.eval_genlaguerre", n, 2, x, ranks_known=ranks_known)
    check("scipy.special.eval_gegenbauer", n, 2, x, ranks_known=ranks_known)
    check("scipy.special.eval_jacobi", n, 1, 2, x, ranks_known=ranks_known)


@both
def test_functions_with_several_values(ranks_known):
    x = between(0.3, 1.7, 2, 3)
    for name in ("sici", "shichi", "fresnel", "airy"):
        check(f"scipy.special.{name}", x, ranks_known=ranks_known)
    check("scipy.special.ellipj", x, Literal(0.3), ranks_known=ranks_known)


@both
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)])
@pytest.mark.parametrize("shape", [(2, 3), (3, 1), (1, 1)])
def test_exponentials_along_axes(axis, shape, ranks_known):
    a = between(-1.0, 1.3, *shape)
    for name in ("softmax", "log_softmax"):
        check(f"scipy.special.{name}", a, axis=axis, ranks_known=ranks_known)
    for keepdims in (False, True):
        check("scipy.special.logsumexp", a, axis, keepdims=keepdims, ranks_known=ranks_known)
        check(
            "scipy.special.logsumexp", a, axis=axis, b=between(0.5, 1.5, *shape[1:]),
            keepdims=keepdims, ranks_known=ranks_known,
        )  # fmt: skip
    check("scipy.special.logsumexp", a, axis=axis, b=0.5, ranks_known=ranks_known)


def partials(op, *args):
    call = Call(op, args, {}, True)
    whole = Apply(op, call.args)
    out = Var("out", call.kind(whole))
    trees = operator_partials(op, call.args, out)
    return [None if t is None else call.evaluate(t, {out: call.evaluate(whole)}) for t in trees]


def test_limits():
    zero = np.array([0.0])
    for name, expected in (
        ("ellipk", np.pi / 8), ("ellipe", -np.pi / 8), ("exprel", 0.5), ("lambertw", 1.0),
        ("j1", 0.5), ("i1", 0.5), ("entr", np.inf),
    ):  # fmt: skip
        np.testing.assert_allclose(partials(f"scipy.special.{name}", zero)[0], [expected])
    np.testing.assert_allclose(partials("scipy.special.spence", zero + 1)[0], [-1.0])
    np.testing.assert_allclose(partials("scipy.special.ellipkm1", zero + 1)[0], [-np.pi / 8])
    for name in ("xlogy", "xlog1py", "rel_entr", "kl_div"):
        found = partials(f"scipy.special.{name}", zero, zero)[1]
        np.testing.assert_allclose(found, [1.0 if name == "kl_div" else 0.0])


def test_orders_are_refused_when_their_derivative_is_asked_for():
    order, x = Var("n"), Var("x")
    primitive = registry.by_name("scipy.special.jv")
    out = Node(Var("out"), Var("out").kind)
    (_, in_order), (_, in_x) = registry.partials(primitive, (order, x), out)
    assert in_x.expr is not None
    with pytest.raises(NotDifferentiable, match=r"jv\(\) has no derivative rule in 'v'"):
        _ = in_order.expr
