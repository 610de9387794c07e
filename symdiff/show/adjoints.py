"""What one stage contributes to the adjoints of its operands, as expressions to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from symdiff.errors import SymdiffError
from symdiff.show.arrays import array_updates
from symdiff.show.partials import Partials, scaled
from symdiff.stages import (
    Apply,
    Const,
    Expr,
    Procedure,
    Stage,
    Var,
    is_differentiable,
    variables,
)


@dataclass(frozen=True, slots=True)
class Update:
    """`value` is added to the adjoint of `var`, or of its item `index`; `sets` says that it takes
    the place of what is there."""

    var: Var
    value: Expr
    index: Expr | None = None
    sets: bool = False


class Adjoints:
    """The adjoint of each variable, itself a variable, for expressions that mention it."""

    def __init__(self) -> None:
        self.of: dict[Var, Var] = {}
        self.primal: dict[Var, Var] = {}

    def __call__(self, var: Var) -> Var:
        if var not in self.of:
            self.of[var] = Var("d" + var.base, var.kind)
            self.primal[self.of[var]] = var
        return self.of[var]


def stage_updates(stage: Stage, out: Var | None, dout: Expr, procedure: Procedure) -> list[Update]:
    """The contributions of a stage whose result has the adjoint `dout`. Partials may be in terms
    of the result if it has a name, `out`. What goes to one operand in two places is added up.
    """
    match stage.value:
        case Var():
            return [Update(stage.value, dout)]
        case Apply("getitem", (Var() as base, index)):
            return [Update(base, dout, index)]
        case Apply("append", (Var() as base, item)):
            last = Apply("getitem", (dout, Const(-1)))
            rest = Apply("getitem", (dout, Apply("slice", (Const(None), Const(-1), Const(None)))))
            return [*_item(item, last), Update(base, rest)]
        case Apply("setitem", (Var() as base, index, item)):
            taken = Apply("getitem", (dout, index))
            return [*_item(item, taken), Update(base, dout), Update(base, Const(0), index, True)]
        case Apply("add_at", (Var() as base, index, item)):
            return [*_item(item, Apply("getitem", (dout, index))), Update(base, dout)]
        case Apply("copy", (Var() as base,)):
            return [Update(base, dout)]
        case Apply("tuple" | "list", items):
            given = [Apply("getitem", (dout, Const(i))) for i in range(len(items))]
            parts = map(_item, items, given)
            return _added_up([update for part in parts for update in part])
    shares = array_updates(stage, dout)
    if shares is not None:
        return _added_up([Update(var, share) for var, share in shares])
    try:
        partials = Partials(procedure).of(stage.value, out)
    except SymdiffError:  # such as a list whose length is not known
        return symbolic_updates(stage.target, stage.value, dout)
    return [Update(var, scaled(dout, partial)) for var, partial in partials.items()]


def symbolic_updates(target: Var, value: Expr, dout: Expr) -> list[Update]:
    """The contributions of an operation of which no more is said here: `dout·∂y/∂x`."""
    return [
        Update(var, scaled(dout, Apply("∂", (target, var))))
        for var in dict.fromkeys(variables(value))
        if _is_active_kind(var)
    ]


def _item(item: Expr, value: Expr) -> list[Update]:
    return [Update(item, value)] if isinstance(item, Var) and _is_active_kind(item) else []


def _is_active_kind(var: Var) -> bool:
    return is_differentiable(var.kind)


def _added_up(updates: list[Update]) -> list[Update]:
    """One update for each variable."""
    found: dict[Var, Update] = {}
    for update in updates:
        known = found.get(update.var)
        if known is None:
            found[update.var] = update
        elif known.value == update.value:
            found[update.var] = Update(update.var, Apply("mul", (Const(2), update.value)))
        else:
            found[update.var] = Update(update.var, Apply("add", (known.value, update.value)))
    return list(found.values())
