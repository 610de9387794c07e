"""Operators on arrays, against differences."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from rules.arrays.harness import Call, Literal, check
from symdiff.rules.arrays.vectorized import operator_partials
from symdiff.stages import Apply, Var

RNG = np.random.default_rng(0)
SHAPES = [((3,), (3,)), ((2, 3), (3,)), ((2, 3), ()), ((), (3,)), ((2, 1), (1, 3)), ((0,), ()),
          ((1,), (3,)), ((0, 3), (3,))]  # fmt: skip


def drawn(shape):
    return RNG.uniform(0.5, 2.0, size=shape) if shape else float(RNG.uniform(0.5, 2.0))


@pytest.mark.parametrize("ranks_known", [True, False])
@pytest.mark.parametrize("op", ["add", "sub", "mul", "truediv", "pow", "mod", "floordiv"])
@pytest.mark.parametrize("a, b", SHAPES)
def test_operators(op, a, b, ranks_known):
    check(op, drawn(a), drawn(b), ranks_known=ranks_known)


@pytest.mark.parametrize("ranks_known", [True, False])
@pytest.mark.parametrize("op", ["neg", "pos", "abs"])
def test_operators_of_one_array(op, ranks_known):
    check(op, RNG.normal(size=(2, 3)), ranks_known=ranks_known)
    check(op, RNG.normal(size=3) + 1j, ranks_known=ranks_known)


@pytest.mark.parametrize("op", ["add", "sub", "mul", "truediv", "pow"])
def test_operators_with_literals(op):
    for literal in (-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3):
        if (op, literal) != ("truediv", 0):
            check(op, drawn((2, 3)), Literal(literal))
        if op != "pow" or literal > 0:
            check(op, Literal(literal), drawn((2, 3)))


@pytest.mark.parametrize("op", ["add", "sub", "mul", "truediv", "pow"])
def test_operators_with_integer_and_complex_arrays(op):
    check(op, drawn((2, 3)), np.array([1, 2, 3]))
    check(op, np.array([1, 2, 3]), drawn((2, 3)))
    check(op, drawn((2, 3)), np.array([1 + 2j, 2, 3]))
    check(op, np.array([1 + 2j, 2, 3]), drawn((2, 3)))
    check(op, np.array([1 + 2j, 2, 3]), np.array([1 + 2j, 1j, 3]))


def written(op, *args):
    call = Call(op, args, {}, True)
    return [
        None if p is None else call.text(p)
        for p in operator_partials(op, call.args, Var("out", call.kind(Apply(op, call.args))))
    ]


def test_powers_are_lean():
    x = drawn((3,))
    assert written("pow", x, 2)[0] == "2 * a0"
    assert written("pow", x, 3)[0] == "3 * a0 ** 2"
    assert written("pow", x, Literal(0.5))[0] == "0.5 / out"
    assert written("pow", x, -1)[0] == "-out * out"
    assert written("pow", x, -2)[0] == "-2 * out / a0"
    assert written("pow", x, 1)[0] == "1.0"
    assert written("pow", x, 0)[0] is None
    assert written("pow", 2, x)[1] == "out * math.log(2)"
    assert written("pow", x, x) == [
        "a1 * a0 ** np.where(a1, a1 - 1, 1)", "out * np.log(np.where(a0, a0, 1))"
    ]  # fmt: skip


def test_powers_of_zero():
    x, y = np.array([0.0, 0.0, 0.0, 2.0, -2.0]), np.array([0.0, 1.0, 2.0, 0.0, 3.0])
    call = Call("pow", (x, y), {}, True)
    out = Var("out", call.kind(Apply("pow", call.args)))
    in_x, in_y = operator_partials("pow", call.args, out)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = call.evaluate(in_x, {out: x**y}, quiet=False)
    np.testing.assert_array_equal(found, [0.0, 1.0, 0.0, 0.0, 12.0])
    found = call.evaluate(in_y, {out: x**y})
    np.testing.assert_allclose(found, [0.0, 0.0, 0.0, np.log(2.0), np.nan])


def test_absolute_value_at_zero():
    for x in (np.array([0.0, 1.0, -1.0]), np.array([0.0, 1j, -1.0])):
        call = Call("abs", (x,), {}, True)
        out = Var("out", call.kind(Apply("abs", call.args)))
        (partial,) = operator_partials("abs", call.args, out)
        expected = np.divide(np.conj(x), np.abs(x), out=np.zeros_like(x), where=x != 0)
        np.testing.assert_array_equal(call.evaluate(partial, {out: np.abs(x)}), expected)
