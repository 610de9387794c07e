"""Objects that change: what is read of them is read once, where it stands.

Lists and dicts of the reader are values, but a set, or another object that methods are called on,
is one thing from beginning to end. What is asked of it (`k in seen`) must not be asked again in
the reverse sweep, nor shared with what is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.errors import UnsupportedSyntax
from symdiff.stages import (
    OBJECT,
    Apply,
    Branch,
    Call,
    Expr,
    Loop,
    Opaque,
    Passive,
    Procedure,
    Stage,
    Var,
    expressions,
    steps,
    variables,
)

TEMPLATES = {
    "in": "_0 in _1",
    "not_in": "_0 not in _1",
    "getitem": "_0[_1]",
    "len": "len(_0)",
    "copy": "list(_0)",
    "sorted": "sorted(_0)",
    "eq": "_0 == _1",
    "ne": "_0 != _1",
    "bool": "bool(_0)",
    "not": "not _0",
}


def read_once(procedure: Procedure) -> None:
    """Make what reads a changing object run once. Raises UnsupportedSyntax where it can't be."""
    changing = changed(procedure)
    if not changing:
        return
    for step in steps(procedure.body):
        if isinstance(step, Stage) and (
            step.target in changing or any(v in changing for v in variables(step.value))
        ):
            step.value = _once(step.value)
            continue
        if isinstance(step, (Passive, Call, Stage)):
            continue
        if any(_reads(e, changing) for e in expressions(step)):
            raise UnsupportedSyntax(
                "an object that changes is read here in a way that can't be reversed",
                step.place if isinstance(step, (Branch, Loop)) else procedure.place,
                fix="Use a list or dict, or compute what is asked of it on a line of its own.",
            )


def _reads(expr: Expr, changing: set[Var]) -> bool:
    """Whether an expression asks something of a changing object, instead of handing it on."""
    return not isinstance(expr, Var) and any(v in changing for v in variables(expr))


def _once(expr: Expr) -> Expr:
    if isinstance(expr, Opaque):
        return Opaque(expr.template, expr.args)
    if isinstance(expr, Apply) and expr.op in TEMPLATES:
        return Opaque(TEMPLATES[expr.op], expr.args)
    return expr


def changed(procedure: Procedure) -> set[Var]:
    """The objects that a method may change, under whatever name."""
    alike: dict[Var, list[Var]] = {}

    def same(a: Var, b: Var) -> None:
        if a.kind is OBJECT and b.kind is OBJECT:
            alike.setdefault(a, []).append(b)
            alike.setdefault(b, []).append(a)

    found: list[Var] = []
    for step in steps(procedure.body):
        found += receivers(step)
        match step:
            case Stage(value=Opaque() | Apply() | Var()):
                for var in variables(step.value):
                    same(var, step.target)
            case Branch():
                for merge in step.merges:
                    for side in (merge.then, merge.orelse):
                        if isinstance(side, Var):
                            same(side, merge.var)
            case Loop():
                for carried in step.carried:
                    for side in (carried.init, carried.next):
                        if isinstance(side, Var):
                            same(side, carried.var)
            case Call() if step.callee in procedure.callees:
                callee = procedure.callees[step.callee]
                if callee is procedure:
                    continue
                inside = {v for s in steps(callee.body) for v in receivers(s)}
                for param, arg in zip(callee.params, step.args, strict=False):
                    if param.var in inside and isinstance(arg, Var):
                        found.append(arg)
    seen: set[Var] = set()
    while found:
        var = found.pop()
        if var not in seen:
            seen.add(var)
            found += alike.get(var, [])
    return seen


def receivers(step: object) -> Iterator[Var]:
    """The objects whose methods a step calls for an effect."""
    template, args = "", ()
    if isinstance(step, Passive):
        template, args = step.template, step.args  # type: ignore[assignment]
    elif isinstance(step, Stage) and isinstance(step.value, Opaque) and not step.value.pure:
        template, args = step.value.template, step.value.args  # type: ignore[assignment]
    if template.startswith("_0.") and args and isinstance(args[0], Var) and args[0].kind is OBJECT:
        yield args[0]
