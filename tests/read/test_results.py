"""Results that are named tuples and instances of dataclasses."""

from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pytest

import symdiff
from symdiff.errors import NotDifferentiable


class Point(NamedTuple):
    x: float
    y: float


Pair = namedtuple("Pair", "first second")


@dataclass(frozen=True)
class Model:
    w: float
    b: float

    def scaled(self, t):
        return Model(self.w * t, self.b)


@dataclass
class Layer:
    weights: np.ndarray
    size: int
    name: str = "layer"


@dataclass
class Checked:
    x: float

    def __post_init__(self):
        self.x = 2 * self.x


@dataclass
class Derived:
    x: float
    twice: float = field(init=False)


class Plain:
    def __init__(self, x):
        self.x = x


def polar(r: float, angle: float):
    return Point(r * math.cos(angle), r * math.sin(angle))


def mixed(m: Model, t: float):
    return [m.scaled(t), {"p": Point(t * t, m.b), "more": (Pair(t, m.w * t),)}]


def energy(m: Model, t: float):
    return math.exp(m.w * t) * m.b**2 + m.w * m.b


def test_a_named_tuple_is_returned_with_tangents_of_its_class():
    value, tangent = symdiff.jvp(polar, (2.0, 0.5), (1.0, 0.0))
    assert type(value) is type(tangent) is Point
    assert value == polar(2.0, 0.5)
    assert tangent == pytest.approx((math.cos(0.5), math.sin(0.5)))


@pytest.mark.parametrize("cotangent", [Point(1.0, 2.0), (1.0, 2.0)])
def test_the_cotangent_of_a_named_tuple_may_be_a_plain_one(cotangent):
    value, pullback = symdiff.vjp(polar, 2.0, 0.5)
    assert type(value) is Point
    dr, _ = pullback(cotangent)
    assert dr == pytest.approx(math.cos(0.5) + 2 * math.sin(0.5))


def test_tangents_and_cotangents_of_instances_in_containers():
    m, direction = Model(1.5, -0.5), Model(1.0, 3.0)
    value, tangent = symdiff.jvp(mixed, (m, 2.0), (direction, 1.0))
    assert value == mixed(m, 2.0)
    more = (Pair(1.0, 3.5),)
    assert tangent == [Model(3.5, 3.0), {"p": Point(4.0, 3.0), "more": more}]
    assert type(tangent[1]["more"][0]) is Pair
    _, pullback = symdiff.vjp(mixed, m, 2.0)
    cotangent = [Model(1.0, 10.0), {"p": (1.0, 0.0), "more": (Pair(100.0, 0.0),)}]
    assert pullback(cotangent) == (Model(2.0, 10.0), 105.5)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobians_have_the_structure_of_the_value_and_within_of_the_argument(mode):
    found = symdiff.jacobian(Model.scaled, (0, 1), mode)(Model(1.5, -0.5), 2.0)
    assert found == Model((Model(2.0, 0.0), 1.5), (Model(0.0, 1.0), 0.0))


def test_second_derivatives_in_an_instance():
    m, t = Model(1.5, -0.5), 2.0
    e = math.exp(m.w * t)
    hessian = symdiff.hessian(energy)(m, t)
    mixed_partial = 2 * t * e * m.b + 1
    assert hessian.w == Model(*map(pytest.approx, (t * t * e * m.b**2, mixed_partial)))
    assert hessian.b == Model(*map(pytest.approx, (mixed_partial, 2 * e)))
    product = symdiff.hvp(energy)(m, t, Model(1.0, 2.0))
    assert product.w == pytest.approx(hessian.w.w + 2 * hessian.w.b)
    assert product.b == pytest.approx(hessian.b.w + 2 * hessian.b.b)


def test_second_derivatives_in_a_named_tuple():
    hessian = symdiff.hessian(lambda p: p.x**2 * p.y)(Point(2.0, 3.0))
    assert hessian == Point(Point(6.0, 4.0), Point(4.0, 0.0))
    assert type(hessian) is type(hessian.x) is Point


