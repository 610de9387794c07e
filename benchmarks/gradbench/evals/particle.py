"""particle: derivatives in derivatives, each in forward or in reverse mode."""

from __future__ import annotations

import symdiff
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.particle import crossing_with, minimum_with, potential
from benchmarks.gradbench.verify import same

ANSWER = 0.20719187464861194


def search(outer, inner):
    """Minimisation with the mode `outer` of a trajectory with the mode `inner`."""
    slopes = MODES[inner](potential, argnums=(0, 1))
    crossing = crossing_with(slopes)
    return minimum_with(crossing, MODES[outer](crossing, argnums=0))


def forward(function, argnums):
    return symdiff.jacobian(function, argnums=argnums, mode="forward")


MODES = {"f": forward, "r": symdiff.grad}


def eval_of(modes):
    return Eval(
        name="particle",
        sizes=[modes],
        quick=[modes],
        make=lambda modes: {"w": 0.0},
        arguments=lambda given: (float(given["w"]),),
        primal=None,
        derivative=Task(modes, search(*modes), float),
        how="the answer is known",
        verify=lambda args, found: same(found, ANSWER, 1e-8),
    )


EVALS = [eval_of(modes) for modes in ("rr", "rf", "fr", "ff")]
