"""What Numba lacks, in terms of what it has: helpers for arrays of known rank in the place of those
for any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symdiff import rules
from symdiff.compiled.substitutes import known_to_numba, substituted
from symdiff.stages import (
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Call,
    Expr,
    GlobalValue,
    Helper,
    Kind,
    Opaque,
    Param,
    Procedure,
    Stage,
    Var,
    map_expressions,
    steps,
    with_callees,
)

NUMPY = {"np": GlobalValue("import numpy as np")}


def lowered(procedure: Procedure) -> Procedure:
    """The procedure and all that it calls, for Numba."""
    return with_callees(procedure, _lowered)


def _lowered(procedure: Procedure) -> Procedure:
    helpers = {name: known_to_numba(helper) for name, helper in procedure.helpers.items()}

    values = {s.target: s.value for s in steps(procedure.body) if isinstance(s, Stage)}

    def lower(expr: Expr) -> Expr:
        if not isinstance(expr, (Apply, Opaque)):
            return expr
        args = tuple(lower(a) for a in expr.args)
        if isinstance(expr, Opaque):
            return replace(expr, args=args)
        if expr.op == "helper:unbroadcast":
            ranks = [_rank(rules.kind_of(a)) for a in expr.args]
            if None not in ranks:
                helper = unbroadcast(*(r for r in ranks if r is not None))
                helpers[helper.name] = helper
                return Apply(f"helper:{helper.name}", args)
        return substituted(Apply(expr.op, args), values, helpers)

    body = [map_expressions(step, lower) for step in procedure.body]
    for step in steps(body):
        if isinstance(step, Call):
            step.args = _as_declared(step, procedure.callees[step.callee].params)
    return replace(procedure, body=body, result=lower(procedure.result), helpers=helpers)


def _as_declared(call: Call, params: Sequence[Param]) -> tuple[Expr, ...]:
    """The arguments of a call, integers as floats where these are meant: in the function's text
    they are read with what is known of floats, as that an array times one has floats."""
    return tuple(
        Apply("float", (arg,)) if param.var.kind is REAL and rules.kind_of(arg) is INTEGER else arg
        for arg, param in zip(call.args, params, strict=True)
    )


def _rank(kind: Kind) -> int | None:
    return kind.rank if isinstance(kind, ArrayOf) else 0


def unbroadcast(wide: int, narrow: int) -> Helper:
    """The helper that undoes broadcasting, for arrays of these ranks."""
    if narrow == 0:
        lines = ["return np.sum(adjoint)"]
    else:
        found = range(wide - narrow, wide)
        letters = "ijklmnop"[:wide]
        sums = [f"for {letter} in range(adjoint.shape[{at}]):" for at, letter in enumerate(letters)]
        into = ", ".join(f"{letters[at]} % x.shape[{at - wide + narrow}]" for at in found)
        lines = [
            *(
                ["if adjoint.shape == x.shape:", "    return adjoint.copy()"]
                if wide == narrow
                else []
            ),
            "total = np.zeros(x.shape, adjoint.dtype)",
            *("    " * depth + text for depth, text in enumerate(sums)),
            "    " * wide + f"total[{into}] += adjoint[{', '.join(letters)}]",
            "return total",
        ]
    name = f"unbroadcast_{wide}_{narrow}"
    text = "\n    ".join(
        [
            f"def {name}(adjoint, x):",
            '"""The adjoint of x from that of what it was broadcast to: sums over axes."""',
            *lines,
        ]
    )
    return Helper(name, text + "\n", (), Var("out", REAL), (), NUMPY)
