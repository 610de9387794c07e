"""Adjoints that are updated in place must be able to hold complex numbers.

What is complex by its kind may be an array of real numbers when the code runs: the eigenvalues of a
matrix, say, or an array whose dtype is chosen then. What is computed from such may be real too, and
can't be updated in place by what is complex.
"""

from __future__ import annotations

from symdiff import rules
from symdiff.rules.shapes import item_of
from symdiff.stages import (
    COMPLEX,
    OBJECT,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Global,
    Loop,
    Opaque,
    Procedure,
    Scope,
    Stage,
    TupleOf,
    Var,
    steps,
)

EIGENVALUES = frozenset({"numpy.linalg.eig", "numpy.linalg.eigvals"})
CHOSEN = ("_0.dtype", "np.result_type(", "np.common_type(")
UPDATES = frozenset({"setitem", "add_at", "sub_at", "mul_at", "truediv_at", "scatter_add"})
SUMS = {"add": "numpy.add", "sub": "numpy.subtract"}  # which are not written as updates
FILLED = {"numpy.full_like": 2, "numpy.ones_like": 1}  # how many arguments they are made with
COMPLEX_NUMBERS = Global("complex", OBJECT)


def is_complex(expr: Expr) -> bool:
    """Whether a value is an array of complex numbers, by its kind."""
    kind = rules.kind_of(expr)
    return isinstance(kind, ArrayOf) and item_of(kind) is COMPLEX


def _may_be_real(stage: Stage) -> bool:
    """Whether a stage of the primal makes an array that is complex by its kind only."""
    value, kind = stage.value, stage.target.kind
    items = kind.items if isinstance(kind, TupleOf) else (kind,)
    if not isinstance(value, Apply) or not any(item_of(k) is COMPLEX for k in items):
        return False
    chosen = (a.args[1] if isinstance(a, Apply) and a.op == "keyword" else a for a in value.args)
    return value.op in EIGENVALUES or any(
        isinstance(a, Opaque) and a.template.startswith(CHOSEN) for a in chosen
    )


def may_be_real(procedure: Procedure) -> bool:
    """Whether a procedure, or one that it calls, makes arrays that are complex by kind only."""
    return any(
        isinstance(step, Stage) and _may_be_real(step)
        for each in (procedure, *procedure.callees.values())
        for step in steps(each.body)
    )


def hold_complex(primal: Block, reverse: Block) -> None:
    """Convert the adjoints that are updated in place and may be arrays of real numbers."""
    certain: set[Var] = set()
    made = {s.target: s.value for s in steps([*primal, *reverse]) if isinstance(s, Stage)}
    for step in steps(primal):
        if isinstance(step, Stage) and not _may_be_real(step):
            _note(step, certain)
    _convert(reverse, certain, made)


def _note(step: Stage, certain: set[Var]) -> None:
    """Note an array that is certainly complex: something that it is computed from is."""
    value = step.value
    if value in certain:
        certain.add(step.target)
    if not isinstance(value, Apply) or not is_complex(step.target):
        return
    args = value.args[:1] if value.op in ("setitem", "add_at", *FILLED) else value.args
    if value.op == "zeros_like" or any(_is_certain(a, certain) for a in args):
        certain.add(step.target)


def _is_certain(expr: Expr, certain: set[Var]) -> bool:
    if isinstance(expr, Apply):
        return any(_is_certain(a, certain) for a in expr.args)
    if isinstance(expr, Const):
        return isinstance(expr.value, complex)
    return expr in certain or expr == COMPLEX_NUMBERS


def _alike(a: Expr, b: Expr, made: dict[Var, Expr]) -> bool:
    """Whether two values are computed in the same way."""

    def source(expr: Expr) -> Expr:
        while isinstance(expr, Var) and expr in made:
            expr = made[expr]
        return expr

    return source(a) == source(b)


def _convert(block: Block, certain: set[Var], made: dict[Var, Expr]) -> None:
    out: Block = []
    for step in block:
        match step:
            case Stage(value=Apply(op=op, args=args)) if op in FILLED and is_complex(step.target):
                step.value = Apply(op, (*args[: FILLED[op]], COMPLEX_NUMBERS))
            case Stage(value=Apply(op=op, args=(Var() as base, other))) if (
                op in SUMS and is_complex(base) and base not in certain
            ):
                if item_of(rules.kind_of(other)) is COMPLEX and not _alike(base, other, made):
                    step.value = Apply(SUMS[op], (base, other))
            case Stage(value=Apply(op=op, args=(Var() as base, *rest))) if (
                op in UPDATES and is_complex(base) and base not in certain
            ):
                whole = Var(base.base, base.kind, base.temporary)
                out.append(Stage(whole, Apply("ndarray.astype", (base, COMPLEX_NUMBERS)), None,
                                  step.number))  # fmt: skip
                certain.add(whole)
                step.value = Apply(op, (whole, *rest))
            case Branch():
                _convert(step.then, certain, made)
                _convert(step.orelse, certain, made)
            case Loop() | Scope():
                _convert(step.body, certain, made)
        if isinstance(step, Stage):
            _note(step, certain)
        out.append(step)
    block[:] = out
