"""Generated modules in JavaScript: the same numbers as in Python."""

from __future__ import annotations

import json
import math

import pytest

import symdiff
from javascript import run
from symdiff.api import generated
from symdiff.write.javascript import javascript, runtime
from symdiff.write.javascript_expressions import MATH, NotInJavaScript, identifier

OPERATORS = """
def arithmetic(x, y):
    return [x / y, x // y, x % y, x ** 2, abs(x) ** y, -x ** 2, x - (-y), -(-x), x - (y - x),
            x / 4 / 2, x / (4 / 2), min(x, y, 1), max([x, y]), abs(x), round(x), round(x, 1),
            int(x), float(x), divmod(x, y), sum([x, y, 0.1]), bool(x), pow(x, 3), +x]


def logic(x, y):
    return [x < y, x < y <= 2, not x < y, x == y, x != y, x and y, x or y, not x, x is None,
            1 if x > y else 2, (x > 0 and y > 0) or x > y, x in (1.0, 2.5), (0 < x) + 1, x == True]


def control(x, y):
    total, new, found = 0.0, x, []
    for i in range(5, 0, -2):
        if i == 1:
            continue
        total += i * x
    while True:
        new = new / 2 + 1
        found.append(new)
        if len(found) > 4:
            break
    a, b = x, y
    a, b = b, a
    for i, (p, q) in enumerate(zip([x, y], reversed([a, b]))):
        total += i * p * q
    while found:
        total -= found.pop()
    squares = [k * k for k in (x, y) if k > 0]
    squares[-1] += 1
    return total, a, b, squares[-1], squares[0:1], [0.0] * 3, 7 & 5, 1 << 4
"""

FUNCTIONS = {
    "acos": "x / 4", "acosh": "abs(x) + 1", "asin": "x / 4", "atanh": "x / 4", "atan2": "x, y",
    "comb": "7, 3", "perm": "7, 3", "factorial": "9", "gcd": "12, 18", "lcm": "4, 6",
    "copysign": "x, y", "dist": "(x, y), (1.0, 2.0)", "fma": "x, y, 2.0", "fmod": "x, y",
    "fsum": "[x, y, 0.1, 1e16, -1e16]", "hypot": "x, y",
    "isclose": "x, y, rel_tol=0.5", "isqrt": "17",
    "ldexp": "x, 3", "log": "abs(x)", "log10": "abs(x)", "log1p": "abs(x)", "log2": "abs(x)",
    "lgamma": "x", "gamma": "x", "pow": "abs(x), y", "prod": "[x, y, 2.0], start=x",
    "remainder": "x, y",
    "sqrt": "abs(x)", "sumprod": "[x, y], [y, 2.0]", "isnan": "x",
}  # fmt: skip
CONSTANTS = {"pi", "e", "tau", "inf", "nan"}
POINTS = [(0.5, 1.5), (-2.3, 0.7), (3.7, -1.25), (2.5, 2.5), (1e-9, 3.0)]


def flat(value):
    if isinstance(value, (list, tuple)):
        return [x for v in value for x in flat(v)]
    return [value]


def same(got, want):
    if isinstance(want, float) and got is not None:
        return math.isclose(got, want, rel_tol=1e-12, abs_tol=1e-300)
    return got == want or (got is None and isinstance(want, float) and math.isnan(want))


def hold(text, calls):
    """The same calls in Python and in JavaScript."""
    names = {}
    exec(text, names)
    want = [eval(call, names) for call in calls]
    got = run(f"{runtime()}{javascript(text)} return [{', '.join(calls)}];")
    for call, g, w in zip(calls, got, want, strict=True):
        for a, b in zip(flat(g), flat(w), strict=True):
            assert same(a, b), (call, a, b)


@pytest.mark.parametrize("name", ["arithmetic", "logic", "control"])
def test_operators_and_statements_mean_what_they_mean_in_python(name):
    hold(OPERATORS, [f"{name}({x}, {y})" for x, y in POINTS])


def test_functions_of_math_have_the_values_of_python():
    known = [n for n in sorted(MATH - CONSTANTS) if hasattr(math, n)]
    lines = [f"def f_{n}(x, y):\n    return math.{n}({FUNCTIONS.get(n, 'x')})" for n in known]
    text = "import math\n\n" + "\n\n".join(lines)
    hold(text, [f"f_{n}({x}, {y})" for n in known for x, y in POINTS])


