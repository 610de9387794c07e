"""Expressions as text: on one line through astor, or broken at operators over several.

Nodes that astor does not print well, and every node on an interpreter that astor does not know,
are printed by the standard library.
"""

from __future__ import annotations

import ast
import textwrap
from typing import Any

LEAST = 12  # columns for what stands after the targets of an assignment or a loop
INDENT = "    "
NARROW = 40  # columns that are always left for an expression, however deep it is nested

OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.BitOr: ("|", 1),
    ast.BitXor: ("^", 2),
    ast.BitAnd: ("&", 3),
    ast.LShift: ("<<", 4),
    ast.RShift: (">>", 4),
    ast.Add: ("+", 5),
    ast.Sub: ("-", 5),
    ast.Mult: ("*", 6),
    ast.Div: ("/", 6),
    ast.Mod: ("%", 6),
    ast.FloorDiv: ("//", 6),
    ast.MatMult: ("@", 6),
    ast.Pow: ("**", 8),
}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
LOOSE = (ast.IfExp, ast.Lambda, ast.NamedExpr)  # bind weaker than any operator
PRIMARY = (
    ast.Name,
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.ListComp,
    ast.Dict,
)
_GENERATOR: list[Any] = []


def flat(node: ast.AST, bare: bool = False) -> str:
    """A node's text on one line; a tuple has its parentheses unless it is `bare`."""
    if not _GENERATOR:
        _GENERATOR.append(_generator())
    if _GENERATOR[0] is None:
        return ast.unparse(ast.fix_missing_locations(node))
    generator = _GENERATOR[0]()
    node._pp = 0 if bare else generator.COMMA  # type: ignore[attr-defined]
    generator.visit(node)
    return "".join(generator.result).strip("\n")


def _generator() -> Any:
    """astor's generator with plain literals, or None where astor does not work."""
    try:
        from astor.code_gen import SourceGenerator
        from astor.op_util import Precedence, get_op_precedence
    except (ImportError, AttributeError):
        return None

    class Flat(SourceGenerator):  # type: ignore[misc]
        COMMA = Precedence.Comma

        def __init__(self) -> None:
            super().__init__(INDENT)

        def statement(self, node: ast.AST, *parts: Any, **_: Any) -> None:
            self.write(*parts)

        def newline(self, node: ast.AST | None = None, extra: int = 0) -> None:
            pass

        def visit_Constant(self, node: ast.Constant) -> None:
            self.write(literal(node.value))

        def visit_JoinedStr(self, node: ast.AST) -> None:
            self.write(ast.unparse(node))

        def abort_visit(self, node: ast.AST) -> None:
            self.write(ast.unparse(node))

        visit_Set = visit_NamedExpr = visit_Slice = visit_JoinedStr

        def visit_Lambda(self, node: ast.Lambda) -> None:
            text = ast.unparse(node)
            self.write(f"({text})" if self.get__pp(node) > Precedence.Comma else text)

        def visit_ListComp(self, node: ast.ListComp) -> None:
            node.elt._pp = Precedence.Comma  # type: ignore[attr-defined]
            super().visit_ListComp(node)

        def visit_Attribute(self, node: ast.Attribute) -> None:
            if isinstance(node.value, ast.Constant):
                self.write("(", node.value, ")", ".", node.attr)
            else:
                super().visit_Attribute(node)

    try:
        probe = Flat()
        probe.visit(ast.parse("f(-x ** 2, [1.0], a[1:], b if c else d)", mode="eval").body)
        get_op_precedence(ast.Constant(1))
    except Exception:  # whatever an interpreter newer than astor makes of it
        return None
    return Flat


def literal(value: object) -> str:
    """A literal, large round numbers as 1e9."""
    if value is Ellipsis:
        return "..."
    text = repr(value)
    if isinstance(value, float) and text.endswith("000000.0"):
        digits = text.removesuffix(".0")
        return f"{digits.rstrip('0')}e{len(digits) - len(digits.rstrip('0'))}"
    return text


# --- on several lines -------------------------------------------------------------------------


def broken(head: str, node: ast.expr, tail: str, room: int) -> list[str]:
    """`head node tail` on as many lines as it takes, none longer than `room` if that can be."""
    text = f"{head}{flat(node, bare=not tail)}{tail}"
    if len(text) <= room:
        return [text]
    return _wrap(head, node, tail, room, parenthesized=not _has_brackets(node))


def targets(head: str, target: ast.expr, tail: str, room: int) -> tuple[list[str], str]:
    """`head target tail` as lines and the beginning of the next one; only a tuple that is too long
    to have something after it on its line has lines of its own."""
    text = f"{head}{flat(target, bare=True)}{tail}"
    if len(text) <= room - LEAST or not isinstance(target, ast.Tuple):
        return [], text
    filled = _filled(flat(target, bare=True), room - len(INDENT))
    return [f"{head}(", *(INDENT + line for line in filled)], f"){tail}"


def _filled(text: str, room: int) -> list[str]:
    """Names or numbers in lines: a long name is not cut in two."""
    return textwrap.wrap(text, max(room, LEAST), break_long_words=False, break_on_hyphens=False)


def _has_brackets(node: ast.expr) -> bool:
    return _brackets(node) is not None


