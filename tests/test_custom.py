"""Rules of the user's: elementwise, custom_vjp, custom_jvp, stop_gradient, register."""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

import symdiff
from symdiff.errors import BadRule, NoSource, NotDifferentiable, UnsupportedCall

A = np.array([[3.0, 1.0], [0.5, 2.0]])
B = np.array([1.0, -1.0])


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


@symdiff.elementwise
def softplus(x):
    return math.log1p(math.exp(-abs(x))) + max(x, 0.0)


@softplus.partials
def softplus_rule(x, *, out):
    return 1 / (1 + math.exp(-x))


@symdiff.elementwise
def hypot(x, y):
    return np.sqrt(x * x + y * y)


@hypot.partials
def _(x, y, *, out):
    return x / out, y / out


@symdiff.custom_vjp
def solve(A, b):
    return np.linalg.solve(A, b)


@solve.pullback
def _(A, b, *, out, cotangent):
    lam = np.linalg.solve(A.T, cotangent)
    return -np.outer(lam, out), lam


@symdiff.custom_vjp
def careful_power(x: float, n: int) -> float:
    try:
        return x**n
    except ZeroDivisionError:
        return 0.0


@careful_power.pullback
def _(x, n, *, out, cotangent):
    return n * x ** (n - 1) * cotangent, None


@symdiff.custom_vjp
def newton(a: float) -> float:
    """The root of x³ = a."""
    x = 1.0
    while abs(x**3 - a) > 1e-14 * abs(a):
        x -= (x**3 - a) / (3 * x * x)
    return x


@newton.pullback
def _(a, *, out, cotangent):
    return cotangent / (3 * out * out)


# --- pictures ------------------------------------------------------------------------------------


def test_tables_do_not_show_the_inside_of_what_has_a_rule():
    table = str(symdiff.stages(lambda x: softplus(x * x)))
    assert "log1p" not in table and "softplus" in table


def test_tables_let_nothing_flow_through_stop_gradient():
    table = str(symdiff.stages(lambda x, y: x * symdiff.stop_gradient(x * y)))
    assert "dy" not in table


# --- stop_gradient -------------------------------------------------------------------------------


def test_no_derivative_flows_through_stop_gradient():
    def f(x):
        return x * symdiff.stop_gradient(x * x)

    assert f(3.0) == 27.0
    assert symdiff.grad(f)(3.0) == 9.0
    assert symdiff.grad(symdiff.grad(f))(3.0) == 0.0


def test_stop_gradient_takes_arrays_and_containers():
    def f(x, w):
        scaled = symdiff.stop_gradient({"s": [np.max(x), w]})
        return np.sum(x / scaled["s"][0]) * w * scaled["s"][1]

    x = np.array([1.0, 2.0, 4.0])
    dx, dw = symdiff.grad(f, (0, 1))(x, 3.0)
    np.testing.assert_allclose(dx, np.full(3, 9 / 4))
    assert dw == pytest.approx(7 / 4 * 3)


def test_stop_gradient_leaves_no_trace_in_the_code():
    text = symdiff.source(lambda x: x * symdiff.stop_gradient(x * x))
    assert "symdiff.stop_gradient" not in text and "import symdiff" not in text


# --- elementwise ---------------------------------------------------------------------------------


def test_an_elementwise_rule_is_put_in_place():
    def f(x):
        return softplus(x * x)

    assert symdiff.grad(f)(2.0) == pytest.approx(4 * sigmoid(4.0))
    assert "softplus_rule" not in symdiff.source(f)


def test_an_elementwise_rule_is_differentiated_in_turn():
    f = symdiff.grad(symdiff.grad(lambda x: softplus(3 * x)))
    s = sigmoid(3 * 0.4)
    assert f(0.4) == pytest.approx(9 * s * (1 - s))


