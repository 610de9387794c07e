"""Keys of calls: equal only where the arguments are of the same kinds."""

from __future__ import annotations

import itertools
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

import symdiff
from symdiff.read.reader import spec_of
from symdiff.signature import key_of

Pair = namedtuple("Pair", "a b")
Twin = namedtuple("Twin", "a b")


@dataclass
class Layer:
    W: object
    b: object


VALUES = [
    1.0, 2.0, 1, True, None, 1j, "a", "b", np.float64(1.0), np.int64(1), np.bool_(True),
    np.zeros(3), np.zeros(4), np.zeros(1), np.zeros(0), np.zeros(()), np.zeros((2, 3)),
    np.zeros((1, 3)), np.zeros((3, 1)), np.zeros((1, 1)), np.zeros(3, int), np.zeros(3, bool),
    np.zeros(3, complex), np.zeros(3, ">f8"), np.zeros(3, np.int8), [], [1.0], [1.0, 2.0], [1],
    [1, 2.0], [2.0, None], ["a"], ["b"], [[1.0], [2.0]], [[1.0], [2]], [np.zeros(3)], (1.0,),
    (1, 2.0), (np.zeros(3), 1.0), Pair(1.0, 2.0), Twin(1.0, 2.0), {"a": 1.0}, {"b": 1.0}, {},
    {"a": np.zeros(3)}, {"a": np.zeros(1)}, {1: 2.0}, Layer(1.0, 2.0), Layer(np.zeros(3), 2.0),
    Layer(np.zeros((3, 1)), 2.0), [Layer(1.0, 2.0)], ([np.zeros(3)], {"a": (1.0, [2.0])}),
]  # fmt: skip

WITHOUT = [
    np.zeros(3, np.float32), np.float32(1.0), np.zeros(3, object), np.array(["a"]), np.str_("a"),
    np.ma.array([1.0]), print, {1.5: 2.0}, object(), [object()], np.zeros(3, "M8[s]"),
]  # fmt: skip


def test_equal_keys_are_equal_kinds():
    equal = 0
    for a, b in itertools.combinations(VALUES, 2):
        if key_of((a,)) == key_of((b,)):
            equal += 1
            assert spec_of(a) == spec_of(b), (a, b)
    assert equal > 5
    assert all(key_of((v,)) is not None for v in VALUES)


@pytest.mark.parametrize("value", WITHOUT)
def test_what_types_do_not_tell_has_no_key(value):
    assert key_of((value,)) is None
    assert key_of((1.0, [value])) is None


def test_calls_of_other_kinds_get_other_code():
    def weighted(x, y):
        return np.sum(x * y)

    gradient = symdiff.grad(weighted)
    y = np.arange(3.0)
    for x in (y + 1, np.ones(1), y + 2, 2.0, np.ones((2, 3)), np.ones((2, 1)), np.ones(3), 1.0):
        wanted = symdiff.grad(weighted)(x, y)
        for _ in range(2):
            found = gradient(x, y)
            assert np.shape(found) == np.shape(x)
            np.testing.assert_array_equal(found, wanted)


def test_a_function_that_is_followed_may_change():
    def outer(x):
        return np.sum(inner(x))

    def inner(x):
        return 2 * x

    gradient = symdiff.grad(outer)
    x = np.ones(2)
    assert gradient(x)[0] == gradient(x)[0] == 2

    def inner(x):  # noqa: F811
        return 3 * x

    assert gradient(x)[0] == gradient(x)[0] == 3


def test_calls_are_remembered_by_their_texts_too():
    def power(x, word):
        return np.sum(x ** len(word))

    gradient = symdiff.grad(power)
    for i in range(3):
        gradient(np.ones(2), "a" * i)
    assert len(gradient._known) == 3


def test_arguments_are_kept_as_they_are_when_called_again():
    def doubled(x):
        x *= 2
        return np.sum(x * x)

    gradient, x = symdiff.grad(doubled), np.ones(2)
    for _ in range(3):
        np.testing.assert_array_equal(gradient(x), [8.0, 8.0])
        np.testing.assert_array_equal(x, [1.0, 1.0])
