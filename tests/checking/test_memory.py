"""Memory that nothing was stored in holds no number, and never decides anything."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff

X = np.array([0.7, 1.3, -0.4])
RIGHT = """
import numpy as np

def f_grad(x, n):
    s = 1.0
    kept = np.empty(n)
    up = np.empty(n, dtype=np.bool_)
    at = np.empty((n, 2), np.int64)
    for i in range(n):
        kept[i] = s
        up[i] = x[i] > 0
        at[i, 0] = i
        row = at[i]
        row[1] = n - 1 - i
        if up[i]:
            s = s * x[i]
        else:
            s = s + x[i]
    value = s
    ds = 1.0
    dx = np.zeros_like(x)
    before = at.copy()
    for i in range(n - 1, -1, -1):
        if up[i]:
            dx[before[i, 0]] += ds * kept[i]
            ds = ds * x[n - 1 - before[i, 1]]
        else:
            dx[i] += ds
    return value, dx
"""
SPOILT = {
    "a number that is added": ("dx[i] += ds", "dx[i] += ds + np.empty(2)[1]"),
    "a number that is taken for zero": ("dx = np.zeros_like(x)", "dx = np.empty_like(x)"),
    "a number that is compared": ("kept[i] = s", "if kept[i] > 0:\n            ds = s\n"
                                                 "        kept[i] = s"),
    "a truth value": ("up[i] = x[i] > 0", "up[i - 1] = x[i] > 0"),
    "a place": ("at[i, 0] = i", "if i:\n            at[i, 0] = i"),
    "a copy of places": ("row[1] = n - 1 - i", "row = before = at.copy()"),
    "a whole array": ("value = s", "value = s + 0 * np.sum(np.empty(3, int))"),
}  # fmt: skip


def f(x, n):
    s = 1.0
    for i in range(n):
        s = s * x[i] if x[i] > 0 else s + x[i]
    return s


def check(text):
    return symdiff.check(f, (X, 3), argnums=0, source=text)


def test_memory_is_read_after_it_was_set():
    assert check(RIGHT), str(check(RIGHT))


@pytest.mark.parametrize("right, wrong", SPOILT.values(), ids=SPOILT)
def test_memory_that_was_not_set_is_told(right, wrong):
    assert right in RIGHT
    report = check(RIGHT.replace(right, wrong))
    assert report.status == "wrong" and "before anything is stored" in str(report), str(report)


def test_what_is_read_and_not_used_may_be_anything():
    assert check(RIGHT.replace("ds = 1.0\n", "ds = np.empty(1)[0]\n    ds = 1.0\n"))


def test_what_is_held_against_differences_is_run_on_no_number():
    def g(x):
        return np.linalg.eigvalsh(x + x.T)[0]

    a = np.array([[1.0, 2.0], [0.5, 3.0]])
    text = symdiff.source(g, 0, at=(a,))
    assert symdiff.check(g, (a,), argnums=0, source=text).method == "differences"
    spoilt = text.replace("return value, ", "return value, 0 * np.empty((2, 2)) + ")
    assert spoilt != text
    report = symdiff.check(g, (a,), argnums=0, source=spoilt)
    assert (report.status, report.method) == ("wrong", "differences")
