"""Runs a function on symbolic numbers, for tests."""

import time

from symdiff.checking.adjoint import sweep
from symdiff.checking.exact import World
from symdiff.checking.inputs import exact
from symdiff.checking.lift import Lifter
from symdiff.checking.number import leaf, number
from symdiff.checking.run import Run


class Laboratory:
    """A world, and a run in it that never ends."""

    def __init__(self):
        self.run = Run(10**9, time.monotonic() + 1000)
        self.world = World(
            self.run.tick, lambda: len(self.run.decisions), self.run.arrive, self.run.enter
        )
        self.lifter = Lifter(self.world)

    def inputs(self, *values):
        return [leaf(f"x{i}", exact(v), self.run) for i, v in enumerate(values)]


def gradient(f, *values):
    """The value of a live function and its derivatives, from a symbolic run."""
    lab = Laboratory()
    xs = lab.inputs(*values)
    result = number(lab.lifter.lift(f)(*xs))
    done = sweep(result)
    return float(result.value), tuple(float(done.adjoint(x)) for x in xs)
