"""What is kept for the reverse sweep, and what is computed again: the one place that decides.

A value of a round of a loop is gone when the reverse sweep comes to that round. It is kept on a
stack or computed again from what is at hand: the choice of least cost is a minimum cut, where the
cost of keeping a value is cut between its computation and its uses (the same formulation as in
A. Shah et al. and PyTorch's min-cut rematerialisation). Costs are nanoseconds of CPython, roughly;
keeping is weighted for the memory it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symdiff import rules
from symdiff.differentiate.compiled_costs import (
    IN_AN_ARRAY,
    ON_A_LIST,
    compiled_cost,
    keeping_cost,
)
from symdiff.differentiate.mincut import INFINITE, Network
from symdiff.differentiate.replaying import Replay, replays
from symdiff.rules.arrays.indexing import is_basic
from symdiff.simplify.dead import clear_dead
from symdiff.stages import (
    INTEGER,
    OBJECT,
    STACK,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Carried,
    Const,
    Expr,
    Global,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Pop,
    Push,
    Scalar,
    Scope,
    Stage,
    TupleOf,
    Var,
    all_read,
    defined,
    ends,
    map_expressions,
    steps,
    substitute,
    variables,
)

if TYPE_CHECKING:
    from symdiff.differentiate.reverse import Reverse
    from symdiff.differentiate.tapes import Tapes

# The block of the reverse sweep that reverses a block of the forward sweep, by identity.
Arms = dict[int, Block]

# Of what is kept in a round the first value costs most: where there is a stack anyway, others go
# with it. Half of it is for time, half for memory.
ON_A_STACK, BESIDE_IT, IN_A_TUPLE, A_LIST = 40, 30, 11, 5000
A_VIEW, AN_ARRAY, AN_ARRAY_FUNCTION = 150, 1000, 4000
_CHEAP = {
    "add",
    "sub",
    "mul",
    "neg",
    "pos",
    "not",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "is",
    "is_not",
    "getitem",
    "part",
    "len",
}
_ELEMENTARY, _POWER, _DIVISION, _ARITHMETIC, _CALL = 20, 24, 8, 6, 60
_UPDATES = {
    "append",
    "extend",
    "insert",
    "setitem",
    "delitem",
    "add_at",
    "sub_at",
    "mul_at",
    "truediv_at",
    "scatter_add",
    "copy",
    "list",
    "stack",
    "sorted",
    "zeros_like",
}


def cost(expr: Expr, compiled: bool = False) -> int:
    """What it costs to compute a tree again; INFINITE for what must not be."""
    if isinstance(expr, (Var, Const, Global)):
        return 0
    if isinstance(expr, Opaque):
        return INFINITE if not expr.pure else 30 + sum(cost(a, compiled) for a in expr.args)
    if expr.op in _UPDATES:
        return INFINITE
    if compiled:
        return min(INFINITE, compiled_cost(expr) + sum(cost(a, True) for a in expr.args))
    kind = rules.kind_of(expr)
    if isinstance(kind, (ArrayOf, TupleOf)):
        return min(INFINITE, _array_cost(expr) + sum(map(cost, expr.args)))
    own = (
        _ARITHMETIC
        if expr.op in _CHEAP or expr.op in ("and", "or", "cond", "tuple", "slice", "range")
        else _POWER
        if expr.op == "pow"
        else _DIVISION
        if expr.op in ("truediv", "floordiv", "mod")
        else _CALL
        if expr.op.startswith("helper:")
        else _ELEMENTARY
    )
    return min(INFINITE, own + sum(map(cost, expr.args)))


def _array_cost(expr: Apply) -> int:
    """What an operation on arrays costs, for arrays that are neither small nor large."""
    primitive = rules.primitive(expr.op)
    is_view = getattr(primitive, "view", "") == "always"
    if is_view or expr.op == "getitem" and is_basic(expr.args[1]):
        return A_VIEW
    if expr.op in _CHEAP:
        return AN_ARRAY - 200
    return AN_ARRAY_FUNCTION


@dataclass
class Region:
    """A block of the forward sweep, where it is reversed, and what it defines."""

    block: Block
    reverse: Block | None
    kept: list[Var] = field(default_factory=list)
    again: list[Definition] = field(default_factory=list)
    branches: list[tuple[Branch, Region, Region]] = field(default_factory=list)
    names: list[Var] = field(default_factory=list)  # what its tuple is unpacked into

    def computed(self, table: dict[Var, Var], spaces: Mapping[Var, Var] | None = None) -> Block:
        """The steps that compute again what is to be, arrays in working spaces of their own."""
        made: Block = []
        for d in self.again:
            if d.replay is not None:
                made += d.replay.again((spaces or {})[d.var], table[d.var])
            else:
                assert d.value is not None
                made.append(Stage(table[d.var], d.value))
        return made


@dataclass
class Definition:
    var: Var
    region: Region
    value: Expr | None  # a tree that computes it again, or None
    replay: Replay | None = None  # or steps that do

    def sources(self) -> list[Var]:
        """What computing it again reads."""
        if self.replay is not None:
            return self.replay.sources
        return list(dict.fromkeys(variables(self.value)))

    def cost(self, compiled: bool) -> int:
        """What computing it again costs."""
        if self.replay is not None:
            return min(INFINITE, self.replay.cost)
        return INFINITE if self.value is None else cost(self.value, compiled)


class Plan:
    """The decision for one block and the arms inside it."""

    def __init__(
        self,
        block: Block,
        reverse: Block,
        arms: Arms,
        keep_cost: int,
        at_start: list[Var],
        compiled: bool = False,
        replays: Iterable[Replay] = (),
    ) -> None:
        self.arms, self.keep_cost, self.compiled = arms, keep_cost, compiled
        self.definitions: dict[Var, Definition] = {}
        self.regions: list[Region] = []
        self.root = self._region(block, reverse)
        for var in at_start:
            self.definitions[var] = Definition(var, self.root, None)
        self._walk(block, self.root)
        for replay in replays:
            self.definitions[replay.result].replay = replay

    def _region(self, block: Block, reverse: Block | None) -> Region:
        region = Region(block, reverse)
        self.regions.append(region)
        return region

    def _walk(self, block: Block, region: Region) -> None:
        for step in block:
            match step:
                case Stage():
                    self.definitions[step.target] = Definition(step.target, region, step.value)
                case Branch() if (only := only_arm(step)) is not None:
                    self._walk(only, region)
                    for merge in step.merges:
                        value = merge.then if only is step.then else merge.orelse
                        self.definitions[merge.var] = Definition(merge.var, region, value)
                case Branch():
                    arms = []
                    for arm in (step.then, step.orelse):
                        inner = self._region(arm, self.arms.get(id(arm)))
                        arms.append(inner)
                        self._walk(arm, inner)
                    region.branches.append((step, arms[0], arms[1]))
                    for merge in step.merges:
                        self.definitions[merge.var] = Definition(
                            merge.var, region, _as_expression(step, merge)
                        )
                case Scope():
                    self._walk(step.body, region)
                case _:
                    for var in defined(step):
                        self.definitions[var] = Definition(var, region, None)

    def decide(self, needed: list[Var]) -> dict[Var, Var]:
        """Fill the regions' `kept` and `again`; the result maps primal variables to those that
        stand for them in the reverse sweep."""
        network = Network()
        nodes: dict[Var, tuple[int, int]] = {}
        stack = [v for v in needed if v in self.definitions]
        for var in stack:
            if var in nodes:
                continue
            definition = self.definitions[var]
            nodes[var] = (network.node(), network.node())
            for source in definition.sources():
                if source in self.definitions:
                    stack.append(source)
        for var, (before, after) in nodes.items():
            definition = self.definitions[var]
            again = definition.cost(self.compiled)
            keep = A_LIST if isinstance(var.kind, ListOf) else self.keep_cost
            if self.compiled:
                keep = keeping_cost(var, self.keep_cost)
            elif isinstance(var.kind, ArrayOf):
                keep = AN_ARRAY
            network.connect(0, before, again)
            network.connect(before, after, keep)
            if again < INFINITE:
                for source in definition.sources():
                    if source in nodes:
                        network.connect(nodes[source][1], before, INFINITE)
        for var in dict.fromkeys(needed):
            if var in nodes:
                network.connect(nodes[var][1], 1, INFINITE)
        side = network.source_side()
        table: dict[Var, Var] = {}
        for var in self.definitions:
            if var not in nodes:
                continue
            before, after = nodes[var]
            definition = self.definitions[var]
            if side[before] and not side[after]:
                definition.region.kept.append(var)
                table[var] = Var(var.base, var.kind, var.temporary)
            elif not side[before]:
                definition.region.again.append(definition)
                table[var] = Var(var.base, var.kind, var.temporary)
        return table


def only_arm(step: Branch) -> Block | None:
    """The arm that what follows is reached through, where the other one raises: what it defines is
    there as if it stood outside, and it is reversed so."""
    if ends(step.then) == ends(step.orelse):
        return None
    return step.orelse if ends(step.then) else step.then


def _as_expression(step: Branch, merge: Merge) -> Expr | None:
    """A merged value as a conditional expression, if its arms are pure and short."""
    sides: list[Expr] = []
    for arm, value in ((step.then, merge.then), (step.orelse, merge.orelse)):
        if value is None or len(arm) > 3:
            return None
        table: dict[Var, Expr] = {}
        for inner in arm:
            if not isinstance(inner, Stage) or cost(inner.value) >= INFINITE:
                return None
            table[inner.target] = substitute(inner.value, table)
        made = substitute(value, table)
        if cost(made) > 45:
            return None
        sides.append(made)
    return Apply("cond", (step.test, sides[0], sides[1]))


def insert_after(block: Block, inserts: dict[Var, Push], at_start: list[Push]) -> None:
    """Put each Push behind the step that defines what it keeps."""
    made: Block = list(at_start)
    for step in block:
        made.append(step)
        inner = step.body if isinstance(step, Scope) else None
        inner = only_arm(step) if isinstance(step, Branch) else inner
        if inner is not None:
            insert_after(inner, inserts, [])
        for var in defined(step):
            if var in inserts:
                made.append(inserts[var])
    block[:] = made


# --- loops ---------------------------------------------------------------------------------------


def provide_loop(sweep: Reverse, loop: Loop, reversed_loop: Loop) -> None:
    """Give a reversed loop its rounds, and the primal values that it reads."""
    at_start = [c.var for c in loop.carried]
    compiled = sweep.procedures.compiled
    keep_cost = ON_A_STACK
    if compiled:
        keep_cost = ON_A_LIST if loop.iterable is None else IN_AN_ARRAY
    _read_primal(reversed_loop.body, loop.body)
    needed = list(_reads(reversed_loop))
    written: dict[Replay, Expr] = {}
    if compiled and sweep.tapes is None:
        written = dict(replays(loop, sweep.definitions, sweep.inits))
    plan = Plan(loop.body, reversed_loop.body, sweep.arms, keep_cost, at_start, compiled, written)
    table = plan.decide(needed)
    if plan.root.kept and not compiled:
        plan = Plan(loop.body, reversed_loop.body, sweep.arms, BESIDE_IT, at_start)
        table = plan.decide(needed)
    define_always([loop], {v for region in plan.regions for v in region.kept}, compiled)
    free = {loop.target} if loop.target is not None else set()
    spaces = _working_spaces(plan, written, needed, table, reversed_loop)
    stacks: list[Var] = []
    for region in reversed(
        plan.regions
    ):  # what an arm computes again may read what is popped outside of it
        pops: Block = []
        pushes: dict[Var, Push] = {}
        first: list[Push] = []
        if sweep.tapes is not None:
            _provide_on_tapes(sweep.tapes, region, table)
            continue
        for var in region.kept:
            stack = Var(f"{var.base}_kept", STACK)
            sweep.stacks.append(Stage(stack, Apply("stack")))
            held = isinstance(var.kind, ListOf) or sweep.lent and isinstance(var.kind, ArrayOf)
            value: Expr = Apply("copy", (var,)) if held else var
            if region is plan.root and var in at_start:
                carried = next(c for c in loop.carried if c.var is var)
                carried.init = Const(None) if carried.init is None else carried.init
                first.append(Push(stack, value))
            else:
                pushes[var] = Push(stack, value)
            pops.append(Pop(table[var], stack))
            if region is plan.root:
                stacks.append(stack)
        insert_after(region.block, pushes, first)
        again = region.computed(table, spaces)
        if pops or again:
            assert region.reverse is not None
            region.reverse[:0] = [*pops, *again]
    if sweep.tapes is not None:
        define_always([loop], {v for region in plan.regions for v in region.kept}, typed=True)
    rounds = _rounds(sweep, loop, stacks)
    reads = set(all_read(reversed_loop.body)) | {
        v for c in reversed_loop.carried for v in variables(c.next)
    }
    target = loop.target if free & reads else None
    if target is not None:
        reversed_loop.target = Var(target.base, target.kind, target.temporary)
    _iterate_backwards(sweep, loop, reversed_loop, rounds, target is not None)
    replaced: dict[Var, Expr] = dict(table)
    if target is not None and reversed_loop.target is not None:
        replaced[target] = reversed_loop.target
    if replaced:
        reversed_loop.body = [
            map_expressions(s, lambda e: substitute(e, replaced)) for s in reversed_loop.body
        ]
        for c in reversed_loop.carried:
            c.next = substitute(c.next, replaced) if c.next is not None else None


def _working_spaces(
    plan: Plan,
    written: Mapping[Replay, Expr],
    needed: Sequence[Var],
    table: dict[Var, Var],
    reversed_loop: Loop,
) -> dict[Var, Var]:
    """For each array that is written again in every round what it is written over: working space
    that the reversed loop carries, or an array that nobody reads any more."""
    spaces: dict[Var, Var] = {}
    again = plan.root.again
    free = _read_in_replays_only(plan, needed)
    carried: dict[Var, Carried] = {}  # by what was written last
    for at, definition in enumerate(again):
        if definition.replay is None:
            continue
        empty = written[definition.replay]
        live = {v for later in again[at:] for v in later.sources()}
        over = next((v for v in carried if v in free - live and carried[v].init == empty), None)
        result = table[definition.var]
        if over is not None:
            spaces[definition.var] = table[over]
            result = table[definition.var] = Var(table[over].base, result.kind, result.temporary)
            space = carried.pop(over)
            space.next, space.again = result, definition.var
        else:
            spaces[definition.var] = Var(result.base, result.kind, result.temporary)
            space = Carried(spaces[definition.var], empty, result, definition.var)
            reversed_loop.carried.append(space)
        carried[definition.var] = space
    return spaces


def _read_in_replays_only(plan: Plan, needed: Sequence[Var]) -> set[Var]:
    """The arrays that are written again for others that are."""
    replays = [d for d in plan.root.again if d.replay is not None]
    others = [d for region in plan.regions for d in region.again if d.replay is None]
    read = {*needed, *(v for d in others for v in d.sources())}
    return {d.var for d in replays} - read


def _provide_on_tapes(tapes: Tapes, region: Region, table: dict[Var, Var]) -> None:
    """Write what a region keeps at its end, and read it back where its reversal begins."""
    pushes, pops = tapes.keep(region.kept, table)
    if not ends(region.block):
        region.block.extend(pushes)
    first = [*pops, *region.computed(table)]
    if first:
        assert region.reverse is not None
        region.reverse[:0] = first


def _read_primal(backward: Block, forward: Block) -> None:
    """Let the reverse sweep read what the round has computed itself: `cos(x)`, which the rule of
    `sin(x)` asks for. What is cheap stays as it is."""
    known: dict[Expr, Var] = {
        s.value: s.target
        for s in forward
        if isinstance(s, Stage) and isinstance(s.value, Apply) and cost(s.value) >= _ELEMENTARY
    }
    for step in steps(backward) if known else ():
        if isinstance(step, Stage) and step.place is None and step.value in known:
            step.value = known[step.value]


def _reads(loop: Loop) -> Iterator[Var]:
    yield from all_read(loop.body)
    for c in loop.carried:
        yield from variables(c.next)


def _rounds(sweep: Reverse, loop: Loop, stacks: list[Var]) -> Expr | None:
    """How the number of rounds is told: by a stack that every round fills, or by counting them."""
    if loop.iterable is not None and loop.leave is None:
        return None
    if not sweep.kept_rounds and stacks:
        return stacks[0] if loop.iterable is None else Apply("len", (stacks[0],))
    count, following = Var("rounds", INTEGER), Var("rounds", INTEGER)
    loop.body.append(Stage(following, Apply("add", (count, Const(1)))))
    loop.carried.append(Carried(count, Const(0), following))
    return count


def _iterate_backwards(
    sweep: Reverse, loop: Loop, reversed_loop: Loop, rounds: Expr | None, with_target: bool
) -> None:
    iterable = loop.iterable
    if isinstance(rounds, Var) and rounds.kind is STACK:
        reversed_loop.test = Apply("nonempty", (rounds,))
        return
    if iterable is None or (rounds is not None and not with_target):
        assert rounds is not None
        reversed_loop.iterable = Apply("range", (rounds,))
        return
    if isinstance(iterable, (Var, Global)) and iterable.kind is OBJECT:
        # It may run through only once.
        items = Var("items", OBJECT)
        sweep.before.append(Stage(items, Apply("copy", (iterable,))))
        loop.iterable = iterable = items
    elif with_target and not (
        isinstance(iterable, Apply) and iterable.op in ("range", "tuple", "list")
    ):
        iterable = (
            Apply("copy", (iterable,)) if not isinstance(iterable, (Var, Global)) else iterable
        )
    if rounds is not None:
        iterable = Apply("getitem", (iterable, Apply("slice", (Const(None), rounds, Const(None)))))
    reversed_loop.iterable = Apply("reversed", (iterable,)) if with_target else iterable


# --- procedures with a forward and a backward function -------------------------------------------


def provide_tuple(
    sweep: Reverse,
    block: Block,
    backward: Block,
    results: list[Expr],
    kept: Var,
    gone: Sequence[Var] = (),
    typed: bool = False,
) -> tuple[Expr, Block, list[Expr]]:
    """Hand what the backward function reads from the forward one to it in one value.

    `kept` is the backward function's parameter for it, and `gone` are the parameters that it does
    not see as they were. Returns the expression that the forward function hands on, and the body
    and results of the backward function.
    """
    clear_dead(backward, results)  # what only dead steps read isn't handed on
    if typed:
        _stacks_first(block)
    plan = Plan(block, backward, sweep.arms, IN_A_TUPLE, list(gone), sweep.procedures.compiled)
    table = plan.decide([*all_read(backward), *(v for r in results for v in variables(r))])
    define_always(block, {v for region in plan.regions for v in region.kept}, typed)
    if typed:
        packed = _pack_flat(plan.root, table, sweep.lent, kept)
    else:
        packed = _pack(plan.root, table, sweep.lent)
        _unpack(plan.root, table, kept)
    replaced: dict[Var, Expr] = dict(table)
    body = [map_expressions(s, lambda e: substitute(e, replaced)) for s in backward]
    return packed, body, [substitute(r, replaced) for r in results]


def provide_tapes(
    sweep: Reverse,
    tapes: Tapes,
    block: Block,
    backward: Block,
    results: list[Expr],
    gone: Sequence[Var],
) -> tuple[Block, list[Expr]]:
    """Hand what the backward function reads to it on tapes: its body and results."""
    clear_dead(backward, results)
    plan = Plan(block, backward, sweep.arms, IN_A_TUPLE, list(gone), sweep.procedures.compiled)
    table = plan.decide([*all_read(backward), *(v for r in results for v in variables(r))])
    define_always(block, {v for region in plan.regions for v in region.kept}, typed=True)
    for region in reversed(plan.regions):
        _provide_on_tapes(tapes, region, table)
    replaced: dict[Var, Expr] = dict(table)
    body = [map_expressions(s, lambda e: substitute(e, replaced)) for s in backward]
    return body, [substitute(r, replaced) for r in results]


def nothing(var: Var) -> Expr:
    """A value for what the user's code gives none, of its kind."""
    match var.kind:
        case ArrayOf(dims=dims) if dims:
            return Apply("numpy.empty", (Apply("tuple", (Const(0),) * len(dims)),))
        case Scalar.INTEGER:
            return Const(0)
        case Scalar.BOOLEAN:
            return Const(False)
        case Scalar.COMPLEX:
            return Const(0j)
        case Scalar.REAL | ArrayOf():
            return Const(0.0)
    return Const(None)


