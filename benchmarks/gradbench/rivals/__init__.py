"""The same evals by other tools, as far as these are installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from benchmarks.gradbench.eval import Eval
from benchmarks.gradbench.rivals import by_differences, handwritten

TOOLS = {"JAX": "by_jax", "PyTorch": "by_torch", "autograd": "by_autograd"}
NAMES = ("C", "C++", "Tapenade", *TOOLS, "differences")  # in the order of columns


def contenders(found: Eval, args: tuple[Any, ...], most: float) -> dict[str, Callable[[], Any]]:
    """The calls of others by their names: "C" is a derivative, "C primal" the function itself;
    those that call the function itself do so `most` times."""
    calls: dict[str, Callable[[], Any]] = {}
    by_hand = handwritten.contenders(found.name, args)
    if by_hand:
        calls["C primal"], calls["C"] = by_hand
    for tool, module in TOOLS.items():
        try:
            program = importlib.import_module(f"benchmarks.gradbench.rivals.{module}")
        except ImportError:
            continue
        if made := program.contenders(found.name, args):
            calls[f"{tool} primal"], calls[tool] = made
    if differences := by_differences.contender(found, args, most):
        calls["differences"] = differences
    return calls
