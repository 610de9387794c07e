"""Elementwise operations on arrays as loops over their elements."""

from __future__ import annotations

import importlib.util
import inspect
from unittest import mock

import numba
import numpy as np
import pytest

import symdiff
from compiled_text import U, flat, reals, run
from random_elementwise import Program
from symdiff.compiled.elements import elements_of_wholes
from symdiff.compiled.elementwise.grouping import by_elements
from symdiff.compiled.types import spec_of_type
from symdiff.dispatch.lengths import agreed_lengths, with_lengths, without_ones
from symdiff.generate import Selection, find_for, procedure_for
from symdiff.stages import verify

A = np.outer(U[1:4], U[2:5]) + 0.2
X = U[2:8] + 0.1


def specs_of(function, args, long):
    """What the dispatchers know of arguments: with `long`, that no length is 1, and which agree."""
    specs = [spec_of_type(numba.typeof(a)) for a in args]
    if not long:
        return tuple(specs)
    names = list(inspect.signature(function).parameters)
    specs = [without_ones(s) for s in specs]

    def known(lengths):
        return tuple(with_lengths(n, s, lengths) for n, s in zip(names, specs, strict=True))

    agreed, _ = agreed_lengths(lambda lengths: procedure_for(function, known(lengths)))
    return known(agreed)


def gradient(function, args, long, mode="grad"):
    """The value and gradient as the text for Numba gives them, run as Python runs it."""
    selection = Selection(reals(args), target="numba")
    made = find_for(function, selection, mode, specs_of(function, args, long), {})
    with mock.patch.object(np, "empty", unwritten):
        return run(made.text, made.name, args)


def unwritten(shape, dtype=float, empty=np.empty):
    """An array of which every real number shows that it was read before it was written."""
    made = empty(shape, dtype)
    if made.dtype.kind == "f":
        made[...] = np.nan
    return made


def assert_agree(function, args):
    """The text gives what the Python target gives, and leaves its arguments alone."""
    expected = symdiff.value_and_grad(function, reals(args))(*args)
    for long in (True, False):
        given = tuple(a.copy() if isinstance(a, np.ndarray) else a for a in args)
        found = gradient(function, given, long)
        np.testing.assert_allclose(flat(found), flat(expected), rtol=1e-10, atol=1e-12)
        np.testing.assert_array_equal(flat(given), flat(args))
        made = by_elements(procedure_for(function, specs_of(function, args, long)))
        verify(elements_of_wholes(verify(made)))


def backwards(x):
    y = x * 1.0
    y[:] = y[::-1] * x
    y += y[::-1] * x
    return np.sum(y * x)


def columns_backwards(a):
    y = a.copy()
    y[:] = y[:, ::-1] * a
    return np.sum(y * a)


def every_second(x):
    y = np.zeros(6)
    y[:] = x
    y[:3] = y[::2] * x[0]
    y[::2] = y[:3] * x[1]
    return np.sum(y * x)


def first_column(a):
    """One column is read in every round, and stored in that of the first one."""
    y = np.zeros((3, 3))
    y += a
    y[:, :] = y[:, 0:1] * a
    y -= y[0:1] * a
    return np.sum(y * y)


@pytest.mark.parametrize(
    ("function", "args"),
    [(backwards, (X,)), (columns_backwards, (A,)), (every_second, (X,)), (first_column, (A,))],
)
def test_parts_that_lie_otherwise_are_read_before_the_array_is_stored_into(function, args):
    assert_agree(function, args)


def overlapping(x):
    y = x * 2.0
    y[1:] = y[:-1] * x[1:]
    y[:-1] += y[1:] * y[:-1]
    y[-3:] *= y[:3]
    y[2:-2] -= y[3:-1] * y[1:-3]
    return np.sum(y * y)


def shifted(x, y):
    x = x * 1.0
    for _ in range(2):
        x[:-2] -= y[:-2] * 2.0 + y[2:]
        x[1:-1] -= y[2:] + y[:-2]
        x[:-2] -= y[2:] + y[:-2]
    return np.sum(np.sin(x) * x)


def rows_of_both_kinds(a, b):
    y = a * b
    for i in range(3):
        y[i, :] = y[:, i] * b[i]
        y[:, i] += y[i, :] * 0.5
    return np.sum(y)


def computed_rows(x, q):
    z = np.zeros((6, len(x)))
    for i in range(3):
        s = x * q[i]
        z[2 * i] = np.sin(s)
        z[2 * i + 1] = np.cos(s) + z[2 * i]
        z[2 * i] += z[2 * i + 1] * s
        z[i] = s * z[i]
    return np.sum(z * z)


def no_rounds(x, k):
    y = x * 1.0
    z = x
    for _ in range(k):
        y[1:] = y[:-1] * 2.0 + z[1:]
        z = y * 0.5
        y[:-1] = z[1:] * y[:-1]
    return np.dot(y, z)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (overlapping, (X,)),
        (shifted, (X, X + 1)),
        (rows_of_both_kinds, (A, A + 1)),
        (computed_rows, (X, U[:3])),
        (no_rounds, (X, 0)),
        (no_rounds, (X, 2)),
    ],
)
def test_stores_and_what_is_read_of_the_same_array(function, args):
    assert_agree(function, args)


def counted(x):
    count = np.sum(x > 0.5)
    y = x * 2.0
    return np.sum(y * x) * count + y[count % 3]


def test_how_many_there_are_is_an_integer():
    assert_agree(counted, (X,))


def doubled(x, y):
    x = x * 1.0
    for i in range(len(x)):
        x[i] = np.sin(x[i]) * y[i]
    x += x
    x -= x * y
    return np.sum(x)


def vanished(x):
    y = x * 1.0
    y[1:] = np.sin(y[1:]) * y[:-1]
    y -= y
    return np.sum(y)


@pytest.mark.parametrize(("function", "args"), [(doubled, (X, X + 1)), (vanished, (X,))])
def test_an_array_that_is_added_to_itself(function, args):
    assert_agree(function, args)


@numba.njit
def of_few_bits(x, n):
    y = x
    for _ in range(n):
        y = np.sin(y) * x
    return np.sum(y)


def test_a_variable_holds_arrays_of_one_precision():
    x = X.astype(np.float32)
    expected = symdiff.grad(of_few_bits.py_func)(x, 2)
    np.testing.assert_allclose(symdiff.grad(of_few_bits)(x, 2), expected, rtol=1e-5)


@pytest.mark.parametrize("seed", range(24))
def test_random_programs(seed, tmp_path):
    path = tmp_path / f"program_{seed}.py"
    path.write_text(Program(seed).text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    numbers = np.random.default_rng(seed).uniform(-0.5, 1.0, (5, 3))
    assert_agree(module.f, (numbers[0], numbers[1], numbers[2:], seed % 2))
