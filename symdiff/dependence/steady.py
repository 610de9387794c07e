"""When a pattern holds for other arguments too: what it was found from, as a key.

A pattern depends on the shapes of the arguments and on the integers, truth values and texts among
them. Where no branch, loop or index depends on the value of a real number, it depends on no more.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symdiff import rules
from symdiff.dependence.operations import ELEMENTWISE
from symdiff.differentiate.linear import OF_SHAPE
from symdiff.rules.arrays import registry as arrays
from symdiff.rules.registry import kind_of
from symdiff.signature import ById
from symdiff.stages import (
    Apply,
    Branch,
    Call,
    Expr,
    ListOf,
    Loop,
    Opaque,
    Passive,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    expressions,
    is_differentiable,
    steps,
)

if TYPE_CHECKING:
    from symdiff.generate import Generated

SIZES = OF_SHAPE.keys() | {"len"}
# What asks for truth values element by element, and takes both sides into account.
SMOOTH = ELEMENTWISE | frozenset({
    "lt", "le", "gt", "ge", "eq", "ne", "not", "and_", "or_", "xor", "invert", "keyword",
    "numpy.logical_and", "numpy.logical_or", "numpy.logical_not", "numpy.isnan", "numpy.isfinite",
})  # fmt: skip


def key_of(made: Generated, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a pattern was found from; None where it holds for these arguments only."""
    procedure = ById(made.reading.procedure)
    if not _known_steady(procedure):
        return None
    globals_ = dict(sorted(made.names().items()))
    try:
        return procedure, _digest(args), _digest(kwargs), _digest(globals_, True)
    except TypeError:
        return None


@functools.lru_cache(maxsize=256)
def _known_steady(procedure: ById) -> bool:
    return is_steady(procedure.value)


def _digest(value: Any, whole: bool = False) -> Any:
    """A value as far as a pattern may depend on it; with `whole`, real numbers too.

    Raises TypeError for values that can't be told apart.
    """
    if hasattr(value, "__array_interface__"):
        form = value.shape, str(value.dtype)
        return (*form, value.tobytes()) if whole or value.dtype.kind not in "fc" else form
    if isinstance(value, (float, complex)) and not whole:
        return type(value)
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return type(value), value
    if isinstance(value, (list, tuple)):
        return type(value), *(_digest(v, whole) for v in value)
    if isinstance(value, dict):
        return tuple((k, _digest(v, whole)) for k, v in value.items())
    if isinstance(value, (types.FunctionType, types.ModuleType, type)):
        return value
    raise TypeError(type(value))


def is_steady(procedure: Procedure) -> bool:
    """Whether no branch, loop or index of a function depends on the value of a real argument."""
    seen: set[int] = set()
    pending = [procedure]
    while pending:
        top = pending.pop()
        if id(top) in seen:
            continue
        seen.add(id(top))
        if not _is_steady(top):
            return False
        pending += top.callees.values()
    return True


def _is_steady(procedure: Procedure) -> bool:
    every = list(steps(procedure.body))
    found = {p.var for p in procedure.params if is_differentiable(p.var.kind)}
    size = -1
    while size != len(found):
        size = len(found)
        for step in every:
            found.update(_told(step, found))
    return all(_stays(step, found) for step in every)


def _told(step: Step, found: set[Var]) -> Iterator[Var]:
    """The variables of a step whose values depend on those of real arguments."""
    match step:
        case Stage() if depends(step.value, found):
            yield step.target
        case Branch():
            for merge in step.merges:
                if any(e is not None and depends(e, found) for e in (merge.then, merge.orelse)):
                    yield merge.var
        case Loop():
            for c in step.carried:
                if any(e is not None and depends(e, found) for e in (c.init, c.next)):
                    yield c.var
            over = step.iterable
            if step.target is not None and over is not None and depends(over, found):
                yield step.target
        case Call():
            # Its results depend on the values of arguments; those that are shapes count too.
            yield from step.targets


def depends(expr: Expr, found: set[Var]) -> bool:
    """Whether the value of an expression depends on that of a variable, not only on its shape."""
    if isinstance(expr, Var):
        return expr in found
    if isinstance(expr, Opaque):
        return not expr.pure or any(depends(a, found) for a in expr.args)
    if not isinstance(expr, Apply) or expr.op in SIZES and expr.op != "helper:unbroadcast":
        return False
    return any(depends(a, found) for a in expr.args)


def _stays(step: Step, found: set[Var]) -> bool:
    match step:
        case Passive() | Scope():
            return True
        case Branch() if depends(step.test, found):
            return False
        case Loop():
            decided = [e for e in (step.test, step.leave) if e is not None]
            over = step.iterable
            if isinstance(over, Apply) and over.op == "range":
                decided.append(over)
            if any(depends(e, found) for e in decided):
                return False
        case Call() if any(_decides(a, found) for a in step.args):
            return False
    return all(_is_smooth(e, found) for e in expressions(step))


def _decides(expr: Expr, found: set[Var]) -> bool:
    """Whether something that depends on real arguments is itself none: an index, a decision."""
    kind = kind_of(expr)
    return not is_differentiable(kind) and depends(expr, found)


def _is_smooth(expr: Expr, found: set[Var]) -> bool:
    """Whether no part of an expression takes a decision, or an index, from real arguments."""
    if not isinstance(expr, (Apply, Opaque)):
        return True
    args = expr.args
    if isinstance(expr, Opaque):
        return not any(_decides(a, found) for a in args)
    if expr.op in SIZES:
        return True
    tests = {"cond": args[:1], "and": args[:-1], "or": args[:-1]}.get(expr.op, ())
    if any(depends(a, found) for a in tests):
        return False
    both = _takes_both(expr.op) and not isinstance(kind_of(expr), ListOf)
    if not both and any(_decides(a, found) for a in args):
        return False
    return all(_is_smooth(a, found) for a in args)


def _takes_both(op: str) -> bool:
    primitive = arrays.by_name(op)
    if primitive is not None and primitive.is_elementwise or op in SMOOTH:
        return True
    return rules.by_name(op) is not None and op not in ("min", "max")
