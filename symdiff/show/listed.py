"""The stages of a function as they are listed: each with its number, text and place."""

from __future__ import annotations

from dataclasses import dataclass, field

from symdiff.show.values import Seen
from symdiff.stages import Place


@dataclass(frozen=True, slots=True)
class ForwardStage:
    """A stage of the forward sweep. `is_fork` says that it reads a variable that some earlier
    stage has read already; `depth` counts the loops and branches around it; `seen` holds its values
    and adjoints at a point, if one is given."""

    number: int
    target: str
    text: str
    is_fork: bool
    depth: int = 0
    place: Place | None = None
    seen: Seen = field(default_factory=Seen, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BackwardStage:
    """The step of the reverse sweep that belongs to a stage. `is_fork` says that it contributes to
    a variable with several contributions."""

    number: int
    stage: ForwardStage
    text: str
    is_fork: bool
