"""saddle: a descent through an ascent, each with derivatives in forward or in reverse mode."""

from __future__ import annotations

from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.evals.particle import MODES
from benchmarks.gradbench.programs.saddle import height_with, saddle_with, surface, top_with
from benchmarks.gradbench.verify import same

ANSWER = [8.246324826140356e-06] * 4


def search(outer, inner):
    """The descent with the mode `outer` through an ascent with the mode `inner`."""
    top = top_with(MODES[inner](surface, argnums=(2, 3)))
    height = height_with(top)
    return saddle_with(height, MODES[outer](height, argnums=(0, 1)), top)


def eval_of(modes):
    return Eval(
        name="saddle",
        sizes=[modes],
        quick=[modes],
        make=lambda modes: {"start": [1.0, 1.0]},
        arguments=lambda given: tuple(given["start"]),
        primal=None,
        derivative=Task(modes, search(*modes), list),
        how="the answer is known",
        verify=lambda args, found: same(found, ANSWER, 1e-8),
    )


EVALS = [eval_of(modes) for modes in ("rr", "rf", "fr", "ff")]
