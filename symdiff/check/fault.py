"""Finds the first line of a generated backward sweep whose adjoint is wrong.

The generated function runs once more, with every assignment marked. The true adjoint of each
marked variable, and the terms it is the sum of, follow from the expressions of the forward sweep.
A line that assigns to `dx` a value that is neither a true adjoint of `x`, nor a partial sum of its
terms, is at fault. (Adjoints are recognised by their names.)
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from symdiff.check.adjoint import NotDifferentiable, sweep
from symdiff.check.claims import EXACT_DIGITS
from symdiff.check.graph import in_order
from symdiff.check.machine import Machine
from symdiff.check.number import Symbolic, number
from symdiff.check.number import field as numbers
from symdiff.check.trial import Trial

MAX_EVENTS = 20_000


@dataclass(frozen=True)
class Event:
    """One assignment, as it happened."""

    line: int
    name: str
    mark: Symbolic


@dataclass(frozen=True)
class Fault:
    """The line at fault; `expected` is what its adjoint should be at the end."""

    line: int
    text: str
    name: str
    expected: Any
    got: Any


@dataclass
class _Recorder:
    machine: Machine
    events: list[Event] = field(default_factory=list)

    def note(self, line: int, name: str, value: Any) -> Any:
        """Mark a number that is assigned, as the work of this assignment."""
        if not isinstance(value, Symbolic) or value.integer or len(self.events) >= MAX_EVENTS:
            return value
        mark = Symbolic("mark", (value,), self.machine.run, value.value)
        self.events.append(Event(line, name, mark))
        stack, owner = [value], len(self.events)
        while stack:
            top = stack.pop()
            if top.op not in {"mark", "input", "const", "named"} and not top.owner:
                top.owner = owner
                stack.extend(a for a in top.args if isinstance(a, Symbolic))
        mark.owner = owner
        return mark


class _Marker(ast.NodeTransformer):
    """Wraps the values of assignments to names."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            node.value = self._noted(node, node.targets[0].id, node.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        if not isinstance(node.target, ast.Name):
            return node
        name = node.target.id
        total = ast.BinOp(ast.Name(name, ast.Load()), node.op, node.value)
        return ast.copy_location(ast.Assign([node.target], self._noted(node, name, total)), node)

    def parameters(self, function: ast.FunctionDef) -> None:
        args = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        noted = [
            ast.Assign(
                [ast.Name(a.arg, ast.Store())],
                self._noted(function, a.arg, ast.Name(a.arg, ast.Load())),
            )
            for a in args
        ]
        function.body = [*noted, *function.body]

    def _noted(self, node: ast.stmt, name: str, value: ast.expr) -> ast.expr:
        place: list[ast.expr] = [ast.Constant(node.lineno), ast.Constant(name)]
        return ast.copy_location(
            ast.Call(ast.Name("__note__", ast.Load()), [*place, value], []), node
        )


def first_fault(machine: Machine, trial: Trial, steps: int, seconds: float) -> Fault | None:
    """The first line at fault at the point of a trial whose derivative is wrong; None when it
    cannot be told."""
    tree = ast.parse(machine.text)
    function = next(
        s for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == machine.name
    )
    marker = _Marker()
    marker.visit(function)
    marker.parameters(function)
    recorder = _Recorder(machine)
    machine.world.names["__note__"] = recorder.note
    before = machine.generated
    try:
        machine.generated = machine.load(ast.fix_missing_locations(tree))
        marked = machine.attempt(trial.point, steps, seconds)
    finally:
        machine.generated = before
    values = [c for c in marked.claims if c.along is None]
    if not values:
        return None
    objective = number(0)
    for claim, weight in zip(values, _weights(marked, len(values)), strict=True):
        objective = objective + weight * claim.got
    try:
        return _compare(recorder.events, objective, machine.text.splitlines())
    except NotDifferentiable:
        return None


def _weights(trial: Trial, count: int) -> list[Symbolic]:
    """The cotangents of the results: leaves of the run that are not inputs of the function."""
    own = {id(x) for x in trial.inputs}
    objective = next((c.objective for c in trial.claims if c.along is not None), number(0))
    found = [n for n in in_order([objective]) if n.op == "input" and id(n) not in own]
    found.sort(key=lambda n: str(n.args[0]))
    return found if len(found) == count else [number(1)] * count


def _compare(events: list[Event], objective: Symbolic, lines: list[str]) -> Fault | None:
    terms: dict[int, list[tuple[int, Any]]] = {}
    done = sweep(
        number(objective),
        lambda n, arg, term: terms.setdefault(id(arg), []).append((n.owner, term)),
    )
    versions: dict[str, list[Symbolic]] = {}
    latest: dict[str, Any] = {}
    for event in events:
        versions.setdefault(event.name, []).append(event.mark)
    for event in events:
        value = event.mark.value
        primal = versions.get(event.name[1:], []) if event.name.startswith("d") else []
        live = [m for m in primal if id(m) in done.adjoints]
        if live and id(event.mark) not in done.adjoints:
            right = [v for m in live for v in _possible(terms.get(id(m), []))]
            change = value - latest.get(event.name, 0)
            if not any(_same(value, v) or _same(change, v) for v in (*right, numbers().mpf(0))):
                expected = done.adjoint(live[-1])
                return Fault(event.line, lines[event.line - 1].strip(), event.name, expected, value)
        latest[event.name] = value
    return None


def _possible(terms: list[tuple[int, Any]]) -> list[Any]:
    """The values that a correct sweep may add to an adjoint, or reach by adding: single terms,
    the sums of those of one assignment, and the running sums."""
    found, by_owner, running = [], {}, numbers().mpf(0)  # type: ignore[var-annotated]
    for owner, term in terms:
        by_owner[owner] = by_owner.get(owner, 0) + term
        running += term
        found += [term, running]
    return [*found, *by_owner.values()]


def _same(a: Any, b: Any) -> bool:
    mp = numbers()
    return bool(abs(a - b) <= max(abs(a), abs(b)) * mp.mpf(10) ** -EXACT_DIGITS)
