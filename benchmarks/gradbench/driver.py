"""symdiff as one of GradBench's tools: answers the messages of an eval, lines of JSON.

    gradbench run --eval '...' --tool 'python -m benchmarks.gradbench.driver'

The protocol: https://github.com/gradbench/gradbench/blob/main/CONTRIBUTING.md. A function's first
call, which compiles, is told as the timing `compile`, later ones as `evaluate`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from benchmarks.gradbench.eval import Eval, Task

Message = Mapping[str, Any]


def answers(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        message = json.loads(line)
        yield json.dumps({"id": message["id"], **answer(message)})


def answer(message: Message) -> dict[str, Any]:
    try:
        match message["kind"]:
            case "start":
                return {"tool": "symdiff"}
            case "define":
                evals_of(message["module"])
                return {"success": True}
            case "evaluate":
                return {"success": True, **evaluated(message)}
    except Exception as error:
        return {"success": False, "error": "".join(traceback.format_exception(error))}
    return {}


def evals_of(module: str) -> list[Eval]:
    if not module.isidentifier():
        raise ValueError(f"{module!r} is no eval")
    evals: list[Eval] = importlib.import_module(f"benchmarks.gradbench.evals.{module}").EVALS
    return evals


def evaluated(message: Message) -> dict[str, Any]:
    """What a function returns, and how long each of its calls took."""
    found, task = task_of(message["module"], message["function"])
    given = message["input"]
    args = found.arguments(given)
    wanted = given if isinstance(given, dict) else {}
    least = max(1, wanted.get("min_runs", wanted.get("runs", 1)))
    seconds = wanted.get("min_seconds", 0.0)
    result, taken = timed(task, args)
    timings = [{"name": "compile", "nanoseconds": taken}]
    spent = 0
    while len(timings) <= least or spent < seconds * 1e9:
        result, taken = timed(task, args)
        spent += taken
        timings.append({"name": "evaluate", "nanoseconds": taken})
    return {"output": task.output(result), "timings": timings}


def task_of(module: str, function: str) -> tuple[Eval, Task]:
    for found in evals_of(module):
        if function in found.tasks:
            return found, found.tasks[function]
    raise ValueError(f"{module} has no function {function!r}")


def timed(task: Task, args: tuple[Any, ...]) -> tuple[Any, int]:
    start = time.perf_counter_ns()
    result = task.call(*args)
    return result, time.perf_counter_ns() - start


if __name__ == "__main__":
    try:
        for each in answers(sys.stdin):
            print(each, flush=True)
    except BrokenPipeError:
        pass