def define_always(block: Block, wanted: set[Var], typed: bool = False) -> None:
    """Give what is handed on a value on every path where the user's code defines none: None or,
    if that has to be `typed`, one of its kind."""
    merges = {m.var: m for s in steps(block) if isinstance(s, Branch) for m in s.merges}
    carried = {c.var: c for s in steps(block) if isinstance(s, Loop) for c in s.carried}
    pending, seen = list(wanted), set(wanted)
    while pending:
        var = pending.pop()
        sources: list[Expr | None] = []
        if var in merges:
            merge = merges[var]
            other = nothing(var) if typed else Const(None)
            merge.then = other if merge.then is None else merge.then
            merge.orelse = other if merge.orelse is None else merge.orelse
            sources = [merge.then, merge.orelse]
        elif var in carried:
            loop_var = carried[var]
            other = nothing(var) if typed else Const(None)
            loop_var.init = other if loop_var.init is None else loop_var.init
            sources = [loop_var.init, loop_var.next]
        for source in sources:
            if isinstance(source, Var) and source not in seen:
                seen.add(source)
                pending.append(source)


def _stacks_first(block: Block) -> None:
    """Make stacks at the beginning, so that they exist on every path."""
    found: list[Stage] = []
    for step in list(steps(block)):
        if isinstance(step, Branch):
            for arm in (step.then, step.orelse):
                stacks = [s for s in arm if isinstance(s, Stage) and s.value == Apply("stack")]
                found += stacks
                arm[:] = [s for s in arm if not any(s is stack for stack in stacks)]
    block[:0] = found


