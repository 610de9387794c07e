"""Arrays written over that nobody reads again: large ones cost more to allocate than to compute.

An array that a line makes only to take a function of it gets the function's values itself, one that
is read for the last time where it is scaled is scaled in place, and a number is added only where a
mask of the array's shape says so.
"""

from __future__ import annotations

import ast

from symdiff.stages import BOOLEAN, REAL, ArrayOf, Dim
from symdiff.write.parallel.flow import Liveness
from symdiff.write.parallel.function import Function
from symdiff.write.statements import Marks

# Functions of real arrays that take the longest, and give arrays of the same type.
UNARY = frozenset({
    "exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "sqrt", "cbrt", "sin", "cos", "tan",
    "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh",
})  # fmt: skip
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
SCALING: dict[type[ast.operator], str] = {ast.Mult: "multiply", ast.Div: "divide"}


def reuse_arrays(made: ast.FunctionDef, marks: Marks) -> None:
    """Change the lines of a function so that they allocate fewer arrays."""
    kinds = (v.kind for known in marks.variables.values() for v in known)
    if any(isinstance(kind, ArrayOf) for kind in kinds):
        _Changer(made, marks).run()


class _Changer:
    def __init__(self, made: ast.FunctionDef, marks: Marks) -> None:
        self.marks = marks
        self.function = Function(made, marks.variables, {})

    def run(self) -> None:
        self.block(self.function.made.body)

    def block(self, block: list[ast.stmt]) -> None:
        for at in range(len(block) - 1, -1, -1):
            statement = block[at]
            for inner in ("body", "orelse"):
                self.block(getattr(statement, inner, []))
            changed = self.nested(statement) or self.scaled(statement) or self.masked(statement)
            if changed:
                if statement in self.marks.stages:
                    self.marks.stages[changed[-1]] = self.marks.stages[statement]
                    self.marks.covers[changed[-1]] = self.marks.covers[statement]
                block[at : at + 1] = changed

    # --- the three

    def nested(self, statement: ast.stmt) -> list[ast.stmt] | None:
        """`y = a - b` and `np.exp(y, out=y)` for `y = np.exp(a - b)`."""
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id="np"), attr=function),
                    args=[ast.BinOp() as inner],
                    keywords=[],
                ),
            ) if function in UNARY and self.is_real(inner) and self.dims(name, REAL):
                first = ast.Assign([ast.Name(name, ast.Store())], inner)
                second = ast.parse(f"np.{function}({name}, out={name})").body
                return [first, *second]
        return None

    def scaled(self, statement: ast.stmt) -> list[ast.stmt] | None:
        """`y = np.divide(x, a, out=x)` for `y = x / a`, if that is the last of `x`."""
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.BinOp(ast.Name(id=old), op, by)
            ) if type(op) in SCALING and self.is_scalar(by):
                dims = self.dims(old, REAL)
                if dims and dims == self.dims(name, REAL) and self.is_last(old, statement):
                    call = f"np.{SCALING[type(op)]}({old}, {ast.unparse(by)}, out={old})"
                    return ast.parse(f"{name} = {call}").body
        return None

    def masked(self, statement: ast.stmt) -> list[ast.stmt] | None:
        """`y[mask] += a` for `y += a * mask`."""
        match statement:
            case ast.AugAssign(
                ast.Name(id=name),
                ast.Add() | ast.Sub() as op,
                ast.BinOp(by, ast.Mult(), ast.Name(id=mask) as index),
            ) if self.is_scalar(by):
                dims = self.dims(mask, BOOLEAN)
                if dims and dims == self.dims(name, REAL):
                    place = ast.Subscript(ast.Name(name, ast.Load()), index, ast.Store())
                    return [ast.AugAssign(place, op, by)]
        return None

    # --- what is known

    def dims(self, name: str, item: object) -> tuple[Dim, ...] | None:
        """The lengths of the axes of an array, if it has some and they are always the same."""
        kinds = self.function.kinds_of(name)
        found = {k.dims if isinstance(k, ArrayOf) and k.item is item else None for k in kinds}
        dims = found.pop() if len(found) == 1 else None
        return None if dims is None or None in dims else dims

    def is_real(self, value: ast.expr) -> bool:
        """Whether arithmetic makes a new array of real numbers."""
        match value:
            case ast.Name(id=name):
                return bool(self.dims(name, REAL))
            case ast.BinOp(left=left, op=op, right=right):
                return isinstance(op, ARITHMETIC) and (self.is_real(left) or self.is_real(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.is_real(operand)
        return False

    def is_scalar(self, value: ast.expr) -> bool:
        match value:
            case ast.Constant(value=number):
                return isinstance(number, (int, float))
            case ast.Name(id=name):
                return self.function.is_number(name)
            case ast.BinOp(left=left, right=right):
                return self.is_scalar(left) and self.is_scalar(right)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.is_scalar(operand)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr="count_nonzero"), args=[_]
            ):
                return not value.keywords
        return False

    def is_last(self, name: str, statement: ast.stmt) -> bool:
        """Whether nobody else has an array after a statement, which the function has made."""
        made = self.function.made
        if name in self.function.params or name in Liveness(made.body).after[statement]:
            return False
        sharing = self.function.sharing(made.body)
        values = sharing.values.get(name, [])
        new = all(isinstance(v, ast.BinOp) or v is not None and _is_unary(v) for v in values)
        return new and sharing.members(sharing.of(name)) == {name}


def _is_unary(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=function)):
            return function in UNARY
    return False
