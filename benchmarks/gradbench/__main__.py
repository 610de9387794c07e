"""GradBench's evals, with derivatives from symdiff.

    python -m benchmarks.gradbench [eval ...] [--quick] [--no-rivals] [--data FOLDER]
                                   [--save] [--write] [--compare]

Each derivative is verified against an independent one, then timed next to its primal and to other
tools, as far as they are installed: medians, one thread. --save writes results.json, --write the
page of the documentation, --compare tells what is slower than in results.json.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

from benchmarks.gradbench import eval as gradbench
from benchmarks.gradbench import page, report
from benchmarks.gradbench.running import EVALS, rows


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gradbench", description="GradBench's evals by symdiff."
    )
    parser.add_argument("evals", nargs="*", metavar="eval", help=", ".join(EVALS))
    parser.add_argument("--quick", action="store_true", help="a size or two of each")
    parser.add_argument("--no-rivals", action="store_true", help="symdiff alone")
    parser.add_argument("--data", type=Path, help="ADBench's files: folders ba, hand, lstm")
    parser.add_argument("--save", action="store_true", help="write results.json")
    parser.add_argument("--write", action="store_true", help="write the page from results.json")
    parser.add_argument("--compare", action="store_true", help="with results.json")
    options = parser.parse_args()
    if unknown := set(options.evals) - set(EVALS):
        parser.error(f"there is no eval {', '.join(sorted(unknown))}")
    if options.data:
        gradbench.DATA = options.data.resolve()
    one_cpu()
    done = []
    for row in rows(options.evals or EVALS, quick=options.quick, rivals=not options.no_rivals):
        done.append(row)
        print(" ".join(report.cells(row, ())), row.failed, file=sys.stderr, flush=True)
    print(report.table(done, markdown=False))
    print(f"\n{report.first_calls(done)}\n{report.summary(done)}")
    if options.save:
        report.save(done)
    if options.write:
        page.write(report.load())
    worse = report.slower(done, report.load()) if options.compare else []
    if options.compare:
        print("\n".join(["", "Slower than before:", *worse]) if worse else "\nNothing is slower.")
    return 1 if worse or any(row.failed for row in done) else 0


def one_cpu() -> None:
    """All run on one processor: some tools can't be told otherwise."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    sys.exit(main())
