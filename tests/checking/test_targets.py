"""What is written for Numba is proved as what is written for Python is, in every mode; and wrong
text is found."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

import symdiff
from symdiff.cli import main

FIRST = ("grad", "pullback", "jvp", "jacobian")
MODES = (*FIRST, "hessian", "hvp")
X = np.array([0.6, -0.3, 1.2])
PROGRAMS = []


def program(*args):
    def note(f):
        PROGRAMS.append((f, args))
        return f

    return note


@program(0.7, 1.6)
def notes(x, y):
    s = 1 / (1 + math.exp(-y))
    return (x + s) / (s * x + (x + y) ** 2)


@program(1.4, 0.6)
def decided(x, y):
    if x > y:
        return x * math.log(x) * y
    return math.cos(x) * y**3


@program(0.4, 3)
def iterated(x, n):
    for _ in range(n):
        x = x * x - 0.5 * math.sin(x)
    return x


@program(X, 0.5)
def recurrence(x, a):
    y = np.empty_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a * math.sin(y[i - 1]) + x[i] * y[i - 1]
    return y[-1] + y.sum()


@program(X, 2)
def heat(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += 0.2 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
    return np.sum(u**2)


@program(X)
def signs(x):
    total = 0.0
    for i in range(len(x)):
        if x[i] > 0:
            total = total * x[i] + x[i]
        else:
            total += x[i] ** 3
    return total


@program(np.array([[0.5, 1.5], [-0.7, 0.3]]), np.array([0.4, -1.1]))
def triangular(a, b):
    x = np.zeros(len(b))
    for i in range(len(b)):
        s = b[i]
        for j in range(i):
            s -= a[i, j] * x[j]
        x[i] = s / (2.0 + a[i, i] ** 2)
    return x[0] * x[1]


@program(X, np.array([0.1, 0.9, -0.2]))
def elementwise(x, w):
    return np.sum(np.exp(-x * w) * x) / len(x)


@program(X)
def swapped(x):
    a, b = x.copy(), np.empty_like(x)
    for _ in range(2):
        for i in range(len(x)):
            b[i] = a[i] * a[i - 1]
        a, b = b, a
    return a[0] + a[1] * a[2]


@program(3.0)
def newton(x):
    y = 1.0
    while abs(y * y - x) > 0.1:
        y = 0.5 * (y + x / y)
    return y


@pytest.mark.parametrize("mode", FIRST)
@pytest.mark.parametrize("f, args", PROGRAMS, ids=lambda f: getattr(f, "__name__", ""))
def test_text_for_numba_is_right_in_every_mode(f, args, mode):
    report = symdiff.check(f, args, mode=mode, target="numba", seconds=1)
    assert report and report.method == "symbols", str(report)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_written_for_numba_is_proved(mode):
    report = symdiff.check(recurrence, (X, 0.5), mode=mode, target="numba")
    assert report.status == "proved", str(report)


def test_functions_that_numba_has_compiled_are_checked_for_numba():
    compiled = numba.njit(recurrence)
    text = symdiff.source(compiled, at=(X, 0.5))
    assert "@numba.njit" in text
    assert symdiff.check(compiled, (X, 0.5)).status == "proved"
    assert symdiff.check(compiled, (X, 0.5), target="python").status == "proved"


def test_jacobians_for_numba_have_the_structure_of_the_value():
    def f(x, y):
        return x * y, np.sum(x)

    assert symdiff.check(f, (X, 2.0), mode="jacobian", target="numba").status == "proved"


def spoilt():
    text = symdiff.source(heat, at=(X, 2), target="numba")
    for right, wrong in (
        ("total_i = scaled_total_i_kept[j, i]", "total_i = scaled_total_i_kept[j - 1, i]"),
        ("    for j in range(steps):\n        u =", "    for j in range(1, steps):\n        u ="),
        ("u_kept[steps - 1 - j] = u", "u_kept[0] = u"),
        ("du[i + 2] += scaled_product", "du[i + 2] -= scaled_product"),
    ):
        assert right in text
        yield text.replace(right, wrong, 1)


@pytest.mark.parametrize("text", list(spoilt()))
def test_spoilt_text_for_numba_is_found(text):
    assert symdiff.check(heat, (X, 2), source=text, target="numba").status == "wrong"


@pytest.mark.parametrize("target", ["python", "numba"])
def test_text_that_changes_an_argument_is_found(target):
    text = symdiff.source(heat, at=(X, 2), target=target)
    assert symdiff.check(heat, (X, 2), source=text)
    report = symdiff.check(heat, (X, 2), source=text.replace("u = u.copy()", "pass"))
    assert report.status == "wrong" and "changes the argument u" in str(report)


def test_a_loop_in_parallel_has_rounds_in_any_order():
    text = """
import numba
import numpy as np

@numba.njit(parallel=True)
def f_grad(x):
    y = np.zeros(len(x) + 1)
    for i in numba.prange(len(x)):
        y[i + 1] = y[i] + x[i]
    value = y[len(x)]
    dx = np.empty_like(x)
    for i in numba.prange(len(x)):
        dx[i] = 1.0
    return value, dx
"""

    def f(x):
        return x[0] + x[1] + x[2]

    report = symdiff.check(f, (X,), argnums=0, source=text)
    assert report.status == "wrong", str(report)
    assert symdiff.check(f, (X,), argnums=0, source=text.replace("numba.prange(", "range(", 1))


def test_the_command_line_checks_what_is_written_for_numba(tmp_path, capsys):
    path = tmp_path / "model.py"
    path.write_text(
        "import numba\nimport math\nfrom numba import njit, prange\n\n"
        "@njit(parallel=True)\ndef loss(x: float, n: int):\n    total = 0.0\n"
        "    for i in prange(n):\n        total += math.sin(i * x)\n    return total\n"
    )
    for target in ("python", "numba"):
        assert main(["check", f"{path}:loss", "--target", target, "--at", "x=0.3,n=3"]) == 0
        assert "proved: loss_grad" in capsys.readouterr().out
