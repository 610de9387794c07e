"""Every function of the table is called by some test that is run: a rule without one fails here."""

from __future__ import annotations

import builtins
import importlib
from pathlib import Path

import numpy as np
import pytest

from rules.arrays.harness import ASKED, FILES
from symdiff.rules.arrays import registry

OF_DATES = {"numpy.isnat"}  # which are never active
OF_FUNCTIONS = {"scipy.integrate.odeint"}  # its tests are in tests/read/test_solving.py


def is_there(name):
    """Whether the NumPy and SciPy that are installed have a function."""
    *path, last = name.split(".")
    if not path:
        return False  # an operation that has no function
    holders = {"ndarray": np.ndarray, "builtins": builtins}
    holders |= {"numpy." + n: f for n, f in vars(np).items() if isinstance(f, np.ufunc)}
    name = ".".join(path)
    module = holders.get(name) or importlib.import_module(name)
    return hasattr(module, last)


def untested(table, asked):
    """The functions that no test asks about, by none of their names. Those that are refused have
    no rule."""
    return [
        p.name
        for p in table
        if not (p.refusal or p.name in OF_DATES | OF_FUNCTIONS or asked.intersection(p.names))
        and any(map(is_there, p.names))
    ]


@pytest.fixture
def asked(request):
    """What the tests that are run ask about. Told only where all files of tests are collected."""
    files = set(Path(__file__).parent.glob("test_*.py"))
    if not files <= request.config.stash[FILES]:
        pytest.skip("the tests of some rules are not run")
    return request.config.stash[ASKED]


def test_every_rule_has_a_test(asked):
    missing = untested(registry.table(), asked)
    assert not missing, f"no test of {missing}"


def test_a_rule_without_a_test_is_found(asked):
    fewer = asked - {"numpy.tanh", "numpy.argsort"}
    assert set(untested(registry.table(), fewer)) == {"numpy.tanh", "numpy.argsort"}
