"""symdiff.checkpoint: less memory for a gradient, at the price of computing again."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def checkpoint(what: T, keep: int | None = None) -> T:
    """Mark a loop or a function as one whose values are computed again in the reverse sweep.

    `for i in checkpoint(range(n), keep=k)` keeps what the loop carries from round to round at the
    start of at most `k` rounds, by default of the square root of their number, and runs the other
    rounds again; which ones, is the schedule that runs the fewest (A. Griewank & A. Walther,
    Algorithm 799: revolve, 2000). Lists, arrays and whatever else can be iterated over will do.

    `checkpoint(f)(x)` keeps nothing of what `f` computes: it runs again in the reverse sweep.

    Outside of derivatives it returns what it is given, as it is. Raises ValueError for `keep`
    below one, and TypeError for what can be neither iterated over nor called.
    """
    if keep is not None and keep < 1:
        raise ValueError(f"a checkpointed loop keeps one state at least, not {keep}")
    if not (hasattr(what, "__iter__") or hasattr(what, "__getitem__") or callable(what)):
        raise TypeError(f"checkpoint() takes an iterable or a function, not {type(what).__name__}")
    return what