def _pack_flat(region: Region, table: dict[Var, Var], copied: bool, kept: Var) -> Expr:
    """The kept values of a region and of the arms in it as one tuple, of the same type whatever
    path is taken."""
    pairs = list(_hoisted(region, table))
    items = [Apply("copy", (v,)) if copied and isinstance(v.kind, ArrayOf) else v for v, _ in pairs]
    assert region.reverse is not None
    count = Const(len(pairs))
    region.reverse[:0] = [
        *(Stage(name, Apply("part", (kept, Const(i), count))) for i, (_, name) in enumerate(pairs)),
        *region.computed(table),
    ]
    return Apply("tuple", tuple(items))


def _hoisted(region: Region, table: dict[Var, Var]) -> Iterator[tuple[Var, Var]]:
    """What a region and the arms in it keep, as variables that are defined in the region, with
    what stands for each of them in the reverse sweep."""
    for var in region.kept:
        yield var, table[var]
    for step, *arms in region.branches:
        for side, arm in zip(("then", "orelse"), arms, strict=True):
            for var, name in _hoisted(arm, table):
                merge = Merge(Var(var.base, var.kind, var.temporary), nothing(var), nothing(var))
                if not ends(arm.block):
                    setattr(merge, side, var)
                step.merges.append(merge)
                yield merge.var, name
            if arm.again:
                assert arm.reverse is not None
                arm.reverse[:0] = arm.computed(table)


