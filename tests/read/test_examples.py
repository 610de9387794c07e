"""An example of a call tells what parameters are; the code says where it serves no other form."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from symdiff.errors import NotDifferentiable
from symdiff.read.static import load

TEXT = """
import numpy as np
def summed(x, n):
    y = np.zeros(n)
    for i in range(3):
        y[0] += x[0] * y[0] + x[1]
    return y[0]
def power(x, n):
    return x ** n
def total(prices, x):
    return sum(p * x for p in prices.values())
def weighted(rows, x):
    return sum(row["w"] * x ** row["n"] for row in rows)
def products(pairs):
    return sum(p[0] * p[1] for p in pairs)
def choose(kind, x):
    return x * x if kind == "square" else x
def many(*xs, **scale):
    return xs[0] * xs[1] * scale["a"]
def first(p):
    return p["a"] * p["b"]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(TEXT)
    return path


def derivative(file, name, example, **kwargs):
    names = {}
    exec(symdiff.source(load(f"{file}:{name}"), at=example, kwargs=kwargs), names)
    return names[f"{name}_grad"]


def test_integers_are_integers_beside_real_numbers(file):
    assert derivative(file, "power", (2.0, 3))(2.0, 3) == (8.0, (12.0,))
    assert len(derivative(file, "power", (2.0, 3.0))(2.0, 3.0)[1]) == 2


def test_where_no_number_has_a_point_all_are_real(file):
    assert len(derivative(file, "power", (2, 3))(2.0, 3.0)[1]) == 2


def test_integers_are_integers_beside_arrays_of_real_numbers(file):
    text = symdiff.source(load(f"{file}:summed"), 0, at=(np.array([1.0, 2.0]), 2))
    assert "unbroadcast" not in text


def test_dicts_that_are_looped_over_have_the_keys_of_the_example(file):
    grad = derivative(file, "total", ({"a": 1.0, "b": 2.0}, 3.0))
    assert grad({"a": 4.0, "b": 5.0}, 2.0) == (18.0, ({"a": 2.0, "b": 2.0}, 9.0))
    with pytest.raises(TypeError, match="written for prices with the keys 'a', 'b'"):
        grad({"a": 4.0}, 2.0)


def test_dicts_of_which_some_keys_are_read_may_have_others(file):
    assert derivative(file, "first", ({"a": 1.0, "b": 2.0, "c": 3.0},))({"a": 3.0, "b": 2.0})


def test_lists_of_dicts_have_the_length_of_the_example(file):
    grad = derivative(file, "weighted", ([{"w": 1.0, "n": 2}, {"w": 1.0, "n": 3}], 1.0))
    rows = [{"w": 4.0, "n": 2}, {"w": 5.0, "n": 3}]
    expected = ([{"w": 4.0, "n": None}, {"w": 8.0, "n": None}], 76.0)
    assert grad(rows, 2.0) == (56.0, expected)
    with pytest.raises(TypeError, match="written for rows with a length of 2"):
        grad(rows[:1], 2.0)


def test_lists_of_numbers_may_have_any_length(file):
    grad = derivative(file, "products", ([(1.0, 2.0)],))
    assert grad([(1.0, 2.0), (3.0, 4.0)]) == (14.0, ([[2.0, 1.0], [4.0, 3.0]],))


def test_text_may_be_any_text(file):
    grad = derivative(file, "choose", ("square", 1.0))
    assert grad("square", 3.0) == (9.0, (6.0,)) and grad("other", 3.0) == (3.0, (1.0,))


def test_stars_take_as_many_as_the_example(file):
    grad = derivative(file, "many", (1.0, 2.0), a=3.0)
    assert grad(1.0, 2.0, a=4.0) == (8.0, (8.0, 4.0, {"a": 2.0}))
    with pytest.raises(TypeError, match="xs with a length of 2"):
        grad(1.0, 2.0, 3.0, a=4.0)


@pytest.mark.parametrize("args, kwargs", [((1.0, 2.0, 3.0), {}), ((), {"z": 1.0})])
def test_examples_that_the_function_does_not_take_are_refused(file, args, kwargs):
    with pytest.raises(NotDifferentiable, match="power"):
        derivative(file, "power", args, **kwargs)


def test_stages_and_check_take_examples(file):
    assert "n" in str(symdiff.stages(load(f"{file}:power"), at=(2.0, 3)))
    assert symdiff.check(load(f"{file}:power"), at=(2.0, 3)).status == "proved"
