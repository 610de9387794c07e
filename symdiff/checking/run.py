"""What happens while functions run on symbolic numbers: steps, decisions and the arms taken."""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass, field

from symdiff.checking.exact import Arm
from symdiff.checking.number import Symbolic

Site = tuple[str, int, str]  # where arrays are compared: file, line and relation


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


@dataclass
class Run:
    """What happens while the two functions run at one point."""

    steps: int
    deadline: float
    coarse: bool = False  # compare as floats would, so that iterations to a fixed point end
    decisions: list[Decision] = field(default_factory=list)
    taken: dict[int, Arm] = field(default_factory=dict)
    missed: dict[int, tuple[Arm, list[Decision]]] = field(default_factory=dict)  # and what decided
    narrow: set[int] = field(default_factory=set)  # arms missed only for want of equal values
    tied: bool = False  # two values were equal: from here on, what happens is not typical
    kinks: int = 0
    overflowed: bool = False  # a number became too large for a float, and went on as infinity
    sites: dict[Site, set[bool]] = field(default_factory=dict)  # comparisons of arrays
    used: int = 0

    def finish(self) -> None:
        """Lift the limits: what is computed from now on is about the run, not of it."""
        self.steps, self.deadline = sys.maxsize, math.inf

    def tick(self) -> None:
        self.used += 1
        if self.used > self.steps or self.used % 256 == 0 and time.monotonic() > self.deadline:
            raise TooLong

    def decide(self, relation: str, a: Symbolic, b: Symbolic, truth: bool) -> Decision:
        self.tick()
        decision = Decision(relation, a, b, truth)
        self.decisions.append(decision)
        self.tied = self.tied or decision.is_tie
        return decision

    def arrive(self, taken: Arm, other: Arm, mark: int, outcome: Decision | None) -> None:
        """Note the arm that a test took, and the one that real inputs decided against."""
        if self.tied:
            return
        self.taken[id(taken)] = taken
        decisions = self.decisions[mark:] or ([outcome] if outcome else [])
        if decisions:
            narrow = all(d.relation in {"==", "!="} for d in decisions)
            if id(other) not in self.missed and narrow:
                self.narrow.add(id(other))
            elif not narrow:
                self.narrow.discard(id(other))
            self.missed[id(other)] = (other, decisions)

    def enter(self, loop: Arm) -> None:
        self.taken[id(loop)] = loop

    def kink(self) -> None:
        self.kinks += 1

    def overflow(self) -> None:
        self.overflowed = True