def test_arrays_in_instances():
    def grown(layer, t):
        return Layer(layer.weights * t, layer.size, name=layer.name)

    layer = Layer(np.array([1.0, 2.0]), 2)
    value, pullback = symdiff.vjp(grown, layer, 3.0)
    assert value.weights.tolist() == [3.0, 6.0]
    assert (value.size, value.name) == (2, "layer")
    d_layer, dt = pullback(Layer(np.array([1.0, 10.0]), 0))
    assert d_layer.weights.tolist() == [3.0, 30.0]
    assert dt == 21.0
    jacobian = symdiff.jacobian(grown)(layer, 3.0)
    assert jacobian.weights.weights.tolist() == [[3.0, 0.0], [0.0, 3.0]]


def test_a_class_that_is_redefined_is_the_new_one():
    def made(x):
        return Kind(x * x)

    for name in ("first", "second"):
        Kind = dataclass(type(name, (), {"__annotations__": {"x": float}}))
        value, tangent = symdiff.jvp(made, (3.0,), (1.0,))
        assert type(value) is type(tangent) is Kind
        assert (value.x, tangent.x) == (9.0, 6.0)


def test_what_is_beside_the_value_may_be_in_a_named_tuple():
    assert symdiff.grad(lambda x: Pair(x * x, x), has_aux=True)(3.0) == (6.0, 3.0)


def derived(x: float):
    made = Derived(x)
    made.twice = 2 * x
    return made


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda x: Checked(x * x), "__post_init__"),
        (derived, "constructor does not take"),
        (lambda x: [Plain(x * x)], "not a dataclass"),
    ],
)
def test_what_can_not_be_made_anew_is_refused(function, why):
    with pytest.raises(NotDifferentiable, match=why):
        symdiff.jvp(function, (3.0,), (1.0,))


def test_a_gradient_needs_a_number():
    with pytest.raises(NotDifferentiable, match="an object with several numbers"):
        symdiff.grad(polar)(1.0, 2.0)


def test_written_files_define_the_classes_that_no_argument_has():
    text = symdiff.source(mixed, mode="pullback")
    names: dict[str, object] = {}
    exec(text, names)
    value, adjoints = names["mixed_pullback"](  # type: ignore[operator]
        Model(1.5, -0.5), 2.0, [Model(1.0, 10.0), {"p": (1.0, 0.0), "more": ((100.0, 0.0),)}]
    )
    assert adjoints == (Model(2.0, 10.0), 105.5)
    assert value[0] == Model(3.0, -0.5)
    assert type(value[1]["p"]).__name__ == "Point"
    assert "class Model" not in text


@pytest.mark.parametrize(
    ("function", "at"),
    [(polar, None), (mixed, (Model(1.5, -0.5), 2.0)), (energy, (Model(1.5, -0.5), 2.0))],
)
def test_such_results_are_proved(function, at):
    assert symdiff.check(function, at).status == "proved"


def test_derivatives_inside_return_instances_too():
    def squared(m):
        return Model(m.w * m.b, m.w)

    def forward(x):
        value, tangent = symdiff.jvp(squared, (Model(x, x * x),), (Model(1.0, 2 * x),))
        return Point(value.w, tangent.w)

    def reverse(x):
        value, pullback = symdiff.vjp(squared, Model(x, x * x))
        return value.w * pullback(Model(1.0, x))[0].w

    value, tangent = symdiff.jvp(forward, (2.0,), (1.0,))
    assert value == Point(8.0, 12.0)
    assert tangent == Point(12.0, 12.0)
    assert symdiff.grad(reverse)(2.0) == pytest.approx(5 * 2.0**4 + 4 * 2.0**3)
    assert "class" not in symdiff.source(reverse)


def test_classes_are_written_into_files_whose_names_stay_free():
    def shadowed(Point_: float, polar_: float):
        return polar(Point_, polar_)

    def hidden(Pair: float):
        return made_pair(Pair)

    assert "class Point(NamedTuple):" in symdiff.source(shadowed, mode="pullback")
    assert symdiff.jvp(hidden, (3.0,), (1.0,)) == ((9.0, 3.0), (6.0, 1.0))
    text = symdiff.source(hidden, mode="jvp")
    names: dict[str, object] = {}
    exec(text, names)
    assert names["hidden_jvp"](3.0, 1.0) == ((9.0, 3.0), (6.0, 1.0))  # type: ignore[operator]


def made_pair(x):
    return Pair(x * x, x)
