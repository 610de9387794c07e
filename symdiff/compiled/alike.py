"""One value is kept once, however often it was read: `x[i]` in two places of a round, say."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from symdiff.compiled.nests import Stack, stacks_of
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    OBJECT,
    STACK,
    Apply,
    Block,
    Const,
    Expr,
    Pop,
    Procedure,
    Push,
    Scalar,
    Stage,
    Step,
    Var,
    blocks,
    steps,
)

# Operations whose value follows from that of their arguments.
_PURE = frozenset({"add", "sub", "mul", "neg", "getitem", "len", "numpy.shape", "tuple", "slice"})


def keep_alike_once(procedure: Procedure) -> None:
    """Take numbers that are kept beside an equal one from the stack of that one."""
    made = {s.target: s.value for s in steps(procedure.body) if isinstance(s, Stage)}
    homes = _homes(procedure.body)
    first: dict[Hashable, Stack] = {}
    for stack in stacks_of(procedure).values():
        if stack.is_handed or stack.is_shared or len(stack.pushes) != 1 or len(stack.pops) != 1:
            continue
        (push, _), (pop, _) = stack.pushes[0], stack.pops[0]
        if not isinstance(kind_of(push.value), Scalar):
            continue
        places = homes[id(push)], homes[id(pop)]
        key = (id(places[0]), id(places[1]), _key(push.value, made))
        other = first.setdefault(key, stack)
        if other is stack:
            continue
        taken = other.pops[0][0]
        if _place(places[1], taken) < _place(places[1], pop):
            _drop(places[0], push)
            places[1][_place(places[1], pop)] = Stage(pop.target, taken.target)


def _homes(body: Block) -> dict[int, Block]:
    """The block of each step that fills or empties a stack."""
    found: dict[int, Block] = {}
    pending = [body]
    while pending:
        block = pending.pop()
        found.update((id(s), block) for s in block if isinstance(s, (Push, Pop)))
        pending.extend(inner for step in block for inner in blocks(step))
    return found


def _key(expr: Expr, made: Mapping[Var, Expr]) -> Hashable:
    """What two expressions share that surely have one value."""
    match expr:
        case Var():
            value = made.get(expr)
            return expr if value is None or not _is_known(value) else _key(value, made)
        case Apply(op=op, args=args):
            return op, *(_key(a, made) for a in args)
    return expr


def _is_known(value: Expr) -> bool:
    """Whether a value follows from the variables that it reads."""
    if not isinstance(value, Apply):
        return isinstance(value, Const)
    if value.op == "getitem" and kind_of(value.args[0]) in (OBJECT, STACK):
        return False
    return value.op in _PURE


def _place(block: Block, step: Step) -> int:
    return next(at for at, other in enumerate(block) if other is step)


def _drop(block: Block, step: Step) -> None:
    del block[_place(block, step)]
