"""Loops that are run forward and backward in one pass: which are, and that their gradients and
values stay those of two passes."""

from __future__ import annotations

import linecache
import math
import os
import re

import numpy as np
import pytest

import symdiff
from loops import program
from symdiff.compiled import fuse
from symdiff.stages import verify

EXAMPLES = int(os.environ.get("SYMDIFF_EXAMPLES", "30"))
X, W = np.linspace(-0.7, 1.3, 5), np.array([0.4, -1.1, 0.9])
A = np.outer(X, W) + 0.1


def polynomial(x, n):
    s = 0.0
    for i in range(n):
        g, p = 0.3, 1.0
        for c in x:
            g -= c * p
            p *= 2.0 * i / n
        s += g * g
    return 0.5 * s


def nearest(points, centres):
    total = 0.0
    for i in range(points.shape[0]):
        best = math.inf
        for j in range(len(centres)):
            d = 0.0
            for k in range(points.shape[1]):
                d += (points[i, k] - centres[j]) ** 2
            best = min(best, d)
        total += best
    return total


def buffers(x, w):
    total, d, e = 0.0, np.empty(len(w)), np.empty(len(w))
    for i in range(len(x)):
        m = -math.inf
        for j in range(len(w)):
            for k in range(len(w)):
                d[k] = w[k] * x[i] - w[j]
            e[j] = 0.0
            for k in range(len(w)):
                e[j] += d[k] * math.sin(d[k])
            m = max(m, e[j])
        z = 0.0
        for j in range(len(w)):
            z += math.exp(e[j] - m)
        total += m + math.log(z)
    return total


def outputs(x, w):
    y = np.zeros(len(x))
    for i in range(len(x)):
        h = 1.0
        for a in w:
            h *= math.sin(a * x[i])
        y[i] = h
    return y.sum() + 2.0 * y[1]


def shifted(x):
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        y[i + 1] = math.exp(x[i])
    return y.sum()


def in_place(x):
    x = x.copy()
    for i in range(len(x)):
        x[i] = math.sin(x[i]) * x[i]
    return x.sum()


def cases(x, w):
    s = 0.0
    for i in range(len(x)):
        v = x[i] * w[i % 3]
        if v > 0.1:
            v = math.log(1 + v)
            if v > 0.4:
                v = v * v
        else:
            v = v * v * v
        s += v * math.sin(v)
    return s


def several(x, w, penalty):
    s = 0.0
    for i in range(len(x)):
        s += math.sin(w[0] * x[i]) * w[1]
    r = 0.0
    for i in range(len(x)):
        r += x[i] * math.exp(x[i])
    for j in range(len(w)):
        r += penalty * w[j] * w[j]
    return s + r + w[0] * w[1]


def unit(x, w):
    h = 0.0
    for a in w:
        h += math.tanh(a * x)
    return h * h


def calls(x, w):
    s = 0.0
    for i in range(len(x)):
        s += unit(x[i], w) * w[0]
    return s


def rows(A, w):
    s, total = 0.0, np.zeros(3)
    for row in A:
        s += math.tanh(row @ w)
        total += row * s
    return total.sum()


FUSED = [
    (polynomial, (X, 4)),
    (polynomial, (X, 0)),
    (nearest, (A, W)),
    (buffers, (X, W)),
    (outputs, (X, W)),
    (shifted, (X,)),
    (in_place, (X,)),
    (cases, (X, W)),
    (several, (X, W, 0.3)),
    (calls, (X, W)),
]


# --- what takes two passes -----------------------------------------------------------------------


def product(x):
    s = 1.0
    for i in range(len(x)):
        s = s + x[i] * s
    return s


def read_in_the_round(x):
    s = t = 0.0
    for i in range(len(x)):
        s += x[i]
        t += math.sin(s)
    return t


def sum_of_sums(x, h):
    """The adjoint of h gets that of s in each round: a sum that another one has as a part."""
    s = h
    t = 0.0
    for i in range(len(x)):
        s += h
        t += s * x[i]
    return t


def read_after(x):
    s = 0.0
    for i in range(len(x)):
        s += math.exp(x[i])
    return math.log(s)


def neighbours(x):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = math.sin(y[i - 1]) + x[i]
    return y.sum()


def the_last_counts(x):
    y = np.zeros(3)
    for i in range(len(x)):
        y[i % 3] = math.exp(x[i])
    return y.sum()


def from_the_end(x):
    y = np.zeros(2)
    for i in range(-2, 2):
        y[i] = math.exp(x[i])
    return y.sum()


def half_overwritten(x, w):
    s, d = 0.0, np.ones(3)
    for i in range(len(x)):
        for k in range(2):
            d[k] = x[i] * w[k]
        for k in range(3):
            s += d[k] * w[k]
            d[k] += w[k]
    return s