def test_elementwise_rules_broadcast():
    def f(x, y):
        return np.sum(hypot(x, y) ** 3)

    def plain(x, y):
        return np.sum(np.sqrt(x * x + y * y) ** 3)

    x, y = np.linspace(1, 2, 6).reshape(2, 3), np.array([0.5, -1.0, 2.0])
    for args in ((x, y), (y, x), (x, 0.7), (0.7, y)):
        mine, theirs = (symdiff.grad(g, (0, 1))(*args) for g in (f, plain))
        for m, t in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(m, t, rtol=1e-12)


def test_rules_in_loops_and_procedures():
    def step(x, n):
        for _ in range(n):
            x = softplus(x) * 0.9
        return x

    def f(x):
        total = 0.0
        for i in range(3):
            total += step(x, i)
        return total

    h = 1e-6
    want = (f(0.3 + h) - f(0.3 - h)) / (2 * h)
    assert symdiff.grad(f)(0.3) == pytest.approx(want, rel=1e-8)


# --- custom_vjp ----------------------------------------------------------------------------------


def test_a_pullback_of_arrays():
    mine = symdiff.grad(lambda A, b: np.sum(solve(A, b) ** 2), argnums=(0, 1))(A, B)
    theirs = symdiff.grad(lambda A, b: np.sum(np.linalg.solve(A, b) ** 2), argnums=(0, 1))(A, B)
    for m, t in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(m, t, rtol=1e-12)


def test_a_function_that_cannot_be_read_is_called_as_it_stands():
    def f(x):
        return careful_power(x, 3) * x

    assert symdiff.grad(f)(2.0) == pytest.approx(32.0)
    assert symdiff.grad(symdiff.grad(f))(2.0) == pytest.approx(48.0)
    text = symdiff.source(f)
    assert "except ZeroDivisionError" in text
    names = {}
    exec(text, names)
    assert names["f_grad"](2.0)[1] == (32.0,)


def test_the_derivative_of_a_solver_does_not_go_through_its_rounds():
    def f(a):
        return newton(a) ** 2

    assert symdiff.grad(f)(2.0) == pytest.approx(2 / 3 * 2.0 ** (-1 / 3))
    assert symdiff.grad(symdiff.grad(f))(2.0) == pytest.approx(-2 / 9 * 2.0 ** (-4 / 3))
    assert "pop" not in symdiff.source(f)


def test_the_rule_of_the_function_that_is_differentiated_itself():
    assert symdiff.grad(newton)(8.0) == pytest.approx(1 / 12)
    assert symdiff.value_and_grad(softplus)(0.0) == (math.log(2), 0.5)


def test_a_vjp_goes_by_the_rule():
    value, pullback = symdiff.vjp(lambda A, b: solve(A, b), A, B)
    np.testing.assert_allclose(value, np.linalg.solve(A, B))
    np.testing.assert_allclose(pullback(np.array([1.0, 0.0]))[1], np.linalg.inv(A)[0])


def test_several_results_and_keywords():
    @symdiff.custom_vjp
    def polar(x, y, *, scale):
        return scale * math.hypot(x, y), math.atan2(y, x)

    @polar.pullback
    def _(x, y, *, scale, out, cotangent):
        (r, _), (dr, dphi) = out, cotangent
        r = r / scale
        return dr * scale * x / r - dphi * y / r**2, dr * scale * y / r + dphi * x / r**2, dr * r

    def f(x, y, s):
        r, phi = polar(x, y, scale=s)
        return r * phi

    def plain(x, y, s):
        return s * math.hypot(x, y) * math.atan2(y, x)

    mine, theirs = (symdiff.grad(g, (0, 1, 2))(1.0, 2.0, 3.0) for g in (f, plain))
    assert mine == pytest.approx(theirs)


