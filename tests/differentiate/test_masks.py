"""Adjoints that count only where a `where` has taken them."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


def in_a_branch(x, flag):
    y = x / 2
    other = np.sin(y) if flag else np.cos(y)
    return np.sum(np.where(x > 0, y, other))


def around_a_loop(x, flag):
    y = x * 3
    total = 0.0
    for i in range(2):
        total = total + np.sum(y) * i
    return total + np.sum(np.where(x > 0, y, 0.0))


def in_one_arm(x, flag):
    y = np.exp(x)
    z = x
    if flag:
        z = np.where(x > 0, y, x)
    return np.sum(z * y)


def unused_in_an_arm(x, flag):
    y = np.sqrt(x)
    z = np.where(x > 0, y, 1.0) if flag else x * 2
    return np.sum(z)


@pytest.mark.parametrize("f", [in_a_branch, around_a_loop, in_one_arm, unused_in_an_arm])
@pytest.mark.parametrize("flag", [True, False])
def test_masks_hold_in_branches_and_around_loops(f, flag):
    x = np.array([-0.7, 0.4, 1.3, 0.2]) if f is not unused_in_an_arm else np.array([0.5, 1.5])
    found = symdiff.grad(f)(x, flag)
    h = 1e-6
    for i, unit in enumerate(np.eye(len(x))):
        want = (f(x + h * unit, flag) - f(x - h * unit, flag)) / (2 * h)
        assert found[i] == pytest.approx(want, rel=1e-8, abs=1e-8)


def test_what_is_not_taken_stays_out_through_a_branch():
    with np.errstate(all="ignore"):
        found = symdiff.grad(unused_in_an_arm)(np.array([-1.0, 0.0, 4.0]), True)
    np.testing.assert_array_equal(found, [0.0, 0.0, 0.25])


@pytest.mark.parametrize("target", ["python", "numba"])
def test_what_a_where_leaves_out_is_no_nan_where_shapes_are_unknown(target):
    def f(x: np.ndarray, w: np.ndarray):
        return np.sum(np.where(w > 0, np.sqrt(x) * w, w**2))

    at = None if target == "python" else (np.ones(2), np.ones(2))
    names = {}
    text = symdiff.source(f, at=at, target=target)
    exec("\n".join(line for line in text.splitlines() if line[:1] != "@"), names)
    with np.errstate(invalid="ignore"):
        _, (dx, dw) = names["f_grad"](np.array([4.0, -1.0]), np.array([1.0, -3.0]))
    assert dx.tolist() == [0.25, 0.0] and dw.tolist() == [2.0, -6.0]


def guarded(x, y):
    """Both sides of choices, one in the other, are computed with infinite derivatives."""
    inner = np.where(x > 2.0, np.log(x - 2.0), np.log(x) * y)
    return np.sum(np.where(x > 0, inner, np.exp(x) - 1.0) * y)


def missing(x, y):
    return np.sum(np.where(np.isnan(y), 0.0, (y - x) ** 2) * x)


@pytest.mark.parametrize("f", [guarded, missing])
def test_what_a_where_leaves_out_is_no_nan_in_loops(f):
    numba = pytest.importorskip("numba")
    x = np.array([4.0, -1.0, 1.5, 0.5])
    y = np.array([1.0, -3.0, np.nan if f is missing else 1.5, 2.0])
    found = symdiff.grad(numba.njit(f))(x, y)
    with np.errstate(invalid="ignore"):
        for i, unit in enumerate(np.eye(4)):
            want = (f(x + 1e-6 * unit, y) - f(x - 1e-6 * unit, y)) / 2e-6
            assert found[i] == pytest.approx(want, rel=1e-8)
