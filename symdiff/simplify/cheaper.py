"""Cheaper arithmetic: the lines of the derivative in the form that CPython computes fastest.

A common factor of several terms is multiplied once, small powers of variables are products, and
constants beside floats are floats: `2 * x` takes three times as long as `2.0 * x`. The user's own
lines, and arithmetic on anything but real numbers, are left as they are.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.simplify.identities import fold, is_real
from symdiff.stages import (
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Carried,
    Const,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    variables,
    with_blocks,
    with_rounds,
    with_value,
)

Term = tuple[bool, list[Expr]]  # whether it is subtracted, and its factors
MOST = 3  # the highest power that is written as a product


def cheaper(procedure: Procedure) -> Procedure:
    """The procedure with cheaper arithmetic in the lines of its derivative."""
    result = procedure.result
    if isinstance(result, Apply) and result.op == "tuple":
        # The value stands first, as the user wrote it.
        result = Apply(
            "tuple", (*result.args[:1], *(_floats(_factored(a)) for a in result.args[1:]))
        )
    return replace(procedure, body=_block(procedure.body), result=result)


def _block(block: Block) -> Block:
    return [_step(step) for step in block]


def _step(step: Step) -> Step:
    match step:
        case Stage(place=None, value=value, target=target):
            return with_value(step, _floats(_line(value, target)))
        case Loop(place=None):
            carried = [Carried(c.var, c.init, _cheaper(c.next)) for c in step.carried]
            return with_rounds(step, carried, _block(step.body), step.target)
        case Branch() | Loop() | Scope():
            return with_blocks(step, _block)
    return step


def _cheaper(expr: Expr | None) -> Expr | None:
    return None if expr is None else _floats(_factored(expr))


def _line(value: Expr, target: Var) -> Expr:
    match value:
        case Apply(op="add" | "sub" as op, args=(Var() as before, more)) if (
            before.base == target.base
        ):
            return _added(op, before, _factored(more))
    return _factored(value)


def _added(op: str, before: Var, more: Expr) -> Expr:
    """A sum whose first term stays the first, so that it is written `d += ...`."""
    made = fold(Apply(op, (before, more)))
    if isinstance(made, Apply) and made.op in ("add", "sub") and made.args[0] is before:
        return made
    return Apply(op, (before, more))


# --- common factors ------------------------------------------------------------------------------


def _factored(expr: Expr) -> Expr:
    """An expression in whose sums a variable that several products share is taken out."""
    if not isinstance(expr, Apply) or not expr.args:
        return expr
    if expr.op in ("add", "sub") and _is_scalar(expr):
        made = _sum_of(_terms(expr, False))
        if made is not None:
            return made
    args = tuple(map(_factored, expr.args))
    if expr.op == "mul" and _is_scalar(expr):
        return _product(_factors(Apply("mul", args)))
    if expr.op == "pow" and _is_scalar(expr):
        return _power(args[0], args[1])
    return expr if args == expr.args else replace(expr, args=args)


def _sum_of(terms: list[Term]) -> Expr | None:
    """The terms with the variable that most of them share taken out; None where that saves no
    multiplication."""
    counts: dict[Var, int] = {}
    for _, factors in terms:
        if len(factors) > 1:
            for var in dict.fromkeys(f for f in factors if isinstance(f, Var)):
                counts[var] = counts.get(var, 0) + 1
    common = max(counts, key=lambda var: counts[var], default=None)
    if common is None or counts[common] < 2:
        return None
    inner: list[Term] = []
    outer: list[Term] = []
    for minus, factors in terms:
        if common in factors:
            at = factors.index(common)
            rest = factors[:at] + factors[at + 1 :]
            if not inner:
                outer.append((minus, []))  # its place, and the sign that it begins with
            inner.append((minus, rest or [Const(1.0)]))
        else:
            outer.append((minus, factors))
    at = next(i for i, (_, factors) in enumerate(outer) if not factors)
    minus = all(sign for sign, _ in inner)
    if minus:
        inner = [(False, factors) for _, factors in inner]
    outer[at] = minus, [common, _sum_of(inner) or _total(inner)]
    return _sum_of(outer) or _total(outer)


def _terms(expr: Expr, minus: bool) -> list[Term]:
    """The terms of a sum, each as its factors."""
    match expr:
        case Apply(op="add" | "sub" as op, args=(a, b)):
            return [*_terms(a, minus), *_terms(b, minus != (op == "sub"))]
        case Apply(op="neg", args=(a,)):
            return _terms(a, not minus)
    factors = [_factored(f) for f in _factors(expr)]
    match factors[0]:
        case Apply(op="neg", args=(a,)):
            return [(not minus, [a, *factors[1:]])]
        case Const(value=float() | int() as value) if value < 0:
            rest = (
                factors[1:] if value == -1 and len(factors) > 1 else [Const(-value), *factors[1:]]
            )
            return [(not minus, rest)]
    return [(minus, factors)]


def _total(terms: list[Term]) -> Expr:
    """The sum of terms, one that is added first."""
    first = next((i for i, (minus, _) in enumerate(terms) if not minus), 0)
    minus, factors = terms[first]
    made = _product(factors)
    if minus:
        made = fold(Apply("neg", (made,)))
    for sign, more in terms[:first] + terms[first + 1 :]:
        made = Apply("sub" if sign else "add", (made, _product(more)))
    return made


# --- products ------------------------------------------------------------------------------------


def _factors(expr: Expr) -> list[Expr]:
    """The factors of a product of real numbers, however it is bracketed."""
    if isinstance(expr, Apply) and expr.op == "mul" and _is_scalar(expr):
        return [*_factors(expr.args[0]), *_factors(expr.args[1])]
    if isinstance(expr, Apply) and expr.op == "pow" and _is_scalar(expr):
        made = _power(*expr.args)
        return _factors(made) if made is not expr and made.op == "mul" else [expr]  # type: ignore[union-attr]
    return [expr]


def _product(factors: list[Expr]) -> Expr:
    made, *rest = factors
    for factor in rest:
        made = Apply("mul", (made, factor))
    return made


def _power(base: Expr, power: Expr) -> Expr:
    """A small power of a variable as a product."""
    match base, power:
        case Var(kind=kind), Const(value=int() | float() as number) if (
            kind is REAL and number in range(2, MOST + 1)
        ):
            return _product([base] * int(number))
    return Apply("pow", (base, power))


# --- constants -----------------------------------------------------------------------------------


def _floats(expr: Expr) -> Expr:
    """An expression in which integers that are added to real numbers, or multiply them, are
    floats."""
    if not isinstance(expr, Apply) or not expr.args:
        return expr
    args = tuple(map(_floats, expr.args))
    if expr.op in ("add", "sub", "mul", "truediv") and _is_scalar(expr):
        a, b = args
        if is_real(b):
            a = _as_float(a)
        elif is_real(a):
            b = _as_float(b)
        args = a, b
    return expr if args == expr.args else replace(expr, args=args)


def _as_float(expr: Expr) -> Expr:
    match expr:
        case Const(value=int() as number) if type(number) is int and abs(number) < 2**53:
            return Const(float(number))
    return expr


def _is_scalar(expr: Apply) -> bool:
    """Whether an expression is certainly a real number, made of real numbers and integers."""
    return is_real(expr) and not any(isinstance(v.kind, ArrayOf) for v in variables(expr))
