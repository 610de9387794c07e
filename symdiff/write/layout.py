"""Layout: syntax as lines of text, with comments, none longer than 100 columns.

Expressions are printed elsewhere; added here are comment lines, and the numbers of stages in a
column of their own.
"""

from __future__ import annotations

import ast
import textwrap

from symdiff.write.breaking import INDENT, LEAST, OPERATORS, broken, flat, targets
from symdiff.write.statements import Marks

WIDTH = 100
COMMENTS = 51  # the column of the numbers, from 0


class Printed:
    """Lines of text, and by line from 1 the numbers of the stages they belong to, and those of
    the elementary stages that they consist of."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.stages: dict[int, int] = {}
        self.covers: dict[int, frozenset[int]] = {}


def print_module(module: ast.Module, marks: Marks) -> Printed:
    """The text of a module."""
    printer = _Printer(marks)
    printer.body(module.body, 0)
    return printer.printed


class _Printer:
    """Statements as lines."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.printed = Printed()
        self.number = 0

    def line(self, depth: int, text: str) -> None:
        self.printed.lines.append(INDENT * depth + text)

    def body(self, statements: list[ast.stmt], depth: int) -> None:
        for statement in statements:
            self.statement(statement, depth)

    def block(self, depth: int, head: list[str], statements: list[ast.stmt]) -> None:
        for text in head:
            self.line(depth, text)
        self.number = 0
        self.body(statements, depth + 1)
        self.number = 0

    def statement(self, node: ast.stmt, depth: int) -> None:
        if node in self.marks.remarks:
            self.number = 0
            self.line(depth, f"# {self.marks.remarks[node]}")
            return
        room = WIDTH - len(INDENT) * depth
        match node:
            case ast.If():
                self.choice(node, depth)
            case ast.While(test=test, body=body):
                self.block(depth, broken("while ", test, ":", room), body)
            case ast.For(target=target, iter=iterable, body=body):
                first, head = targets("for ", target, " in ", room)
                self.block(depth, [*first, *broken(head, iterable, ":", room)], body)
            case ast.With(items=[item], body=body):
                name = "" if item.optional_vars is None else f" as {flat(item.optional_vars)}"
                self.block(depth, broken("with ", item.context_expr, f"{name}:", room), body)
            case ast.FunctionDef(name=name, body=body):
                self.block(depth, signature(node, room), body)
            case ast.Expr(value=ast.Constant(value=str() as text)):
                for line in docstring(text, room):
                    self.line(depth if line else 0, line)
            case _:
                self.simple(node, depth, room)

    def choice(self, node: ast.If, depth: int) -> None:
        keyword = "if "
        room = WIDTH - len(INDENT) * depth
        while True:
            self.block(depth, broken(keyword, node.test, ":", room), node.body)
            match node.orelse:
                case []:
                    return
                case [ast.If() as node]:
                    keyword = "elif "
                case orelse:
                    self.block(depth, ["else:"], orelse)
                    return

    def simple(self, node: ast.stmt, depth: int, room: int) -> None:
        number, is_fork = self.marks.stages.get(node, (0, False))
        parts: tuple[str, ast.expr] | None = None
        before: list[str] = []
        shown = number and number != self.number
        comment = f"# {number} (*)" if is_fork else f"# {number}"
        match node:
            case ast.Assign(targets=[target], value=value):
                before, head = targets("", target, " = ", room)
                parts = head, value
            case ast.AugAssign(target=target, op=op, value=value):
                parts = f"{flat(target)} {OPERATORS[type(op)][0]}= ", value
            case ast.Return(value=ast.expr() as value):
                parts = "return ", value
            case ast.Expr(value=value):
                parts = "", value
        if parts is None:
            lines = [flat(node)]
        else:
            lines = [*before, *broken(*parts, "", room)]
            if shown and len(lines) == 1 and len(lines[0]) + len(comment) + 2 > room:
                lines = [*before, *broken(*parts, "", room - len(comment) - 2)]
        first = len(self.printed.lines) + 1
        for text in lines:
            self.line(depth, text)
        covers = self.marks.covers.get(node, frozenset())
        for at in range(first, first + len(lines)):
            if number:
                self.printed.stages[at] = number
            if covers:
                self.printed.covers[at] = covers
        if shown:
            text = self.printed.lines[first - 1]
            self.printed.lines[first - 1] = text.ljust(COMMENTS - 2) + "  " + comment
        self.number = number


def signature(node: ast.FunctionDef, room: int) -> list[str]:
    """`def name(...):`, one parameter a line if it is too long."""
    arguments = ast.unparse(ast.fix_missing_locations(node.args))
    text = f"def {node.name}({arguments}):"
    if len(text) <= room:
        return [text]
    args = node.args
    parts = [a.arg for a in args.args]
    for i, default in enumerate(args.defaults):
        parts[len(args.args) - len(args.defaults) + i] += f"={flat(default)}"
    if args.vararg is not None:
        parts.append(f"*{args.vararg.arg}")
    elif args.kwonlyargs:
        parts.append("*")
    for arg, preset in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        parts.append(arg.arg if preset is None else f"{arg.arg}={flat(preset)}")
    if args.kwarg is not None:
        parts.append(f"**{args.kwarg.arg}")
    return [f"def {node.name}(", *(f"{INDENT}{p}," for p in parts), "):"]


def docstring(text: str, room: int) -> list[str]:
    """A docstring, its quotes and backslashes escaped; paragraphs that are too wide are filled."""
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if "\n" not in safe and len(safe) + 6 <= room:
        return [f'"""{safe}"""']
    paragraphs = []
    for i, paragraph in enumerate(safe.split("\n\n")):
        width = max(room if i else room - 3, LEAST)
        fits = all(len(line) <= width for line in paragraph.splitlines())
        paragraphs.append(paragraph if fits else textwrap.fill(" ".join(paragraph.split()), width))
    whole = '"""' + "\n\n".join(paragraphs) + '\n"""'
    return [line.rstrip() for line in whole.split("\n")]
