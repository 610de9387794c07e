"""Lengths of 1, which may be broadcast: derivatives for arrays without such."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symdiff.read.values import ANY_LENGTH
from symdiff.stages import ArrayOf


class LengthOfOne(Exception):
    """An array of length 1, where the derivative was written for others."""


def without_ones(spec: Any) -> Any:
    """What is known of an argument, and that no length of an array is 1."""
    if isinstance(spec, ArrayOf) and spec.dims is not None:
        return ArrayOf(spec.item, (ANY_LENGTH,) * len(spec.dims))
    if isinstance(spec, tuple):
        return (spec[0], *map(without_ones, spec[1:]))
    return spec


def lengths_of(names: Sequence[str], types: Sequence[Any]) -> Iterator[str]:
    """The lengths of all axes of all arrays among the arguments, as expressions."""
    from numba import types as known

    for name, kind in zip(names, types, strict=True):
        if isinstance(kind, known.Array):
            yield from (f"{name}.shape[{axis}]" for axis in range(kind.ndim))
        elif isinstance(kind, known.BaseTuple):
            yield from lengths_of([f"{name}[{i}]" for i in range(len(kind))], list(kind))
