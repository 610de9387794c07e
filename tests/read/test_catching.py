"""Try statements become branches where it can be asked beforehand whether a statement raises."""

import math
from math import sqrt

import numpy as np
import pytest

import symdiff


def division(x, y):
    x, y = float(x), float(y)
    try:
        return x / y
    except ZeroDivisionError:
        return 3 * x


def two_statements(x, y):
    x, y = float(x), float(y)
    try:
        u = x / y
        v = sqrt(u - 1)
    except (ZeroDivisionError, ValueError):
        v = x * y
    else:
        v += u
    finally:
        x = 2 * x
    return v * x


def in_a_loop(x, y):
    x, y = float(x), float(y)
    s = x
    for i in range(4):
        try:
            s += x / (y - float(i))
        except ZeroDivisionError:
            continue
        s *= 1.1
    return s


def in_order(x, y):
    try:
        s = math.log(x)
        s += 1 / s
        s *= math.acos(y)
    except ArithmeticError:
        s = 5 * x
    return s * y


def raised_by_hand(x, y):
    try:
        if x > y:
            raise ValueError("too large")
        z = math.log(x)
    except ValueError:
        z = x * y
    return z * y


def handed_up(x, y):
    x, y = float(x), float(y)
    try:
        try:
            z = 1 / x
        except ZeroDivisionError:
            z = 1 / y
    except ZeroDivisionError:
        z = x
    return z * math.exp(x)


def overflowing(x, y):
    try:
        z = math.exp(x)
    except OverflowError:
        return y
    return z / (1 + z) * y


def with_a_power(x, y):
    x, y = float(x), float(y)
    try:
        z = x**y
    except ZeroDivisionError:
        z = y
    return z * y


def reraised(x, y):
    try:
        z = x / y
    except ZeroDivisionError:
        raise
    except ValueError as error:
        raise RuntimeError("unlikely") from error
    return z * z


AT = [
    (division, 3.0, 2.0), (division, 3.0, 0.0), (two_statements, 3.0, 2.0),
    (two_statements, 1.0, 2.0), (two_statements, 1.0, 0.0), (in_a_loop, 2.0, 2.0),
    (in_a_loop, 2.0, 2.5), (in_order, 2.0, 0.3), (in_order, 1.0, 0.3), (raised_by_hand, 3.0, 2.0),
    (raised_by_hand, 1.0, 2.0), (raised_by_hand, -1.0, 2.0), (handed_up, 2.0, 1.0),
    (handed_up, 0.0, 2.0), (handed_up, 0.0, 0.0), (overflowing, 1.0, 2.0),
    (overflowing, 1000.0, 2.0), (with_a_power, 2.0, -1.5), (with_a_power, 0.0, -2.0),
    (reraised, 2.0, 3.0),
]  # fmt: skip


@pytest.mark.parametrize("function, x, y", AT, ids=lambda v: getattr(v, "__name__", str(v)))
def test_the_path_taken_is_differentiated(function, x, y):
    value, pullback = symdiff.vjp(function, x, y)
    assert value == function(x, y)
    h, found = 1e-6, pullback(1.0)
    for at, slope in enumerate(found):
        if (x, y)[at] == 0 or function is in_order and x == 1:
            continue  # the handler runs at this very point
        if function is in_a_loop and y == 2 and at == 1:
            continue
        above, below = ((x + s, y) if at == 0 else (x, y + s) for s in (h, -h))
        assert math.isclose(slope, (function(*above) - function(*below)) / (2 * h), rel_tol=1e-7)


def test_the_value_at_the_point_itself_is_that_of_the_handler():
    assert symdiff.grad(division, (0, 1))(2.0, 0.0) == (3.0, 0.0)
    assert symdiff.grad(handed_up, (0, 1))(0.0, 2.0) == (0.5, -0.25)


def test_the_check_proves_both_paths():
    report = symdiff.check(division, (3.0, 2.0))
    assert report.status == "proved"


def test_what_python_raises_leaves_where_no_handler_catches_it():
    with pytest.raises(ZeroDivisionError):
        symdiff.grad(reraised)(1.0, 0.0)
    with pytest.raises(ValueError, match="math domain error|expected a"):
        symdiff.grad(in_order)(-1.0, 0.3)


def test_numbers_and_sequences_are_told_apart():
    def mean(x):
        try:
            n = len(x)
        except TypeError:
            return x * x
        return sum(v * v for v in x) / n

    assert symdiff.grad(mean)(3.0) == 6.0
    assert symdiff.grad(mean)([3.0, 1.0]) == [3.0, 1.0]


def test_stores_into_numbers_and_arrays_are_told_apart():
    def clipped(x):
        y = x * x
        try:
            y[abs(y) < 1.0] = 0.0
        except TypeError:
            if abs(y) < 1.0:
                y = 0.0 * y
        return np.sum(y)

    assert symdiff.grad(clipped)(3.0) == 6.0
    assert symdiff.grad(clipped)(0.5) == 0.0
    assert symdiff.grad(clipped)(np.array([3.0, 0.5])).tolist() == [6.0, 0.0]


def test_missing_items_are_known():
    def shifted(x, name="b"):
        table = {"a": x, "c": 2 * x}
        try:
            y = table[name]
        except KeyError:
            y = 7 * x
        values = [x, 2 * x, 3 * x]
        try:
            y += values[3]
        except IndexError:
            y += values[-1]
        return y

    assert symdiff.grad(shifted)(1.0) == 10.0
    assert symdiff.grad(lambda x: shifted(x, "c"))(1.0) == 5.0


def helper(x):
    return math.log(x)


def calls_a_function(x):
    try:
        return helper(x)
    except ValueError:
        return 0.0


def uses_what_was_caught(x):
    try:
        return 1 / x
    except ZeroDivisionError as error:
        return float(len(str(error)))


def overflows_perhaps(x):
    try:
        return x**3.5
    except OverflowError:
        return x


def takes_the_next(x, y):
    """The operand can be computed once only."""
    items = iter([x, y, x * y])
    try:
        z = sqrt(next(items))
    except ValueError:
        z = 0.0
    return z + next(items)


def counts_on(x, y):
    z = x
    try:
        w = y / (z := z * 2)
    except ZeroDivisionError:
        w = 0.0
    return w + z


def takes_apart(x, y=1.0):
    pair = (x, y) if x > y else None
    try:
        a, b = pair
    except TypeError:
        return x
    return a * b


@pytest.mark.parametrize(
    "function",
    [
        calls_a_function,
        uses_what_was_caught,
        overflows_perhaps,
        takes_the_next,
        counts_on,
        takes_apart,
    ],
)
def test_what_can_not_be_asked_is_refused(function):
    with pytest.raises(symdiff.SymdiffError, match="'try' around active code that may raise"):
        symdiff.grad(function)(2.0)
