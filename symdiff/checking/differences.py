"""The generated function held against differences of the original, both as they stand, in floats.

For what cannot be followed in exact numbers. A central difference of six points along a direction
has an error of the seventh order; it is taken with steps of several lengths, and what they differ
by tells how far it can be trusted.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import math
import random
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from symdiff.checking.inputs import Grid, Inputs, Point, Slot, exact, fill, leaves
from symdiff.checking.trial import COTANGENTS, line_of_text, parameters_added
from symdiff.checking.whole import parts

SEED = 20240229
STEPS = (2e-2, 4e-3, 8e-4, 1.6e-4)
TOLERANCE = 1e-6  # relative to the sum of the magnitudes of what is added up
OF_SOLUTIONS = 1e-4  # the same where the steps of a solver follow the arguments
TRUST = 30.0  # how many times the spread of the steps
TOO_ROUGH = 1e-4
FEW = 8  # elements of an array that are moved one by one
POINTS = 3
VALUE_DIGITS = 9
WEIGHTS = ((45, 1), (-9, 2), (1, 3))  # sixtieths, and how many steps away


@dataclass(frozen=True)
class Difference:
    """A disagreement: what was moved, the slope found by differences, and that by the code."""

    point: Point
    label: str
    expected: float
    got: float
    line: int = 0


@dataclass(frozen=True)
class Outcome:
    """How many points were compared, to how many digits, and the first disagreement."""

    points: int = 0
    digits: float = 0.0
    wrong: Difference | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Move:
    """A direction: how much each slot changes."""

    label: str
    change: dict[int, float]


def compare(
    original: Callable[..., Any],
    generated: Callable[..., Any],
    inputs: Inputs,
    wanted: tuple[Any, ...],
    single: bool | None,
    seconds: float,
    matrix: str = "",
    tolerance: float = TOLERANCE,
) -> Outcome:
    """Compare at the point given, and at others near it. Exceptions of the original at the point
    given are the outcome's `reason`."""
    given = inputs.point_given()
    if given is None:
        return Outcome(reason="an example of a call is needed")
    deadline = time.monotonic() + seconds
    judge = _Judge(original, generated, inputs, wanted, single, deadline, matrix, tolerance)
    points, digits, reasons = 0, math.inf, []
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for point in itertools.islice(_points(given), POINTS):
            try:
                found = judge.digits(point)
            except _Disagreement as wrong:
                return Outcome(points, 0.0, wrong.difference)
            except Exception as error:
                reasons.append(f"{type(error).__name__}: {error}")
                continue
            if found is None:
                reasons.append("differences tell too little there: a kink is near")
                continue
            points, digits = points + 1, min(digits, found)
            if time.monotonic() > judge.deadline:
                break
    return Outcome(points, digits if points else 0.0, None, reasons[0] if reasons else "")


class _Disagreement(Exception):
    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.label)
        self.difference = difference


def _points(given: Point) -> Iterator[Point]:
    chance = random.Random(SEED)
    yield given
    while True:
        moved = ((float(v) or 1e-2) * (1 + chance.uniform(-0.05, 0.05)) for v in given.reals)
        yield Point(tuple(map(exact, moved)), given.choices)