def last_value(x):
    t = 0.0
    for i in range(len(x)):
        t = math.exp(x[i])
    return t


def left_early(x):
    s = 0.0
    for i in range(len(x)):
        s += math.exp(x[i])
        if s > 2.5:
            break
    return s


TWO_PASSES = [
    (product, (X,)),
    (read_in_the_round, (X,)),
    (sum_of_sums, (X, 0.3)),
    (read_after, (X,)),
    (neighbours, (X,)),
    (the_last_counts, (X,)),
    (from_the_end, (X,)),
    (half_overwritten, (X, W)),
    (last_value, (X,)),
    (left_early, (X,)),
    (rows, (A, W)),
]


def text_of(function, args):
    wrt = tuple(i for i, a in enumerate(args) if not isinstance(a, int))
    return symdiff.source(function, wrt, at=args, target="numba")


def results(text, args):
    """What the text gives in Python, without Numba."""
    names: dict = {}
    exec(text.replace("@numba.njit\n", ""), names)
    made = next(name for name in names if name.endswith("_grad"))
    return flat(names[made](*(a.copy() if isinstance(a, np.ndarray) else a for a in args)))


def flat(result):
    if isinstance(result, tuple):
        return [number for part in result for number in flat(part)]
    return list(np.ravel(result))


def assert_as_in_two_passes(function, args):
    wrt = tuple(i for i, a in enumerate(args) if not isinstance(a, int))
    expected = flat(symdiff.value_and_grad(function, wrt)(*args))
    found = results(text_of(function, args), args)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-13)  # sums in another order
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def outermost_loops(text):
    main = text[text.rindex("def ") :]
    return len(re.findall(r"^    for ", main, re.M))


@pytest.mark.parametrize("function, args", FUSED, ids=lambda v: getattr(v, "__name__", ""))
def test_loops_that_carry_sums_are_run_once(function, args):
    text = text_of(function, args)
    assert outermost_loops(text) == (3 if function is several else 1), text
    assert_as_in_two_passes(function, args)


@pytest.mark.parametrize("function, args", TWO_PASSES, ids=lambda v: getattr(v, "__name__", ""))
def test_loops_that_carry_more_take_two_passes(function, args):
    assert outermost_loops(text_of(function, args)) == 2, text_of(function, args)
    assert_as_in_two_passes(function, args)


def test_what_a_fused_round_keeps_is_at_hand():
    text = text_of(cases, (X, W))
    assert "_kept" not in text
    assert text.count("math.log(") == 1


def test_inner_loops_keep_the_values_of_one_round():
    assert "p_kept = np.empty(len(x))" in text_of(polynomial, (X, 4))


def test_the_users_loops_keep_their_order():
    text = text_of(several, (X, W, 0.3))
    assert text.index("math.sin(w_0") < text.index("math.exp(x_i)") < text.index("penalty * w_j")


def test_numba_compiles_what_is_fused():
    gradient = symdiff.value_and_grad(buffers, (0, 1), target="numba")
    expected = symdiff.value_and_grad(buffers, (0, 1))(X, W)
    np.testing.assert_allclose(flat(gradient(X, W)), flat(expected), rtol=1e-12)


def test_second_derivatives_are_those_of_one_pass():
    slope = symdiff.grad(nearest, argnums=1)
    text = symdiff.source(slope, 1, mode="pushforward", at=(A, W), target="numba")
    assert outermost_loops(text) == 1, text
    names: dict = {}
    exec(text.replace("@numba.njit\n", ""), names)
    expected = symdiff.jvp(lambda w: slope(A, w), (W,), (X[:3],))
    np.testing.assert_allclose(
        flat(names["nearest_grad_jvp"](A, W, X[:3])), flat(expected), rtol=1e-12
    )


def test_where_an_inner_loop_is_fused_too_nothing_is_left_to_say():
    def total(x, w):
        s = 0.0
        for i in range(len(x)):
            for j in range(len(w)):
                s += math.sin(x[i] * w[j])
        return s

    text = text_of(total, (X, W))
    assert text.count("for ") == 2
    assert text.count("# backward") == 1  # of the inner loop


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_random_loops(seed, monkeypatch):
    """Their gradients stay what they are in two passes, and every step is well formed."""
    text, name = program(seed), f"<loops {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    names = {"math": math, "np": np}
    exec(compile(text, name, "exec"), names)
    monkeypatch.setattr(fuse, "_fused", lambda p, fused=fuse._fused: verify(fused(p)))
    random = np.random.default_rng(seed)
    args = (random.normal(size=4), random.normal(size=(4, 3)), random.normal(size=3), 4, 3)
    assert_as_in_two_passes(names["f"], args)
