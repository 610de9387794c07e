"""Arrays that the loops of a round write from end to end: written once more in the reverse sweep,
where that costs less than keeping them.

Which elements were in the array before does not matter then, so it can be any array of the same
shape. The reverse loop carries one, as working space (`compiled/spaces.py` has it made once).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symdiff.differentiate.compiled_costs import ELEMENTS, cost_in_a_loop
from symdiff.rules.arrays.indexing import parts_of
from symdiff.rules.memory import UPDATES
from symdiff.rules.shapes import asked_length, extent
from symdiff.simplify.dead import clear_dead
from symdiff.simplify.result import renamed
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Carried,
    Const,
    Dim,
    Expr,
    Loop,
    Push,
    Size,
    Stage,
    Step,
    Var,
    all_defined,
    all_read,
    expressions,
    map_expressions,
    steps,
    substitute,
    variables,
)
from symdiff.versions import is_store, origins, versions

Definitions = Mapping[Var, Expr]
Inits = Mapping[Var, Expr | None]
Index = tuple[Expr, ...]


@dataclass(frozen=True, eq=False)
class Replay:
    """Steps that write all of the array `result`, where the array `before` has been."""

    block: Block
    result: Var
    before: Var

    @property
    def sources(self) -> list[Var]:
        """What the steps read of the rest of the program."""
        own = {*all_defined(self.block), self.before}
        return [v for v in dict.fromkeys(all_read(self.block)) if v not in own]

    @property
    def cost(self) -> int:
        return ELEMENTS * sum(_cost(s) for s in self.block if isinstance(s, Loop))

    def again(self, before: Var, result: Var) -> Block:
        """The steps once more, with variables of their own."""
        names = {self.result.base: result.base}
        own = {
            v: Var(names.get(v.base, v.base), v.kind, v.temporary, v.length)
            for v in all_defined(self.block)
        }
        own[self.result] = result
        table: dict[Var, Expr] = {**own, self.before: before}
        block = [map_expressions(s, lambda e: substitute(e, table)) for s in self.block]
        return renamed(block, own)


def replays(loop: Loop, definitions: Definitions, inits: Inits) -> Iterator[tuple[Replay, Expr]]:
    """What the rounds of a loop write from end to end: how, and working space for it."""
    carried = origins(loop)
    writers: dict[Var, Step] = {}
    for step in loop.body:
        for var, _ in versions(step):
            writers[var] = step
            found = _replay(var, writers, definitions) if isinstance(step, Loop) else None
            if found is not None and found.before in carried:
                yield found, _space(carried[found.before], definitions, inits)


def _space(var: Var, definitions: Definitions, inits: Inits) -> Expr:
    """A new array as the one that a variable is a version of."""
    at: Expr | None = var
    while isinstance(at, Var):
        match definitions.get(at):
            case Apply(op="numpy.empty" | "numpy.zeros" | "numpy.ones", args=args):
                return Apply("numpy.empty", args)
            case Apply(op=op, args=(before, *_)) if op in UPDATES:
                at = before
            case _:
                at = inits.get(at)
    return Apply("numpy.empty_like", (var,))


def _before(var: Var, writer: Step) -> Expr | None:
    """The array that a step makes another version of."""
    return next(before for made, before in versions(writer) if made is var)


def _replay(result: Var, writers: Mapping[Var, Step], definitions: Definitions) -> Replay | None:
    """The last steps that write an array, back to where all of it is written."""
    assert isinstance(result.kind, ArrayOf) and result.kind.dims
    written = _Elements(result.kind.dims, definitions)
    block: Block = []
    at: Expr | None = result
    while isinstance(at, Var) and at in writers:
        own = _alone(at, writers[at])
        if own is None or not written.add(at, own):
            return None
        block.insert(0, own)
        at = _before(at, own)
        if written.is_all():
            break
    if not written.is_all() or not isinstance(at, Var) or list(all_read(block)).count(at) > 1:
        return None
    return Replay(block, result, at)


def _alone(var: Var, writer: Step) -> Step | None:
    """A step that does nothing but write to one array; None where there is none."""
    if isinstance(writer, Stage):
        return Stage(writer.target, writer.value)
    assert isinstance(writer, Loop)
    if writer.target is None or writer.leave is not None or writer.keep is not None:
        return None
    carried = next(c for c in writer.carried if c.var is var)
    assert carried.next is not None
    body: Block = [map_expressions(s, lambda e: e) for s in writer.body]
    _unkept(body)
    clear_dead(body, [carried.next])
    for step in steps(body):
        if isinstance(step, Stage):
            step.number = 0
        elif not isinstance(step, Loop) or step.iterable is None or step.leave is not None:
            return None
    others = {c.var for c in writer.carried if c is not carried}
    if others & {*all_read(body), *variables(carried.next)}:
        return None
    written = Carried(var, carried.init, carried.next)
    return Loop([written], body, target=writer.target, iterable=writer.iterable)


def _unkept(block: Block) -> None:
    block[:] = [s for s in block if not isinstance(s, Push)]
    for step in block:
        if isinstance(step, Loop):
            _unkept(step.body)


class _Elements:
    """Which elements of an array steps have written, each of them certainly."""

    def __init__(self, dims: Sequence[Dim], definitions: Definitions) -> None:
        self.dims, self.definitions = dims, definitions
        self.indices: list[tuple[Index, dict[Var, Loop]]] = []
        self.versions: set[Var] = set()

    def add(self, var: Var, step: Step) -> bool:
        """Note what a step writes; whether it reads nothing of the array."""
        if not self._step(var, step, {}):
            return False
        read = (v for s in steps([step]) for e in self._operands(s) for v in variables(e))
        return self.versions.isdisjoint(read)

    def _step(self, var: Var, step: Step, around: dict[Var, Loop]) -> bool:
        """Note what a step writes; whether that can be told."""
        self.versions.add(var)
        match step:
            case Stage(value=Apply(op="setitem", args=(_, index, _))):
                self.indices.append((parts_of(index), around))
                return True
            case Loop(target=Var() as target, body=body):
                carried = next(c for c in step.carried if c.var is var)
                makers = {v: s for s in body for v, _ in versions(s)}
                at: Expr | None = carried.next
                while at is not carried.var:
                    if not isinstance(at, Var) or at not in makers:
                        return False
                    if not self._step(at, makers[at], {**around, target: step}):
                        return False
                    at = _before(at, makers[at])
                return True
        return False

    def _operands(self, step: Step) -> Iterator[Expr | None]:
        """What a step reads, but for the version of the array that it makes another one of."""
        match step:
            case Stage(target=target, value=Apply(args=(_, *others))) if target in self.versions:
                yield from others
            case Loop():
                for c in step.carried:
                    if c.var not in self.versions:
                        yield from (c.init, c.next)
                yield from (step.iterable, step.test, step.leave)
            case _:
                yield from expressions(step)

    def is_all(self) -> bool:
        """Whether every element is written, by one store with a loop for each axis, or along the
        only axis by stores of the first elements and a loop from there on."""
        alone = [index[0] for index, around in self.indices if len(index) == 1 and not around]
        first = {i.value for i in alone if isinstance(i, Const) and isinstance(i.value, int)}
        return any(self._covers(index, around, first) for index, around in self.indices)

    def _covers(self, index: Index, around: dict[Var, Loop], first: set[int]) -> bool:
        if len(index) != len(self.dims) or len(set(index)) != len(index):
            return False
        for part, dim in zip(index, self.dims, strict=True):
            if not isinstance(part, Var) or part not in around:
                return False
            match around[part].iterable:
                case Apply(op="range", args=(stop,)):
                    start = 0
                case Apply(op="range", args=(Const(value=int() as start), stop)):
                    pass
                case _:
                    return False
            if start < 0 or dim is None or self._length(stop) != dim:
                return False
            if start and (len(index) > 1 or not set(range(start)) <= first):
                return False
        # A store that other loops run past for every one of its rounds might not be reached.
        return set(around) == set(index)

    def _length(self, expr: Expr) -> Dim:
        """The length of an axis that a number is."""
        if isinstance(expr, Const):
            value = expr.value
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        length = asked_length(expr)
        if length is None and isinstance(expr, Var):
            made = self.definitions.get(expr)
            length = None if made is None else self._length(made)
            return extent(Size(expr)) if length is None else length
        return length


def _cost(step: Step) -> int:
    """What a step costs for each element of the array."""
    if isinstance(step, Loop):
        of_round = max(1, sum(map(_cost, step.body)))
        return of_round if any(True for _ in versions(step)) else ELEMENTS * of_round
    assert isinstance(step, Stage)
    if is_store(step.value):
        assert isinstance(step.value, Apply)
        return 1 + sum(map(cost_in_a_loop, step.value.args[1:]))
    return cost_in_a_loop(step.value)
