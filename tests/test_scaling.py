"""The scaling report: growth is the slope in logarithms of what is large enough to tell."""

from __future__ import annotations

import pytest

pytest.importorskip("numba")

from benchmarks.scaling import growth_of_process, slope, table


def test_growth_is_the_power_of_the_size():
    sizes = (10, 100, 1000)
    assert slope(sizes, [3.0 * n**1.5 for n in sizes], 0.0) == pytest.approx(1.5)


def test_what_is_too_small_or_was_not_measured_is_left_out():
    sizes = (10, 100, 1000, 10_000)
    assert slope(sizes, [0.1, 1.0, 10.0, None], 0.5) == pytest.approx(1.0)
    assert slope(sizes, [0.1, 0.2, 10.0, None], 0.5) is None


def test_a_process_grows_by_what_is_allocated():
    assert growth_of_process(lambda: bytearray(64 << 20)) > 60 << 20


def test_cells_that_were_not_measured_are_empty():
    made = table("rounds", (10, 100), {"function": [(1e-3, 0.0), None]})
    assert made.splitlines()[-2:] == ["| 100 |  |", "| growth |  |"]
