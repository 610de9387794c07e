"""The values of every stage and every adjoint at a point, told by generated code as it runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from symdiff.differentiate.traced import ADJOINT, LOOP, ONES, ROUND, VALUE
from symdiff.errors import NotDifferentiable, SymdiffError
from symdiff.show.numbers import Summary, held, shape_of, shown

if TYPE_CHECKING:
    from symdiff.generate import Generated

MANY = 1000  # so many rounds of a loop are remembered

Rounds = tuple[int, ...]
"""Which round of each loop around a stage, the outermost first, counted from 0."""


@dataclass(slots=True)
class Series:
    """What a stage's variable, or its adjoint, was each time: once, or once a round of the loops
    around the stage, in the order of the forward sweep. Of many rounds the first ones, and the
    last, are remembered; `count` counts all."""

    items: Sequence[Any] = ()
    last: Any = None
    count: int = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def __getitem__(self, time: int) -> Any:
        """What it was at a time, or None where that is not remembered."""
        if time in (-1, self.count - 1):
            return self.last
        return self.items[time] if 0 <= time < len(self.items) else None

    def __str__(self) -> str:
        """`0.5`, or over several rounds `0.5 … 0.25`: the first and the last, unless all that are
        remembered look alike."""
        texts = dict.fromkeys(map(shown, [*self.items, self.last])) if self.count else {}
        if len(texts) <= 1:
            return "".join(texts)
        return f"{shown(self.items[0])} … {shown(self.last)}"


@dataclass(slots=True)
class Seen:
    """What was seen of a stage. `rounds` tells for each time in which rounds of the loops around
    it that was. There are no adjoints where nothing of the stage reaches the result."""

    values: Series = field(default_factory=Series)
    adjoints: Series = field(default_factory=Series)
    rounds: list[Rounds] = field(default_factory=list)


@dataclass(slots=True)
class Values:
    """A function's value, and for each parameter its argument and its adjoint (None if it has
    none). `stages` holds what was seen of each stage, by its procedure's name and number."""

    value: Any
    arguments: dict[str, Any]
    adjoints: dict[str, Any]
    stages: dict[tuple[str, int], Seen]

    def of(self, procedure: str, number: int) -> Seen:
        return self.stages.get((procedure, number), Seen())


class _Recorder:
    """What the traced derivative calls."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, int], Series] = {}
        self.adjoints: dict[tuple[str, int], tuple[deque[Any], list[Any]]] = {}
        self.rounds: dict[tuple[str, int], list[Rounds]] = {}
        self.now: dict[tuple[str, int], int] = {}
        self.arguments: dict[str, Any] = {}

    def value(self, name: str, number: int, loops: tuple[int, ...], value: Any) -> None:
        series = self.values.setdefault((name, number), Series([]))
        assert isinstance(series.items, list)
        series.last = held(value)
        series.count += 1
        if series.count <= MANY:
            series.items.append(series.last)
            rounds = tuple(self.now[name, loop] for loop in loops)
            self.rounds.setdefault((name, number), []).append(rounds)

    def adjoint(self, name: str, number: int, value: Any) -> None:
        """Adjoints come in the order of the reverse sweep: that of the first round is the last."""
        known = self.adjoints.get((name, number))
        if known is None:
            known = self.adjoints[name, number] = deque(maxlen=MANY), [held(value), 0]
        known[0].appendleft(held(value))
        known[1][1] += 1

    def loop(self, name: str, loop: int) -> None:
        self.now[name, loop] = -1

    def round(self, name: str, loop: int) -> None:
        self.now[name, loop] += 1

    def seen(self) -> dict[tuple[str, int], Seen]:
        found = {}
        for key, series in self.values.items():
            found[key] = Seen(series, Series(), self.rounds[key])
            if key in self.adjoints:
                items, (last, count) = self.adjoints[key]
                whole: Iterable[Any] = items
                if count == series.count:  # else it is not known which adjoint is whose
                    last = _whole(last, series.last)
                    whole = map(_whole, items, series.items)
                found[key].adjoints = Series(list(whole), last, count)
        return found


def _whole(adjoint: Any, value: Any) -> Any:
    """An adjoint in the shape of its variable: generated code keeps it smaller where it can."""
    shape = shape_of(value)
    if not shape or shape_of(adjoint) == shape or isinstance(adjoint, Summary):
        return adjoint
    import numpy as np

    return held(np.broadcast_to(adjoint, shape))


def values_at(made: Generated, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Values:
    """What passes through the stages of a function at a point.

    Raises SymdiffError: the function's own errors, too, are told as one.
    """
    recorder = _Recorder()
    function = made.traced().function
    function.__globals__.update(
        {
            VALUE: recorder.value,
            ADJOINT: recorder.adjoint,
            LOOP: recorder.loop,
            ROUND: recorder.round,
            ONES: ones,
        }
    )
    arguments = made.arguments(args, kwargs)
    arguments = {name: held(value) for name, value in arguments.items()}
    try:
        value, adjoints = function(*args, **kwargs)
    except SymdiffError:
        raise
    except Exception as error:
        raise NotDifferentiable(
            f"{made.reading.procedure.name} raises {type(error).__name__} at this point: {error}",
            made.reading.procedure.place,
            fix="Give another point.",
        ) from error
    of: dict[str, Any] = {}
    for (name, index), adjoint in zip(made.chosen, adjoints, strict=True):
        if index is None:
            of[name] = held(adjoint)
        else:
            of.setdefault(name, {})[index] = held(adjoint)
    return Values(held(value), arguments, of, recorder.seen())


def ones(value: Any) -> Any:
    """A cotangent of ones: the derivative of the sum of all results."""
    if isinstance(value, dict):
        return {k: ones(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return (tuple if isinstance(value, tuple) else list)(map(ones, value))
    if is_dataclass(value):
        return SimpleNamespace(**{f.name: ones(getattr(value, f.name)) for f in fields(value)})
    if hasattr(value, "__array_interface__") and value.shape:
        import numpy as np

        return np.ones_like(value, dtype=complex if value.dtype.kind == "c" else float)
    return 1.0
