"""Functions that return a tuple on some paths and None on the others."""

import math

import pytest

import symdiff


def newton(a):
    x = a
    for n in range(50):
        step = (x * x - a) / (2 * x)
        x -= step
        if abs(step) < 1e-14:
            return x, n


def ray(o, d):
    b = o * d
    inside = b * b - 2.0
    if inside < 0:
        return None
    s = math.sqrt(inside)
    return (-b - s, -b + s)


def quadratic(a, b, c):
    if a == 0:
        return None
    d = b * b - 4 * a * c
    if d < 0:
        return None
    return (-b + math.sqrt(d)) / (2 * a), (-b - math.sqrt(d)) / (2 * a)


def unpacked(a):
    x, n = newton(a)
    return x * a + n


def by_index(a):
    return newton(a)[0] * 3


def asked(a):
    found = newton(a)
    if found is None:
        return -a
    return found[0] + found[1]


def asked_for_truth(a):
    found = newton(a)
    if not found:
        return -a
    x, n = found
    return x * n


def in_rounds(a):
    best = 0.0
    for k in range(6):
        hit = ray(0.4 * k, a)
        if hit is not None:
            near, far = hit
            best += near * far * far
    return best


def or_another(a):
    high, low = quadratic(1.0, a, 2.0) or (a, a * a)
    return high * low + low


def none_at_all(a):
    """An empty tuple is as false as None."""
    found = () if a > 1 else None
    high, low = found or (a, a * a)
    return high * low if not found else -a


def none_at_all_or_nothing(a):
    found = () if a > 1 else None
    return a if (found and (a, a * a)) is None else 3 * a


def summed(a):
    return sum(quadratic(a, 5.0, 1.0)) + max(quadratic(1.0, 5.0, a))


AT = [(unpacked, 2.0), (by_index, 2.0), (asked, 2.0), (asked_for_truth, 2.0), (in_rounds, 1.3),
      (in_rounds, 0.3), (or_another, 3.0), (or_another, 1.0), (summed, 1.5),
      (none_at_all, 3.0), (none_at_all, 0.5), (none_at_all_or_nothing, 3.0),
      (none_at_all_or_nothing, 0.5)]  # fmt: skip


@pytest.mark.parametrize("function, a", AT)
def test_the_tuple_is_taken_apart_where_there_is_one(function, a):
    h = 1e-6
    slope = (function(a + h) - function(a - h)) / (2 * h)
    value, pullback = symdiff.vjp(function, a)
    assert value == function(a)
    assert math.isclose(pullback(1.0)[0], slope, rel_tol=1e-7, abs_tol=1e-9)
    assert symdiff.grad(function)(a) == pullback(1.0)[0]


def test_none_raises_where_a_tuple_is_needed():
    with pytest.raises(TypeError) as expected:
        unpacked(float("nan"))
    with pytest.raises(TypeError, match=str(expected.value)):
        symdiff.grad(unpacked)(float("nan"))
    with pytest.raises(TypeError, match=r"quadratic\(\) returned None"):
        symdiff.vjp(quadratic, 1.0, 1.0, 1.0)
    value, _ = symdiff.vjp(quadratic, 1.0, -3.0, 1.0)
    assert value == quadratic(1.0, -3.0, 1.0)


def test_a_name_without_a_value_in_the_first_rounds_is_kept():
    def late(x):
        total = 0.0
        for k in range(4):
            b = 0.4 * k - x
            if b > 0.5:
                t = math.sqrt(b) * x
            if b > 0.5:
                total += t * t * t
        return total

    h = 1e-6
    slope = (late(0.2 + h) - late(0.2 - h)) / (2 * h)
    assert math.isclose(symdiff.grad(late)(0.2), slope, rel_tol=1e-8)
