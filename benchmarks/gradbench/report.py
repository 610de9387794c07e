"""What was measured, as tables, as JSON, and held against what was measured before."""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.gradbench.rivals import NAMES
from benchmarks.gradbench.running import Row

RESULTS = Path(__file__).parent / "results.json"
SLOWER = 1.25  # what may be noise


def machine() -> dict[str, Any]:
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text().splitlines()
        cpu = next((x.partition(": ")[2] for x in lines if x.startswith("model name")), cpu)
    packages = {}
    for name in ("numpy", "scipy", "numba", "jax", "torch", "autograd"):
        if name in sys.modules:
            try:
                packages[name] = version(name)
            except PackageNotFoundError:
                continue
    return {"date": datetime.date.today().isoformat(), "cpu": cpu, "cpus": os.cpu_count(),
            "python": platform.python_version(), **packages}  # fmt: skip


def save(rows: Sequence[Row], path: Path = RESULTS) -> None:
    """Rows of evals that were not run stay as they were, and all evals where they were."""
    known = load(path)
    run = {row.eval for row in rows}
    kept = [row for row in known if row.eval not in run]
    order = list(dict.fromkeys(row.eval for row in (*known, *rows)))
    both = sorted([*kept, *rows], key=lambda row: order.index(row.eval))
    found = {"machine": machine(), "rows": [row.as_json() for row in both]}
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def load(path: Path = RESULTS) -> list[Row]:
    if not path.exists():
        return []
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"]]


# --- tables --------------------------------------------------------------------------------------


def heads(rivals: Sequence[str]) -> list[str]:
    return ["eval", "size", "primal", "derivative", "ratio", *rivals]


def cells(row: Row, rivals: Sequence[str]) -> list[str]:
    """A row of the table; rivals as primal / derivative."""
    if row.failed:
        return [row.eval, row.size, "", "failed", "", *("" for _ in rivals)]
    ratio = row.ratio
    own = [number(row.seconds.get("primal")), number(row.seconds["derivative"])]
    others = []
    for rival in rivals:
        primal = number(row.seconds.get(f"{rival} primal"))
        derivative = number(row.seconds.get(rival))
        others.append(f"{primal} / {derivative}" if primal else derivative)
    return [row.eval, row.size, *own, f"{ratio:.1f}" if ratio else "", *others]


def number(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2e}".replace("e-0", "e-")


def table(rows: Sequence[Row], *, markdown: bool) -> str:
    rivals = [n for n in NAMES if any(n in row.seconds for row in rows)]
    lines = [heads(rivals), *(cells(row, rivals) for row in rows)]
    if markdown:
        body = [f"| {' | '.join(line)} |" for line in lines]
        return "\n".join([body[0], f"|{' --- |' * len(lines[0])}", *body[1:]])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def first_calls(rows: Sequence[Row]) -> str:
    found = [
        f"{row.eval}{f' {row.size}' if row.ratio is None else ''} {row.first['derivative']:.1f}"
        for row in rows
        if "derivative" in row.first and not row.failed
    ]
    return f"Seconds of the first call of a derivative, which compiles: {', '.join(found)}."


def summary(rows: Sequence[Row]) -> str:
    """How the derivatives stand to their primals and to each rival."""
    lines = []
    ratios = [row.ratio for row in rows if row.ratio is not None]
    if ratios:
        lines.append(f"Derivative over primal: median {statistics.median(ratios):.1f}; by evals: "
                     f"{', '.join(ranges(rows))}.")  # fmt: skip
    for rival in NAMES:
        found = [r.seconds[rival] / r.seconds["derivative"] for r in rows if rival in r.seconds]
        if found:
            faster = sum(f < 1 for f in found)
            lines.append(
                f"{rival} takes {statistics.median(found):.2g} times as long as symdiff (median of "
                f"{len(found)}; it is the faster one in {faster})."
            )
    return "\n".join(lines)


def ranges(rows: Sequence[Row]) -> list[str]:
    """The least and the largest ratio of each eval."""
    found: dict[str, list[float]] = {}
    for row in rows:
        if row.ratio is not None:
            found.setdefault(row.eval, []).append(row.ratio)
    return [
        f"{name} {min(many):.1f}" + (f" to {max(many):.1f}" if len(many) > 1 else "")
        for name, many in found.items()
    ]


# --- against what was before ---------------------------------------------------------------------


def slower(rows: Sequence[Row], before: Sequence[Row]) -> list[str]:
    """Which derivatives take longer than before, by time and relative to their primal: a machine
    that is busy slows both."""
    known = {(row.eval, row.size): row for row in before}
    found = []
    for row in rows:
        old = known.get((row.eval, row.size))
        if old is None or old.failed:
            continue
        if row.failed:
            found.append(f"{row.eval} {row.size}: {row.failed}")
            continue
        times = row.seconds["derivative"] / old.seconds["derivative"]
        relative = row.ratio / old.ratio if row.ratio and old.ratio else times
        if min(times, relative) > SLOWER:
            found.append(
                f"{row.eval} {row.size}: {number(old.seconds['derivative'])} s before, "
                f"{number(row.seconds['derivative'])} now: {min(times, relative):.1f} times"
            )
    return found
