"""The check of functions with rules of the user's."""

from __future__ import annotations

import math

import numpy as np

import symdiff
from symdiff.read.static import load


@symdiff.elementwise
def softplus(x):
    return math.log1p(math.exp(x))


@softplus.partials
def _(x, *, out):
    return 1 - math.exp(-out)


@symdiff.custom_vjp
def solve(A, b):
    return np.linalg.solve(A, b)


@solve.pullback
def _(A, b, *, out, cotangent):
    lam = np.linalg.solve(A.T, cotangent)
    return -np.outer(lam, out), lam


@symdiff.custom_jvp
def product(x, y):
    return x * y


@product.pushforward
def _(x, y, x_dot, y_dot, *, out):
    return x_dot * y + x * y_dot


@symdiff.custom_vjp
def rounded(x):
    return float(round(x))


@rounded.pullback
def _(x, *, out, cotangent):
    return cotangent


@symdiff.custom_vjp
def rounded_on_purpose(x):
    return float(round(x))


@rounded_on_purpose.pullback(differs=True)
def _(x, *, out, cotangent):
    return cotangent


@symdiff.elementwise
def cube(x):
    return x**3


@cube.partials
def _(x, *, out):
    return 2 * x * x


def test_a_rule_that_is_the_derivative():
    report = symdiff.check(lambda x: softplus(x * x) + product(x, math.sin(x)))
    assert report.status == "proved"
    assert any("rule of softplus() is the derivative" in note for note in report.notes)
    assert any("rule of product() is the derivative" in note for note in report.notes)


def test_rules_of_arrays():
    A, b = np.array([[3.0, 1.0], [0.5, 2.0]]), np.array([1.0, -1.0])
    report = symdiff.check(lambda A, b: np.sum(solve(A, b) ** 2), at=(A, b))
    assert report.status == "proved"


def test_a_rule_that_is_not_the_derivative_is_told():
    report = symdiff.check(lambda x: cube(x) * x)
    assert not report
    assert "rule of cube()" in report.reason and "differs=True" in report.reason


def test_a_rule_may_differ_on_purpose():
    assert not symdiff.check(lambda x: rounded(x) * x)
    report = symdiff.check(lambda x: rounded_on_purpose(x) * x)
    assert report
    assert any("meant to be another" in note for note in report.notes)


def test_no_derivative_flows_through_stop_gradient():
    assert symdiff.check(lambda x: x * symdiff.stop_gradient(x * x)).status == "proved"
    f = lambda x: x * symdiff.stop_gradient(x)  # noqa: E731
    wrong = symdiff.source(f).replace("dx = stop_gradient_x", "dx = 2 * stop_gradient_x")
    assert "2 * stop_gradient_x" in wrong
    assert not symdiff.check(f, source=wrong)


def test_code_that_does_not_follow_the_rule_is_wrong():
    def f(x):
        return rounded_on_purpose(x) * x

    text = symdiff.source(f)
    assert symdiff.check(f, source=text)
    assert not symdiff.check(f, source=text.replace("+ x", "- x"))


def test_rules_in_a_file_that_is_only_read(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(
        "import symdiff\n"
        "from symdiff import custom_vjp, stop_gradient\n\n\n"
        "@custom_vjp\ndef g(x):\n    return x * x\n\n\n"
        "@g.pullback\ndef _(x, *, out, cotangent):\n    return 2 * x * cotangent\n\n\n"
        "def f(x: float):\n    return g(x) * stop_gradient(x)\n"
    )
    report = symdiff.check(load(f"{path}:f"))
    assert report.status == "proved"
    assert any("rule of g() is the derivative" in note for note in report.notes)


def test_differences_do_not_tell_what_a_rule_says():
    def f(x):
        return np.sum(np.abs(np.fft.fft(x)) ** 2 * symdiff.stop_gradient(np.sum(x * x)))

    report = symdiff.check(f, at=(np.array([1.0, 2.0, 3.0]),))
    assert report.status == "unknown"
    assert "by rules" in report.reason
