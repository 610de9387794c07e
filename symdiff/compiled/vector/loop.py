"""The loop over the directions for a run of steps that move numbers of tangents."""

from __future__ import annotations

from symdiff.compiled.vector.rows import updated
from symdiff.compiled.vector.whole import Whole
from symdiff.rules.arrays.indexing import parts_of
from symdiff.rules.memory import UPDATES
from symdiff.stages import (
    INTEGER,
    Apply,
    ArrayOf,
    Block,
    Carried,
    Expr,
    Loop,
    Scalar,
    Stage,
    Var,
    substitute,
    variables,
)


class OverDirections:
    """The loop over the directions for a run of steps on numbers."""

    def __init__(self, outer: Whole, waiting: list[Stage], escaping: set[Var]) -> None:
        self.outer, self.waiting, self.escaping = outer, waiting, escaping
        self.at = Var("k", INTEGER)
        self.carried: dict[Var, Carried] = {}  # by the array before the loop
        self.inside: dict[Var, Expr] = {}  # numbers of one direction, and arrays, by the tangent
        self.latest: dict[Var, Var] = {}  # of each array that is changed, by the array before
        self.origin: dict[Var, Var] = {}  # of versions of arrays, the array before the loop
        self.before: Block = []
        self.body: Block = []

    def made(self) -> Loop:
        outer = self.outer
        targets = {s.target for s in self.waiting}
        rows = dict.fromkeys(
            outer.homes.get(s.target, s.target) for s in self.waiting if s.target in self.escaping
        )
        for home in rows:
            self.carry(outer.version(home))
        for step in self.waiting:
            self.carry_stored(step, targets)
        for step in self.waiting:
            for var in variables(step.value):
                if var in outer.varying and var not in targets and isinstance(var.kind, Scalar):
                    self.load(var)
        for step in self.waiting:
            self.step(step)
        for home in rows:
            outer.frame.current[home] = self.after(outer.version(home))
        for step in self.waiting:
            if isinstance(step.target.kind, ArrayOf):
                outer.wide[step.target] = self.after(self.origin[step.target])
            elif step.target in self.escaping:
                home = outer.homes.get(step.target, step.target)
                outer.wide[step.target] = outer.frame.current[home]
        for array, c in self.carried.items():
            c.next = self.latest[array]
        limits = Apply("range", (outer.count,))
        return Loop(list(self.carried.values()), [*self.before, *self.body], None, self.at, limits)

    def carry(self, array: Var) -> Var:
        """An array that the loop changes."""
        if array not in self.carried:
            made = Var(array.base, array.kind, array.temporary)
            self.carried[array] = Carried(made, array, None)
            self.latest[array] = made
        return self.latest[array]

    def carry_stored(self, step: Stage, targets: set[Var]) -> None:
        """Carry the array that a step stores into, where it is one from before the loop."""
        holder = updated(step)
        if holder is not None and holder not in targets:
            array = self.outer.widened(holder, step.target, self.outer.out)
            self.outer.wide[holder] = array
            self.carry(array)

    def after(self, array: Var) -> Var:
        """An array that the loop has changed."""
        return self.carried[array].var

    def load(self, var: Var) -> None:
        """A number of a row, read before anything is stored in it."""
        if var in self.inside:
            return
        array = self.outer.wide[var]
        now = self.carried[array].var if array in self.carried else array
        made = Var(var.base, var.kind, temporary=True)
        self.before.append(Stage(made, Apply("getitem", (now, self.at))))
        self.inside[var] = made

    def number(self, expr: Expr) -> Expr:
        return substitute(expr, self.inside)

    def array(self, tangent: Var) -> Var:
        """A tangent's array as it stands, to be read."""
        if tangent in self.origin:
            known = self.inside[tangent]
            assert isinstance(known, Var)
            return known
        array = self.outer.wide[tangent]
        return self.carried[array].var if array in self.carried else array

    def step(self, step: Stage) -> None:
        value = step.value
        if not isinstance(value, Apply):
            self.define(step, self.number(value))
            return
        if value.op == "getitem":
            holder, parts = self.outer.element(value)
            place = Apply("tuple", (*parts, self.at))
            self.define(step, Apply("getitem", (self.array(holder), place)))
            return
        if value.op in UPDATES:
            self.store(step, value)
            return
        self.define(step, Apply(value.op, tuple(map(self.number, value.args))))

    def define(self, step: Stage, value: Expr) -> None:
        target = step.target
        if isinstance(value, Apply) or target in self.escaping:
            temporary = target.temporary or target in self.escaping
            made = Var(target.base, target.kind, temporary)
            self.body.append(Stage(made, value, step.place, step.number))
            self.inside[target] = made
        else:
            self.inside[target] = value
        if target in self.escaping:
            array = self.outer.version(self.outer.homes.get(target, target))
            old = self.latest[array]
            new = Var(old.base, old.kind, old.temporary)
            self.body.append(
                Stage(new, Apply("setitem", (old, self.at, self.inside[target])), None, step.number)
            )
            self.latest[array] = new

    def store(self, step: Stage, value: Apply) -> None:
        holder, index, item = value.args
        assert isinstance(holder, Var)
        origin = self.origin.get(holder, self.outer.wide.get(holder))
        assert origin is not None
        old = self.array(holder)
        place = Apply("tuple", (*parts_of(index), self.at))
        new = Var(step.target.base, old.kind, step.target.temporary)
        changed = Apply(value.op, (old, place, self.number(item)))
        self.body.append(Stage(new, changed, step.place, step.number))
        self.inside[step.target] = new
        self.origin[step.target] = origin
        self.latest[origin] = new
