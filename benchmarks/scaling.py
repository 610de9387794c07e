"""How time and memory grow: with rounds of loops, elements of arrays, stages of functions; and what
more cores gain.

    python -m benchmarks.scaling [--quick] [--write]

Prints tables, with the growth of each column: the slope in logarithms over its larger sizes, which
is 1 where twice as much takes twice as long. --write puts them into docs/scaling.md, --quick leaves
the largest sizes out. Times are processor time, the best of several calls; memory is by how much a
process grows during its first call.
"""

from __future__ import annotations

import argparse
import gc
import math
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numba
import numpy as np

import symdiff
from benchmarks import cores
from benchmarks.arrays import machine, shown
from symdiff.read.static import load

PAGE = Path(__file__).parent.parent / "docs" / "scaling.md"
SIZES = tuple(10**k for k in range(2, 8))
STAGES = (10, 100, 1000, 10_000)
SLOW = 10**6  # the most rounds that loops run in Python
FLOOR = 5e-5  # of times that are fitted: below it calls cost as much as what they do
LEAST = 4 << 20  # of memory that is fitted: below it a process grows by chance
SECONDS = 1.0  # for each cell

Cell = tuple[float, float] | None  # seconds and bytes

TEXT = """\
# How time and memory grow

Growth is the slope in logarithms: 1 where twice as much takes twice as long. It is fitted to the
times above {floor}, and to the memory above {least} MB; what is smaller is a matter of the call,
not of its size. Times are processor time, the best of several calls; memory is by how much a
process grows during its first call. Where a call takes tens of megabytes anew, the system's handing
them out is part of its time: the last row or two of a column may grow a little faster for that.

## Loops

So many rounds of `x = r * x * (1 - x)`. What Python keeps for a round is a float on a list, 32
bytes; compiled code keeps 8 bytes, in an array of exactly their number.

{loops}

## Arrays

`np.sum(np.sin(x) * x ** 2)`, of an array of so many elements.

{arrays}

## Generating

The time in which a gradient is written, for functions of so many stages: straight-line code, chains
of branches, sequences of loops, stores into an array. Stages are those of the function; a loop
and a branch are more than their stages.

{generation}

## Cores

Loops over `prange`, compiled with `parallel=True`, on one core and on all {cores} of the machine:
seconds on the clock, and how many times as fast. The adjoints of what all rounds read are sums of
each thread's own.

{parallel}

{machine}. Made by `python -m benchmarks.scaling --write`.
"""


