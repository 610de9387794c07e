"""Containers, iterators, generators, objects and patterns: what is right, and what is refused."""

from __future__ import annotations

import itertools
import math
from collections import deque

import pytest

import symdiff
from differences import assert_right
from symdiff.errors import SymdiffError


def test_what_is_asked_of_a_set_is_asked_once():
    def f(x):
        seen = set()
        total = 0.0
        for k in [1, 2, 2, 3, 1]:
            if k in seen:
                continue
            seen.add(k)
            total += x**k
        return total

    assert_right(f, 1.3)


def test_two_sets_are_two_objects():
    def f(x):
        a, b = set(), set()
        a.add(1)
        return x * x if len(a) > len(b) else x

    assert_right(f, 1.3)


def test_an_object_that_took_in_active_values_is_refused():
    def f(x, y):
        box = bytearray(2)
        box.append(x)
        return sum(box) * y

    with pytest.raises(SymdiffError, match="active"):
        symdiff.grad(f)(2.0, 3.0)


def test_dicts_are_joined():
    def f(x, y):
        both = {"a": x} | {"b": y, "a": 1.0}
        both |= {"c": x * y}
        return both["a"] * both["b"] + both["c"]

    assert_right(f, 2.0, 3.0)


def test_items_of_a_list_are_exchanged_in_a_loop():
    def f(x, y):
        xs = [x, 2, y]
        for _ in range(2):
            xs[0], xs[1], xs[2] = xs[1], xs[2], xs[0] * y
        return xs[0] - xs[2]

    assert_right(f, 1.0, 2.0)


def test_a_list_that_only_rounds_make_has_a_length_before_the_first():
    def f(x, y, z, n):
        m = 0
        while True:
            m += 1
            if m > n:
                break
            if m == 2 and y > 0.2:
                v = x * z
                for _ in range(2):
                    s = [v, y]
                    for a in s:
                        v = v * 0.5 + a
                return v * s[-1]
        return x * y

    assert_right(f, 1.0, 2.0, 3.0, 3)
    assert_right(f, 1.0, 2.0, 3.0, 0)


def test_parts_around_a_star_tell_their_own_kinds():
    def f(x, y, z):
        (a, b), *rest = (x * z, y**2), y - 1, z
        return a * b + rest[0] * rest[1]

    assert "return" in symdiff.source(f)


def test_a_deque_forgets_what_it_has_no_room_for():
    def f(xs, size: int):
        window = deque(maxlen=size)
        total = 0.0
        for x in xs:
            window.append(x * x)
            total += sum(window) * window[0]
        return total

    assert_right(f, [1.0, 2.0, 0.5, 3.0], 2)


def test_a_slice_of_unknown_length_is_replaced():
    def f(xs, y):
        ys = [x * y for x in xs]
        ys[1:-1] = [y, y * y, y]
        del ys[:1]
        return sum(v * v * k for k, v in enumerate(ys))

    assert_right(f, [1.0, 2.0, 0.5, 3.0], 1.5)


def test_an_iterator_of_a_list_is_drained_by_next():
    def f(xs):
        rest = iter(xs)
        return next(rest) * sum(rest)

    assert_right(f, [1.0, 2.0, 0.5])


def test_next_of_nothing_is_the_default():
    def f(xs, y):
        return next((x * y for x in xs if x > 10.0), y * y)

    assert_right(f, [1.0, 2.0], 3.0)
    assert_right(f, [1.0, 12.0], 3.0)


def endless(x):
    while True:
        yield x
        x = x * 0.5


def test_a_generator_that_never_ends_is_refused():
    def f(x):
        return sum(itertools.islice(endless(x), 4))

    with pytest.raises(SymdiffError, match="never ends"):
        symdiff.grad(f)(1.0)


class Counting:
    def __init__(self, left):
        self.left = left

    def __iter__(self):
        return self

    def __next__(self):
        if self.left <= 0:
            raise StopIteration
        self.left -= 1
        return self.left


def test_an_object_that_is_its_own_iterator_is_refused():
    def f(x):
        for k in Counting(3):
            x = x * k
        return x

    with pytest.raises(SymdiffError, match="its own iterator"):
        symdiff.grad(f)(1.0)


def test_patterns_of_lists_dicts_and_classes():
    def f(x, y):
        total = 0.0
        for given in ([x, y, x * y], {"kind": "box", "w": x, "h": y}, 2.0, [x]):
            match given:
                case [first, *_, last]:
                    total += first * last
                case {"kind": "box" | "cube", "w": w, **rest}:
                    total += w * rest["h"]
                case float() as number if number > 1.0:
                    total *= number
                case [only]:
                    total -= only
        return total

    assert_right(f, 1.3, 0.4)


def test_a_pattern_that_is_tested_at_run_time():
    def f(x, n):
        match n:
            case 0 | 1:
                return x
            case 2:
                x = x * x
            case _ if n > 5:
                return x**3
        return x + n

    for n in (0, 1, 2, 3, 7):
        assert_right(f, 1.3, n)


class Shade:
    def __init__(self, gain):
        self.gain = gain


class Warm(Shade):
    def __init__(self, gain, shift):
        super(Warm, self).__init__(2 * gain)  # noqa: UP008
        self.shift = shift


def shaded(x, kind):
    made = kind(x, 1.0) if issubclass(kind, (Warm, float)) else kind(x)
    if isinstance(kind, str) or isinstance(max(x, 1), Shade):
        return x
    return made.gain * x + made.shift


def test_classes_are_asked_for_their_bases():
    assert symdiff.grad(lambda x: shaded(x, Warm))(3.0) == 12.0


def test_the_first_numbers_of_count_are_a_range():
    def series(x):
        total = sum(x**k for k in itertools.islice(itertools.count(), 12))
        for k in itertools.islice(itertools.count(3, -2), 4):
            total += math.sin(k * x)
        return total

    text = symdiff.source(series)
    assert "range(12)" in text and "range(3, -5, -2)" in text
    slope = sum(k * 0.3 ** (k - 1) for k in range(1, 12))
    slope += sum(k * math.cos(0.3 * k) for k in range(3, -5, -2))
    assert math.isclose(symdiff.grad(series)(0.3), slope)
    again = symdiff.grad(lambda x: sum(k * x for k in itertools.islice(itertools.count(2, 0), 3)))
    assert again(1.0) == 6.0


class Getter:
    """What a property is made with, that no 'def' defines."""

    def __init__(self, of):
        self.of = of

    def __call__(self, owner):
        return self.of(owner)


class Ball:
    def __init__(self, r):
        self.r = r

    area = property(Getter(lambda self: 3.0 * self.r * self.r))


def test_a_property_of_another_kind_is_looked_up_or_refused():
    ball = Ball(2.0)
    assert symdiff.grad(lambda x: ball.area * x)(3.0) == 12.0
    with pytest.raises(SymdiffError, match="a property of another kind"):
        symdiff.grad(lambda x: Ball(x).area)(3.0)
