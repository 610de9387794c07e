"""Timing: medians of interleaved rounds, so that a busy machine slows all contenders alike."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

ROUNDS = 15
SECONDS_A_ROUND = 0.004


def medians(
    contenders: Mapping[str, Callable[[], Any]],
    seconds: float = math.inf,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Seconds a call, for each contender by its name. One that would take longer than `seconds` in
    all has fewer rounds, but three."""
    calls = {name: _calibrated(call, clock) for name, call in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for done in range(ROUNDS):
        for name, call in contenders.items():
            if done < 3 or sum(times[name]) * calls[name] < seconds:
                times[name].append(_time(call, calls[name], clock) / calls[name])
    return {name: statistics.median(found) for name, found in times.items()}


def once(call: Callable[[], Any], repeats: int = 5) -> float:
    """Seconds of a call that takes long: the median of a few."""
    return statistics.median(_time(call, 1) for _ in range(repeats))


def _calibrated(call: Callable[[], Any], clock: Callable[[], float]) -> int:
    """How many calls fill a round."""
    call()
    count = 1
    while (elapsed := _time(call, count, clock)) < SECONDS_A_ROUND / 4:
        count *= 4
    return max(1, round(count * SECONDS_A_ROUND / elapsed))


def _time(
    call: Callable[[], Any], count: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    rounds = range(count)
    start = clock()
    for _ in rounds:
        call()
    return clock() - start
