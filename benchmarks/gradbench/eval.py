"""What an eval of GradBench is: its inputs, what is computed of them, and how that is verified."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
DATA = Path(os.environ.get("GRADBENCH_DATA", ROOT.parent / "shared" / "data" / "adbench"))

Input = Mapping[str, Any]  # as GradBench sends it


@dataclass(frozen=True)
class Task:
    """A function that GradBench asks for by name. Only `call` is timed."""

    name: str
    call: Callable[..., Any]
    output: Callable[[Any], Any]  # what it returns, as JSON


@dataclass(frozen=True)
class Eval:
    name: str
    sizes: Sequence[Any]
    quick: Sequence[Any]
    make: Callable[[Any], Input]  # the input of a size
    arguments: Callable[[Input], tuple[Any, ...]]  # of both tasks
    primal: Task | None
    derivative: Task
    how: str  # the derivative is verified
    verify: Callable[[tuple[Any, ...], Any], None]  # arguments, derivative; raises AssertionError

    @property
    def tasks(self) -> dict[str, Task]:
        return {task.name: task for task in (self.primal, self.derivative) if task}
