"""Generated modules of scalar functions as JavaScript: the same lines, with Python's arithmetic."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from importlib.resources import files

from symdiff.write.javascript_expressions import (
    OPERATORS,
    Expressions,
    NotInJavaScript,
    identifier,
    refused,
    text_literal,
)


def runtime() -> str:
    """The JavaScript text that defines `py`."""
    return files("symdiff.write").joinpath("python.js").read_text(encoding="utf-8")


def javascript(text: str) -> str:
    """A generated module as JavaScript: its constants and functions. Raises NotInJavaScript."""
    return "\n".join(definitions(text).values()) + "\n"


def definitions(text: str) -> dict[str, str]:
    """The constants and functions of a generated module in JavaScript, by their names."""
    module = ast.parse(text)
    translator = Translator({n.name for n in module.body if isinstance(n, ast.FunctionDef)})
    made: dict[str, str] = {}
    for node in module.body:
        match node:
            case ast.Import(names=names):
                for name in names:
                    translator.aliases[name.asname or name.name] = name.name
            case ast.ImportFrom(module=origin, names=names):
                for name in names:
                    translator.aliases[name.asname or name.name] = f"{origin}.{name.name}"
            case ast.FunctionDef(name=called):
                made[called] = "\n".join(translator.function(node))
            case ast.Assign(targets=[ast.Name(id=called)], value=value):
                made[called] = f"const {identifier(called)} = {translator.expression(value)};"
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                raise refused(node)
    return made


class Translator(Expressions):
    """Functions and statements, of the kinds that the writer makes."""

    def function(self, node: ast.FunctionDef) -> list[str]:
        args = node.args
        params = [a.arg for a in (*args.args, *args.kwonlyargs)]
        if args.vararg or args.kwarg:
            raise NotInJavaScript("a function of any number of arguments")
        own = list(dict.fromkeys(n for s in node.body for n in _assigned(s) if n not in params))
        lines = [f"function {identifier(node.name)}({', '.join(map(identifier, params))}) {{"]
        if own:
            lines.append(f"  let {', '.join(map(identifier, own))};")
        return [*lines, *self.block(node.body), "}"]

    def block(self, body: Sequence[ast.stmt]) -> list[str]:
        return ["  " + line for node in body for line in self.statement(node)]

    def statement(self, node: ast.stmt) -> list[str]:
        match node:
            case ast.Assign(targets=[target], value=value):
                return [f"{self.target(target)} = {self.expression(value)};"]
            case ast.AugAssign(target=target, op=op, value=value):
                if type(op) in OPERATORS:
                    sign = OPERATORS[type(op)][0]
                    return [f"{self.target(target)} {sign}= {self.expression(value)};"]
                whole = ast.BinOp(_loaded(target), op, value)
                return [f"{self.target(target)} = {self.expression(whole)};"]
            case ast.Return(value=value):
                return [f"return {'null' if value is None else self.expression(value)};"]
            case ast.If(test=test, body=body, orelse=orelse):
                made = [f"if ({self.condition(test)}) {{", *self.block(body), "}"]
                if orelse:
                    made[-1:] = ["} else {", *self.block(orelse), "}"]
                return made
            case ast.While(test=test, body=body, orelse=[]):
                return [f"while ({self.condition(test)}) {{", *self.block(body), "}"]
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                head = f"for ({self.target(target)} of {self.expression(iterable)}) {{"
                return [head, *self.block(body), "}"]
            case ast.Break():
                return ["break;"]
            case ast.Continue():
                return ["continue;"]
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return []
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
                return []
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append" | "pop")) as call):
                return [f"{self.expression(call)};"]
            case ast.Raise(exc=exc):
                return [f"throw {self.raised(exc)};"]
            case ast.Assert(test=test, msg=message):
                told = [] if message is None else [message]
                error = self.raised(ast.Call(ast.Name("AssertionError"), told, []))
                return [f"if (!({self.condition(test)})) throw {error};"]
        raise refused(node)

    def raised(self, exc: ast.expr | None) -> str:
        match exc:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as text), *_]):
                return f"py.error({text_literal(name)}, {text_literal(text)})"
            case ast.Call(func=ast.Name(id=name)) | ast.Name(id=name):
                return f'py.error({text_literal(name)}, "")'
        return 'py.error("Exception", "")'


def _assigned(statement: ast.stmt) -> list[str]:
    """The names that a statement sets, those of comprehensions left out."""
    inner = {
        id(n)
        for c in ast.walk(statement)
        if isinstance(c, ast.comprehension)
        for n in ast.walk(c.target)
    }
    return [
        n.id
        for n in ast.walk(statement)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and id(n) not in inner
    ]


def _loaded(target: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(target), mode="eval").body
