import dataclasses
import functools
import math
import math as m
import operator
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import pytest

import symdiff
from checking.running import Laboratory, gradient
from symdiff.checking.lift import definition

RATE = 0.5


def helper(x):
    return exp(x) * RATE


def factorial_like(x, n):
    return 1.0 if n == 0 else x * factorial_like(x + 1, n - 1)


class Spring:
    stiffness = 4.0

    def __init__(self, rest):
        self.rest = rest

    def energy(self, x):
        return 0.5 * self.stiffness * self.stretch(x) ** 2

    def stretch(self, x):
        return x - self.rest

    @property
    def half(self):
        return self.rest / 2

    @staticmethod
    def twice(x):
        return m.sin(x) * 2

    def __call__(self, x):
        return self.twice(x) + self.half


@dataclass(frozen=True)
class Line:
    slope: float

    def at(self, x):
        return self.slope * math.sqrt(x)


class Pair(NamedTuple):
    a: float
    b: float


def make_closure(k):
    def scaled(x, power=2.0):
        return k * x**power

    return scaled


def counted(x):
    total = 0.0

    def add(t):
        nonlocal total
        total = total + t

    add(x)
    add(x * x)
    return total


FUNCTIONS = {
    "helper": (helper, 0.3),
    "closure": (make_closure(3.5), 1.7),
    "nonlocal": (counted, 1.5),
    "method": (Spring(0.2).energy, 1.3),
    "callable object": (Spring(0.2), 1.3),
    "static method": (Spring.twice, 0.4),
    "frozen dataclass": (Line(0.7).at, 2.0),
    "partial": (functools.partial(operator.pow, 3.0), 1.2),
    "recursion": (lambda x: factorial_like(x, 3), 1.1),
    "builtin": (math.sin, 0.4),
    "cached": (functools.lru_cache(helper), 0.3),
    "reduce": (lambda x: functools.reduce(operator.mul, [x, 2.0, x]), 1.3),
    "named tuple": (lambda x: Pair(x, b=2.0).a * Pair(x, x).b, 1.3),
    "objects made inside": (lambda x: Spring(x).energy(2.0) + Line(x).at(2.0), 1.3),
    "import inside": (lambda x: __import__("math").tan(x), 0.4),
    "walrus and comprehension": (lambda x: sum((y := x * i) * y for i in range(4) if i), 0.6),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_live_functions(name):
    f, x = FUNCTIONS[name]
    value, (slope,) = gradient(f, x)
    assert value == pytest.approx(f(x), rel=1e-12)
    assert slope == pytest.approx((f(x + 1e-6) - f(x - 1e-6)) / 2e-6, rel=1e-7)


def test_two_lambdas_on_one_line():
    f, g = lambda x: x * 2.0, lambda x: x * x
    assert gradient(f, 3.0)[1] == (2.0,)
    assert gradient(g, 3.0)[1] == (6.0,)
    assert gradient(lambda x: (lambda x: x * x * x)(x) + x, 2.0)[1] == (13.0,)


def test_a_function_without_source_keeps_its_code():
    names = {"math": math}
    exec("def f(x, y=0.1):\n    return math.exp(x) * y + (lambda t: t * 0.1)(x)", names)
    assert definition(names["f"]) is None
    assert gradient(names["f"], 0.0) == (0.1, (0.2,))


def test_the_users_objects_are_left_alone():
    spring, values = Spring(0.2), [1.0]

    def f(x):
        spring.rest = x
        values.append(x)
        return spring.energy(values[0])

    gradient(f, 0.7)
    assert (spring.rest, values) == (0.2, [1.0])


def test_the_methods_of_a_copy_are_copies_and_the_class_stays_its_class():
    lab = Laboratory()
    copy = lab.lifter.lift(Spring(0.2))
    assert isinstance(copy, Spring)
    assert type(copy) is lab.lifter.lift(Spring)
    assert lab.lifter.lift(ValueError) is ValueError


def test_numbers_in_copies_of_objects_lead_to_the_inputs():
    @dataclasses.dataclass
    class Pair:
        a: float
        b: float

        def __bool__(self):
            return self.a > self.b

    def f(x, y):
        first, second = dataclasses.astuple(Pair(x, y))
        return first * second**2 if Pair(x, y) else x * y

    report = symdiff.check(f, (2.0, 3.0))
    assert report.status == "proved" and len(report.paths) == 2, str(report)
