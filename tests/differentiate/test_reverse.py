"""The reverse sweep: every pass leaves a procedure that is well formed, with the right slopes."""

from __future__ import annotations

import math

import pytest

import symdiff
from differences import assert_right, leaves, procedures_of, slopes
from support import run
from symdiff.stages import verify

CASES = []


def case(*args):
    def note(function):
        CASES.append(pytest.param(function, args, id=function.__name__))
        return function

    return note


@case(1.5, 2.5)
def a_swap(x, y):
    if x < y:
        x, y = y, x
    return x * x - y


@case(0.3, 0.8)
def a_rotation_in_a_loop(x, y):
    s = (x, y, 1.0)
    for i in range(4):
        s = (s[1], s[2] * x, s[0] + y * i)
    a, b, c = s
    return a * b + c


@case(0.3, 7)
def two_variables_that_follow_each_other(x, n):
    a, b = x, 1.0
    for _ in range(n):
        a, b = b, a + b * x
    return a


@case(1.5, 0.7)
@case(0.5, 1.7)
@case(0.5, 0.7)
def branches(x, y):
    if x > 1:
        z = x * y
    elif y > 1 and not x < 0:
        z = math.sin(x) * y**2
    else:
        z = x - y
    return z * x


@case(1.5)
@case(0.5)
def an_arm_that_gives_a_constant(x):
    y = 0.0
    if x > 1:
        y = x * x
    return y * x + 1


@case(1.5)
@case(0.5)
@case(0.1)
def nested_branches(x):
    y = x
    if x > 0.3:
        y = y * x
        if x > 1:
            y = y * y
            z = math.exp(y)
        else:
            z = y
        y = z * x
    return y


@case(1.5, 3)
def a_branch_in_a_loop_on_what_the_loop_changes(x, n):
    for i in range(n):
        if x > 1:
            y = x / (i + 2)
            x = y * y
        else:
            x = x + math.sin(x)
    return x


@case(3.0)
def a_while_loop_that_looks_at_what_it_changes(x):
    n = 0
    while x > 0.1 and n < 50:
        x = x * x / (1 + x) - 0.01
        n += 1
    return x * n


@case(3.0, 0.5)
def bisection(a, low):
    high = a
    for _ in range(60):
        middle = 0.5 * (low + high)
        if middle * middle > a:
            high = middle
        else:
            low = middle
        if high - low < 1e-12:
            break
    x = 0.5 * (low + high)
    x = x - (x * x - a) / (2 * x)
    return x - (x * x - a) / (2 * x)


@case(2.0)
def steps_of_changing_size(x):
    t, h, n = 0.0, 0.1, 0
    while t < 1.0 and n < 200:
        if t + h > 1.0:
            h = 1.0 - t
        k1 = -x * x
        k2 = -((x + h * k1) ** 2)
        if abs(h * (k2 - k1) / 2) < 1e-3:
            x, t, h = x + h * (k1 + k2) / 2, t + h, h * 1.5
        else:
            h = h * 0.5
        n += 1
    return x * t


@case([1.0, 2.0, 3.5])
def items_by_index(xs):
    s = 0.0
    for i in range(len(xs)):
        s += xs[i] * xs[i - 1]
    return s


