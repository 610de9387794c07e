"""What depends on the tangents that a pushforward is given."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.differentiate.activity import results
from symdiff.stages import (
    Branch,
    Call,
    Expr,
    Loop,
    Pop,
    Procedure,
    Stage,
    Step,
    Var,
    expressions,
    steps,
    variables,
)


class Varying:
    """The variables that depend on inputs, and the results of procedures that are called."""

    def __init__(self, callees: dict[str, Procedure]) -> None:
        self.callees = callees
        self.results: dict[tuple[str, frozenset[int]], frozenset[int]] = {}

    def variables(self, procedure: Procedure, inputs: set[Var]) -> set[Var]:
        """The variables of a procedure that depend on some of its parameters."""
        found = self._variables(procedure, inputs)
        known: dict[tuple[str, frozenset[int]], frozenset[int]] = {}
        while known != self.results:  # procedures may call each other
            known = dict(self.results)
            for name, given in known:
                self.results[name, given] = self._results(name, given)
            found = self._variables(procedure, inputs)
        return found

    def _variables(self, procedure: Procedure, inputs: set[Var]) -> set[Var]:
        found = set(inputs)
        size = -1
        while size != len(found):
            size = len(found)
            for step in steps(procedure.body):
                found.update(self._defined(step, found))
        return found

    def _defined(self, step: Step, found: set[Var]) -> Iterable[Var]:
        """What a step defines that depends on some variables."""
        match step:
            case Call():
                given = frozenset(i for i, a in enumerate(step.args) if _reads(found, a))
                if given:
                    results = self.results.setdefault((step.callee, given), frozenset())
                    return [step.targets[i] for i in results]
            case Branch():
                return [m.var for m in step.merges if _reads(found, m.then, m.orelse)]
            case Loop():
                return [c.var for c in step.carried if _reads(found, c.init, c.next)]
            case Stage() | Pop() if _reads(found, *expressions(step)):
                return [step.target]
        return []

    def _results(self, name: str, given: frozenset[int]) -> frozenset[int]:
        """Which results of a procedure depend on some of its arguments."""
        procedure = self.callees[name]
        found = self._variables(procedure, {procedure.params[i].var for i in given})
        leaves = results(procedure)
        return frozenset(i for i, leaf in enumerate(leaves) if _reads(found, leaf))


def _reads(found: set[Var], *leaves: Expr | None) -> bool:
    return any(not found.isdisjoint(variables(leaf)) for leaf in leaves)
