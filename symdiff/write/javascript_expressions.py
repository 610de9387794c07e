"""Expressions of generated Python as JavaScript: one entry for each kind of syntax.

What JavaScript computes as Python does is written with its own operators; the rest are functions
of the object `py`, which stands in `python.js`.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Collection

from symdiff.errors import SymdiffError
from symdiff.rules.registry import keyword_only

# How tightly the parts of an expression hold together.
LOOSE, OR, AND, COMPARE, SUM, PRODUCT, UNARY, ATOM = range(8)

OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", SUM),
    ast.Sub: ("-", SUM),
    ast.Mult: ("*", PRODUCT),
}
CALLED: dict[type[ast.operator], str] = {
    ast.Div: "div",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.BitAnd: "bitand",
    ast.BitOr: "bitor",
    ast.BitXor: "bitxor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
}
COMPARISONS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
BUILTINS = frozenset(
    {
        "abs", "bool", "divmod", "enumerate", "float", "int", "len", "list", "max", "min", "pow",
        "range", "reversed", "round", "sum", "tuple", "zip",
    }
)  # fmt: skip
MATH = frozenset(
    {
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "comb",
        "copysign", "cos", "cosh", "degrees", "dist", "e", "erf", "erfc", "exp", "exp2", "expm1",
        "fabs", "factorial", "floor", "fma", "fmod", "fsum", "gamma", "gcd", "hypot", "inf",
        "isclose", "isfinite", "isinf", "isnan", "isqrt", "lcm", "ldexp", "lgamma", "log",
        "log10", "log1p", "log2", "nan", "perm", "pi", "pow", "prod", "radians", "remainder",
        "sin", "sinh", "sqrt", "sumprod", "tan", "tanh", "tau", "trunc",
    }
)  # fmt: skip
RESERVED = frozenset(
    {
        "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger",
        "default", "delete", "do", "else", "enum", "eval", "export", "extends", "false", "finally",
        "for", "function", "if", "implements", "import", "in", "instanceof", "interface", "let",
        "new", "null", "package", "private", "protected", "public", "py", "return", "static",
        "super", "switch", "this", "throw", "true", "try", "typeof", "undefined", "var", "void",
        "while", "with", "yield", "NaN", "Infinity",
    }
)  # fmt: skip


class NotInJavaScript(SymdiffError):
    """Something that a page cannot compute by itself: arrays, objects, text."""


def identifier(name: str) -> str:
    """A Python name as JavaScript takes it."""
    return f"{name}$" if name in RESERVED else name


class Expressions:
    """Expressions, of the kinds that the writer makes."""

    def __init__(self, defined: Collection[str] = ()) -> None:
        self.aliases: dict[str, str] = {}  # names of modules and of what is imported from them
        self.defined = defined  # functions, which hide builtins of the same name

    def expression(self, node: ast.expr, least: int = LOOSE) -> str:
        """The text of an expression, in parentheses if it holds together less than `least`."""
        text, level = self.render(node)
        return text if level >= least else f"({text})"

    def condition(self, node: ast.expr) -> str:
        """A test: what Python takes for true is not always what JavaScript does."""
        return self.logical(node)[0]

    def logical(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Compare():
                return self.comparison(node)
            case ast.Constant(value=bool()):
                return self.render(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                text, level = self.logical(operand)
                return "!" + (text if level >= UNARY else f"({text})"), UNARY
            case ast.BoolOp(op=op, values=values):
                word, own = ("&&", AND) if isinstance(op, ast.And) else ("||", OR)
                parts = [self.logical(value) for value in values]
                texts = [text if level > own else f"({text})" for text, level in parts]
                return f" {word} ".join(texts), own
        return f"py.truth({self.expression(node)})", ATOM

    def render(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Constant(value=value):
                return _constant(value)
            case ast.Name(id=name):
                return self.name(name), ATOM
            case ast.Attribute(value=ast.Name(id=owner), attr=attr):
                return self.qualified(f"{self.aliases.get(owner, owner)}.{attr}"), ATOM
            case ast.UnaryOp(op=ast.Not()) | ast.Compare():
                return self.logical(node)
            case ast.UnaryOp(op=op, operand=operand) if isinstance(op, (ast.USub, ast.UAdd)):
                sign = "-" if isinstance(op, ast.USub) else "+"
                text = self.expression(operand, UNARY)
                return (f"{sign}({text})" if text[0] in "+-" else sign + text), UNARY
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(left, op, right)
            case ast.BoolOp(op=op, values=values):
                if all(_is_logical(value) for value in values):
                    return self.logical(node)
                word = "lazyAnd" if isinstance(op, ast.And) else "lazyOr"
                made = self.expression(values[-1])
                for value in reversed(values[:-1]):
                    made = f"py.{word}({self.expression(value)}, () => {made})"
                return made, ATOM
            case ast.IfExp(test=test, body=body, orelse=orelse):
                text, level = self.logical(test)
                test_text = text if level > LOOSE else f"({text})"
                then = self.expression(body, OR)
                return f"{test_text} ? {then} : {self.expression(orelse, OR)}", LOOSE
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return f"[{', '.join(map(self.item, items))}]", ATOM
            case ast.Subscript(value=value, slice=index):
                return self.subscript(value, index), ATOM
            case ast.Call():
                return self.call(node), ATOM
            case (
                ast.ListComp(elt=element, generators=[one])
                | ast.GeneratorExp(elt=element, generators=[one])
            ):
                target = self.target(one.target)
                source = f"[...{self.expression(one.iter, ATOM)}]"
                for test in one.ifs:
                    source += f".filter(({target}) => {self.condition(test)})"
                return f"{source}.map(({target}) => {self.expression(element)})", ATOM
        raise refused(node)

    def item(self, node: ast.expr) -> str:
        if isinstance(node, ast.Starred):
            return f"...{self.expression(node.value, ATOM)}"
        return self.expression(node)

    def name(self, name: str) -> str:
        if name in self.aliases:
            return self.qualified(self.aliases[name])
        return identifier(name)

    def qualified(self, path: str) -> str:
        module, _, name = path.rpartition(".")
        if module == "math" and name in MATH:
            return f"py.math.{name}"
        if module == "builtins" and name in BUILTINS:
            return f"py.{name}"
        raise NotInJavaScript(f"{path} has no counterpart in JavaScript")

    def binary(self, left: ast.expr, op: ast.operator, right: ast.expr) -> tuple[str, int]:
        if isinstance(op, ast.Mult) and isinstance(left, ast.List):
            return f"py.repeat({self.expression(left)}, {self.expression(right)})", ATOM
        if any(isinstance(side, (ast.List, ast.Tuple)) for side in (left, right)):
            if not isinstance(op, ast.Add):
                raise refused(ast.BinOp(left, op, right))
            sides = (self.expression(side, ATOM) for side in (left, right))
            return f"[{', '.join('...' + side for side in sides)}]", ATOM
        if type(op) in OPERATORS:
            sign, own = OPERATORS[type(op)]
            after = self.expression(right, own + 1)
            return f"{self.expression(left, own)} {sign} {_apart(after)}", own
        if isinstance(op, ast.Div) and _is_nonzero(right):
            text = f"{self.expression(left, PRODUCT)} / {_apart(self.expression(right, UNARY))}"
            return text, PRODUCT
        if type(op) in CALLED:
            sides = (self.expression(side) for side in (left, right))
            return f"py.{CALLED[type(op)]}({', '.join(sides)})", ATOM
        raise refused(ast.BinOp(left, op, right))

    def comparison(self, node: ast.Compare) -> tuple[str, int]:
        operands = [node.left, *node.comparators]
        parts = [
            self.compared(left, op, right)
            for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        return (parts[0], COMPARE) if len(parts) == 1 else (" && ".join(parts), AND)

    def compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
        a, b = self.expression(left, SUM), self.expression(right, SUM)
        match op:
            case ast.Is() | ast.IsNot():
                return f"{a} {'===' if isinstance(op, ast.Is) else '!=='} {b}"
            case ast.Eq() | ast.NotEq():
                no = "" if isinstance(op, ast.Eq) else "!"
                return f"{no}py.equal({self.expression(left)}, {self.expression(right)})"
            case ast.In() | ast.NotIn():
                no = "" if isinstance(op, ast.In) else "!"
                return f"{no}py.contains({self.expression(right)}, {self.expression(left)})"
        return f"{a} {COMPARISONS[type(op)]} {b}"

    def subscript(self, value: ast.expr, index: ast.expr) -> str:
        whole = self.expression(value, ATOM)
        match index:
            case ast.Slice(lower=lower, upper=upper, step=None):
                ends = ("null" if end is None else self.expression(end) for end in (lower, upper))
                return f"py.slice({whole}, {', '.join(ends)})"
            case ast.Slice():
                raise refused(index)
            case ast.Constant(value=int() as number) if number >= 0:
                return f"{whole}[{number}]"
        return f"py.at({whole}, {self.expression(index)})"

    def call(self, node: ast.Call) -> str:
        args = ", ".join(map(self.item, [*node.args, *_by_position(node)]))
        match node.func:
            case ast.Name(id=name):
                if name in BUILTINS and name not in self.aliases and name not in self.defined:
                    return f"py.{name}({args})"
                return f"{self.name(name)}({args})"
            case ast.Attribute(value=owner, attr="append"):
                return f"{self.expression(owner, ATOM)}.push({args})"
            case ast.Attribute(value=owner, attr="pop") if not node.args:
                return f"{self.expression(owner, ATOM)}.pop()"
            case ast.Attribute(value=ast.Name()):
                return f"{self.expression(node.func)}({args})"
        raise refused(node)

    def target(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return identifier(name)
            case ast.Tuple(elts=items):
                return f"[{', '.join(map(self.target, items))}]"
            case ast.Subscript(value=value, slice=index) if not isinstance(index, ast.Slice):
                whole = self.expression(value)
                return f"{whole}[py.index({whole}, {self.expression(index)})]"
        raise refused(node)


def _apart(text: str) -> str:
    """An operand that starts with a sign, in parentheses: `a - (-b)`."""
    return f"({text})" if text[0] in "+-" else text


def _is_logical(node: ast.expr) -> bool:
    match node:
        case ast.Compare() | ast.Constant(value=bool()):
            return True
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(values=values):
            return all(map(_is_logical, values))
    return False


def _is_nonzero(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value != 0


def _constant(value: object) -> tuple[str, int]:
    match value:
        case None:
            return "null", ATOM
        case bool():
            return str(value).lower(), ATOM
        case int() | float():
            try:
                number = float(value)
            except OverflowError:
                raise NotInJavaScript(f"the integer {value}") from None
            if math.isinf(number):
                return "Infinity", ATOM
            text = str(value) if number.is_integer() and abs(number) < 2**53 else repr(number)
            return text, ATOM
        case str():
            return text_literal(value), ATOM
    raise NotInJavaScript(f"the constant {value!r}")


def text_literal(value: str) -> str:
    """Text as a literal that can stand in a script of an HTML page."""
    escaped = json.dumps(value)
    for character in "<>&":
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    return escaped


def refused(node: ast.AST) -> NotInJavaScript:
    return NotInJavaScript(f"{ast.unparse(node)} has no counterpart in JavaScript")


def _by_position(call: ast.Call) -> list[ast.expr]:
    """The arguments given by name, as JavaScript takes them: after the others, in their places."""
    given = {k.arg: k.value for k in call.keywords}
    wanted = keyword_only(ast.unparse(call.func)) if given else {}
    if [*given] != [*wanted.values()][: len(given)]:
        raise NotInJavaScript("a call with keywords")
    return [*given.values()]
