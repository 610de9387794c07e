"""Linear functions of arrays in the derivative, in the order that costs least: a sum goes in front
of a sign and of a product of matrices, a transposition into the product where it undoes another."""

from __future__ import annotations

from dataclasses import replace

from symdiff.rules.registry import kind_of
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Var,
    all_read,
    variables,
    with_blocks,
    with_value,
)

AXES = [(Apply("keyword", (Const("axis"), Const(axis))),) for axis in (0, 1)]


def reorder_linear(procedure: Procedure) -> Procedure:
    """The procedure in which nothing is made larger before it is summed up."""
    counts: dict[Var, int] = {}
    for var in (*all_read(procedure.body), *variables(procedure.result)):
        counts[var] = counts.get(var, 0) + 1
    return replace(procedure, body=_Order(counts).block(procedure.body))


class _Order:
    def __init__(self, counts: dict[Var, int]) -> None:
        self.counts = counts
        self.stages: dict[Var, Stage] = {}  # that define variables, of which none changes

    def block(self, block: Block) -> Block:
        made: Block = []
        for step in block:
            match step:
                case Stage(value=Apply() as value):
                    if step.place is None:
                        step = with_value(step, self.ordered(value))
                    self.stages[step.target] = step
                case Branch() | Loop() | Scope():
                    step = with_blocks(step, self.block)
            made.append(step)
        return made

    def ordered(self, value: Apply) -> Expr:
        match value:
            case Apply(op="numpy.sum", args=(Var() as of, *how)):
                return self.summed(of, tuple(how)) or value
            case Apply(op="numpy.transpose", args=(Var() as of,)):
                return self.transposed(of) or value
        return value

    def summed(self, of: Var, how: tuple[Expr, ...]) -> Expr | None:
        """The sum of what is a negative or a product of matrices, and read by nobody else."""
        match self.only_here(of):
            case Apply(op="neg", args=(Var() as inner,)):
                return Apply("neg", (self.summed(inner, how) or _sum(inner, how),))
            case Apply(op="matmul", args=(a, b)) if _is_matrix(a) and _is_matrix(b):
                match how:
                    case ():
                        return Apply("matmul", (_sum(a, AXES[0]), _sum(b, AXES[1])))
                    case (Apply(args=(Const("axis"), Const(value=0 | -2))), *_):
                        return Apply("matmul", (_sum(a, how), b))
                    case (Apply(args=(Const("axis"), Const(value=1 | -1))), *_):
                        return Apply("matmul", (a, _sum(b, how)))
        return None

    def transposed(self, of: Var) -> Expr | None:
        """The transposed of a transposed array, or of a product with one that nobody else reads."""
        if (inner := self.before_transposition(of)) is not None:
            return inner
        match self.only_here(of):
            case Apply(op="matmul", args=(a, b)) if _is_matrix(a) and _is_matrix(b):
                if (left := self.before_transposition(a)) is not None:
                    return Apply("matmul", (Apply("numpy.transpose", (b,)), left))
        return None

    def only_here(self, var: Var) -> Expr | None:
        """The value of a stage of the derivative that is read once."""
        stage = self.stages.get(var)
        return stage.value if stage and stage.place is None and self.counts[var] == 1 else None

    def before_transposition(self, expr: Expr) -> Expr | None:
        stage = self.stages.get(expr) if isinstance(expr, Var) else None
        match stage.value if stage else None:
            case Apply(op="numpy.transpose", args=(Var() as inner,)):
                return inner
        return None


def _is_matrix(expr: Expr) -> bool:
    kind = kind_of(expr)
    return isinstance(kind, ArrayOf) and kind.rank == 2


def _sum(of: Expr, how: tuple[Expr, ...]) -> Expr:
    return Apply("numpy.sum", (of, *how))
