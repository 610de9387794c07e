"""Dataclasses, named tuples, typed dicts and enumerations as parameters, live and in files."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field
from typing import NamedTuple, TypedDict

import pytest

import symdiff
from symdiff.read.static import load


class Point(NamedTuple):
    x: float
    y: float = 1.0

    def norm(self):
        return math.hypot(self.x, self.y)

    @property
    def product(self):
        return self.x * self.y


@dataclass
class Box:
    width: float
    height: float = 2.0
    label: str = "box"
    corners: list[float] = field(default_factory=list)

    def area(self):
        return self.width * self.height


class Rates(TypedDict):
    low: float
    high: float


class Mode(enum.IntEnum):
    FAST = 2
    SLOW = 3


class Color(enum.Enum):
    RED = 1.5
    BLUE = 2.5


def length(p: Point):
    return p.norm() * p.product + p.x


def volume(box: Box, depth: float):
    return box.area() * depth + sum(box.corners)


def spread(rates: Rates, x: float):
    return (rates["high"] - rates["low"]) * x


def moded(x: float, mode: Mode = Mode.FAST):
    return x * x * Mode.SLOW if mode == Mode.SLOW else x * Color.RED.value


def coloured(x: float, color=Color.RED):
    return x * color.value if color is Color.RED else x * x


BOX = Box(3.0, 4.0, "b", [1.0, 2.0])
CASES = [
    (volume, (BOX, 2.0), (Box(8.0, 6.0, None, [1.0, 1.0]), 12.0)),
    (spread, ({"low": 1.0, "high": 3.0}, 2.0), ({"low": -2.0, "high": 2.0}, 2.0)),
    (moded, (2.0, 3), (12.0,)),
    (coloured, (2.0,), (1.5,)),
]


@pytest.mark.parametrize("function, args, expected", CASES, ids=lambda v: "")
def test_the_gradient_has_the_structure_of_the_argument(function, args, expected):
    """Generated from the text of this file, which is not run for it, and from live functions."""
    names = {}
    exec(symdiff.source(load(f"{__file__}:{function.__name__}")), names)
    value, gradient = names[f"{function.__name__}_grad"](*args)
    assert value == pytest.approx(function(*args))
    assert gradient == expected
    assert symdiff.grad(function, tuple(range(len(expected))))(*args) == expected


def test_methods_and_properties_of_named_tuples_are_followed():
    names = {}
    exec(symdiff.source(load(f"{__file__}:length")), names)
    _, (gradient,) = names["length_grad"](Point(3.0, 4.0))
    assert gradient == pytest.approx((5 * 4 + 12 * 0.6 + 1, 5 * 3 + 12 * 0.8))
    assert symdiff.grad(length)(Point(3.0, 4.0)) == gradient
    assert isinstance(symdiff.grad(length)(Point(3.0, 4.0)), Point)


def test_an_enumeration_that_a_text_can_not_name_is_guarded():
    names = {}
    exec(symdiff.source(load(f"{__file__}:coloured")), names)
    with pytest.raises(TypeError, match="written for the default of color"):
        names["coloured_grad"](2.0, Color.BLUE)
