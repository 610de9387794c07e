"""The steps of a page that cannot compute: values and adjoints at a point, as Python found them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.show.numbers import shown
from symdiff.show.page.placing import PlacedRows
from symdiff.show.values import Seen, Values, values_at
from symdiff.stages import Block, Loop, Stage, blocks, steps

if TYPE_CHECKING:
    from symdiff.generate import Generated

MOST = 4000  # so many steps are shown

Rounds = tuple[int, ...]


def fixed(
    made: Generated, rows: PlacedRows, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """What a page is told at a point. Raises SymdiffError."""
    values = values_at(made, args, kwargs)
    told = _Told(made, rows, values)
    forward = []
    for step in told.block(rows.procedure.body, ()):
        forward.append(step)
        if len(forward) == MOST:
            break
    gradient = [_adjoint(values, name, index) for name, index in made.chosen]
    return {
        "given": {name: shown(value) for name, value in values.arguments.items()},
        "result": shown(values.value),
        "gradient": gradient,
        "forward": [told.forward(*step) for step in forward],
        "backward": [b for step in reversed(forward) for b in told.backward(*step)],
    }


def _adjoint(values: Values, name: str, index: int | None) -> str:
    """The adjoint of an argument: of `*args`, those of all its items."""
    found = values.adjoints.get(name)
    if index is None or not isinstance(found, dict):
        return shown(found)
    return shown(tuple(found[i] for i in sorted(found)))


class _Told:
    """The steps that were seen, in order."""

    def __init__(self, made: Generated, rows: PlacedRows, values: Values) -> None:
        self.name, self.rows, self.values = made.reading.procedure.name, rows, values

    def seen(self, step: Stage) -> Seen:
        return self.values.of(self.name, step.number)

    def block(self, block: Block, rounds: Rounds) -> Iterator[tuple[Stage, int, Rounds]]:
        """Stages, with which time of theirs it is, and the rounds of the loops around them."""
        for step in block:
            if isinstance(step, Stage) and (id(step), "", None) in self.rows.spots:
                found = self.seen(step).rounds
                if rounds in found:
                    yield step, found.index(rounds), rounds
            elif isinstance(step, Loop):
                for i in range(self.count(step, rounds)):
                    yield from self.block(step.body, (*rounds, i))
            else:
                for inner in blocks(step):
                    yield from self.block(inner, rounds)

    def count(self, loop: Loop, outer: Rounds) -> int:
        """How many rounds of a loop were seen in these rounds of the loops around it."""
        depth = len(outer)
        return max(
            (
                r[depth] + 1
                for s in steps(loop.body)
                if isinstance(s, Stage)
                for r in self.seen(s).rounds
                if r[:depth] == outer and len(r) > depth
            ),
            default=0,
        )

    def forward(self, step: Stage, time: int, rounds: Rounds) -> dict[str, Any]:
        return self.record(step, "forward", rounds) | {"value": shown(self.seen(step).values[time])}

    def backward(self, step: Stage, time: int, rounds: Rounds) -> Iterator[dict[str, Any]]:
        adjoints = self.seen(step).adjoints
        if time < adjoints.count:
            yield self.record(step, "backward", rounds) | {"arrives": shown(adjoints[time])}

    def record(self, step: Stage, sweep: str, rounds: Rounds) -> dict[str, Any]:
        row = self.rows.spots[id(step), "", None]
        numbered = list(zip(self.rows.around[row], rounds, strict=False))
        return {"row": row, "sweep": sweep, "rounds": numbered, "parts": [], "reads": []}
