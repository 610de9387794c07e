"""What stands for Numba where functions run on symbolic numbers, or in floats but not compiled."""

from __future__ import annotations

import importlib
from typing import Any


def _unchanged(*given: Any, **options: Any) -> Any:
    """Numba's decorators, called with a function or with options."""
    return given[0] if given and callable(given[0]) else lambda function: function


class Numba:
    """The module; what is not listed is Numba's own."""

    njit = jit = staticmethod(_unchanged)
    prange = range
    __name__ = "numba"

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module("numba"), name)


NUMBA = Numba()
