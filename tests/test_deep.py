"""Programs that nest more deeply than Python's usual limit of recursion allows for."""

from __future__ import annotations

import sys
import threading

import pytest

import symdiff
from symdiff.deep import with_room
from symdiff.errors import SymdiffError
from symdiff.read.static import load


def derivative(tmp_path, text, x):
    path = tmp_path / "deep.py"
    path.write_text(text)
    names = {}
    exec(symdiff.source(load(f"{path}:f")), names)
    return names["f_grad"](x)


def test_sums_of_many_terms(tmp_path):
    terms = " + ".join(f"x * {i}.0" for i in range(1500))
    assert derivative(tmp_path, f"def f(x):\n    return {terms}\n", 2.0)[1] == (1124250.0,)


def test_long_chains_of_elifs(tmp_path):
    arms = "".join(f"    elif x > {199 - i}:\n        y = x * {i}.0\n" for i in range(200))
    chain = f"    if x > 200:\n        y = x\n{arms}    else:\n        y = 0.5\n"
    text = f"def f(x):\n{chain}    return y\n"
    assert derivative(tmp_path, text, 9.5) == (190 * 9.5, (190.0,))


def test_what_nests_too_deeply_is_refused(tmp_path):
    calls = "".join(f"def f{i}(x):\n    return f{i + 1}(x)\n" for i in range(200))
    with pytest.raises(SymdiffError, match="too deeply"):
        derivative(
            tmp_path, f"{calls}def f200(x):\n    return x\ndef f(x):\n    return f0(x)\n", 1.0
        )


def test_the_limits_are_put_back():
    def nested(n):
        return 0 if n == 0 else 1 + nested(n - 1)

    before = sys.getrecursionlimit(), threading.stack_size()
    assert with_room(lambda: nested(20_000)) == 20_000
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: nested(20_000) / 0)
    assert (sys.getrecursionlimit(), threading.stack_size()) == before
