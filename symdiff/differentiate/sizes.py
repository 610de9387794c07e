"""Adjoints and tangents of arrays that are smaller than their variables, and broadcast to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff import rules
from symdiff.differentiate.emitting import ZERO
from symdiff.rules.shapes import dims_of, fills, item_of
from symdiff.stages import COMPLEX, Apply, ArrayOf, Const, Expr, Kind, TupleOf, Var

if TYPE_CHECKING:
    from symdiff.differentiate.sweep import Sweep


def is_array(expr: Expr) -> bool:
    return isinstance(kind_of(expr), (ArrayOf, TupleOf))


def kind_of(expr: Expr) -> Kind:
    return rules.kind_of(expr)


def is_full(sweep: Sweep, adjoint: Expr, var: Expr) -> bool:
    """Whether an adjoint certainly has all of the shape of its variable."""
    if (adjoint, var) in sweep.full:
        return True
    if not isinstance(kind_of(var), ArrayOf):
        return True
    return fills(dims_of(kind_of(adjoint)), dims_of(kind_of(var)))


def full(sweep: Sweep, adjoint: Expr, var: Var) -> Expr:
    """An adjoint with all of the shape of its variable, to be read only."""
    if is_full(sweep, adjoint, var):
        return adjoint
    shape = Apply("numpy.shape", (var,))
    made = sweep.emit(Apply("numpy.broadcast_to", (adjoint, shape)), _kind_like(var, adjoint))
    sweep.note_full(made, var)
    return made


def owned(sweep: Sweep, adjoint: Expr, var: Var) -> Expr:
    """An adjoint with all of the shape of its variable, as an array that can be changed."""
    if is_full(sweep, adjoint, var):
        return adjoint
    if dims_of(kind_of(adjoint)) == ():
        op: str = "numpy.full_like"
        args: tuple[Expr, ...] = (var, adjoint)
        if adjoint == Const(1.0):
            op, args = "numpy.ones_like", (var,)
        elif adjoint == ZERO:
            op, args = "zeros_like", (var,)
        made = sweep.emit(Apply(op, args), _kind_like(var, adjoint))
    else:
        made = sweep.emit(Apply("copy", (full(sweep, adjoint, var),)), _kind_like(var, adjoint))
    sweep.note_full(made, var)
    return made


def _kind_like(var: Var, adjoint: Expr) -> Kind:
    kind = var.kind
    return kind if isinstance(kind, ArrayOf) else kind_of(adjoint)


def real_part(sweep: Sweep, share: Expr, arg: Var, is_complex: bool = False) -> Expr:
    """The contribution to a real argument of what is computed with complex numbers."""
    is_complex = is_complex or item_of(kind_of(share)) is COMPLEX
    own = arg.kind.item if isinstance(arg.kind, ArrayOf) else arg.kind
    if is_complex and own is not COMPLEX:
        made = Apply("numpy.real", (share,))
        return sweep.emit(made, kind_of(made))
    return share
