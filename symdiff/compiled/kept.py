"""What is kept for the reverse sweep lives in arrays, where it is known how much that will be.

A stack that loops over ranges fill, and the loops that reverse them empty, becomes an array that
is made before the outermost of them: `x_kept[i, j] = x` in the forward sweep, `x = x_kept[i, j]` in
the reverse sweep. Where there are not as many inner rounds in every outer round, they are counted
before, and the slots are taken one after the other. Everything else stays a list: under Numba that
is faster than an array that grows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from symdiff.compiled.alike import keep_alike_once
from symdiff.compiled.counted import Positions, counted
from symdiff.compiled.entry import Entry, Text
from symdiff.compiled.handed import handed_stacks, pairs_of
from symdiff.compiled.nests import (
    Loops,
    Mirror,
    Stack,
    block_of,
    first_rounds,
    mirror,
    run_over_rounds,
    stacks_of,
)
from symdiff.compiled.steady import compute_once
from symdiff.compiled.together import made_together
from symdiff.differentiate.keeping import nothing
from symdiff.rules.memory import UPDATES, holds_objects, shares
from symdiff.rules.registry import kind_of
from symdiff.rules.shapes import item_of
from symdiff.simplify.dead import drop_dead
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Global,
    Kind,
    Loop,
    Merge,
    Opaque,
    Pop,
    Procedure,
    Push,
    Stage,
    Step,
    Var,
    blocks,
    expressions,
    map_expressions,
    steps,
    substitute,
    variables,
)

DTYPES: dict[Kind, Expr] = {
    REAL: Const(None),
    INTEGER: Global("numpy.int64"),
    BOOLEAN: Global("numpy.bool_"),
    COMPLEX: Global("numpy.complex128"),
}
ZEROS: dict[Kind, Expr] = {
    REAL: Const(0.0),
    INTEGER: Const(0),
    BOOLEAN: Const(False),
    COMPLEX: Const(0j),
}
Nest = tuple[int, ...]
TOO_LONG = 10**8  # for a loop that is left early


def keep_in_arrays(procedure: Procedure, again: bool = False) -> Procedure:
    """The derivative, and those it calls, with arrays for the stacks whose size is known; `again`
    for a text that is to be read, where arrays that are parts of one would be views."""
    made = _own(procedure)
    callees = {name: _own(callee) for name, callee in procedure.callees.items()}
    for callee in (made, *callees.values()):
        compute_once(callee)
        keep_alike_once(callee)
    for forward, backward in pairs_of(callees):
        _Keeper(forward, backward, again).run()
    for callee in (made, *callees.values()):
        _Keeper(callee, callee, again).run()
    for callee in callees.values():
        callee.callees = callees
    return replace(made, callees=callees)


def _own(procedure: Procedure) -> Procedure:
    """A procedure whose steps may be changed, and in which all of them are needed."""
    made = drop_dead(procedure)
    return replace(made, body=[map_expressions(s, lambda e: e) for s in made.body])


@dataclass(slots=True)
class _Plan:
    """How a stack becomes an array: where it is made, and by which loops its slots are told."""

    stack: Stack
    handed: Var | None  # the stack in the backward function, if that is another one
    push: Push
    pop: Pop
    mirrors: list[Mirror]
    before: Loop
    around: Loops
    shape: tuple[Expr, ...]  # the numbers of rounds, and the shape of what is kept
    dtype: Expr
    in_turn: bool = False  # slots are taken one after the other
    size: Block = field(default_factory=list)  # what counts them


class _Keeper:
    """Arrays for the stacks that one procedure fills and another one, or the same, empties."""

    def __init__(self, forward: Procedure, backward: Procedure, again: bool) -> None:
        self.procedure, self.backward, self.again = forward, backward, again
        self.text = Text(forward)
        self.stacks = stacks_of(forward)
        self.handed: dict[Var, Var] = {}
        if backward is not forward:
            taken = stacks_of(backward)
            for var, filled in handed_stacks(forward, backward).items():
                own = self.stacks.get(filled)
                if own is not None and not taken[var].is_handed and not taken[var].is_shared:
                    own.pops += taken[var].pops
                    own.is_handed = False
                    self.handed[filled] = var
        loops = [s for s in steps(forward.body) if isinstance(s, Loop)]
        self.inits = {c.var: c.init for loop in loops for c in loop.carried if c.init is not None}
        self.mirrors: dict[tuple[int, int], Mirror | None] = {}
        self.positions: dict[Nest, Positions] = {}

    def run(self) -> None:
        plans = [p for stack in self.stacks.values() if (p := self.plan(stack)) is not None]
        _turn(plans)
        places: dict[int, list[_Plan]] = {}
        for plan in plans:
            self.carry_out(plan)
            places.setdefault(id(plan.before), []).append(plan)
        for members in places.values():
            block = block_of(self.procedure.body, members[0].before)
            at = next(i for i, step in enumerate(block) if step is members[0].before)
            block[at:at] = [
                *(step for plan in members for step in plan.size),
                *made_together(
                    ((p.stack.var, p.dtype, p.shape) for p in members),
                    most=1 if self.again else len(members),
                ),
            ]
            for plan in members:
                if plan.handed is not None:
                    self.hand_on(plan)
        for loop in steps(self.procedure.body):
            early = first_rounds(loop) if isinstance(loop, Loop) else None
            if early is not None:
                assert isinstance(loop, Loop)
                run_over_rounds(loop, *early)

    # --- the decision

    def mirror(self, forward: Loop, backward: Loop) -> Mirror | None:
        key = id(forward), id(backward)
        if key not in self.mirrors:
            self.mirrors[key] = mirror(forward, backward)
        return self.mirrors[key]

    def plan(self, stack: Stack) -> _Plan | None:
        if stack.made.value != Apply("stack") or stack.is_handed or stack.is_shared:
            return None
        if len(stack.pushes) != 1 or len(stack.pops) != 1:
            return None
        (push, filling), (pop, emptying) = stack.pushes[0], stack.pops[0]
        shared = 0
        while shared < min(len(filling), len(emptying)) and filling[shared] is emptying[shared]:
            shared += 1
        around, forward, backward = filling[:shared], filling[shared:], emptying[shared:]
        if len(forward) != len(backward) or not forward:
            return None
        mirrors: list[Mirror] = []
        for pair in zip(forward, backward, strict=True):
            found = self.mirror(*pair)
            if found is None:
                return None
            mirrors.append(found)
        handed = self.handed.get(stack.var)
        if handed is not None and any(isinstance(m.rounds, Apply) for m in mirrors):
            return None
        kind = kind_of(push.value)
        is_number = kind in DTYPES or isinstance(kind, ArrayOf) and kind.dims == ()
        # An array that outlives a round of the loops around must not be overwritten in the next.
        is_inner = around and (is_number or self.stays_inside(pop.target))
        places = [(loop, around[:at]) for at, loop in enumerate(around)] if is_inner else []
        for before, outside in [*places, (forward[0], around)]:
            found_plan = self.plan_at(before, outside, stack, push, pop, mirrors)
            if found_plan is not None:
                found_plan.handed = handed
                return found_plan
        return None

    def plan_at(
        self,
        before: Loop,
        around: Loops,
        stack: Stack,
        push: Push,
        pop: Pop,
        mirrors: list[Mirror],
    ) -> _Plan | None:
        """The plan for an array that is made before a loop, if its size is known there."""
        entry = Entry(self.text, before)
        kind = kind_of(push.value)
        item = kind.item if isinstance(kind, ArrayOf) else kind
        own = entry.shape(kind) if isinstance(kind, ArrayOf) else []
        if own is None or item not in DTYPES:
            return None
        if isinstance(kind, ArrayOf) and _starts_undefined(push.value, mirrors):
            return None
        dtype = self.dtype(push.value, before) or DTYPES[item]
        rounds = [
            entry.rounds(m.forward.iterable, exactly=m.rounds is not None)
            if m.forward.iterable is not None
            else None
            for m in mirrors
        ]
        known = tuple(r for r in rounds if r is not None)
        in_turn, size = False, []
        if len(known) < len(mirrors) or any(m.rounds is not None for m in mirrors[1:]):
            if stack.var in self.handed and any(m.rounds is not None for m in mirrors):
                return None  # only the forward function knows how many slots were taken
            key = _nest(before, mirrors)
            if key not in self.positions:
                made = counted(self.text, before, mirrors)
                if made is None:
                    return None
                self.positions[key] = made
            in_turn, size = True, self.positions[key].take_steps()
            known = (self.positions[key].size,)
        is_left = any(m.rounds is not None for m in mirrors)
        if is_left and any(isinstance(n, Const) and n.value >= TOO_LONG for n in known):
            return None
        return _Plan(
            stack, None, push, pop, mirrors, before, around, (*known, *own), dtype, in_turn, size
        )

    def dtype(self, value: Expr, before: Loop) -> Expr | None:
        """The type of the numbers of an array, where that is the one of an array at hand."""
        if not isinstance(kind_of(value), ArrayOf):
            return None
        found: Expr | None = None
        while True:
            if found is None and isinstance(value, Var) and self.text.is_at_hand(value, before):
                found = Opaque("_0.dtype", (value,), pure=True)
            match value:
                case Var() if value in self.inits:
                    value = self.inits[value]
                case Var() if value in self.text.made:
                    value = self.text.made[value]
                case Apply(op=op, args=(first, *_)) if (
                    op in UPDATES or op == "copy" or op == "getitem"
                ) and isinstance(kind_of(first), ArrayOf):
                    value = first
                case Apply(op="numpy.zeros" | "numpy.ones" | "numpy.empty", args=(_,)):
                    return None  # the usual type
                case _:
                    return found

    def stays_inside(self, var: Var) -> bool:
        """Whether nothing but the expressions that read an array hold on to it."""
        for step in steps(self.backward.body):
            if not any(var in set(variables(e)) for e in expressions(step)):
                continue
            if not isinstance(step, Stage):
                return False
            if holds_objects(step.target) and var in set(shares(step.value)):
                return False
        return True

    # --- the change

    def carry_out(self, plan: _Plan) -> None:
        plan.stack.block[:] = [s for s in plan.stack.block if s is not plan.stack.made]
        for found in plan.mirrors:
            found.count()
        if plan.in_turn:
            key = _nest(plan.before, plan.mirrors)
            end = None if plan.handed is None else Apply("len", (plan.handed,))
            plan.push.index, plan.pop.index = self.positions[key].indices(plan.mirrors, end)
        else:
            outer = plan.around
            indices, mirrored = [], []
            for found in plan.mirrors:
                indices.append(found.index(outer))
                outer = (*outer, found.forward)
            outer = plan.around
            for found in plan.mirrors:
                mirrored.append(found.mirrored_index(outer))
                outer = (*outer, found.backward)
            plan.push.index, plan.pop.index = tuple(indices), tuple(mirrored)
        _define_start(plan)

    def hand_on(self, plan: _Plan) -> None:
        """An array that is made in an arm of a branch is empty after the other arm."""
        var = plan.stack.var
        dtype = DTYPES[item_of(kind_of(plan.push.value))]
        empty = Apply("stack", (dtype, *(Const(0) for _ in plan.shape)))
        for branch, is_then in reversed(_arms_around(self.procedure.body, plan.before)):
            merged = Var(var.base, var.kind)
            arms = (var, empty) if is_then else (empty, var)
            branch.merges.append(Merge(merged, *arms))
            var = merged
        if var is not plan.stack.var:
            self.procedure.result = substitute(self.procedure.result, {plan.stack.var: var})


def _arms_around(block: Block, wanted: Step) -> list[tuple[Branch, bool]]:
    """The branches around a step, the outermost first, and whether it stands in their first arm."""
    for step in block:
        if step is wanted:
            return []
        for at, inner in enumerate(blocks(step)):
            if any(each is wanted for each in steps(inner)):
                around = _arms_around(inner, wanted)
                return [(step, at == 0), *around] if isinstance(step, Branch) else around
    raise ValueError("the step is not in the block")


def _turn(plans: list[_Plan]) -> None:
    """Keep arrays in the order in which the reverse sweep takes them.

    LLVM checks once before the loop that an inner loop's arrays don't overlap, and takes rows whose
    addresses fall from round to round for such that do: these inner loops are not vectorised."""
    in_turn = {id(m) for plan in plans if plan.in_turn for m in plan.mirrors}
    for plan in plans:
        innermost = plan.mirrors[-1]
        kind = kind_of(plan.push.value)
        if isinstance(kind, ArrayOf) and kind.dims:
            innermost.turned = id(innermost) not in in_turn and innermost.can_be_turned()


def _nest(before: Loop, mirrors: list[Mirror]) -> Nest:
    return id(before), *(id(m.forward) for m in mirrors)


def _starts_undefined(value: Expr, mirrors: list[Mirror]) -> bool:
    """Whether what is kept has no value of its own before the first round."""
    carried = (c for m in mirrors for c in m.forward.carried if c.var is value)
    return any(c.init in (Const(None), nothing(c.var)) for c in carried)


def _define_start(plan: _Plan) -> None:
    """An array has no place for what the user's code leaves undefined before the first round."""
    for found in plan.mirrors:
        for carried in found.forward.carried:
            if carried.var is plan.push.value and carried.init == Const(None):
                carried.init = ZEROS[kind_of(carried.var)]
