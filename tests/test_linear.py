"""Generating takes work that grows with the size of a program, not with its square."""

from __future__ import annotations

import sys

import pytest

import symdiff
from symdiff.read.static import load


def straight(n):
    return [f"    a = math.sin(a) * y + {i}.5" for i in range(n)]


def elif_chain(n):
    arms = [f"    elif x < {i}.5:\n        a = x * y + {i}.25" for i in range(n)]
    return ["    if x < 0:\n        a = x", *arms, "    else:\n        a = math.sin(x)"]


def branches(n):
    test = "    if x > {0}.5:\n        b{0} = math.sin(b{0})"
    pairs = [f"    b{i} = a * y\n{test.format(i)}" for i in range(n)]
    return [*pairs, "    a = " + " + ".join(f"b{i} * b{i}" for i in range(n))]


def stores(n):
    rest = [f"    A[{i % 3}] = np.sin(A[{(i + 1) % 3}]) * y" for i in range(n)]
    return ["    A = np.full(3, x)", *rest, "    a = np.sum(A)"]


def loops(n):
    return [f"    for _ in range(3):\n        a = math.sin(a) * y + {i}.5" for i in range(n)]


def early_returns(n):
    return [f"    if x < {i}.5:\n        return x * y + {i}.5" for i in range(n)]


def work(tmp_path, lines):
    """How many functions of Python are called to generate a gradient."""
    path = tmp_path / f"program{len(lines)}.py"
    head = ["import math", "import numpy as np", "def f(x: float, y: float):", "    a = x"]
    path.write_text("\n".join([*head, *lines, "    return a", ""]))
    calls = 0

    def note(frame, event, arg):
        nonlocal calls
        calls += event == "call"

    function = load(f"{path}:f")
    sys.setprofile(note)
    try:
        symdiff.source(function)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "program", [straight, elif_chain, branches, stores, loops, early_returns]
)
def test_twice_the_program_is_twice_the_work(tmp_path, program):
    work(tmp_path, program(2))  # what is done once
    small, large = (work(tmp_path, program(n)) for n in (30, 60))
    assert large < 2.5 * small, large / small
