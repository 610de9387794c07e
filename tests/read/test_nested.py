"""Derivatives called inside of functions that are differentiated."""

from __future__ import annotations

import functools
import math

import pytest

import symdiff
from symdiff.errors import NotDifferentiable, SymdiffError


def slope(function, x, *more, h=1e-5):
    """The slope of a function in its first argument, from differences."""
    return (
        8 * (function(x + h, *more) - function(x - h, *more))
        - (function(x + 2 * h, *more) - function(x - 2 * h, *more))
    ) / (12 * h)


def close(value):
    return pytest.approx(value, rel=1e-7, abs=1e-9)


def cube(x, k=1.0):
    return k * x**3


class Well:
    def __init__(self, depth):
        self.depth = depth

    def energy(self, x):
        return self.depth * x**4

    def __call__(self, x):
        return self.depth * math.sin(x)


def test_levels_are_not_confused():
    assert symdiff.grad(lambda x: x * symdiff.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert symdiff.grad(lambda x: x * symdiff.grad(lambda x: x * x)(x))(3.0) == 12.0

    def second(x):
        return symdiff.grad(lambda y: symdiff.grad(lambda z: x * y * z)(2.0))(3.0)

    assert symdiff.grad(second)(5.0) == 1.0


def test_a_closure_over_active_variables_made_anew_in_each_round():
    def f(a, n):
        x = 1.0
        for i in range(n):
            x = x - 0.1 * symdiff.grad(lambda y: a * y * y + math.sin(i * a * y))(x)  # noqa: B023
        return x

    assert symdiff.grad(f)(0.7, 9) == close(slope(f, 0.7, 9))


def test_within_a_while_loop():
    def f(a):
        x = 2.0
        while abs(symdiff.grad(lambda y: (y * y - a) ** 2)(x)) > 1e-13:
            value, d = symdiff.value_and_grad(lambda y: y * y - a)(x)
            x = x - value / d
        return x

    assert symdiff.grad(f)(3.0) == pytest.approx(0.5 / math.sqrt(3.0))


def test_functions_as_arguments_partials_and_methods():
    def newton(g, x):
        for _ in range(30):
            x = x - g(x) / symdiff.grad(g)(x)
        return x

    def apply(d, x):
        return d(x) * x

    assert symdiff.grad(lambda a: newton(lambda x: x**3 - a, 1.5))(2.0) == close(2 ** (-2 / 3) / 3)
    assert symdiff.grad(lambda x: apply(symdiff.grad(cube), x))(2.0) == close(36.0)
    given = functools.partial(cube, k=2.0)
    assert symdiff.grad(lambda x: symdiff.grad(given)(x))(2.0) == close(24.0)
    assert symdiff.grad(lambda k: symdiff.grad(functools.partial(cube, k=k))(2.0))(3.0) == close(12)
    assert symdiff.grad(lambda x: symdiff.grad(Well(2.0).energy)(x))(1.5) == close(54.0)
    assert symdiff.grad(lambda d: symdiff.grad(Well(d).energy)(1.5))(2.0) == close(13.5)
    assert symdiff.grad(lambda d: symdiff.grad(Well(d))(1.5))(2.0) == close(math.cos(1.5))


def test_a_function_that_a_branch_chooses():
    def f(x):
        g = math.sin if x > 1 else cube
        return symdiff.grad(g)(x) * x

    for x in (0.5, 1.5):
        assert symdiff.grad(f)(x) == close(slope(f, x))


def test_several_arguments_defaults_and_names():
    def g(x, y, k=2.0):
        return k * x * y**2

    def f(x):
        a, b = symdiff.grad(g, argnums=(0, "y"))(x, 3.0)
        (k,) = symdiff.grad(g, ["k"])(x, y=2.0)
        return a * x + b + k + symdiff.grad(g, argnums=-1)(x, x, x)

    assert symdiff.grad(f)(1.5) == close(slope(f, 1.5))


def test_arguments_keep_their_structure():
    def g(p, q):
        return p["a"] * q[0] ** 2 + sum(q) * p["b"][1]

    def f(x):
        dp, dq = symdiff.grad(g, (0, 1))({"a": x, "b": (1, x * x)}, [x, 2.0, 3.0])
        assert dp["b"][0] is None
        return dp["a"] * dp["b"][1] + dq[0] * dq[2] * x

    assert symdiff.grad(f)(1.5) == close(slope(f, 1.5))
    assert symdiff.value_and_grad(f)(1.5)[0] == close(f(1.5))


def test_a_list_whose_length_is_not_known():
    def energy(q):
        total = 0.0
        for v in q:
            total += v**4 / 4
        return total

    def f(q, steps):
        p = [0.0 for _ in q]
        for _ in range(steps):
            force = symdiff.grad(energy)(q)
            p = [a - 0.1 * b for a, b in zip(p, force)]  # noqa: B905
            q = [a + 0.1 * b for a, b in zip(q, p)]  # noqa: B905
        return energy(q) + sum(v * v for v in p)

    q = [0.5, 1.5, 2.0]
    got = symdiff.grad(f)(q, 3)
    for i in range(3):
        along = slope(lambda t, i=i: f([v + t * (j == i) for j, v in enumerate(q)], 3), 0.0)
        assert got[i] == close(along)


def test_decorated_functions_have_their_derivatives_inside():
    @symdiff.differentiable
    def g(x, y):
        return x * y**2

    def f(x):
        value, (a, b) = g.value_and_grad(x, 2.0)
        return value + a * b + g.grad(1.0, x)[1]

    assert symdiff.grad(f)(1.5) == close(slope(f, 1.5))
    assert symdiff.grad(lambda x: g.grad(x, x)[0])(3.0) == 6.0


def test_a_derivative_from_outside_is_guarded():
    def make(k):
        inner = symdiff.grad(lambda x: k * x * x)
        return lambda x: inner(x) * x

    assert symdiff.grad(make(3.0))(2.0) == 24.0
    assert symdiff.grad(make(5.0))(2.0) == 40.0
    scale = 2.0
    inner = symdiff.grad(lambda x, y: scale * x * y * y, 0)

    def outer(x):
        return inner(x, x) * x

    d = symdiff.grad(outer)
    assert d(2.0) == 12 * scale
    scale = 3.0
    assert d(2.0) == 12 * scale
    inner = symdiff.grad(lambda x, y: scale * x * y * y, 1)
    assert d(2.0) == 12 * scale * 2


def test_it_is_written_once_for_a_definition(monkeypatch):
    from symdiff.generate import making

    made = []
    write = making._write_apart
    monkeypatch.setattr(
        making, "_write_apart", lambda *a, **more: made.append(a) or write(*a, **more)
    )

    def f(a, n):
        x = 1.0
        for _ in range(n):
            for _ in range(2):

                def help(y):
                    return a * y

                x = x - 0.1 * symdiff.grad(lambda y: help(y) * y)(x)
        return x + symdiff.grad(lambda y: a * y**4)(x) + symdiff.grad(lambda y: a * y**4)(a)

    assert symdiff.grad(f)(0.7, 3) == close(slope(f, 0.7, 3))
    assert len(made) == 3
    symdiff.grad(f)(0.8, 4)
    assert len(made) == 3


def test_what_has_no_gradient_is_refused_at_its_line():
    with pytest.raises(NotDifferentiable, match="no gradient"):
        symdiff.grad(lambda x: x * symdiff.grad(cube)(3))(1.0)
    with pytest.raises(NotDifferentiable, match="real scalar"):
        symdiff.grad(lambda x: symdiff.grad(lambda y: (y, y))(x)[0])(1.0)

    def forever(x):
        return symdiff.grad(forever)(x)

    with pytest.raises(SymdiffError, match="without end"):
        symdiff.grad(forever)(1.0)
    held = []

    def f(x):
        def g(y):
            nonlocal x
            x = y
            return y * x

        return symdiff.grad(g)(x) + x

    with pytest.raises(SymdiffError, match="the function around it"):
        symdiff.grad(f)(1.0)
    assert not held


def test_forward_mode_inside():
    def f(x, y):
        value, dot = symdiff.jvp(lambda a, b: math.sin(a * b) * y, (x, 2.0), (1.0, x))
        return value * dot

    assert symdiff.grad(f)(0.7, 1.3) == close(slope(f, 0.7, 1.3))
    assert symdiff.jvp(f, (0.7, 1.3), (1.0, 0.0))[1] == close(slope(f, 0.7, 1.3))
    assert symdiff.grad(lambda x: symdiff.jvp(lambda y: x * y, (1.0,), [x])[1])(3.0) == 6.0


def test_forward_mode_of_structures():
    def g(p, n, q):
        return {"s": p["a"] * q[1] + n, "t": (q[0] ** 2, p["b"])}

    def f(x):
        value, dot = symdiff.jvp(
            g, ({"a": x, "b": 2.0}, 3, [x, x * x]), ({"a": 1.0, "b": x}, None, [0.5, x])
        )
        return dot["s"] * dot["t"][0] + value["t"][1] * dot["t"][1] + value["s"]

    assert symdiff.grad(f)(0.7) == close(slope(f, 0.7))


def test_derivatives_of_gradients_in_forward_mode():
    def f(x, w):
        total = 0.0
        for k in range(4):
            total += math.sin(k * x) * w**k
        return total

    d = symdiff.grad(f)
    assert symdiff.jvp(d, (0.7, 1.2), [1.0], argnums=(0,))[1] == close(slope(d, 0.7, 1.2))

    def product(x):
        return symdiff.jvp(d, (x, 1.2), [x], argnums=(0,))[1] * x

    assert symdiff.grad(product)(0.7) == close(slope(product, 0.7))


def test_pullbacks_inside():
    def g(x, n, y):
        return x * y, [y**n]

    def f(x):
        value, pull = symdiff.vjp(g, x, 3, x * x)
        x = 100.0 * x
        dx, dn, dy = pull((1.0, [x]))
        assert dn is None
        return value[0] + dx * dy

    assert symdiff.grad(f)(0.7) == close(slope(f, 0.7))


def test_tangents_that_do_not_fit_are_refused():
    with pytest.raises(NotDifferentiable, match="1 tangents"):
        symdiff.grad(lambda x: symdiff.jvp(cube, (x,), (1.0, 2.0, 3.0), 0)[1])(1.0)
    with pytest.raises(NotDifferentiable, match="structure"):
        symdiff.grad(lambda x: symdiff.jvp(lambda p: p[0], ((x, x),), [(1.0,)])[1])(1.0)


def test_auxiliary_values_inside():
    def g(x, y):
        return x * y**2, {"seen": x * y}

    def f(x):
        d, aux = symdiff.grad(g, 1, has_aux=True)(x, x)
        (value, more), both = symdiff.value_and_grad(g, (0, 1), has_aux=True)(x, 2.0)
        return d * aux["seen"] + value * more["seen"] + both[1]

    outside = symdiff.grad(g, has_aux=True)
    assert symdiff.grad(f)(0.7) == close(slope(f, 0.7))
    assert symdiff.grad(lambda x: outside(x, x)[0] * outside(x, 1.0)[1]["seen"])(0.7) == close(
        3 * 0.7**2
    )


def test_hessians_and_products_of_numbers_inside():
    def g(x, y):
        return x**3 * y**2

    def f(x):
        (xx, xy), (yx, yy) = symdiff.hessian(g, (0, 1))(x, x)
        v = symdiff.hvp(g)(x, 2.0, x)
        a, b = symdiff.jacobian(lambda t: (t * t, x * t))(x)
        return xx * yy + xy * yx + v + a * b + second(x, x)

    second = symdiff.hessian(g, 1)
    assert symdiff.grad(f)(0.7) == close(slope(f, 0.7))
    assert symdiff.grad(second)(0.7, 2.0) == close(6 * 0.7**2)
    assert symdiff.grad(symdiff.hvp(g), argnums=2)(0.7, 2.0, 1.0) == close(6 * 0.7 * 4)


def test_hessians_and_jacobians_of_arrays_inside():
    import numpy as np

    def g(x, k):
        return np.sum(x**3) * k + x[0] * x[1]

    def f(x):
        h = symdiff.hessian(g)(x, 2.0)
        v = symdiff.hvp(g)(x, 2.0, x)
        j = symdiff.jacobian(lambda t: np.sin(t) * x)(x)
        return np.sum(h * h) + v @ x + np.sum(j) + np.sum(symdiff.grad(g)(x, x[0]) ** 2)

    x, d = np.array([0.7, 1.2, 0.4]), np.array([0.5, -1.0, 0.3])
    got = symdiff.grad(f)(x)
    assert got @ d == close(slope(lambda t: f(x + t * d), 0.0))


def test_what_cannot_be_read_inside_says_so():
    import numpy as np

    sparse = symdiff.jacobian(lambda x: x * x, sparsity=np.eye(2))
    with pytest.raises(SymdiffError, match="sparse"):
        symdiff.grad(lambda x: np.sum(sparse(x).data))(np.ones(2))


def test_functions_of_numpy_by_other_names():
    import numpy as np
    from numpy import sum as total
    from numpy.fft import irfft

    spectrum = np.fft.hfft
    x, d = np.linspace(0.1, 0.9, 5), np.array([0.5, -1.0, 0.3, 0.2, 0.1])
    gradient = symdiff.grad(lambda x: total(irfft(x) ** 3) + total(spectrum(x) ** 2))
    got = symdiff.grad(lambda x: total(gradient(x) * d))(x)
    np.testing.assert_allclose(got, slope(lambda t: gradient(x + t * d), 0.0), rtol=1e-7, atol=1e-8)


def test_one_list_given_twice_is_two_arguments():
    def g(p, q):
        return p[0] * q[0] ** 2

    def f(x):
        xs = [x, 1.0]
        a, b = symdiff.grad(g, (0, 1))(xs, xs)
        return a[0] + 10.0 * b[0]

    assert symdiff.value_and_grad(f)(0.7) == close((0.49 + 20 * 0.49, (42 * 0.7)))


def test_lists_that_are_changed_and_seen_in_two_ways_are_refused():
    def changing(p, q):
        p[0] = 5.0 * p[0]
        return p[0] * q[0]

    def f(x):
        xs = [x, 1.0]
        return symdiff.grad(changing)(xs, xs)[0]

    with pytest.raises(SymdiffError, match="in another way"):
        symdiff.grad(f)(0.7)

    def g(x):
        xs = [x, 1.0]

        def inner(p):
            p[0] = 5.0 * p[0]
            return p[0] * xs[0]

        return symdiff.grad(inner)(xs)[0]

    with pytest.raises(SymdiffError, match="in another way"):
        symdiff.grad(g)(0.7)
    kept = symdiff.grad(lambda x: symdiff.grad(changing)([x, 1.0], [x])[0] * x)
    assert kept(0.7) == close(10 * 0.7)


def test_training_steps_are_differentiated():
    import numpy as np

    def loss(layers, x):
        for w, b in layers:
            x = np.tanh(x @ w + b)
        return np.sum(x**2)

    def after_training(x, steps):
        layers = [(np.reshape(x, (2, 2)), np.ones(2)), (np.eye(2), x[:2])]
        for _ in range(steps):
            d = symdiff.grad(loss)(layers, np.ones((3, 2)))
            layers = [
                (w - 0.1 * dw, b - 0.1 * db)
                for (w, b), (dw, db) in zip(layers, d, strict=True)
            ]
        return loss(layers, np.ones((3, 2)))

    x, d = np.array([0.2, 0.5, 0.9, 1.3]), np.array([0.5, -1.0, 0.3, 0.2])
    got = symdiff.grad(after_training)(x, 2)
    assert got @ d == close(slope(lambda t: after_training(x + t * d, 2), 0.0))
