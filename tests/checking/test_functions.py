import math

import pytest

from checking.running import Laboratory, gradient
from symdiff.checking.functions import counterparts, math_module
from symdiff.checking.number import number

ONE = {
    name: 0.37
    for name in [
        "acos",
        "asin",
        "atan",
        "atanh",
        "cbrt",
        "ceil",
        "cos",
        "cosh",
        "degrees",
        "erf",
        "erfc",
        "exp",
        "exp2",
        "expm1",
        "fabs",
        "floor",
        "gamma",
        "lgamma",
        "log",
        "log10",
        "log1p",
        "log2",
        "radians",
        "sin",
        "sinh",
        "sqrt",
        "tan",
        "tanh",
        "trunc",
        "asinh",
    ]
}
ONE |= {"acosh": 1.7}
TWO = {name: (0.8, 2.3) for name in ["atan2", "copysign", "fmod", "hypot", "pow", "remainder"]}


@pytest.mark.parametrize("name", ONE)
def test_functions_of_one_argument(name):
    f, x, h = getattr(math, name), ONE[name], 1e-6
    value, (slope,) = gradient(lambda t: f(t), x)
    assert value == pytest.approx(f(x), rel=1e-12)
    assert slope == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", TWO)
def test_functions_of_two_arguments(name):
    f, (x, y), h = getattr(math, name), TWO[name], 1e-6
    value, slopes = gradient(lambda a, b: f(a, b), x, y)
    assert value == pytest.approx(f(x, y), rel=1e-12)
    along_x = (f(x + h, y) - f(x - h, y)) / (2 * h)
    along_y = (f(x, y + h) - f(x, y - h)) / (2 * h)
    assert slopes == pytest.approx((along_x, along_y), rel=1e-7, abs=1e-9)


def test_functions_of_sequences():
    assert gradient(lambda a, b: math.fsum([a, b, a]), 2.0, 5.0) == (9.0, (2.0, 1.0))
    assert gradient(lambda a, b: math.prod([a, b, 2]), 2.0, 5.0) == (20.0, (10.0, 4.0))
    assert gradient(lambda a, b: math.dist([a, 0], [0, b]), 3.0, 4.0) == (5.0, (0.6, 0.8))


def test_builtins_choose_and_convert():
    assert gradient(lambda a, b: max(a, b, 0.1) + min([a, b]), 2.0, 5.0) == (7.0, (1.0, 1.0))
    assert gradient(lambda a, b: sum([float(a), int(b) * a, round(b)]), 2.0, 5.0) == (
        17.0,
        (6.0, 0.0),
    )
    assert (
        gradient(lambda a: 1.0 if isinstance(a, float) and not isinstance(a, int) else 0 * a, 2.0)[
            0
        ]
        == 1.0
    )


@pytest.mark.parametrize(
    "name, x",
    [("sqrt", -1.0), ("log", 0.0), ("asin", 1.5), ("acosh", 0.5), ("atanh", 1.0), ("gamma", -2.0)],
)
def test_arguments_outside_the_domain(name, x):
    with pytest.raises(ValueError, match="math domain error"):
        gradient(lambda t: getattr(math, name)(t), x)


def test_constants_are_exact():
    assert abs(math_module().sin(math_module().pi).value) < 1e-90
    assert number(math_module().tau).value == 2 * math_module().pi.value


def test_what_kind_of_number_it_is():
    kinds = (math.isnan, math.isinf, math.isfinite)
    assert gradient(lambda x: sum(2**i * k(x) for i, k in enumerate(kinds)), 1.0)[0] == 4.0
    assert gradient(lambda x: x if math.inf > x > -math.inf else 0.0, 1.0)[0] == 1.0


def test_a_tie_is_a_kink():
    lab = Laboratory()
    x, y = lab.inputs(1.0, 1.0)
    lab.lifter.lift(max)(x, y)
    assert lab.run.kinks == 1


def test_every_function_of_math_has_a_counterpart_or_is_of_integers():
    left_out = {"frexp", "nextafter", "ulp"}
    missing = {n for n, f in vars(math).items() if callable(f) and id(f) not in counterparts()}
    assert {n for n in missing if not n.startswith("_")} <= left_out
