"""What holds for all tests: tables are as wide as where there is no terminal.

With SYMDIFF_THIRD=0, 1 or 2 only a third of the tests is run, always the same one.
"""

from __future__ import annotations

import os
import zlib

import pytest

os.environ["COLUMNS"] = "120"
THIRD = os.environ.get("SYMDIFF_THIRD")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the other thirds; what looks at all that is run stays."""
    if THIRD is None:
        return
    kept = [
        item
        for item in items
        if zlib.crc32(item.nodeid.encode()) % 3 == int(THIRD) or "test_every_rule" in item.nodeid
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept
