"""What holds for all tests: tables are as wide as where there is no terminal."""

from __future__ import annotations

import os

os.environ["COLUMNS"] = "120"