def logistic_map(x, r, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


def wave(x):
    return np.sum(np.sin(x) * x**2)


# --- running -------------------------------------------------------------------------------------


def contenders(function: Callable[..., Any], example: tuple[Any, ...]) -> dict[str, Any]:
    """The function and its gradient, in Python and compiled; each has been called once."""
    compiled = numba.njit(function)
    found = {
        "function": function,
        "gradient": symdiff.value_and_grad(function),
        "compiled function": compiled,
        "compiled gradient": symdiff.value_and_grad(compiled),
    }
    for call in found.values():
        call(*example)
    return found


def loops(sizes: Sequence[int]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for name, call in contenders(logistic_map, (0.3, 3.4, 3)).items():
        found[name] = [
            cell(lambda c=call, n=n: c(0.3, 3.4, n))
            if n <= SLOW or name.startswith("compiled")
            else None
            for n in sizes
        ]
    return found


def arrays(sizes: Sequence[int]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for name, call in contenders(wave, (np.ones(3),)).items():
        found[name] = []
        for n in sizes:
            x = np.linspace(0.0, 1.0, n)
            found[name].append(cell(lambda c=call, x=x: c(x)))
    return found


def generation(sizes: Sequence[int]) -> dict[str, list[Cell]]:
    """Seconds to write the gradient of functions in files."""
    programs: dict[str, tuple[int, Callable[[int], list[str]]]] = {
        "straight": (3, lambda n: [f"    a = math.sin(a) * y + {i}.5" for i in range(n)]),
        "branches": (4, _elif_chain),
        "loops": (3, lambda n: [
            f"    for _ in range(3):\n        a = math.sin(a) * y + {i}.5" for i in range(n)
        ]),
        "stores": (6, lambda n: [
            f"    A[{i % 3}] = np.sin(A[{(i + 1) % 3}]) * y + x" for i in range(n)
        ]),
    }  # fmt: skip
    return {
        name: [(_written(lines(max(1, size // stages)), 3 if size < 10_000 else 1), 0.0)
               for size in sizes]
        for name, (stages, lines) in programs.items()
    }  # fmt: skip


def _elif_chain(count: int) -> list[str]:
    arms = [f"    elif x < {i}.5:\n        a = x * y + {i}.25" for i in range(count)]
    return ["    if x < 0:\n        a = x", *arms, "    else:\n        a = math.sin(x)"]


def _written(lines: list[str], repeats: int) -> float:
    head = ["import math", "import numpy as np", "def f(x: float, y: float):", "    a = x"]
    if "A[" in lines[0]:
        head, lines = [*head, "    A = np.full(3, x)"], [*lines, "    a = np.sum(A)"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.py"
        path.write_text("\n".join([*head, *lines, "    return a", ""]))
        return min(_time(lambda: symdiff.source(load(f"{path}:f"))) for _ in range(repeats))


# --- measuring -----------------------------------------------------------------------------------


def cell(call: Callable[[], Any]) -> Cell:
    """Seconds of the fastest call, and the bytes by which a fresh process grows during one."""
    grown = growth_of_process(call)
    best = _time(call)
    rounds = max(1, min(200, int(SECONDS / max(best, 1e-7))))
    count = max(1, min(1000, int(1e-3 / max(best, 1e-7))))
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(count):
            call()
        best = min(best, (time.process_time() - start) / count)
    return best, grown


def _time(call: Callable[[], Any]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def growth_of_process(call: Callable[[], Any]) -> float:
    """The bytes that a call takes at its peak. A forked process begins with what this one has."""
    gc.collect()
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()

    def run() -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        call()
        there.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

    child = fork.Process(target=run)
    child.start()
    child.join()
    unit = 1 if sys.platform == "darwin" else 1024
    return float(here.recv() * unit) if child.exitcode == 0 else math.nan


def slope(sizes: Sequence[int], values: Sequence[float | None], floor: float) -> float | None:
    """The slope of a straight line through the logarithms of the values above a floor."""
    pairs = [(n, v) for n, v in zip(sizes, values, strict=True) if v is not None and v >= floor]
    if len(pairs) < 2:
        return None
    return float(np.polyfit(*np.log(np.array(pairs, dtype=float)).T, 1)[0])


# --- showing -------------------------------------------------------------------------------------


def table(label: str, sizes: Sequence[int], found: dict[str, list[Cell]]) -> str:
    """The cells with their sizes, and the growth of each column below."""
    rows = [f"| {label} | {' | '.join(found)} |", f"|{' --- |' * (1 + len(found))}"]
    for i, size in enumerate(sizes):
        rows.append(f"| {size:,} | {' | '.join(_cell(cells[i]) for cells in found.values())} |")
    rows.append(f"| growth | {' | '.join(_growth(sizes, cells) for cells in found.values())} |")
    return "\n".join(rows)


def _cell(found: Cell) -> str:
    if found is None:
        return ""
    seconds, grown = found
    return shown(seconds) + (f", {grown / 2**20:.0f} MB" if grown >= LEAST else "")


def _growth(sizes: Sequence[int], cells: list[Cell]) -> str:
    times = slope(sizes, [c and c[0] for c in cells], FLOOR)
    memory = slope(sizes, [c and c[1] for c in cells], LEAST)
    parts = [f"{times:.2f}" if times is not None else "",
             f"memory {memory:.2f}" if memory is not None else ""]  # fmt: skip
    return ", ".join(part for part in parts if part)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling")
    parser.add_argument("--quick", action="store_true", help="leave the largest sizes out")
    parser.add_argument("--write", action="store_true", help="write docs/scaling.md")
    options = parser.parse_args()
    sizes, stages = (SIZES[:-2], STAGES[:-1]) if options.quick else (SIZES, STAGES)
    tables = {
        "loops": table("rounds", sizes, loops(sizes)),
        "arrays": table("elements", sizes, arrays(sizes)),
        "generation": table("stages", stages, generation(stages)),
        "parallel": cores.table(),
    }
    count = numba.config.NUMBA_NUM_THREADS
    used = f"{machine()}, Numba {numba.__version__}"
    print("\n\n".join([*tables.values(), used]))
    if options.write:
        known = {"floor": shown(FLOOR), "least": LEAST >> 20, "machine": used, "cores": count}
        page = TEXT.format(**known, **tables)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
