"""Lists whose items are lists or arrays, under updates that change how long an item is."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from differences import assert_right


def shorter_rows(x, n):
    rows = [[x, x * x, 3.0 * x] for _ in range(n)]
    for i in range(n):
        if i % 2:
            rows[i] = [x * i]
    return sum(sum(row) ** 2 for row in rows)


def a_row_of_another_length(x):
    rows = [[x, x * x], [3.0 * x]]
    rows[0] = rows[1]
    rows[1] = [x, x * x, x**3]
    return rows[0][0] * rows[1][2]


def rows_moved_and_deleted(x, n):
    rows = [[x] * (i + 1) for i in range(n)]
    for i in range(n - 1):
        rows[i] = rows[i + 1][1:]
    del rows[1]
    return sum(sum(row) ** 2 for row in rows)


def tables(x, n):
    tables = [[[x], [x * x, 3.0 * x]] for _ in range(n)]
    for i in range(n - 1):
        tables[i] = [[x * i, x, x * x]]
    return sum(sum(row) ** 2 for table in tables for row in table)


def arrays_of_other_lengths(x, n):
    rows = [np.array([x, x * x, 3.0 * x]) for _ in range(n)]
    for i in range(n - 1):
        rows[i] = rows[i + 1][1:] * x
    return sum(np.sum(row) ** 2 for row in rows)


@pytest.mark.parametrize(
    "function", [shorter_rows, rows_moved_and_deleted, tables, arrays_of_other_lengths]
)
def test_an_item_may_be_replaced_by_one_of_another_length(function):
    assert_right(function, 0.7, 4)


def test_a_row_may_be_replaced_outside_of_loops():
    assert_right(a_row_of_another_length, 0.7)


def test_of_a_row_that_is_replaced_only_the_length_is_kept():
    text = symdiff.source(shorter_rows, argnums=(0,), at=(0.7, 4))
    assert "size_kept.append(len(rows[i]))" in text and "items_kept" not in text
