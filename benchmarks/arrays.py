"""How fast gradients of array programs are, and how much memory they take.

    python -m benchmarks.arrays [--write]

Prints a table, with the rivals that can be imported; --write puts it into docs/benchmarks.md.
Times are processor time, the best of several rounds in which all take turns, with one thread each;
memory is the peak of what is allocated through Python and NumPy during a call.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import argparse
import datetime
import gc
import platform
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import symdiff
from benchmarks.array_functions import programs
from benchmarks.array_rivals import rivals

OTHERS = "## Other modes"  # what benchmarks.modes writes
GRADBENCH = "## GradBench"  # and benchmarks.gradbench
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
COLUMNS = ("symdiff", "autograd", "jax", "pytorch")
SECONDS = 1.0  # for each contender of a row

TEXT = """\
# Benchmarks

Value and gradient of the array programs in `benchmarks/array_functions.py`. The third column is the
time of the function itself; the others are multiples of it: how many times as long the value and
the gradient take together. In brackets: the peak of the memory allocated through Python and NumPy,
in multiples of the function's own.

Times are processor time, the best of many calls, in one thread. JAX is jitted, its compilation left
out; it unrolls the loops, which are Python's. Where a tool has no updates in place, the program is
written without them.

{table}

{summary}

{machine}. Made by `python -m benchmarks.arrays --write`.
"""


def measured() -> list[tuple[str, str, dict[str, tuple[float, int]]]]:
    """For each program and size, seconds and peak bytes of each contender."""
    found = []
    for function, size, args in programs():
        gradient = symdiff.value_and_grad(function)
        contenders: dict[str, Callable[[], Any]] = {
            "function": lambda f=function, a=args: f(*a),
            "symdiff": lambda g=gradient, a=args: g(*a),
            **rivals(function.__name__, args, gradient(*args)),
        }
        times = best(contenders)
        memory = {n: peak(c) for n, c in contenders.items() if n not in ("jax", "pytorch")}
        found.append((function.__name__, size, {n: (times[n], memory.get(n, 0)) for n in times}))
        print(row(*found[-1], COLUMNS), file=sys.stderr)
    return found


def best(contenders: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Seconds of the fastest call of each."""
    fastest = {}
    for name, call in contenders.items():
        call()
        fastest[name] = _time(call, 1)
    counts = {n: max(1, int(0.005 / t)) for n, t in fastest.items()}
    rounds = max(5, int(SECONDS / max(*fastest.values(), 0.005)))
    for _ in range(rounds):
        for name, call in contenders.items():
            fastest[name] = min(fastest[name], _time(call, counts[name]) / counts[name])
    return fastest


def _time(call: Callable[[], Any], count: int) -> float:
    start = time.process_time()
    for _ in range(count):
        call()
    return time.process_time() - start


def peak(call: Callable[[], Any]) -> int:
    """The most bytes that are allocated at a time during a call."""
    gc.collect()
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def row(name: str, size: str, found: dict[str, tuple[float, int]], columns: Sequence[str]) -> str:
    seconds, memory = found["function"]
    cells = [name.replace("_", " "), size, shown(seconds)]
    for column in columns:
        if column not in found:
            cells.append("")
            continue
        cell = f"{found[column][0] / seconds:.1f}"
        if found[column][1] and memory:
            cell += f" ({found[column][1] / memory:.1f})"
        cells.append(cell)
    return f"| {' | '.join(cells)} |"


def shown(seconds: float) -> str:
    """A time with its unit."""
    unit, factor = next(u for u in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)) if seconds * u[1] >= 0.2)
    return f"{seconds * factor:.3g} {unit}"


def table(found: list[tuple[str, str, dict[str, tuple[float, int]]]]) -> str:
    columns = [c for c in COLUMNS if any(c in times for _, _, times in found)]
    heads = ("program", "size", "function", *columns)
    rows = [row(*each, columns) for each in found]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *rows])


def summary(found: list[tuple[str, str, dict[str, tuple[float, int]]]]) -> str:
    """Medians over all rows."""
    over = statistics.median(f["symdiff"][0] / f["function"][0] for _, _, f in found)
    lines = [f"Median of symdiff's multiples: {over:.1f}."]
    for rival in COLUMNS[1:]:
        ratios = [f[rival][0] / f["symdiff"][0] for _, _, f in found if rival in f]
        if ratios:
            slower = sum(r < 1 for r in ratios)
            lines.append(
                f"{rival} takes {statistics.median(ratios):.1f} times as long as symdiff (median of "
                f"{len(ratios)}; it is the faster one in {slower})."
            )
    return "\n".join(lines)


def machine() -> str:
    used = [f"NumPy {np.__version__}", f"SciPy {version('scipy')}"]
    for name in ("autograd", "jax", "torch"):
        if name in sys.modules:
            used.append(f"{name} {version(name)}")
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text().splitlines()
        cpu = next((x.partition(": ")[2] for x in lines if x.startswith("model name")), cpu)
    today = datetime.date.today().isoformat()
    return f"{today}: {cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, " + (
        ", ".join(used)
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.arrays")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    found = measured()
    print(f"{table(found)}\n\n{summary(found)}\n\n{machine()}")
    if options.write:
        page = TEXT.format(table=table(found), summary=summary(found), machine=machine())
        _, head, others = PAGE.read_text(encoding="utf-8").partition(OTHERS)
        PAGE.write_text(f"{page}\n{head}{others}" if head else page, encoding="utf-8")


if __name__ == "__main__":
    main()
