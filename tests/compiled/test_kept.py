"""Values kept in arrays: the text, and gradients that are those of the Python target."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff
from compiled_text import U, assert_gradients_agree, flat, reals, run, written
from symdiff.compiled.kept import keep_in_arrays
from symdiff.stages import verify


def logistic(x, r, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


def rectangular(x, n, m):
    s = 0.0
    for i in range(n):
        p = x
        for j in range(m):
            p = p * math.sin(x + j) + i
        s += p * p
    return s * s


def triangular(x, n):
    s, y = 0.0, x
    for i in range(n):
        for _ in range(i):
            y = math.sin(y) * x
        s += y
    return s


def deep(x, n):
    y = x
    for i in range(n):
        for j in range(i, n):
            for _ in range(2, j):
                y = math.sin(y) + x
    return y


def spans(x, a, b):
    y = x
    for i in range(a, b, 3):
        y = math.sin(y) * i + x
    for i in range(b, a, -2):
        y = math.sin(y) * i + x
    for i in range(b - 1, -1, -1):
        y = math.sin(y) * i + x
    for i in range(a, b):
        y = math.sin(y) * i + x
    return y


def left_early(x, n):
    y = x
    for i in range(2, n):
        y = math.sin(y) + x * i
        if y > 3.0:
            break
    return y


def left_inside(x, n):
    y = x
    for i in range(n):
        for j in range(3, 9):
            y = math.sin(y) + x * j
            if y > 0.1 * i + 2.0:
                break
    return y


def under_branches(x, n):
    y = x
    for i in range(n):
        if y > 0.5:
            for j in range(4):
                y = math.sin(y) * x + j
        elif i % 2:
            y = y * y + x
    return y


def until(x):
    y = x
    while y < 30.0:
        y = y * y + x
    return y


def rows(A, x):
    y = x
    for row in A:
        for a in row:
            y = math.sin(y) * a
    return y


def slices(u, k, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += k * u[2:] * u[:-2] * u[1:-1]
    return np.sum(u**2)


def buffered(x, steps):
    n = len(x)
    y, z = np.zeros(n), np.zeros(n)
    for _ in range(steps):
        for i in range(n):
            z[i] = y[i] + x[i]
        for i in range(n):
            y[i] = math.sin(z[i]) * z[n - 1 - i]
    return y.sum()


def relaxed(u, k, n):
    u = u.copy()
    for _ in range(n):
        for i in range(1, len(u) - 1):
            u[i] = u[i] + k * (u[i + 1] * u[i - 1] - u[i] ** 2)
    return u.sum()


def told_late(x, n):
    y = x
    for i in range(n):
        if i > 1:
            y = y * math.sin(z)  # noqa: F821
        z = y + i  # noqa: F841
    return y


def inner(x, n):
    y = x
    for _ in range(n):
        y = math.sin(y) * x
    return y


def called(x, n):
    return inner(x, n) * inner(x * x, 3) + inner(x, 0)


PROGRAMS = [
    (logistic, (0.3, 3.7, 10)),
    (logistic, (0.3, 3.7, 0)),
    (logistic, (0.3, 3.7, -2)),
    (rectangular, (0.3, 4, 3)),
    (rectangular, (0.3, 4, -1)),
    (triangular, (0.3, 5)),
    (deep, (0.3, 5)),
    (spans, (0.3, -4, 9)),
    (spans, (0.3, 4, 2)),
    (left_early, (0.4, 12)),
    (left_early, (0.4, 1)),
    (left_inside, (0.4, 6)),
    (under_branches, (0.9, 7)),
    (until, (1.3,)),
    (rows, (np.outer(U[:3], U[3:7]), 0.4)),
    (slices, (U, 0.1, 4)),
    (slices, (U[:2], 0.1, 4)),
    (slices, (U[:1], 0.1, 2)),
    (buffered, (U, 4)),
    (relaxed, (U, 0.1, 5)),
    (told_late, (0.7, 6)),
    (called, (0.7, 5)),
]


@pytest.mark.parametrize("function, args", PROGRAMS, ids=lambda v: getattr(v, "__name__", ""))
def test_gradients_are_those_of_the_python_target(function, args):
    assert_gradients_agree(function, args)


@pytest.mark.parametrize(
    "function, args, lines",
    [
        (
            logistic,
            (0.3, 3.7, 10),
            ["x_kept = np.empty(max(n, 0))", "x_kept[i] = x", "x = x_kept[i]"],
        ),
        (
            rectangular,
            (0.3, 4, 3),
            ["np.empty((2, max(n, 0), max(m, 0)))", "p_kept_1 = np.empty(", "p_kept[i, j]"],
        ),
        (
            triangular,
            (0.3, 5),
            ["size += i", "= np.empty((2, size))", "y_kept[at] = y", "at -= 1"],
        ),
        (deep, (0.3, 5), ["size += len(range(2, j))"]),
        (spans, (0.3, -4, 9), ["y_kept = np.empty(len(range(a, b, 3)))", "y_kept[(i - a) // 3]"]),
        (left_early, (0.4, 12), ["y_kept[i - 2] = y", "for j in range(rounds - 1, -1, -1):"]),
        (until, (1.3,), ["y_kept.append(y)"]),
        (buffered, (U, 4), ["np.empty((2, max(steps, 0), n))", "z_kept[steps - 1 - j] = z"]),
        (relaxed, (U, 0.1, 5), ["np.empty((3, max(n, 0), max(len_u_minus_1, 0)))"]),
        (called, (0.7, 5), ["= np.empty((2, max(n, 0)))", "return y, (y_kept, sin_y_kept)"]),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_what_is_kept_is_in_arrays_of_its_size(function, args, lines):
    text = written(function, args)
    for line in lines:
        assert line in text, text


def test_what_does_not_change_in_a_loop_is_not_kept():
    text = written(relaxed, (U, 0.1, 5))
    assert "len_u_minus_1_kept" not in text and "int64" not in text


def test_an_array_of_floats_of_32_bits_is_kept_as_such():
    assert ", u.dtype)" in written(kept_slices, (U, 3))


def kept_slices(u, n):
    u = u.copy()
    for _ in range(n):
        u[1:] = np.sin(u[1:]) * u[:-1]
    return np.sum(u)


def test_second_derivatives_keep_arrays_beside_the_lists_of_the_first():
    def neighbours(x):
        y = np.zeros(len(x))
        for i in range(1, len(x)):
            y[i] = math.sin(y[i - 1]) + x[i]
        return y.sum()

    def squared(x):
        slope = symdiff.grad(neighbours)(x)
        return np.sum(slope * slope)

    found = run(symdiff.source(squared, 0, at=(U,), target="numba"), "squared_grad", (U,))
    expected = symdiff.grad(squared)(U)
    np.testing.assert_allclose(found[1], expected, rtol=1e-12)


def test_every_step_is_well_formed(monkeypatch):
    from symdiff.compiled import kept

    seen = []

    def checked(procedure):
        made = keep_in_arrays(procedure)
        for each in (made, *made.callees.values()):
            seen.append(verify(each))
        return made

    monkeypatch.setattr(kept, "keep_in_arrays", checked)
    for function, args in PROGRAMS:
        written(function, args)
    assert len(seen) > len(PROGRAMS)


def test_numba_compiles_what_is_kept():
    pytest.importorskip("numba")
    for function, args in ((triangular, (0.3, 5)), (slices, (U, 0.1, 4))):
        expected = symdiff.grad(function, reals(args))(*args)
        found = symdiff.grad(function, reals(args), target="numba")(*args)
        np.testing.assert_allclose(flat(found), flat(expected), rtol=1e-12)


def left_with_nothing_kept(x, n):
    y = x
    for i in range(3, n):
        y = y + x * i
        if i > 4:
            break
    return y


def test_loops_left_early_run_backwards_over_their_rounds():
    text = written(left_with_nothing_kept, (0.4, 9))
    assert "[:rounds]" not in text
    assert run(text, "left_with_nothing_kept_grad", (0.4, 9))[1] == (1.0 + 3 + 4 + 5,)


def test_arrays_of_one_shape_are_made_together():
    text = written(slow_and_fast, (0.4, 0.7, 9))
    assert "x_kept, sin_x_kept = np.empty((2, max(n, 0)))" in text, text


def test_functions_are_kept_and_sums_and_products_are_computed_again():
    text = written(slow_and_fast, (0.4, 0.7, 9))
    assert text.count("math.sin(x)") == 1
    assert text.count("x * y - 1") == 2


def slow_and_fast(x, y, n):
    for _ in range(n):
        x = math.sin(x) * (x * y - 1)
    return x


def test_one_value_is_kept_once():
    text = written(read_twice, (U, 0.3, 4))
    assert "y_i_kept_1" not in text, text
    assert_gradients_agree(read_twice, (U, 0.3, 4))


def read_twice(y, x, n):
    y = y.copy()
    for _ in range(n):
        for i in range(len(y)):
            y[i] = math.sin(y[i] * x) * y[i]
    return y.sum()


def test_what_a_round_keeps_is_allocated_once():
    args = (np.outer(U[:4], U[2:5]), U[:3])
    text = written(scratch, args)
    forward = text.split("for p in")[0]
    assert "c_kept" in forward, text
    assert_gradients_agree(scratch, args)


def scratch(X, mu):
    c = np.empty(len(mu))
    total = 0.0
    for p in range(len(X)):
        square = 0.0
        for k in range(2):
            for j in range(len(mu)):
                c[j] = math.sin(X[p, j]) - mu[j] * (k + 1)
            for i in range(len(mu)):
                square += c[i] * c[i] * c[0]
        total += math.log(1.0 + square)
    return total


def test_a_stack_that_tells_the_rounds_of_a_while_loop_stays():
    def shrunk(x):
        y = x.copy()
        while np.sum(y * y) > 0.5:
            for i in range(len(y)):
                y[i] *= 0.5 + 0.1 * math.sin(y[i])
        return np.sum(y)

    x = np.array([0.9, -0.4, 1.3])
    names: dict = {}
    text = symdiff.source(shrunk, 0, at=(x,), target="numba")
    exec(text.replace("@numba.njit\n", ""), names)
    np.testing.assert_allclose(names["shrunk_grad"](x)[1], symdiff.grad(shrunk)(x), rtol=1e-12)


def whole_states(x, n):
    y = x.copy()
    for _ in range(n):
        old = y.copy()
        for i in range(1, len(x)):
            y[i] = old[i - 1] * old[i] * x[i]
    return y.sum()


def test_arrays_are_kept_in_the_order_in_which_they_are_taken():
    text = written(whole_states, (U, 3))
    forward, backward = text.split("# backward")
    assert "_kept[n - 1 - j] = " in forward, text
    assert "for j in range(n):" in backward, text
    assert_gradients_agree(whole_states, (U, 3))


def scaled_states(x, n):
    y = x.copy()
    for step in range(n):
        old = y.copy()
        for i in range(1, len(x)):
            y[i] = old[i - 1] * old[i] * step
    return y.sum()


def test_the_number_of_a_round_that_is_read_stays_what_it_was():
    text = written(scaled_states, (U, 3))
    assert "for step in range(n - 1, -1, -1):" in text, text
    assert_gradients_agree(scaled_states, (U, 3))


def scaled_by_the_outer_round(x, n):
    for t in range(n):
        for _ in range(2):
            x = x * (0.4 * ((t + 1) + 0.3 - (t + 1) * 0.7 + t * 0.1)) + math.sin(x)
    return x


def test_what_only_inner_rounds_leave_alone_is_kept_for_the_outer_ones():
    assert_gradients_agree(scaled_by_the_outer_round, (0.4, 3))


def returned_early(x, k):
    if k > 3:
        return x[0] * x[1]
    if k > 2:
        y = np.ones(len(x))
        for i in range(1, len(x)):
            y[i] = math.sin(y[i - 1] * x[i])
        return y[-1]
    y = 0.5
    for i in range(k + 1, len(x)):
        y = math.cos(y * x[i])
    return y


def twice(x, k):
    return returned_early(x, k) + returned_early(x * 2.0, k)


@pytest.mark.parametrize("k", [1, 3, 4])
def test_arrays_made_in_one_arm_are_handed_on_empty_from_the_others(k):
    text = written(twice, (U, k))
    assert "returned_early_forward" in text and "np.empty(0)" in text, text
    assert_gradients_agree(twice, (U, k))
