"""return, break and continue removed: the function does the same."""

from __future__ import annotations

import ast
import contextlib
import itertools
import random
import textwrap

import pytest

from symdiff.read.desugar import VALUE, desugar, leaves_always


def function_of(body):
    names = {"nothing": contextlib.nullcontext}
    tree = ast.Module([ast.parse("def f(a, b, log): pass").body[0]], [])
    tree.body[0].body = body
    exec(compile(ast.fix_missing_locations(tree), "<made>", "exec"), names)
    return names["f"]


def desugared(text):
    """The function that the desugared body stands for, its flags under names of Python's."""
    body = desugar(ast.parse(textwrap.dedent(text)).body)
    for stmt in body:
        for node in list(ast.walk(stmt)):
            assert not isinstance(node, (ast.Return, ast.Break, ast.Continue))
            if isinstance(node, (ast.If, ast.With)) and not node.body:
                node.body = [ast.Pass()]
            if isinstance(node, (ast.For, ast.While)):
                node.body = node.body or [ast.Pass()]
                assert not node.orelse
                if node.leave:
                    test = ast.Name(node.leave, ast.Load())
                    node.body = [*node.body, ast.If(test, [ast.Break()], [])]
    body = [*ast.parse("value = None").body, *body, *ast.parse("return value").body]
    for stmt in body:
        for node in ast.walk(stmt):
            if isinstance(node, ast.Name):
                node.id = node.id.replace("%", "" if node.id == VALUE else "flag_")
    return function_of(body)


def results(function, a, b):
    log = []
    return function(a, b, log), log