def _brackets(node: ast.expr) -> tuple[str, list[tuple[str, ast.expr, str]], str] | None:
    """What a node opens, the parts inside with what is written around each, and what closes it."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords) if args or keywords:
            comma = "," if len(args) + len(keywords) > 1 else ""
            parts = [("", arg, comma) for arg in args]
            parts += [(f"{k.arg}=" if k.arg else "**", k.value, comma) for k in keywords]
            called = flat(func) if isinstance(func, PRIMARY) else f"({flat(func)})"
            return f"{called}(", parts, ")"
        case ast.Tuple(elts=[_, *_] as items):
            return "(", [("", item, ",") for item in items], ")"
        case ast.List(elts=[_, *_] as items):
            return "[", [("", item, ",") for item in items], "]"
        case ast.Dict(keys=[_, *_] as keys, values=values) if all(keys):
            both = zip(keys, values, strict=True)
            return "{", [(f"{flat(k)}: ", v, ",") for k, v in both if k is not None], "}"
        case ast.Subscript(value=ast.Name() | ast.Attribute() as owner, slice=index) if not any(
            isinstance(n, ast.Slice) for n in ast.walk(index)
        ):
            return f"{flat(owner)}[", [("", index, "")], "]"
        case ast.ListComp(elt=item, generators=generators):
            parts = [("", item, "")]
            for each in generators:
                if each.is_async:
                    return None
                parts.append((f"for {flat(each.target, bare=True)} in ", each.iter, ""))
                parts += [("if ", test, "") for test in each.ifs]
            return "[", parts, "]"
    return None


def _wrap(
    head: str, node: ast.expr, tail: str, room: int, parenthesized: bool = False
) -> list[str]:
    """The lines of a node between a head and a tail. Without brackets of its own it may only be
    broken where the caller has opened some."""
    text = f"{head}({flat(node)}){tail}" if parenthesized else f"{head}{flat(node)}{tail}"
    if len(text) <= room:
        return [text]
    step = INDENT if room > NARROW + len(INDENT) else ""
    inner = room - len(step)
    if parenthesized:
        return [f"{head}(", *(step + line for line in _operands("", node, "", inner)), f"){tail}"]
    inside = _brackets(node)
    if inside is None:
        return _operands(head, node, tail, room)
    opening, parts, closing = inside
    lines = [
        line
        for before, part, after in parts
        for line in _wrap(before, part, after, inner, isinstance(part, LOOSE) and before != "")
    ]
    if isinstance(node, (ast.Tuple, ast.List)) and all(map(_is_number, node.elts)):
        lines = _filled(" ".join(lines), inner)
    return [f"{head}{opening}", *(step + line for line in lines), f"{closing}{tail}"]


def _is_number(node: ast.expr) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant) and (
        not isinstance(getattr(node, "value", None), str)
    )


def _operands(head: str, node: ast.expr, tail: str, room: int) -> list[str]:
    """A node inside brackets, broken before its weakest operators."""
    parts = _parts(node)
    if not parts:
        known = _has_brackets(node)
        return _wrap(head, node, tail, room) if known else [f"{head}{flat(node)}{tail}"]
    lines: list[str] = []
    fills = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div))
    for i, (operator, operand, weak) in enumerate(parts):
        before = head if i == 0 else ""
        after = tail if i == len(parts) - 1 else ""
        made = _wrap(before + operator, operand, after, room, parenthesized=weak)
        if fills and lines and len(made) == 1 and len(lines[-1]) + 1 + len(made[0]) <= room:
            lines[-1] += f" {made[0]}"
        else:
            lines.extend(made)
    return lines


def _parts(node: ast.expr) -> list[tuple[str, ast.expr, bool]]:
    """The operands of a node: the operator before each, and whether it needs parentheses."""
    match node:
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            return [("", left, not isinstance(left, PRIMARY)), ("** ", right, _weak(right, 7))]
        case ast.BinOp(op=op):
            strength = OPERATORS[type(op)][1]
            parts: list[tuple[str, ast.expr, bool]] = []
            walk: ast.expr = node
            while isinstance(walk, ast.BinOp) and OPERATORS[type(walk.op)][1] == strength:
                sign = f"{OPERATORS[type(walk.op)][0]} "
                parts.append((sign, walk.right, _weak(walk.right, strength + 1)))
                walk = walk.left
            parts.append(("", walk, _weak(walk, strength)))
            return parts[::-1]
        case ast.BoolOp(op=op, values=values):
            word = "and " if isinstance(op, ast.And) else "or "
            words = ["", *[word] * (len(values) - 1)]
            loose = (ast.BoolOp, *LOOSE)
            return [(w, v, isinstance(v, loose)) for w, v in zip(words, values, strict=True)]
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            words = ["", *(f"{COMPARISONS[type(op)]} " for op in ops)]
            both = zip(words, [left, *comparators], strict=True)
            return [(w, v, _weak(v, 1)) for w, v in both]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [
                ("", body, isinstance(body, LOOSE)),
                ("if ", test, isinstance(test, LOOSE)),
                ("else ", orelse, False),
            ]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [("-", operand, _weak(operand, 7))]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [("not ", operand, isinstance(operand, (ast.BoolOp, *LOOSE)))]
    return []


def _weak(node: ast.expr, strength: int) -> bool:
    """Whether an operand needs parentheses beside an operator of this strength."""
    match node:
        case ast.BinOp(op=op):
            return OPERATORS[type(op)][1] < strength
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.UnaryOp():
            return strength > 7
    return isinstance(node, (ast.BoolOp, ast.Compare, *LOOSE))
