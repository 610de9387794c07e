"""The check: generated text held against SymPy's derivative of the original function.

Both functions run on symbolic numbers at many points. Each point tells which path is taken, and
compares the numbers there. Then SymPy proves the derivative on each path found, as far as time
allows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.checking.algebra import Algebra, NoExpression, always_holds
from symdiff.checking.claims import EXACT_DIGITS
from symdiff.checking.differences import OF_SOLUTIONS, TOLERANCE, Difference, compare
from symdiff.checking.explore import Exploration
from symdiff.checking.fault import first_fault
from symdiff.checking.floats import GENERATED
from symdiff.checking.inputs import NeedsExample
from symdiff.checking.limit import OutOfTime, within
from symdiff.checking.machine import MAX_STEPS, Machine
from symdiff.checking.number import UNSET, is_unset
from symdiff.checking.original import Original
from symdiff.checking.paths import LAST_MOMENT, prove_paths
from symdiff.checking.report import Counterexample, Report
from symdiff.checking.ruled import of_rules
from symdiff.checking.run import Decision
from symdiff.checking.signs import Signs
from symdiff.checking.trial import Trial
from symdiff.stages import Kind


def check(
    original: Original,
    text: str,
    name: str | None = None,
    *,
    kinds: Mapping[str, Kind | None] | None = None,
    wrt: Sequence[str | int] | None = None,
    single: bool | None = None,
    at: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    names: Mapping[str, Any] | None = None,
    seconds: float = 10.0,
    matrix: str = "",
) -> Report:
    """Check generated text against the original function.

    `name` is the function in the text (the last one, by default). It has the parameters of the
    original and returns its value and the derivatives with respect to `wrt` (all real parameters,
    by default), or just one with `single`. With one parameter more, a cotangent of the result, it
    is a pullback; with tangents `x_dot`, it is a pushforward. `kinds` tells real from integer
    parameters; `at` and `kwargs` are an example call. `names` are live values that the text
    refers to. With a `matrix` the function returns the derivatives alone, of which there
    are as many as numbers: "rows", in the structure of the value, or "columns", one matrix for
    each argument. It raises nothing for what the text or the original do: see Report.status.
    """
    started = time.monotonic()
    try:
        machine = Machine(
            original,
            text,
            name,
            kinds=kinds,
            wrt=wrt,
            single=single,
            at=at,
            kwargs=kwargs,
            names=names,
            matrix=matrix,
        )
    except NeedsExample as error:
        return Report("unknown", original.name, name or "?", (), reason=str(error))
    except Exception as error:
        reason = f"the check could not begin: {type(error).__name__}: {error}"
        return Report("unknown", original.name, name or "?", (), reason=reason)
    found = Exploration(machine, seconds)
    found.explore()
    subject = (original.name, machine.name, machine.wrt)
    if found.wrong is not None:
        example = _counterexample(machine, found.wrong)
        return Report(
            "wrong",
            *subject,
            counterexample=example,
            points=found.compared,
            digits=int(found.digits),
            seconds=time.monotonic() - started,
        )
    given = found.given
    if machine.may_need_floats and given is not None and _not_followed(found, given):
        return _by_differences(machine, given, started, seconds)
    if (
        not found.compared
        or given is not None
        and given.agrees is None
        and given.failed == "generated"
    ):
        reasons = (
            ", ".join(reason for reason, _ in found.failures.most_common(3)) or "no point was found"
        )
        return Report(
            "unknown",
            *subject,
            reason=f"the functions could not be compared: {reasons}",
            seconds=time.monotonic() - started,
        )
    paths = prove_paths(found, started + seconds)
    notes, complete = _remarks(found, started + seconds)
    disputed, told = of_rules(machine.world.ruled)
    notes += told
    if disputed:
        return Report(
            "wrong",
            *subject,
            points=found.compared,
            digits=int(found.digits),
            reason=disputed,
            seconds=time.monotonic() - started,
        )
    proved = complete and all(path.settled for path in paths)
    return Report(
        "proved" if proved else "agrees",
        *subject,
        paths=tuple(paths),
        points=found.compared,
        digits=int(found.digits),
        notes=tuple(notes),
        seconds=time.monotonic() - started,
    )


def _not_followed(found: Exploration, given: Trial) -> bool:
    """Whether what the functions do at the point given could not be followed in exact numbers."""
    return given.agrees is None and (given.unknown or given.too_long or not found.compared)


def _by_differences(machine: Machine, given: Trial, started: float, seconds: float) -> Report:
    """The report of a comparison in floats."""
    rest = max(started + seconds - time.monotonic(), seconds / 3)
    solves = "scipy.integrate.odeint(" in machine.text
    outcome = compare(
        *machine.in_floats(),
        machine.inputs,
        machine.wanted,
        machine.single,
        rest,
        machine.matrix,
        OF_SOLUTIONS if solves else TOLERANCE,
    )
    example = None if outcome.wrong is None else _disagreement(machine, outcome.wrong)
    status = "wrong" if example else "agrees" if outcome.points else "unknown"
    if example and machine.world.has_rules:
        # The differences are those of the functions, the derivative is that of their rules.
        said = f"{example.claim} is another by differences, which say nothing of what goes by rules"
        status, outcome = "unknown", replace(outcome, reason=said)
        example = None
    why = f"compared with differences of the original in floats: {given.reason}"
    notes = (why, "solutions of odeint() are as exact as its tolerances") if solves else (why,)
    return Report(
        status,
        machine.original_name,
        machine.name,
        machine.wrt,
        counterexample=example,
        points=outcome.points,
        digits=int(outcome.digits),
        reason="" if status != "unknown" else f"{given.reason}; {outcome.reason}",
        notes=notes,
        seconds=time.monotonic() - started,
        method="differences",
    )


def _disagreement(machine: Machine, wrong: Difference) -> Counterexample:
    text = machine.text.splitlines()[wrong.line - 1].strip() if wrong.line else ""
    point = machine.inputs.show(wrong.point)
    if wrong.expected != wrong.expected:
        return Counterexample(
            point, "the result", "a value and its derivatives", wrong.label, wrong.line, text
        )
    return Counterexample(
        point, wrong.label, f"{wrong.expected:.8g} (by differences)", f"{wrong.got:.17g}"
    )


# --- remarks -------------------------------------------------------------------------------------


def _remarks(found: Exploration, deadline: float) -> tuple[list[str], bool]:
    """What a reader should know, and whether every arm was reached or cannot be."""
    notes, complete = [], True
    passive = found.machine.inputs.show_passive()
    if passive:
        notes.append(f"shown for {passive}")
    for arm in found.missing():
        if _cannot_change(
            found.leads.get(id(arm), []), max(deadline - time.monotonic(), LAST_MOMENT)
        ):
            continue
        complete = False
        notes.append(
            f"line {arm.line} of the {arm.text} text: no point was found where "
            f"{arm.test!r} is {str(arm.outcome).lower()}"
        )
    for (file, line, name), outcomes in found.sites.items():
        if len(outcomes) == 1 and file != GENERATED:
            complete = False
            way = "true" if True in outcomes else "false"
            notes.append(f"line {line} of the original text: {name} of arrays is always {way}")
    if found.given is not None and found.given.agrees is None:
        notes.append(f"at the point given there is nothing to compare: {found.given.reason}")
    if found.untried:
        complete = False
        notes.append(f"{len(found.untried)} further paths were compared in numbers only")
    if found.digits < EXACT_DIGITS:
        notes.append("the generated text holds rounded constants, or a series that breaks off")
    return notes, complete


def _cannot_change(leads: list[tuple[Trial, list[Decision]]], seconds: float) -> bool:
    """Whether the decisions for an arm cannot come out otherwise, but for values that are equal."""

    def all_hold() -> bool:
        for trial, decisions in leads:
            signs = Signs(c.objective for c in trial.claims)
            signs.suppose(_before(trial.run.decisions, decisions))
            if not all(always_holds(d, Algebra([], {}), signs) for d in decisions):
                return False
        return bool(leads)

    try:
        return within(seconds, all_hold)
    except (OutOfTime, NoExpression, OverflowError):
        return False


def _before(all_decisions: list[Decision], decisions: list[Decision]) -> list[Decision]:
    """The decisions of a run that came before those of a test."""
    first = decisions[0]
    return all_decisions[: next(i for i, d in enumerate(all_decisions) if d is first)]


# --- counterexamples -----------------------------------------------------------------------------


def _counterexample(machine: Machine, trial: Trial) -> Counterexample:
    point = machine.inputs.show(trial.point)
    if trial.worst is None:
        wanted, line = "a value and its derivatives", trial.line
        text = machine.text.splitlines()[line - 1].strip() if line else ""
        return Counterexample(point, "the result", wanted, trial.misshapen, line, text)
    claim = trial.worst
    expected, got = _number(claim.expected), _number(claim.got.value)
    if is_unset(claim.got):
        return Counterexample(point, claim.label, expected, f"computed from {UNSET}")
    derivative = claim.along is not None and not machine.matrix
    derivative = derivative and not claim.label.startswith("tangent")
    fault = first_fault(machine, trial, MAX_STEPS, 5.0) if derivative else None
    if fault is None:
        return Counterexample(point, claim.label, expected, got)
    where = "" if fault.point == trial.point else f"at {machine.inputs.show(fault.point)}: "
    detail = (
        f"{where}{fault.name} is {_number(fault.got)}; the adjoint is {_number(fault.expected)}"
    )
    certain = not machine.may_need_floats
    return Counterexample(
        point, claim.label, expected, got, fault.line, fault.text, detail, certain
    )


def _number(value: Any) -> str:
    return f"{float(value):.17g}"
