"""Arrays made by `numpy.empty`: who reads an element before it is set is found out."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.checking.arrays.array import Array, dtype_of, index_of, is_float, scalar
from symdiff.checking.number import Unset, unset


def uninitialised(shape: tuple[int, ...], dtype: Any) -> Array:
    """An array of elements that are not set."""
    if is_float(dtype):
        found = np.empty(shape, object)
        found[...] = unset()
        return found.view(Array)
    made = np.ones(shape, dtype_of(dtype)).view(Unwritten)
    made.written = np.zeros(shape, bool)
    return made


class Unwritten(Array):
    """Integers or truth values, of which some are not set: no such value says so by itself."""

    written: Any = None  # which are, an array that views share; None: all

    def __getitem__(self, key: Any) -> Any:
        if self.written is None:
            return super().__getitem__(key)
        key = index_of(key)
        found, written = self.view(np.ndarray)[key], self.written[key]
        if not isinstance(found, np.ndarray):
            if not written:
                raise Unset
            return scalar(found)
        made = found.view(Unwritten)
        made.written = written
        return made

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(value, Unwritten) and value.written is not None:
            self.view(np.ndarray)[index_of(key)] = value.view(np.ndarray)
            self.wrote(index_of(key), value.written)
        else:
            super().__setitem__(key, value)
            self.wrote(index_of(key))

    def wrote(self, key: Any, which: Any = True) -> None:
        if self.written is not None:
            self.written[key] = which

    def copy(self, order: Any = "C") -> Unwritten:
        made = self.view(np.ndarray).copy().view(Unwritten)
        made.written = None if self.written is None else self.written.copy()
        return made

    def read(self) -> Any:
        if self.written is not None and not self.written.all():
            raise Unset
        return self.view(np.ndarray)
