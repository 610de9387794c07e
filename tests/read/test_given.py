"""Rules in a file that is only read: the printed derivative is complete and right."""

from __future__ import annotations

import math

import pytest

import symdiff
from symdiff.errors import BadRule
from symdiff.read.static import load

TEXT = """
import math
import symdiff
from symdiff import custom_vjp, stop_gradient
from scipy.optimize import brentq

TOL = 1e-13


@symdiff.elementwise
def softplus(x):
    return math.log1p(math.exp(x))


@softplus.partials
def _(x, *, out):
    return 1 - math.exp(-out)


def scaled(x):
    return x * 1.0


@custom_vjp
def newton(a: float) -> float:
    x = 1.0
    try:
        while abs(x**3 - a) > TOL * abs(a):
            x -= scaled(x**3 - a) / (3 * x * x)
    except ZeroDivisionError:
        x = math.nan
    return x


@newton.pullback
def _(a, *, out, cotangent):
    return cotangent / (3 * out * out)


def plain(x):
    return x * x * x


def plain_rule(x, x_dot, *, out):
    return 3 * x * x * x_dot


cubed = symdiff.custom_jvp(plain)
cubed.pushforward(plain_rule)


class Model:
    def __init__(self, k):
        self.k = k

    @custom_vjp
    def apply(self, x):
        return self.k * x * x

    @apply.pullback
    def _(self, x, *, out, cotangent):
        return 2 * self.k * x * cotangent


def root_rule(f, a, b, *, out, cotangent):
    return None


symdiff.rules.register(brentq, pullback=root_rule)


def with_softplus(x: float):
    return softplus(x * x) * stop_gradient(x)


def with_newton(x: float):
    return newton(x) * x


def with_a_call(x: float):
    return cubed(x) + 1


def with_a_method(x: float):
    return Model(3.0).apply(x)


def with_a_function_of_others(x: float):
    return x * brentq(math.cos, 1.0, 2.0)


@custom_vjp
def wrong(x: float, y: float):
    return x * y


@wrong.pullback
def _(x, y, *, cotangent):
    return y * cotangent, x * cotangent


def with_a_wrong_rule(x: float):
    return wrong(x, x)
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(TEXT)
    return path


def derivative(file, name):
    text = symdiff.source(load(f"{file}:{name}"))
    assert "import symdiff" not in text and "symdiff." not in text.replace("symdiff 0.", "")
    names = {}
    exec(text, names)
    return names[f"{name}_grad"]


@pytest.mark.parametrize(
    "name, x, wanted",
    [
        ("with_softplus", 0.7, 2 * 0.49 / (1 + math.exp(-0.49))),
        ("with_newton", 8.0, 2 + 8 / 12),
        ("with_a_call", 2.0, 12.0),
        ("with_a_method", 2.0, 12.0),
        ("with_a_function_of_others", 3.0, math.pi / 2),
        ("newton", 8.0, 1 / 12),
    ],
)
def test_rules_are_found_by_reading(file, name, x, wanted):
    assert derivative(file, name)(x)[1] == (pytest.approx(wanted),)


def test_a_wrong_rule_is_told_with_its_line(file):
    with pytest.raises(BadRule, match="does not take 'out' by keyword") as caught:
        derivative(file, "with_a_wrong_rule")
    assert "def _(x, y, *, cotangent)" in str(caught.value)
