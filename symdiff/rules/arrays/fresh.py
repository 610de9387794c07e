"""Which functions of `runtime/` always return new arrays, told from their text."""

from __future__ import annotations

import ast
import functools

from symdiff.rules.arrays.helpers import array_helpers
from symdiff.rules.arrays.registry import by_name


@functools.cache
def returns_new(name: str, first_is_new: bool = False) -> bool:
    """Whether a helper's value never shares memory with its arguments, as far as its text tells;
    with the first one it may, where that `first_is_new` itself. A helper that calls itself counts
    as one that may share."""
    helper = array_helpers().get(name)
    if helper is None:
        return False
    return _Text(helper.text, name, first_is_new).returns_new()


class _Text:
    def __init__(self, text: str, name: str, first_is_new: bool) -> None:
        function = ast.parse(text).body[0]
        assert isinstance(function, ast.FunctionDef)
        self.name = name
        self.function = function
        args = function.args
        given = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        self.params = {a.arg for a in given if a is not None}
        self.new = args.args[0].arg if first_is_new and args.args else None
        # A parameter that is bound anew before anything is returned is a variable like others.
        for step in function.body:
            if any(isinstance(n, ast.Return) for n in ast.walk(step)):
                break
            if isinstance(step, ast.Assign) and len(step.targets) == 1:
                self.params -= {n.id for n in step.targets if isinstance(n, ast.Name)}
        self.pending: set[str] = set()

    def returns_new(self) -> bool:
        found = [n.value for n in ast.walk(self.function) if isinstance(n, ast.Return)]
        return bool(found) and all(v is not None and self.is_new(v) for v in found)

    def is_new(self, value: ast.expr) -> bool:
        match value:
            case ast.Constant() | ast.BinOp() | ast.UnaryOp() | ast.Compare():
                return True
            case ast.IfExp(body=body, orelse=orelse):
                return self.is_new(body) and self.is_new(orelse)
            case ast.Name(id=name):
                return self.is_new_variable(name)
            case ast.Subscript(value=whole):
                return self.is_new(whole)
            case ast.Call(func=ast.Name(id=name), args=args):
                is_new = bool(args) and self.is_new(args[0])
                return name != self.name and returns_new(name, is_new)
            case ast.Call(func=ast.Attribute(attr="copy"), args=[]):
                return True
            case ast.Call(func=ast.Attribute() as func):
                path = ast.unparse(func)
                if not path.startswith(("np.", "scipy.")):
                    return False
                primitive = by_name(path.replace("np.", "numpy.", 1))
                never = primitive is not None and primitive.view == "never"
                return (
                    path in ("np.array", "np.multiply.outer")
                    or never
                    and path != "np.linalg.matrix_power"
                )
        return False

    def is_new_variable(self, name: str) -> bool:
        """Whether all that a variable is ever bound to is new."""
        if name in self.pending:
            return True
        if name in self.params and name != self.new:
            return False
        self.pending.add(name)
        bound = [
            n for n in ast.walk(self.function)
            if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
        ]  # fmt: skip
        values = [
            n.value for n in ast.walk(self.function)
            if isinstance(n, ast.Assign) and len(n.targets) == 1 and n.targets[0] in bound
        ]  # fmt: skip
        changed = [n for n in ast.walk(self.function) if isinstance(n, ast.AugAssign)]
        others = len(bound) - len(values) - sum(n.target in bound for n in changed)
        return bool(values or name == self.new) and not others and all(map(self.is_new, values))
