"""What parameters are, told from how they are used."""

from __future__ import annotations

import ast
import inspect
import math

import numpy as np
import pytest

import symdiff
from symdiff.read.inference import infer
from symdiff.read.static import load
from symdiff.stages import BOOLEAN, INTEGER, OBJECT, REAL, TEXT, ArrayOf, ListOf

LIST, ROWS = ListOf(REAL), ListOf(ListOf(REAL))


def kinds(text):
    """The parameters of the first function that are something else than a real number."""
    functions = {n.name: n for n in ast.parse(text).body}

    def callee(func, context):
        found = functions.get(getattr(func, "id", None))
        return (found, None) if found else None

    found = infer(next(iter(functions.values())), None, callee)
    return {name: spec for name, spec in found.items() if spec is not REAL}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("def f(x, n):\n    for i in range(n): x = x * i\n    return x", {"n": INTEGER}),
        ("def f(x, n, m):\n    return [x for _ in range(2 * n + m)]", {"n": INTEGER, "m": INTEGER}),
        ("def f(x, n):\n    m = 12 * n\n    return [x for _ in range(m)]", {"n": INTEGER}),
        ("def f(x, n):\n    return [x for _ in range(int(n / 2))]", {}),
        ("def f(x, n):\n    return x if n % 2 else 0.0", {"n": INTEGER}),
        ("def f(x, n):\n    if n % 2 == 1: return x", {"n": INTEGER}),
        ("def f(x, n):\n    return x / math.factorial(n)", {"n": INTEGER}),
        ("def f(x, n):\n    return x * (1 << n)", {"n": INTEGER}),
        ("def f(x):\n    return x if x == 0 else 1.0", {}),
        ("def f(n):\n    return f(n - 1)", {}),
        ("def f(x, y):\n    return min(x, y) * max(x, 0.0)", {}),
        ("def f(x, flag):\n    return x if flag else -x", {"flag": BOOLEAN}),
        ("def f(x, n):\n    return x * n if n else x", {}),
        ("def f(x, how):\n    return x if how == 'square' else -x", {"how": TEXT}),
        ("def f(x, how):\n    return x if how in ('a', 'b') else -x", {"how": TEXT}),
    ],
)
def test_numbers_and_text(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "sum(xs)", "min(xs)", "xs[0]", "xs[-1]", "len(xs)", "list(xs)", "sorted(xs)[0]", "xs[1:]",
        "max(map(abs, xs))", "sum(filter(None, xs))", "[0.0, *xs]", "sum(x for x in xs)",
        "math.fsum(xs)", "[1.0] + xs", "sum(x * y for x, y in zip(xs, xs[1:]))", "xs.copy()",
        "functools.reduce(lambda a, b: a * b, xs)", "(lambda v: v[0] + v[-1])(xs) if xs[0] else 0",
    ],
)  # fmt: skip
def test_lists_of_numbers(expression):
    assert kinds(f"def f(xs):\n    return {expression}") == {"xs": LIST}


@pytest.mark.parametrize(
    "body",
    [
        "return M[i][j]",
        "return sum(sum(row) for row in M) * M[i][j]",
        "for a, b in M: pass\n    return M[i][j]",
        "return sum(k * a * b for k, (a, b) in enumerate(M)) + M[j][i]",
    ],
)
def test_lists_of_lists(body):
    assert kinds(f"def f(M, i, j):\n    {body}") == {"M": ROWS, "i": INTEGER, "j": INTEGER}


