"""Names for values that the user did not name: `sin_x`, `x_squared`, `x_plus_y`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symdiff.stages import (
    Apply,
    Const,
    Expr,
    Global,
    Procedure,
    Stage,
    TupleOf,
    Var,
    defined,
    map_expressions,
    steps,
    substitute,
)

_WORDS = {
    "add": "plus",
    "sub": "minus",
    "mul": "times",
    "truediv": "over",
    "floordiv": "over",
    "mod": "mod",
}
_TESTS = {"lt", "le", "gt", "ge", "eq", "ne", "is", "is_not", "in", "not_in", "and", "or", "not"}
# Results are not called as Python's own functions are.
_OF_BUILTINS = {
    "abs": "size",
    "all": "test",
    "any": "test",
    "max": "highest",
    "min": "lowest",
    "pow": "power",
    "round": "rounded",
    "sum": "total",
}
_FACTORS = {
    "eig": ("w", "v"),
    "eigh": ("w", "v"),
    "qr": ("q", "r"),
    "slogdet": ("sign", "logdet"),
    "svd": ("u", "s", "vh"),
}
_POWERS = {2: "squared", 3: "cubed", 0.5: "root"}
LONGEST = 20


def name_temporaries(procedure: Procedure, claims: dict[Var, str]) -> dict[Var, Expr]:
    """Replace each claimed variable by one of the claimed name, and name what is left unnamed.

    The procedure is changed; returned is what stands for each variable that was replaced.
    """
    table: dict[Var, Expr] = {}
    names: dict[Var, str] = {}
    for step in steps(procedure.body):
        for var in defined(step):
            if var in claims:
                table[var] = Var(claims[var], var.kind)
            elif var.temporary and var.base == "t" and isinstance(step, Stage):
                table[var] = Var(proposed(step.value, names), var.kind, temporary=True)
            else:
                names[var] = var.base
                continue
            made = table[var]
            assert isinstance(made, Var)
            names[var] = made.base

    def rename(expr: Expr) -> Expr:
        return substitute(expr, table)

    body = [map_expressions(step, rename) for step in procedure.body]
    for step in steps(body):
        _retarget(step, table)
    procedure.body, procedure.result = body, rename(procedure.result)
    procedure.params = [replace(p) for p in procedure.params]
    return table


def renamed_structure(structure: Any, table: dict[Var, Expr]) -> Any:
    """The structure of a parameter, over the variables of the renamed procedure."""
    if isinstance(structure, Var):
        return table.get(structure, structure)
    if hasattr(structure, "whole"):
        whole = table.get(structure.whole, structure.whole)
        return replace(structure, whole=whole, parts=renamed_structure(structure.parts, table))
    if isinstance(structure, dict):
        return {k: renamed_structure(v, table) for k, v in structure.items()}
    if isinstance(structure, (tuple, list)):
        return type(structure)(
            renamed_structure(v, table) if not isinstance(v, (str, type)) else v for v in structure
        )
    return structure


def _retarget(step: Any, table: dict[Var, Expr]) -> None:
    for name in ("target", "var"):
        var = getattr(step, name, None)
        if var in table:
            setattr(step, name, table[var])
    for merge in [*getattr(step, "merges", []), *getattr(step, "carried", [])]:
        merge.var = table.get(merge.var, merge.var)
    if hasattr(step, "targets"):
        step.targets = tuple(table.get(v, v) for v in step.targets)


def proposed(value: Expr, names: dict[Var, str]) -> str:
    """What the result of an operation might be called."""
    if not isinstance(value, Apply):
        return "value"
    parts = [_word(a, names) for a in value.args]
    op = value.op
    if op in _TESTS:
        return "test"
    if op == "cond":
        return "choice"
    if op in _WORDS and len(parts) == 2 and all(parts):
        if op == "truediv" and parts[0] == "1":
            return _short(f"inverse_{parts[1]}", "inverse")
        first = {"1": "one", "2": "two"}.get(parts[0], parts[0])
        if first[0].isdigit():
            first, parts[1] = parts[1], parts[0]
            if op in ("sub", "truediv"):
                return _short("", "difference" if op == "sub" else "ratio")
        return _short(f"{first}_{_WORDS[op]}_{parts[1]}", _generic(op))
    if op in _WORDS:
        return _scaled(value, parts) or _generic(op)
    match value:
        case Apply(op="pow", args=(_, Const(value=power))) if parts[0] and power in _POWERS:
            return _short(f"{parts[0]}_{_POWERS[power]}", "power")
    if op == "neg":
        return _short(f"minus_{parts[0]}", "negative")
    if op == "getitem" and not parts[0]:
        held = value.args[0]
        of_shape = isinstance(held, Apply) and held.op == "numpy.shape"
        return "length" if of_shape else "item"
    if op == "getitem" and (of_factors := _factor(value, parts[0])):
        return of_factors
    if op == "getitem":
        return _short(
            f"{parts[0]}_{parts[1]}" if len(parts) > 1 and parts[1] else f"{parts[0]}_item", "item"
        )
    name = op.rpartition(".")[2].removeprefix("helper:").strip("_")
    alone = _OF_BUILTINS.get(name, name)
    return (
        _short(f"{name}_{parts[0]}" if parts and parts[0] else alone, alone)
        if name.isidentifier()
        else "value"
    )


def _factor(value: Apply, name: str) -> str | None:
    """What textbooks call an item of a decomposition, whose variable has its function's name."""
    whole, at = value.args
    items = _FACTORS.get(name.partition("_")[0])
    is_tuple = isinstance(whole, Var) and isinstance(whole.kind, TupleOf)
    if items is None or not is_tuple or not isinstance(at, Const) or type(at.value) is not int:
        return None
    return items[at.value] if 0 <= at.value < len(items) else None


def _scaled(value: Apply, parts: list[str]) -> str:
    """`scaled_x` for 0.5 * x and x / 9.81."""
    match value.op, value.args:
        case "mul", (Const(), _):
            name = parts[1]
        case "mul" | "truediv", (_, Const()):
            name = parts[0]
        case _:
            return ""
    return _short(f"scaled_{name}", "") if name else ""


def _generic(op: str) -> str:
    return {"add": "total", "sub": "difference", "mul": "product", "truediv": "ratio"}.get(
        op, "remainder"
    )


def _short(name: str, otherwise: str) -> str:
    return name if name.isidentifier() and len(name) <= LONGEST else otherwise


def _word(expr: Expr, names: dict[Var, str]) -> str:
    if isinstance(expr, Var):
        return names.get(expr, expr.base)
    if (
        isinstance(expr, Const)
        and isinstance(expr.value, (int, float))
        and not isinstance(expr.value, bool)
    ):
        text = f"{expr.value:g}"
        return text if text.isdigit() else ""
    if isinstance(expr, Global):
        return expr.name.rpartition(".")[2]
    return ""