PROGRAMS = {
    "early return": """
        if a > 1:
            return a
        log.append(b)
        return b
    """,
    "return in either arm": """
        if a > b:
            log.append(1)
            return a
        else:
            return b
    """,
    "nothing returned on some path": """
        if a > b:
            return a
    """,
    "bare return": """
        if a:
            return
        log.append(a)
        return b
    """,
    "return nested in an arm that goes on": """
        if a > 0:
            log.append(0)
            if b > 0:
                return 1
            log.append(1)
        elif b > 2:
            return 2
        log.append(2)
        return 3
    """,
    "return from two loops": """
        for i in range(a):
            for j in range(b):
                log.append((i, j))
                if i * j > 1:
                    return i + j
            log.append(i)
        return -1
    """,
    "break": """
        for i in range(a):
            if i == b:
                break
            log.append(i)
        return log
    """,
    "continue": """
        for i in range(a):
            if i == b:
                continue
            log.append(i)
        return len(log)
    """,
    "continue before a break": """
        i = 0
        while True:
            i += 1
            if i % 2:
                continue
            log.append(i)
            if i > a + b:
                break
        return i
    """,
    "else after a loop": """
        for i in range(a):
            if i == b:
                break
        else:
            log.append("all")
        return log
    """,
    "else after a loop that returns and breaks": """
        for i in range(a + 1):
            if i == 2:
                return "two"
            if i == b:
                break
        else:
            return "else"
        return "broken"
    """,
    "else without a break": """
        while a > 0:
            a -= 1
        else:
            log.append(a)
        return a
    """,
    "break of the outer loop in the else of the inner one": """
        for i in range(4):
            for j in range(a):
                if j == b:
                    break
                log.append((i, j))
            else:
                break
            log.append(i)
        return log
    """,
    "with": """
        with nothing():
            if a > b:
                return a
            log.append(a)
        log.append(b)
        return b
    """,
    "nothing after a return": """
        return a
        log.append(b)
    """,
    "loops one after the other": """
        for i in range(a):
            if i > 1:
                break
        for j in range(b):
            if j > 0:
                return j
            log.append(j)
        return -1
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_function_does_the_same_without_exits(name):
    text = textwrap.dedent(PROGRAMS[name])
    original, made = function_of(ast.parse(text).body), desugared(text)
    for a, b in itertools.product(range(5), range(4)):
        assert results(made, a, b) == results(original, a, b), (a, b)


class Writer:
    """Random control flow: every test asks for the next bit."""

    def __init__(self, seed):
        self.random, self.count = random.Random(seed), 0

    def block(self, depth, loop):
        lines = [line for _ in range(self.random.randint(1, 3)) for line in self.stmt(depth, loop)]
        return [f"    {line}" for line in lines]

    def stmt(self, depth, loop):
        self.count += 1
        kinds = ["log"] * 2 + ["return", "if"] + ["break", "continue"] * loop
        kind = self.random.choice(kinds + ["if", "if", "for", "while", "with"] * (depth < 3))
        if kind in ("break", "continue"):
            return [kind]
        if kind == "return":
            return [f"return {self.count}"]
        if kind == "log" or depth >= 3:
            return [f"log.append({self.count})"]
        head = {
            "if": "if next(a):",
            "for": "for i in range(next(b)):",
            "while": "while next(a):",
            "with": "with nothing():",
        }[kind]
        made = [head, *self.block(depth + 1, loop or kind in ("for", "while"))]
        if kind != "with" and self.random.random() < 0.4:
            made += ["else:", *self.block(depth + 1, loop)]
        return made


@pytest.mark.parametrize("seed", range(5))
def test_random_control_flow_does_the_same(seed):
    for case in range(60):
        writer = Writer(1000 * seed + case)
        text = "\n".join(line for _ in range(3) for line in writer.stmt(0, False))
        original, made = function_of(ast.parse(text).body), desugared(text)
        for trial in range(8):
            draw = random.Random(trial)
            bits = [draw.random() < 0.5 for _ in range(200)]
            rounds = [draw.randint(0, 3) for _ in range(200)]

            def streams(bits=bits, rounds=rounds):
                return itertools.chain(bits, itertools.repeat(False)), itertools.chain(
                    rounds, itertools.repeat(0)
                )

            assert results(made, *streams()) == results(original, *streams()), text


def test_code_without_exits_is_left_as_it_is():
    body = ast.parse("a = 1\nfor i in b:\n    a += i\nif a:\n    b = 2\n").body
    assert [ast.unparse(s) for s in desugar(body)] == [ast.unparse(s) for s in body]


def test_arms_that_always_leave_need_no_flag():
    text = "if a:\n    return 1\nif b:\n    return 2\nreturn 3\n"
    made = desugar(ast.parse(text).body)
    assert "done" not in "".join(map(ast.unparse, made))


def test_flags_have_names_that_no_variable_has():
    text = "for i in a:\n    if i:\n        return i\n    b = i\n"
    made = desugar(ast.parse(text).body)
    stored = {n.id for s in made for n in ast.walk(s) if isinstance(n, ast.Name)}
    assert {name for name in stored if not name.isidentifier()} == stored - {"a", "b", "i"}


def test_two_loops_have_flags_of_their_own():
    text = "for i in a:\n    for j in a:\n        if j: break\n    if i: break\n"
    made = desugar(ast.parse(text).body)
    loops = [n for s in made for n in ast.walk(s) if isinstance(n, ast.For)]
    assert len({loop.leave for loop in loops}) == 2


def test_flags_bear_the_place_of_the_statement_they_stand_for():
    made = desugar(ast.parse("for i in a:\n    if i:\n        break\n").body)
    (setting,) = [
        n
        for s in made
        for n in ast.walk(s)
        if isinstance(n, ast.Assign) and ast.unparse(n.value) == "True"
    ]
    assert setting.lineno == 3


@pytest.mark.parametrize(
    "text, expected",
    [
        ("return", True),
        ("raise ValueError", True),
        ("a = 1", False),
        ("if a:\n    return\nelse:\n    raise ValueError", True),
        ("if a:\n    return", False),
        ("while True:\n    a = 1", True),
        ("while True:\n    break", False),
        ("while True:\n    for i in a:\n        break", True),
        ("with a:\n    return", True),
        ("for i in a:\n    return", False),
    ],
)
def test_blocks_whose_end_is_never_reached(text, expected):
    assert leaves_always(ast.parse(text).body) is expected
