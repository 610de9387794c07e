"""Rows of arrays, and short functions that are given such."""

from __future__ import annotations

import math

import numpy as np
import pytest

from compiled_text import U, assert_gradients_agree, written
from symdiff.compiled.elements import elements_of_wholes
from symdiff.simplify.dead import drop_dead
from symdiff.stages import ArrayOf, Stage, steps, verify
from tests.differences import reading_of

A = U[:6].reshape(2, 3) + 0.1
B = np.arange(24.0).reshape(2, 3, 4) / 9


def by_rows(a, x):
    total = 0.0
    for row in a:
        for k in range(len(row)):
            total += row[k] * row[-1] * x[k]
    return total


def by_columns(a, n):
    total = 0.0
    for j in range(n):
        column = a[:, j]
        for i in range(len(column)):
            total += column[i] ** 2 * column[0]
    return total


def rows_of_layers(b):
    total = 0.0
    for i in range(b.shape[0]):
        layer = b[i]
        for j in range(len(layer)):
            row = layer[j]
            for k in range(row.shape[0]):
                total += row[k] * layer[0, k] * layer[j][1]
    return total


def last_row(a):
    """The row is read after the loop."""
    total = 0.0
    for i in range(len(a)):
        row = a[i]
        total += row[0] * row[1]
    return total * row[2]


def summed(a):
    """The rows are read as a whole, too."""
    total = 0.0
    for i in range(len(a)):
        row = a[i]
        total += row[0] * np.sum(row)
    return total


def changed(a, n):
    """The rows are those of an array that changes."""
    a = a * 2.0
    total = 0.0
    for i in range(n):
        row = a[i]
        total += row[0] * row[2]
        a[i + 1] = a[i] * row[1]
        total += row[1] * a[i + 1, 0]
    return total


def stored(a):
    """The rows themselves change, and with them the array."""
    a = a * 2.0
    for i in range(len(a)):
        row = a[i]
        row[0] = row[1] * row[2]
    return np.sum(a * a)


def swapped(a, n):
    """The row is another one in the next round."""
    total = 0.0
    row, other = a[0], a[1]
    for _ in range(n):
        total += row[0] * row[0] * other[1]
        row, other = other, row
    return total


def part(a):
    total = 0.0
    for i in range(len(a)):
        row = a[i, 1:]
        total += row[0] * row[1]
    return total


def distance(a, b):
    total = 0.0
    for i in range(len(a)):
        total += (a[i] - b[i]) ** 2
    return total


def nearest(centers, points):
    total = 0.0
    for i in range(len(points)):
        least = distance(points[i], centers[0])
        for j in range(1, len(centers)):
            least = min(least, distance(points[i], centers[j]))
        total += least
    return total


def gate(state, weights, x):
    for i in range(len(x)):
        state[i] = state[i] * math.tanh(weights[i] * x[i])


def layers_in_place(weights, state, xs):
    state = state.copy()
    total = 0.0
    for t in range(len(xs)):
        for layer in range(len(weights)):
            gate(state[layer], weights[layer], xs[t])
        total += state[-1, 0] * state[0, -1]
    return total


def rows_of_rows(x, n):
    total = 0.0
    for i in range(n):
        block = x[i]
        row = block[-1]
        for j in range(len(row)):
            total += math.sin(row[j] * block[0, j]) * x[-1][0][j]
    return total


def row_that_changes(x, n):
    x = x.copy()
    row = x[0]
    total = 0.0
    for i in range(n):
        x[0, i % 2] = row[1] * row[0] + x[1, 0]
        total += row[0] * row[-1]
    return total


def row_by_row(x):
    total = 1.0
    for row in x:
        total *= distance(row, x[0]) + row[0]
    return total


SQUARE = np.outer(U[1:4], U[2:5])
READ_BY_ELEMENTS = [
    (by_rows, (A, U)),
    (by_columns, (A, 2)),
    (rows_of_layers, (B,)),
    (rows_of_rows, (np.outer(U[:6], U[3:6]).reshape(3, 2, 3), 2)),
]
OTHERS = [
    (last_row, (A,)),
    (summed, (A,)),
    (changed, (A, 1)),
    (stored, (A,)),
    (swapped, (A, 3)),
    (part, (A,)),
    (row_that_changes, (SQUARE, 5)),
    (nearest, (SQUARE, np.outer(U[:5], U[5:8]))),
    (layers_in_place, (SQUARE, SQUARE + 1, np.outer(U[:4], U[5:8]))),
    (row_by_row, (SQUARE,)),
]


@pytest.mark.parametrize(("function", "args"), [*READ_BY_ELEMENTS, *OTHERS])
def test_gradients_are_those_of_the_python_target(function, args):
    assert_gradients_agree(function, args)


@pytest.mark.parametrize(("function", "args"), [*READ_BY_ELEMENTS, *OTHERS])
def test_what_is_made_is_well_formed(function, args):
    verify(elements_of_wholes(reading_of(function, *args).procedure))


@pytest.mark.parametrize(("function", "args"), READ_BY_ELEMENTS)
def test_rows_that_are_read_by_elements_are_not_made(function, args):
    made = drop_dead(elements_of_wholes(reading_of(function, *args).procedure))
    targets = [s.target for s in steps(made.body) if isinstance(s, Stage)]
    assert not any(isinstance(target.kind, ArrayOf) for target in targets)
    assert "np.zeros_like" not in written(function, args).split("for ", 1)[1]


def test_elements_of_rows_add_to_the_adjoint_of_the_array():
    text = written(nearest, (SQUARE, np.outer(U[:5], U[5:8])))
    assert "dcenters[j, i" in text and "zeros_like" not in text.split("total = 0.0")[-1], text
    assert "_forward" not in text, text


def test_of_an_array_that_changes_elements_are_kept():
    text = written(layers_in_place, (SQUARE, SQUARE + 1, np.outer(U[:4], U[5:8])))
    assert "_kept[t, layer] = state" not in text and "= state[layer, i]" in text, text
