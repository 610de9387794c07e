"""Which elementwise operations are put into one loop, before the derivative is made.

NumPy's operators make an array of each value. In a loop a value is a number: nothing is allocated
for it, nothing is kept of it that costs little to compute again, and the loop can become one with
the loop that reverses it. Sums of what a loop computes are taken in it, and what is stored in an
array goes there at once.

Operations go into one loop where they are equally long, each with those before it, if what stands
between them can wait. Lengths are equal where their kinds say so; what may have to be broadcast is
left to NumPy.
"""

from __future__ import annotations

import builtins
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from symdiff.compiled.elementwise.choices import choices
from symdiff.compiled.elementwise.members import (
    CHEAP,
    STORES,
    Elementwise,
    Member,
    Store,
    Sum,
    is_number,
    on_numbers,
    result_item,
)
from symdiff.compiled.elementwise.nest import Nest, start_of
from symdiff.compiled.lengths import Lengths, Numbers
from symdiff.rules.arrays.indexing import indexed_dims, is_slice, parts_of
from symdiff.rules.memory import AUGMENTED_AT, UPDATES
from symdiff.rules.registry import kind_of
from symdiff.rules.shapes import Dims, dims_of, item_of
from symdiff.simplify.dead import drop_dead, is_impure
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    expressions,
    map_expressions,
    steps,
    substitute,
    variables,
    with_blocks,
    with_callees,
)

MOST_AGAIN = 4  # operations, to compute an element again rather than make an array
MOST_TOGETHER = 100  # operations in one loop


def by_elements(procedure: Procedure) -> Procedure:
    """The procedure, and all that it calls, with elementwise operations in loops, where there are
    several of them."""
    return with_callees(drop_dead(procedure), lambda each: _Grouping(_read_back(each)).run())


def _read_back(procedure: Procedure) -> Procedure:
    """The procedure, in which a row that is read where it was just stored is what was stored."""
    numbers = Numbers(procedure)
    stored: dict[Var, tuple[Expr, Var]] = {}
    table: dict[Var, Expr] = {}
    for step in steps(procedure.body):
        match step:
            case Stage(
                target=target,
                value=Apply(op="setitem", args=(Var(kind=ArrayOf(item=item)), at, Var() as row)),
            ) if item_of(row.kind) is item:
                stored[target] = numbers.key(at), row
            case Stage(target=target, value=Apply(op="getitem", args=(Var() as array, at))) if (
                array in stored
            ):
                place, row = stored[array]
                is_same = place == numbers.key(at) and target.kind == row.kind
                if is_same and _is_known(dims_of(row.kind)):
                    table[target] = table.get(row, row)
    if not table:
        return procedure

    def now(expr: Expr) -> Expr:
        return substitute(expr, table)

    def block(inner: Block) -> Block:
        kept = [s for s in inner if not (isinstance(s, Stage) and s.target in table)]
        return [with_blocks(s, block) if isinstance(s, (Branch, Loop, Scope)) else s for s in kept]

    body = [map_expressions(step, now) for step in block(procedure.body)]
    return replace(procedure, body=body, result=now(procedure.result))


def _is_known(dims: Dims | None) -> bool:
    return dims is not None and dims != () and None not in dims


@dataclass(slots=True)
class _Group:
    """Operations that one nest of loops runs, and what stands behind it."""

    dims: Dims
    is_in_loop: bool
    members: list[Member] = field(default_factory=list)
    inside: dict[Var, None] = field(default_factory=dict)  # arrays, whose elements are numbers
    late: set[Var] = field(default_factory=set)  # what is known only after the loops
    stores: list[Store] = field(default_factory=list)
    latest: dict[Var, Var] = field(default_factory=dict)  # versions that stores made last: of what
    read: dict[Var, None] = field(default_factory=dict)  # the arrays whose elements are read
    again: set[Var] = field(default_factory=set)  # what is inside of older groups too
    after: Block = field(default_factory=list)

    def add(self, member: Member) -> None:
        target = member.stage.target
        self.members.append(member)
        if isinstance(member, Elementwise):
            self.inside[target] = None
        else:
            self.late.add(target)
        self.read |= dict.fromkeys(_arrays(member))
        if isinstance(member, Store):
            self.stores.append(member)
            self.latest = {v: home for v, home in self.latest.items() if home is not member.home}
            self.latest[target] = member.home

    def postpone(self, step: Stage) -> None:
        self.after.append(step)
        self.late.add(step.target)

    def needs(self, step: Stage) -> bool:
        """Whether a step reads what the group makes."""
        return any(v in self.inside or v in self.late for v in variables(step.value))

    def has_room(self, member: Member) -> bool:
        """Whether a member can be run in the same loops, before what stands behind them."""
        read = variables(member.stage.value)[1 if isinstance(member, Store) else 0 :]
        is_full = len(self.members) >= MOST_TOGETHER
        return self.dims == member.dims and not is_full and not any(v in self.late for v in read)


