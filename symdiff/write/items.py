"""Tuples of arrays taken apart where they are made: `w, V = np.linalg.eigh(S)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symdiff.stages import (
    Apply,
    Block,
    Const,
    Expr,
    Opaque,
    Stage,
    Step,
    TupleOf,
    Var,
    blocks,
    expressions,
    map_expressions,
    steps,
    variables,
)

Items = dict[int, Var]


def unpack_tuples(body: Block, result: Expr) -> tuple[Block, Expr]:
    """A body in which the items of a tuple that nobody named follow it directly, each read once."""
    found: dict[Var, Items] = {
        s.target: {}
        for s in steps(body)
        if isinstance(s, Stage) and isinstance(s.target.kind, TupleOf) and s.target.temporary
    }
    if not found:
        return body, result
    exprs = [e for s in steps(body) for e in expressions(s)] + [result]
    items = [item for e in exprs for item in _items(e)]
    reads = [v for e in exprs for v in variables(e)]
    for whole in list(found):
        if reads.count(whole) != sum(e.args[0] is whole for e in items):
            del found[whole]
    for step in steps(body):
        if isinstance(step, Stage) and (of := _tuple_of(step.value)) is not None and of in found:
            found[of].setdefault(item_of_tuple(step.value), step.target)
    for expr in items:
        of = _tuple_of(expr)
        if of is not None and of in found:
            assert isinstance(of.kind, TupleOf)
            at = item_of_tuple(expr)
            found[of].setdefault(at, Var(of.base, of.kind.items[at], temporary=True))

    def replaced(expr: Expr) -> Expr:
        whole = _tuple_of(expr)
        if whole is not None and whole in found:
            return found[whole][item_of_tuple(expr)]
        if isinstance(expr, (Apply, Opaque)) and expr.args:
            return replace(expr, args=tuple(map(replaced, expr.args)))
        return expr

    body = [map_expressions(s, replaced) for s in body]
    for block in [body, *(b for s in steps(body) for b in blocks(s))]:
        block[:] = [made for s in block for made in _with_items(s, found)]
    return body, replaced(result)


def _with_items(step: Step, found: dict[Var, Items]) -> Iterator[Step]:
    """A step, and the stages of its items after it where it makes a tuple."""
    if isinstance(step, Stage) and step.value is step.target:
        return
    yield step
    if isinstance(step, Stage) and step.target in found:
        assert isinstance(step.target.kind, TupleOf)
        count = Const(len(step.target.kind.items))
        for at, item in sorted(found[step.target].items(), key=lambda pair: pair[0]):
            part = Apply("part", (step.target, Const(at), count))
            yield Stage(item, part, step.place, step.number)


def item_of_tuple(expr: Expr) -> int:
    """Which item of a tuple an expression is, counted from the front."""
    match expr:
        case Apply(args=(Var(kind=TupleOf(items=items)), Const(value=int() as at))):
            return at % len(items)
    raise ValueError(f"not an item of a tuple: {expr!r}")


def _tuple_of(expr: Expr) -> Var | None:
    match expr:
        case Apply(op="getitem", args=(Var(kind=TupleOf()) as whole, Const(value=int()))):
            return whole
    return None


def _items(expr: Expr) -> Iterator[Apply]:
    """The parts of an expression that are items of tuples."""
    pending = [expr]
    while pending:
        top = pending.pop()
        if isinstance(top, Apply) and _tuple_of(top) is not None:
            yield top
        elif isinstance(top, (Apply, Opaque)):
            pending.extend(reversed(top.args))
