"""How operations on lists are reversed: the adjoint of a list is a list of as many adjoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symdiff.differentiate.emitting import zeros_like
from symdiff.read.values import kind_of
from symdiff.stages import (
    INTEGER,
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Helper,
    ListOf,
    Opaque,
    Stage,
    Var,
)

if TYPE_CHECKING:
    from symdiff.differentiate.reverse import Reverse

LAST = Const(-1)

# Functions written into the generated file where a single expression can't say it.
HELPERS = {
    "add_to_slice": '''def add_to_slice(items, at, more):
    """The items with `more` added to those of a slice."""
    items = list(items)
    items[at] = [a + b for a, b in zip(items[at], more)]
    return items
''',
    "with_slice": '''def with_slice(items, at, other):
    """The items with `other` in place of a slice."""
    items = list(items)
    items[at] = other
    return items
''',
    "unsorted": '''def unsorted(items, ranked):
    """Values in the order of the sorted items, put back into the order of the items."""
    order = sorted(range(len(items)), key=items.__getitem__)
    back = [0.0] * len(items)
    for at, value in zip(order, ranked):
        back[at] = value
    return back
''',
    "products_of_others": '''def products_of_others(items):
    """For each item the product of all the others."""
    before = [1.0]
    for item in items[:-1]:
        before.append(before[-1] * item)
    after = 1.0
    for i in range(len(items) - 1, -1, -1):
        before[i] *= after
        after *= items[i]
    return before[:len(items)]
''',
    "insertion_index": '''def insertion_index(at, size):
    """Where list.insert puts an item."""
    return max(0, at + size) if at < 0 else min(at, size)
''',
}


def reverse_container(sweep: Reverse, step: Stage, adjoint: Expr) -> bool:
    """Reverse a stage that makes or reads a list; False when it is something else."""
    value = step.value
    if not isinstance(value, Apply):
        return False
    rule = RULES.get(value.op)
    if rule is None:
        return False
    if value.op in ("add", "mul") and not isinstance(step.target.kind, ListOf):
        return False
    if value.op in (
        "sum",
        "math.fsum",
        "math.prod",
        "max",
        "min",
        "math.dist",
        "math.sumprod",
        "math.hypot",
    ) and not any(isinstance(a, Var) and isinstance(a.kind, ListOf) for a in value.args):
        return False
    rule(sweep, step.target, value.args, adjoint)
    return True


def _expr(template: str, *args: Expr) -> Expr:
    return Opaque(template, args, pure=True)


def _helper(sweep: Reverse, name: str, *args: Expr) -> Expr:
    sweep.helpers.setdefault(name, Helper(name, HELPERS[name], (), Var("out"), ()))
    return Apply(f"helper:{name}", args)


def _list_of(sweep: Reverse, var: Expr) -> Expr:
    """The adjoint of a list so far, made of zeros where there is none."""
    assert isinstance(var, Var)
    return sweep.adjoint_or_zero(var)


def _getitem(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    holder, at = args
    if not sweep.is_active(holder):
        return
    assert isinstance(holder, Var)
    known = _list_of(sweep, holder)
    if isinstance(at, Apply) and at.op == "slice":
        text = _expr("slice(_0, _1, _2)", *at.args)
        if isinstance(target.kind, ListOf) and isinstance(target.kind.item, ListOf):
            part = sweep.emit(Apply("getitem", (known, at)), target.kind)
            total = sweep.emit(sweep.sum_of(part, adjoint), target.kind)
            sweep.replace(holder, _helper(sweep, "with_slice", known, text, total))
            return
        sweep.replace(holder, _helper(sweep, "add_to_slice", known, text, adjoint))
    elif isinstance(target.kind, ListOf):
        row = sweep.emit(Apply("getitem", (known, at)), target.kind)
        sweep.replace(
            holder,
            Apply("setitem", (known, at, sweep.emit(sweep.sum_of(row, adjoint), target.kind))),
        )
    else:
        sweep.replace(holder, Apply("add_at", (known, at, adjoint)))


def _list(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    for i, arg in enumerate(args):
        if sweep.is_active(arg):
            sweep.accumulate(arg, sweep.emit(Apply("getitem", (adjoint, Const(i))), kind_of(arg)))


def _zero_before(sweep: Reverse, holder: Expr, at: Expr) -> Expr:
    """The adjoint of an item that an update takes away: a zero, as long as the item was, which the
    forward sweep tells before the update."""
    kind = kind_of(holder)
    item = kind.item if isinstance(kind, ListOf) else REAL
    gone = Var("gone", item, temporary=True)
    taken = Stage(gone, Apply("getitem", (holder, at)))
    if isinstance(item, ListOf) and not isinstance(item.item, (ListOf, ArrayOf)):
        size = Var("size", INTEGER, temporary=True)
        sweep.before += [taken, Stage(size, Apply("len", (gone,)))]
        return sweep.emit(_expr("[0.0] * _0", size), item)
    if isinstance(item, ArrayOf) and item.item is REAL:
        shape = Var("shape", OBJECT, temporary=True)
        sweep.before += [taken, Stage(shape, Apply("numpy.shape", (gone,)))]
        return sweep.emit(Apply("numpy.zeros", (shape,)), item)
    if isinstance(item, (ListOf, ArrayOf)):
        zeros = Var("zeros", item, temporary=True)
        zero = zeros_like(gone, item) if isinstance(item, ListOf) else Apply("zeros_like", (gone,))
        sweep.before += [taken, Stage(zeros, zero)]
        return zeros
    return Const(0.0)


def _append(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    holder, item = args
    if sweep.is_active(item):
        sweep.accumulate(item, sweep.emit(Apply("getitem", (adjoint, LAST)), kind_of(item)))
    if sweep.is_active(holder):
        sweep.hand_on(holder, Apply("delitem", (adjoint, LAST)))


def _setitem(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    holder, at, item = args
    if sweep.is_active(item):
        sweep.accumulate(item, sweep.emit(Apply("getitem", (adjoint, at)), kind_of(item)))
    if sweep.is_active(holder):
        sweep.hand_on(holder, Apply("setitem", (adjoint, at, _zero_before(sweep, holder, at))))


def _delitem(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    holder, at = args
    if not sweep.is_active(holder):
        return
    zero = _zero_before(sweep, holder, at)
    if at == LAST:
        sweep.hand_on(holder, Apply("append", (adjoint, zero)))
        return
    where = at if isinstance(at, Const) and at.value >= 0 else _expr("_0 % len(_1)", at, holder)
    sweep.hand_on(holder, Apply("insert", (adjoint, where, zero)))


def _insert(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    holder, at, item = args
    where: Expr = at
    if at != Const(0):
        size = sweep.emit(
            Apply("sub", (sweep.emit(Apply("len", (adjoint,)), INTEGER), Const(1))), INTEGER
        )
        where = sweep.emit(_helper(sweep, "insertion_index", at, size), INTEGER)
    if sweep.is_active(item):
        sweep.accumulate(item, sweep.emit(Apply("getitem", (adjoint, where)), kind_of(item)))
    if sweep.is_active(holder):
        sweep.hand_on(holder, Apply("delitem", (adjoint, where)))


def _concatenated(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    first, second = args
    size = sweep.emit(Apply("len", (first,)), INTEGER)
    kind = kind_of(adjoint)
    if sweep.is_active(first):
        part = Apply("slice", (Const(None), size, Const(None)))
        sweep.accumulate(first, sweep.emit(Apply("getitem", (adjoint, part)), kind))
    if sweep.is_active(second):
        part = Apply("slice", (size, Const(None), Const(None)))
        sweep.accumulate(second, sweep.emit(Apply("getitem", (adjoint, part)), kind))


def _repeated(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    holder = next(a for a in args if isinstance(kind_of(a), ListOf))
    if sweep.is_active(holder):
        text = "[sum(_0[i::len(_1)]) for i in range(len(_1))]"
        sweep.accumulate(holder, sweep.emit(_expr(text, adjoint, holder), kind_of(holder)))


def _copy(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    if sweep.is_active(args[0]):
        sweep.accumulate(args[0], adjoint)


def _sorted(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    if sweep.is_active(args[0]):
        sweep.accumulate(
            args[0], sweep.emit(_helper(sweep, "unsorted", args[0], adjoint), kind_of(args[0]))
        )


def _sum(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    if sweep.is_active(args[0]):
        sweep.accumulate(
            args[0], sweep.emit(_expr("[_0] * len(_1)", adjoint, args[0]), kind_of(args[0]))
        )
    for start in args[1:]:
        if sweep.is_active(start):
            sweep.accumulate(start, adjoint)


def _prod(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    if sweep.is_active(args[0]):
        others = sweep.emit(_helper(sweep, "products_of_others", args[0]), kind_of(args[0]))
        scaled = _expr("[_0 * item for item in _1]", adjoint, others)
        if len(args) > 1:
            scaled = _expr("[_0 * _2 * item for item in _1]", adjoint, others, args[1])
        sweep.accumulate(args[0], sweep.emit(scaled, kind_of(args[0])))
    if len(args) > 1 and sweep.is_active(args[1]):
        sweep.accumulate(args[1], sweep.emit(_expr("_0 * math.prod(_1)", adjoint, args[0])))


def _extreme(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    text = "[_0 / _1.count(_2) if item == _2 else 0.0 for item in _1]"
    if sweep.is_active(args[0]):
        sweep.accumulate(
            args[0], sweep.emit(_expr(text, adjoint, args[0], target), kind_of(args[0]))
        )


def _dist(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    for here, there in (args, args[::-1]):
        if sweep.is_active(here):
            text = "[_0 * (a - b) / _3 if _3 else 0.0 for a, b in zip(_1, _2)]"
            sweep.accumulate(
                here, sweep.emit(_expr(text, adjoint, here, there, target), kind_of(here))
            )


def _sumprod(sweep: Reverse, target: Var, args: tuple[Expr, ...], adjoint: Expr) -> None:
    for here, there in (args, args[::-1]):
        if sweep.is_active(here):
            sweep.accumulate(
                here, sweep.emit(_expr("[_0 * item for item in _1]", adjoint, there), kind_of(here))
            )


Rule = Callable[["Reverse", Var, tuple[Expr, ...], Expr], None]

RULES: dict[str, Rule] = {
    "getitem": _getitem,
    "list": _list,
    "append": _append,
    "setitem": _setitem,
    "delitem": _delitem,
    "insert": _insert,
    "extend": _concatenated,
    "add": _concatenated,
    "mul": _repeated,
    "copy": _copy,
    "sorted": _sorted,
    "sum": _sum,
    "math.fsum": _sum,
    "math.prod": _prod,
    "max": _extreme,
    "min": _extreme,
    "math.dist": _dist,
    "math.sumprod": _sumprod,
}
