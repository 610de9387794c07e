"""What happens while functions run on symbolic numbers: steps, decisions and the arms taken."""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass, field

from symdiff.check.exact import Arm
from symdiff.check.number import Symbolic


class TooLong(BaseException):
    """A run took more steps than it was allowed."""


@dataclass(frozen=True)
class Decision:
    """The outcome of one comparison."""

    relation: str
    a: Symbolic
    b: Symbolic
    truth: bool

    @property
    def is_tie(self) -> bool:
        """Whether two real values happen to be equal."""
        return bool(self.a.value == self.b.value) and not self.a.integer

    @property
    def only_tie_differs(self) -> bool:
        """Whether the other outcome needs the two sides to be equal."""
        return self.relation in {"==", "!="} and not self.is_tie


@dataclass
class Run:
    """What happens while the two functions run at one point."""

    steps: int
    deadline: float
    coarse: bool = False  # compare as floats would, so that iterations to a fixed point end
    decisions: list[Decision] = field(default_factory=list)
    taken: dict[int, Arm] = field(default_factory=dict)  # but for those taken because of a tie
    missed: dict[int, tuple[Arm, list[Decision]]] = field(default_factory=dict)  # and what decided
    kinks: int = 0
    used: int = 0

    def finish(self) -> None:
        """Lift the limits: what is computed from now on is about the run, not of it."""
        self.steps, self.deadline = sys.maxsize, math.inf

    def tick(self) -> None:
        self.used += 1
        if self.used > self.steps or self.used % 256 == 0 and time.monotonic() > self.deadline:
            raise TooLong

    def decide(self, relation: str, a: Symbolic, b: Symbolic, truth: bool) -> None:
        self.tick()
        self.decisions.append(Decision(relation, a, b, truth))

    def arrive(self, taken: Arm, other: Arm, mark: int) -> None:
        decisions = self.decisions[mark:]
        if not any(d.is_tie for d in decisions):
            self.taken[id(taken)] = taken
        if not decisions or not all(d.only_tie_differs for d in decisions):
            other.only_ties = False
        self.missed[id(other)] = (other, decisions)

    def kink(self) -> None:
        self.kinks += 1
