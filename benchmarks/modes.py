"""What the other modes cost: Hessian-vector products, Jacobians, sparse ones, checkpointed memory.

`python -m benchmarks.modes` prints the tables; with `--write` it puts them into docs/benchmarks.md.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import symdiff
from benchmarks.arrays import GRADBENCH, OTHERS, best, machine, peak, shown

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def rosen(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def logistic(w, features, labels):
    z = features @ w
    return np.mean(np.log1p(np.exp(-labels * z))) + 0.01 * np.sum(w * w)


def perceptron(w, inputs):
    hidden = np.tanh(inputs @ w)
    return np.sum(hidden**2 * np.cos(hidden))


def tall(x):
    return np.concatenate([np.sin(x * k) * x[0] for k in range(1, 9)])


def wide(x):
    y = x.reshape(8, -1)
    return np.sum(np.sin(y) * y[:, :1], axis=1)


def broyden(x):
    out = (3.0 - 2.0 * x) * x + 1.0
    out[1:] -= x[:-1]
    out[:-1] -= 2.0 * x[1:]
    return out


def by_loop(x):
    n = len(x)
    out = np.zeros(n)
    for i in range(1, n - 1):
        out[i] = (x[i - 1] - 2 * x[i] + x[i + 1]) * x[i]
    return out


def swing(theta, omega, n):
    for _ in range(n):
        omega = omega - 0.01 * np.sin(theta)
        theta = theta + 0.01 * omega
    return np.sum(theta**2)


def swing_checkpointed(theta, omega, n):
    for _ in symdiff.checkpoint(range(n)):
        omega = omega - 0.01 * np.sin(theta)
        theta = theta + 0.01 * omega
    return np.sum(theta**2)


def once(call: Callable[[], Any]) -> float:
    """Seconds of processor time of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def products() -> list[str]:
    """Hessian-vector products, in multiples of the function."""
    random = np.random.default_rng(0)
    cases: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
        ("Rosenbrock", rosen, (random.normal(size=size),)) for size in (10, 10_000, 1_000_000)
    ]
    features, labels = random.normal(size=(10_000, 50)), np.sign(random.normal(size=10_000))
    cases.append(("logistic regression", logistic, (random.normal(size=50), features, labels)))
    weights, inputs = random.normal(size=(100, 100)) / 10, random.normal(size=(200, 100))
    cases.append(("perceptron", perceptron, (weights, inputs)))
    rows = [
        "| function | unknowns | function | gradient | Hessian times vector |",
        "| --- " * 5 + "|",
    ]
    for name, function, args in cases:
        vector = random.normal(size=args[0].shape)
        gradient, product = symdiff.grad(function), symdiff.hvp(function)
        times = best({
            "function": lambda: function(*args),  # noqa: B023
            "gradient": lambda: gradient(*args),  # noqa: B023
            "product": lambda: product(*args, vector),  # noqa: B023
        })  # fmt: skip
        one = times["function"]
        multiples = f"{times['gradient'] / one:.1f} | {times['product'] / one:.1f}"
        rows.append(f"| {name} | {args[0].size} | {shown(one)} | {multiples} |")
    return rows


def jacobians() -> list[str]:
    """Jacobians in the mode that is chosen, in multiples of the function."""
    rows = ["| function | outputs x inputs | function | Jacobian | a sweep |", "| --- " * 5 + "|"]
    for function, size in ((tall, 10), (tall, 100), (wide, 800), (wide, 8000)):
        x = np.linspace(0.1, 0.9, size)
        derived = symdiff.jacobian(function)
        shape = derived(x).shape
        times = best({"function": lambda: function(x), "jacobian": lambda: derived(x)})  # noqa: B023
        multiple = times["jacobian"] / times["function"]
        sizes = f"{shape[0]} x {shape[1]}"
        each = f"{multiple:.1f} | {multiple / min(shape):.2f}"
        rows.append(f"| {function.__name__} | {sizes} | {shown(times['function'])} | {each} |")
    return rows


def sparse() -> list[str]:
    """Sparse Jacobians: sweeps, and the times of the first call and of later ones."""
    rows = [
        "| function | unknowns | sweeps | function | first call | later calls |",
        "| --- " * 6 + "|",
    ]
    for function, size in ((broyden, 10_000), (broyden, 100_000), (by_loop, 10_000)):
        x = np.linspace(0.1, 0.9, size)
        symdiff.jacobian(function, sparsity="auto")(x[:50])
        derived = symdiff.jacobian(function, sparsity="auto")
        first = once(lambda: derived(x))  # noqa: B023
        ((_, columns, _),) = derived._coloured.values()
        times = best({"function": lambda: function(x), "later": lambda: derived(x)})  # noqa: B023
        shown_ = f"{shown(times['function'])} | {shown(first)} | {shown(times['later'])}"
        rows.append(f"| {function.__name__} | {size} | {columns.max() + 1} | {shown_} |")
    return rows


def memory() -> list[str]:
    """The peak of a gradient through a loop, in states of the loop."""
    rows = [
        "| rounds | states kept without | with `checkpoint` | time without | with |",
        "| --- " * 5 + "|",
    ]
    theta, omega = np.linspace(0, 1, 10_000), np.zeros(10_000)
    for rounds in (100, 400, 1600):
        cells: list[list[str]] = [[], []]
        for function in (swing, swing_checkpointed):
            gradient = symdiff.grad(function)
            gradient(theta, omega, 2)

            def call() -> Any:
                return gradient(theta, omega, rounds)  # noqa: B023

            cells[0].append(f"{peak(call) / theta.nbytes:.0f}")
            cells[1].append(shown(best({"gradient": call})["gradient"]))
        rows.append(f"| {rounds} | {' | '.join(cells[0])} | {' | '.join(cells[1])} |")
    return rows


def page() -> str:
    """The section of docs/benchmarks.md."""
    parts = [
        OTHERS,
        "A Hessian times a vector, from `hvp`: times in multiples of the function's.",
        "\n".join(products()),
        "A Jacobian in the mode that takes fewer sweeps, in multiples of the function; the last "
        "column\nis that for each of the min(n, m) sweeps. Forward sweeps go through the program "
        "together.",
        "\n".join(jacobians()),
        'A Jacobian with `sparsity="auto"`. The first call finds the pattern and its colours.',
        "\n".join(sparse()),
        "A gradient through a loop that carries two arrays of 10 000 numbers: the peak of the "
        "memory, in\narrays of that size.",
        "\n".join(memory()),
        f"{machine()}. Made by `python -m benchmarks.modes --write`.",
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    made = page()
    print(made)
    if "--write" in sys.argv[1:]:
        before, _, others = PAGE.read_text(encoding="utf-8").partition(OTHERS)
        _, head, after = others.partition(GRADBENCH)
        page_now = f"{before.rstrip()}\n\n{made}\n{head}{after}".rstrip()
        PAGE.write_text(f"{page_now}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
