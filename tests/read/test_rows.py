"""Lists of tuples whose length is known at run time only."""

from __future__ import annotations

import math

import pytest

import symdiff
from symdiff.errors import SymdiffError


def slope(function, x, *more, h=1e-6):
    return (function(x + h, *more) - function(x - h, *more)) / (2 * h)


def tree(x, depth):
    todo = [(x, 0)]
    total = 0.0
    while todo:
        y, d = todo.pop()
        if d >= depth:
            total += math.sin(y)
        else:
            todo.append((0.5 * y, d + 1))
            todo.append((y * y, d + 1))
    return total


def stepped(x, n):
    kept = []
    for i in range(n):
        x = 0.9 * x + 0.1 * math.sin(x)
        kept.append((x, (i, x * x)))
    total = 0.0
    for a, (i, b) in reversed(kept):
        total += a * b * i
    first, (k, _) = kept[n - 2]
    return total + first * k + len(kept) * kept[-1][1][1]


def queue(x, n):
    waiting = []
    for i in range(n):
        waiting.insert(0, (x * i, i))
        if i % 3 == 2:
            waiting[0] = (x, 1)
            y, j = waiting.pop(0)
            x = x + 0.01 * y * j
    others = waiting[1:]
    others.append((x, 2))
    waiting.clear()
    return sum(y * j for y, j in others) + x + len(waiting)


def enumerated(x, n):
    values = []
    for _ in range(n):
        x = math.cos(x)
        values.append(x)
    total = 0.0
    for i, v in reversed(list(enumerate(values))):
        values[0] = 2.0 * v
        total += i * v * v
    for v, w in reversed(list(zip(values, values[1:]))):  # noqa: B905
        total += v * w
    return total + values[0]


@pytest.mark.parametrize(("f", "n"), [(tree, 3), (stepped, 4), (queue, 8), (enumerated, 4)])
def test_their_columns_are_lists(f, n):
    assert symdiff.value_and_grad(f)(0.7, n)[0] == pytest.approx(f(0.7, n))
    assert symdiff.grad(f)(0.7, n) == pytest.approx(slope(f, 0.7, n), rel=1e-6)
    d = symdiff.grad(f)
    assert symdiff.grad(d)(0.7, n) == pytest.approx(slope(d, 0.7, n), rel=1e-6)


def test_a_round_may_leave_a_list_as_it_is():
    def f(x, n):
        found = []
        for i in range(n):
            if i % 2:
                found.append((x * i, i))
        total = 0.0
        for y, i in found:
            total += y * y * i
        return total

    assert symdiff.grad(f)(0.7, 5) == pytest.approx(slope(f, 0.7, 5))
    assert symdiff.grad(f)(0.7, 0) == 0.0


def test_tuples_of_another_shape_are_refused():
    def f(x, n):
        found = [(x, 1)]
        for i in range(n):
            found.append((x, 1, i))
        return sum(y[0] for y in found)

    with pytest.raises(SymdiffError):
        symdiff.grad(f)(0.7, 200)


def test_lists_of_tuples_that_each_round_makes_anew():
    def f(x, n):
        pairs = [(x, 1.0), (2.0, x * x)]
        for _ in range(n):
            made = []
            for a, b in pairs:
                made.append((0.9 * a * b, b + 0.1 * a))
            pairs = [(b, a) for a, b in made]
        return pairs[0][0] * pairs[1][1]

    assert symdiff.grad(f)(0.7, 3) == pytest.approx(slope(f, 0.7, 3))
