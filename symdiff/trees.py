"""The numbers in arguments and results: floats and arrays, in containers or not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any


def leaves(tree: Any) -> list[Any]:
    """The real numbers and arrays of real numbers in a value, in order."""
    return list(_leaves(tree))


def _leaves(tree: Any) -> Iterator[Any]:
    if is_leaf(tree):
        yield tree
    elif isinstance(tree, dict):
        for part in tree.values():
            yield from _leaves(part)
    elif isinstance(tree, (list, tuple)):
        for part in tree:
            yield from _leaves(part)
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        for field in dataclasses.fields(tree):
            if hasattr(tree, field.name):
                yield from _leaves(getattr(tree, field.name))


def is_leaf(value: Any) -> bool:
    """Whether a value is a real number, or an array of them, that can have a derivative."""
    if isinstance(value, float):
        return True
    return getattr(getattr(value, "dtype", None), "kind", "") in ("f", "c")


def rebuilt(tree: Any, parts: Iterator[Any]) -> Any:
    """A value of the structure of `tree` whose leaves are the next ones of `parts`; what is no leaf
    becomes None."""
    if is_leaf(tree):
        return next(parts)
    if isinstance(tree, dict):
        return {key: rebuilt(part, parts) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        made = [rebuilt(part, parts) for part in tree]
        if hasattr(tree, "_fields"):
            return type(tree)(*made)
        return tuple(made) if isinstance(tree, tuple) else made
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        fields = [f for f in dataclasses.fields(tree) if f.init]
        return dataclasses.replace(
            tree, **{f.name: rebuilt(getattr(tree, f.name), parts) for f in fields}
        )
    return None
