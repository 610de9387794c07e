"""numba.prange in the functions that are differentiated."""

from __future__ import annotations

import pytest

import symdiff

numba = pytest.importorskip("numba")


def squares(x):
    total = 0.0
    for i in numba.prange(len(x)):
        total += x[i] ** 2
    return total


def test_prange_is_range_to_python():
    text = symdiff.source(squares, at=([1.0],))
    assert "for i in range(len(x)):" in text
    assert symdiff.grad(squares)([1.0, 2.0, 3.0]) == [2.0, 4.0, 6.0]


def test_prange_in_a_file_that_is_not_run(tmp_path, capsys):
    from symdiff.cli import main

    (tmp_path / "model.py").write_text(
        "from numba import njit, prange\n\n@njit(parallel=True)\n"
        "def f(x, n):\n    for i in prange(n):\n        x += i\n    return x\n"
    )
    main(["grad", f"{tmp_path}/model.py:f"])
    assert "for i in range(n):" in capsys.readouterr().out
