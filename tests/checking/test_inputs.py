import inspect
from fractions import Fraction

import pytest

from symdiff.checking.inputs import Point, Slot, describe, leaves
from symdiff.stages import INTEGER, REAL, ListOf


def inputs_of(f, kinds=None, at=None, kwargs=None):
    return describe(inspect.signature(f), kinds, at, kwargs, lambda value: value)


def collect(*args, **kwargs):
    return args, kwargs


def test_floats_of_an_example_vary_and_the_rest_is_fixed():
    def f(x, n, ws, flag=True, *more, key=0.5, **rest):
        pass

    found = inputs_of(f, at=(1.5, 3, [0.25, {"a": 2.0}]), kwargs={"extra": 4.0})
    assert [s.name for s in found.slots] == ["x", "ws[0]", "ws[1]['a']", "key", "rest['extra']"]
    reals = ["X", "W0", "W1", "K", "E"]
    assert found.call(collect, reals, Point((), (3,))) == (
        ("X", 3, ["W0", {"a": "W1"}], True),
        {"key": "K", "extra": "E"},
    )


def test_each_call_gets_containers_of_its_own():
    found = inputs_of(lambda ws: None, at=([1.0, 2.0],))
    first, second = (found.call(lambda ws: ws, [1, 2], Point(())) for _ in range(2))
    assert first == second and first is not second


def test_without_an_example_the_kinds_decide():
    found = inputs_of(
        lambda x, n, ws, k=2: None, {"x": REAL, "n": INTEGER, "ws": ListOf(REAL), "k": INTEGER}
    )
    assert [s.name for s in found.slots] == ["x", "ws[0]", "ws[1]", "ws[2]"]
    assert (found.choices, found.chosen) == (["n", "k"], [None, 2])
    assert found.call(collect, "abcd", Point((), (5, 2))) == (("a", 5, ["b", "c", "d"], 2), {})


def test_an_integer_given_for_a_real_parameter_varies():
    assert [s.name for s in inputs_of(lambda x, n: None, {"x": REAL}, at=(3, 4)).slots] == ["x"]


def test_the_point_of_an_example_is_exact():
    assert inputs_of(lambda x: None, at=(0.1,)).point_given() == Point((Fraction(1, 10),))
    assert inputs_of(lambda x: None).point_given() is None


def test_an_example_that_does_not_fit():
    with pytest.raises(TypeError):
        inputs_of(lambda x: None, at=(1.0, 2.0))


def test_structures_are_compared():
    slot = Slot(0, "x")
    assert leaves([slot, {"a": slot}], [1, {"a": 2}]) == [(slot, 1), (slot, 2)]
    assert leaves([slot], [1, 2]) is None
    assert leaves({"a": slot}, {"b": 1}) is None
