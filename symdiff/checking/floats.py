"""Generated text as it stands, run in floats: in Python where it is written for Numba, and on
memory that is no number before it is set."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from symdiff.checking.exact import in_any_order

GENERATED = "<generated>"  # the file name of the text
COMPILERS = {"jit", "njit"}
EMPTY = {"empty", "empty_like"}


def run(text: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """The names that a text defines. Raises what it raises."""
    found = {**names, "__name__": "generated", "__unset__": unset}
    tree = ast.fix_missing_locations(_Plain().visit(ast.parse(text)))
    exec(compile(tree, GENERATED, "exec", dont_inherit=True), found)
    return found


def last_part(name: ast.expr) -> str:
    """`njit` of `numba.njit(cache=True)`."""
    return ast.unparse(name.func if isinstance(name, ast.Call) else name).rpartition(".")[2]


class _Plain(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = [d for d in node.decorator_list if last_part(d) not in COMPILERS]
        return self.generic_visit(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = in_any_order(node.iter)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in EMPTY:
            return node
        return ast.copy_location(ast.Call(ast.Name("__unset__", ast.Load()), [node], []), node)


def unset(made: Any) -> Any:
    """An array that was made without values, with such as no program expects."""
    kind = getattr(getattr(made, "dtype", None), "kind", "")
    if kind in "fc":
        made.fill(float("nan"))
    elif kind in "iu":
        made.fill(100)
    elif kind == "b":
        made.fill(True)
    return made
