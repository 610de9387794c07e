"""Tangents of operations on arrays.

Elementwise functions have them from their partial derivatives, and broadcasting does the rest;
linear functions are their own tangents, and so are multilinear ones in each argument. Others may
have a rule, or else the transpose of their adjoint: what a rule says of adjoints is linear in the
adjoint of the value, and its own adjoint, taken at the tangents of the arguments, is the tangent
of the value.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from symdiff.differentiate.arrays import ALL, STORES
from symdiff.differentiate.emitting import ZERO
from symdiff.differentiate.sizes import full, is_array, is_full, kind_of, real_part
from symdiff.differentiate.sweep import STRUCTURE
from symdiff.differentiate.transpose import transposed
from symdiff.errors import NotDifferentiable
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.nodes import Node, Refused
from symdiff.rules.arrays.vectorized import operator_partials
from symdiff.rules.shapes import dims_of
from symdiff.stages import (
    Apply,
    ArrayOf,
    Const,
    Expr,
    ListOf,
    Scalar,
    Stage,
    TupleOf,
    Var,
    substitute,
    variables,
)

if TYPE_CHECKING:
    from symdiff.differentiate.forward import Forward
    from symdiff.rules import ArrayPrimitive


# Products that are symmetric, as long as they are of vectors.
SYMMETRIC = {"matmul", "numpy.matmul", "numpy.dot", "numpy.inner"}


def tangent_of_array(sweep: Forward, step: Stage) -> tuple[bool, Expr | None]:
    """Whether a stage makes or reads an array, and the tangent of what it defines then."""
    try:
        return _tangent(sweep, step)
    except NotDifferentiable as error:
        if error.place is not None or step.place is None:
            raise
        raise NotDifferentiable(error.message, step.place, why=error.why, fix=error.fix) from None


def _tangent(sweep: Forward, step: Stage) -> tuple[bool, Expr | None]:
    value, target = step.value, step.target
    assert isinstance(value, Apply)
    if value.op == "getitem" and isinstance(kind_of(value.args[0]), TupleOf):
        whole, at = value.args
        assert isinstance(whole, Var) and isinstance(at, Const)
        if (why := sweep.refused.get((whole, at.value))) is not None:
            raise NotDifferentiable(why)
        part = sweep.parts.get(whole, {}).get(at.value)
        if part is not None:
            sweep.note_full(part, target)
        return True, part
    primitive = registry.by_name(value.op)
    if primitive is None and not any(map(is_array, value.args)):
        return False, None
    if value.op in STORES and is_array(value.args[0]):
        return True, _store(sweep, value, target)
    if value.op == "getitem" and is_array(value.args[0]):
        return True, _items(sweep, value, target)
    if value.op == "copy":
        holder = value.args[0]
        found = sweep.tangent(holder)
        if found is None or not isinstance(target.kind, ArrayOf):
            return True, found
        copied = sweep.emit(Apply("copy", (sweep.whole_tangent(holder),)), target.kind)
        sweep.note_full(copied, target)
        return True, copied
    if value.op == "numpy.where":
        return True, _where(sweep, value, target)
    if registry.is_elementwise(value.op):
        return True, _elementwise(sweep, value, target)
    if primitive is not None and primitive.adjoint is not None:
        return True, _call(sweep, primitive, step)
    return primitive is not None, None


# --- elementwise ---------------------------------------------------------------------------------


def _elementwise(sweep: Forward, value: Apply, target: Var) -> Expr | None:
    total: Expr | None = None
    arrays = {a for a in variables(value) if not isinstance(a.kind, Scalar)}
    covered: set[Var] = set()  # arguments whose shape the sum certainly has
    for arg, partial in sweep.array_partials(value, target):
        given = sweep.tangent(arg)
        if given is None:
            continue
        if total is not None and partial == Const(-1.0):
            total = sweep.apply("sub", total, real_part(sweep, given, target))
        else:
            share = real_part(sweep, sweep.times(given, partial), target)
            total = share if total is None else sweep.apply("add", total, share)
        covered.update(variables(partial))
        if is_full(sweep, given, arg):
            covered.add(arg)
    if total is not None and (target in covered or arrays <= covered):
        sweep.note_full(total, target)
    return total


def _where(sweep: Forward, value: Apply, target: Var) -> Expr | None:
    """The side that is not taken has no tangent: what is infinite there must not become NaN."""
    if len(value.args) != 3:
        return None
    test, *sides = value.args
    found = [sweep.tangent(a) for a in sides]
    if found == [None, None]:
        return None
    made = Apply("numpy.where", (test, *(ZERO if t is None else t for t in found)))
    result = sweep.emit(made, kind_of(made))
    arrays = [a for a in sides if not isinstance(kind_of(a), Scalar)]
    if all(
        t is not None and is_full(sweep, t, a)
        for a, t in zip(sides, found, strict=True)
        if a in arrays
    ):
        sweep.note_full(result, target)
    return result


# --- items and stores ----------------------------------------------------------------------------


def _items(sweep: Forward, value: Apply, target: Var) -> Expr | None:
    holder, index = value.args
    found = sweep.tangent(holder)
    if found is None or not isinstance(holder, Var):
        return None
    if dims_of(kind_of(found)) == ():
        return found  # one number stands for all of the array
    made = Apply("getitem", (full(sweep, found, holder), index))
    result = sweep.emit(made, target.kind)
    sweep.note_full(result, target)
    return result


def _store(sweep: Forward, value: Apply, target: Var) -> Expr | None:
    holder, index, item = value.args
    assert isinstance(holder, Var)
    before, stored = sweep.tangent(holder), sweep.tangent(item)
    if before is None and stored is None:
        return None
    if value.op in ("mul_at", "truediv_at"):
        return _scaled(sweep, value, target)
    if value.op == "setitem" and index == ALL and stored is not None:
        made = Apply("setitem", (sweep.whole_tangent(holder), ALL, stored))
    elif value.op == "setitem":
        made = Apply(
            "setitem", (sweep.whole_tangent(holder), index, ZERO if stored is None else stored)
        )
    elif stored is None:
        sweep.same_shape(before or ZERO, holder, target)
        return before
    else:
        made = Apply(value.op, (sweep.whole_tangent(holder), index, stored))
    result = sweep.emit(made, target.kind)
    sweep.note_full(result, target)
    return result


def _scaled(sweep: Forward, value: Apply, target: Var) -> Expr | None:
    """The tangent of a[i] *= v, and of a[i] /= v."""
    holder, index, item = value.args
    op = value.op.removesuffix("_at")
    read = Apply("getitem", (holder, index))
    kind = kind_of(read) if index != ALL else kind_of(holder)
    before = holder if index == ALL else sweep.emit(read, kind)
    assert isinstance(before, Var)
    constant = sweep.procedures.constant(item)
    after = Var("after", kind)
    partials = operator_partials(op, (before, constant), after)
    dots = sweep.whole_tangent(holder)
    part = dots if index == ALL else sweep.emit(Apply("getitem", (dots, index)), kind)
    total: Expr | None = None
    known: dict[Var, Expr] = {}
    for given, partial in zip((part, sweep.tangent(item)), partials, strict=True):
        if given is None or partial is None or partial == ZERO:
            continue
        if after in set(variables(partial)) and not known:
            known[after] = sweep.emit(Apply(op, (before, item)), kind)
        share = sweep.times(given, substitute(partial, known))
        total = share if total is None else sweep.apply("add", total, share)
    if total is None:
        return None
    result = sweep.emit(Apply("setitem", (dots, index, total)), target.kind)
    sweep.note_full(result, target)
    return result


# --- functions with rules of their own -----------------------------------------------------------


def _call(sweep: Forward, primitive: ArrayPrimitive, step: Stage) -> Expr | None:
    value, target = step.value, step.target
    assert isinstance(value, Apply)
    active = list(dict.fromkeys(v for v in variables(value) if sweep.tangent(v) is not None))
    if not active:
        return None
    if primitive.linear:
        return _linear(sweep, primitive, value, target)
    if primitive.multilinear:
        total: Expr | None = None
        if value.op in SYMMETRIC and _is_square(value):
            share = sweep.emit(Apply(value.op, (value.args[0], _dotted(sweep, value.args[0]))))
            return _noted(sweep, sweep.apply("mul", Const(2), share), target)
        for args in _one_by_one(sweep, primitive, value.args):
            made = Apply(value.op, args)
            share = sweep.emit(made, kind_of(made))
            total = share if total is None else sweep.apply("add", total, share)
        return _noted(sweep, total, target)
    if primitive.tangent is not None:
        return _by_rule(sweep, primitive, value, target)
    return _noted(sweep, transposed(sweep, step, active), target)


def _by_rule(sweep: Forward, primitive: ArrayPrimitive, value: Apply, target: Var) -> Expr | None:
    ans: object = Node(target, target.kind)
    if isinstance(target.kind, TupleOf):
        kinds = target.kind.items
        reads = [Apply("getitem", (target, Const(i))) for i in range(len(kinds))]
        ans = tuple(
            map(
                Node,
                (sweep.emit(r, k) for r, k in zip(reads, target.kind.items, strict=True)),
                target.kind.items,
            )
        )

    def dotted(node: Node) -> Node | None:
        if not _has_tangent(sweep, node.expr):
            return None
        made = _dotted(sweep, node.expr)
        return Node(made, kind_of(made))

    found = registry.tangent_of_call(primitive, value.args, ans, dotted)
    if isinstance(target.kind, TupleOf):
        sweep.parts[target] = {
            i: sweep.expand(registry.as_node(part).expr, kind)
            for i, (part, kind) in enumerate(zip(found, target.kind.items, strict=True))
            if part is not None and not isinstance(part, Refused)
        }
        for i, part in enumerate(found):
            if isinstance(part, Refused):
                sweep.refused[target, i] = part.message
        return None
    if found is None:
        return None
    node = registry.as_node(found)
    return _noted(sweep, sweep.expand(node.expr, node.kind), target)


def _is_square(value: Apply) -> bool:
    """Whether a symmetric product is one of a vector with itself."""
    a, b, *_ = value.args
    return a == b and isinstance(a, Var) and len(dims_of(a.kind) or ()) == 1


def _noted(sweep: Forward, found: Expr | None, target: Var) -> Expr | None:
    if found is None or isinstance(target.kind, TupleOf):
        return found
    found = real_part(sweep, found, target)
    sweep.note_full(found, target)
    return found


def full_tangent(sweep: Forward, var: Var) -> Expr:
    """The tangent of an active argument, with all of its shape, to be read only."""
    found = sweep.tangent(var)
    assert found is not None
    return full(sweep, found, var) if isinstance(var.kind, ArrayOf) else found


def _linear(sweep: Forward, primitive: ArrayPrimitive, value: Apply, target: Var) -> Expr | None:
    """The function of the tangents; arguments that it is linear in and that have none are zero."""
    made = Apply(value.op, tuple(_of_tangents(sweep, primitive, value.args)))
    kind = kind_of(made)
    result = sweep.emit(made, target.kind if isinstance(target.kind, (TupleOf, ListOf)) else kind)
    if isinstance(target.kind, TupleOf):
        parts = sweep.parts[target] = {}
        for i, item in enumerate(target.kind.items):
            parts[i] = sweep.emit(Apply("getitem", (result, Const(i))), item)
        return result
    return _noted(sweep, result, target)


def parameters(
    primitive: ArrayPrimitive, args: tuple[Expr, ...]
) -> Iterator[tuple[str, Expr, Callable[[Expr], Expr]]]:
    """For each argument its parameter, its value, and what puts another value in its place."""
    every = primitive.signature.parameters.values()
    plain = [p.name for p in every if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    star = next((p.name for p in every if p.kind is p.VAR_POSITIONAL), "")
    for i, arg in enumerate(args):
        if isinstance(arg, Apply) and arg.op == "keyword":
            name, inner = arg.args
            assert isinstance(name, Const)
            yield name.value, inner, functools.partial(_as_keyword, name)
        else:
            yield plain[i] if i < len(plain) else star, arg, _as_it_is


def _as_keyword(name: Const, value: Expr) -> Expr:
    return Apply("keyword", (name, value))


def _as_it_is(value: Expr) -> Expr:
    return value


def _of_tangents(
    sweep: Forward, primitive: ArrayPrimitive, args: tuple[Expr, ...]
) -> Iterator[Expr]:
    """The arguments with tangents in the place of all those that the function is linear in."""
    for name, arg, put in parameters(primitive, args):
        yield put(_dotted(sweep, arg) if name in primitive.wrt else arg)


def _one_by_one(
    sweep: Forward, primitive: ArrayPrimitive, args: tuple[Expr, ...]
) -> Iterator[tuple[Expr, ...]]:
    """The arguments with the tangent in the place of one operand, for each that has a tangent."""
    for i, (name, arg, put) in enumerate(parameters(primitive, args)):
        if name not in primitive.wrt:
            continue
        if name in primitive.sequences and isinstance(arg, Apply) and arg.op in STRUCTURE:
            each: list[Expr] = [
                Apply(arg.op, (*arg.args[:k], _dotted(sweep, item), *arg.args[k + 1 :]))
                for k, item in enumerate(arg.args)
                if _has_tangent(sweep, item)
            ]
        else:
            each = [_dotted(sweep, arg)] if _has_tangent(sweep, arg) else []
        for given in each:
            yield (*args[:i], put(given), *args[i + 1 :])


def _has_tangent(sweep: Forward, expr: Expr) -> bool:
    return any(sweep.tangent(v) is not None for v in variables(expr))


def _dotted(sweep: Forward, arg: Expr) -> Expr:
    if isinstance(arg, Apply) and (arg.op in STRUCTURE or arg.op == "numpy.array"):
        return Apply(arg.op, tuple(_dotted(sweep, a) for a in arg.args))
    if isinstance(arg, Const):
        return ZERO if isinstance(arg.value, (int, float, complex)) else arg
    if isinstance(arg, Var) and sweep.tangent(arg) is not None:
        return full_tangent(sweep, arg)
    if isinstance(kind_of(arg), (ArrayOf, ListOf)):
        return Apply("zeros_like", (arg,))
    return ZERO
