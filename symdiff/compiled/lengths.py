"""The lengths of axes in a procedure, and of numbers that are computed from such, in terms of the
lengths of its parameters."""

from __future__ import annotations

from collections.abc import Mapping

from symdiff.rules.arrays.indexing import bounds_of
from symdiff.rules.shapes import Dims, asked_length, dims_of, plus, times
from symdiff.stages import (
    INTEGER,
    Apply,
    Const,
    Dim,
    Expr,
    Extent,
    Kind,
    Procedure,
    Size,
    Stage,
    Var,
    steps,
    substitute,
)


class Lengths:
    def __init__(self, procedure: Procedure) -> None:
        self.made = {
            s.target: s.value
            for s in steps(procedure.body)
            if isinstance(s, Stage) and s.target.kind is INTEGER
        }
        self.found: dict[Var, Dim] = {}

    def of(self, number: Expr) -> Dim:
        """The length that an integer is, never negative; None where it is not known for one."""
        return self.dim(asked_length(number, self._variable))

    def _variable(self, var: Var) -> Dim:
        if var not in self.found:
            self.found[var] = None
            self.found[var] = self.of(self.made[var]) if var in self.made else var.length
        return self.found[var]

    def dim(self, dim: Dim) -> Dim:
        """A length in terms of others."""
        if not isinstance(dim, Extent):
            return dim
        return in_terms(dim, {s: d for s, _ in dim.terms if (d := self._size(s)) is not None})

    def _size(self, size: Size) -> Dim:
        return self.of(size.of) if isinstance(size.of, Var) else None

    def start(self, part: Expr) -> Expr | None:
        """Where a slice that leaves nothing out begins; None where that may be counted from the
        end, or lie behind it."""
        lower, _, step = bounds_of(part)
        if step not in (Const(None), Const(1)):
            return None
        if lower == Const(None):
            return Const(0)
        return lower if self.of(lower) is not None else None

    def dims(self, kind: Kind) -> Dims | None:
        """The shape of a value, in terms of the same lengths as others."""
        given = dims_of(kind)
        return None if given is None else tuple(map(self.dim, given))


def in_terms(dim: Dim, known: Mapping[Size, Dim]) -> Dim:
    """A length with sizes that are known in terms of others."""
    if not isinstance(dim, Extent):
        return dim
    total: Dim = dim.constant
    for size, count in dim.terms:
        total = plus(total, times(known.get(size, Extent(((size, 1),))), count))
    return total


class Numbers:
    """Integers that are the same: computed alike from the same ones."""

    def __init__(self, procedure: Procedure) -> None:
        self.same: dict[Var, Var] = {}
        known: dict[Expr, Var] = {}
        for step in steps(procedure.body):
            if isinstance(step, Stage) and step.target.kind is INTEGER and _is_pure(step.value):
                found = known.setdefault(self.key(step.value), step.target)
                if found is not step.target:
                    self.same[step.target] = found

    def key(self, expr: Expr) -> Expr:
        """An expression that equal ones share."""
        return substitute(expr, self.same)


def _is_pure(value: Expr) -> bool:
    return isinstance(value, Apply) and value.op in ("add", "sub", "mul", "floordiv", "mod", "neg")
