"""The text of the functions of `runtime/`, without importing NumPy."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

from symdiff.stages import REAL, GlobalValue, Helper, Var

FOLDER = Path(__file__).parent / "runtime"


@functools.cache
def array_helpers() -> dict[str, Helper]:
    """Every function of `runtime/`, by its name; `globals` has the imports it needs."""
    found: dict[str, Helper] = {}
    for file in sorted(FOLDER.glob("*.py")):
        text = file.read_text()
        tree = ast.parse(text)
        imports = {
            alias.asname or alias.name.partition(".")[0]: ast.unparse(statement)
            for statement in tree.body
            if isinstance(statement, ast.Import)
            for alias in statement.names
        }
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef):
                continue
            if node.name in found:
                raise ValueError(f"two functions of runtime/ are called {node.name}")
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            found[node.name] = Helper(
                node.name,
                (ast.get_source_segment(text, node) or "") + "\n",
                (),
                Var("out", REAL),
                (),
                {name: GlobalValue(imports[name]) for name in sorted(names & imports.keys())},
            )
    return found


def with_callees(name: str) -> dict[str, Helper]:
    """A function of `runtime/` and those that it calls."""
    known = array_helpers()
    found: dict[str, Helper] = {}
    pending = [name]
    while pending:
        top = pending.pop()
        if top in found:
            continue
        found[top] = known[top]
        tree = ast.parse(known[top].text)
        pending += sorted(
            {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & known.keys()
        )
    return found
