"""Functions of libraries that are read from texts of ours: np.cov, statistics, groupby."""

from __future__ import annotations

import ast
import statistics
from itertools import groupby

import numpy as np
import pytest
import scipy.linalg

import symdiff
from symdiff import rules
from symdiff.read.scope import Unit
from symdiff.read.spelling import FOLDER, spelled

A = np.array([-1.0, 0.5, 2.0, -0.3, 0.7])
M = np.array([[0.3, -1.0, 0.5, 2.0], [0.1, 0.7, -0.6, 0.2], [1.4, -0.3, 0.9, 0.8]])
ITEMS = [1.0, 2.0, -1.5, 3.0]


def pieces(x):
    return np.sum(np.piecewise(x, [x < 0, x > 1], [lambda v: v**2, np.sin, lambda v: v**3]) ** 2)


def of_constants(x):
    return np.sum(np.piecewise(x, x < 0, [lambda v: 2 * v, 5.0]) * x)


def with_arguments(x, k):
    up, down = (lambda v, k: 2 * v * k), (lambda v, k: k * v**2)
    return np.sum(np.piecewise(x, [x < 0, x > 0], [up, down], k))


def of_a_number(x):
    return np.piecewise(x, [x < 0, x >= 0], [lambda v: -v, lambda v: v**3]) * 1.0


def means(xs):
    return statistics.mean(xs) ** 2 + statistics.fmean(xs, [1.0, 2.0, 3.0, 4.0])


def deviations(xs):
    return statistics.variance(xs) * statistics.stdev(xs) + statistics.pstdev(xs)


def about(xs, center):
    return statistics.variance(xs, center) + statistics.pvariance(xs, mu=center)


def others(xs):
    squares = [x * x for x in xs]
    found = statistics.geometric_mean(squares) + statistics.harmonic_mean(squares)
    return found * statistics.median(xs)


def of_numbers(x, y):
    return statistics.stdev([x, y, x * y, 1.0]) + statistics.fmean(v * x for v in (x, y))


def groups(xs):
    total = 0.0
    for key, group in groupby(xs, key=lambda v: v > 0):
        total += sum(group) ** 2 * (2 if key else 1)
    return total


def groups_in_an_expression(xs):
    return sum(max(list(group)) * (2 if key else 3) for key, group in groupby(xs, lambda v: v > 0))


def generators(x):
    def multiples(n):
        for i in range(n):
            yield x * i

    def both():
        for i in range(3):
            yield from multiples(i)
            yield x**2

    return sum(v**2 for v in both())


def of_rows(m):
    return np.sum(np.cov(m) ** 2) + np.sum(np.corrcoef(m[:2], m[2:]) ** 3) + np.cov(m.T[:, 0]) ** 2


def of_columns(m):
    return np.sum(np.cov(m, rowvar=False, ddof=0)[0]) + np.sum(np.cov(m[0], m[1], bias=True) ** 2)


def fitted(x, y):
    return np.sum(np.polyfit(x, y, 2) ** 2) + np.polyfit(x, y, 1, w=x**2 + 1)[0]


def put(x):
    y, m = x * 1.0, np.outer(x, x)
    np.put_along_axis(y, np.array([1]), x[0] ** 2, -1)
    np.put_along_axis(m, np.argmax(m, axis=1)[:, None], x[:1], axis=1)
    np.put_along_axis(m, np.array([[0, 2, 1, 0, 0]]), 3.0, axis=0)
    return np.sum(y**2) + np.sum(m**2)


def matrices(x):
    m = scipy.linalg.circulant(x)[:3, :3] + 9 * np.eye(3)
    whole = scipy.linalg.block_diag(m, x[:2], m)
    whole = whole.T @ whole * scipy.linalg.hankel(x[:4], x[1:])[0, 0]
    q = scipy.linalg.solve_continuous_lyapunov(m, m * m)
    ends = np.linalg.trace(q * m) + np.sum(np.linalg.diagonal(q) ** 2)
    return np.sum(whole**2) * 1e-4 + np.sum(q) + ends


def moved(value, step):
    """The numbers of an argument, each moved by what `step` gives."""
    if isinstance(value, list):
        return [v + next(step) for v in value]
    return value + np.reshape([next(step) for _ in range(np.size(value))], np.shape(value))[()]


@pytest.mark.parametrize(
    "function, args",
    [
        (pieces, (A,)),
        (of_constants, (A,)),
        (with_arguments, (A, 1.3)),
        (of_a_number, (0.7,)),
        (of_a_number, (-0.7,)),
        (means, (ITEMS,)),
        (deviations, (ITEMS,)),
        (deviations, (A,)),
        (about, (ITEMS, 0.4)),
        (others, (ITEMS,)),
        (others, (ITEMS[:3],)),
        (of_numbers, (1.2, 0.4)),
        (groups, (ITEMS,)),
        (groups_in_an_expression, (ITEMS,)),
        (generators, (1.3,)),
        (of_rows, (M,)),
        (of_columns, (M,)),
        (fitted, (A, A**3 + 1)),
        (put, (A,)),
        (matrices, (A,)),
    ],
)
def test_derivatives(function, args):
    value, found = symdiff.value_and_grad(function, tuple(range(len(args))))(*args)
    assert value == pytest.approx(float(function(*args)), rel=1e-12)

    def steps(size):
        return (size * np.cos(i) for i in range(100))

    ends = []
    for size in (1e-6, -1e-6):
        step = steps(size)
        ends.append(function(*(moved(a, step) for a in args)))
    step = steps(1.0)
    along = tuple(moved([0.0] * len(a) if isinstance(a, list) else a * 0, step) for a in args)
    dots = sum(np.sum(np.multiply(g, d)) for g, d in zip(found, along, strict=True))
    assert dots == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6)
    assert symdiff.jvp(function, args, along)[1] == pytest.approx(dots, rel=1e-10)


def test_exceptions_are_those_of_the_library():
    with pytest.raises(statistics.StatisticsError):
        symdiff.grad(lambda x: statistics.mean([v for v in [x] if v > 5]))(1.0)


def test_what_is_refused_is_refused_at_the_call():
    def several(x):
        return np.sum(np.piecewise(x, [x < 0, x > 1], [np.sin]))

    with pytest.raises(symdiff.SymdiffError, match="one more for the rest") as caught:
        symdiff.grad(several)(A)
    assert "np.piecewise(x, [x < 0, x > 1], [np.sin])" in str(caught.value)


def test_every_text_is_of_a_function_that_is_known():
    texts = set()
    for file in FOLDER.glob("[!_]*.py"):
        module = file.stem.replace("_", ".")
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                texts.add(f"{module}.{node.name}")
    for module, names in rules.arrays.spelled.PLACES.items():
        for name in names.split() if module not in ("cmath", "scipy.stats") else ():
            assert f"{module}.{name}" in texts or spelled(f"{module}.{name}", Unit()) is not None
    assert rules.find(statistics.stdev) is not None
