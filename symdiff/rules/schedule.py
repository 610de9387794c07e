"""The schedule of a checkpointed loop: a function whose text goes into generated files."""

from __future__ import annotations

import math


def checkpoints(start: int, stop: int, free: int) -> dict[int, int]:
    """The rounds before `stop` whose states are kept, and how many free places each finds."""
    kept: dict[int, int] = {}
    while start < stop:
        if free < 1:
            raise ValueError("a checkpointed loop keeps one state at least")
        kept[start] = free
        # As few rounds as possible run again: Griewank and Walther, Algorithm 799 (2000).
        rounds, again = stop - start + 1, 1
        while math.comb(free + again, free) < rounds:
            again += 1
        most = rounds - math.comb(free + again - 2, free - 1)
        start += min(math.comb(free + again - 1, free), most)
        free -= 1
    return kept
