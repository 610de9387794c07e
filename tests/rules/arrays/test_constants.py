"""Functions whose derivative is zero: the kinds of their values, and that none is missing."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import Call, check, check_kind, only_asked
from symdiff.errors import NotDifferentiable
from symdiff.read.conventions import numpy_function
from symdiff.rules import find
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.nodes import Node
from symdiff.stages import COMPLEX, INTEGER, OBJECT, Apply, ArrayOf, Const, TupleOf, Var

A = np.array([[0.3, -1.2, 2.7], [1.4, 0.0, -0.6]])
B = np.array([0.2, 0.0, 1.7])
I = np.array([[1, 0, 2], [3, 3, 1]])  # noqa: E741
both = pytest.mark.parametrize("ranks_known", [True, False])

OF_ONE = [
    "floor", "ceil", "trunc", "rint", "fix", "round", "around", "spacing", "sign", "isnan",
    "isfinite", "isinf", "isneginf", "isposinf", "isreal", "iscomplex", "signbit", "logical_not",
    "iscomplexobj", "isrealobj", "isscalar", "all", "any", "argmax", "argmin", "nanargmax",
    "nanargmin", "count_nonzero", "argsort", "nonzero", "flatnonzero", "argwhere", "shape", "size",
    "ndim", "tril_indices_from", "triu_indices_from", "array_str", "array_repr", "array2string",
    "iterable", "isfortran",
]  # fmt: skip
OF_TWO = [
    "floor_divide", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal",
    "logical_and", "logical_or", "logical_xor", "isclose", "isin", "allclose", "array_equal",
    "array_equiv", "may_share_memory", "shares_memory", "result_type", "common_type",
]  # fmt: skip
OF_INTEGERS = [
    "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "gcd", "lcm",
    "bitwise_left_shift", "bitwise_right_shift", "invert", "bitwise_not", "bitwise_invert",
    "bitwise_count",
]  # fmt: skip
OF_SIZES = [
    "zeros", "ones", "empty", "eye", "tri", "identity", "hanning", "hamming", "blackman", "bartlett"
]  # fmt: skip
NUMBER_TYPES = [
    "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool_", "bool"
]  # fmt: skip


def check_constant(op, *args, ranks_known=True, **keywords):
    """That a function has no derivative, and that its kind is right."""
    if only_asked(op):
        return
    call = Call(op, args, keywords, ranks_known)
    whole = Apply(op, call.args)
    kind, value = call.kind(whole), call.evaluate(whole)
    if kind is not OBJECT and not isinstance(value, str):
        check_kind(kind, value)
    primitive = registry.by_name(op)
    if not primitive.piecewise_constant:
        ans = Node(Var("out", kind), kind)
        assert all(p in (None, 0.0) for _, p in registry.partials(primitive, call.args, ans))


@both
@pytest.mark.parametrize("name", OF_ONE)
def test_functions_of_one_array(name, ranks_known):
    check_constant(f"numpy.{name}", A, ranks_known=ranks_known)
    if name not in ("fix", "spacing", "tril_indices_from", "triu_indices_from"):
        check_constant(f"numpy.{name}", I, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("name", OF_TWO)
def test_functions_of_two_arrays(name, ranks_known):
    check_constant(f"numpy.{name}", A, B, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("name", ["argmax", "argmin", "count_nonzero", "all", "any"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(name, axis, keepdims, ranks_known):
    check_constant(f"numpy.{name}", A, axis=axis, keepdims=keepdims, ranks_known=ranks_known)


@both
def test_options(ranks_known):
    check_constant("numpy.round", A, 1, ranks_known=ranks_known)
    check_constant("numpy.argsort", A, None, ranks_known=ranks_known)
    check_constant("numpy.argsort", A, axis=0, kind="stable", ranks_known=ranks_known)
    check_constant("numpy.argpartition", A, 1, ranks_known=ranks_known)
    check_constant("numpy.lexsort", (B, B), ranks_known=ranks_known)
    check_constant("numpy.searchsorted", np.sort(B), A, side="right", ranks_known=ranks_known)
    check_constant("numpy.searchsorted", np.sort(B), 0.5, ranks_known=ranks_known)
    check_constant("numpy.digitize", A, np.sort(B), ranks_known=ranks_known)
    check_constant("numpy.bitwise_and", I, I > 1, ranks_known=ranks_known)
    check_constant("numpy.size", A, 0, ranks_known=ranks_known)


@both
@pytest.mark.parametrize("name", OF_INTEGERS)
def test_functions_of_integers(name, ranks_known):
    function = getattr(np, name, None)
    if function is None:
        pytest.skip("this NumPy lacks it")
    check_constant(f"numpy.{name}", *[I] * function.nin, ranks_known=ranks_known)


@pytest.mark.parametrize("name", OF_SIZES)
def test_functions_of_sizes(name):
    check_constant(f"numpy.{name}", 3)
    if name in ("zeros", "ones", "empty"):
        check_constant(f"numpy.{name}", (2, 3))
        check_constant(f"numpy.{name}_like", A)
        check_constant(f"numpy.{name}_like", A, ranks_known=False)


@both
@pytest.mark.parametrize("name", NUMBER_TYPES)
def test_types_of_integers(name, ranks_known):
    check_constant(f"numpy.{name}", 1.5)
    check_constant(f"numpy.{name}", np.abs(A), ranks_known=ranks_known)


@both
def test_functions_of_scipy(ranks_known):
    check_constant("scipy.special.round", A, ranks_known=ranks_known)
    check_constant("scipy.special.gammasgn", A + 0.1, ranks_known=ranks_known)


def test_indices():
    check_constant("numpy.tril_indices", 3)
    check_constant("numpy.triu_indices", 3, 1)
    check_constant("numpy.diag_indices", 3)
    check_constant("numpy.diag_indices_from", np.zeros((3, 3)))
    check_constant("numpy.unravel_index", I, (2, 2))
    check_constant("numpy.ravel_multi_index", (I[0], I[1]), (4, 4))
    check_constant("numpy.ix_", I[0], I[0] > 0)
    check_constant("numpy.indices", (2, 3))
    check_constant("numpy.broadcast_shapes", (2, 1), (3,))


@both
def test_values_among_those_of_an_array(ranks_known):
    x = np.array([[0.3, -1.2], [1.4, 2.0]])
    check("numpy.unique", x, ranks_known=ranks_known)
    check("numpy.unique", x, return_index=True, return_counts=True, ranks_known=ranks_known)
    check("numpy.bincount", I[0], B, ranks_known=ranks_known)
    check("numpy.bincount", I[0], weights=B, minlength=7, ranks_known=ranks_known)


def test_complex_signs_are_refused():
    z = Var("z", ArrayOf(COMPLEX, (3,)))
    with pytest.raises(NotDifferentiable, match="sign"):
        list(registry.partials(registry.by_name("numpy.sign"), (z,), Node(z, z.kind)))


def test_a_shape_is_a_tuple_of_integers():
    x = Var("x", ArrayOf(dims=(2, None)))
    assert registry.result_kind("numpy.shape", (x,)) == TupleOf((INTEGER, INTEGER))
    assert registry.result_kind("numpy.zeros", (Const(3),)) == ArrayOf(dims=(3,))


def test_rules_are_found_by_their_functions():
    for name in (*OF_ONE, *OF_TWO, "conj", "abs", "power", "float64", "linspace", "true_divide"):
        assert find(getattr(np, name)) is not None, name


def test_names_of_one_rule_are_names_of_one_function():
    """Generated code has the first name, whichever the user wrote."""
    several = {
        ("numpy.degrees", "numpy.rad2deg"), ("numpy.radians", "numpy.deg2rad"),
        ("numpy.round", "numpy.around"), ("scipy.special.digamma", "scipy.special.psi"),
        ("numpy.max", "numpy.amax"), ("numpy.min", "numpy.amin"),
        ("numpy.fft.fftshift", "scipy.fft.fftshift"),
        ("numpy.fft.ifftshift", "scipy.fft.ifftshift"),
        ("numpy.tensordot", "numpy.linalg.tensordot"),
        ("numpy.outer", "numpy.linalg.outer"), ("numpy.vecdot", "numpy.linalg.vecdot"),
        ("numpy.vstack", "numpy.row_stack"), ("numpy.max", "numpy.amax"),
        ("numpy.min", "numpy.amin"),
        ("numpy.trapezoid", "scipy.integrate.trapezoid"),
        ("numpy.matrix_transpose", "numpy.linalg.matrix_transpose"),
        ("scipy.signal.fftconvolve", "scipy.signal.oaconvolve"),
    }  # fmt: skip
    for primitive in registry.table():
        found = {}
        for name in primitive.names:
            function = numpy_function(name)
            if function is not None:
                found[name] = function
        first, *others = list(found) or [""]
        for other in others:
            alike = found[first] is found[other] or (first, other) in several
            assert alike, f"{first} and {other}"
