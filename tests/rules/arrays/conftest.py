"""The table of array functions is tested in samples: one call in four, always the same ones, and
at least one of each function.

With SYMDIFF_ALL=1 every call is tested, which takes some minutes; SYMDIFF_EVERY=16 takes fewer.
"""

from __future__ import annotations

import inspect
import os
import zlib
from pathlib import Path

import numpy as np
import pytest

from rules.arrays import samples
from rules.arrays.harness import ASKED, FILES, asked_by

HERE = Path(__file__).parent
EVERY = 1 if os.environ.get("SYMDIFF_ALL") else int(os.environ.get("SYMDIFF_EVERY", "4"))
FEW = 12  # tests of one function that are all run


def asked_by_item(item: pytest.Item) -> set[str]:
    """What a test asks about, if it is one that compares with differences."""
    given = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    needed = inspect.signature(item.obj).parameters
    compares = "check" in item.obj.__globals__ and set(needed) <= set(given)
    return asked_by(item.obj, given) if compares else set()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out calls of the tests that are tried with many."""
    counts: dict[str, int] = {}
    for item in items:
        name = item.nodeid.partition("[")[0]
        counts[name] = counts.get(name, 0) + 1
    asked: set[str] = set()
    many, left = [], []
    for item in items:
        name = item.nodeid.partition("[")[0]
        if HERE not in item.path.parents:
            continue
        if counts[name] > FEW and zlib.crc32(item.nodeid.encode()) % EVERY:
            many.append(item)
        else:
            asked |= asked_by_item(item)
    for item in many:
        theirs = asked_by_item(item)
        if theirs <= asked:
            left.append(item)
        asked |= theirs
    config.stash[ASKED] = asked
    config.stash[FILES] = {item.path for item in items if HERE in item.path.parents}
    if left:
        config.hook.pytest_deselected(items=left)
        gone = set(left)
        items[:] = [item for item in items if item not in gone]


@pytest.fixture(autouse=True)
def the_same_numbers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same numbers in every test, whatever ran before."""
    for module in (request.module, samples):
        if hasattr(module, "RNG"):
            monkeypatch.setattr(module, "RNG", np.random.default_rng(0))
