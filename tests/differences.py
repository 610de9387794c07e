"""Derivatives by differences, and the procedures that a function goes through."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Iterator
from typing import Any

import symdiff
from symdiff.differentiate.derivative import derivative
from symdiff.read.reader import Reading, Shared, read, spec_of
from symdiff.read.scope import wrap
from symdiff.simplify import simplify
from symdiff.stages import Procedure


def leaves(value: Any) -> list[float]:
    """The floats of nested lists, tuples and dicts, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value] if isinstance(value, float) else []


def _filled(value: Any, floats: Iterator[float]) -> Any:
    if isinstance(value, float):
        return next(floats)
    if isinstance(value, dict):
        return {key: _filled(part, floats) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_filled(part, floats) for part in value))
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(part, floats) for part in value)
    return value


def slopes(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[float]:
    """The derivative of a scalar in every float of the positional arguments: five points each."""
    numbers = leaves(args)

    def at(index: int, step: float) -> float:
        moved = [*numbers[:index], numbers[index] + step, *numbers[index + 1 :]]
        return float(function(*_filled(copy.deepcopy(args), iter(moved)), **copy.deepcopy(kwargs)))

    found = []
    for i, number in enumerate(numbers):
        h = 1e-4 * max(1.0, abs(number))
        near, far = at(i, h) - at(i, -h), at(i, 2 * h) - at(i, -2 * h)
        found.append((8 * near - far) / (12 * h))
    return found


def assert_right(function: Any, *args: Any, **kwargs: Any) -> None:
    """Value and gradient agree with the function, by value_and_grad and by vjp."""
    wrt = tuple(i for i, arg in enumerate(args) if leaves(arg))
    value, gradient = symdiff.value_and_grad(function, argnums=wrt)(
        *copy.deepcopy(args), **copy.deepcopy(kwargs)
    )
    assert value == function(*copy.deepcopy(args), **copy.deepcopy(kwargs))
    expected = slopes(function, args, kwargs)
    got = leaves(gradient)
    assert len(got) == len(expected)
    for g, e in zip(got, expected, strict=True):
        assert math.isclose(g, e, rel_tol=1e-6, abs_tol=1e-7), (got, expected)
    again, pullback = symdiff.vjp(function, *copy.deepcopy(args), **copy.deepcopy(kwargs))
    assert again == value
    again = leaves([a for a in pullback(1.0) if a is not None])
    assert all(
        math.isclose(a, g, rel_tol=1e-12, abs_tol=1e-14) for a, g in zip(again, got, strict=True)
    )


def reading_of(function: Any, *args: Any) -> Reading:
    """What the reader makes of a function that is called with these arguments."""
    shared = Shared()
    value = wrap(function, function.__name__, lambda root: root, shared.unit)
    names = inspect.signature(function).parameters
    return read(value, shared, {n: spec_of(a) for n, a in zip(names, args, strict=False)})


def procedures_of(function: Any, *args: Any) -> dict[str, Procedure]:
    """The procedure of a function as read, as differentiated, and as simplified."""
    reading = reading_of(function, *args)
    names = [n for n, a in zip(reading.parameters, args, strict=False) if leaves(a)]
    wrt = [reading.parameters[n] for n in names]
    made = derivative(reading.procedure, wrt, names)
    return {"read": reading.procedure, "differentiated": made, "simplified": simplify(made)}
