"""Globals under names that a parameter has as well: they are given another name.

A parameter keeps its name. A global that a function read in place refers to may have the same
one; in the generated code it is `K_1`.
"""

from __future__ import annotations

from symdiff.errors import NotDifferentiable
from symdiff.stages import (
    Apply,
    Expr,
    Global,
    Opaque,
    Procedure,
    defined,
    expressions,
    map_expressions,
    steps,
)


def rename_hidden_globals(procedure: Procedure) -> None:
    """Rename, in a procedure and all it calls, the globals that parameters hide.

    Raises NotDifferentiable where a parameter hides a module that the code needs.
    """
    everyone = [procedure, *procedure.callees.values()]
    params = {p.name for each in everyone for p in each.params}
    for each in everyone:
        if "math" in params and _needs_math(each):
            raise NotDifferentiable(
                "a parameter named 'math' hides the module that the generated code needs",
                procedure.place,
                fix="Give the parameter another name.",
            )
    taken = params | {v.base for each in everyone for s in steps(each.body) for v in defined(s)}
    table: dict[str, str] = {}
    for name in [n for n in procedure.globals if n in params]:
        n = 1
        while f"{name}_{n}" in taken or f"{name}_{n}" in procedure.globals:
            n += 1
        table[name] = f"{name}_{n}"
        procedure.globals[table[name]] = procedure.globals[name]
        if not any(name in helper.globals for helper in procedure.helpers.values()):
            del procedure.globals[name]
    if not table:
        return

    def renamed(expr: Expr) -> Expr:
        if isinstance(expr, Global):
            return Global(table.get(expr.name, expr.name), expr.kind)
        if isinstance(expr, Apply):
            return Apply(expr.op, tuple(map(renamed, expr.args)))
        if isinstance(expr, Opaque):
            return Opaque(expr.template, tuple(map(renamed, expr.args)), expr.pure)
        return expr

    for each in everyone:
        each.body = [map_expressions(step, renamed) for step in each.body]
        each.result = renamed(each.result)


def _needs_math(procedure: Procedure) -> bool:
    pending = [e for step in steps(procedure.body) for e in expressions(step)]
    while pending:
        top = pending.pop()
        if isinstance(top, Apply) and top.op.startswith("math."):
            return True
        if isinstance(top, Global) and top.name.startswith("math."):
            return True
        if isinstance(top, (Apply, Opaque)):
            pending.extend(top.args)
    return False
