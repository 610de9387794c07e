"""Names: what each variable is called in the text.

Variables of one base share its name while their live ranges allow it; others get `x_1`, `x_2`.
A parameter keeps its name, then the user's own variables come before those of the derivative.
"""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Iterator

from symdiff.rules.memory import UPDATES
from symdiff.stages import (
    Apply,
    Call,
    Expr,
    Global,
    Loop,
    Opaque,
    Passive,
    Procedure,
    Var,
    defined,
    expressions,
    steps,
)
from symdiff.write.coalesce import Classes, coalesce
from symdiff.write.expressions import BINARY, COMPARISONS, UNARY, printed_path
from symdiff.write.liveness import Liveness

OPERATORS = frozenset(
    {
        *BINARY,
        *UNARY,
        *COMPARISONS,
        "not",
        "and",
        "or",
        "cond",
        "getitem",
        "part",
        *UPDATES,
        "copy",
        "zeros_like",
        "stack",
        "tape",
        "nonempty",
        "keyword",
        "slice",
    }
)
# Operations that are written with a builtin of another name.
SPELT = {
    "copy": ("list",),
    "zeros_like": ("len",),
    "setitem": ("list",),
    "delitem": ("list",),
    "add_at": ("list",),
    "insert": ("list",),
    "scatter_add": ("np", "slice"),
}


def printed_names(procedure: Procedure, liveness: Liveness, typed: bool = False) -> dict[Var, str]:
    """The name of every variable; the same names for the same procedure on every run. `typed`: for
    a compiler, to which a name has one type."""
    classes = coalesce(procedure, liveness, typed)
    reserved = reserved_names(procedure)
    taken = set(reserved)
    name_of: dict[int, str] = {}
    for param in procedure.params:
        name_of[classes.find(classes.index[param.var])] = param.name
        taken.add(param.name)
    bases = classes.bases()
    waiting = [root for root in _by_author(procedure, classes) if root not in name_of]
    late: list[int] = []
    numbers: dict[str, int] = {}
    for root in waiting:
        if bases[root] in taken:
            late.append(root)
        else:
            name_of[root] = bases[root]
            taken.add(bases[root])
    for root in late:
        base = bases[root].rstrip("_") or "value"
        while f"{base}_{numbers.setdefault(base, 1)}" in taken:
            numbers[base] += 1
        name_of[root] = f"{base}_{numbers[base]}"
        taken.add(name_of[root])
    return {var: name_of[classes.find(i)] for i, var in enumerate(classes.vars)}


def _by_author(procedure: Procedure, classes: Classes) -> list[int]:
    """The classes in the order of the text, those of the user's own variables first."""
    own: set[Var] = set()
    for step in steps(procedure.body):
        if getattr(step, "place", None) is not None:
            own.update(v for v in defined(step) if not v.temporary)
    own_roots = dict.fromkeys(classes.find(i) for i, v in enumerate(classes.vars) if v in own)
    return list(dict.fromkeys([*own_roots, *(classes.find(i) for i in range(len(classes.vars)))]))


def reserved_names(procedure: Procedure) -> set[str]:
    """Names that no variable may take: those that the text uses for something else."""
    found = {*keyword.kwlist, "math", "np", procedure.name}
    found.update(name.split(".")[0] for name in procedure.globals)
    found.update(procedure.helpers)
    for helper in procedure.helpers.values():
        found.add(helper.name)
    for step in steps(procedure.body):
        for expr in expressions(step):
            found.update(_names_in(expr))
        if isinstance(step, Passive):
            found.update(template_names(step.template))
        if isinstance(step, Loop):
            found.add("range")
        if isinstance(step, Call):
            found.add(step.callee)
            if step.callee in procedure.callees:
                found.add(procedure.callees[step.callee].name)
    found.update(_names_in(procedure.result))
    for param in procedure.params:
        found.update(_names_in(param.default))
    return found


def _names_in(expr: Expr | None) -> Iterator[str]:
    pending = [expr]
    while pending:
        match pending.pop():
            case Global(name=name):
                yield printed_path(name).split(".")[0]
            case Opaque(template=template, args=args):
                yield from template_names(template)
                pending.extend(args)
            case Apply(op=op, args=args):
                yield from SPELT.get(op, ())
                if op not in OPERATORS and not op.startswith("helper:"):
                    yield printed_path(op).split(".")[0]
                pending.extend(args)


def template_names(template: str) -> set[str]:
    """The names that a piece of the user's text reads or binds, placeholders left out."""
    tree = ast.parse(template)
    found = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return {n for n in found if not (n.startswith("_") and n[1:].isdigit())}


def shadowed_builtins(procedure: Procedure) -> set[str]:
    """Builtins that the text needs although a parameter bears their name."""
    shadowed = {p.name for p in procedure.params if hasattr(builtins, p.name)}
    return shadowed & reserved_names(procedure) if shadowed else shadowed
