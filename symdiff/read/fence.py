"""What a differentiated function may not contain, each with its reason and a way out.

Every node of Python's grammar is named here or handled by the reader; docs/support.md is made
from these tables.
"""

from __future__ import annotations

import ast

REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Try: (
        "'try' around active code cannot be reversed",
        "Move the try outside of the differentiated function, or test for the condition with if.",
    ),
    ast.Global: (
        "a differentiated function can't write a global",
        "Return the value, or pass it in.",
    ),
    ast.Delete: (
        "'del' is not supported in a differentiated function",
        "Leave the name alone: it ends with the function.",
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
    ast.Yield: ("a generator can't be differentiated", "Return a list."),
    ast.YieldFrom: ("a generator can't be differentiated", "Return a list."),
    ast.Match: ("'match' is not supported in a differentiated function", "Use if and elif."),
}
for _name in ("TryStar",):
    if hasattr(ast, _name):
        REFUSED[getattr(ast, _name)] = REFUSED[ast.Try]


def offences(root: ast.AST) -> list[tuple[ast.AST, str, str]]:
    """The nodes below `root` that are refused, with reason and way out, in the order of the text.

    Functions defined inside are looked at too: whether they are called is not known yet, but
    `yield` in them is theirs.
    """
    found: list[tuple[ast.AST, str, str]] = []

    def visit(node: ast.AST) -> None:
        refused = REFUSED.get(type(node))
        if isinstance(node, ast.Delete) and all(isinstance(t, ast.Subscript) for t in node.targets):
            refused = None  # an item of a list or dict, not a name
        if refused is not None:
            found.append((node, *refused))
            return
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(root)
    return found
