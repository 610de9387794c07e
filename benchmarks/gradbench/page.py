"""The part of the documentation's page of benchmarks that is about GradBench, with its plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.gradbench import plot, report
from benchmarks.gradbench.references import beside
from benchmarks.gradbench.rivals import NAMES
from benchmarks.gradbench.rivals.handwritten import FLAGS
from benchmarks.gradbench.running import Row

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = DOCS / "benchmarks.md"
PLOT = DOCS / "gradbench.svg"
HEAD = "## GradBench"

TEXT = """\
{head}

The evals of [GradBench](https://gradben.ch), the successor of ADBench: seconds of the program, of the
derivative that the eval asks for, and their ratio. The programs are in `benchmarks/gradbench/programs`,
plain Python that Numba compiles, but for those that are faster in NumPy as they stand. Each derivative
is verified before it is timed:

{verified}

Others, where they are installed and somebody has written the eval for them in
`benchmarks/gradbench/rivals`, as primal / derivative: gradients written by hand in C
(`gcc {flags}`, compiled on the spot: the limit), JAX (jitted, float64, results awaited), PyTorch,
autograd, and differences: one more call of the function for each number it depends on. Medians of
processor time, one thread, all contenders of a row in turns. The columns C++ (derivatives by hand) and
Tapenade (generated C) are GradBench's own programs, measured at another time on a machine of this kind.

![derivatives in multiples of symdiff's](gradbench.svg)

{table}

{summary}

{first}

{machine}. Made by `python -m benchmarks.gradbench --save --write`; `make bench-compare` tells what has
become slower since.
"""


def write(rows: Sequence[Row]) -> None:
    rows = beside(rows)
    tools = [n for n in NAMES if any(n in row.seconds for row in rows)]
    PLOT.write_text(plot.svg(rows, tools), encoding="utf-8")
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(HEAD)
    PAGE.write_text(f"{before.rstrip()}\n\n{text(rows)}", encoding="utf-8")


def text(rows: Sequence[Row]) -> str:
    ways = {row.eval: row.verified for row in rows if row.verified}
    return TEXT.format(
        head=HEAD,
        verified="\n".join(f"* {name}: {how}" for name, how in ways.items()),
        flags=" ".join(FLAGS[:2]),
        table=report.table(rows, markdown=True),
        summary=report.summary(rows).replace("\n", "  \n"),
        first=report.first_calls(rows),
        machine=described(json.loads(report.RESULTS.read_text(encoding="utf-8"))["machine"]),
    )


def described(machine: dict[str, str]) -> str:
    rest = dict(machine)
    date, cpu, cpus = rest.pop("date"), rest.pop("cpu"), rest.pop("cpus")
    return f"{date}: {cpu}, {cpus} cores; " + ", ".join(f"{n} {v}" for n, v in rest.items())
