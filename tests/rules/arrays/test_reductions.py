"""Rules of sums, means and extremes, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import Call, check
from symdiff.rules.arrays.nodes import Node
from symdiff.rules.arrays.registry import contributions
from symdiff.stages import REAL, ArrayOf, Var

RNG = np.random.default_rng(0)
SHAPES_AND_AXES = [
    ((4,), None), ((4,), 0), ((4,), -1), ((2, 3), None), ((2, 3), 0), ((2, 3), 1), ((2, 3), -2),
    ((2, 3), (0, 1)), ((2, 3, 4), 1), ((2, 3, 4), (0, -1)), ((2, 3, 4), (2, 0)), ((2, 1, 4), 1),
    ((2, 3), ()),
]  # fmt: skip
ranks = pytest.mark.parametrize("ranks_known", [True, False])
shapes = pytest.mark.parametrize("shape, axis", SHAPES_AND_AXES)


def real(shape):
    return RNG.normal(size=shape)


def complex_(shape):
    return RNG.normal(size=shape) + 1j * RNG.normal(size=shape)


@ranks
@shapes
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std", "max", "min"])
def test_along_axes(name, shape, axis, keepdims, ranks_known):
    if axis == () and name in ("std", "var"):
        return
    check(f"numpy.{name}", real(shape), axis=axis, keepdims=keepdims, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std"])
def test_complex(name, axis, ranks_known):
    check(f"numpy.{name}", complex_((3, 2)), axis=axis, ranks_known=ranks_known)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min"])
def test_numbers(name):
    check(f"numpy.{name}", 2.5)
    check(f"numpy.{name}", np.array(2.5), ranks_known=False)
    check(f"numpy.{name}", [2.5, 1.5, 3.5])


@ranks
def test_the_sum_of_a_sequence(ranks_known):
    parts = [real((2, 3)), real((2, 3)), real((2, 3))]
    check("builtins.sum", parts, ranks_known=ranks_known)
    check("builtins.sum", parts, real((2, 3)), ranks_known=ranks_known)
    check("builtins.sum", real((3, 2)), ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("name", ["sum", "prod"])
@pytest.mark.parametrize("shape, axis", [((0,), None), ((0, 3), 0), ((0, 3), 1), ((2, 0), None)])
def test_empty(name, shape, axis, ranks_known):
    check(f"numpy.{name}", real(shape), axis=axis, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std", "max", "min"])
def test_where(name, axis, ranks_known):
    where = np.array([[True, False, True], [True, True, False], [False, True, True]])
    more = {"initial": 0.5} if name in ("max", "min") else {}
    check(f"numpy.{name}", real((3, 3)), axis=axis, where=where, ranks_known=ranks_known, **more)


@ranks
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["sum", "prod", "max", "min"])
def test_initial(name, axis, ranks_known):
    check(f"numpy.{name}", real((3, 3)), axis=axis, initial=0.25, ranks_known=ranks_known)
    check(f"numpy.{name}", real((2, 3, 3)), axis=(0, 2), initial=-0.25, keepdims=True,
          ranks_known=ranks_known)  # fmt: skip


@ranks
@pytest.mark.parametrize("name", ["var", "std"])
def test_degrees_of_freedom(name, ranks_known):
    check(f"numpy.{name}", real((3, 4)), ddof=1, ranks_known=ranks_known)
    check(f"numpy.{name}", real((3, 4)), axis=1, ddof=2, ranks_known=ranks_known)


@ranks
def test_products_with_zeros(ranks_known):
    x = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [1.5, 2.5, -1.0]])
    for axis in (None, 0, 1, -1, (0, 1)):
        check("numpy.prod", x, axis=axis, ranks_known=ranks_known)


@ranks
@shapes
def test_ptp(shape, axis, ranks_known):
    if axis != ():
        x = np.reshape(RNG.permutation(int(np.prod(shape))), shape) / 2
        check("numpy.ptp", x, axis=axis, ranks_known=ranks_known)


@ranks
def test_average(ranks_known):
    x = real((3, 4))
    for axis in (None, 0, -1, (0, 1)):
        check("numpy.average", x, axis=axis, ranks_known=ranks_known)
        weights = RNG.uniform(1, 2, size=x.shape)
        check("numpy.average", x, axis=axis, weights=weights, ranks_known=ranks_known)
    for axis in (0, 1, -1):
        weights = RNG.uniform(1, 2, size=x.shape[axis])
        check("numpy.average", x, axis, weights, keepdims=True, ranks_known=ranks_known)
        check("numpy.average", x, axis, weights, ranks_known=ranks_known)
    check("numpy.average", x[0], weights=[1, 2, 3, 4], ranks_known=ranks_known)
    weights = RNG.uniform(1, 2, size=(4, 2))
    check("numpy.average", real((2, 3, 4)), (2, 0), weights, ranks_known=ranks_known)


def test_an_evenly_shared_maximum():
    x = np.array([1.0, 3.0, 3.0])
    call = Call("numpy.max", (x,), {}, True)
    kind = ArrayOf(REAL, ())
    ans, dout = (Node(Var(n, kind), kind) for n in ("ans", "dout"))
    ((_, share),) = contributions(call.primitive, call.args, ans, dout)
    found = call.evaluate(share.expr, {ans.expr: 3.0, dout.expr: 1.0})
    np.testing.assert_array_equal(found, [0.0, 0.5, 0.5])


def test_a_standard_deviation_of_nothing_has_gradient_zero():
    call = Call("numpy.std", (np.ones(3),), {}, True)
    ans, dout = (Node(Var(n, REAL), REAL) for n in ("ans", "dout"))
    ((_, share),) = contributions(call.primitive, call.args, ans, dout)
    found = call.evaluate(share.expr, {ans.expr: 0.0, dout.expr: 1.0})
    np.testing.assert_array_equal(found, np.zeros(3))
