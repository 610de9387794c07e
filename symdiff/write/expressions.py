"""Expressions of the staged computation as Python syntax: one entry for each operation."""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

from symdiff.rules.registry import keyword_only, kind_of
from symdiff.rules.shapes import item_of
from symdiff.stages import COMPLEX, Apply, ArrayOf, Const, Expr, Global, Opaque, Var

BINARY: dict[str, type[ast.operator]] = {
    "add": ast.Add,
    "sub": ast.Sub,
    "mul": ast.Mult,
    "truediv": ast.Div,
    "floordiv": ast.FloorDiv,
    "mod": ast.Mod,
    "pow": ast.Pow,
    "matmul": ast.MatMult,
    "lshift": ast.LShift,
    "rshift": ast.RShift,
    "and_": ast.BitAnd,
    "or_": ast.BitOr,
    "xor": ast.BitXor,
}
UNARY: dict[str, type[ast.unaryop]] = {"neg": ast.USub, "pos": ast.UAdd, "invert": ast.Invert}
COMPARISONS: dict[str, type[ast.cmpop]] = {
    "lt": ast.Lt,
    "le": ast.LtE,
    "gt": ast.Gt,
    "ge": ast.GtE,
    "eq": ast.Eq,
    "ne": ast.NotEq,
    "is": ast.Is,
    "is_not": ast.IsNot,
    "in": ast.In,
    "not_in": ast.NotIn,
}
ATTRIBUTES = {
    "numpy.shape": "shape",
    "numpy.size": "size",
    "numpy.ndim": "ndim",
    "numpy.transpose": "T",
}
PARTS = {"numpy.real": "real", "numpy.imag": "imag"}  # np.real(z) gives z.real
OPPOSITE = {"eq": "ne", "ne": "eq", "is": "is_not", "is_not": "is", "in": "not_in", "not_in": "in"}


