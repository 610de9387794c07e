"""Writes the pages that are made from symdiff's own tables: docs/conventions.md, docs/support.md.

    python docs/make_pages.py
"""

from __future__ import annotations

import ast
from pathlib import Path

from symdiff.read.fence import REFUSED
from symdiff.rules import conventions, table

HERE = Path(__file__).parent

CONVENTIONS = """\
# Derivatives at kinks and singularities

A generated gradient is that of the program as it runs: of the branch that is taken, of the number
of rounds that a loop makes. Where a function has no derivative, it takes one of these values, as
JAX does. What is piecewise constant has derivative zero everywhere: `floor`, `round`, `int`, `//`,
comparisons.

| function | convention |
| --- | --- |
{rows}

Where the function itself raises, as `1 / x` does at zero, so does its gradient. Comparisons select
a branch, and the derivative is that of the branch.
"""

SUPPORT = """\
# What symdiff reads

Scalar Python: assignment, arithmetic, `if`, `while`, `for`, `break`, `continue`, early `return`,
`raise` and `assert`, conditional expressions, recursion, lambdas, closures, methods, keyword
arguments, tuples, lists and dicts of numbers. Functions of your own are read too, wherever they
are defined. What cannot be differentiated correctly is refused, with its line.

## Refused

| syntax | reason | instead |
| --- | --- | --- |
{refused}

## Functions with a derivative rule

{active}

Known, with derivative zero: {constant}.

A function that is not in this list and has no Python source is refused where its argument is
active. `symdiff.rules.elementwise` registers a rule for one of your own.
"""


SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "neg": "-x", "pos": "+x", "mod": "%",
    "pow": "**", "floordiv": "//", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==",
    "ne": "!=", "is": "is", "is_not": "is not", "in": "in", "not_in": "not in", "not": "not",
    "and_": "&", "or_": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "invert": "~x",
}  # fmt: skip


def pages() -> dict[str, str]:
    """The text of each page, by its file name."""
    known = [p for p in table() if not p.name.startswith("helper:")]
    constant = ", ".join(f"`{_sign(p.name)}`" for p in known if p.piecewise_constant)
    active = ", ".join(f"`{_sign(p.name)}`" for p in known if not p.piecewise_constant) + "."
    rows = "\n".join(f"| `{_sign(name)}` | {_cell(note)} |" for name, note in conventions())
    refused = "\n".join(
        f"| `{_word(node)}` | {_cell(reason)} | {_cell(fix)} |"
        for node, (reason, fix) in REFUSED.items()
    )
    return {
        "conventions.md": CONVENTIONS.format(rows=rows),
        "support.md": SUPPORT.format(refused=refused, active=active, constant=constant),
    }


def _sign(name: str) -> str:
    return SIGNS.get(name, name)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _word(node: type[ast.AST]) -> str:
    """The keyword of a statement, from the name of its node: `AsyncFor` is `async for`."""
    words = {
        "Delete": "del", "ClassDef": "class", "AsyncFunctionDef": "async def",
        "ImportFrom": "from ... import", "YieldFrom": "yield from",
        "TryStar": "try ... except*", "AsyncFor": "async for", "AsyncWith": "async with",
    }  # fmt: skip
    return words.get(node.__name__, node.__name__.lower())


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