def test_structured_arguments():
    @symdiff.custom_vjp
    def total(parts, power):
        return parts["a"] ** power + parts["b"][0] * parts["b"][1]

    @total.pullback
    def _(parts, power, *, out, cotangent):
        a = power * parts["a"] ** (power - 1) * cotangent
        return {"a": a, "b": [parts["b"][1] * cotangent, parts["b"][0] * cotangent]}, None

    def f(x, y):
        return total({"a": x, "b": [y, x]}, 2)

    assert symdiff.grad(f, (0, 1))(3.0, 5.0) == (11.0, 3.0)


def test_methods():
    class Model:
        def __init__(self, k):
            self.k = k

        @symdiff.custom_vjp
        def apply(self, x):
            return self.k * x * x

        @apply.pullback
        def _(self, x, *, out, cotangent):
            return 2 * self.k * x * cotangent

    model = Model(3.0)
    assert model.apply(2.0) == 12.0
    assert symdiff.grad(lambda x: model.apply(x) + 1)(2.0) == 12.0
    assert symdiff.grad(model.apply)(2.0) == 12.0


def test_decorated_inside_of_the_differentiated_function():
    def f(x, k):
        @symdiff.custom_vjp
        def g(y):
            return y * k

        @g.pullback
        def _(y, *, out, cotangent):
            return cotangent * 100 * k

        return g(x * x)

    assert symdiff.grad(f)(3.0, 2.0) == 1200.0
    with pytest.raises(NotDifferentiable, match="says nothing of 'k'"):
        symdiff.grad(f, 1)(3.0, 2.0)


def test_a_pullback_with_a_loop_is_a_function_of_the_file():
    @symdiff.custom_vjp
    def power(x, n):
        return x**n

    @power.pullback
    def power_rule(x, n, *, out, cotangent):
        dx = cotangent * n
        for _ in range(n - 1):
            dx = dx * x
        return dx, None

    def f(x, n):
        return power(x, n)

    assert symdiff.grad(f)(2.0, 5) == 80.0
    assert symdiff.grad(symdiff.grad(f))(2.0, 5) == 160.0


def test_decorated_functions_are_what_they_were():
    assert softplus(0.0) == math.log(2)
    assert softplus.__name__ == "softplus"
    assert newton.__doc__ == "The root of x³ = a."
    assert pickle.loads(pickle.dumps(softplus)) is softplus
    assert softplus_rule(0.0, out=None) == 0.5


@dataclass
class Point:
    x: float
    y: float


def test_stop_gradient_of_plain_values_is_those_values():
    assert symdiff.stop_gradient([1.0, (2.0, {"a": 3})]) == [1.0, (2.0, {"a": 3})]
    assert symdiff.stop_gradient(Point(1.0, 2.0)) == Point(1.0, 2.0)


def test_parameters_of_every_kind():
    @symdiff.custom_vjp
    def product(x, *ys, scale=1.0, **others):
        for y in ys:
            x = x * y
        return x * scale * others["z"]

    @product.pullback
    def _(x, *ys, scale=1.0, out, cotangent, **others):
        c = out * cotangent
        return c / x, tuple([c / y for y in ys]), c / scale, {"z": c / others["z"]}

    def f(x, y, z):
        return product(x, y, x * y, scale=z, z=y)

    gradient = symdiff.grad(f, (0, 1, 2))(1.5, 2.5, 0.7)
    want = [2 * f(1.5, 2.5, 0.7) / 1.5, 3 * f(1.5, 2.5, 0.7) / 2.5, f(1.5, 2.5, 0.7) / 0.7]
    assert gradient == pytest.approx(want)


def test_results_may_be_changed_after_the_call():
    def f(A, b):
        y = solve(A, b)
        y[0] = y[0] * y[1]
        y *= 2
        return np.sum(y * b)

    def plain(A, b):
        y = np.linalg.solve(A, b)
        return 2 * (y[0] * y[1] * b[0] + y[1] * b[1])

    mine, theirs = (symdiff.grad(g, (0, 1))(A, B) for g in (f, plain))
    for m, t in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(m, t, rtol=1e-12)


