"""The last changes to a procedure before it is written: steps that Python needs and the staged
computation can do without, and loops brought into the form that Python has words for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symdiff.stages import (
    BOOLEAN,
    Apply,
    Block,
    Branch,
    Carried,
    Const,
    Expr,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Procedure,
    Remark,
    Scalar,
    Stage,
    Step,
    Var,
    all_defined,
    all_read,
    blocks,
    map_expressions,
    steps,
    substitute,
    variables,
)
from symdiff.write.copies import settle
from symdiff.write.items import unpack_tuples
from symdiff.write.lending import lend
from symdiff.write.liveness import read_counts
from symdiff.write.ownership import copy_parameters

Addition = tuple[Branch, Merge]


def prepare(procedure: Procedure, again: bool = False) -> Procedure:
    """The procedure that is printed step by step."""
    shown = _marked if again else _bare
    body = [map_expressions(s, shown) for s in procedure.body]
    procedure = lend(replace(procedure, body=body, result=shown(procedure.result)))
    body = procedure.body
    counts = read_counts(procedure)
    for step in list(steps(body)):
        if isinstance(step, Loop):
            _over_items(step, counts)
            _items_first(step)
            _leave_last(step)
            _settle_flags(step)
            _nexts_last(step, counts)
            _name_leave(step)
    for block in _all_blocks(body):
        _stacks_last(block)
    body, result = unpack_tuples(body, procedure.result)
    procedure = _set_value_aside(replace(procedure, body=body, result=result))
    return settle(copy_parameters(procedure), again)


def _bare(expr: Expr) -> Expr:
    """An expression without what only says how it is differentiated."""
    if not isinstance(expr, (Apply, Opaque)):
        return expr
    args = tuple(map(_bare, expr.args))
    if isinstance(expr, Apply) and expr.op == "stop_gradient":
        return args[0]
    same = all(a is b for a, b in zip(args, expr.args, strict=True))
    return expr if same else replace(expr, args=args)


def _marked(expr: Expr) -> Expr:
    """An expression in which what says how it is differentiated is a call that can be read."""
    if not isinstance(expr, (Apply, Opaque)):
        return expr
    args = tuple(map(_marked, expr.args))
    if isinstance(expr, Apply) and expr.op == "stop_gradient":
        return Apply("symdiff.stop_gradient", args)
    return replace(expr, args=args)


def _all_blocks(block: Block) -> list[Block]:
    found = [block]
    for step in steps(block):
        found.extend(blocks(step))
    return found


def _stacks_last(block: Block) -> None:
    """Move the definitions of stacks to the first step that uses them."""
    waiting: list[Stage] = []
    made: Block = []
    for step in block:
        if isinstance(step, Stage) and step.value == Apply("stack"):
            waiting.append(step)
            continue
        reads = set(all_read([step])) if waiting else set()
        made.extend(s for s in waiting if s.target in reads)
        waiting = [s for s in waiting if s.target not in reads]
        made.append(step)
    block[:] = [*made, *waiting]


def _over_items(loop: Loop, counts: Mapping[Var, int]) -> None:
    """`for x in xs` for a loop over indices that only looks up `x = xs[i]`."""
    match loop:
        case Loop(
            target=Var() as index,
            iterable=Apply(op="range", args=(Apply(op="len", args=(Var() as items,)),)),
        ) if isinstance(items.kind, ListOf) and counts.get(index) == 1:
            for step in loop.body:
                match step:
                    case Stage(target=target, value=Apply(op="getitem", args=(of, at))) if (
                        of is items and at is index
                    ):
                        loop.target, loop.iterable = target, items
                        loop.body.remove(step)
                        return


def _items_first(loop: Loop) -> None:
    """Take the target of a loop apart at the beginning of the round, as `for i, x in ...` does."""
    target = loop.target
    first = [s for s in loop.body if target is not None and _part_of(s, target) is not None]
    if first:
        loop.body[:] = [*first, *(s for s in loop.body if s not in first)]


def _part_of(step: Step, whole: Var) -> int | None:
    """The place of the part of `whole` that a step takes."""
    match step:
        case Stage(value=Apply(op="getitem" | "part", args=(of, Const(value=int() as at), *_))) if (
            of is whole
        ):
            return at
    return None


def parts_from(block: Block, first: int) -> list[Stage | None]:
    """The stages at a position of a block that take one tuple apart, by place; empty if none do."""
    found: list[Stage | None] = []
    of: Expr | None = None
    for step in block[first:]:
        match step:
            case Stage(value=Apply(op="part", args=(whole, Const(value=at), Const(value=count)))):
                found = found or [None] * count
                if of not in (None, whole) or found[at] is not None:
                    break
                of, found[at] = whole, step
            case _:
                break
    return found


def parts_of_target(loop: Loop) -> list[Stage | None] | None:
    """The stages that take a loop's target apart, by place, where they are all that reads it."""
    if loop.target is None:
        return None
    parts = parts_from(loop.body, 0)
    first = next((s for s in parts if s is not None), None)
    if first is not None and _part_of(first, loop.target) is not None:
        return parts
    iterable = loop.iterable
    while isinstance(iterable, Apply) and iterable.op in ("reversed", "copy", "list", "tuple"):
        iterable = iterable.args[0]
    if not isinstance(iterable, Apply) or iterable.op not in ("enumerate", "zip"):
        return None
    found: list[Stage | None] = [None] * (2 if iterable.op == "enumerate" else len(iterable.args))
    for step in loop.body:
        at = _part_of(step, loop.target)
        if at is None:
            break
        assert isinstance(step, Stage)
        if not 0 <= at < len(found) or found[at] is not None:
            return None
        found[at] = step
    return found


