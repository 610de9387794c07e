"""What the types that Numba gives to the arguments of a call tell of a function's parameters."""

from __future__ import annotations

from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.read.values import SOME_LENGTH
from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, NOTHING, REAL, TEXT, ArrayOf, ListOf, Scalar


def spec_of_type(kind: Any) -> Any:
    """The kind of an argument of a Numba type; of an array its rank, and no length.

    Raises NotDifferentiable for types that no generated code can take.
    """
    from numba import types

    from symdiff.read.reader import Live, Text, spec_of

    match kind:
        case types.Omitted():
            return spec_of(kind.value)
        case types.Optional():
            return spec_of_type(kind.type)
        case types.StringLiteral():
            return Text(kind.literal_value)
        case types.Array():
            item = _number(kind.dtype)
            if item is not None:
                return ArrayOf(item, (SOME_LENGTH,) * kind.ndim)
        case types.BaseNamedTuple():
            return (kind.instance_class, *map(spec_of_type, kind))
        case types.BaseTuple():
            return (tuple, *map(spec_of_type, kind))
        case types.List() | types.ListType():
            item = spec_of_type(kind.dtype)
            if isinstance(item, (Scalar, ListOf)):
                return ListOf(item)
        case types.Dispatcher():
            return Live(kind.dispatcher)
        case types.NoneType():
            return NOTHING
        case types.UnicodeType():
            return TEXT
        case _:
            number = _number(kind)
            if number is not None:
                return number
    raise NotDifferentiable(f"arguments of Numba's type {kind} can't be taken")


def _number(kind: Any) -> Scalar | None:
    from numba import types

    known = {
        types.Float: REAL,
        types.Integer: INTEGER,
        types.Boolean: BOOLEAN,
        types.Complex: COMPLEX,
    }
    return next((of for cls, of in known.items() if isinstance(kind, cls)), None)


def of_any_length(spec: Any) -> Any:
    """What is known of an argument, without what its shape tells: code that is compiled for a type
    takes arrays of all lengths."""
    if isinstance(spec, ArrayOf) and spec.dims is not None:
        return ArrayOf(spec.item, (SOME_LENGTH,) * len(spec.dims))
    if isinstance(spec, tuple):
        return (spec[0], *map(of_any_length, spec[1:]))
    return spec


def as_array(spec: Any) -> Any:
    """An array in the place of what is only known to be indexed."""
    rank, item = 0, spec
    while isinstance(item, ListOf):
        rank, item = rank + 1, item.item
    return ArrayOf(item, (SOME_LENGTH,) * rank) if rank and isinstance(item, Scalar) else spec