class Builder:
    """Builds Python expressions, with the names that variables have in the text."""

    def __init__(
        self, names: Mapping[Var, str], builtin: Callable[[str], str] = str, numbers: str = "math"
    ) -> None:
        self.names = names
        self.numbers = numbers  # the module that infinity and NaN are taken from
        self.builtin = builtin  # how a builtin is called where a parameter hides it
        self.calls: dict[Var, ast.expr] = {}  # written where their result is read

    def __call__(self, expr: Expr) -> ast.expr:
        """The syntax of an expression; every call builds new nodes."""
        match expr:
            case Var():
                return self.calls.pop(expr, None) or load(self.names[expr])
            case Const(value=value):
                return constant(value, self.numbers)
            case Global(name=name):
                return dotted(printed_path(name))
            case Opaque(template=template, args=args):
                tree: ast.expr = self.fill(ast.parse(template, mode="eval").body, args)
                return tree
            case Apply(op=op, args=args):
                return self.apply(op, args)
        raise TypeError(f"not an expression: {expr!r}")

    def fill(self, tree: Any, args: tuple[Expr, ...]) -> Any:
        """A template's syntax with its placeholders replaced."""
        return _Fill([self(a) for a in args]).visit(tree)

    def apply(self, op: str, args: tuple[Expr, ...]) -> ast.expr:
        if op in BINARY:
            left, right = args
            return ast.BinOp(self(left), BINARY[op](), self(right))
        if op in UNARY:
            return ast.UnaryOp(UNARY[op](), self(args[0]))
        if op in COMPARISONS:
            return ast.Compare(self(args[0]), [COMPARISONS[op]()], [self(args[1])])
        if op in ATTRIBUTES and len(args) == 1 and _has_axes(args[0]):
            return ast.Attribute(self(args[0]), ATTRIBUTES[op], ast.Load())
        if op in PARTS and len(args) == 1 and kind_of(args[0]) is COMPLEX:
            return ast.Attribute(self(args[0]), PARTS[op], ast.Load())
        special = getattr(self, f"_{op}", None)
        if special is not None:
            built: ast.expr = special(*args)
            return built
        name = op.removeprefix("helper:").removeprefix("builtins.")
        func = dotted(printed_path(name) if "." in name or op != name else self.builtin(name))
        if op.startswith("ndarray."):
            method = op.removeprefix("ndarray.")
            func, args = ast.Attribute(self(args[0]), method, ast.Load()), args[1:]
        by_name = keyword_only(op)
        args = tuple(
            Apply("keyword", (Const(by_name[i]), a)) if i in by_name else a
            for i, a in enumerate(args)
        )
        positional = [a for a in args if not (isinstance(a, Apply) and a.op == "keyword")]
        keywords = [
            ast.keyword(str(a.args[0].value), self(a.args[1]))
            for a in args
            if isinstance(a, Apply) and a.op == "keyword" and isinstance(a.args[0], Const)
        ]
        return ast.Call(func, [self(a) for a in positional], keywords)

    def _record(self, make: Expr, *given: Expr) -> ast.expr:
        """A call of a class: `Point(x, y)`, `type(model)(w=w, b=b)`."""
        made = ast.Call(self(make), [], [])
        for arg in given:
            if isinstance(arg, Apply) and arg.op == "keyword":
                name, value = arg.args
                assert isinstance(name, Const)
                made.keywords.append(ast.keyword(str(name.value), self(value)))
            else:
                made.args.append(self(arg))
        return made

    def _spline(self, spline: Expr, *given: Expr) -> ast.expr:
        """A call of an object."""
        return self._record(spline, *given)

    def call(self, name: str, *args: ast.expr) -> ast.Call:
        return ast.Call(dotted(self.builtin(name)), list(args), [])

    # --- logic

    def _not(self, arg: Expr) -> ast.expr:
        return self.negated(arg)

    def negated(self, test: Expr) -> ast.expr:
        """The syntax of the opposite of a test; `<` is left alone, for the sake of NaN."""
        if isinstance(test, Apply):
            if test.op == "not":
                return self(test.args[0])
            if test.op in OPPOSITE:
                return self(Apply(OPPOSITE[test.op], test.args))
        return ast.UnaryOp(ast.Not(), self(test))

    def _and(self, *args: Expr) -> ast.expr:
        parts = _flat("and", args)
        values: list[ast.expr] = []
        last: Apply | None = None
        for part in parts:
            built = self(part)
            if _chains(last, part) and isinstance(built, ast.Compare):
                chain = values[-1]
                assert isinstance(chain, ast.Compare)
                chain.ops.extend(built.ops)
                chain.comparators.extend(built.comparators)
            else:
                values.append(built)
            last = part if isinstance(part, Apply) else None
        return values[0] if len(values) == 1 else ast.BoolOp(ast.And(), values)

    def _or(self, *args: Expr) -> ast.expr:
        return ast.BoolOp(ast.Or(), [self(a) for a in _flat("or", args)])

    def _cond(self, test: Expr, then: Expr, orelse: Expr) -> ast.expr:
        return ast.IfExp(self(test), self(then), self(orelse))

    # --- containers

    def _tuple(self, *args: Expr) -> ast.expr:
        return ast.Tuple([self(a) for a in args], ast.Load())

    def _list(self, *args: Expr) -> ast.expr:
        return ast.List([self(a) for a in args], ast.Load())

    def _dict(self, *args: Expr) -> ast.expr:
        keys: list[ast.expr | None] = [self(k) for k in args[::2]]
        return ast.Dict(keys, [self(v) for v in args[1::2]])

    def _getitem(self, container: Expr, index: Expr) -> ast.expr:
        return ast.Subscript(self(container), self.index(index), ast.Load())

    def _part(self, whole: Expr, index: Expr, count: Expr) -> ast.expr:
        return self._getitem(whole, index)

    def index(self, index: Expr) -> ast.expr:
        """An index, in which slices are written with colons."""
        if isinstance(index, Apply) and index.op == "slice":
            given = [*index.args] if len(index.args) > 1 else [Const(None), *index.args]
            return ast.Slice(*(None if p == Const(None) else self(p) for p in given))
        if isinstance(index, Apply) and index.op == "tuple" and index.args:
            return ast.Tuple([self.index(i) for i in index.args], ast.Load())
        return self(index)

    def _append(self, items: Expr, value: Expr) -> ast.expr:
        return ast.List([self._starred(items), self(value)], ast.Load())

    def _extend(self, items: Expr, more: Expr) -> ast.expr:
        return ast.List([self._starred(items), self._starred(more)], ast.Load())

    def _starred(self, items: Expr) -> ast.expr:
        return ast.Starred(self(items), ast.Load())

    def _copy(self, items: Expr) -> ast.expr:
        if _is_array(items):
            return ast.Call(ast.Attribute(self(items), "copy", ast.Load()), [], [])
        return self.call("list", self(items))

    def _zeros_like(self, items: Expr) -> ast.expr:
        if _is_array(items):
            args = [self(items)]
            if item_of(kind_of(items)) is COMPLEX:  # it may be of real numbers all the same
                args.append(ast.Name("complex", ast.Load()))
            return ast.Call(dotted("np.zeros_like"), args, [])
        zero = ast.List([ast.Constant(0.0)], ast.Load())
        return ast.BinOp(zero, ast.Mult(), self.call("len", self(items)))

    def _stack(self, dtype: Expr | None = None, *shape: Expr) -> ast.expr:
        """A new list, or an array whose shape is known."""
        if dtype is None:
            return ast.List([], ast.Load())
        sizes = [self(n) for n in shape]
        args: list[ast.expr] = sizes if len(sizes) == 1 else [ast.Tuple(sizes, ast.Load())]
        if dtype != Const(None):
            args.append(self(dtype))
        return ast.Call(dotted("np.empty"), args, [])

    def _nonempty(self, stack: Expr) -> ast.expr:
        return self(stack)


