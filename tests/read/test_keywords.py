"""Arguments given by name, of functions with rules; dicts of arguments."""

import math

import pytest

import symdiff

OPTIONS = {"scale": 2.0, "shift": 1.0}
NOTHING = {}


def by_name(x):
    return pow(base=round(x * 1.234, ndigits=1) * x, exp=2)


def close(x, y):
    near = math.isclose(x, y, abs_tol=0.5)
    return x * y if near or math.isclose(x, y, rel_tol=1e-3) else x + y


def started(x, y):
    return math.prod([x, y], start=x) + sum([x, y], start=y)


CASES = [(by_name, (2.0,)), (close, (2.0, 2.2)), (close, (2.0, 9.0)), (started, (2.0, 3.0))]


@pytest.mark.parametrize("function, args", CASES)
def test_functions_with_rules_take_their_arguments_by_name(function, args):
    value, gradient = symdiff.value_and_grad(function, tuple(range(len(args))))(*args)
    assert value == function(*args)
    for i, derivative in enumerate(gradient):
        h = 1e-6
        up, down = ([*args[:i], args[i] + s, *args[i + 1 :]] for s in (h, -h))
        assert derivative == pytest.approx((function(*up) - function(*down)) / (2 * h), rel=1e-7)
    assert symdiff.check(function, args).status == "proved"


def test_what_must_be_given_by_name_is_written_so():
    assert "math.prod([x, y], start=x)" in symdiff.source(started)
    assert "math.isclose(x, y, rel_tol=0.001)" in symdiff.source(close)


def test_names_that_a_function_does_not_have_are_refused():
    def turned(x):
        return math.sin(angle=x)

    with pytest.raises(symdiff.SymdiffError, match="keyword 'angle'"):
        symdiff.grad(turned)(1.0)


def scaled(x, scale, shift=0.0):
    return x * x * scale + shift


def with_options(x):
    more = {**OPTIONS, "scale": OPTIONS["scale"] * x}
    return scaled(x, **OPTIONS) + scaled(x, **more) + scaled(x, 1.0, **NOTHING)


def solve(function, x, args=(), kwargs={}):  # noqa: B006
    for _ in range(20):
        x = x - function(x, *args, **kwargs) / (2 * x)
    return x


def test_a_global_dict_or_a_default_is_passed_as_keywords(monkeypatch):
    assert symdiff.grad(with_options)(3.0) == 4 * 3.0 + 3 * 2 * 9.0 + 2 * 3.0
    root = symdiff.grad(lambda a: solve(lambda x, b: x * x - b, 1.0, (a,)))
    assert root(2.0) == pytest.approx(0.5 / math.sqrt(2.0))
    gradient = symdiff.grad(with_options)
    monkeypatch.setitem(OPTIONS, "scale", 4.0)
    assert gradient(3.0) == 8 * 3.0 + 3 * 4 * 9.0 + 2 * 3.0


def test_other_keys_than_those_that_were_read_are_told(monkeypatch):
    gradient = symdiff.grad(with_options)
    gradient(3.0)
    monkeypatch.setitem(OPTIONS, "power", 2.0)
    with pytest.raises(TypeError, match="OPTIONS with the keys 'scale', 'shift'"):
        gradient(3.0)