@case([1.0, 2.0, 3.5], [0.5, 0.1, 0.2])
def a_dot_product(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


@case([1.0, 2.0, 3.5])
def a_variance(xs):
    mean = sum(xs) / len(xs)
    return sum((x - mean) ** 2 for x in xs) / (len(xs) - 1)


@case(0.3, 6)
def a_list_built_from_its_own_items(x, n):
    parts = [x]
    for i in range(n):
        parts.append(math.sin(parts[-1]) * x + i)
    return parts[-1] * parts[1]


@case([3.0, 1.0, 2.0])
def stores_and_sums_in_place(xs):
    for i in range(len(xs)):
        xs[i] = xs[i] * xs[0]
        xs[-1] += xs[i]
    return sum(xs) * xs[1]


@case([3.0, 1.0, 2.0])
def extremes_and_order(xs):
    ranked = sorted(xs, reverse=True)
    return max(xs) * min(xs) + ranked[0] * ranked[2] ** 2


@case([3.0, 1.0, 2.0])
def popped_inserted_and_reversed(xs):
    last = xs.pop()
    xs.insert(1, last * xs[0])
    first = xs.pop(0)
    return sum(x * i for i, x in enumerate(reversed(xs))) * first


@case([3.0, 1.0, 2.0, 4.0])
def slices(xs):
    a, b = xs[1:], xs[::-2]
    return sum(a) * b[0] + sum(x * y for x, y in zip(a, b))  # noqa: B905


@case([[2.0, 0.5], [0.3, 1.5]])
def rows_of_a_matrix(rows):
    s = 0.0
    for i, row in enumerate(rows):
        for j, item in enumerate(row):
            s += item * rows[j][i]
    return s


@case(2.0, 0.5, 1.5)
def cholesky(a, b, c):
    m, n = [[a, b], [b, c]], 2
    low = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = sum(low[i][k] * low[j][k] for k in range(j))
            low[i][j] = math.sqrt(m[i][i] - s) if i == j else (m[i][j] - s) / low[j][j]
    return 2 * sum(math.log(low[i][i]) for i in range(n))


@case(1.2)
def checks_that_do_not_fail(x):
    if x < 0:
        raise ValueError("negative")
    assert x < 9, f"no {x}"
    return x**2


@case(0.7, 5)
def early_return_from_a_loop(x, n):
    total = 0.0
    for i in range(n):
        total += x**i
        if total > 2:
            return total * x
    return total


@case(0.7, 3)
def kept_values_of_two_loops_in_a_row(x, n):
    for _ in range(n):
        x = math.sin(x) * x
    for _ in range(n):
        x = math.cos(x) * x
    return x


@case(0.7, 0.9)
def shared_values(x, y):
    a = math.exp(x * y)
    b = a / (1 + a)
    return a * b + b * b / a


@pytest.mark.parametrize("function, args", CASES)
def test_slopes_are_right(function, args):
    assert_right(function, *args)


@pytest.mark.parametrize("function, args", CASES)
def test_every_pass_leaves_a_procedure_that_is_well_formed(function, args):
    for procedure in procedures_of(function, *args).values():
        verify(procedure)
        for callee in procedure.callees.values():
            verify(callee)


SCALARS = [p for p in CASES if not any(isinstance(a, list) for a in p.values[1])]
# The interpreter of procedures has no helpers of adjoints, and no values that are not defined.
NOT_INTERPRETED = ("a_list_built_from_its_own_items", "cholesky", "early_return_from_a_loop")


@pytest.mark.parametrize("function, args", [p for p in SCALARS if p.id not in NOT_INTERPRETED])
def test_simplifying_changes_no_slope(function, args):
    made = procedures_of(function, *args)
    expected = slopes(function, args, {})
    for name in ("differentiated", "simplified"):
        value, gradient = run(made[name], *args)
        assert value == pytest.approx(function(*args), rel=1e-12)
        assert leaves(gradient) == pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_an_exception_is_that_of_the_function():
    gradient = symdiff.grad(checks_that_do_not_fail)
    with pytest.raises(ValueError, match="negative"):
        gradient(-1.0)
    with pytest.raises(AssertionError, match="no 9.5"):
        gradient(9.5)


def test_adjoints_of_ties_are_shared():
    assert symdiff.grad(lambda x, y: max(x, y), argnums=(0, 1))(0.5, 0.5) == (0.5, 0.5)


def test_a_list_that_takes_no_part_has_a_gradient_of_zeros():
    assert symdiff.grad(lambda xs, y: len(xs) * y, argnums=(0, 1))([1.0, 2.0], 3.0) == (
        [0.0, 0.0],
        2.0,
    )


def test_gradients_share_no_list_with_each_other():
    def f(a, b):
        return sum(a) + sum(b)

    da, db = symdiff.grad(f, argnums=(0, 1))([1.0], [2.0])
    da[0] = 7.0
    assert db == [1.0]


def test_cost_stays_linear_in_values_that_are_read_many_times():
    def f(x):
        a = x
        b = a + a
        c = b * b
        d = c + c
        e = d * d
        return e + e

    assert len(symdiff.source(f).splitlines()) < 30
    assert_right(f, 0.7)


def with_a_df(f, x):
    df = f * x
    dx = df + math.sin(df)
    return dx * dx * f


def with_a_step(x, dt, n):
    for _ in range(n):
        x = x + dt * math.sin(x)
    return x


def test_adjoints_are_not_called_as_the_users_own_variables():
    text = symdiff.source(with_a_df, at=(0.7, 1.2))
    assert "f_bar +=" in text and "ddf" not in text
    assert " df =" not in text.split("# backward")[1]
    assert_right(with_a_df, 0.7, 1.2)
    assert "_bar" not in symdiff.source(with_a_step, at=(0.7, 1.2, 3))
