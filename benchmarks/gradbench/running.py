"""Run evals: verify each derivative, then measure it with its primal and its rivals."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.gradbench.eval import Eval
from benchmarks.gradbench.rivals import contenders
from benchmarks.measure import medians

EVALS = (
    "hello", "lse", "llsq", "ode", "det", "kmeans", "gmm", "ba", "lstm", "ht", "particle", "saddle",
)  # fmt: skip
SECONDS = 0.5  # for each contender of a row
SLOWEST = 5.0  # a rival whose first call takes longer is left out


@dataclass
class Row:
    """What was measured of an eval at a size."""

    eval: str
    size: str
    verified: str = ""  # how
    failed: str = ""  # why
    first: dict[str, float] = field(default_factory=dict)  # seconds of the first calls
    seconds: dict[str, float] = field(default_factory=dict)  # medians of later ones

    @property
    def ratio(self) -> float | None:
        if "primal" not in self.seconds or "derivative" not in self.seconds:
            return None
        return self.seconds["derivative"] / self.seconds["primal"]

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}


def rows(names: Sequence[str], *, quick: bool, rivals: bool) -> Iterator[Row]:
    for name in names:
        try:
            evals = importlib.import_module(f"benchmarks.gradbench.evals.{name}").EVALS
        except Exception as error:
            yield Row(name, "", failed=said(error))
            continue
        for found in evals:
            compiled = True
            for size in found.quick if quick else found.sizes:
                yield row(found, size, first=compiled, rivals=rivals)
                compiled = False


def row(found: Eval, size: Any, *, first: bool, rivals: bool) -> Row:
    """One row; what goes wrong is told in it."""
    made = Row(found.name, shown(size), found.how)
    args = found.arguments(found.make(size))
    calls: dict[str, Callable[[], Any]] = {}
    try:
        if found.primal is not None:
            primal = found.primal.call
            calls["primal"] = lambda: primal(*args)
            made.first["primal"] = timed(calls["primal"])[0]
        calls["derivative"] = lambda: found.derivative.call(*args)
        made.first["derivative"], result = timed(calls["derivative"])
        found.verify(args, result)
    except Exception as error:
        made.failed = said(error)
        return made
    if not first:
        made.first = {}
    if rivals:
        seconds = timed(calls["primal"])[0] if found.primal else 0.0
        others = contenders(found, args, SLOWEST / max(seconds, 1e-9))
        calls |= {n: call for n, call in others.items() if timed(call)[0] < SLOWEST}
    made.seconds = medians(calls, SECONDS, time.process_time)
    return made


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def shown(size: Any) -> str:
    return ", ".join(map(str, size)) if isinstance(size, tuple) else str(size)


def said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}"
