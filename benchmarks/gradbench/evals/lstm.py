"""lstm: the gradient in both blocks of parameters."""

from __future__ import annotations

import numpy as np

import symdiff
from benchmarks.gradbench import eval as gradbench
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.lstm import loss
from benchmarks.gradbench.verify import agrees_with_differences

NAMES = ("main_params", "extra_params", "state", "sequence")


def make(size):
    """ADBench's file; where there is none for so many characters, those of another, over again."""
    layers, characters = size
    path = gradbench.DATA / "lstm" / f"lstm_l{layers}_c{characters}.txt"
    if not path.exists():
        path = min(path.parent.glob(f"lstm_l{layers}_c*.txt"))
    head, *blocks = path.read_text().strip().split("\n\n")
    assert int(head.split()[0]) == layers
    found = {
        name: [[float(number) for number in line.split()] for line in block.strip().splitlines()]
        for name, block in zip(NAMES, blocks, strict=True)
    }
    sequence = found["sequence"]
    found["sequence"] = [sequence[t % len(sequence)] for t in range(characters)]
    return found


def verify(args, gradient):
    main, extra, *rest = args
    agrees_with_differences(lambda *of: loss(*of, *rest), (main, extra), gradient)


EVALS = [
    Eval(
        name="lstm",
        sizes=[(layers, characters) for layers in (2, 4) for characters in (1024, 4096)],
        quick=[(2, 1024)],
        make=make,
        arguments=lambda given: tuple(np.array(given[name]) for name in NAMES),
        primal=Task("objective", loss, float),
        derivative=Task(
            "jacobian",
            symdiff.grad(loss, argnums=(0, 1)),
            lambda found: np.concatenate([part.ravel() for part in found]).tolist(),
        ),
        how="differences along random directions",
        verify=verify,
    )
]
