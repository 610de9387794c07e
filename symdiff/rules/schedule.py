"""The schedule of a checkpointed loop: a function whose text goes into generated files."""

from __future__ import annotations

import math


def checkpoint_gap(rounds: int, free: int) -> int:
    """How many rounds after a kept state the next is kept, `rounds` before the one to reverse.

    So as few as possible run again: Griewank & Walther, Algorithm 799: revolve (2000).
    """
    if free < 1:
        raise ValueError("a checkpointed loop keeps one state at least")
    again = 1
    while math.comb(free + again, free) <= rounds:
        again += 1
    most = rounds + 1 - math.comb(free + again - 2, free - 1)
    return min(math.comb(free + again - 1, free), most)
