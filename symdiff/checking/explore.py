"""Tries the two functions at many points, until every arm of their texts has been reached."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from symdiff.checking.claims import EXACT_DIGITS, is_differentiable
from symdiff.checking.confirm import confirm
from symdiff.checking.exact import Arm
from symdiff.checking.inputs import Point
from symdiff.checking.machine import MAX_STEPS, Machine
from symdiff.checking.run import Decision, Site
from symdiff.checking.sample import Sampler, across
from symdiff.checking.trial import Trial

FEW_STEPS = 20_000  # at a point that nobody asked for
MAX_POINTS = 150
MAX_PATHS = 32
POINTS_OF_A_PATH = 3  # whose expressions are kept
ROUNDS = 4
LEADS = 4  # for each arm: the points nearest to a change of the decision


@dataclass
class Exploration:
    """What the points tried have shown."""

    machine: Machine
    seconds: float
    paths: dict[Any, list[Trial]] = field(default_factory=dict)
    visits: Counter[Any] = field(default_factory=Counter)
    wrong: Trial | None = None
    given: Trial | None = None  # at the point that the caller gave
    compared: int = 0
    digits: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    untried: set[Any] = field(default_factory=set)  # paths seen, beyond the number that is kept
    leads: dict[int, list[tuple[Trial, list[Decision]]]] = field(default_factory=dict)
    sites: dict[Site, set[bool]] = field(default_factory=dict)  # how arrays compared
    steps: int = FEW_STEPS
    patience: float = 0.5

    def explore(self) -> None:
        """Try the point given, then others, for a share of the time; stop at a wrong result."""
        sampler = Sampler(self.machine.inputs)
        deadline = time.monotonic() + min(0.15 * self.seconds, 1.5)
        given = self.machine.inputs.point_given()
        if given is not None:
            begun = time.monotonic()
            arrays = self.machine.may_need_floats
            trial = self.attempt(given, MAX_STEPS, (0.4 if arrays else 0.15) * self.seconds)
            if trial.too_long:
                self.machine.coarse = True
                trial = self.attempt(given, MAX_STEPS, (0.2 if arrays else 1) * self.seconds)
            self.given = trial
            if arrays and (trial.too_long or trial.unknown):
                return
            self.steps = max(self.steps, 4 * trial.run.used)
            self.patience = max(self.patience, 2 * (time.monotonic() - begun))
        for count, point in enumerate(sampler.points()):
            late = time.monotonic() > deadline
            if self.wrong or count >= MAX_POINTS or late and (self.compared or count >= 20):
                break
            trial = self.attempt(point, self.steps, self.patience)
            for decision in trial.run.decisions[:20]:
                for side in (decision.a, decision.b):
                    if side.op == "const":
                        sampler.add_special(float(side.value))
        self._pursue(sampler, deadline + min(0.1 * self.seconds, 1.0))
        if any(n is not None for n in self.machine.inputs.chosen) and self._unseen():
            for point in sampler.with_other_integers():
                if not self.wrong:
                    self.attempt(point, FEW_STEPS, self.patience)

    def _unseen(self) -> bool:
        """Whether some part of the texts was not run, with the integers given."""
        arms = [arm for pair in self.machine.world.arms for arm in pair]
        return not all(a.reached or a.depends or a.raises for a in arms + self.machine.world.loops)

    def _pursue(self, sampler: Sampler, deadline: float) -> None:
        """Look for points that reach the arms that were missed."""
        for _ in range(ROUNDS):
            for arm in self.missing():
                for trial, decisions in list(self.leads.get(id(arm), [])):
                    for decision in reversed(decisions):
                        for point in across(decision, trial.inputs, trial.point, sampler.random):
                            if self.wrong or arm.reached or time.monotonic() > deadline:
                                break
                            self.attempt(point, self.steps, self.patience)

    def missing(self) -> list[Arm]:
        """The arms that the real inputs could decide for, and that no point has reached."""
        arms = [arm for pair in self.machine.world.arms for arm in pair]
        return [a for a in arms if a.depends and not (a.reached or a.only_ties or a.raises)]

    def attempt(self, point: Point, steps: int, seconds: float) -> Trial:
        """Try one point, and note the outcome."""
        trial = self.machine.attempt(point, steps, seconds)
        if trial.failed == "generated" and not trial.unknown and is_differentiable(trial.result):
            trial.misshapen, trial.line = self.machine.failure_on_floats(point)
            trial.agrees = False if trial.misshapen else None
        if trial.claims:
            trial.judge(self.machine.has_rounded_constants)
        if trial.agrees and trial.changed:
            name = min(trial.changed)
            trial.misshapen = f"it changes the argument {name}, which the original leaves as it is"
            trial.agrees = False
        if trial.worst is not None and self.wrong is None:
            self._confirm(trial, steps, seconds)
        if trial.agrees is None:
            self.failures[trial.reason] += 1
        elif trial.agrees:
            self._agreed(trial)
        elif self.wrong is None:
            self.wrong = trial
        return trial

    def _confirm(self, trial: Trial, steps: int, seconds: float) -> None:
        confirmed = confirm(self.machine, trial, steps, 10 * seconds)
        if confirmed is None:
            trial.agrees, trial.reason = None, "a kink"
        elif not confirmed:
            trial.agrees, trial.digits = True, float(EXACT_DIGITS)

    def _agreed(self, trial: Trial) -> None:
        self.digits = min(self.digits, trial.digits) if self.compared else trial.digits
        self.compared += 1
        for site, outcomes in trial.run.sites.items():
            self.sites.setdefault(site, set()).update(outcomes)
        for arm in trial.run.taken.values():
            arm.reached = True
        for arm, decisions in trial.run.missed.values():
            arm.depends = True
            arm.only_ties = arm.only_ties and id(arm) in trial.run.narrow
            leads = self.leads.setdefault(id(arm), [])
            leads.append((trial, decisions))
            leads.sort(key=lambda lead: float(abs(lead[1][-1].a.value - lead[1][-1].b.value)))
            del leads[LEADS:]
        path = trial.signature
        self.visits[path] += 1
        if path not in self.paths and len(self.paths) >= MAX_PATHS:
            self.untried.add(hash(path))
        elif len(self.paths.setdefault(path, [])) < POINTS_OF_A_PATH:
            self.paths[path].append(trial)
