"""Makes sure that a difference is one of derivatives, and not of rounding or of convention."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symdiff.checking.claims import Claim, is_real, paired
from symdiff.checking.inputs import Point
from symdiff.checking.machine import Machine
from symdiff.checking.number import number
from symdiff.checking.precision import field, precision
from symdiff.checking.run import TooLong
from symdiff.checking.trial import Trial

MANY_DIGITS = 400
STEP = Fraction(1, 10**30)
SMOOTH_DIGITS = 15


def confirm(machine: Machine, trial: Trial, steps: int, seconds: float) -> bool | None:
    """Whether a trial that found a difference was right to: False when it vanishes with more
    digits; None when the original has a kink at the point, or changes its path there, so that its
    derivative is a convention."""
    with precision(MANY_DIGITS):
        finer = machine.again()
        again = finer.attempt(trial.point, steps, seconds)
        if again.claims:
            again.judge(finer.has_rounded_constants)
        if again.worst is not None and again.unusual and not _is_smooth(finer, again, again.worst):
            return None
    return again.agrees is not True


def _is_smooth(machine: Machine, trial: Trial, claim: Claim) -> bool:
    """Whether the original itself, run to both sides of the point, has the derivative expected."""
    if claim.along is None:
        return True
    mp = field()
    weights = {id(x): Fraction(mp.nstr(w.value, 20)) for x, w in claim.along}
    moves = [weights.get(id(x), Fraction(0)) * STEP for x in trial.inputs]
    try:
        below, here, above = (_objective(machine, trial, moves, side) for side in (-1, 0, 1))
    except (Exception, TooLong):  # the original fails on one side
        return False
    step = mp.mpf(STEP.numerator) / STEP.denominator
    left, right = (here - below) / step, (above - here) / step
    bound = mp.mpf(10) ** -SMOOTH_DIGITS * (1 + abs(claim.expected))
    return bool(abs(left - claim.expected) < bound and abs(right - claim.expected) < bound)


def _objective(machine: Machine, trial: Trial, moves: list[Fraction], side: int) -> Any:
    reals = tuple(v + side * move for v, move in zip(trial.point.reals, moves, strict=True))
    moved = machine.run_original(Point(reals, trial.point.choices))
    weights = [w.value for w in trial.cotangents] or [1]
    pairs = paired(moved, trial.result, "the value")
    parts = [number(v).value for v, before in pairs if is_real(before)]
    return sum(w * v for w, v in zip(weights, parts, strict=True))
