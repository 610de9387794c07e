"""Sorts by keys: the items move with their derivatives."""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import NamedTuple

from differences import assert_right


class Item(NamedTuple):
    weight: float
    value: float


def weighted(items):
    return sum(i * v for i, v in enumerate(items, start=1))


def test_numbers_are_sorted_by_a_key():
    def f(xs):
        return weighted(sorted(xs, key=abs)) + weighted(sorted(xs, key=lambda v: -v))

    assert_right(f, [1.2, -3.0, 0.4, -0.1])


def test_a_key_of_several_parts():
    def f(xs):
        xs.sort(key=lambda v: (round(v), -v))
        return weighted(xs)

    assert_right(f, [1.2, 1.4, 3.3, 0.9])


def test_a_sort_is_stable_in_reverse_too():
    def f(x, y):
        return sorted([x, y, -x], key=lambda v: v * v, reverse=True)[1]

    assert_right(f, 1.5, -2.0)


def test_tuples_are_sorted_as_wholes_and_by_their_parts():
    def f(x, y, z):
        pairs = [(x, 2 * y), (y, z), (z, x * z)]
        (a, b), (c, _), *_ = sorted(pairs)
        pairs.sort(key=itemgetter(1), reverse=True)
        return a * b - c + pairs[0][0] * pairs[2][1]

    assert_right(f, 3.0, 1.2, 2.0)


def test_named_tuples_stay_named_tuples():
    def f(x, y, z):
        items = [Item(x, y), Item(y, z), Item(z, x)]
        best = sorted(items, key=lambda item: item.value / item.weight)[-1]
        return best.weight * min(items, key=attrgetter("value")).weight

    assert_right(f, 3.0, 1.0, 2.0)


def test_indices_in_the_order_of_what_they_point_at():
    def f(xs):
        order = sorted(range(len(xs)), key=xs.__getitem__)
        return sum(rank * xs[i] for rank, i in enumerate(order))

    assert_right(f, [1.2, -3.0, 0.4, -0.1])


def test_keys_of_a_dict_in_order_are_keys_still():
    def f(x, y):
        table = {"b": x * y, "a": x, "c": y}
        total = 0.0
        for name, value in sorted(table.items()):
            total = total * table[name] + value
        for name in sorted(table, key=len, reverse=True):
            total -= 0.5 * table[name]
        return total

    assert_right(f, 1.2, 0.7)
