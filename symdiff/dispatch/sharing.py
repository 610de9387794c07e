"""Arrays that share memory, one of which a function changes: refused when it is called, for its
derivative was written for arrays that do not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np


def share_memory(x: Any, y: Any) -> bool:
    """Whether the memory that two arrays lie in overlaps; what lies between their elements counts.

    It is compiled by Numba, which does not have NumPy's.
    """
    if x.size == 0 or y.size == 0:
        return False
    x_first = x_last = np.int64(x.ctypes.data)
    y_first = y_last = np.int64(y.ctypes.data)
    for i in range(x.ndim):
        way = (x.shape[i] - 1) * x.strides[i]
        x_first, x_last = x_first + min(way, 0), x_last + max(way, 0)
    for i in range(y.ndim):
        way = (y.shape[i] - 1) * y.strides[i]
        y_first, y_last = y_first + min(way, 0), y_last + max(way, 0)
    return bool(x_first < y_last + y.itemsize and y_first < x_last + x.itemsize)


def pairs_of(
    names: Sequence[str], types: Sequence[Any], changed: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The arrays among the arguments that must not share memory."""
    from numba import types as numba_types

    arrays = [
        name
        for name, kind in zip(names, types, strict=True)
        if isinstance(kind, numba_types.Array) and kind.ndim
    ]
    for i, first in enumerate(arrays):
        for second in arrays[:i]:
            if first in changed or second in changed:
                yield second, first


def calling(
    derivative: Any, names: Sequence[str], pairs: Sequence[tuple[str, str]], function: str
) -> Callable[..., Any]:
    """A function that calls a derivative for arrays that are apart."""
    import numba

    given = ", ".join(names)
    message = f"{function}() changes an array that is given to it twice: pass a copy"
    lines = [f"def call({given}):"]
    for first, second in pairs:
        lines += [
            f"    if symdiff_share_memory({first}, {second}):",
            f"        raise ValueError({message!r})",
        ]
    lines.append(f"    return symdiff_derivative({given})")
    known: dict[str, Any] = {"symdiff_derivative": derivative}
    if pairs:
        known["symdiff_share_memory"] = numba.njit(share_memory)
    exec("\n".join(lines), known)
    return known["call"]  # type: ignore[no-any-return]
