"""The table of array functions is tested in samples: one call in four, always the same ones.

With SYMDIFF_ALL=1 every call is tested, which takes some minutes.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EVERY = 1 if os.environ.get("SYMDIFF_ALL") else 4
FEW = 12  # tests of one function that are all run


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out calls of the tests that are tried with many."""
    counts: dict[str, int] = {}
    for item in items:
        name = item.nodeid.partition("[")[0]
        counts[name] = counts.get(name, 0) + 1
    kept, left = [], []
    for item in items:
        name = item.nodeid.partition("[")[0]
        many = HERE in item.path.parents and counts[name] > FEW
        sampled = zlib.crc32(item.nodeid.encode()) % EVERY == 0
        (left if many and not sampled else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
