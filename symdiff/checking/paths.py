"""Proves the claims on each path that was found, as far as time allows."""

from __future__ import annotations

import contextlib
import math
import time
from fractions import Fraction

from symdiff.checking.algebra import Algebra, Prover
from symdiff.checking.claims import EXACT_DIGITS
from symdiff.checking.conditions import conditions
from symdiff.checking.explore import Exploration
from symdiff.checking.graph import tree_size
from symdiff.checking.inputs import Point
from symdiff.checking.limit import OutOfTime, within
from symdiff.checking.report import Path
from symdiff.checking.trial import Trial

LAST_MOMENT = 0.3  # seconds below which no proof is begun
NEAR = Fraction(7, 10**9)
MANY_SYMBOLS = 40
SECONDS_OF_MANY = 3.0  # with so many, what is not proved at once is not proved at all
SHARES = 4  # of the time left, one for a path


def prove_paths(found: Exploration, deadline: float) -> list[Path]:
    """The paths with their verdicts. Short expressions come first; once time has run out for one,
    longer ones are not tried."""
    prover, beyond = Prover(), math.inf
    if len(found.machine.inputs.slots) > MANY_SYMBOLS:
        deadline = min(deadline, time.monotonic() + SECONDS_OF_MANY)
    paths = {}
    order = sorted(found.paths, key=lambda p: size(found.paths[p][0]))
    for left, signature in zip(range(len(order), 0, -1), order, strict=True):
        trials = found.paths[signature]
        share = (deadline - time.monotonic()) / min(left, SHARES)
        digits = min(int(t.digits) for t in trials)
        method = None
        if share > LAST_MOMENT and digits >= EXACT_DIGITS and size(trials[0]) < beyond:
            try:
                method = _proof(prover, trials, share)
            except OutOfTime:
                beyond = size(trials[0])
        paths[signature] = Path(
            conditions(trials[0]),
            "proved" if method else "agrees",
            method or f"{digits} digits",
            found.visits[signature],
            _is_boundary(found, trials[0]) if all(t.run.tied for t in trials) else bool(method),
        )
    return [paths[signature] for signature in found.paths]


def _is_boundary(found: Exploration, trial: Trial) -> bool:
    """Whether a comparison of equal values is one of unequal ones close by."""
    near = tuple(v + (v or 1) * NEAR * (i + 1) for i, v in enumerate(trial.point.reals))
    moved = found.machine.attempt(Point(near, trial.point.choices), found.steps, found.patience)
    return not moved.reason and not moved.run.tied


def size(trial: Trial) -> int:
    return sum(tree_size(claim.got) for claim in trial.claims)


def _proof(prover: Prover, trials: list[Trial], seconds: float) -> str | None:
    """The method that proves the claims on a path; None when none does. Raises OutOfTime.

    First for all real inputs; then for inputs of the signs that they have at the points.
    """
    names = [str(x.args[0]) for x in trials[0].inputs]
    signs = sorted({tuple((v > 0) - (v < 0) for v in t.point.reals) for t in trials})
    claims, deadline = trials[0].claims, time.monotonic() + seconds

    def prove(pattern: tuple[int, ...], seconds: float) -> str | None:
        algebra = Algebra(names, dict(zip(names, pattern, strict=True)))
        return within(seconds, lambda: prover.prove(claims, algebra))

    try:
        with contextlib.suppress(OutOfTime):
            method = prove((0,) * len(names), seconds / 2)
            if method:
                return method
        methods = [prove(pattern, deadline - time.monotonic()) for pattern in signs]
    except OutOfTime:
        raise
    except Exception:  # SymPy fails on some expressions, in many ways; that is no proof
        return None
    return methods[0] if all(methods) else None
