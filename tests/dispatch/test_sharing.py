"""Which arrays have memory in common."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from symdiff.dispatch.sharing import share_memory  # noqa: E402

LINE, PLANE = np.zeros(20), np.zeros((6, 8))


def part(array, rng):
    """Any slice of an array, forwards or backwards, with any step."""
    cuts = []
    for length in array.shape:
        start, stop = sorted(rng.integers(0, length + 1, 2))
        cuts.append(slice(start, stop, rng.integers(1, 4)))
    turned = tuple(slice(None, None, rng.choice([1, -1])) for _ in cuts)
    return array[tuple(cuts)][turned]


@pytest.mark.parametrize("whole", [LINE, PLANE])
def test_slices_of_one_array_that_have_an_element_in_common_are_always_found(whole):
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(1000):
        x, y = part(whole, rng), part(whole.T if rng.random() < 0.2 else whole, rng)
        if np.shares_memory(x, y):
            found += 1
            assert share_memory(x, y), (x.shape, x.strides, y.shape, y.strides)
    assert found > 100


@pytest.mark.parametrize(
    "x, y",
    [
        (LINE[::2], LINE[1::2]),
        (LINE[:10], LINE[10:]),
        (LINE[::-2], LINE[::2]),
        (PLANE[:, 0], PLANE[:, 1]),
        (PLANE[:, :3], PLANE[:, 3:]),
        (PLANE[::2], PLANE[1::2]),
        (PLANE[:, :0], PLANE),
    ],
)
def test_views_that_interleave_are_apart(x, y):
    assert not np.shares_memory(x, y)
    assert not share_memory(x, y)
    assert not share_memory(y, x)
