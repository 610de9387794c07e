"""Reading calls of scipy.integrate.odeint: the slope becomes a function of the generated file.

Its parameters are the state, the time, the arguments that it is given, and the outer variables that
it reads; beside it stand its pullback and its pushforward, which the rule of odeint calls.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from symdiff.read.derived import enclosing, innermost, positional_names
from symdiff.read.inside import Inside
from symdiff.read.matrices import Matrices
from symdiff.read.nested import Made
from symdiff.read.source import SourceFile
from symdiff.read.spelling import spelled
from symdiff.read.values import Bound, Function, Partial, Tuple, Value
from symdiff.rules.arrays.helpers import array_helpers
from symdiff.rules.arrays.odes import PULLBACK, PUSHFORWARD
from symdiff.stages import (
    COMPLEX,
    INTEGER,
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Global,
    GlobalValue,
    Helper,
    ListOf,
    Procedure,
    Var,
    is_differentiable,
)

PARAMETERS = (
    "func", "y0", "t", "args", "Dfun", "col_deriv", "full_output", "ml", "mu", "rtol", "atol",
    "tcrit", "h0", "hmax", "hmin", "ixpr", "mxstep", "mxhnil", "mxordn", "mxords", "printmessg",
    "tfirst",
)  # fmt: skip
OPTIONS = ("rtol", "atol", "h0", "hmax", "mxstep")
ENDINGS = {"primal": "", "pullback": PULLBACK, "jvp": PUSHFORWARD}


class Solving(Matrices):
    """Solutions of differential equations."""

    def builtin_scipy_integrate_odeint(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        given = dict(zip(PARAMETERS, args, strict=False)) | keywords
        unknown = given.keys() - {"func", "y0", "t", "args", "tfirst", *OPTIONS}
        if unknown or not given.keys() >= {"func", "y0", "t"}:
            raise self.refuse(
                node,
                f"odeint() with {min(unknown)!r} is not supported"
                if unknown
                else "odeint() takes a function, the first state, and times",
            )
        y0, t = (self.floats(given[name], node) for name in ("y0", "t"))
        more = self.items(given.get("args", Tuple(())), node)
        if more is None:
            raise self.refuse(node, "the args of odeint() must be written out in the call")
        first = given.get("tfirst", Const(False)) == Const(True)
        slope, params = self.written_slope(given["func"], first, y0, t, more, node)
        parts: list[Expr] = [slope, y0, t]
        if params:
            parts.append(Apply("keyword", (Const("args"), Apply("tuple", tuple(params)))))
        for name in OPTIONS:
            if name in given:
                parts.append(Apply("keyword", (Const(name), self.tree(given[name], node))))
        dims = tuple(v.kind.dims[0] if isinstance(v.kind, ArrayOf) and v.kind.dims else None
                     for v in (t, y0))  # fmt: skip
        return self.emit(
            Apply("scipy.integrate.odeint", tuple(parts)), ArrayOf(REAL, dims), node, None
        )

    builtin_scipy_integrate__odepack_py_odeint = builtin_scipy_integrate_odeint

    def floats(self, value: Value, node: ast.AST) -> Var | Global:
        """An array of one axis, of real numbers."""
        made: Any = self.operand(value, node)
        kind = made.kind if isinstance(made, (Var, Global)) else None
        if not isinstance(kind, ArrayOf) or kind.rank != 1:
            made = self.array_call("numpy.atleast_1d", [made], {}, node)
        kind = made.kind if isinstance(made, (Var, Global)) else None
        if isinstance(made, (Var, Global)) and isinstance(kind, ArrayOf):
            if kind.item is INTEGER:
                return self.apply("mul", (made, Const(1.0)), node)
            if kind.item is REAL:
                return made
        raise self.refuse(node, "odeint() is followed for real numbers only")

    def written_slope(
        self,
        func: Value,
        first: bool,
        y0: Var | Global,
        t: Var | Global,
        args: list[Value],
        node: ast.AST,
    ) -> tuple[Global, list[Expr]]:
        """The function of the slope in the generated file, and what to give it after the state and
        the time."""
        wrapper = spelled(f"scipy.integrate.{'slope_of_time' if first else 'slope'}", self.unit)
        assert isinstance(wrapper, Function)
        target = self.differentiated(func, [y0, t, *args], node)
        base = innermost(target).name if isinstance(target, (Function, Bound, Partial)) else "slope"
        base = base if base.isidentifier() else "slope"
        start = self.emit(Apply("getitem", (t, Const(0))), REAL, node)
        names = [*positional_names(target), *(f"x_{i}" for i in range(len(args) + 2))]
        if first:
            names[:2] = names[1::-1]
        inside = Inside(type(self)(self.shared.apart(), self), self)
        values, keys = {}, []
        for i, (value, name) in enumerate(zip([y0, start, *args], names, strict=False)):
            values[i], of_value = inside.value(value, name)
            keys.append(of_value)
        function, of_function = inside.value(Partial(wrapper, (target,), {}), base)
        at = ("odeint", of_function, tuple(keys))
        frames = enclosing(target)
        known = self.shared.slopes.setdefault(at, [])
        for made, name in known:
            captured = made.arguments(self, frames)
            if captured is not None:
                return Global(name, OBJECT), [*inside.atoms[2:], *captured]
        name = self.new_name(base)
        procedure, signature = self.as_procedure(
            "pullback", function, inside, values, at, node, name
        )
        self.write_slope(procedure, values[0], node)
        signature.busy = False
        known.append((Made(signature, wrapper, frames), name))
        captured = known[-1][0].arguments(self, frames)
        assert captured is not None
        return Global(name, OBJECT), [*inside.atoms[2:], *captured]

    def new_name(self, base: str) -> str:
        """A name for a function of the generated file, and those that stand beside it."""
        name, n = base, 1
        while any(self.shared.procedure_name(name + e) != name + e for e in ENDINGS.values()):
            n += 1
            name = f"{base}_{n}"
        return name

    def write_slope(self, procedure: Procedure, state: Var, node: ast.AST) -> None:
        """Bring along the slope and its derivatives with respect to the state and the arguments."""
        args = [p.var for p in procedure.params[2:]]
        for var in args:
            item = var.kind.item if isinstance(var.kind, (ArrayOf, ListOf)) else var.kind
            if isinstance(var.kind, ListOf) and is_differentiable(var.kind) or item is COMPLEX:
                raise self.refuse(
                    node,
                    f"{var.base!r} is given to an equation of odeint(): it can be differentiated"
                    " with respect to real numbers and arrays",
                    fix="Use an array.",
                )
        wanted = [state, *(v for v in args if is_differentiable(v.kind))]
        assert self.shared.writer is not None
        for mode in ("pullback", "jvp", "primal"):
            file, name = self.shared.writer(procedure, wanted if mode != "primal" else [], mode)
            self.bring(file, name, procedure.globals)

    def bring(self, file: SourceFile, main: str, values: dict[str, GlobalValue]) -> None:
        """Bring along the functions of a written file, under names that nobody else has."""
        functions = [n for n in file.tree.body if isinstance(n, ast.FunctionDef)]
        others = [n.name for n in functions if n.name != main and n.name not in array_helpers()]
        known = {n: v for n, v in values.items() if "." not in n}
        for stmt in file.tree.body:
            if isinstance(stmt, ast.Import):
                for alias in stmt.names:
                    at = alias.asname or alias.name.partition(".")[0]
                    known[at] = GlobalValue(ast.unparse(stmt))
            elif isinstance(stmt, ast.Assign) and isinstance(stmt.targets[0], ast.Name):
                known[stmt.targets[0].id] = GlobalValue(ast.unparse(stmt.value))
        for function in functions:
            text = ast.get_source_segment(file.text, function) or ""
            read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
            for other in others:
                text = re.sub(rf"(?<![\w.]){other}(?!\w|\s*=[^=])", f"{main}_{other}", text)
            own = function.name if function.name not in others else f"{main}_{function.name}"
            needed = {n: known[n] for n in sorted(read & known.keys())}
            self.shared.helpers[own] = Helper(own, text + "\n", (), Var("out"), (), needed)
