"""The tangent of one stage: from partial derivatives, or from the operation itself, if linear."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symdiff.differentiate.array_tangents import tangent_of_array
from symdiff.differentiate.sizes import kind_of, real_part
from symdiff.stages import Apply, Expr, Helper, ListOf, Opaque, Stage, Var

if TYPE_CHECKING:
    from symdiff.differentiate.forward import Forward

# Functions written into the generated file where a single expression can't say it.
HELPERS = {
    "sorted_like": '''def sorted_like(tangents, items):
    """The tangents in the order that sorts the items."""
    return [tangents[i] for i in sorted(range(len(items)), key=items.__getitem__)]
''',
}


def tangent_of(sweep: Forward, step: Stage) -> Expr | None:
    """The tangent of what a stage defines; None where it is zero."""
    value = step.value
    if isinstance(value, Var):
        sweep.same_shape(sweep.tangent(value) or value, value, step.target)
        return sweep.tangent(value)
    if not isinstance(value, Apply):
        return None
    handled, found = tangent_of_array(sweep, step)
    if handled:
        return found
    rule = RULES.get(value.op)
    if rule is not None and (value.op in ALWAYS or _is_of_lists(step, value)):
        return rule(sweep, step.target, value)
    total: Expr | None = None
    for arg, partial in sweep.partials_of(value, step.target):
        given = sweep.tangent(arg)
        if given is None:
            continue
        share = real_part(sweep, sweep.times(given, partial), step.target)
        total = share if total is None else sweep.apply("add", total, share)
    return total


def _is_of_lists(step: Stage, value: Apply) -> bool:
    """Whether an operation that numbers have too is one on lists of unknown length."""
    if value.op in ("add", "mul"):
        return isinstance(step.target.kind, ListOf)
    return any(isinstance(a, Var) and isinstance(a.kind, ListOf) for a in value.args)


def _expr(template: str, *args: Expr) -> Expr:
    return Opaque(template, args, pure=True)


def _itself(*linear: int) -> Rule:
    """The operation on tangents in the place of the arguments in which it is linear."""

    def rule(sweep: Forward, target: Var, value: Apply) -> Expr | None:
        args = value.args
        op = value.op
        if all(sweep.tangent(args[i]) is None for i in linear if i < len(args)):
            return None
        given = [sweep.whole_tangent(a) if i in linear else a for i, a in enumerate(args)]
        return sweep.emit(Apply(op, tuple(given)), sweep.kind_of_tangent(target.kind))

    return rule


def _list(sweep: Forward, target: Var, value: Apply) -> Expr | None:
    args = value.args
    return sweep.emit(
        Apply("list", tuple(sweep.whole_tangent(a) for a in args)),
        sweep.kind_of_tangent(target.kind),
    )


def _repeated(sweep: Forward, target: Var, value: Apply) -> Expr | None:
    given = [sweep.whole_tangent(a) if isinstance(kind_of(a), ListOf) else a for a in value.args]
    return sweep.emit(Apply("mul", tuple(given)), sweep.kind_of_tangent(target.kind))


def _sorted(sweep: Forward, target: Var, value: Apply) -> Expr | None:
    args = value.args
    name = "sorted_like"
    sweep.helpers.setdefault(name, Helper(name, HELPERS[name], (), Var("out"), ()))
    return sweep.emit(
        Apply(f"helper:{name}", (sweep.whole_tangent(args[0]), args[0])),
        sweep.kind_of_tangent(target.kind),
    )


def _sum(sweep: Forward, target: Var, value: Apply) -> Expr | None:
    args = value.args
    total = sweep.emit(Apply(value.op, (sweep.whole_tangent(args[0]),)))
    for start in args[1:]:
        given = sweep.tangent(start)
        if given is not None:
            total = sweep.emit(Apply("add", (total, given)))
    return total


def _prod(sweep: Forward, target: Var, value: Apply) -> Expr | None:
    args = value.args
    from symdiff.differentiate.containers import HELPERS as OF_LISTS

    name = "products_of_others"
    total: Expr | None = None
    if sweep.tangent(args[0]) is not None:
        sweep.helpers.setdefault(name, Helper(name, OF_LISTS[name], (), Var("out"), ()))
        others = sweep.emit(Apply(f"helper:{name}", args[:1]), kind_of(args[0]))
        text = "sum(item * dot for item, dot in zip(_0, _1))"
        total = sweep.emit(_expr(text, others, sweep.whole_tangent(args[0])))
        if len(args) > 1:
            total = sweep.times(total, args[1])
    if len(args) > 1 and (given := sweep.tangent(args[1])) is not None:
        product = sweep.emit(Apply("math.prod", args[:1]))
        share = sweep.times(given, product)
        total = share if total is None else sweep.apply("add", total, share)
    return total


def _extreme(sweep: Forward, target: Var, value: Apply) -> Expr | None:
    args = value.args
    text = "sum(dot for item, dot in zip(_0, _1) if item == _2) / _0.count(_2)"
    return sweep.emit(_expr(text, args[0], sweep.whole_tangent(args[0]), target))


def _dist(sweep: Forward, target: Var, value: Apply) -> Expr | None:
    here, there = value.args
    text = (
        "sum((a - b) * (a_dot - b_dot) for a, b, a_dot, b_dot in zip(_0, _1, _2, _3)) / _4 "
        "if _4 else 0.0"
    )
    return sweep.emit(
        _expr(text, here, there, sweep.whole_tangent(here), sweep.whole_tangent(there), target)
    )


def _sumprod(sweep: Forward, target: Var, value: Apply) -> Expr | None:
    args = value.args
    total: Expr | None = None
    for here, there in (args, args[::-1]):
        if sweep.tangent(here) is not None:
            text = "sum(dot * item for dot, item in zip(_0, _1))"
            share = sweep.emit(_expr(text, sweep.whole_tangent(here), there))
            total = share if total is None else sweep.apply("add", total, share)
    return total


Rule = Callable[["Forward", Var, Apply], Expr | None]

ALWAYS = {"getitem", "list", "append", "setitem", "delitem", "insert", "extend", "copy", "sorted"}
RULES: dict[str, Rule] = {
    "getitem": _itself(0),
    "list": _list,
    "append": _itself(0, 1),
    "setitem": _itself(0, 2),
    "delitem": _itself(0),
    "insert": _itself(0, 2),
    "extend": _itself(0, 1),
    "add": _itself(0, 1),
    "mul": _repeated,
    "copy": _itself(0),
    "sorted": _sorted,
    "sum": _sum,
    "math.fsum": _sum,
    "math.prod": _prod,
    "max": _extreme,
    "min": _extreme,
    "math.dist": _dist,
    "math.sumprod": _sumprod,
}
