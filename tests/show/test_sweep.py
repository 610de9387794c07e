"""The contributions that the table shows add up to the gradient."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.functions import FUNCTIONS
from show import procedures
from support import _Machine, run
from symdiff.generate import Selection, find
from symdiff.show.names import Names
from symdiff.show.pruning import pruned
from symdiff.show.sweep import Sweep
from symdiff.stages import INTEGER, Branch, GlobalValue, Loop, Stage, variables


class Replay:
    """Runs a procedure, and then carries out what the table says, from the last line up."""

    def __init__(self, procedure, inputs=None):
        self.procedure = pruned(procedure)
        self.names = Names(self.procedure)
        params = [p.var for p in procedure.params]
        inputs = inputs or [var for var in params if var.kind is not INTEGER]
        self.inputs = inputs
        self.sweep = Sweep(self.procedure, inputs, self.names)
        self.machine = _Machine(self.procedure)
        self.trace = []
        self.adjoints = {}

    def gradient(self, *args):
        values = dict(zip((p.var for p in self.procedure.params), args, strict=True))
        self.forward(self.procedure.body, values)
        for var in variables(self.procedure.result):
            if self.sweep.seed is None and var in self.sweep.varied:
                self.adjoints[self.names(var)] = 1.0
        for step, part, at_hand in reversed(self.trace):
            self.backward(step, part, at_hand)
        return [self.adjoints.get(self.names(var), 0.0) for var in self.inputs]

    def forward(self, block, values):
        for step in block:
            match step:
                case Stage():
                    values[step.target] = self.machine.value(step.value, values)
                    self.trace.append((step, "", dict(values)))
                case Branch():
                    taken = bool(self.machine.value(step.test, values))
                    part = "then" if taken else "orelse"
                    self.forward(getattr(step, part), values)
                    self.trace.append((step, part, dict(values)))
                    for merge in step.merges:
                        self.set(values, merge.var, getattr(merge, part))
                case Loop():
                    self.loop(step, values)

    def loop(self, step, values):
        self.trace.append((step, "init", dict(values)))
        self.hand_on(step, "init", values)
        rounds = self.machine.value(step.iterable, values) if step.iterable else iter(int, 1)
        for item in rounds:
            if step.test is not None and not self.machine.value(step.test, values):
                break
            if step.target is not None:
                values[step.target] = item
            self.forward(step.body, values)
            self.trace.append((step, "next", dict(values)))
            leave = step.leave is not None and self.machine.value(step.leave, values)
            self.hand_on(step, "next", values)
            if leave:
                break

    def hand_on(self, step, part, values):
        before = dict(values)
        for carried in step.carried:
            self.set(values, carried.var, getattr(carried, part), before)

    def set(self, values, var, expr, before=None):
        if expr is not None:  # undefined so far
            values[var] = self.machine.value(expr, before or values)

    def backward(self, step, part, at_hand):
        found = self.sweep.at(step, part)
        primal = self.sweep.adjoint.primal
        known = at_hand | {
            adjoint: self.adjoints.get(self.names(var), 0.0) for adjoint, var in primal.items()
        }
        given = [self.machine.value(c.update.value, known) for c in found]
        for target in self.targets(step, part):  # what is overwritten starts from nothing
            self.adjoints.pop(self.names(target), None)
        for contribution, value in zip(found, given, strict=True):
            name = self.names(contribution.update.var)
            before = 0.0 if contribution.first else self.adjoints.get(name, 0.0)
            self.adjoints[name] = before + value

    def targets(self, step, part):
        if isinstance(step, Stage):
            return [step.target]
        if isinstance(step, Branch):
            pairs = [(m.var, getattr(m, part)) for m in step.merges]
        else:
            pairs = [(c.var, getattr(c, part)) for c in step.carried]
        kept = {self.names(v) for _, value in pairs if value is not None for v in variables(value)}
        return [var for var, _ in pairs if self.names(var) not in kept]


def differences(procedure, args):
    found = []
    for i, arg in enumerate(args):
        if isinstance(arg, float):
            ends = [run(procedure, *args[:i], arg + h, *args[i + 1 :]) for h in (1e-6, -1e-6)]
            found.append((ends[0] - ends[1]) / 2e-6)
    return found


@pytest.mark.parametrize(
    "made, args",
    [
        (procedures.notes, (3.0, -4.0)),
        (procedures.logistic_map, (3.4, 0.3, 6)),
        (procedures.logistic_map, (3.4, 0.3, 0)),
        (procedures.branches, (2.0, 0.5)),
        (procedures.branches, (0.4, 1.5)),
        (procedures.branches, (0.4, 0.5)),
        (procedures.swaps, (0.7, 1.2, 4)),
        (procedures.swaps, (0.7, 1.2, 1)),
    ],
)
def test_contributions_add_up_to_the_gradient(made, args):
    procedure = made()
    expected = pytest.approx(differences(procedure, args), rel=1e-6)
    assert Replay(procedure).gradient(*args) == expected


@pytest.mark.parametrize(
    "function, by_hand, args, count", FUNCTIONS, ids=[f.__name__ for f, *_ in FUNCTIONS]
)
def test_tables_of_programs_add_up_to_the_gradient(function, by_hand, args, count):
    made = find(function, Selection(tuple(range(count))), "grad", args, {})
    procedure, inputs = made.elementary()
    constants = {name: GlobalValue(value.text) for name, value in procedure.globals.items()}
    replay = Replay(replace(procedure, globals=constants), inputs)
    assert replay.gradient(*args) == pytest.approx(by_hand(*args)[1], rel=1e-9)


def test_a_spoilt_contribution_is_noticed():
    procedure = procedures.notes()
    replay = Replay(procedure)
    spot, found = next((s, u) for s, u in replay.sweep.updates.items() if len(u) == 2)
    replay.sweep.updates[spot] = found[:1]
    assert replay.gradient(3.0, -4.0) != pytest.approx(differences(procedure, (3.0, -4.0)))