@dataclass
class _Judge:
    original: Callable[..., Any]
    generated: Callable[..., Any]
    inputs: Inputs
    wanted: tuple[Any, ...]
    single: bool | None
    deadline: float
    matrix: str
    tolerance: float

    def digits(self, point: Point) -> float | None:
        """To how many digits the two agree at a point; None when differences tell nothing.

        Raises _Disagreement, and what the original raises.
        """
        reals = [float(v) for v in point.reals]
        result = self.inputs.call(self.original, reals, point, raw=True)
        weights = itertools.cycle(map(float, COTANGENTS))
        extra: dict[str, Any] = {}
        names = parameters_added(self.generated, self.inputs)
        is_forward = any(name.endswith("_dot") for name in names)
        change: dict[int, float] = {}
        for name in names if is_forward else ():
            tree = self.inputs.trees[name.removesuffix("_dot")]
            extra[name] = fill(tree, lambda s: _weigh(s, change, next(weights)), raw=True)
        if names and not is_forward:
            extra[names[0]] = fill(result, lambda v: next(weights), raw=True)
        made = self._made(point, reals, extra)
        if is_forward or self.matrix:
            cotangents = [next(weights) for _ in _numbers(result)]
        else:
            cotangents = _numbers(extra[names[0]]) if names else [1.0]
        if not self.matrix:
            self._same_value(point, result, made)
        moves: Iterator[_Move] = self._moves()
        if is_forward:
            moves = iter([_Move("the tangent", change)])
            pairs = zip(cotangents, _numbers(made[1]), strict=True)
            slopes = {}
            along = [w * t for w, t in pairs]
        elif self.matrix:
            slopes = self._contracted(point, result, made, cotangents)
        else:
            slopes = self._slopes(point, made)
        measured: list[float] = []
        for move in moves:
            if measured and time.monotonic() > self.deadline:
                break
            terms = along if is_forward else [slopes[i] * d for i, d in move.change.items()]
            got, size = sum(terms), sum(map(abs, terms))
            expected, doubt = self._difference(point, reals, move, cotangents)
            if not math.isfinite(expected):
                continue
            if not math.isfinite(got):
                raise _Disagreement(Difference(point, move.label, expected, got))
            size = max(size, abs(expected))
            error = abs(got - expected)
            if not doubt <= TOO_ROUGH * max(size, 1e-3):
                continue
            if not error <= self.tolerance * size + TRUST * doubt + 1e-10:
                raise _Disagreement(Difference(point, move.label, expected, got))
            measured.append(-math.log10(max(error, 1e-16 * size) / size) if size > 1e-9 else 16.0)
        return min(measured, default=None)

    def _made(self, point: Point, reals: list[float], extra: dict[str, Any]) -> tuple[Any, Any]:
        try:
            made = self.inputs.call(self.generated, reals, point, raw=True, **extra)
            value, derivative = (made, made) if self.matrix else made
        except Exception as error:
            label, line = f"it raises {type(error).__name__}: {error}", line_of_text(error)
            raise _Disagreement(Difference(point, label, math.nan, math.nan, line)) from error
        return value, derivative

    def _same_value(self, point: Point, result: Any, made: tuple[Any, Any]) -> None:
        for a, b in zip(_numbers(result), _numbers(made[0]), strict=True):
            if not math.isclose(a, b, rel_tol=10.0**-VALUE_DIGITS, abs_tol=1e-12) and a == a:
                raise _Disagreement(Difference(point, "the value", a, b))

    def _slopes(self, point: Point, made: tuple[Any, Any]) -> dict[int, float]:
        """The derivative that was returned for each slot."""
        tree: Any = self.wanted[0] if self.single else self.wanted
        pairs = leaves(tree, made[1])
        if pairs is None and self.single is None and len(self.wanted) == 1:
            pairs = leaves(self.wanted[0], made[1])
        if pairs is None:
            label = "the gradient has another structure than it should"
            raise _Disagreement(Difference(point, label, math.nan, math.nan))
        return {slot.index: float(got) for slot, got in pairs if isinstance(slot, Slot)}

    def _contracted(
        self, point: Point, result: Any, made: tuple[Any, Any], cotangents: list[float]
    ) -> dict[int, float]:
        """The products of the cotangents and a Jacobian."""
        slopes: dict[int, float] = {}
        tree: Any = self.wanted[0] if self.single else self.wanted
        count = itertools.count()
        numbered = fill(result, lambda _: next(count))
        by_argument = self.matrix == "columns" and not self.single
        try:
            for place, slot, got in parts(numbered, tree, made[1], by_argument):
                slopes[slot.index] = slopes.get(slot.index, 0.0) + cotangents[place] * float(got)
        except LookupError as error:
            raise _Disagreement(Difference(point, str(error), math.nan, math.nan)) from None
        return slopes

    def _moves(self) -> Iterator[_Move]:
        """Each number alone where they are few, and random directions of each array."""
        chance = random.Random(SEED)
        for grid, slots in _groups(self.wanted):
            if grid is None or len(slots) <= FEW:
                for slot in slots:
                    yield _Move(f"the derivative with respect to {slot.name}", {slot.index: 1.0})
                continue
            for _ in range(3):
                change = {slot.index: chance.gauss(0.0, 1.0) for slot in slots}
                yield _Move(f"the derivative along a random change of {grid.name}", change)

    def _difference(
        self, point: Point, reals: list[float], move: _Move, cotangents: list[float]
    ) -> tuple[float, float]:
        """The slope of the original along a direction, and how much it is in doubt."""

        def at(t: float) -> float:
            moved = list(reals)
            for i, d in move.change.items():
                moved[i] = reals[i] + t * d
            found = _numbers(self.inputs.call(self.original, moved, point, raw=True))
            return math.fsum(w * v for w, v in zip(cotangents, found, strict=True))

        here, slopes = at(0.0), []
        bends = [abs(at(h) - 2 * here + at(-h)) / h for h in (STEPS[0], STEPS[-1])]
        if bends[1] > max(bends[0] / 2, 1e-3):  # what both sides differ by does not shrink
            return 0.0, math.inf
        for h in STEPS:
            total = math.fsum(w * (at(k * h) - at(-k * h)) for w, k in WEIGHTS)
            slopes.append(total / (60 * h))
        doubt, best = min((abs(a - b), b) for a, b in itertools.pairwise(slopes))
        return best, doubt


def _weigh(slot: Any, change: dict[int, float], weight: float) -> float:
    """The tangent of a slot, noted among the changes."""
    if not isinstance(slot, Slot):
        return 0.0
    change[slot.index] = weight
    return weight


def _groups(wanted: tuple[Any, ...]) -> Iterator[tuple[Grid | None, list[Slot]]]:
    """The arrays, and the numbers outside of them, that are differentiated by."""
    for tree in wanted:
        grids: list[Grid] = []
        _find_grids(tree, grids)
        inside = {slot.index for grid in grids for slot in grid.items}
        alone = [s for s, _ in leaves(tree, tree) or () if isinstance(s, Slot)]
        yield None, [s for s in alone if s.index not in inside]
        yield from ((grid, list(grid.items)) for grid in grids)


def _find_grids(tree: Any, found: list[Grid]) -> None:
    if isinstance(tree, Grid):
        found.append(tree)
    elif isinstance(tree, dict):
        for part in tree.values():
            _find_grids(part, found)
    elif isinstance(tree, (list, tuple)):
        for part in tree:
            _find_grids(part, found)
    elif hasattr(tree, "fields"):
        _find_grids(tree.fields, found)


def _numbers(result: Any) -> list[float]:
    """Every real number in a result."""
    return [float(v) for v, _ in leaves(result, result) or () if isinstance(v, float)]