def test_special_functions_hold_over_their_range():
    functions = ["erf", "erfc", "gamma", "lgamma", "expm1", "log1p"]
    text = "import math\n\n" + "\n\n".join(
        f"def f_{n}(x):\n    return math.{n}(x)" for n in functions
    )
    points = [-0.9, -0.3, -1e-10, 1e-12, 0.1, 0.45, 1.6, 3.3, 4.9, 5.1, 8.2, 12.7, 26.0, 140.5]
    calls = [f"f_{n}({x})" for n in functions for x in points if n != "erfc" or x < 26]
    hold(text, calls)


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("1 / x", "ZeroDivisionError"),
        ("1 // x", "ZeroDivisionError"),
        ("1 % x", "ZeroDivisionError"),
        ("x ** -1", "ZeroDivisionError"),
        ("math.log(x)", "ValueError: math domain error"),
        ("math.sqrt(x - 1)", "ValueError: math domain error"),
        ("math.exp(x + 1000)", "OverflowError: math range error"),
        ("math.gamma(x)", "ValueError: math domain error"),
        ("int(x + math.inf)", "OverflowError"),
    ],
)
def test_errors_are_raised_where_python_raises_them(expression, error):
    text = f"import math\n\ndef f(x):\n    return {expression}\n"
    call = "try { return [f(0)]; } catch (e) { return e.message; }"
    assert run(runtime() + javascript(text) + call).startswith(error)


def test_raise_and_assert():
    text = "def f(x):\n    assert x > 0, 'small </script>'\n    raise ValueError('no')\n"
    js = javascript(text)
    assert "</script>" not in js
    told = "(x) => { try { return f(x); } catch (e) { return e.message; } }"
    got = run(f"{runtime()}{js} return [0, 1].map({told});")
    assert got == ["AssertionError: small </script>", "ValueError: no"]


def test_names_that_javascript_reserves_are_changed():
    hold(
        "def f(new, var, py):\n    delete = new + var * py\n    return delete\n",
        ["f(2.0, 3.0, 4.0)"],
    )
    assert identifier("new") == "new$" and identifier("news") == "news"


def test_a_function_of_the_users_hides_a_builtin():
    hold("def round(x):\n    return x + 0.5\n\n\ndef f(x):\n    return round(x)\n", ["f(2.0)"])


def rounds(x, n: int):
    total = 0.0
    for i in range(n):
        if x % 0.7 > 0.2:
            total += math.sin(x * i) ** 2
        x = x * 1.1 + (total if total > 1 else 0.5)
    return total * x


def power(x, n: int):
    if n == 0:
        return 1.0
    return x * power(x, n - 1) if n % 2 else power(x * x, n // 2)


def special(x, y):
    return math.lgamma(x) * math.erf(y) + math.gamma(x) / math.hypot(x, y) + max(x, y, 1.0) ** x


@pytest.mark.parametrize(
    ("function", "points"),
    [
        (rounds, [(0.4, 7), (1.3, 3), (2.0, 0)]),
        (power, [(1.1, 13), (0.3, 0)]),
        (special, [(0.7, 1.9), (3.3, -0.2)]),
    ],
)
def test_gradients_are_the_same(function, points):
    made = generated(function)
    js = javascript(made.text)
    calls = [f"{made.name}({', '.join(map(str, point))})" for point in points]
    got = run(f"{runtime()}{js} return [{', '.join(calls)}];")
    for point, found in zip(points, got, strict=True):
        for a, b in zip(flat(found), flat(made.function(*point)), strict=True):
            assert same(a, b), (point, found)


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\n\ndef f(x):\n    return np.sum(x)\n",
        "def f(x):\n    with x:\n        return 1\n",
        "def f(*xs):\n    return xs\n",
        "def f(x):\n    return x[::2]\n",
        "def f(x):\n    return 2j * x\n",
        "def f(x):\n    return open(x, mode='r')\n",
    ],
)
def test_what_has_no_counterpart_is_refused(text):
    with pytest.raises(NotInJavaScript):
        javascript(text)


def test_it_is_an_error_of_symdiffs():
    assert issubclass(NotInJavaScript, symdiff.SymdiffError)
    assert json.dumps(javascript("x = 1"))
