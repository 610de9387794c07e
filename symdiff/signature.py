"""Keys for the arguments of calls: equal where the arguments are of the same kinds. They are told
faster than the kinds, so that a call costs little more than the generated function."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

PLAIN = frozenset({float, int, bool, complex, type(None)})
# float64, complex128, integers and truth values; results for others are rounded to their precision
_DTYPES = frozenset("dD?bBhHiIlLqQ")
_NUMBERS = frozenset({"float64", "complex128", "int64", "int32", "bool"})


class Unknown(Exception):
    """An argument that has no key: its kinds have to be told."""


def key_of(args: tuple[Any, ...]) -> Hashable:
    """The key of a call's arguments; None if they have none."""
    try:
        return (*map(_key, args),)
    except Unknown:
        return None


def _key(value: Any) -> Any:
    cls = type(value)
    if cls in PLAIN:
        return cls
    if cls.__module__ == "numpy":
        return _array_key(value, cls)
    if cls is str:
        return (str, value)
    if isinstance(value, tuple):
        return (cls, *map(_key, value))
    if cls is list:
        types = frozenset(map(type, value))
        return (list, types) if types <= PLAIN else (list, *map(_key, value))
    if cls is dict:
        if all(type(k) in (str, int) for k in value):
            return (dict, *((k, _key(v)) for k, v in value.items()))
    elif hasattr(cls, "__dataclass_fields__"):
        held = getattr(value, "__dict__", {})
        if held.keys() >= cls.__dataclass_fields__.keys():
            return (cls, *((name, _key(v)) for name, v in held.items()))
    raise Unknown


def _array_key(value: Any, cls: type) -> Any:
    """For arrays: what they hold, their rank, and which lengths are 1."""
    if cls.__name__ == "ndarray":
        char, shape = value.dtype.char, value.shape
        if char in _DTYPES:
            return (char, len(shape) if 1 not in shape else (*(n == 1 for n in shape),))
    elif cls.__name__ in _NUMBERS:
        return cls
    raise Unknown


class ById:
    """A key that keeps an object alive, equal only to itself."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and self.value is other.value