@pytest.mark.parametrize(
    "body, expected",
    [
        ("return p['a'] * p['b']", {"a": REAL, "b": REAL}),
        ("return p['a']['b'] * sum(p['c'])", {"a": {"b": REAL}, "c": LIST}),
        ("return sum(p[k] for k in ('low', 'high'))", {"low": REAL, "high": REAL}),
        ("x, y, z = p\n    return x * y * z", (tuple, REAL, REAL, REAL)),
        ("n, x = p\n    return [x for _ in range(n)]", (tuple, INTEGER, REAL)),
        ("a, *rest = p\n    return a * sum(rest)", LIST),
        ("return p.mass * p.speed ** 2", OBJECT),
        ("return sum(p.values())", OBJECT),
        ("return p.get('a', 1.0) * p['b']", OBJECT),
        ("return p(1.0)", OBJECT),
        ("return sum(x * n for n, x in p.items())", OBJECT),
    ],
)
def test_structures(body, expected):
    assert kinds(f"def f(p):\n    {body}") == {"p": expected}


def test_what_a_called_function_does_counts():
    text = "def f(x, n, v):\n    return g(n, x) + h(v=v)\n"
    text += "def g(k, x):\n    return sum(x for i in range(k))\n"
    text += "def h(v):\n    return g(3, v[0])\n"
    assert kinds(text) == {"n": INTEGER, "v": LIST}


def test_a_name_that_is_set_anew_is_something_else():
    assert kinds("def f(x, v):\n    v = sum(v)\n    return v * x") == {"v": LIST}
    assert kinds("def f(x):\n    x = [x, x]\n    return sum(x)") == {}


def test_long_chains_of_calls_take_no_time():
    text = "".join(f"def f{i}(x):\n    return f{i + 1}(x) + f{i + 1}(x)\n" for i in range(60))
    assert kinds(text) == {}


def test_a_bare_annotation_of_an_array_is_one():
    def f(a: np.ndarray):
        a = a.copy()
        a[0] *= 2.0
        return a[0]

    assert "a.copy()" in symdiff.source(f)


def test_what_is_copied_is_what_its_copy_is_used_as():
    def f(a):
        a = a.copy()
        return a[0, 1] ** 2

    assert "np.zeros_like(a)" in symdiff.source(f)


def chosen(E: np.ndarray, ids):
    return (E[ids] ** 2).sum()


def banded(A: np.ndarray, i, n):
    return np.sum(A[i, :n]) + n


def test_what_chooses_items_of_an_array_may_be_several_places():
    names = {}
    exec(symdiff.source(chosen, "E"), names)
    E = np.array([1.0, 2.0, 3.0])
    for ids in (np.array([0, 0, 1]), [0, 0, 1], 1):
        assert names["chosen_grad"](E, ids)[1] == pytest.approx(symdiff.grad(chosen)(E, ids))
    assert "np.add.at(dE, ids" in symdiff.source(chosen, "E")


def test_what_bounds_a_slice_is_one_integer():
    node = ast.parse(inspect.getsource(banded)).body[0]
    known = infer(node, None, lambda *_: None, beside_arrays=True)
    assert known["n"] is INTEGER and known["i"] == ArrayOf(INTEGER, None)


def test_what_math_takes_is_computed_from_numbers(tmp_path):
    path = tmp_path / "prices.py"
    path.write_text(
        "import math\n"
        "from scipy.special import ndtr\n"
        "def price(S, K, r, T, sigma, kind):\n"
        "    d = (math.log(S / K) + r * T) / (sigma * math.sqrt(T))\n"
        "    if kind > 0:\n"
        "        return S * ndtr(d) - K * math.exp(-r * T)\n"
        "    return K * ndtr(-d)\n"
    )
    names = {}
    exec(symdiff.source(load(f"{path}:price")), names)
    given = (100.0, 95.0, 0.03, 0.5, 0.3, 1.0)
    value, slopes = names["price_grad"](*given)
    assert [type(s) for s in slopes[:4]] == [float] * 4
    for i, slope in enumerate(slopes[:5]):
        above, below = ([v + s * (i == k) for k, v in enumerate(given)] for s in (1e-5, -1e-5))
        difference = (names["price_grad"](*above)[0] - names["price_grad"](*below)[0]) / 2e-5
        assert math.isclose(slope, difference, rel_tol=1e-6)
