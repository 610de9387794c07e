"""The arithmetic of sample values, and its precision."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

DIGITS = 100
Made = TypeVar("Made", bound=Callable[..., Any])
_made: list[Any] = []


def cached(function: Made) -> Made:
    """A cache of results that hold numbers; it is emptied when the precision changes."""
    made = functools.lru_cache(maxsize=4096)(function)
    _made.append(made)
    return made  # type: ignore[return-value]


@contextlib.contextmanager
def precision(digits: int) -> Iterator[None]:
    """Within it, numbers have so many digits; numbers made before must not be used."""
    before = field().dps
    try:
        field().dps = digits
        _forget()
        yield
    finally:
        field().dps = before
        _forget()


def _forget() -> None:
    for made in _made:
        made.cache_clear()


@functools.cache
def field() -> Any:
    """The arithmetic of sample values: a context of mpmath that nobody else changes."""
    from mpmath.ctx_mp import MPContext

    context = MPContext()
    context.dps = DIGITS
    return context
