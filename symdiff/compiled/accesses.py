"""How the rounds of a loop meet arrays, and which arrays may share their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symdiff.compiled.order import UPDATES
from symdiff.compiled.rounds import limits_of, places
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Branch,
    Call,
    Expr,
    Loop,
    Pop,
    Stage,
    Step,
    Var,
    expressions,
    variables,
)

NUMBERS = (REAL, INTEGER, BOOLEAN, COMPLEX)
FRESH = frozenset(
    {"zeros_like", "copy", "stack"}
    | {f"numpy.{n}{like}" for n in ("zeros", "empty", "ones", "full") for like in ("", "_like")}
)


@dataclass(slots=True)
class Access:
    """An array that each round meets, by the version that the loop carries or else reads: the axes
    at which the index is the round's own integer and a number."""

    array: Var
    places: dict[int, int]
    reads: bool = True
    changes: bool = False


def is_array(var: Var) -> bool:
    return isinstance(var.kind, ArrayOf)


def accesses(loop: Loop, values: Mapping[Var, Expr]) -> list[Access] | None:
    """All accesses of a plain loop; None where one can't be told."""
    limits = limits_of(loop.iterable)
    if limits is None or loop.target is None:
        return None
    family: dict[Expr, Var] = {c.var: c.var for c in loop.carried if is_array(c.var)}
    found: list[Access] = []
    for step in loop.body:
        read = [v for e in expressions(step) for v in variables(e) if is_array(v)]
        match step:
            case Pop():
                found.append(Access(step.stack, {}))
            case Stage(value=Var() as same) if same in family:
                family[step.target] = family[same]
                read = []
            case Stage(value=Apply(op=op, args=(Var() as array, index, *_))) if (
                op in {"getitem", *UPDATES} and array in read
            ):
                of = family.get(array, array)
                access = Access(of, places(index, loop.target, limits.start, values))
                if op != "getitem":
                    if array not in family:
                        return None
                    access.reads, access.changes = op != "setitem", True
                    family[step.target] = of
                found.append(access)
                read.remove(array)
        found += [Access(family.get(v, v), {}) for v in read]
    for c in loop.carried:
        if is_array(c.var) and (c.next is None or family.get(c.next) is not c.var):
            return None
    return found


def origins(array: Var, made: Mapping[Var, Step]) -> set[Var]:
    """What an array is a version or a view of; arrays without a common origin share no number.
    `made` tells which steps make variables."""
    found: set[Var] = set()
    seen: set[Var] = set()
    pending = [array]
    while pending:
        var = pending.pop()
        if var in seen:
            continue
        seen.add(var)
        read = [v for v in _made_from(var, made.get(var)) if v.kind not in NUMBERS]
        pending += read
        if not read:
            found.add(var)
    return found


def _made_from(var: Var, step: Step | None) -> list[Var]:
    before: tuple[Expr | None, ...] = ()
    match step:
        case Stage(value=Apply(op=op)) if op in FRESH:
            pass
        case Stage(value=value):
            before = (value,)
        case Pop(stack=stack):
            before = (stack,)
        case Call(args=args):
            before = args
        case Branch(merges=merges):
            before = tuple(e for m in merges if m.var is var for e in (m.then, m.orelse))
        case Loop(carried=carried):
            before = tuple(e for c in carried if c.var is var for e in (c.init, c.next))
    return [v for e in before for v in variables(e)]
