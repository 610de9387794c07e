"""Reading rules: what may stand in one, and what it becomes."""

from __future__ import annotations

import math

import pytest

from symdiff.errors import UnsupportedSyntax
from symdiff.rules.reading import RuleReader
from symdiff.stages import Apply, Const, Global, Var

X, Y, OUT = Var("x"), Var("y"), Var("out")
SCALE = 3.0 / math.pi
DERIVED = SCALE * 2
FLAG = True


def triple(t):
    return 3 * t


def read(rule):
    reader = RuleReader(rule)
    return repr(reader.read({"x": X, "y": Y, "xs": (X, Y), "out": OUT})).replace("%", ""), reader


def shared(x, y, *, out):
    """A docstring is skipped."""
    r = x * x + y * y
    a, b = x / r, [y, 2]
    return a, -b[0]


def chained(x, *, out):
    return 1.0 if 0 < x <= 1 and not out else 0.0


def expanded(*xs, out):
    return tuple(sum(b for j, b in enumerate(xs) if j != i) for i, _ in enumerate(xs))


def spread(xs, *, out):
    return math.hypot(*xs), max(*reversed(xs), 1.0), len(xs)


def empty(xs, *, out):
    return sum([]), math.prod(x for x in xs if False)


@pytest.mark.parametrize(
    "rule, want",
    [
        (shared, "(truediv(x, add(mul(x, x), mul(y, y))), neg(y))"),
        (chained, "cond(and(and(lt(0, x), le(x, 1)), not(out)), 1.0, 0.0)"),
        (expanded, "(y, x)"),
        (spread, "(math.hypot(x, y), max(y, x, 1.0), 2)"),
        (empty, "(0, 1.0)"),
    ],
)
def test_a_rule_becomes_trees(rule, want):
    assert read(rule)[0] == want


def test_module_constants_are_named_and_defined():
    def rule(x, *, out):
        return SCALE * x + DERIVED + math.tau

    _, reader = read(rule)
    assert {n: g.text for n, g in reader.globals.items()} == {
        "SCALE": "3.0 / math.pi",
        "DERIVED": repr(DERIVED),
    }


def test_functions_without_a_rule_become_helpers():
    def rule(x, *, out):
        return triple(x)

    text, reader = read(rule)
    assert text == "helper:triple(x)"
    assert reader.functions == {"triple": triple}


def test_variables_of_enclosing_functions_are_seen():
    sine = math.sin

    def rule(x, *, out):
        return sine(x)

    assert read(rule)[0] == "math.sin(x)"


def loop(x, *, out):
    for _ in range(3):
        x = x * x
    return x


def no_return(x, *, out):
    y = x  # noqa: F841


def unknown(x, *, out):
    return print(x)


def keyword(x, *, out):
    return max(x, 1.0, key=abs)


def text_constant(x, *, out):
    return FLAG


def sequence_in_arithmetic(xs, *, out):
    return xs + 1


def undecided_filter(xs, *, out):
    return tuple(x for x in xs if x > 0)


def augmented(x, *, out):
    x += 1
    return x


@pytest.mark.parametrize(
    "rule, line",
    [(loop, 1), (no_return, 0), (unknown, 1), (keyword, 1), (text_constant, 1),
     (sequence_in_arithmetic, 1), (undecided_filter, 1), (augmented, 1)],
)  # fmt: skip
def test_anything_else_is_refused_with_its_line(rule, line):
    with pytest.raises(UnsupportedSyntax, match=rule.__name__) as caught:
        read(rule)
    assert caught.value.place.line == rule.__code__.co_firstlineno + line
    assert caught.value.place.file == __file__


def test_a_rule_is_a_function_made_by_def():
    with pytest.raises(UnsupportedSyntax, match="made by 'def'"):
        RuleReader(lambda x, out: x)
    with pytest.raises(TypeError, match="made by 'def'"):
        RuleReader(math.sin)


def test_literals_are_worked_out():
    def rule(x, y, *, out):
        n = 2
        return 0.0 if n == 0 else n * x ** (n - 1), 1 * x, -1 * y, x if n > 1 and y else 0

    assert read(rule)[0] == "(mul(2, x), x, neg(y), cond(y, x, 0))"


def test_constants_of_math_are_globals():
    def rule(x, *, out):
        return math.inf

    reader = RuleReader(rule)
    assert reader.read({"x": X}) == Global("math.inf", Var("x").kind)
    assert Apply("neg", (Const(1),)) != Const(-1)
