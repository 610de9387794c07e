"""Every transformation, compiled: the same numbers as in Python, callable from compiled code."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff

numba = pytest.importorskip("numba")


@numba.njit
def valley(x):
    s = 0.0
    for i in range(len(x) - 1):
        s += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return s


@numba.njit
def projected(a, b, p):
    return a * p[0] + math.sin(b) * p[1], b * p[0] * p[1] * a


@numba.njit
def waves(x, k):
    y = np.empty_like(x)
    for i in range(len(x)):
        y[i] = math.sin(k * x[i]) * x[0]
    return y


X = np.array([0.3, 1.1, -0.4, 0.8])
V = np.array([1.0, -0.5, 0.25, 2.0])


def same(got, want):
    assert type(got) is type(want) or isinstance(want, float)
    if isinstance(want, tuple):
        assert len(got) == len(want)
        for g, w in zip(got, want, strict=True):
            same(g, w)
    else:
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("argnums", [0, (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
def test_jacobians_of_numbers_are_tuples_of_numbers(argnums, mode):
    args = (1.0, 2.0, (3.0, 4.0))
    got = symdiff.jacobian(projected, argnums, mode)(*args)
    same(got, symdiff.jacobian(projected.py_func, argnums, mode)(*args))


@numba.njit
def bent(a, b, n, p):
    """Rows that share much, meet in a branch, and do not all depend on everything."""
    c = math.exp(a * p[0]) if a > b else math.sin(b) / a
    d = n * c * p[1]
    return (c * b, d), b * b + a


@pytest.mark.parametrize("args", [(1.0, 2.0, 3, (3.0, 4.0)), (2.0, 1.0, 3, (0.5, 4.0))])
def test_all_rows_share_one_forward_sweep(args):
    text = symdiff.source(bent, (0, 1, 3), "jacobian", at=args)
    assert text.count("# forward") == 1 and "pullback" not in text
    assert text.count("math.exp(") == 1
    got = symdiff.jacobian(bent, (0, 1, 3), "reverse")(*args)
    same(got, symdiff.jacobian(bent.py_func, (0, 1, 3), "reverse")(*args))


@numba.njit
def stepped(a, b, c):
    for _ in range(3):
        a, b = a * b, b + c * a
    return a, b


def test_rows_of_functions_with_loops_are_taken_one_by_one():
    text = symdiff.source(stepped, (0, 1, 2), "jacobian", at=(0.5, 2.0, 3.0))
    assert text.count("stepped_pullback(") == 3
    got = symdiff.jacobian(stepped, (0, 1, 2))(0.5, 2.0, 3.0)
    same(got, symdiff.jacobian(stepped.py_func, (0, 1, 2))(0.5, 2.0, 3.0))


@pytest.mark.parametrize("argnums", [0, 1, (1, 0)])
def test_jacobians_of_arrays(argnums):
    got = symdiff.jacobian(waves, argnums)(X, 2.0)
    same(got, symdiff.jacobian(waves.py_func, argnums)(X, 2.0))


@numba.njit
def orbit(start, rates, step, rounds):
    """States of a system that is carried on in an array, and a sum of what branches leave."""
    state = start.copy()
    seen = np.empty((rounds, len(start)))
    total = 0.0
    for t in range(rounds):
        last = state[0]
        for i in range(len(state)):
            drift = rates[i] * math.sin(last) if last > 0.5 else step * state[i]
            state[i] += step * drift
            last = state[i]
        seen[t] = state
        total += last
    return seen, total


def turned(row, out, by):
    for i in range(len(row)):
        out[i] = by * row[i - 1]


@numba.njit
def rows(a, by):
    """Functions that fill rows, numbers that change places, and a while loop."""
    out = np.zeros(a.shape)
    first, second = by, a[0, 0]
    for i in range(a.shape[0]):
        turned(a[i], out[i], first)
        first, second = second, first * 0.5 + out[i, 1]
        n = 0
        while second > 1.0:
            second = second * 0.5
            n += 1
        if n > 3:
            second = 1.0
    return out


@numba.njit
def diffused(u, k):
    u = u.copy()
    for _ in range(3):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


@numba.njit
def of_numbers(p, q, r):
    out = np.empty((3, 4))
    for i in range(3):
        for j in range(4):
            out[i, j] = p * math.exp(-q * i) + r * j * p
    return out


A = np.cos(np.arange(12.0)).reshape(3, 4)
SWEPT = [
    (orbit, (0, 1, 2), (X, V, 0.1, 20)),
    (orbit, 1, (X, V, 0.1, 20)),
    (rows, 0, (A, 2.5)),
    (rows, (0, 1), (A, 2.5)),
    (diffused, (0, 1), (np.sin(np.arange(150.0)), 0.2)),
    (of_numbers, (2, 0), (0.3, 0.4, 0.5)),
]


@pytest.mark.parametrize("function, argnums, args", SWEPT)
def test_one_compiled_sweep_takes_all_columns(function, argnums, args):
    text = symdiff.source(function, argnums, "jacobian", at=args)
    assert "_directions(" in text and "_jvp(" not in text
    got = symdiff.jacobian(function, argnums, "forward")(*args)
    want = symdiff.jacobian(function.py_func, argnums, "forward")(*args)
    for g, w in zip(flat(got), flat(want), strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-12, atol=1e-12)
        assert np.shape(g) == np.shape(w)


def flat(value):
    return [leaf for part in value for leaf in flat(part)] if type(value) is tuple else [value]


def test_columns_are_taken_one_by_one_where_numba_refuses_the_sweep(monkeypatch):
    from symdiff.dispatch import dispatcher
    from symdiff.errors import NotCompiled

    compile_for, seen = dispatcher.compile_for, []

    def refuse_sweep(made, *rest):
        seen.append(made.text)
        if "_directions(" in made.text:
            raise NotCompiled("not this one")
        compile_for(made, *rest)

    monkeypatch.setattr(dispatcher, "compile_for", refuse_sweep)
    got = symdiff.jacobian(waves, 0, "forward")(X, 2.0)
    assert "_directions(" in seen[0] and "_directions(" not in seen[-1]
    np.testing.assert_allclose(got, symdiff.jacobian(waves.py_func, 0)(X, 2.0), rtol=1e-12)


def test_hessians_and_products_with_them_are_called_from_compiled_code():
    hessian, product = symdiff.hessian(valley), symdiff.hvp(valley)

    @numba.njit
    def both(x, v):
        return hessian(x), product(x, v)

    got, times = both(X, V)
    want = symdiff.hessian(valley.py_func)(X)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(times, want @ V, rtol=1e-12)


def test_a_product_along_directions_of_several_arguments():
    @numba.njit
    def f(x, y):
        return x**2 * y + math.sin(x * y)

    got = symdiff.hvp(f, (0, 1))(0.3, 0.7, (1.0, 2.0))
    same(got, symdiff.hvp(f.py_func, (0, 1))(0.3, 0.7, (1.0, 2.0)))


@pytest.mark.parametrize("argnums", [None, 0, 1, (0, 1)])
def test_pushforwards_and_pullbacks_take_what_they_are_given_by_position(argnums):
    chosen = {None: (0, 1), 0: (0,), 1: (1,), (0, 1): (0, 1)}[argnums]
    along = [(V, 0.5)[i] for i in chosen]
    value, tangent = symdiff.pushforward(waves, argnums)(X, 2.0, *along)
    want, slope = symdiff.jvp(waves.py_func, (X, 2.0), along, chosen)
    same((value, tangent), (want, slope))
    value, adjoints = symdiff.pullback(waves, argnums)(X, 2.0, V)
    adjoints = adjoints if isinstance(adjoints, tuple) else (adjoints,)
    want, pull = symdiff.vjp(waves.py_func, X, 2.0)
    same(adjoints, tuple(pull(V)[i] for i in chosen))


def test_products_of_compiled_functions_from_python():
    same(symdiff.jvp(waves, (X, 2.0), (V, 0.5)), symdiff.jvp(waves.py_func, (X, 2.0), (V, 0.5)))
    value, pull = symdiff.vjp(waves, X, 2.0)
    same(pull(V), symdiff.vjp(waves.py_func, X, 2.0)[1](V))
    same(pull(V), symdiff.vjp(waves.py_func, X, 2.0)[1](V))


def test_derivatives_of_compiled_derivatives():
    slope = symdiff.grad(valley)

    @numba.njit
    def steepness(x):
        return np.sum(slope(x) ** 2)

    slope(X)
    want = 2 * symdiff.hessian(valley.py_func)(X) @ symdiff.grad(valley.py_func)(X)
    np.testing.assert_allclose(symdiff.grad(steepness)(X), want, rtol=1e-12)
    cubed = symdiff.grad(lambda x: x**4, target="numba")
    assert symdiff.grad(symdiff.grad(cubed))(2.0) == 48.0


def test_a_sparse_jacobian_is_gathered_from_compiled_sweeps():
    got = symdiff.jacobian(waves, 0, sparsity="auto")(X, 2.0)
    np.testing.assert_allclose(
        got.toarray(), symdiff.jacobian(waves.py_func, 0)(X, 2.0), rtol=1e-12
    )


def test_a_compiled_pushforward_is_not_differentiated_again():
    with pytest.raises(symdiff.SymdiffError, match="pushforward"):
        symdiff.grad(symdiff.pushforward(waves))


@pytest.mark.parametrize("mode", ["grad", "jvp", "pullback", "hvp", "hessian"])
def test_the_text_of_each_mode_runs_alone(mode):
    text = symdiff.source(valley, 0, mode)
    names: dict = {}
    exec(compile(text, "<printed>", "exec"), names)
    assert "symdiff" not in text.replace("Written by symdiff", "")
    made = list(names.values())[-1]
    given = {"jvp": (V,), "pullback": (1.0,), "hvp": (V,)}.get(mode, ())
    assert all(np.all(np.isfinite(part)) for part in made(X, *given))


@numba.njit
def spread(a, b):
    return np.sum(np.exp(a * b) + b**2)


@pytest.mark.parametrize("shape", [(3,), (4, 1), (1, 3), (4, 3), (1,)])
def test_second_derivatives_of_what_is_broadcast(shape):
    a = np.linspace(-1.0, 1.0, 12).reshape(4, 3)
    b = np.linspace(0.5, 1.5, math.prod(shape)).reshape(shape)
    along = (np.cos(a), np.sin(b))
    got = symdiff.hvp(spread, (0, 1))(a, b, along)
    want = symdiff.hvp(spread.py_func, (0, 1))(a, b, along)
    step = 1e-6
    moved = [
        symdiff.grad(spread.py_func, (0, 1))(a + h * along[0], b + h * along[1])
        for h in (step, -step)
    ]
    for mine, other, up, down in zip(got, want, *moved, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)
        np.testing.assert_allclose(mine, (up - down) / (2 * step), rtol=1e-6, atol=1e-6)


def test_a_tangent_of_what_is_largest_compiles():
    x = np.array([[0.5, 2.0, -1.0], [1.0, 2.0, -3.0]])

    @numba.njit
    def largest(x):
        return np.max(x) * np.min(x)

    got = symdiff.pushforward(largest)(x, np.cos(x))
    np.testing.assert_allclose(got, symdiff.pushforward(largest.py_func)(x, np.cos(x)))


@numba.njit
def powers(x, power=3, twice=True):
    total = np.sum(x**power)
    return 2 * total if twice else total


def test_what_follows_defaults_is_given_by_its_place_or_its_name():
    forward, back = symdiff.pushforward(powers, 0), symdiff.pullback(powers, 0)
    same(forward(X, 2, False, V), symdiff.pushforward(powers.py_func, 0)(X, 2, False, x_dot=V))
    same(forward(X, x_dot=V), symdiff.pushforward(powers.py_func, 0)(X, x_dot=V))
    same(back(X, dout=2.0), symdiff.pullback(powers.py_func, 0)(X, dout=2.0))
    same(symdiff.hvp(powers, 0)(X, vector=V), symdiff.hvp(powers.py_func, 0)(X, V))
    with pytest.raises(symdiff.SymdiffError, match="x_dot"):
        forward(X, V)


def test_nothing_can_follow_any_number_of_arguments():
    @numba.njit
    def weighted(x, *weights):
        return x * weights[0]

    for mode in (symdiff.pushforward, symdiff.pullback, symdiff.hvp):
        with pytest.raises(symdiff.SymdiffError, match="args"):
            mode(weighted)
