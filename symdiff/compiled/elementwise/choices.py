"""What `numpy.where` leaves out must not count: neither of 0 times infinity, nor of 0 times what is
missing (NaN), is anything left in an adjoint. Arrays carry masks for that; in a loop a branch
computes what it takes, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from symdiff.rules.arrays.registry import is_elementwise
from symdiff.stages import Apply, ArrayOf, Const, Expr, Procedure, Stage, Var, steps

Arms = tuple[frozenset[Var], frozenset[Var]]
"""The values that only one side of a choice reads, itself included."""

_LINEAR = frozenset({"add", "sub", "neg", "pos"})


def choices(procedure: Procedure, readers: Counter[Var]) -> tuple[dict[Var, Arms], set[Var]]:
    """For each `numpy.where` of which a side is more than a sum: what belongs to its sides. And
    what can't be taken apart like that, and stays with NumPy."""
    made = {
        s.target: s.value
        for s in steps(procedure.body)
        if isinstance(s, Stage)
        and isinstance(s.target.kind, ArrayOf)
        and isinstance(s.value, Apply)
        and (is_elementwise(s.value.op) or s.value.op == "numpy.where")
    }
    arms: dict[Var, Arms] = {}
    apart: set[Var] = set()
    for target, value in made.items():
        if value.op != "numpy.where" or len(value.args) != 3:
            continue
        sides = [_only_for(side, made, readers) for side in value.args[1:]]
        around = {
            v
            for side, own in zip(value.args[1:], sides, strict=True)
            for v in _behind(side, own, made)
        }
        if any(not _is_linear(made[v]) for v in around):
            apart |= {target, *around, *sides[0], *sides[1]}
        elif any(not _is_linear(made[v]) for own in sides for v in own):
            arms[target] = frozenset(sides[0]), frozenset(sides[1])
    return {t: a for t, a in arms.items() if t not in apart and not apart & (a[0] | a[1])}, apart


def _only_for(side: Expr, made: Mapping[Var, Apply], readers: Counter[Var]) -> set[Var]:
    """The values that nothing but a side of a choice is computed from."""
    found: set[Var] = set()
    pending = [side]
    while pending:
        top = pending.pop()
        if isinstance(top, Var) and top in made and readers[top] == 1:
            found.add(top)
            pending += made[top].args
    return found


def _behind(side: Expr, own: set[Var], made: Mapping[Var, Apply]) -> set[Var]:
    """The other values that a side of a choice is computed from."""
    seen: set[Var] = set()
    pending = [side]
    while pending:
        top = pending.pop()
        if isinstance(top, Var) and top in made and top not in seen:
            seen.add(top)
            pending += made[top].args
    return seen - own


def _is_linear(value: Apply) -> bool:
    """Whether all partial derivatives of an operation are numbers: 0 times one is 0."""
    numbers = [isinstance(a, Const) for a in value.args]
    return value.op in _LINEAR or value.op == "mul" and any(numbers)
