"""Groups of neighbours of the module itertools."""

# mypy: ignore-errors
from __future__ import annotations

from symdiff.read.spelled import sequence


def groupby(iterable, key=None):
    values = sequence(iterable)
    start, count = 0, len(values)
    while start < count:
        same = values[start] if key is None else key(values[start])
        end = start + 1
        while end < count and (values[end] if key is None else key(values[end])) == same:
            end += 1
        yield same, values[start:end]
        start = end
