"""The derivative of a whole procedure in forward mode: its value, and the tangent of its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.differentiate.derivative import as_float, elementary, leaves, not_floats, with_extra
from symdiff.differentiate.directions import Directions
from symdiff.differentiate.forward import Forward, reassigned
from symdiff.differentiate.together import NotTogether
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    OBJECT,
    STRUCTURES,
    Apply,
    ArrayOf,
    Block,
    Const,
    Expr,
    ListOf,
    Opaque,
    Procedure,
    Stage,
    Var,
    is_differentiable,
)


def pushforward(
    procedure: Procedure,
    wrt: Sequence[Any],
    labels: Sequence[tuple[str, int | None]],
    doc: str = "",
    name: str = "",
    together: bool = False,
    with_value: bool = True,
) -> Procedure:
    """The procedure that takes a function's arguments, and a tangent for each of the differentiated
    ones, and returns the function's value and the tangent of the value.

    `wrt` holds, for each differentiated parameter, the variables of its numbers in the structure
    of the parameter; `labels` the name of the parameter and, where it is one of `*args`, its index.
    A tangent has the structure of its parameter, that of the value has the structure of the value.
    With `together` they have a first axis more, for many directions; raises NotTogether where that
    can't be. Without `with_value` the tangent alone is returned.
    """
    flat, active, procedures = elementary(procedure, wrt)
    name = name or f"{procedure.name}_{'directions' if together else 'jvp'}"
    while name in procedure.callees or name in procedure.helpers:
        name += "_1"
    procedures.reserved.add(name)
    names = reassigned(flat.body, [p.var for p in flat.params])
    sweep = (Directions if together else Forward)(active, names, procedures)
    params = list(flat.params)
    unpacking: Block = []
    for structure, (label, index) in zip(wrt, labels, strict=True):
        base = f"{label}_dot" if index is None else f"{label}_{index}_dot"
        kind = sweep.kind_of_tangent(structure.kind) if isinstance(structure, Var) else OBJECT
        dot = Var(base, kind)
        params = with_extra(params, base, dot)
        _take_apart(sweep, structure, dot, unpacking)
    if isinstance(sweep, Directions):
        unpacking.append(Stage(sweep.count, Apply("len", (_first(sweep),))))
    body = [*unpacking, *sweep.block(flat.body)]
    ending: Block = []
    tangent = _of_result(sweep, flat.result, ending)
    body += ending
    found = _as_floats(not_floats(flat.body, body), tangent)
    return Procedure(
        name,
        params,
        body,
        Apply("tuple", (flat.result, found)) if with_value else found,
        procedure.place,
        doc,
        procedure.globals | procedures.globals | sweep.globals,
        procedure.helpers | procedures.helpers | sweep.helpers,
        procedure.callees | procedures.made,
    )


def _first(sweep: Forward) -> Expr:
    """The tangent of some argument."""
    found = next((t for v, t in sweep.tangents.items() if not isinstance(v.kind, ListOf)), None)
    if found is None:
        raise NotTogether
    return found


def _take_apart(sweep: Forward, structure: Any, dot: Expr, out: Block) -> None:
    """Give the variables of a parameter their tangents, the items of the parameter's tangent."""
    if isinstance(structure, Var):
        if structure in sweep.active:
            sweep.tangents[structure] = dot
            sweep.note_full(dot, structure)
        return
    keyed: list[tuple[Expr, object, Any]]
    if isinstance(structure, dict):
        keyed = [(Apply("getitem", (dot, Const(k))), k, v) for k, v in structure.items()]
    elif hasattr(structure, "parts"):
        # An instance that its class makes of keywords has attributes; a named tuple has items.
        reads = (
            [Opaque(f"_0.{k}", (dot,), pure=True) for k in structure.keywords]
            if structure.keywords
            else [Apply("getitem", (dot, Const(i))) for i in range(len(structure.parts))]
        )
        names = structure.keywords or range(len(structure.parts))
        keyed = list(zip(reads, names, structure.parts, strict=True))
    elif isinstance(structure, (tuple, list)):
        keyed = [(Apply("getitem", (dot, Const(i))), i, v) for i, v in enumerate(structure)]
    else:
        return
    for read, key, part in keyed:
        if not any(v in sweep.active for v in leaves(part)):
            continue
        base = dot.base if isinstance(dot, Var) else "dot"
        kind = sweep.kind_of_tangent(part.kind) if isinstance(part, Var) else OBJECT
        item = Var(f"{part.base}_dot" if isinstance(part, Var) else f"{base}_{key}", kind)
        out.append(Stage(item, read))
        _take_apart(sweep, part, item, out)


def _of_result(sweep: Forward, result: Expr, out: Block) -> Expr:
    """The tangent of the value, in its structure."""
    if isinstance(result, Apply) and result.op in ("tuple", "list"):
        return Apply(result.op, tuple(_of_result(sweep, item, out) for item in result.args))
    if isinstance(result, Apply) and result.op == "record":
        make, *parts = result.args
        return Apply("record", (make, *(_of_result(sweep, part, out) for part in parts)))
    if isinstance(result, Apply) and result.op == "keyword":
        return Apply("keyword", (result.args[0], _of_result(sweep, result.args[1], out)))
    if isinstance(result, Apply) and result.op == "dict":
        args = result.args
        return Apply(
            "dict",
            tuple(a if i % 2 == 0 else _of_result(sweep, a, out) for i, a in enumerate(args)),
        )
    if isinstance(result, Var):
        kind = result.kind
        known = isinstance(kind, (ArrayOf, ListOf)) or sweep.tangent(result) is not None
        if known or isinstance(sweep, Directions) and is_differentiable(kind):
            return sweep.whole_tangent(result, out)
        return Const(0.0) if is_differentiable(kind) or kind in (INTEGER, BOOLEAN) else Const(None)
    if isinstance(result, Const) and isinstance(result.value, (int, float, complex)):
        return Const(0.0)
    return Const(None)


def _as_floats(floats: set[Var], tangent: Expr) -> Expr:
    if isinstance(tangent, Apply) and tangent.op in STRUCTURES:
        return Apply(tangent.op, tuple(_as_floats(floats, a) for a in tangent.args))
    if isinstance(tangent, Var) and isinstance(tangent.kind, (ArrayOf, ListOf)):
        return tangent
    return as_float(floats, tangent) if isinstance(tangent, Var) else tangent
