"""What has one form in the first round of a loop and another one later: right, or refused."""

from __future__ import annotations

import pytest

import symdiff
from differences import assert_right
from symdiff.errors import SymdiffError


class Holder:
    def __init__(self, item):
        self.item = item


def none_and_a_tuple(x, y):
    best, s = None, 0.0
    for i in range(3):
        if best is None:
            s += x * x
        best = (x * i, y)
    return s * x


def none_and_a_tuple_by_truth(x, y):
    best, s = None, 0.0
    for i in range(3):
        if best:
            s += x * x
        best = (x * i, y)
    return s * x + x


def none_and_an_object(x, y):
    best, s = None, 0.0
    for _ in range(3):
        if best is None:
            s += x * x
        best = Holder(y)
    return s * x


def none_and_a_function(x, y):
    best, s = None, 0.0
    for _ in range(3):
        if best is None:
            s += x * x
        best = lambda t: t  # noqa: E731
    return s * y


def a_number_and_a_tuple(x, y):
    best, s = 0.0, 0.0
    for i in range(3):
        if isinstance(best, tuple):
            s += x * x
        else:
            s += y * y
        best = (x * i, y)
    return s * x


def a_key_that_comes(x, y):
    known, s = {}, 0.0
    for i in range(3):
        if "k" in known:
            s += x * y
        else:
            s += x * x
        known["k"] = i
    return s


def a_dict_that_fills(x, y):
    known, s = {}, 0.0
    for i in range(3):
        if not known:
            s += x * y
        else:
            s += x * x
        known["k"] = i
    return s


def an_attribute_that_becomes_a_tuple(x, y):
    h, s = Holder(None), 0.0
    for i in range(3):
        if h.item is None:
            s += x * y
        else:
            s += x * x
        h.item = (i, 2)
    return s


def an_attribute_that_comes(x, y):
    h, s = Holder(None), 0.0
    for _ in range(3):
        if hasattr(h, "more"):
            s += x * y
        else:
            s += x * x
        h.more = 2
    return s


def a_list_and_a_tuple(x, y):
    items, s = [], 0.0
    for i in range(3):
        if not items:
            s += x * y
        else:
            s += x * x
        items = (x, i)
    return s


def a_pair_and_a_triple(x, y):
    p, s = (0.0, 0.0), 0.0
    for i in range(3):
        if len(p) == 2:
            s += x * y
        else:
            s += x * x
        p = (x, y, i)
    return s


def a_tuple_in_a_pair(x, y):
    p, s = (0.0, None), 0.0
    for i in range(3):
        if p[1] is None:
            s += x * y
        s += p[0]
        p = (x * i, (x, y))
    return s


FUNCTIONS = [
    none_and_a_tuple, none_and_a_tuple_by_truth, none_and_an_object, none_and_a_function,
    a_number_and_a_tuple, a_key_that_comes, a_dict_that_fills, an_attribute_that_becomes_a_tuple,
    an_attribute_that_comes, a_list_and_a_tuple, a_pair_and_a_triple, a_tuple_in_a_pair,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
def test_it_is_right_or_refused(function):
    try:
        symdiff.grad(function)(1.3, 0.7)
    except SymdiffError:
        return
    assert_right(function, 1.3, 0.7)


def test_other_parts_of_it_are_carried():
    def f(x, y):
        h, p = Holder(0), (0.0, None)
        h.last = None
        for i in range(3):
            h.item += x * i
            h.last = (x, y)
            p = (p[0] + x * y, h.last)
        return h.item * p[0]

    assert_right(f, 1.3, 0.7)
