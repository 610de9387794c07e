import pytest
import sympy

from symdiff.checking.zero import method_of_proof

x, y = sympy.symbols("x y", real=True)
p = sympy.Symbol("p", positive=True)

ZERO = {
    "itself": x - x,
    "expansion": (x + y) ** 2 - x**2 - 2 * x * y - y**2,
    "a fraction": 1 / (x + y) - (x - y) / (x**2 - y**2),
    "exponentials": sympy.exp(x + y) / sympy.exp(x) - sympy.exp(y),
    "the logistic function": sympy.diff(1 / (1 + sympy.exp(-x)), x)
    - (1 - 1 / (1 + sympy.exp(-x))) / (1 + sympy.exp(-x)),
    "roots": 1 / sympy.sqrt(x**2 + 1) - sympy.sqrt(x**2 + 1) / (x**2 + 1),
    "the root of a product": sympy.sqrt(p**2 + 2 * p) - sympy.sqrt(p) * sympy.sqrt(p + 2),
    "a power": sympy.diff(p**y, p) - y * p ** (y - 1),
    "sine and cosine": sympy.sin(x) ** 2 + sympy.cos(x) ** 2 - 1,
    "tangents": sympy.diff(sympy.tan(x * y), x) - y / sympy.cos(x * y) ** 2,
    "hyperbolic functions": sympy.cosh(x) ** 2 - sympy.sinh(x) ** 2 - 1,
    "arguments in another form": sympy.log((x**2 - 1) / (x - 1)) - sympy.log(x + 1),
}


@pytest.mark.parametrize("name", ZERO)
def test_zero_is_proved(name):
    assert method_of_proof(ZERO[name])


NOT_ZERO = [x, x - y, sympy.sin(x) - x, sympy.sqrt(x**2 + 1) - x, sympy.exp(x) - 1 - x, p**y - p]


@pytest.mark.parametrize("expr", NOT_ZERO, ids=str)
def test_nothing_else_is(expr):
    assert method_of_proof(expr) is None
