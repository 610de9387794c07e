"""What the reverse sweep does at each step of a primal: contributions to adjoints.

The steps are walked in the order of the reverse sweep. The first contribution to an adjoint is an
assignment, the later ones are additions; so are all contributions from inside a loop to what lies
outside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from symdiff.rules import by_name
from symdiff.show.adjoints import Adjoints, Update, stage_updates, symbolic_updates
from symdiff.show.names import Names
from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Const,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    all_defined,
    all_read,
    defined,
    is_differentiable,
    steps,
    variables,
)


@dataclass(frozen=True, slots=True)
class Contribution:
    """An update of an adjoint; `first` if it is an assignment, `shared` if there are others."""

    update: Update
    first: bool
    shared: bool


Spot = tuple[int, str]
"""A step, by its id, and which of its parts: "" for a stage, "init", "next", "then", "orelse"."""


class Sweep:
    """The contributions of every step of a procedure, with respect to `inputs`. Where it is called
    by another one, its result has an adjoint `from_outside`."""

    def __init__(
        self,
        procedure: Procedure,
        inputs: Collection[Var],
        names: Names,
        from_outside: bool = False,
    ) -> None:
        self.procedure, self.names = procedure, names
        self.adjoint = Adjoints()
        self.varied = _varied(procedure.body, set(inputs))
        self.updates: defaultdict[Spot, list[tuple[Update, bool]]] = defaultdict(list)
        results = list(variables(procedure.result))
        self.seed = None if from_outside else _sole_result(procedure)
        self._reached: set[Var] = {var for var in results if var in self.varied}
        self._walk(procedure.body)
        self._counts = Counter(
            update.var for found in self.updates.values() for update, _ in found if not update.sets
        )

    def at(self, step: Step, part: str = "") -> list[Contribution]:
        """The contributions at a step, in order."""
        return [
            Contribution(update, first, not first or self._counts[update.var] > 1)
            for update, first in self.updates.get((id(step), part), ())
        ]

    # --- the walk, from the last step to the first ---

    def _walk(self, block: Block) -> None:
        for step in reversed(block):
            match step:
                case Stage() if step.target in self._reached:
                    dout: Expr = self.adjoint(step.target)
                    if step.target is self.seed:
                        dout = Const(1)
                    # A value that takes the place of an operand can't be told from it by name.
                    reads = map(self.names, variables(step.value))
                    out = None if self.names(step.target) in reads else step.target
                    self._record((id(step), ""), stage_updates(step, out, dout, self.procedure))
                case Call():
                    self._call(step)
                case Branch():
                    self._branch(step)
                case Loop():
                    self._loop(step)
                case Scope():
                    self._walk(step.body)

    def _record(self, spot: Spot, updates: Iterable[Update]) -> None:
        found = []
        for update in updates:
            if update.var in self.varied:
                found.append((update, update.var not in self._reached and update.index is None))
                self._reached.add(update.var)
        self.updates[spot] = found

    def _copies(
        self, spot: Spot, needed: set[Var], pairs: Iterable[tuple[Var, Expr | None]]
    ) -> None:
        """Values handed on: the adjoints that are needed go over to the sources, silently where
        the name stays the same."""
        written = []
        for target, source in pairs:
            if target not in needed or not isinstance(source, Var):
                continue
            if self.names(target) != self.names(source):
                written.append(Update(source, self.adjoint(target)))
            elif source in self.varied:
                self._reached.add(source)
        self._record(spot, written)

    def _call(self, step: Call) -> None:
        updates = []
        for target in step.targets:
            if target in self._reached:
                for arg in step.args:
                    updates += symbolic_updates(target, arg, self.adjoint(target))
        self._record((id(step), ""), updates)

    def _branch(self, step: Branch) -> None:
        before, after = self._reached, set()
        for part, block in (("then", step.then), ("orelse", step.orelse)):
            self._reached = set(before)
            arms = [(m.var, m.then if part == "then" else m.orelse) for m in step.merges]
            self._copies((id(step), part), before, arms)
            self._walk(block)
            after |= self._reached
        self._reached = after

    def _loop(self, step: Loop) -> None:
        carried = {c.var for c in step.carried}
        fresh = {*defined(step), *all_defined(step.body)}
        needed, outer = self._reached & carried, self._reached - carried
        while True:  # until no round needs more of the next one
            self._reached = set(outer)
            self._copies((id(step), "next"), needed, [(c.var, c.next) for c in step.carried])
            self._walk(step.body)
            wider = needed | self._reached & carried, outer | (self._reached - fresh)
            if wider == (needed, outer):
                break
            needed, outer = wider
        self._reached = outer
        self._copies((id(step), "init"), needed, [(c.var, c.init) for c in step.carried])


def _varied(block: Block, varied: set[Var]) -> set[Var]:
    """The variables that depend on inputs in a differentiable way."""

    def depends(expr: Expr | None) -> bool:
        return any(var in varied for var in variables(expr))

    while True:
        before = len(varied)
        for step in steps(block):
            match step:
                case Stage() if is_differentiable(step.target.kind) and depends(step.value):
                    if not _is_piecewise_constant(step.value):
                        varied.add(step.target)
                case Call() if any(map(depends, step.args)):
                    varied.update(t for t in step.targets if is_differentiable(t.kind))
                case Branch():
                    varied.update(
                        m.var
                        for m in step.merges
                        if is_differentiable(m.var.kind) and (depends(m.then) or depends(m.orelse))
                    )
                case Loop():
                    varied.update(
                        c.var
                        for c in step.carried
                        if is_differentiable(c.var.kind) and (depends(c.init) or depends(c.next))
                    )
        if len(varied) == before:
            return varied


def _is_piecewise_constant(expr: Expr) -> bool:
    if isinstance(expr, Apply) and expr.op == "stop_gradient":
        return True
    primitive = by_name(expr.op) if isinstance(expr, Apply) else None
    return primitive is not None and primitive.piecewise_constant


def _sole_result(procedure: Procedure) -> Var | None:
    """The result, where it is a variable of a stage that nothing else reads: its adjoint is 1."""
    result = procedure.result
    if not isinstance(result, Var):
        return None
    made = any(isinstance(s, Stage) and s.target is result for s in procedure.body)
    return result if made and result not in set(all_read(procedure.body)) else None
