"""The generated text, as it was last reviewed: every change of it is a change of a file here.

Each file of tests/golden holds a function, the last one in it; its derivative stands beside it in
NAME_grad.py. To write them anew, and then to read the difference as a reviewer:

    SYMDIFF_REGENERATE=1 python -m pytest tests/test_golden.py
    git diff tests/golden
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
from pathlib import Path

import pytest

import symdiff
from differences import assert_right

FOLDER = Path(__file__).parent / "golden"
# A point of each program; integers are not differentiated.
PROGRAMS = {
    "black_scholes": (105.0, 100.0, 0.02, 0.25, 0.75),
    "branches": (0.5, 1.7),
    "comprehension": (0.7, 8),
    "early_return": (0.3, 0.9, 6),
    "helper_with_a_loop": (0.7, [1.0, 2.0, 0.5], [0.3, 0.4]),
    "in_place": ([0.3, 1.5, 0.2, 0.9, 0.4], 0.2, 3),
    "kepler": (1.0, 0.3),
    "list_sum": ([1.0, 2.0, 4.5],),
    "logistic": (3.1, 0.4, 5),
    "notes_by_stages": (3.0, -4.0),
    "notes_in_one_line": (3.0, -4.0),
    "power": (1.3, 11),
    "swaps": (0.8, 0.3, 4),
}


def function_of(name):
    module = importlib.import_module(f"golden.{name}")
    own = [f for f in vars(module).values() if getattr(f, "__module__", "") == module.__name__]
    return [f for f in own if inspect.isfunction(f)][-1]


def test_every_file_is_held_against_what_is_generated():
    names = {path.stem for path in FOLDER.glob("*.py")}
    assert names == {name + end for name in PROGRAMS for end in ("", "_grad")}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_text_is_as_it_was_reviewed(name):
    path, text = FOLDER / f"{name}_grad.py", symdiff.source(function_of(name))
    if os.environ.get("SYMDIFF_REGENERATE"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_reviewed_text_runs_on_its_own_and_is_right(name):
    function, args = function_of(name), PROGRAMS[name]
    names = {}
    exec((FOLDER / f"{name}_grad.py").read_text(encoding="utf-8"), names)
    value, gradient = names[f"{function.__name__}_grad"](*args)
    wrt = tuple(i for i, arg in enumerate(args) if not isinstance(arg, int))
    assert (value, gradient) == symdiff.value_and_grad(function, argnums=wrt)(*args)
    assert_right(function, *args)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_reviewed_text_is_python_that_fits_a_page(name):
    text = (FOLDER / f"{name}_grad.py").read_text(encoding="utf-8")
    ast.parse(text)
    assert all(len(line) <= 100 and line == line.rstrip() for line in text.splitlines())
