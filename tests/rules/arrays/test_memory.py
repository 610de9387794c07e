"""What the table says of views holds: what is said to be new memory is."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import symdiff.rules  # noqa: F401
from symdiff.rules.arrays.fresh import returns_new
from symdiff.rules.arrays.registry import table
from symdiff.rules.memory import IDLE

NAMES = [
    name
    for p in table()
    if p.view == "never" and not IDLE.intersection(p.names)
    for name in p.names
    if "." in name
]
ARRAYS = (np.arange(9.0).reshape(3, 3) + np.eye(3), np.arange(1.0, 5.0), np.ones((1, 3)))
ARGUMENTS = ((), (1,), (0, 1), ((3, 3),), (1.0, 2.0), (np.ones(3),))


def function(name):
    path, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(path), attribute, None)
    except ImportError:
        return None


def parts(value):
    if isinstance(value, (tuple, list)):
        return [part for item in value for part in parts(item)]
    return [value] if isinstance(value, np.ndarray) else []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_a_function_that_gives_no_view_gives_none(name):
    call = function(name)
    if call is None or name == "numpy.add.at":
        return
    for array in ARRAYS:
        for more in ARGUMENTS:
            given = array.copy()
            if name == "numpy.nan_to_num" and more:
                continue  # the second argument asks for no copy
            try:
                found = call(given, *more)
            except Exception:
                continue
            assert not any(np.shares_memory(given, part) for part in parts(found)), more


def test_what_a_helper_returns_is_told_from_its_text():
    assert returns_new("matmul_adjoint_of_first") and returns_new("unbroadcast_within")
    assert not returns_new("unbroadcast") and returns_new("unbroadcast", first_is_new=True)
    assert not returns_new("no_helper") and not returns_new("no_helper", first_is_new=True)
