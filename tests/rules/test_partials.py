"""Every rule against differences to 50 digits, at drawn points, and against SymPy's derivative."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import mpmath
import pytest
import sympy

from rules.domains import DOMAINS, NOT_OF_REALS, Whole, arguments, flat, nested, passed, point
from rules.evaluation import Symbols, floats, precise
from symdiff.rules import by_name, table, template
from symdiff.stages import REAL, Apply, Const, Var

STEP = mpmath.mpf(10) ** -20
CALLS = [(op, call) for op, calls in DOMAINS.items() for call in calls]
DIFFERENTIABLE = [c for c in CALLS if not by_name(c[0]).piecewise_constant]
FLAT = [c for c in CALLS if by_name(c[0]).piecewise_constant]
KNOWN_TO_SYMPY = [c for c in DIFFERENTIABLE if by_name(c[0]).sympy is not None]


def names(calls):
    return [f"{op}-{i}" for i, (op, _) in enumerate(calls)]


def on_grid(spec, k):
    """A number of an interval, on a grid that misses kinks, poles and simple fractions."""
    if isinstance(spec, Whole):
        return spec.low + k % (spec.high - spec.low + 1)
    return spec.low + (spec.high - spec.low) * k / 10007


def drawn(op, call, count=20):
    """Points of a call, the same on every machine."""
    generator = random.Random(op)
    for _ in range(count):
        supply = iter(generator.sample(range(1, 10007), 9))
        yield point(call, lambda spec, supply=supply: on_grid(spec, next(supply)))


def exactly(at):
    return nested([mpmath.mpf(repr(v)) if isinstance(v, float) else v for v in flat(at)], at)


def values_of(made, op, at, arithmetic):
    """What the variables of a template are at a point."""
    found = dict(zip(flat(made.params), flat(at), strict=True))
    return found | {made.out: arithmetic.primitive(op)(*at)}


def slope(op, at, i):
    """The central difference of a primitive in the i-th of its numbers."""

    def shifted(step):
        moved = flat(at)
        moved[i] += step
        return precise.primitive(op)(*nested(moved, at))

    return (shifted(STEP) - shifted(-STEP)) / (2 * STEP)


def disagreements(op, args, made, at):
    """The arguments in which the partials of a template are not the differences."""
    wrong = []
    with mpmath.workdps(60):
        at = exactly(at)
        values = values_of(made, op, at, precise)
        for i, (arg, partial) in enumerate(zip(flat(args), flat(made.partials), strict=True)):
            if isinstance(arg, Var) and arg.kind is REAL:
                got = 0 if partial is None else precise.value(partial, values, made.globals)
                if not mpmath.almosteq(got, slope(op, at, i), 1e-25, 1e-25):
                    wrong.append((i, got, slope(op, at, i)))
    return wrong


def test_every_primitive_is_tried():
    assert {p.name for p in table()} == set(DOMAINS) | NOT_OF_REALS


@pytest.mark.parametrize("op, call", DIFFERENTIABLE, ids=names(DIFFERENTIABLE))
def test_partials_are_the_differences(op, call):
    args = arguments(call)
    made = template(op, passed(args))
    assert not any(disagreements(op, args, made, at) for at in drawn(op, call))


@pytest.mark.parametrize("op, call", DIFFERENTIABLE, ids=names(DIFFERENTIABLE))
def test_floats_are_as_accurate_as_the_formula(op, call):
    made = template(op, passed(arguments(call)))
    for at in drawn(op, call):
        with mpmath.workdps(60):
            exact = values_of(made, op, exactly(at), precise)
            for partial in flat(made.partials):
                if partial is not None:
                    got = floats.value(partial, values_of(made, op, at, floats), made.globals)
                    want = float(precise.value(partial, exact, made.globals))
                    assert math.isclose(got, want, rel_tol=1e-12, abs_tol=1e-13)


@pytest.mark.parametrize("op, call", FLAT, ids=names(FLAT))
def test_piecewise_constant_functions_are_flat(op, call):
    assert not any(template(op, passed(arguments(call))).partials)
    for at in drawn(op, call):
        nearby = nested([v + 1e-12 if isinstance(v, float) else v for v in flat(at)], at)
        assert floats.primitive(op)(*at) == floats.primitive(op)(*nearby)


# --- against SymPy -------------------------------------------------------------------------------


def symbols_of(args, at):
    """A positive symbol, or its opposite, for each real variable, and the symbols' values."""
    expressions, point = [], {}
    for i, (arg, value) in enumerate(zip(flat(args), flat(at), strict=True)):
        if isinstance(arg, Var) and arg.kind is REAL:
            symbol = sympy.Symbol(f"x{i}", positive=True)
            point[symbol] = sympy.Rational(abs(value))
            expressions.append(symbol if value > 0 else -symbol)
        else:
            expressions.append(sympy.Rational(repr(value)))
    return expressions, point


def on_its_piece(expression, point):
    """Floors and extremes replaced by what they are at the point."""
    expression = expression.replace(sympy.floor, lambda x: sympy.floor(x.subs(point)))
    for extreme, choose in ((sympy.Max, max), (sympy.Min, min)):
        expression = expression.replace(
            extreme, lambda *xs, choose=choose: choose(xs, key=lambda x: x.subs(point))
        )
    return expression


def is_proved(op, args, made, at):
    """Whether the partials of a template are SymPy's derivatives, on the piece of a point."""
    expressions, point = symbols_of(args, at)
    primal = by_name(op).symbolic(*nested(expressions, at))
    primal = on_its_piece(sympy.sympify(primal), point)
    values = dict(zip(flat(made.params), expressions, strict=True)) | {made.out: primal}
    over_symbols = Symbols(values_of(made, op, exactly(at), precise))
    for partial, expression in zip(flat(made.partials), expressions, strict=True):
        for symbol in expression.free_symbols:
            got = sympy.Integer(0)
            if partial is not None:
                got = on_its_piece(over_symbols.value(partial, values, made.globals), point)
            # The chain rule for -symbol where the argument is negative.
            difference = sympy.diff(primal, symbol) - got * sympy.diff(expression, symbol)
            if sympy.simplify(difference) != 0:
                return False
    return True


@pytest.mark.parametrize("op, call", KNOWN_TO_SYMPY, ids=names(KNOWN_TO_SYMPY))
def test_rules_are_proved_by_sympy(op, call):
    args = arguments(call)
    for at in drawn(op, call, 3):
        assert is_proved(op, args, template(op, passed(args)), at), at


# --- these tests can fail ------------------------------------------------------------------------


@pytest.mark.parametrize("op, call", DIFFERENTIABLE, ids=names(DIFFERENTIABLE))
def test_a_partial_that_is_off_by_a_thousandth_is_found(op, call):
    args = arguments(call)
    made = template(op, passed(args))
    supply = iter(range(3117, 10006, 1013))
    at = point(call, lambda spec: on_grid(spec, next(supply)))
    for i, arg in enumerate(flat(args)):
        if isinstance(arg, Var) and arg.kind is REAL:
            partials = [p or Const(0.0) for p in flat(made.partials)]
            partials[i] = Apply("add", (partials[i], Const(0.001)))
            spoilt = replace(made, partials=nested(partials, at))
            assert [entry[0] for entry in disagreements(op, args, spoilt, at)] == [i]


def test_the_proof_rejects_a_wrong_rule():
    args = (Var("x"),)
    made = template("math.sin", args)
    assert is_proved("math.sin", args, made, (0.3,))
    spoilt = replace(made, partials=(Apply("neg", (made.partials[0],)),))
    assert not is_proved("math.sin", args, spoilt, (0.3,))