def _leave_last(loop: Loop) -> None:
    """Move scalars that are counted after the branch that decides to leave before it."""
    body = loop.body
    at = next((i for i, s in enumerate(body) if _decides(s, loop.leave)), None)
    if at is None:
        return
    inside = set(all_defined([body[at]]))
    after = body[at + 1 :]
    for step in after:
        if not (isinstance(step, Stage) and isinstance(step.target.kind, Scalar)):
            return
        if inside & set(variables(step.value)):
            return
    body[:] = [*body[:at], *after, body[at]]


def _decides(step: Step, leave: Expr | None) -> bool:
    return isinstance(step, Branch) and any(m.var is leave for m in step.merges)


def _settle_flags(loop: Loop) -> None:
    """A carried flag that changes only in the round that leaves the loop is set there only."""
    if not isinstance(loop.leave, Var):
        return
    for carried in loop.carried:
        if isinstance(carried.init, Const) and isinstance(carried.next, Var):
            additions: list[Addition] = []
            made = _settled(loop.body, loop.leave, carried.next, carried, additions)
            if made is not None:
                for branch, merge in additions:
                    branch.merges.append(merge)
                carried.next = made


def _settled(
    block: Block, leave: Var, value: Var, carried: Carried, additions: list[Addition]
) -> Var | None:
    """What a block hands to a carried flag: a variable that is the flag itself unless the loop is
    left; None if the flag changes otherwise."""
    branch = block[-1] if block else None
    if not isinstance(branch, Branch):
        return None
    merges = {m.var: m for m in branch.merges}
    if leave not in merges or value not in merges:
        return None
    ends: list[Expr | None] = []
    for side, arm in (("then", branch.then), ("orelse", branch.orelse)):
        leaves, end = getattr(merges[leave], side), getattr(merges[value], side)
        if leaves in (None, Const(True)):
            ends.append(end)
        elif leaves == Const(False) and (end == carried.init or end is carried.var):
            ends.append(carried.var)
        elif isinstance(leaves, Var) and isinstance(end, Var):
            inner = _settled(arm, leaves, end, carried, additions)
            if inner is None:
                return None
            ends.append(inner)
        else:
            return None
    made = Var(value.base, value.kind, value.temporary)
    additions.append((branch, Merge(made, ends[0], ends[1])))
    return made


def _nexts_last(loop: Loop, counts: Mapping[Var, int]) -> None:
    """Move the next value of an adjoint behind what still reads the present one, and with it the
    next values of the adjoints that it reads itself: `da, db = db, da + db * x`."""
    stages = {s.target: (at, s) for at, s in enumerate(loop.body) if isinstance(s, Stage)}
    movable: dict[Var, tuple[int, Stage]] = {}
    for carried in loop.carried:
        found = stages.get(carried.next) if isinstance(carried.next, Var) else None
        if found is not None and _is_next(found[1], carried.var, counts):
            movable[carried.var] = found
    last: dict[Var, int] = {}
    for at, step in enumerate(loop.body):
        last.update(dict.fromkeys(all_read([step]), at))
    fixed = {c.var for c in loop.carried if c.next in stages and c.var not in movable}
    moved: set[Var] = set()
    for var, (at, _) in movable.items():
        group, pending = set(), [var] if last.get(var, at) > at else []
        while pending:
            top = pending.pop()
            if top not in group:
                group.add(top)
                reads = set(variables(movable[top][1].value)) if top in movable else set()
                pending += [c.var for c in loop.carried if c.var in reads and c.var in movable]
                if reads & fixed:
                    group.clear()
                    break
        moved |= group
    late = sorted((movable[var] for var in moved), key=lambda found: found[0])
    loop.body[:] = [s for s in loop.body if not any(s is m for _, m in late)]
    loop.body.extend(m for _, m in late)


def _is_next(stage: Stage, var: Var, counts: Mapping[Var, int]) -> bool:
    """Whether a stage gives a carried adjoint its next value, and reads nothing but numbers."""
    return (
        stage.place is None
        and stage.target.base == var.base
        and counts.get(stage.target) == 1
        and all(isinstance(v.kind, Scalar) for v in (stage.target, *variables(stage.value)))
    )


def _name_leave(loop: Loop) -> None:
    """Name a condition for leaving that reads what the end of the round overwrites."""
    carried = {c.var for c in loop.carried}
    if loop.leave is not None and carried.intersection(variables(loop.leave)):
        leave = Var("done", BOOLEAN, temporary=True)
        loop.body.append(Stage(leave, loop.leave))
        loop.leave = leave


def _set_value_aside(procedure: Procedure) -> Procedure:
    """Name the result `value` before the reverse sweep if that gives its name to other versions."""
    body = procedure.body
    turn = next((i for i, s in enumerate(body) if s == Remark("backward")), None)
    if turn is None:
        return procedure
    later = {v.base for v in all_defined(body[turn:]) if not v.temporary}
    before = set(all_defined(body[:turn]))
    aside: dict[Var, Var] = {}
    for var in variables(procedure.result):
        if var in before and var.base in later and not var.temporary and var not in aside:
            aside[var] = Var("value", var.kind)
    if not aside:
        return procedure
    stages = [Stage(new, old) for old, new in aside.items()]
    body = [*body[:turn], *stages, *body[turn:]]
    return replace(procedure, body=body, result=substitute(procedure.result, aside))