class _Separated(Exception):
    """A choice does not stand in one loop with its sides: these are left to NumPy."""

    def __init__(self, values: set[Var]) -> None:
        super().__init__()
        self.values = values


class _Grouping:
    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.lengths = Lengths(procedure)
        self.numbers = Numbers(procedure)
        self.is_in_loop = False
        self.cheap: dict[Var, Elementwise] = {}  # values that later loops may compute again
        self.again: Counter[Var] = Counter()  # how often such are read by these
        self.views: dict[Var, tuple[Var, Expr]] = {}
        self.readers: Counter[Var] = Counter(variables(procedure.result))
        for step in steps(procedure.body):
            for expr in expressions(step):
                self.readers.update(variables(expr))
            match step:
                case Stage(
                    target=Var(kind=ArrayOf()) as target,
                    value=Apply(op="getitem", args=(Var(kind=ArrayOf()) as array, index)),
                ):
                    self.views[target] = array, index

    def run(self) -> Procedure:
        self.arms, self.left = choices(self.procedure, self.readers)
        while True:
            try:
                return replace(self.procedure, body=self.block(self.procedure.body))
            except _Separated as found:
                self.left |= found.values
                self.again.clear()
                self.is_in_loop = False

    def block(self, block: Block) -> Block:
        parts: list[Step | _Group] = []
        group: _Group | None = None
        self.cheap.clear()
        for step in block:
            if not isinstance(step, Stage) or is_impure(step.value):
                self.close(group, parts)
                group = None
                parts.append(self.nested(step))
                self.cheap.clear()
                continue
            member = self.member(step, group)
            if member is not None:
                if group is None or not self.put(member, group):
                    self.close(group, parts)
                    # Stores into one array are told from the last one before the group.
                    group = _Group(member.dims, self.is_in_loop)
                    member = self.member(step, None)
                    if member is None or not self.put(member, group):
                        group = None
                        self.alone(step, parts)
            elif group is not None and (group.needs(step) or _is_update(step)):
                group.postpone(step)
            else:
                self.alone(step, parts)
        self.close(group, parts)
        return [s for p in parts for s in (self.nest(p) if isinstance(p, _Group) else [p])]

    def nested(self, step: Step) -> Step:
        outer = self.is_in_loop
        self.is_in_loop = outer or isinstance(step, Loop)
        if isinstance(step, (Branch, Loop, Scope)):
            step = with_blocks(step, self.block)
        self.is_in_loop = outer
        return step

    def alone(self, step: Stage, parts: list[Step | _Group]) -> None:
        """Leave a step as it is."""
        parts.append(step)
        if _is_update(step):
            self.forget([step])

    def close(self, group: _Group | None, parts: list[Step | _Group]) -> None:
        """What comes is behind a group's loops; there its cheap values can be computed again."""
        if group is None:
            return
        parts.append(group)
        if len(self.cheap) > MOST_TOGETHER:
            self.cheap.clear()
        for member in group.members:
            if isinstance(member, Elementwise) and self.cost(member, group) <= MOST_AGAIN:
                self.cheap[member.stage.target] = member
        updates = [s for s in group.after if isinstance(s, Stage) and _is_update(s)]
        self.forget([*(s.stage for s in group.stores), *updates])

    def cost(self, member: Elementwise, group: _Group) -> float:
        """How many operations it takes to compute an element again."""
        if member.value.op not in CHEAP:
            return math.inf
        total = 1.0
        for var in _arrays(member):
            if var in self.cheap:
                total += self.cost(self.cheap[var], group)
            elif var in group.inside:
                return math.inf
        return total

    def forget(self, updates: Sequence[Stage]) -> None:
        """Values of what is changed can't be computed again."""
        changed = {self.root(v) for s in updates for v in variables(s.value)[:1]}
        gone = [
            v
            for v, member in self.cheap.items()
            if any(self.root(a) in changed for a in self.loads(member))
        ]
        for var in gone:
            del self.cheap[var]

    def loads(self, member: Elementwise) -> Iterator[Var]:
        """The arrays that a value is computed from, cheap ones aside."""
        for var in _arrays(member):
            again = self.cheap.get(var)
            yield from (var,) if again is None else self.loads(again)

    def root(self, var: Var) -> Var:
        """The array that a variable is, or is a view of."""
        while var in self.views:
            var, _ = self.views[var]
        return var

    def put(self, member: Member, group: _Group) -> bool:
        """Add a member to a group, with the cheap values it reads that older loops compute. False
        where it does not belong there."""
        if not group.has_room(member) or not self.is_apart(group, member):
            return False
        if isinstance(member, Elementwise) and member.arms is not None:
            sides = member.arms[0] | member.arms[1]
            if not all(v in group.inside and v not in group.again for v in sides):
                raise _Separated({member.stage.target, *sides})
        again = list({m.stage.target: m for m in self.computed_again(member, group)}.values())
        if not all(
            self.is_apart(group, m)
            and not (
                isinstance(member, Store) and not all(self.is_clear(v, member) for v in _arrays(m))
            )
            for m in again
        ):
            again = []
        targets = {m.stage.target for m in again}
        if not isinstance(member, Elementwise) and not any(
            v in group.inside or v in targets for v in _arrays(member)
        ):
            return False
        for other in again:
            group.add(other)
            group.again.add(other.stage.target)
        self.again.update(v for v in variables(member.stage.value) if v in group.again)
        group.add(member)
        return True

    def computed_again(self, member: Member, group: _Group) -> Iterator[Elementwise]:
        """What computes the cheap values that a member reads, each behind those that it reads."""
        for var in _arrays(member):
            again = self.cheap.get(var)
            if again is not None and var not in group.inside and again.dims == group.dims:
                yield from self.computed_again(again, group)
                yield again

    def is_apart(self, group: _Group, member: Member) -> bool:
        """Whether no round of the loops meets what another one stores."""
        if isinstance(member, Store):
            others = [s for s in group.stores if s.home is member.home]
            return all(self.is_aligned(s.at, member) for s in others) and all(
                self.is_clear(var, member) for var in group.read
            )
        return all(self.is_clear(var, s) for var in _arrays(member) for s in group.stores)

    def is_view(self, var: Var, array: Var) -> bool:
        """Whether a variable is an array, or a view of it."""
        while var is not array and var in self.views:
            var, _ = self.views[var]
        return var is array

    def is_clear(self, var: Var, store: Store) -> bool:
        """Whether an array that is read is another one, or a part of the same in which each round
        meets what it stores itself, if anything."""
        if not self.is_view(var, store.home):
            return True
        at = self.place(var, store.home)
        is_as_long = self.shape(var) == store.dims
        return at is not None and is_as_long and self.is_aligned(at, store)

    def place(self, var: Var, home: Var) -> Expr | None:
        """Where in an array a part of it is; None for parts of parts, and for those that leave
        something out or run backwards."""
        if var is home:
            return Const(Ellipsis)
        array, at = self.views[var]
        is_plain = all(_is_plain(p, self.lengths) for p in parts_of(at))
        return at if array is home and is_plain else None

    def is_aligned(self, at: Expr, store: Store) -> bool:
        """Whether two indices of an array have slices along the same axes, from the same places."""
        rank = len(self.shape(store.home) or ())
        return self.starts(at, rank) == self.starts(store.at, rank)

    def starts(self, at: Expr, rank: int) -> list[Expr | None]:
        """Where an index begins along each axis; None where it is a number."""
        parts = [] if at == Const(Ellipsis) else parts_of(at)
        made = [
            self.numbers.key(start_of(part) or Const(0)) if is_slice(part) else None
            for part in parts
        ]
        return made + [Const(0)] * (rank - len(made))

    # --- what can go into loops

    def member(self, step: Stage, group: _Group | None) -> Member | None:

        def inside(*arrays: Var) -> bool:
            known = {} if group is None else group.inside
            return any(v in known or v in self.cheap for v in arrays)

        match step.value:
            case Apply(op=op, args=(Var() as array, Const(value=builtins.Ellipsis), by)) if (
                op in AUGMENTED_AT and inside(array)
            ):
                return self.elementwise(step, AUGMENTED_AT[op], (array, by))
            case Apply(op=op, args=(Var(kind=ArrayOf()) as array, at, Var() as row)) if (
                op in STORES and inside(row) and not inside(array)
            ):
                latest, late = (group.latest, group.late) if group else ({}, set())
                home = latest.get(array, array)
                if array in late and (home is array or self.readers[array] > 1):
                    return None
                dims = self.shape(array)
                if dims is not None and all(_is_plain(p, self.lengths) for p in parts_of(at)):
                    found = dims if at == Const(Ellipsis) else indexed_dims(dims, at)
                    if found is not None and found == self.shape(row):
                        return Store(step, found, op, home, at, row)
            case Apply(op="numpy.count_nonzero", args=(Var() as array,)) if (
                inside(array) and item_of(array.kind) is BOOLEAN and step.target.kind is INTEGER
            ):
                return Sum(step, self.shape(array) or (), (array,), 0)
            case Apply(op="numpy.sum", args=(Var() as array, *how)) if inside(array) and (
                item_of(array.kind) is REAL or step.target.kind is INTEGER
            ):
                dims = self.shape(array)
                kept = _kept_axes(len(dims or ()), how)
                if kept is not None and dims is not None:
                    return Sum(step, dims, (array,), kept)
            case Apply(op="numpy.dot", args=(Var() as x, Var() as y)) if inside(x, y):
                dims = self.shape(x)
                is_of_reals = {item_of(x.kind), item_of(y.kind)} == {REAL}
                if dims is not None and len(dims) == 1 and dims == self.shape(y) and is_of_reals:
                    return Sum(step, dims, (x, y), 0)
            case Apply(op=op, args=args):
                return self.elementwise(step, op, args)
        return None

    def elementwise(self, step: Stage, op: str, args: Sequence[Expr]) -> Elementwise | None:
        kind, dims = step.target.kind, self.shape(step.target)
        if not isinstance(kind, ArrayOf) or not dims or None in dims:
            return None
        made = on_numbers(op, args, [item_of(kind_of(a)) for a in args])
        if made is None or result_item(made.op) is not kind.item or step.target in self.left:
            return None
        if not all(self.fits(a, dims) for a in args):
            return None
        return Elementwise(step, dims, made, self.arms.get(step.target))

    def shape(self, var: Expr) -> Dims | None:
        return self.lengths.dims(kind_of(var))

    def fits(self, arg: Expr, dims: Dims) -> bool:
        """Whether an argument is a number, or an array whose elements belong to those of the
        loops."""
        if is_number(kind_of(arg)):
            return True
        given = self.shape(arg)
        if not isinstance(arg, Var) or not given or len(given) > len(dims):
            return False
        pairs = zip(given[::-1], dims[::-1], strict=False)
        return all(own is not None and own in (1, dim) for own, dim in pairs)

    # --- the loops

    def nest(self, group: _Group) -> Block:
        if len(group.members) == 1:
            return [*(m.stage for m in group.members), *group.after]
        own: Counter[Var] = Counter()
        for member in group.members:
            own.update(variables(member.stage.value))
        kept = {
            v
            for v in group.inside
            if v not in group.again and self.readers[v] > own[v] + self.again[v]
        }
        before: Block = []
        lengths = [self.length(group, axis, before) for axis in range(len(group.dims))]
        rows = {
            v: (s.home, at)
            for s in group.stores
            for v in group.read
            if self.is_view(v, s.home) and (at := self.place(v, s.home)) is not None
        }
        return [*before, *Nest(group.members, kept, lengths, rows).steps(), *group.after]

    def length(self, group: _Group, axis: int, before: Block) -> Expr:
        """The length of an axis of the loops: that of an array that they read or, where these are
        others in each round of an outer loop, of a parameter."""
        dim = group.dims[axis]
        if isinstance(dim, int):
            return Const(dim)
        read = [v for m in group.members for v in _arrays(m) if v not in group.inside]
        params = [p.var for p in self.procedure.params]
        var, at = next(
            (var, at)
            for var in ((*params, *read) if group.is_in_loop else read)
            for at, own in enumerate(self.shape(var) or ())
            if own == dim
        )
        length = Var("n", INTEGER, temporary=True, length=dim)
        value = Apply("getitem", (Apply("numpy.shape", (var,)), Const(at)))
        stage = group.members[0].stage
        before.append(Stage(length, value, stage.place, stage.number))
        return length


def _arrays(member: Member) -> list[Var]:
    """The arrays whose elements a member reads."""
    match member:
        case Elementwise(value=value):
            return [v for v in variables(value) if isinstance(v.kind, ArrayOf)]
        case Sum(factors=factors):
            return list(factors)
        case Store(row=row):
            return [row]


def _is_update(step: Stage) -> bool:
    return isinstance(step.value, Apply) and step.value.op in UPDATES


def _is_plain(part: Expr, lengths: Lengths) -> bool:
    """Whether a part of an index is an integer, or a slice that starts at a known place and leaves
    nothing out."""
    if part == Const(Ellipsis):
        return True
    if is_slice(part):
        return lengths.start(part) is not None
    return isinstance(part, (Var, Const)) and kind_of(part) is INTEGER


def _kept_axes(rank: int, how: list[Expr]) -> int | None:
    """How many axes a sum leaves, where these are the first ones."""
    match how:
        case []:
            return 0
        case [Apply(op="keyword", args=(Const(value="axis"), axis))] | [Const() as axis]:
            if axis == Const(None):
                return 0
            last = (Const(rank - 1), Const(-1), Apply("neg", (Const(1),)))
            return rank - 1 if axis in last else None
    return None
