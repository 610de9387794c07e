"""What a derivative was not written for, told when it is called: arrays that share memory, one of
which the function changes, and other lengths."""

from __future__ import annotations

import functools
import math
import types
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np

MOST_PLACES = 10_000  # that are tried one by one


def share_memory(x: Any, y: Any) -> bool:
    """Whether two arrays have an element in common; they may, where that takes long to tell.

    It is compiled by Numba, which does not have NumPy's.
    """
    if x.size == 0 or y.size == 0:
        return False
    ahead = np.int64(y.ctypes.data) - np.int64(x.ctypes.data)
    x_low = x_high = y_low = y_high = step = 0
    for i in range(x.ndim):
        way = (x.shape[i] - 1) * x.strides[i]
        x_low, x_high = x_low + min(way, 0), x_high + max(way, 0)
        step = math.gcd(step, x.strides[i] if way else 0)
    for i in range(y.ndim):
        way = (y.shape[i] - 1) * y.strides[i]
        y_low, y_high = y_low + min(way, 0), y_high + max(way, 0)
        step = math.gcd(step, y.strides[i] if way else 0)
    if x_high + x.itemsize <= ahead + y_low or ahead + y_high + y.itemsize <= x_low:
        return False
    between = ahead % step if step else ahead
    if step and x.itemsize <= between <= step - y.itemsize:
        return False
    return meet(x, y, ahead)


def meet(x: Any, y: Any, ahead: Any) -> bool:
    """Whether two arrays, the second so many bytes ahead, have an element in common: told where all
    axes have the same strides, by trying every distance along all but the last."""
    if x.ndim != y.ndim:
        return True
    places = 1
    for i in range(x.ndim):
        if x.shape[i] > 1 and y.shape[i] > 1 and x.strides[i] != y.strides[i]:
            return True
        places *= x.shape[i] + y.shape[i] - 1 if i < x.ndim - 1 else 1
    if places > MOST_PLACES:
        return True
    last = x.ndim - 1
    step = x.strides[last] if x.shape[last] > 1 else y.strides[last]
    for place in range(places):
        left, rest = place, ahead
        for i in range(last):
            along = x.shape[i] + y.shape[i] - 1
            stride = x.strides[i] if x.shape[i] > 1 else y.strides[i]
            rest -= (left % along - y.shape[i] + 1) * stride
            left //= along
        near = rest // step if step else 0
        for at in (near, near + 1):
            apart = at * step - rest
            inside = -y.shape[last] < at < x.shape[last]
            if inside and -x.itemsize < apart < y.itemsize:
                return True
    return False


def pairs_of(
    names: Sequence[str], types: Sequence[Any], changed: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The arrays among the arguments that must not share memory."""
    from numba.core.types import Array

    arrays = [
        name
        for name, kind in zip(names, types, strict=True)
        if isinstance(kind, Array) and kind.ndim
    ]
    for i, first in enumerate(arrays):
        for second in arrays[:i]:
            if first in changed or second in changed:
                yield second, first


def calling(
    derivative: Any,
    names: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    function: str,
    tests: Sequence[str] = (),
    refusal: type[Exception] = ValueError,
) -> Callable[..., Any]:
    """A function that calls a derivative for arrays that are apart, and of which none of these
    tests is true: there it raises the refusal."""
    given = ", ".join(names)
    message = f"{function}() changes an array that is given to it twice: pass a copy"
    lines = [f"def call({given}):"]
    if tests:
        lines += [f"    if {' or '.join(tests)}:", "        raise symdiff_refusal"]
    for first, second in pairs:
        lines += [
            f"    if symdiff_share_memory({first}, {second}):",
            f"        raise ValueError({message!r})",
        ]
    lines.append(f"    return symdiff_derivative({given})")
    known: dict[str, Any] = {"symdiff_derivative": derivative, "symdiff_refusal": refusal}
    if pairs:
        known["symdiff_share_memory"] = _compiled_test()
    exec("\n".join(lines), known)
    return known["call"]  # type: ignore[no-any-return]


@functools.cache
def _compiled_test() -> Callable[[Any, Any], bool]:
    import numba

    known = {"np": np, "math": math, "meet": numba.njit(meet)}
    made: Callable[[Any, Any], bool] = numba.njit(
        types.FunctionType(share_memory.__code__, known, "share_memory")
    )
    return made
