"""Lists and tuples that no round of a loop changes are not kept for its rounds."""

from __future__ import annotations

import symdiff
from differences import assert_right


def pairs(t, n):
    table = [[0.0, 0.1], [0.2, 0.3]]
    total = 0.0
    for i in range(n):
        for j in range(n):
            total += (1 - table[i][j]) * t * total + t
    for i in range(n):
        total += table[i][0] * total * t
    return total


def rotated(t, n):
    row = [0.4, 0.1]
    total = t
    for i in range(n):
        total += row[i % 2] * total * t
        row[0], row[1] = row[1] + 0.1, row[0]
    return total


def test_a_table_is_read_where_it_stands():
    assert "table_kept" not in symdiff.source(pairs, at=(0.3, 2))
    assert_right(pairs, 0.3, 2)


def test_a_table_that_changes_is_carried():
    assert_right(rotated, 0.3, 5)


def weighted(t, n):
    weights = (0.1, 0.7, 0.3)
    total = 0.0
    for i in range(n):
        total += weights[i] * t * total + t
    return total * weights[n - 1]


def test_a_tuple_of_numbers_that_is_indexed_is_made_once_under_its_name():
    text = symdiff.source(weighted, at=(0.3, 3))
    assert text.count("weights = [0.1, 0.7, 0.3]") == text.count("[0.1, 0.7, 0.3]") == 1
    assert "weights[i] * t" in text and "weights_i_kept" not in text
    assert_right(weighted, 0.3, 3)
