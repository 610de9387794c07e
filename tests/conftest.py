"""What holds for all tests: tables are as wide as where there is no terminal.

With SYMDIFF_HALF=0 or 1 only a half of the tests is run, always the same one.
"""

from __future__ import annotations

import os
import zlib

import pytest

os.environ["COLUMNS"] = "120"
HALF = os.environ.get("SYMDIFF_HALF")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the other half; what looks at all that is run stays."""
    if HALF is None:
        return
    kept = [
        item
        for item in items
        if zlib.crc32(item.nodeid.encode()) % 2 == int(HALF) or "test_every_rule" in item.nodeid
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept
