"""Reading complex() and the functions of cmath: those of NumPy, of complex numbers."""

from __future__ import annotations

import ast

from symdiff.read.values import Runtime, Tuple, Value, kind_of
from symdiff.read.writers import Writers
from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, REAL, Const

# The functions of cmath that are functions of NumPy by another name.
OTHERWISE = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan",
    "atanh": "arctanh", "phase": "angle",
}  # fmt: skip
SAME = ("cos", "cosh", "exp", "log", "log10", "sin", "sinh", "sqrt", "tan", "tanh")
NUMBERS = (REAL, INTEGER, BOOLEAN, COMPLEX)


class Complexes(Writers):
    """What makes complex numbers, and computes with them."""

    def builtin_complex(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        given = [*args, *(keywords[k] for k in ("real", "imag") if k in keywords)]
        if not all(isinstance(v, Runtime) and kind_of(v) in NUMBERS for v in given):
            return self.passive_call("complex", args, keywords, node)
        if not given or "imag" in keywords and len(given) < 2:
            given = [Const(0.0), *given]
        if all(isinstance(v, Const) for v in given):
            return Const(complex(*(v.value for v in given if isinstance(v, Const))))
        if len(given) == 1:
            return self.as_complex(given[0], node)
        return self.binary("add", given[0], self.binary("mul", Const(1j), given[1], node), node)

    def as_complex(self, value: Value, node: ast.AST) -> Value:
        """A number as a complex one, so that what is computed from it is complex."""
        is_one = isinstance(value, Runtime) and kind_of(value) is COMPLEX
        return value if is_one else self.binary("add", value, Const(0j), node)

    def function_of_complex(self, name: str, args: list[Value], node: ast.AST) -> Value | None:
        """A function of cmath; None for one that has no derivative."""
        if name == "rect" and len(args) == 2:
            turn = self.binary("mul", Const(1j), args[1], node)
            return self.binary("mul", args[0], self.array_call("numpy.exp", [turn], {}, node), node)
        if name == "polar" and len(args) == 1:
            z = self.as_complex(args[0], node)
            parts = (self.array_call(f"numpy.{f}", [z], {}, node) for f in ("abs", "angle"))
            return Tuple(tuple(parts))
        if name == "log" and len(args) == 2:
            logs = [self.function_of_complex("log", [a], node) for a in args]
            assert logs[0] is not None and logs[1] is not None
            return self.binary("truediv", logs[0], logs[1], node)
        if len(args) != 1 or name not in SAME and name not in OTHERWISE:
            return None
        z = self.as_complex(args[0], node)
        return self.array_call(f"numpy.{OTHERWISE.get(name, name)}", [z], {}, node)

    def passive_call(
        self, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError
