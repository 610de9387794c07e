"""Timing: medians of interleaved rounds, so that a busy machine slows all contenders alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

ROUNDS = 15
SECONDS_A_ROUND = 0.004


def medians(contenders: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Seconds a call, for each contender by its name."""
    calls = {name: _calibrated(call) for name, call in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, call in contenders.items():
            times[name].append(_time(call, calls[name]) / calls[name])
    return {name: statistics.median(found) for name, found in times.items()}


def once(call: Callable[[], Any], repeats: int = 5) -> float:
    """Seconds of a call that takes long: the median of a few."""
    return statistics.median(_time(call, 1) for _ in range(repeats))


def _calibrated(call: Callable[[], Any]) -> int:
    """How many calls fill a round."""
    call()
    count = 1
    while (elapsed := _time(call, count)) < SECONDS_A_ROUND / 4:
        count *= 4
    return max(1, round(count * SECONDS_A_ROUND / elapsed))


def _time(call: Callable[[], Any], count: int) -> float:
    rounds = range(count)
    start = time.perf_counter()
    for _ in rounds:
        call()
    return time.perf_counter() - start
