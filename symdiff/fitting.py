"""Whether a tangent fits its argument: the same structure, and the same shapes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any


def fits(argument: Any, tangent: Any) -> bool:
    """Whether a tangent has the structure and the shapes of an argument. What is no number, array
    or container of such may have any tangent: it is not read."""
    shape = getattr(argument, "shape", None)
    if isinstance(shape, tuple):
        return getattr(tangent, "shape", () if isinstance(tangent, (int, float)) else None) == shape
    if isinstance(argument, float):
        own = getattr(tangent, "shape", () if isinstance(tangent, (int, float)) else None)
        return own == ()
    if isinstance(argument, dict):
        return isinstance(tangent, dict) and all(
            k in tangent and fits(v, tangent[k]) for k, v in argument.items()
        )
    if isinstance(argument, (list, tuple)):
        return (
            isinstance(tangent, (list, tuple))
            and len(tangent) == len(argument)
            and all(map(fits, argument, tangent))
        )
    if dataclasses.is_dataclass(argument):
        names = [f.name for f in dataclasses.fields(argument) if hasattr(argument, f.name)]
        return all(
            hasattr(tangent, n) and fits(getattr(argument, n), getattr(tangent, n)) for n in names
        )
    return True


def as_numbers(tangent: Any) -> Any:
    """A tangent with numbers for arrays without axes, which `+=` would change for all who hold
    them."""
    if getattr(tangent, "shape", None) == ():
        return tangent[()]
    if isinstance(tangent, dict):
        return {k: as_numbers(t) for k, t in tangent.items()}
    if type(tangent) in (list, tuple):
        return type(tangent)(map(as_numbers, tangent))
    return tangent


def fitted(arguments: Sequence[Any], tangents: Sequence[Any]) -> list[Any]:
    """The tangents of some arguments. Raises TypeError where one does not fit."""
    if len(tangents) != len(arguments):
        raise TypeError(f"{len(arguments)} tangents are needed, and {len(tangents)} were given")
    for argument, tangent in zip(arguments, tangents, strict=True):
        if not fits(argument, tangent):
            raise TypeError(
                "a tangent must have the structure and the shapes of its argument: "
                f"{tangent!r:.80} does not fit {argument!r:.80}"
            )
    return [as_numbers(tangent) for tangent in tangents]
