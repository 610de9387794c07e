"""Objects in loops: those that each round makes anew, those that it changes, and their aliases."""

from __future__ import annotations

import pytest

import symdiff
from differences import assert_right
from symdiff.errors import SymdiffError


class Holder:
    def __init__(self, item):
        self.item = item


def in_a_tuple(x, y):
    s = 0.0
    c = ([y], x)
    for i in range(3):
        s += c[0][0] * c[1]
        c = ([x * i], y * s)
    d, e = c
    if x > 0:
        d = [x * d[0]]
    return s + d[0] * e


def in_an_object(x, y):
    c = Holder([y, x])
    s = 0.0
    for i in range(3):
        s += c.item[0] * x
        c = Holder([x * y, y * i])
    d = c.item
    if x > 0:
        d = [x, x * c.item[0]]
    return c.item[1] * s + d[1]


def in_a_dict(x, y):
    s = 0.0
    for i in range(3):
        c = {"a": [x, y], "b": y * i}
        s += c["a"][0] * c["b"]
    return s + c["a"][1] * c["b"]


def objects_in_objects(x, y):
    s = 0.0
    for i in range(3):
        p = Holder(x * i)
        q = Holder(p)
        q.item.item += y
        s += p.item
    return s + q.item.item * p.item


def lists_in_an_arm(x, y):
    m = 0
    while m < 3:
        if x > 0:
            h = [[x, y], [y, x]]
            return x * h[0][1] * h[1][0]
        m = m + 1
    return y


def swapped(x, y):
    old = [0.0, 0.0]
    for _ in range(4):
        new = [old[0] + x, old[1] * y + 1]
        old, new = new, old
        new[0] += 1.0
    return old[0] * old[1] + new[0]


def integers_that_become_reals(x, y):
    c, d, e = Holder(0), {"a": 0, "b": {"k": 1}}, [0, [1, 2]]
    for _ in range(3):
        c.item += x * y
        d["a"] += x
        d["b"]["k"] *= y
        e[0] += x
        e[1][0] *= y
    return c.item * y + d["a"] * d["b"]["k"] + e[0] * e[1][0]


def rows_of_integers(x, y):
    m = [[0] * 2 for _ in range(2)]
    for i in range(2):
        for j in range(2):
            m[i][j] += x * i + y * j
    return m[1][1] * m[0][1]


def rows_that_grow(x, y):
    rows = [[] for _ in range(2)]
    for i in range(4):
        rows[i % 2].append(x * i)
        rows[0].insert(0, y * i)
    rows[1].reverse()
    return sum(rows[0]) * rows[1][0] + rows[1][-1] * rows[0][1]


def a_tuple_of_integers_and_a_list(x, y):
    c = Holder((0, [1, 2]))
    for _ in range(3):
        c.item = (c.item[0] + x * y, [x, y])
    return c.item[0] * y + c.item[1][0]


def tuples_made_anew(x, y):
    points, total = [(x, y)], 0.0
    for i in range(3):
        new = []
        for a, b in points:
            new.append((a * b, b + i))
            if a > 0:
                new.append((x, a))
        points = new
        total += new[-1][0]
    return total * sum(a * b for a, b in points)


def another_name_of_a_list(x, y):
    xs = [x, y]
    for i in range(3):
        if i > 0:
            xs += [x * i]
        same = xs
    same.append(y)
    return sum(xs) * same[0] * len(same)


RIGHT = [
    in_a_tuple, in_an_object, in_a_dict, objects_in_objects, lists_in_an_arm, swapped,
    integers_that_become_reals, a_tuple_of_integers_and_a_list, tuples_made_anew,
    another_name_of_a_list, rows_of_integers, rows_that_grow,
]  # fmt: skip


@pytest.mark.parametrize("function", RIGHT)
def test_what_rounds_make_and_change_is_carried(function):
    assert_right(function, 1.3, 0.7)


def alias_of_a_list(x):
    xs = [0.0]
    same, s = xs, 0.0
    for i in range(3):
        xs[0] += x
        s += same[0] * x
        xs = [x * i]
        same = xs
    return s


def alias_from_before(x):
    xs = [0.0]
    same, s = xs, 0.0
    for i in range(3):
        same[0] += x
        s += xs[0] * x
        xs = [x * i]
    return s


def alias_of_an_item(x):
    s, c = 0.0, ([0.0], 1.0)
    d = c[0]
    for i in range(3):
        c[0][0] += x
        s += d[0] * x
        c = ([x * i], 2.0)
        d = c[0]
    return s


@pytest.mark.parametrize("function", [alias_of_a_list, alias_from_before, alias_of_an_item])
def test_aliases_of_what_is_made_anew_are_not_updated(function):
    with pytest.raises(SymdiffError, match="one of several"):
        symdiff.grad(function)(1.3)


def row_by_another_name(x):
    rows = [[] for _ in range(2)]
    for i in range(4):
        row = rows[i % 2]
        row.append(x * i)
    return sum(rows[0]) + sum(rows[1])


def item_of_a_row_by_another_name(x):
    rows = [[0.0] for _ in range(2)]
    for i in range(4):
        row = rows[i % 2]
        row[0] += x * i
    return rows[0][0] * rows[1][0]


def a_row_that_shrinks(x):
    rows = [[] for _ in range(2)]
    for i in range(4):
        rows[i % 2].append(x * i)
    return rows[1].pop() + sum(rows[1])


@pytest.mark.parametrize(
    "function", [row_by_another_name, item_of_a_row_by_another_name, a_row_that_shrinks]
)
def test_rows_are_changed_under_their_own_names(function):
    with pytest.raises(SymdiffError):
        symdiff.grad(function)(1.3)