def test_dataclasses_are_arguments_and_adjoints():
    @symdiff.custom_vjp
    def area(p):
        return p.x * p.y

    @area.pullback
    def _(p, *, out, cotangent):
        return Point(p.y * cotangent, p.x * cotangent)

    assert symdiff.grad(lambda x, y: area(Point(x, y * x)), (0, 1))(1.5, 2.0) == (6.0, 2.25)


def test_what_a_function_that_is_given_reads_must_be_passed():
    @symdiff.custom_vjp
    def root(f, x: float) -> float:
        for _ in range(60):
            x = x - f(x) * 2e-6 / (f(x + 1e-6) - f(x - 1e-6))
        return x

    @root.pullback
    def _(f, x, *, out, cotangent):
        return None

    with pytest.raises(NotDifferentiable, match="says nothing of 'a'"):
        symdiff.grad(lambda a: root(lambda x: x * x - a, 1.0))(2.0)


# --- forward mode --------------------------------------------------------------------------------


@symdiff.custom_jvp
def cube(x, y):
    return x**3 * y


@cube.pushforward
def _(x, y, x_dot, y_dot, *, out):
    return 3 * x * x * y * x_dot + x**3 * y_dot


def slope(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)


def test_partials_in_forward_mode():
    def f(x):
        return softplus(x * x)

    assert symdiff.jvp(f, (2.0,), [1.0])[1] == pytest.approx(4 * sigmoid(4.0))


def test_a_pushforward_in_both_modes():
    def f(x):
        return cube(x, math.sin(x)) * x

    assert symdiff.jvp(f, (0.7,), [1.0])[1] == pytest.approx(slope(f, 0.7), rel=1e-8)
    assert symdiff.grad(f)(0.7) == pytest.approx(slope(f, 0.7), rel=1e-8)
    assert symdiff.grad(symdiff.grad(f))(0.7) == pytest.approx(slope(symdiff.grad(f), 0.7), 1e-7)


def test_a_pullback_is_transposed_for_forward_mode():
    direction = np.array([[0.3, -1.0], [2.0, 0.1]]), np.array([1.0, 0.5])
    mine = symdiff.jvp(lambda A, b: solve(A, b) * 2, (A, B), direction)[1]
    theirs = symdiff.jvp(lambda A, b: np.linalg.solve(A, b) * 2, (A, B), direction)[1]
    np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    assert symdiff.jvp(lambda a: newton(a) * a, (8.0,), [1.0])[1] == pytest.approx(2 + 8 / 12)


def test_a_pullback_with_a_loop_is_transposed():
    @symdiff.custom_vjp
    def power(x, n):
        return x**n

    @power.pullback
    def _(x, n, *, out, cotangent):
        dx = cotangent * n
        for _ in range(n - 1):
            dx = dx * x
        return dx, None

    assert symdiff.jvp(lambda x: power(x, 5), (2.0,), [1.0])[1] == 80.0


def test_a_rule_that_is_not_linear_is_not_transposed():
    @symdiff.custom_vjp
    def clipped(x):
        return x

    @clipped.pullback
    def _(x, *, out, cotangent):
        return max(-1.0, min(1.0, cotangent))

    def f(x):
        return clipped(x) * 100

    assert symdiff.grad(f)(1.0) == 1.0
    with pytest.raises(NotDifferentiable, match="seen to be linear in the cotangent"):
        symdiff.jvp(f, (1.0,), [1.0])


# --- register ------------------------------------------------------------------------------------


def test_registered_functions_of_others():
    from scipy.optimize import brentq

    def rule(f, a, b, *, out, cotangent):
        return None

    symdiff.rules.register(brentq, pullback=rule)
    assert symdiff.grad(lambda x: x * brentq(math.cos, 1.0, 2.0))(3.0) == pytest.approx(math.pi / 2)


