"""Dicts with keys that are set on some paths only: each key can be read, the whole dict can't."""

import pytest

import symdiff


def by_mask(x, mask=3):
    found = {"x": x}
    if mask & 1:
        found["square"] = x * x
    if mask & 4:
        found["cube"] = x**3
    found["double"] = found["x"] * 2
    return found["square"] + found["double"]


def nested(x):
    found = {}
    if x > 0:
        if x > 1:
            found["y"] = x * x
        else:
            found["y"] = 3 * x
        found["z"] = found["y"] * x
    return found["z"] * found["y"]


def read_in_a_loop(x):
    found = {}
    if x > 0:
        found["y"] = x * x
    total = 0.0
    for i in range(3):
        total += found["y"] * x * i
    return total


def under_another_name(x):
    found = {"one": 1.0}
    same = found
    if x > 0:
        same["y"] = x * x
    found["y"] = found["y"] * 3
    return same["y"]


@pytest.mark.parametrize("function", [by_mask, nested, read_in_a_loop, under_another_name])
def test_a_key_is_read_where_it_is_set(function):
    for x in (0.5, 2.5):
        slope = (function(x + 1e-6) - function(x - 1e-6)) / 2e-6
        value, derivative = symdiff.value_and_grad(function)(x)
        assert value == function(x)
        assert derivative == pytest.approx(slope, rel=1e-7)


def test_a_key_that_is_not_there_is_an_error_when_the_code_runs():
    with pytest.raises((KeyError, UnboundLocalError)):
        symdiff.grad(by_mask)(2.0, 2)


def in_a_loop(x):
    found = {}
    for i in range(3):
        if x > i:
            found["y"] = x * x * i
    return found["y"] * x


def changed_in_a_loop(x):
    found = {}
    if x > 0:
        found["y"] = x * x
    for _ in range(3):
        found["y"] = found["y"] * x
    return found["y"]


def as_a_whole(x):
    found = {}
    if x > 0:
        found["y"] = x * x
    return sum(found.values())


@pytest.mark.parametrize("function", [in_a_loop, changed_in_a_loop, as_a_whole])
def test_what_needs_all_keys_is_refused(function):
    with pytest.raises(symdiff.SymdiffError, match="other keys on another path|structure"):
        symdiff.grad(function)(2.5)
