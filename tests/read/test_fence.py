"""What is refused is refused at its place, with a way out."""

from __future__ import annotations

import ast

import pytest

import symdiff
from symdiff.errors import UnsupportedSyntax
from symdiff.read.fence import REFUSED, offences
from symdiff.read.static import load

# Statements of a function of x; the refused one stands at the line and column given.
EXAMPLES = {
    ast.Try: ("try:\n    for y in x: y = 1 / y\nexcept ZeroDivisionError:\n    y = 0.0", 2, 4),
    ast.TryStar: ("try:\n    y = x\nexcept* ValueError:\n    y = 0.0", 2, 4),
    ast.Global: ("if x > 0:\n    global y", 3, 8),
    ast.Import: ("import os", 2, 4),
    ast.ImportFrom: ("from os import path", 2, 4),
    ast.ClassDef: ("class A:\n    pass", 2, 4),
    ast.AsyncFunctionDef: ("async def g():\n    pass", 2, 4),
}
ASYNCHRONOUS = {
    ast.AsyncFor: ("async for i in x:\n    pass", 2, 4),
    ast.AsyncWith: ("async with x:\n    pass", 2, 4),
    ast.Await: ("y = await x", 2, 8),
}


def function(body, head="def f(x):"):
    return "\n".join([head, *(f"    {line}" for line in body.splitlines()), "    return x", ""])


def test_there_is_an_example_of_everything_that_is_refused():
    assert EXAMPLES.keys() | ASYNCHRONOUS.keys() == REFUSED.keys()


@pytest.mark.parametrize("kind", [*EXAMPLES, *ASYNCHRONOUS], ids=lambda kind: kind.__name__)
def test_each_is_found_with_its_reason_and_way_out(kind):
    body, line, column = (EXAMPLES | ASYNCHRONOUS)[kind]
    tree = ast.parse(function(body, "async def f(x):" if kind in ASYNCHRONOUS else "def f(x):"))
    found = [o for stmt in tree.body[0].body for o in offences(stmt)]
    assert [(type(n), n.lineno, n.col_offset) for n, _, _ in found] == [(kind, line, column)]
    ((_, why, fix),) = found
    assert why and fix.endswith(".")


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_each_is_refused_where_it_stands(kind, tmp_path):
    body, line, column = EXAMPLES[kind]
    path = tmp_path / "refused.py"
    path.write_text(function(body))
    with pytest.raises(UnsupportedSyntax) as caught:
        symdiff.source(load(f"{path}:f"))
    error = caught.value
    assert (error.place.line, error.place.column) == (line, column)
    why, fix = REFUSED[kind]
    assert why in str(error) and fix in str(error) and "^" in str(error)


@pytest.mark.parametrize("kind", ASYNCHRONOUS, ids=lambda kind: kind.__name__)
def test_asynchronous_functions_are_refused_whole(kind, tmp_path):
    path = tmp_path / "refused.py"
    path.write_text(function(ASYNCHRONOUS[kind][0], "async def f(x):"))
    with pytest.raises(UnsupportedSyntax, match="async function") as caught:
        symdiff.source(load(f"{path}:f"))
    assert caught.value.place.line == 1


def test_everything_refused_is_reported_in_the_order_of_the_text():
    tree = ast.parse(function("import os\nif x:\n    class A: pass\nglobal y"))
    assert [type(n) for n, _, _ in offences(tree)] == [ast.Import, ast.ClassDef, ast.Global]


def test_what_is_inside_something_refused_is_not_reported_again():
    tree = ast.parse(function("class A:\n    import os"))
    assert [type(n) for n, _, _ in offences(tree)] == [ast.ClassDef]


def test_inner_functions_and_lambdas_are_looked_at_too():
    tree = ast.parse(function("def g():\n    import os\n    def h():\n        global y"))
    assert [type(n) for n, _, _ in offences(tree)] == [ast.Import, ast.Global]


@pytest.mark.parametrize(
    "body, handled",
    [
        ("y = x * x", "ValueError"),
        ("y = 1 / x", "(TypeError, KeyError)"),
        ("y = math.sqrt(x)", "KeyError as error"),
        ("ys.append(x + 1)", "Failure"),
        ("y = asarray(x)", "NameError"),
        ("y = x.of(g(x))", "(NameError, ImportError)"),
    ],
)
def test_a_try_whose_body_can_not_raise_what_is_caught_is_read(body, handled):
    text = f"import math\ntry:\n    {body}\nexcept {handled}:\n    pass"
    assert offences(ast.parse(text).body[1]) == []


@pytest.mark.parametrize(
    "body, handled",
    [
        ("for v in x: y = 1 / v", "ArithmeticError"),
        ("while x: x = ys[0]", "LookupError"),
        ("with g(x): pass", "Failure"),
        ("y = [math.log(v) for v in x]", "(KeyError, ValueError)"),
        ("y = x and 1 / x", "Exception"),
        ("assert x", "AssertionError"),
        ("y = g(x)", "TypeError as error:\n    print(error)\nexcept KeyError"),
        ("y = g(ys[0])", "KeyError:\n    x = 1\nexcept IndexError"),
    ],
)
def test_a_try_whose_body_may_raise_what_is_caught_is_refused(body, handled):
    text = f"try:\n    {body}\nexcept {handled}:\n    pass"
    assert [type(n) for n, _, _ in offences(ast.parse(text))] == [ast.Try]


def test_a_finally_block_is_left_at_its_end():
    text = "for i in range(3):\n    try:\n        x = x\n    finally:\n        break"
    ((node, why, fix),) = offences(ast.parse(text))
    assert isinstance(node, ast.Break) and why and fix.endswith(".")


def test_live_functions_are_refused_before_any_call():
    def f(x):
        global SOMETHING
        SOMETHING = x
        return x

    with pytest.raises(UnsupportedSyntax, match="global"):
        symdiff.grad(f)
    with pytest.raises(UnsupportedSyntax, match="generator"):
        symdiff.grad(lambda x: (yield x))