def _pack(region: Region, table: dict[Var, Var], copied: bool) -> Expr:
    """The kept values of a region as a tuple; those of an arm are a tuple of their own in it."""
    items: list[Expr] = [
        Apply("copy", (v,)) if copied and isinstance(v.kind, ArrayOf) else v for v in region.kept
    ]
    region.names = [table[v] for v in region.kept]
    for step, *arms in region.branches:
        if not any(map(_keeps, arms)):
            for arm in arms:
                _pack(arm, table, copied)
                _unpack(arm, table, None)
            continue
        merge, again = Merge(Var("kept", OBJECT), None, None), Var("kept", OBJECT)
        for side, arm in zip(("then", "orelse"), arms, strict=True):
            if ends(arm.block):
                continue
            packed = Var("kept", OBJECT)
            arm.block.append(Stage(packed, _pack(arm, table, copied)))
            setattr(merge, side, packed)
            _unpack(arm, table, again)
        step.merges.append(merge)
        items.append(merge.var)
        region.names.append(again)
    return items[0] if _is_bare(region) else Apply("tuple", tuple(items))


def _is_bare(region: Region) -> bool:
    """Whether a region hands on nothing but the tuple of one branch."""
    return len(region.names) == 1 and not region.kept


def _keeps(region: Region) -> bool:
    return bool(region.kept) or any(_keeps(a) or _keeps(b) for _, a, b in region.branches)


def _unpack(region: Region, table: dict[Var, Var], source: Var | None) -> None:
    if region.reverse is None:
        return
    count = Const(len(region.names))
    first: Block = (
        []
        if source is None
        else [
            Stage(name, source if _is_bare(region) else Apply("part", (source, Const(i), count)))
            for i, name in enumerate(region.names)
        ]
    )
    region.reverse[:0] = [*first, *region.computed(table)]
