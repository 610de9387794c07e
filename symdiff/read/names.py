"""Which names a function assigns, and what unnamed values are called."""

from __future__ import annotations

import ast

from symdiff.read.source import FunctionNode


def assigned_names(node: FunctionNode) -> tuple[set[str], set[str]]:
    """The names that a function binds, parameters included, and those it declares nonlocal."""
    args = node.args
    names = {a.arg for a in [*args.posonlyargs, *args.args, *args.kwonlyargs]}
    names |= {a.arg for a in (args.vararg, args.kwarg) if a is not None}
    nonlocals: set[str] = set()
    stack: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    while stack:
        sub = stack.pop()
        match sub:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case (
                ast.FunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ):
                names.add(name)
                stack.extend(
                    [
                        *sub.decorator_list,
                        *(sub.args.defaults if isinstance(sub, ast.FunctionDef) else []),
                    ]
                )
                continue
            case ast.Lambda():
                stack.extend(sub.args.defaults)
                continue
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.MatchMapping(rest=str(name)):
                names.add(name)
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                # Its targets are its own; a walrus inside it binds here.
                stack.extend(n for n in ast.walk(sub) if isinstance(n, ast.NamedExpr))
                continue
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names.update(a.asname or a.name.partition(".")[0] for a in aliases)
            case ast.Nonlocal(names=declared):
                nonlocals.update(declared)
        stack.extend(ast.iter_child_nodes(sub))
    return names, nonlocals


def written_in(body: list[ast.stmt]) -> list[str]:
    """The names that a block binds, in order: a first guess of what a loop around it carries."""
    found: dict[str, None] = {}

    def visit(node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.ClassDef(name=name):
                found.setdefault(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    found.setdefault(alias.asname or alias.name.partition(".")[0])
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.setdefault(name)
            case ast.MatchMapping(rest=str(name)):
                found.setdefault(name)
            case (
                ast.FunctionDef()
                | ast.Lambda()
                | ast.ListComp()
                | ast.SetComp()
                | ast.GeneratorExp()
                | ast.DictComp()
            ):
                return
        for child in ast.iter_child_nodes(node):
            visit(child)

    for stmt in body:
        visit(stmt)
    return list(found)