def test_a_registered_rule_may_call_its_own_function():
    from scipy.special import struve

    def rule(v, x, *, out):
        return None, struve(v - 1, x) - v / x * out

    symdiff.rules.register(struve, partials=rule)
    x = np.array([0.5, 1.0])

    def f(x):
        return np.sum(struve(0, x) * struve(1, x))

    gradient = symdiff.grad(f)(x)
    h = 1e-6
    want = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(gradient, want, rtol=1e-8)


def test_a_function_without_source_can_be_given_a_rule():
    names = {}
    exec("def hidden(x): return x * x", names)
    hidden = names["hidden"]

    def f(x):
        return hidden(x) + 1

    with pytest.raises(NoSource, match="the source of 'hidden'") as caught:
        symdiff.grad(f)(3.0)
    assert "symdiff.rules.register(hidden, pullback=...)" in str(caught.value)
    assert "return hidden(x) + 1" in str(caught.value)

    def rule(x, *, out, cotangent):
        return 2 * x * cotangent

    symdiff.rules.register(hidden, pullback=rule)
    assert symdiff.grad(f)(3.0) == 6.0
    assert symdiff.grad(hidden)(3.0) == 6.0


def test_functions_that_symdiff_knows_are_not_registered():
    with pytest.raises(BadRule, match="has a rule already"):
        symdiff.rules.register(math.sin, partials=softplus_rule)
    with pytest.raises(BadRule, match="no rule is given"):
        symdiff.rules.register(len)


def test_a_new_rule_replaces_the_old_one():
    @symdiff.custom_vjp
    def f(x):
        return x

    @f.pullback
    def _(x, *, out, cotangent):
        return 2 * cotangent

    gradient = symdiff.grad(lambda x: f(x) * 1.0)
    assert gradient(1.0) == 2.0

    @f.pullback
    def _(x, *, out, cotangent):
        return 3 * cotangent

    assert gradient(1.0) == 3.0


# --- errors --------------------------------------------------------------------------------------


def test_a_rule_must_take_what_it_is_given():
    f = symdiff.elementwise(lambda x, y: x * y)
    with pytest.raises(BadRule, match="does not take 'out' by keyword") as caught:

        @f.partials
        def _(x, y):
            return y, x

    assert "def _" in str(caught.value) or "@f.partials" in str(caught.value)
    with pytest.raises(BadRule, match="takes 1 argument, the function takes 2 arguments"):

        @f.partials
        def _(x, *, out):
            return 1.0


def test_a_rule_must_return_an_adjoint_for_each_argument():
    @symdiff.custom_vjp
    def f(x, y):
        return x * y

    @f.pullback
    def _(x, y, *, out, cotangent):
        return cotangent * y

    with pytest.raises(BadRule, match="returns 1 adjoint for 2 arguments") as caught:
        symdiff.grad(lambda x, y: f(x, y))(1.0, 2.0)
    assert "return cotangent * y" in str(caught.value)


def test_an_adjoint_has_the_structure_of_its_argument():
    @symdiff.custom_vjp
    def f(p):
        return p[0] * p[1]

    @f.pullback
    def _(p, *, out, cotangent):
        return cotangent

    with pytest.raises(BadRule, match="which is a tuple of 2"):
        symdiff.grad(lambda x: f((x, x)))(1.0)


def test_a_function_without_the_rule_that_it_was_to_have():
    @symdiff.custom_vjp
    def f(x):
        return x

    with pytest.raises(UnsupportedCall, match="none is given"):
        symdiff.grad(lambda x: f(x))(1.0)
    assert symdiff.grad(lambda x: x * symdiff.stop_gradient(f(x)))(2.0) == 2.0


def test_a_function_with_a_rule_that_changes_its_argument_is_refused():
    @symdiff.custom_vjp
    def f(x):
        x[0] = 1.0
        return np.sum(x)

    @f.pullback
    def _(x, *, out, cotangent):
        return cotangent * np.ones_like(x)

    with pytest.raises(UnsupportedCall, match="changes its argument 'x'"):
        symdiff.grad(lambda x: f(x))(np.ones(2))
