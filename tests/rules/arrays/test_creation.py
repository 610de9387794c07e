"""Functions that make arrays: their kinds, and their derivatives against differences."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from rules.arrays.harness import Call, Literal, check, check_kind
from symdiff.rules.arrays import registry
from symdiff.rules.shapes import extent
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Global,
    ListOf,
    Opaque,
    Size,
    Var,
)

RNG = np.random.default_rng(0)
both = pytest.mark.parametrize("ranks_known", [True, False])
A = RNG.normal(size=(2, 3))


def kind_of(op, *args, **keywords):
    given = [a if not isinstance(a, (int, float, str)) else Const(a) for a in args]
    given += [Apply("keyword", (Const(k), v)) for k, v in keywords.items()]
    return registry.result_kind(op, tuple(given))


def test_kinds_from_shapes():
    n, x = Var("n", INTEGER), Var("x", ArrayOf(COMPLEX, (2, extent(Size("x.1")))))
    size = extent(Size(n))
    assert kind_of("numpy.zeros", n) == ArrayOf(REAL, (size,))
    assert kind_of("numpy.ones", Apply("tuple", (Const(3), n))) == ArrayOf(REAL, (3, size))
    assert kind_of("numpy.empty", Apply("numpy.shape", (x,))) == ArrayOf(REAL, x.kind.dims)
    assert kind_of("numpy.zeros", Var("shape", ListOf(INTEGER))) == ArrayOf(REAL, None)
    assert kind_of("numpy.zeros_like", x) == x.kind
    assert kind_of("numpy.ones_like", x, dtype=Global("float")) == ArrayOf(REAL, x.kind.dims)
    assert kind_of("numpy.eye", n) == ArrayOf(REAL, (size, size))
    assert kind_of("numpy.arange", n) == ArrayOf(INTEGER, (size,))
    assert kind_of("numpy.arange", 1, 4) == ArrayOf(INTEGER, (3,))
    assert kind_of("numpy.arange", 0.0, 1.0, 0.1) == ArrayOf(REAL, (None,))
    assert kind_of("numpy.linspace", 0, 1, n) == ArrayOf(REAL, (size,))
    assert kind_of("numpy.array", Var("items", ListOf(REAL))) == ArrayOf(REAL, (None,))


@pytest.mark.parametrize(
    "dtype, item",
    [(Global("float"), REAL), (Global("numpy.float32"), REAL), (Global("int"), INTEGER),
     (Global("numpy.int64"), INTEGER), (Global("bool"), BOOLEAN), (Global("numpy.bool_"), BOOLEAN),
     (Global("complex"), COMPLEX), (Global("numpy.complex128"), COMPLEX), (Const("float64"), REAL),
     (Const("int"), INTEGER), (Const("<c16"), COMPLEX), (Const("uint8"), INTEGER),
     (Opaque("_0.dtype", (Var("z", ArrayOf(COMPLEX)),)), COMPLEX)],
)  # fmt: skip
def test_kinds_from_dtypes(dtype, item):
    assert kind_of("numpy.zeros", 3, dtype=dtype) == ArrayOf(item, (3,))


@pytest.mark.parametrize(
    "op, args",
    [("zeros", (3,)), ("zeros", ((2, 3),)), ("ones", ([2, 0],)), ("eye", (3,)), ("eye", (3, 4, 1)),
     ("identity", (2,)), ("tri", (2, 3)), ("zeros_like", (A,)), ("ones_like", (A,)),
     ("empty_like", (A,)), ("arange", (5,)), ("arange", (2, 5)), ("arange", (5, 2, -1)),
     ("arange", (2, 5, 2)), ("hanning", (4,)), ("array", ([1, 2],)), ("array", ([[True, False]],)),
     ("int64", (A,)), ("array", ([1, 2.5],))],
)  # fmt: skip
def test_kinds_are_those_of_the_values(op, args):
    call = Call(f"numpy.{op}", args, {}, True)
    whole = Apply(f"numpy.{op}", call.args)
    check_kind(call.kind(whole), call.evaluate(whole))


@both
def test_full(ranks_known):
    check("numpy.full", (2, 3), 0.5, ranks_known=ranks_known)
    check("numpy.full", (2, 3), A[0], ranks_known=ranks_known)
    check("numpy.full", 0, 0.5, ranks_known=ranks_known)
    check("numpy.full_like", A, 0.5, ranks_known=ranks_known)
    check("numpy.full_like", A, A[:1], ranks_known=ranks_known)


@both
def test_ranges(ranks_known):
    check("numpy.arange", 0.5, 3.1, ranks_known=ranks_known)
    check("numpy.arange", 0.5, 3.1, 0.3, ranks_known=ranks_known)
    for name in ("linspace", "geomspace"):
        check(f"numpy.{name}", 0.5, 2.5, 5, ranks_known=ranks_known)
        check(f"numpy.{name}", 0.5, 2.5, 5, False, ranks_known=ranks_known)
        check(f"numpy.{name}", 0.5, Literal(2.5), num=4, ranks_known=ranks_known)
        check(f"numpy.{name}", 1, 2.5, 1, ranks_known=ranks_known)
    check("numpy.linspace", A, 0.5, 4, ranks_known=ranks_known)
    check("numpy.linspace", A, A[0], 4, endpoint=False, ranks_known=ranks_known)
    check("numpy.logspace", 0.5, 1.5, 4, base=2, ranks_known=ranks_known)


@both
def test_arrays_of_sequences(ranks_known):
    for name in ("array", "asarray", "asanyarray", "copy"):
        check(f"numpy.{name}", [0.5, 1.5, 2], ranks_known=ranks_known)
        check(f"numpy.{name}", [[0.5, 1], (2, 1.5)], ranks_known=ranks_known)
        check(f"numpy.{name}", [A[0], A[1]], ranks_known=ranks_known)
        check(f"numpy.{name}", ([A[0], A[1]], [A[0], A[0]]), ranks_known=ranks_known)
        check(f"numpy.{name}", A, ranks_known=ranks_known)
        check(f"numpy.{name}", 0.5, ranks_known=ranks_known)
    check("numpy.array", A, dtype="complex", ranks_known=ranks_known)
    check("numpy.ascontiguousarray", A, ranks_known=ranks_known)
    check("numpy.ascontiguousarray", 0.5, ranks_known=ranks_known)


@both
def test_conversions(ranks_known):
    check("numpy.float64", A, ranks_known=ranks_known)
    check("numpy.float64", 0.5, ranks_known=ranks_known)
    check("numpy.complex128", A, ranks_known=ranks_known)
    for name in ("require", "asarray_chkfinite", "asfortranarray"):
        check(f"numpy.{name}", A, ranks_known=ranks_known)
    check("ndarray.item", A[:1, :1], ranks_known=ranks_known)
    check("ndarray.tolist", A[0], ranks_known=ranks_known)
    for dtype in ("float64", "complex128", Global("float"), Global("numpy.float64")):
        check("ndarray.astype", A, dtype, ranks_known=ranks_known)
        check("numpy.astype", A, dtype, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("name", ["float32", "float16", "longdouble", "complex64"])
def test_conversions_to_other_precisions(name, ranks_known):
    """Differences of few digits tell the slope, which is 1, to a few digits only."""
    tolerance = 1e-6 if name == "longdouble" else 0.5
    check(f"numpy.{name}", 0.5, tolerance=tolerance)
    check(f"numpy.{name}", A, tolerance=tolerance, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("sparse", [False, True])
def test_meshgrid(indexing, sparse, ranks_known):
    x, y, z = A[0], A[0, :2], A[1]
    for given in ((x,), (x, y), (x, y, z), (x, 0.5)):
        check("numpy.meshgrid", *given, indexing=indexing, sparse=sparse, ranks_known=ranks_known)


def test_a_list_of_arrays_makes_an_array_of_one_more_axis():
    def f(x, n):
        rows = []
        for i in range(n):
            rows.append(x * i)
        made = np.array(rows)
        row = made[1]
        made[1] = 0.0
        return np.sum(made**2) + np.sum(row)  # the row is a view of what was set to zero

    x = np.array([1.0, 2.0])
    assert f(x, 3) == 20.0
    np.testing.assert_array_equal(symdiff.grad(f)(x, 3), 8 * x)
    np.testing.assert_array_equal(symdiff.hvp(f)(x, 3, np.ones(2)), [8.0, 8.0])
