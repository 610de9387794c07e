"""Adjoints in the precision of their arguments: an array of float32 gets one of float32.

Generated code computes as NumPy does, which promotes to float64 as soon as an array of float64 or
of integers takes part. Most arguments are of double precision, and nothing is to be done for them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

NARROW = frozenset("efFgG")


def is_narrow(value: Any) -> bool:
    """Whether there is an array of another than double precision among arguments."""
    if isinstance(value, (list, tuple)):
        return any(map(is_narrow, value))
    if isinstance(value, dict):
        return any(map(is_narrow, value.values()))
    if dataclasses.is_dataclass(value):
        return any(is_narrow(getattr(value, f.name)) for f in dataclasses.fields(value))
    return getattr(getattr(value, "dtype", None), "char", "") in NARROW


def like(adjoint: Any, argument: Any) -> Any:
    """An adjoint in the precision of its argument."""
    if isinstance(adjoint, (list, tuple)) and isinstance(argument, (list, tuple)):
        parts = [like(a, b) for a, b in zip(adjoint, argument, strict=False)]
        return type(adjoint)(*parts) if hasattr(adjoint, "_fields") else type(adjoint)(parts)
    if isinstance(adjoint, dict) and isinstance(argument, dict):
        return {key: like(part, argument[key]) for key, part in adjoint.items()}
    if dataclasses.is_dataclass(adjoint) and not isinstance(adjoint, type):
        fields = {
            f.name: like(getattr(adjoint, f.name), getattr(argument, f.name))
            for f in dataclasses.fields(adjoint)
            if f.init
        }
        return dataclasses.replace(adjoint, **fields)
    dtype = getattr(argument, "dtype", None)
    if getattr(dtype, "char", "") in NARROW and getattr(adjoint, "shape", ()) != ():
        return adjoint.astype(dtype, copy=False)
    return adjoint


def like_each(adjoints: Any, arguments: Sequence[Any], single: bool) -> Any:
    """The adjoints of some arguments, or of a single one, in their precision."""
    if single:
        return like(adjoints, arguments[0])
    return tuple(like(a, b) for a, b in zip(adjoints, arguments, strict=True))
