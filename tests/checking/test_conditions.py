from checking.running import Laboratory
from symdiff.checking.conditions import conditions
from symdiff.checking.functions import math_module
from symdiff.checking.inputs import Point
from symdiff.checking.trial import Trial


def written(decide, *values):
    lab = Laboratory()
    xs = lab.inputs(*values)
    decide(*xs)
    return conditions(Trial(Point(()), lab.run, xs))


def test_conditions_read_as_one_writes_them():
    assert written(lambda x, y: (x > 1, y <= x, x * y == 2), 0.5, 0.25) == (
        "x0 <= 1",
        "x0 >= x1",
    )
    assert written(lambda x: x < 0.1, 0.05) == ("x0 < 0.1",)
    assert written(lambda x: -x > 1e-12, -0.5) == ("x0 < -1e-12",)


def test_the_same_condition_is_written_once():
    assert written(lambda x, y: (x >= y, y < x, x - y > 0), 0.5, 0.25) == ("x0 > x1",)


def test_long_and_many_conditions_are_counted():
    def decide(x):
        for i in range(10):
            x = x + math_module().sin(x)
            assert x > i - 10

    *_, last = written(decide, 0.5)
    assert last.endswith("more conditions")
