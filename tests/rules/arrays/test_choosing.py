"""Choices, minima and maxima, steps: against differences and by their conventions."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import Call, Literal, check, check_kind
from symdiff.rules.arrays.vectorized import operator_partials
from symdiff.stages import Apply, Var

RNG = np.random.default_rng(0)
both = pytest.mark.parametrize("ranks_known", [True, False])


def drawn(*shape):
    """Numbers that are not near one another, nor near small integers."""
    numbers = np.linspace(-1.957, 1.911, int(np.prod(shape)) + 20)
    return RNG.permutation(numbers)[: int(np.prod(shape))].reshape(shape)


@pytest.fixture(autouse=True)
def _the_same_numbers():
    global RNG
    RNG = np.random.default_rng(0)


def partials(op, *args, **keywords):
    call = Call(op, args, keywords, True)
    whole = Apply(op, call.args)
    out = Var("out", call.kind(whole))
    trees = operator_partials(op, call.args, out)
    return [None if t is None else call.evaluate(t, {out: call.evaluate(whole)}) for t in trees]


@both
@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((0,), (0,))])
@pytest.mark.parametrize(
    "name", ["maximum", "minimum", "fmax", "fmin", "copysign", "heaviside", "nextafter"]
)
def test_functions_of_two_arrays(name, shapes, ranks_known):
    a, b = (drawn(*s) for s in shapes)
    check(f"numpy.{name}", a, b, ranks_known=ranks_known)


@both
def test_fmod(ranks_known):
    a, b = np.array([[5.3], [-4.3]]), np.array([2.0, -0.7, 7.0])
    check("numpy.fmod", a, b, ranks_known=ranks_known)
    for name in ("mod", "remainder"):
        check(f"numpy.{name}", a, b, ranks_known=ranks_known)


@both
def test_where(ranks_known):
    condition = np.array([True, False, True])
    check("numpy.where", condition, drawn(3), drawn(3), ranks_known=ranks_known)
    check("numpy.where", condition, drawn(2, 3), 0.5, ranks_known=ranks_known)
    check("numpy.where", condition, drawn(3), 0, ranks_known=ranks_known)
    check("numpy.where", condition, drawn(3), drawn(3) + 1j, ranks_known=ranks_known)
    check("numpy.where", np.array(True), 1.5, 0.5, ranks_known=ranks_known)
    call = Call("numpy.where", (drawn(2, 3) > 0,), {}, ranks_known)
    if ranks_known:
        check_kind(call.kind(Apply("numpy.where", call.args)), np.where(drawn(2, 3) > 0))


@both
def test_clip(ranks_known):
    a = drawn(4, 3)
    check("numpy.clip", a, Literal(-0.51), Literal(0.52), ranks_known=ranks_known)
    check("numpy.clip", a, -0.51, 0.52, ranks_known=ranks_known)
    check("numpy.clip", a, -0.51, None, ranks_known=ranks_known)
    check("numpy.clip", a, None, drawn(3), ranks_known=ranks_known)
    check("numpy.clip", a, drawn(3), drawn(3), ranks_known=ranks_known)
    check("numpy.clip", a, a_min=-0.51, a_max=0.52, ranks_known=ranks_known)
    check("numpy.clip", a, max=0.52, ranks_known=ranks_known)
    check("numpy.clip", a, min=-0.51, max=drawn(3), ranks_known=ranks_known)


def test_derivatives_at_kinks():
    a = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(partials("numpy.clip", a, 1, 2)[0], [True, True, False])
    np.testing.assert_array_equal(partials("numpy.maximum", a, 2)[0], [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(partials("numpy.maximum", a - 2, 0)[0], [0.0, 0.5, 1.0])
    for name in ("minimum", "fmin"):
        np.testing.assert_array_equal(partials(f"numpy.{name}", a, 2)[0], [1.0, 0.5, 0.0])
    nan = np.array([np.nan, 1.0])
    for name in ("fmax", "fmin"):
        first, second = partials(f"numpy.{name}", nan, nan[::-1].copy())
        np.testing.assert_array_equal(first, [0.0, 1.0])
        np.testing.assert_array_equal(second, [1.0, 0.0])


@both
def test_nan_to_num(ranks_known):
    a = np.array([1.0, np.nan, np.inf, -np.inf, 2.0])
    check("numpy.nan_to_num", drawn(2, 3), ranks_known=ranks_known)
    check("numpy.nan_to_num", drawn(2, 3), nan=1.0, posinf=5.0, ranks_known=ranks_known)
    np.testing.assert_array_equal(partials("numpy.nan_to_num", a)[0], [1, 0, 0, 0, 1])
    found = partials("numpy.nan_to_num", a, nan=1.0, neginf=0.0)
    np.testing.assert_array_equal(found[1], [0, 1, 0, 0, 0])
    np.testing.assert_array_equal(found[2], [0, 0, 0, 1, 0])


@both
def test_functions_that_split_a_number(ranks_known):
    check("numpy.modf", drawn(2, 3), ranks_known=ranks_known)
    check("numpy.frexp", drawn(2, 3) * 10, ranks_known=ranks_known)
    check("numpy.divmod", drawn(2, 3), drawn(3), ranks_known=ranks_known)
    check("numpy.ldexp", drawn(3), np.array([1, 2, -3]), ranks_known=ranks_known)
    check("numpy.unwrap", drawn(2, 5) * 5, ranks_known=ranks_known)


@both
def test_select_and_choose(ranks_known):
    a = drawn(2, 3)
    conditions = [a > 0.5, a > 0]
    check("numpy.select", conditions, [drawn(2, 3), drawn(3)], ranks_known=ranks_known)
    check("numpy.select", conditions, [drawn(2, 3), 1.5], drawn(1, 3), ranks_known=ranks_known)
    which = np.array([0, 1, 1])
    check("numpy.choose", which, [drawn(3), drawn(2, 3)], ranks_known=ranks_known)
    check("numpy.choose", which, drawn(2, 3), ranks_known=ranks_known)
    check("numpy.choose", which, drawn(2, 4, 3), ranks_known=ranks_known)
    check("numpy.choose", which + 4, [drawn(3), 2.5], mode="wrap", ranks_known=ranks_known)


@both
@pytest.mark.parametrize("name", ["real", "imag", "conjugate", "conj", "angle"])
def test_parts_of_complex_numbers(name, ranks_known):
    check(f"numpy.{name}", drawn(2, 3) + 1j * drawn(2, 3), ranks_known=ranks_known)
    if name != "angle" or ranks_known:
        check(f"numpy.{name}", drawn(2, 3), ranks_known=ranks_known)
    check(f"numpy.{name}", drawn(0) * 1j, ranks_known=ranks_known)


def test_real_if_close():
    check("numpy.real_if_close", drawn(2, 3))
