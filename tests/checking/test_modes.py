"""The check of forward mode, Jacobians, Hessians and products with them; and that it can fail."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff
from symdiff.cli import main

MODES = ("jvp", "jacobian", "hessian", "hvp")
X = np.array([1.0, 2.0])
A = np.array([[1.0, 2.0], [0.5, 3.0]])


def branches(x: float, y: float):
    if x > y:
        return x * y
    return math.sin(x * y) + x**3


def rounds(x: float, n: int):
    for _ in range(n):
        x = x * x - 0.5 * x
    return x


def pair(x: float, y: float):
    return x * y, [x / y, y**2]


def vector(x, y):
    return np.array([x[0] * x[1], x[1] * y])


def cubic(x):
    return np.sum(x**3 * x[0])


def eigenvalues(a):
    return np.linalg.eigvalsh(a + a.T)


CASES = [
    *((branches, mode, None) for mode in MODES),
    (rounds, "hessian", (0.3, 2)),
    (pair, "jvp", None), (pair, "jacobian", None),
    (vector, "jvp", (X, 3.0)), (vector, "jacobian", (X, 3.0)),
    *((cubic, mode, (X,)) for mode in MODES),
]  # fmt: skip


@pytest.mark.parametrize("function, mode, at", CASES)
def test_texts_of_every_mode_are_proved(function, mode, at):
    report = symdiff.check(function, at, mode=mode)
    assert report.status == "proved", str(report)
    assert report.function == function.__name__ and f"_{mode}" in report.generated


SPOILT = [
    ("jvp", "math.cos", "math.sin"),
    ("jacobian", "0.0, 1.0", "1.0, 1.0"),
    ("jacobian", "return d_x, d_y", "return d_y, d_x"),
    ("jacobian", "return d_x, d_y", "return d_x"),
    ("hessian", "3.0 * x + x_times_3", "2.0 * x + x_times_3"),
    ("hessian", "d_y[0]", "d_y[1]"),
    ("hvp", "-x_times_y_dot", "x_times_y_dot"),
    ("hvp", "return (dx, dy), (dx_dot, dy_dot)", "return (dy, dx), (dx_dot, dy_dot)"),
]


@pytest.mark.parametrize("mode, right, wrong", SPOILT)
def test_spoilt_texts_are_told(mode, right, wrong):
    text = symdiff.source(branches, mode=mode)
    assert right in text
    report = symdiff.check(branches, mode=mode, source=text.replace(right, wrong))
    assert report.status == "wrong" and report.counterexample and not report.counterexample.line


@pytest.mark.parametrize("mode", ["jvp", "jacobian"])
def test_what_has_no_exact_counterpart_is_held_against_differences(mode):
    text = symdiff.source(eigenvalues, mode=mode, at=(A,))
    report = symdiff.check(eigenvalues, (A,), mode=mode)
    assert (report.status, report.method) == ("agrees", "differences"), str(report)
    spoilt = text.replace("a_dot.T", "a_dot")
    assert spoilt != text
    report = symdiff.check(eigenvalues, (A,), mode=mode, source=spoilt)
    assert (report.status, report.method) == ("wrong", "differences")


def test_text_written_by_hand_is_proved():
    text = """
import math

def by_hand(x, x_dot):
    s = math.sin(x)
    return s * s, 2 * s * math.cos(x) * x_dot
"""
    report = symdiff.check(square_of_sine, mode="pushforward", source=text)
    assert report.status == "proved" and report.generated == "by_hand"


def square_of_sine(x: float):
    return math.sin(x) ** 2


def test_the_gradient_of_a_hessian_is_checked_first():
    report = symdiff.check(square_of_sine, mode="hessian")
    assert "the gradient was checked first: proved" in str(report)


@pytest.mark.parametrize("mode", MODES)
def test_the_command_line_checks_every_mode(mode, capsys):
    assert main(["check", f"{__file__}:branches", "--mode", mode]) == 0
    assert f"branches_{mode}" in capsys.readouterr().out.replace("branches_grad", "branches")
