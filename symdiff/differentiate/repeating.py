"""Running primal code again: without its effects, and only where that gives the same values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from symdiff.errors import UnsupportedSyntax
from symdiff.simplify.dead import is_impure
from symdiff.stages import (
    Block,
    Branch,
    Call,
    Loop,
    Passive,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    all_read,
    defined,
    expressions,
    steps,
)

Primal = Callable[[str], Procedure | None]


def run_again(block: Block, primal: Primal) -> Block:
    """A block without what must happen once: what is printed is printed in the forward sweep."""
    made: Block = []
    for step in block:
        if happens_once(step, primal):
            continue
        match step:
            case Branch():
                then, orelse = run_again(step.then, primal), run_again(step.orelse, primal)
                step = replace(step, then=then, orelse=orelse)
            case Loop():
                step = replace(step, body=run_again(step.body, primal))
            case Scope():
                step = replace(step, body=run_again(step.body, primal))
                if not step.body:
                    continue
            case Stage():
                step = replace(step, number=0)
        made.append(step)
    return made


def happens_once(step: Step, primal: Primal) -> bool:
    """Whether a step does or gives something else when it runs again, inner blocks left aside."""
    match step:
        case Passive():
            return not (step.terminates or step.template.startswith("assert "))
        case Scope():
            return False
        case Call():
            return _has_effects(step.callee, primal, set())
    return any(is_impure(e) for e in expressions(step))


def _has_effects(name: str, primal: Primal, seen: set[str]) -> bool:
    callee = primal(name)
    if callee is None or callee.name in seen:
        return False
    seen.add(callee.name)
    return any(
        _has_effects(step.callee, primal, seen)
        if isinstance(step, Call)
        else happens_once(step, primal)
        for step in steps(callee.body)
    )


def refuse_what_changes(original: Block, again: Block, primal: Primal) -> None:
    """Refuse what reads, where it runs again, a value that would be another one then."""
    read = set(all_read(again))
    for step in steps(original):
        if happens_once(step, primal) and any(v in read for v in _given(step)):
            raise UnsupportedSyntax(
                "this may give another value when it runs again, and a checkpoint runs it again",
                getattr(step, "place", None),
                fix="Compute the value before the checkpoint, and pass it in.",
            )


def _given(step: Step) -> Iterator[Var]:
    yield from defined(step)
    if isinstance(step, (Branch, Loop)):
        for inner in [*step.then, *step.orelse] if isinstance(step, Branch) else step.body:
            yield from _given(inner)
