"""Long lines are broken so that they mean the same."""

from __future__ import annotations

import ast
import random

import pytest

from symdiff.write import breaking
from symdiff.write.breaking import broken, targets

NAMES = ["alpha", "spot_price", "x", "sigma_squared", "rate", "a_rather_long_name_for_a_variable"]


def expression(rng: random.Random, depth: int, rare: bool = False) -> str:
    if depth == 0:
        return rng.choice([*NAMES, "1.5", "-2", "xs[i]"])
    a, b, c = (expression(rng, depth - 1, rare) for _ in range(3))
    if rare and rng.random() < 0.3:
        return rng.choice([
            f"f(lambda t: t + ({a}))", f"(lambda t: ({a}))({b})", f"({a})[{b}]", f"({a}).real",
            f"f(*({a}), **({b}))", f"(t := ({a}))", f"{{{a}, {b}}}", f"{{{a}: {b}}}",
            f"xs[{a}:{b}]", f"sum(({a}) for i in ({b}))",
        ])
    return rng.choice([
        f"({a}) + ({b})", f"({a}) - ({b})", f"({a}) * ({b})", f"({a}) / ({b})", f"({a}) ** ({b})",
        f"-({a})", f"math.hypot({a}, {b})", f"math.sin({a})", f"({a}) if ({b}) else ({c})",
        f"({a}) < ({b})", f"({a}) and ({b})", f"({a}) or ({b})", f"not ({a})", f"[{a}, {b}]",
        f"({a}, {b})", f"({a}) % ({b})", f"[({a}) for i in ({b}) if ({c})]", f"f({a}, key={b})",
        f"{{'key': {b}}}", f"xs[{a}]",
    ])


@pytest.mark.parametrize("seed", range(60))
def test_broken_expressions_are_the_same_expressions(seed):
    node = ast.parse(expression(random.Random(seed), 6), mode="eval").body
    lines = broken("value = ", node, "", 72)
    assert max(map(len, lines)) <= 72
    assert ast.dump(ast.parse("\n".join(lines)).body[0].value) == ast.dump(node)
    lines = broken("while ", node, ":", 72)
    again = ast.parse("\n".join([*lines, "    pass"])).body[0]
    assert ast.dump(again.test) == ast.dump(node)


@pytest.mark.parametrize("seed", range(100))
def test_rare_expressions_are_the_same_expressions(seed):
    node = ast.parse(expression(random.Random(seed), 4, rare=True), mode="eval").body
    lines = broken("value = ", node, "", 60)
    assert ast.dump(ast.parse("\n".join(lines)).body[0].value) == ast.dump(node)


def parsed(text):
    return ast.parse(text, mode="eval").body


def test_sums_have_a_term_a_line_and_products_are_filled():
    total = " + ".join(f"term_number_{i} * weight_{i}" for i in range(4))
    assert broken("x = ", parsed(total), "", 60) == [
        "x = (", "    term_number_0 * weight_0", "    + term_number_1 * weight_1",
        "    + term_number_2 * weight_2", "    + term_number_3 * weight_3", ")"]
    product = " * ".join(f"factor_{i}" for i in range(8))
    assert broken("x = ", parsed(product), "", 60) == [
        "x = (", "    factor_0 * factor_1 * factor_2 * factor_3 * factor_4",
        "    * factor_5 * factor_6 * factor_7", ")"]


def test_calls_are_broken_in_their_own_brackets():
    call = parsed("combine(the_first_argument + 1, the_second_argument, third)")
    assert broken("x = ", call, "", 50) == [
        "x = combine(", "    the_first_argument + 1,", "    the_second_argument,", "    third,",
        ")"]


def test_tables_of_numbers_are_filled():
    table = parsed("(" + ", ".join(f"-{i}.25" for i in range(12)) + ")")
    assert broken("TABLE = ", table, "", 60) == [
        "TABLE = (", "    -0.25, -1.25, -2.25, -3.25, -4.25, -5.25, -6.25, -7.25,",
        "    -8.25, -9.25, -10.25, -11.25,", ")"]


def test_eighty_nested_parentheses():
    left = "(" * 80 + "x" + " * x)" * 80
    right = "x ** 2 - (" * 80 + "x" + ")" * 80
    for text in (left, right):
        node = ast.parse(text, mode="eval").body
        lines = broken("y = ", node, "", 100)
        assert max(map(len, lines)) <= 100
        assert ast.dump(ast.parse("\n".join(lines)).body[0].value) == ast.dump(node)


def test_without_astor_the_standard_library_prints(monkeypatch):
    monkeypatch.setattr(breaking, "_GENERATOR", [None])
    assert broken("x = ", parsed("(a + b) * c"), "", 60) == ["x = (a + b) * c"]


def test_long_names_are_not_cut_in_two():
    names = [f"a_name_that_takes_more_than_the_room_of_a_line_number_{i}" for i in range(3)]
    target = ast.parse(f"{', '.join(names)} = f()").body[0].targets[0]
    for room in (40, 0):
        lines, head = targets("", target, " = ", room)
        ast.parse("\n".join([*lines, f"{head}f()"]))
