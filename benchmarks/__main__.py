"""`make bench`: how fast generated gradients are, and how long generating them takes.

Prints tables, and writes all numbers to benchmarks/results.json. The times are medians of one run
on one machine: compare them with one another, not with those of other runs.
"""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import symdiff
from benchmarks.functions import FUNCTIONS
from benchmarks.measure import medians, once
from benchmarks.rivals import rivals
from symdiff.read.static import load

HERE = Path(__file__).parent
NOTES = HERE.parent / "docs" / "examples" / "notes.py"
COLUMNS = ("function", "generated", "by hand", "sympy", "autograd", "jax", "pytorch")


def gradients() -> dict[str, dict[str, float]]:
    """Seconds a call of each function, and of its gradients."""
    found = {}
    for function, by_hand, args, count in FUNCTIONS:
        generated = _generated(function, count)
        expected, made = by_hand(*args), generated(*args)
        assert all(
            math.isclose(a, b, rel_tol=1e-9) for a, b in zip(made[1], expected[1], strict=True)
        ), f"{function.__name__}: {made} is not {expected}"
        live = symdiff.value_and_grad(function, argnums=tuple(range(count)))
        contenders = {
            "function": _at(function, args),
            "generated": _at(generated, args),
            "by hand": _at(by_hand, args),
            "value_and_grad": _at(live, args),
            **rivals(function.__name__, args, count),
        }
        found[function.__name__] = medians(contenders)
    return found


def generation() -> dict[int, float]:
    """Seconds to generate the gradient of straight-line functions, by their number of stages."""
    found = {}
    for stages in (10, 100, 1000, 10_000):
        lines = ["import math", "def f(x, y):", "    a = x"]
        lines += [f"    a = math.sin(a) * y + {i}.5" for i in range(round(stages / 3))]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "long.py"
            path.write_text("\n".join([*lines, "    return a", ""]))
            repeats = 5 if stages <= 1000 else 1
            found[stages] = once(lambda path=path: symdiff.source(load(f"{path}:f")), repeats)
    return found


def commands() -> dict[str, float]:
    """Seconds of whole commands."""
    run = [sys.executable, "-m", "symdiff"]
    verbs = {"symdiff --help": ["--help"]}
    verbs |= {f"symdiff {verb} notes.py:f": [verb, f"{NOTES}:f"]
              for verb in ("grad", "table", "check")}
    return {
        name: once(lambda args=args: subprocess.run([*run, *args], capture_output=True, check=True))
        for name, args in verbs.items()
    }


def _generated(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    text = symdiff.source(function, argnums=tuple(range(count)))
    exec(compile(text, f"{function.__name__}_grad.py", "exec"), names)
    made: Callable[..., Any] = names[f"{function.__name__}_grad"]
    return made


def _at(function: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[], Any]:
    return lambda: function(*args)


def _print_gradients(found: dict[str, dict[str, float]]) -> None:
    print("value and gradient, microseconds a call\n")
    heads = "".join(f"{name:>11}" for name in COLUMNS)
    print(f"{'':<14}{heads}{'gen/fun':>9}{'hand/fun':>9}{'gen/hand':>9}")
    for name, times in found.items():
        cells = [f"{times[c] * 1e6:11.2f}" if c in times else f"{'-':>11}" for c in COLUMNS]
        pairs = (("generated", "function"), ("by hand", "function"), ("generated", "by hand"))
        ratios = [times[one] / times[other] for one, other in pairs]
        print(f"{name:<14}{''.join(cells)}" + "".join(f"{ratio:9.2f}" for ratio in ratios))
    for other in ("function", "by hand"):
        ratio = statistics.median(t["generated"] / t[other] for t in found.values())
        print(f"generated / {other}: median {ratio:.2f}")
    for rival in COLUMNS[3:]:
        ratios = [t[rival] / t["generated"] for t in found.values() if rival in t]
        if ratios:
            print(f"{rival} / generated: median {statistics.median(ratios):.2f} of {len(ratios)}")
    overhead = statistics.median(t["value_and_grad"] - t["generated"] for t in found.values())
    print(f"a call through symdiff.value_and_grad costs {overhead * 1e6:.2f} microseconds more\n")


def main() -> None:
    found = {"gradients": gradients(), "generation": generation(), "commands": commands()}
    _print_gradients(found["gradients"])
    print("generation")
    for stages, seconds in found["generation"].items():
        each = seconds / stages * 1e6
        print(f"{stages:>8} stages {seconds * 1e3:10.1f} ms {each:8.0f} us a stage")
    print("\ncommands")
    for name, seconds in found["commands"].items():
        print(f"  {name:<28}{seconds * 1e3:8.0f} ms")
    found["machine"] = {"python": platform.python_version(), "machine": platform.machine(),
                        "cpus": os.cpu_count()}
    (HERE / "results.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
