"""The nest of loops that runs a group of members."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from symdiff.compiled.elementwise.members import Elementwise, Member, Store, Sum
from symdiff.rules.arrays.indexing import bounds_of, index_of, is_slice, parts_of
from symdiff.rules.shapes import dims_of, item_of
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Carried,
    Const,
    Expr,
    Global,
    Loop,
    Merge,
    Scalar,
    Stage,
    Var,
    substitute,
    variables,
)

State = dict[tuple[Var, bool], Expr]
"""What stands for an array, or for the sum that is to be an element of it (True), at a place of the
nest."""


class Nest:
    """`kept` are the arrays of which every element is read elsewhere too, `lengths` those of the
    axes; `rows` tells of parts of arrays that are stored into, of which and where."""

    def __init__(
        self,
        members: Sequence[Member],
        kept: set[Var],
        lengths: Sequence[Expr],
        rows: Mapping[Var, tuple[Var, Expr]],
    ) -> None:
        self.members, self.kept, self.lengths, self.rows = members, kept, lengths, rows
        self.indices = [Var("ijklmnopqr"[axis], INTEGER) for axis in range(len(lengths))]
        self.sums = [m for m in members if isinstance(m, Sum)]
        # The last version of each array that is stored into, by what it is before.
        self.finals = {m.home: m.stage.target for m in members if isinstance(m, Store)}

    def steps(self) -> Block:
        made: Block = []
        state: State = {}
        for member in self.members:
            target = member.stage.target
            match member:
                case Store(home=home):
                    state.setdefault((self.finals[home], False), home)
                case Sum(kept=0):
                    state[target, True] = _zero(member)
                case _ if isinstance(member, Sum) or target in self.kept:
                    assert isinstance(target.kind, ArrayOf)
                    empty = Var(target.base, target.kind, target.temporary)
                    rank = len(target.kind.dims or ())
                    made.append(Stage(empty, self.empty(target.kind.item, rank)))
                    state[target, False] = empty
        loop, _ = self.loop(0, state)
        return [*made, loop]

    def empty(self, item: Scalar, rank: int) -> Apply:
        lengths = tuple(self.lengths[:rank])
        shape = lengths[0] if rank == 1 else Apply("tuple", lengths)
        if item is BOOLEAN:
            dtype = Apply("keyword", (Const("dtype"), Global("numpy.bool_")))
            return Apply("numpy.empty", (shape, dtype))
        return Apply("numpy.empty", (shape,))

    def loop(self, level: int, before: State) -> tuple[Loop, State]:
        """The loop over an axis, and what is there after it."""
        state = dict(before)
        for total in self.sums:
            if total.kept == level:
                state[total.stage.target, True] = _zero(total)
        carried: dict[tuple[Var, bool], Carried] = {}
        for (target, number), value in state.items():
            kind = item_of(target.kind) if number else target.kind
            var = target if level == 0 else Var(target.base, kind, target.temporary)
            carried[target, number] = Carried(var, value, None)
        inner: State = {key: c.var for key, c in carried.items()}
        if level + 1 == len(self.lengths):
            body, after = _Round(self, inner).run()
        else:
            nested, after = self.loop(level + 1, inner)
            body = [nested]
            for total in self.sums:
                if total.kept == level + 1:
                    self.keep(total, level + 1, body, after)
        for key, c in carried.items():
            c.next = after[key]
        span = Apply("range", (self.lengths[level],))
        made = Loop(list(carried.values()), body, None, self.indices[level], span)
        return made, {key: c.var for key, c in carried.items()}

    def keep(self, total: Sum, level: int, body: Block, state: State) -> None:
        """Put a sum into its place of an array."""
        target, stage = total.stage.target, total.stage
        made = Var(target.base, target.kind, target.temporary)
        value = Apply(
            "setitem",
            (state[target, False], index_of(self.indices[:level]), state.pop((target, True))),
        )
        body.append(Stage(made, value, stage.place, stage.number))
        state[target, False] = made


def _in_arms(members: Sequence[Member]) -> set[Var]:
    """What the branches of choices compute."""
    choices = [m for m in members if isinstance(m, Elementwise)]
    return {v for m in choices for arm in m.arms or () for v in arm}


def _zero(total: Sum) -> Const:
    return Const(0 if item_of(total.stage.target.kind) is INTEGER else 0.0)


class _Round:
    """The innermost round: every member, on numbers."""

    def __init__(self, nest: Nest, state: State) -> None:
        self.nest, self.state = nest, state
        self.numbers: dict[Var, Expr] = {}  # of arrays, the elements of this round
        self.body: Block = []

    def run(self) -> tuple[Block, State]:
        for member in self.nest.members:
            for var in variables(member.stage.value):
                if var in self.nest.rows:
                    self.load_row(var, member.stage)
        self.all(self.nest.members)
        return self.body, self.state

    def all(self, members: Sequence[Member]) -> None:
        inside = _in_arms(members)
        for member in members:
            match member:
                case Elementwise(stage=stage) if stage.target in inside:
                    pass
                case Elementwise(arms=(then, orelse)):
                    self.choose(member, then, orelse)
                case Elementwise():
                    self.elementwise(member)
                case Sum():
                    self.add(member)
                case Store():
                    self.store(member)

    def define(self, base: str, kind: Scalar | ArrayOf, value: Expr, of: Stage) -> Var:
        made = Var(base, kind, temporary=True)
        self.body.append(Stage(made, value, of.place, of.number))
        return made

    def name(self, array: Var) -> str:
        """What an element of an array is called: `x_i`."""
        rank = len(dims_of(array.kind) or ())
        return f"{array.base}_{''.join(i.base for i in self.nest.indices[-rank:])}"

    def load_row(self, var: Var, of: Stage) -> None:
        """The elements of a row that this nest stores into, before it does so."""
        if var not in self.numbers:
            home, at = self.nest.rows[var]
            assert isinstance(var.kind, ArrayOf)
            array = self.state[self.nest.finals[home], False]
            value = Apply("getitem", (array, self.places(at, of)))
            self.numbers[var] = self.define(self.name(var), var.kind.item, value, of)

    def number(self, arg: Expr, of: Stage) -> Expr:
        if not isinstance(arg, Var) or not isinstance(arg.kind, ArrayOf):
            return arg
        if arg not in self.numbers:
            dims = dims_of(arg.kind)
            assert dims is not None
            indices = self.nest.indices[len(self.nest.indices) - len(dims) :]
            places = [Const(0) if d == 1 else i for d, i in zip(dims, indices, strict=True)]
            value = Apply("getitem", (arg, index_of(places)))
            self.numbers[arg] = self.define(self.name(arg), arg.kind.item, value, of)
        return self.numbers[arg]

    def elementwise(self, member: Elementwise) -> None:
        stage = member.stage
        table = {v: self.number(v, stage) for v in variables(member.value)}
        made = self.element(stage.target)
        self.body.append(Stage(made, substitute(member.value, table), stage.place, stage.number))
        self.define_element(made, stage)

    def choose(self, member: Elementwise, then: Collection[Var], orelse: Collection[Var]) -> None:
        """A branch that computes what it takes."""
        test, *sides = member.value.args
        test = self.number(test, member.stage)
        outer, numbers = self.body, self.numbers
        arms: list[Block] = []
        values: list[Expr] = []
        for side, own in zip(sides, (then, orelse), strict=True):
            self.body, self.numbers = [], dict(numbers)
            self.all([m for m in self.nest.members if m.stage.target in own])
            values.append(self.number(side, member.stage))
            arms.append(self.body)
        self.body, self.numbers = outer, numbers
        made = self.element(member.stage.target)
        merge = Merge(made, *values)
        self.body.append(Branch(test, arms[0], arms[1], [merge], member.stage.place))
        self.define_element(made, member.stage)

    def element(self, target: Var) -> Var:
        """The variable of what an element of an array is."""
        assert isinstance(target.kind, ArrayOf)
        temporary = target.temporary or target in self.nest.kept
        return Var(self.name(target), target.kind.item, temporary)

    def define_element(self, made: Var, stage: Stage) -> None:
        target = stage.target
        self.numbers[target] = made
        if target in self.nest.kept:
            place = index_of(self.nest.indices)
            value = Apply("setitem", (self.state[target, False], place, made))
            self.change(target, value, stage)

    def change(self, target: Var, value: Expr, of: Stage) -> None:
        new = Var(target.base, target.kind, target.temporary)
        self.body.append(Stage(new, value, of.place, of.number))
        self.state[target, False] = new

    def add(self, member: Sum) -> None:
        stage, target = member.stage, member.stage.target
        term, *others = (self.number(factor, stage) for factor in member.factors)
        for other in others:
            term = self.define("product", REAL, Apply("mul", (term, other)), stage)
        value = Apply("add", (self.state[target, True], term))
        new = Var(target.base, item_of(target.kind), target.temporary)
        self.body.append(Stage(new, value, stage.place, stage.number))
        self.state[target, True] = new

    def store(self, member: Store) -> None:
        target = self.nest.finals[member.home]
        number = self.number(member.row, member.stage)
        place = self.places(member.at, member.stage)
        value = Apply(member.op, (self.state[target, False], place, number))
        self.change(target, value, member.stage)

    def places(self, at: Expr, of: Stage) -> Expr:
        """Where in an array the element of this round is that an index chooses."""
        indices = iter(self.nest.indices)
        parts = [] if at == Const(Ellipsis) else list(parts_of(at))
        made = [
            self.behind(start_of(part), next(indices), of) if is_slice(part) else part
            for part in parts
        ]
        return index_of([*made, *indices])

    def behind(self, start: Expr | None, index: Var, of: Stage) -> Expr:
        if start is None:
            return index
        return self.define("at", INTEGER, behind(start, index), of)


def behind(start: Expr, index: Expr) -> Apply:
    """The sum of an index and the start of a slice, as one would write it."""
    return Apply("add", (start, index) if isinstance(start, Var) else (index, start))


def start_of(part: Expr) -> Expr | None:
    """Where a slice starts; None at the beginning."""
    start, _, _ = bounds_of(part)
    return None if start in (Const(None), Const(0)) else start
