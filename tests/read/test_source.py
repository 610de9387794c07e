"""Sources of functions are found by position, in the file they came from."""

from __future__ import annotations

import ast
import functools
import importlib.util
import linecache

import pytest

import symdiff
from symdiff.errors import NoSource, UnsupportedSyntax
from symdiff.read.source import node_of, parse, unwrap


def text_of(function):
    return ast.unparse(node_of(function)[1])


def identity(function):
    return function


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compiled(text, name):
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    names = {}
    exec(compile(text, name, "exec"), names)
    return names["f"]


def test_lambdas_on_one_line_are_told_apart():
    f, g, h = (lambda x: x + 1), (lambda x: x + 2), (lambda y: y + 1)
    assert [text_of(each) for each in (f, g, h)] == [
        "lambda x: x + 1",
        "lambda x: x + 2",
        "lambda y: y + 1",
    ]


def test_lambdas_in_lambdas_are_told_apart():
    outer = lambda x: lambda y: x * y  # noqa: E731
    assert text_of(outer) == "lambda x: lambda y: x * y"
    assert text_of(outer(1.0)) == "lambda y: x * y"


def test_a_lambda_over_several_lines_is_found():
    f = identity(
        lambda x: (
            x
            * x
        )
    )  # fmt: skip
    assert text_of(f) == "lambda x: x * x"


def test_functions_below_decorators_are_found():
    @identity
    @functools.lru_cache(
        maxsize=8,
    )
    def f(x):
        return x * 3

    assert node_of(f.__wrapped__)[1].name == "f"
    assert symdiff.grad(f)(1.0) == 3.0


def test_functions_of_one_name_are_told_apart_by_their_line():
    def f(x):
        return x * 2

    first = f

    def f(x):  # noqa: F811
        return x * 5

    assert (text_of(first)[-5:], text_of(f)[-5:]) == ("x * 2", "x * 5")


def test_text_that_linecache_knows_counts_as_a_file():
    f = compiled("def f(x):\n    return x * 7\n", "<made 1>")
    assert symdiff.grad(f)(1.0) == 7.0
    assert node_of(f)[0].path == "<made 1>"


def test_text_that_nothing_keeps_is_no_source(monkeypatch):
    monkeypatch.delitem(linecache.cache, "<string>", raising=False)
    names = {}
    exec("def f(x):\n    return x\n", names)
    with pytest.raises(NoSource, match="can't be found") as caught:
        node_of(names["f"])
    assert "linecache" in str(caught.value)


@pytest.mark.parametrize("constant", ["3.0", "2", "-2.0", "y"])
def test_text_of_another_function_is_no_source(monkeypatch, constant):
    another = f"def f(x):\n    return x * {constant}\n"
    monkeypatch.setitem(linecache.cache, "<string>", (1, None, another.splitlines(True), ""))
    names = {}
    exec("def f(x):\n    return x * 2.0\n", names)
    with pytest.raises(NoSource, match="can't be found"):
        node_of(names["f"])


def test_functions_with_docstrings_sets_and_futures_are_known_again():
    text = (
        "from __future__ import annotations\n\n"
        "def f(x: float, kind='a'):\n"
        '    """A text."""\n'
        "    def g(y: Unknown = 1.5) -> None:\n"
        "        return x * y if kind in {'a', 'b', 'c'} else -0.0\n"
        "    return sum(g(k) for k in range(3))\n"
    )
    assert symdiff.grad(compiled(text, "<made 2>"))(1.0) == 3.0


@pytest.mark.parametrize(
    "now",
    [
        "",
        "\n\ndef f(x):\n    return x\n",
        "def g(x):\n    return x\n",
        "def f(x, y): pass\n",
        "def f(x):\n    return x + x\n",
        "def f(x):\n    return x * x * 2\n",
    ],
)
def test_a_file_that_has_changed_is_not_taken_for_the_source(tmp_path, now):
    path = tmp_path / "changing.py"
    path.write_text("def f(x):\n    return x * x\n")
    f = loaded(path).f
    path.write_text(now)
    linecache.checkcache(str(path))
    with pytest.raises(NoSource):
        symdiff.grad(f)(1.0)


def test_what_was_read_is_kept_though_the_file_changes(tmp_path):
    path = tmp_path / "kept.py"
    path.write_text("def f(x):\n    return x * x\n")
    gradient = symdiff.grad(loaded(path).f)
    assert gradient(2.0) == 4.0
    path.write_text("")
    assert gradient(3.0) == 6.0


def test_places_count_characters_not_bytes():
    file = parse("f.py", "größe = wert + 1\n")
    place = file.place(file.tree.body[0].value)
    assert (place.line, place.column, place.end_column) == (1, 8, 16)


def test_compound_statements_are_pointed_at_by_their_first_word():
    file = parse("f.py", "while a:\n    b = 1\n    c = 2\n")
    place = file.place(file.tree.body[0])
    assert (place.line, place.column, place.end_line, place.end_column) == (1, 0, 1, 5)


def test_text_that_is_not_python_is_refused_with_its_place():
    with pytest.raises(UnsupportedSyntax, match="not Python") as caught:
        parse("f.py", "a = 1\ndef f(x:\n    return x\n")
    assert caught.value.place.line == 2
    with pytest.raises(UnsupportedSyntax, match="not Python"):
        parse("f.py", "a = '\0'\n")


def test_wrappers_that_leave_the_result_alone_are_looked_through():
    def f(x):
        return x

    @functools.wraps(f)
    def wrapper(x):
        return 2 * f(x)

    assert unwrap(functools.lru_cache(f)) is f
    assert unwrap(symdiff.differentiable(f)) is f
    assert unwrap(symdiff.differentiable(functools.lru_cache(f))) is f
    assert unwrap(wrapper) is wrapper
