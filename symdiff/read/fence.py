"""What a differentiated function may not contain, each with its reason and a way out.

Every node of Python's grammar is named here or handled by the reader; docs/support.md is made
from these tables.
"""

from __future__ import annotations

import ast

from symdiff.read.catching import as_branches
from symdiff.read.raising import may_be_caught

REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Try: (
        "'try' around active code that may raise what is caught cannot be reversed",
        "Move the try outside of the differentiated function, or test for the condition with if.",
    ),
    ast.Global: (
        "a differentiated function can't write a global",
        "Return the value, or pass it in.",
    ),
    ast.Import: (
        "'import' is not supported in a differentiated function",
        "Import at the top of the file.",
    ),
    ast.ImportFrom: (
        "'import' is not supported in a differentiated function",
        "Import at the top of the file.",
    ),
    ast.ClassDef: (
        "a class can't be defined in a differentiated function",
        "Define it at the top of the file.",
    ),
    ast.AsyncFunctionDef: (
        "an async function can't be differentiated",
        "Write it as an ordinary function.",
    ),
    ast.AsyncFor: (
        "'async for' is not supported in a differentiated function",
        "Use an ordinary loop.",
    ),
    ast.AsyncWith: (
        "'async with' is not supported in a differentiated function",
        "Use an ordinary with.",
    ),
    ast.Await: (
        "'await' is not supported in a differentiated function",
        "Pass in the awaited result.",
    ),
    ast.TryStar: (
        "'except*' around active code cannot be reversed",
        "Move the try outside of the differentiated function, or test for the condition with if.",
    ),
}


def offences(root: ast.AST, inside: bool = False) -> list[tuple[ast.AST, str, str]]:
    """The nodes below `root` that are refused, with reason and way out, in the order of the text.

    `root` is what is differentiated, or else a statement `inside` of that. Functions defined inside
    are looked at too: whether they are called is not known yet, but `yield` in them is theirs.
    """
    found: list[tuple[ast.AST, str, str]] = []

    def visit(node: ast.AST) -> None:
        refused = REFUSED.get(type(node))
        if isinstance(node, ast.Try):
            caught = may_be_caught(node)
            refused = refused if caught and as_branches(node) is None else None
            found.extend(_of_finally(node))
            if not caught:  # its handlers never run
                node = ast.Try(node.body, [], node.orelse, node.finalbody)
        if refused is not None:
            found.append((node, *refused))
            return
        for child in ast.iter_child_nodes(node):
            visit(child)

    if not inside and isinstance(root, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        why = "a generator can't be differentiated"
        found += [(node, why, "Return a list.") for node in yields(root)]
    visit(root)
    return found


def yields(function: ast.AST) -> list[ast.AST]:
    """Where a function yields, functions inside it left out."""
    found: list[ast.AST] = []
    body = getattr(function, "body", [])
    stack: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while stack:
        node = stack.pop(0)
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            found.append(node)
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.AsyncFunctionDef)):
            stack.extend(ast.iter_child_nodes(node))
    return found


def _of_finally(node: ast.Try) -> list[tuple[ast.AST, str, str]]:
    """What leaves a finally block: it would hide an exception that is on its way."""
    found: list[tuple[ast.AST, str, str]] = []
    for sub in (n for stmt in node.finalbody for n in ast.walk(stmt)):
        if isinstance(sub, (ast.Return, ast.Break, ast.Continue)):
            word = type(sub).__name__.lower()
            found.append((sub, f"{word!r} in a finally block is not supported", "Leave it later."))
    return found
