"""Compiled derivatives on disk."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import symdiff
from symdiff.dispatch.cache import fingerprint

pytest.importorskip("numba")

RUN = """
import symdiff, model
g = symdiff.grad(model.f, target="numba", cache=True)
print(g(0.5, 4), sum(g.stats.cache_hits.values()))
"""
MODEL = """
import math
from numba import njit
scale = 2.0
@njit
def inner(x):
    return scale * math.cos(x)
def f(x, n):
    for _ in range(n):
        x = x * inner(x)
    return x
"""


def test_a_second_process_compiles_nothing_until_something_changes(tmp_path):
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(text):
        (tmp_path / "model.py").write_text(textwrap.dedent(text))
        command = [sys.executable, "-c", RUN]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    first, second = run(MODEL), run(MODEL)
    assert first == [second[0], "0"] and second[1] == "1"
    other = run(MODEL.replace("2.0", "3.0"))
    assert other[0] != first[0] and other[1] == "0"
    assert any(p.suffix == ".py" for p in (tmp_path / "cache" / "symdiff").iterdir())


def test_what_can_change_unseen_is_not_cached():
    class Model:
        k = 2.0

    model = Model()

    def f(x):
        return model.k * x

    with pytest.raises(symdiff.SymdiffError, match="Model"):
        symdiff.grad(f, target="numba", cache=True)


def test_arrays_that_a_function_reads_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def made(weights):
        def f(x):
            return np.sum(weights * x)

        return symdiff.grad(f, target="numba", cache=True)

    x = np.ones(2)
    assert list(made(np.array([1.0, 2.0]))(x)) == [1.0, 2.0]
    assert list(made(np.array([3.0, 2.0]))(x)) == [3.0, 2.0]


def test_only_what_is_compiled_is_cached():
    with pytest.raises(ValueError, match="numba"):
        symdiff.grad(lambda x: x, cache=True)


def test_recursive_functions_are_compiled_by_each_process(tmp_path):
    model = """
    def f(x, n):
        if n == 0:
            return 1.0
        if n % 2:
            return x * f(x, n - 1)
        half = f(x, n // 2)
        return half * half
    """
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    (tmp_path / "model.py").write_text(textwrap.dedent(model))
    command = [sys.executable, "-c", RUN]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["0.5", "0"]


def test_derivatives_of_derivatives_have_a_file_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def f(x):
        return x**4

    first = symdiff.grad(f, target="numba", cache=True)
    second = symdiff.grad(symdiff.grad(f), target="numba", cache=True)
    assert (first(2.0), second(2.0)) == (32.0, 48.0)
    again = symdiff.grad(symdiff.grad(symdiff.grad(f)), target="numba", cache=True)
    assert again(2.0) == 48.0 and not again.stats.cache_hits


def test_installed_packages_are_told_apart_by_their_text(tmp_path, monkeypatch):
    digests = []
    for scale in ("2.0", "3.0"):
        folder = tmp_path / scale / "site-packages"
        folder.mkdir(parents=True)
        (folder / "scaled.py").write_text(f"def f(x):\n    return {scale} * x\n")
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, "scaled", raising=False)
        digests.append(fingerprint(importlib.import_module("scaled").f))
    assert digests[0] != digests[1]
