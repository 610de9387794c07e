"""Where the tangents stand that are read outside of the loop over the directions that they are
computed in: each in a row of an array, one number for each direction.

A row's array is made once, at the start of the procedure, and has a new version after each loop
over the directions that fills it. What a loop carries or a branch merges stands in the same row as
what is handed to it (its home), so that nothing is copied from row to row.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from symdiff.compiled.vector.varying import Varying
from symdiff.differentiate.together import NotTogether
from symdiff.rules.memory import UPDATES
from symdiff.stages import (
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Carried,
    Expr,
    Extent,
    Kind,
    Loop,
    Procedure,
    Scalar,
    Size,
    Stage,
    Step,
    Var,
    all_read,
    blocks,
    defined,
    steps,
    variables,
)


@dataclass(slots=True)
class Frame:
    """A block that is being made: the version of each row's array that stands at its end so far,
    and those that it began with, as the variables that carry them."""

    parent: Frame | None
    is_loop: bool = False
    current: dict[Var, Var] = field(default_factory=dict)
    carried: dict[Var, Carried] = field(default_factory=dict)


def updated(step: Step) -> Var | None:
    """The array that a step stores into."""
    match step:
        case Stage(value=Apply(op=op, args=(Var() as old, *_))) if op in UPDATES:
            return old
    return None


class Rows:
    """The tangents of one procedure, and the rows that they stand in."""

    def __init__(self, procedure: Procedure, given: frozenset[int], varying: Varying) -> None:
        self.procedure, self.given = procedure, given
        inputs = {procedure.params[i].var for i in given}
        self.varying = varying.variables(procedure, inputs)
        changed = set(filter(None, map(updated, steps(procedure.body))))
        self.still = inputs - changed  # arguments that nothing is stored in
        first = procedure.params[min(given)]
        self.axis = (first.var.kind.rank or 0) if isinstance(first.var.kind, ArrayOf) else 0
        self.size = Extent(((Size((first.name, self.axis), True), 1),))
        self.count = Var("directions", INTEGER, length=self.size)
        self.uses = Counter([*all_read(procedure.body), *variables(procedure.result)])
        self.values = {s.target: s.value for s in steps(procedure.body) if isinstance(s, Stage)}
        self.wide: dict[Var, Var] = {}  # of each tangent the array with the directions
        self.homes: dict[Var, Var] = {}  # tangents that are merged or carried into one row
        self.arrays: dict[Var, Var] = {}  # the array of each row, as it is made
        self.frame = Frame(None)
        self.out: Block = []
        self.pending: list[Stage] = []
        self.number = 0

    # --- kinds ---

    def kind(self, kind: Kind) -> ArrayOf:
        """The kind of a tangent with the directions."""
        if kind is REAL:
            return ArrayOf(REAL, (self.size,))
        if isinstance(kind, ArrayOf) and kind.dims is not None and kind.item is REAL:
            return ArrayOf(REAL, (*kind.dims, self.size))
        raise NotTogether

    def is_varying(self, expr: Expr) -> bool:
        return any(v in self.varying for v in variables(expr))

    # --- rows ---

    def find_homes(self, block: Block) -> None:
        """Let what loops carry and branches merge stand in one row with what is handed to it, where
        that is a number of its own."""
        for step in steps(block):
            ends: list[tuple[Var, list[Expr | None]]] = []
            if isinstance(step, Loop):
                ends = [(c.var, [c.next]) for c in step.carried]
                ends += [(c.var, [c.init]) for c in step.carried if self.is_read_once(c.init)]
            elif isinstance(step, Branch):
                ends = [(m.var, [m.then, m.orelse]) for m in step.merges]
            for var, leaves in ends:
                if var not in self.varying or not isinstance(var.kind, Scalar):
                    continue
                home = self.homes.setdefault(var, var)
                inside = {v for b in blocks(step) for s in b for v in defined(s)}
                for leaf in leaves:
                    if not isinstance(leaf, Var) or leaf not in self.varying:
                        continue
                    if leaf in inside or self.is_read_once(leaf):
                        self.homes.setdefault(leaf, home)

    def is_read_once(self, expr: Expr | None) -> bool:
        return isinstance(expr, Var) and self.uses[expr] == 1

    def own_homes(self, made: list[Var]) -> None:
        """Give what one step defines homes of their own."""
        taken: set[Var] = set()
        for var in made:
            if self.homes[var] in taken:
                self.homes[var] = var
            taken.add(self.homes[var])

    def is_at_home(self, expr: Expr, home: Var) -> bool:
        """Whether a number stands in a row, or will when what waits is done."""
        if not isinstance(expr, Var):
            return False
        if any(s.target is expr for s in self.pending):
            return self.homes.get(expr) is home
        return self.wide.get(expr) is self.version(home)

    def version(self, home: Var, frame: Frame | None = None) -> Var:
        """The array of a row as it stands at the end of a block so far."""
        frame = frame or self.frame
        if home in frame.current:
            return frame.current[home]
        if frame.parent is None:
            made = Var(home.base, self.kind(home.kind), home.temporary)
            self.arrays[home] = frame.current[home] = made
            return made
        before = self.version(home, frame.parent)
        if frame.is_loop:
            made = Var(home.base, before.kind, home.temporary)
            frame.carried[home] = Carried(made, before, None)
            frame.current[home] = made
            return made
        return before
