"""One trial: the original and the generated function run at one point, and are compared there."""

from __future__ import annotations

import inspect
import itertools
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from symdiff.checking.adjoint import NotDifferentiable, Sweep
from symdiff.checking.claims import EXACT_DIGITS, NOISE_DIGITS, Claim, Misshapen, Outcome, is_real
from symdiff.checking.floats import GENERATED
from symdiff.checking.graph import in_order
from symdiff.checking.inputs import Inputs, Point, Slot, fill
from symdiff.checking.number import NoCounterpart, Symbolic, Unset, leaf
from symdiff.checking.precision import field as numbers
from symdiff.checking.run import Run, TooLong

ROUNDED_DIGITS = 11  # when the text holds rounded constants, or a series that breaks off
SERIES = frozenset({"gamma", "lgamma"})  # their derivatives are not elementary
COTANGENTS = tuple(Fraction(n, 10) for n in (7, -13, 19, -4, 11, 23, -17, 9))


@dataclass
class Trial:
    """The outcome of one trial. `reason` says why there are no claims, if there are none."""

    point: Point
    run: Run
    inputs: list[Symbolic]
    claims: list[Claim] = field(default_factory=list)
    cotangents: list[Symbolic] = field(default_factory=list)
    reason: str = ""
    failed: str = ""  # "original" or "generated": which of the two raised an exception
    too_long: bool = False
    unknown: bool = False  # it calls what has no counterpart in exact numbers
    split: int = 0  # decisions before this one are the original's
    unusual: bool = False  # the original meets a kink, or compares values that are equal
    result: Any = None  # the original's
    misshapen: str = ""  # what is wrong with the result, if not a number in it
    line: int = 0  # of the generated text, where it raised an exception
    changed: set[str] = field(default_factory=set)  # arguments, that the original leaves as given
    digits: float = 0.0
    worst: Claim | None = None
    agrees: bool | None = None  # None: nothing to compare, as at a kink

    @property
    def signature(self) -> tuple[Any, ...]:
        """What tells this path from others."""
        taken = tuple(
            (
                d.relation,
                d.truth,
                str(d.b.args[0]) if d.a.integer and d.relation == "==" and d.truth else "",
            )
            for d in self.run.decisions
        )
        return (self.point.choices, self.split, taken)

    def judge(self, rounded: bool) -> None:
        """Compare the claims at the point."""
        sweeps: dict[int, Sweep] = {}
        digits = float(NOISE_DIGITS)
        rounded = rounded or any(n.op in SERIES for n in in_order(c.objective for c in self.claims))
        for claim in self.claims:
            if claim.along is None and not numbers().isfinite(claim.objective.value):
                self.reason = "the value is infinite, or not a number"
                return
            try:
                relative, to_terms = claim.digits(sweeps)
            except NotDifferentiable as stop:
                self.reason = str(stop)
                return
            right = relative >= EXACT_DIGITS or rounded and to_terms >= ROUNDED_DIGITS
            if not right:
                self.worst, self.agrees = claim, False
                return
            digits = min(digits, relative if relative >= EXACT_DIGITS else to_terms)
        self.digits, self.agrees = digits, True


class Machine(Protocol):
    """What a trial needs to know of the two functions."""

    run: Run
    coarse: bool
    original: Callable[..., Any]
    generated: Callable[..., Any]
    inputs: Inputs
    wanted: tuple[Any, ...]  # the trees of the parameters to differentiate with respect to
    single: bool | None
    matrix: str


def attempt(machine: Machine, point: Point, steps: int, seconds: float) -> Trial:
    """Run both functions at a point. Exceptions of theirs become the trial's `reason`."""
    run = machine.run = Run(steps, time.monotonic() + seconds, machine.coarse)
    slots = [leaf(s.name, v, run) for s, v in zip(machine.inputs.slots, point.reals, strict=True)]
    trial = Trial(point, run, slots)
    trial.failed = "original"
    try:
        arguments, keywords = machine.inputs.arguments(slots, point)
        result = trial.result = machine.original(*arguments, **keywords)
        changed = machine.inputs.changed(slots, point, (arguments, keywords))
        trial.split, trial.unusual = len(run.decisions), run.tied or run.kinks > 0
        trial.failed = "generated"
        extra = _extra_arguments(machine, result, run)
        arguments, keywords = machine.inputs.arguments(slots, point)
        made = machine.generated(*arguments, **keywords, **extra)
        trial.failed = ""
        trial.changed = machine.inputs.changed(slots, point, (arguments, keywords)) - changed
    except TooLong:
        trial.reason, trial.too_long = "it takes too many steps", True
    except NoCounterpart as error:
        trial.reason, trial.unknown = str(error), True
    except Unset as error:
        trial.reason = str(error)
        if trial.failed == "generated":
            trial.failed, trial.misshapen, trial.agrees = "", str(error), False
            trial.line = line_of_text(error)
    except Exception as error:
        trial.reason = f"{type(error).__name__}: {error}"
        # What inverts a matrix does not serve singular ones, which hardly anybody meets.
        trial.unknown = trial.failed == "generated" and type(error).__name__ == "LinAlgError"
    finally:
        run.finish()
    if run.overflowed and not trial.reason:
        trial.reason, trial.failed = "numbers become too large", "original"
    if not trial.reason and not trial.misshapen:
        outcome = Outcome(slots, result, made, extra, machine.inputs.trees, machine.matrix)
        try:
            trial.cotangents = outcome.cotangents()
            trial.claims = list(outcome.claims(machine.wanted, machine.single))
        except Misshapen as wrong:
            trial.misshapen, trial.agrees = str(wrong), False
    return trial


def line_of_text(error: BaseException) -> int:
    """The line of the generated text that raised an exception; zero where that is not known."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 0 for f in reversed(frames) if f.filename == GENERATED), 0)


def _extra_arguments(machine: Machine, result: Any, run: Run) -> dict[str, Any]:
    """Cotangents or tangents, for the parameters that the original does not have."""
    names = parameters_added(machine.generated, machine.inputs)
    weights = itertools.cycle(COTANGENTS)

    def weigh(label: str, value: Any) -> Any:
        return leaf(label, next(weights), run) if is_real(value) else 0

    if len(names) == 1 and not names[0].endswith("_dot"):
        counter = itertools.count()
        return {names[0]: fill(result, lambda v: weigh(f"{names[0]}[{next(counter)}]", v))}
    extra = {}
    for name in names:
        tree = machine.inputs.trees[name.removesuffix("_dot")]
        extra[name] = fill(
            tree, lambda s: weigh(f"{s.name}_dot", 1.0) if isinstance(s, Slot) else 0
        )
    return extra


def parameters_added(generated: Callable[..., Any], inputs: Inputs) -> list[str]:
    """The parameters of a generated function that the original does not have."""
    own = {name.lstrip("*") for name, _ in (*inputs.positional, *inputs.keywords)}
    parameters = inspect.signature(generated).parameters.values()
    return [
        p.name
        for p in parameters
        if p.name not in own
        and p.default is p.empty
        and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
