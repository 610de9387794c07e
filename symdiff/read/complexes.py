"""Reading complex(), and the functions of cmath that follow from others."""

from __future__ import annotations

import ast

from symdiff.read.values import Runtime, Tuple, Value, kind_of
from symdiff.read.writers import Writers
from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, REAL, Const

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
        """A function of cmath that follows from others; None for any other one."""
        match name, args:
            case "rect", [length, angle]:
                turn = self.binary("mul", Const(1j), angle, node)
                exp = self.array_call("cmath.exp", [turn], {}, node)
                return self.binary("mul", length, exp, node)
            case "polar", [z]:
                z = self.as_complex(z, node)
                size = self.call_primitive("abs", [z], {}, node)
                return Tuple((size, self.array_call("cmath.phase", [z], {}, node)))
            case "log", [z, base]:
                above, below = (self.array_call("cmath.log", [a], {}, node) for a in (z, base))
                return self.binary("truediv", above, below, node)
        return None

    def passive_call(
        self, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError
