"""Finds the first line of a generated backward sweep whose adjoint is wrong.

The generated function runs once more, with every assignment marked. The true adjoint of each
marked variable, and the terms it is the sum of, follow from the expressions of the forward sweep.
A line that assigns to `dx` a value that is neither a true adjoint of `x`, nor a partial sum of its
terms, is at fault. (Adjoints are recognised by their names.)
"""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symdiff.checking.adjoint import NotDifferentiable, sweep
from symdiff.checking.claims import EXACT_DIGITS
from symdiff.checking.inputs import Point, is_array
from symdiff.checking.machine import Machine
from symdiff.checking.number import Symbolic, number
from symdiff.checking.precision import field as numbers
from symdiff.checking.trial import Trial

MAX_EVENTS = 20_000
OFFSET = Fraction(137, 100_003)


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
    point: Point


@dataclass
class _Recorder:
    machine: Machine
    events: list[Event] = field(default_factory=list)
    memories: dict[int, Any] = field(default_factory=dict)  # of arrays with a name

    def note(self, line: int, name: str, value: Any) -> Any:
        """Mark a number that is assigned, or those of an array, as the work of this assignment."""
        if is_array(value):
            return self.touch(line, name, value, everything=True)
        if not isinstance(value, Symbolic) or value.integer or len(self.events) >= MAX_EVENTS:
            return value
        return self._mark(line, name, value)

    def touch(self, line: int, name: str, array: Any, everything: bool = False) -> Any:
        """Mark the numbers in an array where they stand, for it may share memory with others; after
        a store, those that were stored. What a view shows is marked by the name of its array."""
        if not is_array(array) or not array.flags.writeable or array.dtype.kind != "f":
            return array
        memory = array
        while memory.base is not None:
            memory = memory.base
        is_view = everything and id(memory) in self.memories
        self.memories[id(memory)] = memory
        owner = len(self.events) + 1
        for place in itertools.product(*map(range, array.shape)):
            value, label = array[place], f"{name}{list(place)}"
            if not isinstance(value, Symbolic) or len(self.events) >= MAX_EVENTS:
                continue
            if value.op != "mark" or everything and not is_view:
                array[place] = self._mark(line, label, value, owner)
            elif is_view and not name.startswith("d"):
                self.events.append(Event(line, label, value))
        return array

    def _mark(self, line: int, name: str, value: Symbolic, owner: int = 0) -> Symbolic:
        mark = Symbolic("mark", (value,), self.machine.run, value.value)
        self.events.append(Event(line, name, mark))
        stack, owner = [value], owner or len(self.events)
        while stack:
            top = stack.pop()
            if top.op not in {"mark", "input", "const", "named"} and not top.owner:
                top.owner = owner
                stack.extend(a for a in top.args if isinstance(a, Symbolic))
        mark.owner = owner
        return mark


class _Marker(ast.NodeTransformer):
    """Wraps the values of assignments to names."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        target = node.targets[0] if len(node.targets) == 1 else None
        if isinstance(target, ast.Name):
            if not (target.id.startswith("d") and isinstance(node.value, ast.Subscript)):
                node.value = self._noted(node, target.id, node.value)
        elif isinstance(target, ast.Tuple):
            self._each(node, target, node.value)
        elif isinstance(target, ast.Subscript):
            return [node, *self._touched(node, target)]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        """`np.add.at(dx, i, v)` is a store into dx."""
        if isinstance(node.value, ast.Call) and len(node.value.args) > 1:
            return [node, *self._touched(node, node.value.args[0])]
        return node

    def _touched(self, node: ast.stmt, target: ast.expr) -> list[ast.stmt]:
        """What marks the elements that a statement has stored."""
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
        if not isinstance(target, ast.Name):
            return []
        array = ast.Name(target.id, ast.Load())
        return [ast.copy_location(ast.Expr(self._noted(node, target.id, array, "__touch__")), node)]

    def _each(self, node: ast.stmt, targets: ast.Tuple, values: ast.expr) -> None:
        """Mark the values of `a, b = b, a`."""
        if not isinstance(values, ast.Tuple) or len(values.elts) != len(targets.elts):
            return
        for i, target in enumerate(targets.elts):
            if isinstance(target, ast.Name):
                values.elts[i] = self._noted(node, target.id, values.elts[i])

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list[ast.stmt]:
        if not isinstance(node.target, ast.Name):
            return [node, *self._touched(node, node.target)]
        name = node.target.id
        after = ast.Assign(
            [ast.Name(name, ast.Store())], self._noted(node, name, ast.Name(name, ast.Load()))
        )
        return [node, ast.copy_location(after, node)]

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

    def _noted(self, node: ast.stmt, name: str, value: ast.expr, by: str = "__note__") -> ast.expr:
        place: list[ast.expr] = [ast.Constant(node.lineno), ast.Constant(name)]
        return ast.copy_location(ast.Call(ast.Name(by, ast.Load()), [*place, value], []), node)


def first_fault(machine: Machine, trial: Trial, steps: int, seconds: float) -> Fault | None:
    """The first line at fault where a trial has found a wrong derivative; None when it cannot be
    told. A point close by comes first: there, numbers are not equal by chance."""
    near = tuple(v * (1 + OFFSET * (i + 1)) for i, v in enumerate(trial.point.reals))
    here = _fault_at(machine, trial.point, steps, seconds)
    there = _fault_at(machine, Point(near, trial.point.choices), steps, seconds)
    return here if there is None or here is not None and here.line == there.line else there


def _fault_at(machine: Machine, point: Point, steps: int, seconds: float) -> Fault | None:
    tree = ast.parse(machine.text)
    function = next(
        s for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == machine.name
    )
    marker = _Marker()
    marker.visit(function)
    marker.parameters(function)
    recorder = _Recorder(machine)
    machine.world.names.update(__note__=recorder.note, __touch__=recorder.touch)
    before = machine.generated
    try:
        machine.generated = machine.load(ast.fix_missing_locations(tree))
        trial = machine.attempt(point, steps, seconds)
    finally:
        machine.generated = before
    values = [c.got for c in trial.claims if c.along is None]
    if not values:
        return None
    weights = trial.cotangents or [number(1)] * len(values)
    objective = number(sum(w * v for w, v in zip(weights, values, strict=True)))
    try:
        return _compare(recorder.events, objective, machine, point)
    except NotDifferentiable:
        return None


def _compare(
    events: list[Event], objective: Symbolic, machine: Machine, point: Point
) -> Fault | None:
    """The first event that assigns to an adjoint what no correct sweep would."""
    terms: dict[int, list[tuple[Any, Any]]] = {}
    done = sweep(
        objective,
        lambda n, arg, term: terms.setdefault(id(arg), []).append(((n.owner, n.op), term)),
    )
    versions: dict[str, list[Symbolic]] = {}
    for event in events:
        if id(event.mark) in done.adjoints:
            versions.setdefault(_base(event.name), []).append(event.mark)
    right = {
        name: {_key(v) for m in marks for v in _possible(terms.get(id(m), []))}
        for name, marks in versions.items()
    }
    latest: dict[str, Any] = {}
    barred = any("_bar" in event.name for event in events)
    for event in events:
        value, name = event.mark.value, _base(event.name)
        is_adjoint = "_bar" in name if barred else name.startswith("d")
        primal = name.replace("_bar", "") if barred else name[1:]
        if is_adjoint and primal in right and id(event.mark) not in done.adjoints:
            change = value - latest.get(event.name, 0)
            if not {_key(value), _key(change)} & right[primal]:
                text = machine.text.splitlines()[event.line - 1].strip()
                expected = done.adjoint(versions[primal][-1])
                return Fault(event.line, text, event.name, expected, value, point)
        latest[event.name] = value
    return None


def _base(name: str) -> str:
    """What the names of all versions of a variable share: x of x_2, x[0] of x_2[0]."""
    return re.sub(r"(_\d+)+(?=\[|$)", "", name)


def _possible(terms: list[tuple[Any, Any]]) -> list[Any]:
    """The values that a correct sweep may add to an adjoint, or reach by adding: single terms,
    the sums of those of one assignment, or of one operation in it, and the running sums; and zero,
    to begin with."""
    running = numbers().mpf(0)
    found, sums = [running], {}  # type: ignore[var-annotated]
    for (owner, op), term in terms:
        for key in (owner, (owner, op)):
            sums[key] = sums.get(key, 0) + term
        running += term
        found += [term, running]
    return [*found, *sums.values()]


def _key(value: Any) -> str:
    """What numbers that are equal to many digits share."""
    return str(numbers().nstr(value, EXACT_DIGITS))