def _is_array(expr: Expr) -> bool:
    made_by_numpy = isinstance(expr, Apply) and expr.op.startswith("numpy.")
    made_by_numpy |= isinstance(expr, Opaque) and expr.template.startswith("np.")
    return made_by_numpy or isinstance(kind_of(expr), ArrayOf)


def _has_axes(expr: Expr) -> bool:
    """Whether a value is certainly an array, and so has attributes."""
    kind = kind_of(expr)
    return isinstance(kind, ArrayOf) and bool(kind.dims)


def printed_path(name: str) -> str:
    """A function's full name as generated files have it: np for numpy."""
    return f"np.{name.removeprefix('numpy.')}" if name.startswith("numpy.") else name


class _Fill(ast.NodeTransformer):
    def __init__(self, args: list[ast.expr]) -> None:
        self.args = args

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id.startswith("_") and node.id[1:].isdigit():
            return copy.deepcopy(self.args[int(node.id[1:])])
        return node


def _chains(first: Apply | None, second: Expr) -> bool:
    """Whether `a < b and b < c` can be written `a < b < c`."""
    if first is None or not isinstance(second, Apply):
        return False
    same_way = any({first.op, second.op} <= way for way in ({"lt", "le"}, {"gt", "ge"}, {"eq"}))
    if not same_way:
        return False
    middle = first.args[1]
    return isinstance(middle, (Var, Const)) and middle == second.args[0]


def _flat(op: str, args: tuple[Expr, ...]) -> list[Expr]:
    found: list[Expr] = []
    pending = list(reversed(args))
    while pending:
        top = pending.pop()
        if isinstance(top, Apply) and top.op == op:
            pending.extend(reversed(top.args))
        else:
            found.append(top)
    return found


def load(name: str) -> ast.expr:
    """A name that is read."""
    return ast.Name(name, ast.Load())


def dotted(name: str) -> ast.expr:
    """`math.sin` as syntax."""
    first, *rest = name.split(".")
    tree = load(first)
    for attribute in rest:
        tree = ast.Attribute(tree, attribute, ast.Load())
    return tree


def constant(value: object, module: str = "math") -> ast.expr:
    """A literal. Negative numbers are written as a negation, so that `(-2.0) ** 2` gets its
    parentheses; infinity and NaN by their names in a module."""
    if isinstance(value, bool) or value is None:
        return ast.Constant(value)
    if isinstance(value, complex):
        if str(value.real) == "0.0" and math.isfinite(value.imag):
            return _signed(value.imag, module, imaginary=True)
        parts = [constant(value.real, module), constant(value.imag, module)]
        return ast.Call(load("complex"), parts, [])
    if isinstance(value, (int, float)):
        return _signed(value, module)
    return ast.Constant(value)  # type: ignore[arg-type]


def _signed(value: int | float, module: str, imaginary: bool = False) -> ast.expr:
    if isinstance(value, float) and math.isnan(value):
        return dotted(f"{module}.nan")
    if math.copysign(1.0, value) < 0 if isinstance(value, float) else value < 0:
        return ast.UnaryOp(ast.USub(), _signed(-value, module, imaginary))
    if isinstance(value, float) and math.isinf(value):
        return dotted(f"{module}.inf")
    return ast.Constant(complex(0.0, value) if imaginary else value)
