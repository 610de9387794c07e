"""Procedures as Python source."""

from symdiff.write.source import Written, write

__all__ = ["Written", "write"]
