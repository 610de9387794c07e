"""Loops whose rounds may run in any order, because of what they carry from round to round.

A reverse loop may take its rounds in the order of the forward loop where everything that it carries
is one of these:

* a sum: a round only adds to it what does not depend on it, and does nothing else with it, so that
  another order adds the same numbers in another order;
* apart: an array of which a round reads and changes nothing but the elements whose index has the
  round's own integer at one axis, so that no round meets what another one has left;
* scratch: zero before the first round, and zero after every round that began with zero, as the
  adjoint of an array that each round overwrites before it reads it;
* working space, which every round writes before it reads it;
* what no round changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symdiff.compiled.rounds import places
from symdiff.differentiate.activity import results
from symdiff.rules.arrays.dtypes import length
from symdiff.rules.arrays.indexing import parts_of
from symdiff.rules.arrays.nodes import Node
from symdiff.rules.registry import kind_of
from symdiff.simplify.updates import is_zeros
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Carried,
    Const,
    Dim,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Step,
    Var,
    defined,
    expressions,
    steps,
    variables,
)

ADDITIONS = frozenset({"add_at", "sub_at", "scatter_add"})
Callees = Mapping[str, Procedure]
UPDATES = ADDITIONS | {"setitem", "mul_at", "truediv_at"}
ALL = Const(Ellipsis)


def in_any_order(loop: Loop, values: Mapping[Var, Expr], callees: Callees) -> bool:
    """Whether the rounds of a loop may run in any order; `values` are the stages around it."""
    zeros = _Zeros(loop.body, values)
    return all(
        c.again is not None
        or is_sum(loop, c, callees)
        or is_apart(loop, c)
        or zeros.is_zero(c.init)
        and c.next is not None
        and zeros.stays(c.next, c.var)
        for c in loop.carried
    )


# --- what happens to the versions of a variable --------------------------------------------------


class _Versions:
    """Follows the versions of what a loop carries through a round. `keeps` says whether a stage's
    value, which reads one, makes another one (True), only reads what it may (None), or neither;
    `passes` tells which result of a call is another one."""

    def __init__(
        self,
        start: Var,
        keeps: Callable[[Expr, set[Var]], bool | None],
        passes: Callable[[Call, int], int | None] = lambda step, at: None,
    ) -> None:
        self.found, self.keeps, self.passes = {start}, keeps, passes

    def reads(self, expr: Expr | None) -> bool:
        return any(v in self.found for v in variables(expr))

    def follow(self, block: Block) -> bool:
        """Whether all that a block does with the versions is as it should be."""
        return all(map(self.step, block))

    def step(self, step: Step) -> bool:
        match step:
            case Stage():
                if self.reads(step.value):
                    kept = self.keeps(step.value, self.found)
                    if kept:
                        self.found.add(step.target)
                    return kept is not False
                return True
            case Branch():
                if self.reads(step.test) or not (
                    self.follow(step.then) and self.follow(step.orelse)
                ):
                    return False
                return all(self.merged(m.var, m.then, m.orelse) for m in step.merges)
            case Loop():
                if any(map(self.reads, (step.iterable, step.test, step.leave, step.keep))):
                    return False
                self.found |= {c.var for c in step.carried if c.init in self.found}
                return self.follow(step.body) and all(
                    self.merged(c.var, c.init, c.next) for c in step.carried
                )
            case Scope():
                return not self.reads(step.context) and self.follow(step.body)
            case Call() if any(map(self.reads, step.args)):
                at = [i for i, arg in enumerate(step.args) if self.reads(arg)]
                result = self.passes(step, at[0]) if len(at) == 1 else None
                if result is not None:
                    self.found.add(step.targets[result])
                return result is not None
        return not any(map(self.reads, expressions(step)))

    def merged(self, var: Var, *values: Expr | None) -> bool:
        """A variable that takes its value from two: both are versions, or neither reads one."""
        count = sum(value in self.found for value in values)
        if count == len(values):
            self.found.add(var)
            return True
        return not any(map(self.reads, values))


def is_sum(loop: Loop, carried: Carried, callees: Callees) -> bool:
    """Whether a round only adds to a variable, and no other sum has it as a part."""
    versions = _Versions(carried.var, _adds, _Sums(callees).passes)
    return versions.follow(loop.body) and _found(versions, [c.next for c in loop.carried]) == [
        carried.next
    ]


def _found(versions: _Versions, exprs: Sequence[Expr | None]) -> list[Expr | None]:
    return [e for e in exprs if e in versions.found]


class _Sums:
    """Which parameters procedures only add to for who calls them."""

    def __init__(self, callees: Callees) -> None:
        self.callees = callees
        self.known: dict[tuple[str, int], bool] = {}  # a procedure that calls itself adds if it did

    def passes(self, step: Call, at: int) -> int | None:
        callee = self.callees.get(step.callee)
        if callee is None or at >= len(callee.params) or not isinstance(step.args[at], Var):
            return None
        param, key = callee.params[at], (step.callee, at)
        if param.becomes is not None and key not in self.known:
            self.known[key] = True
            versions = _Versions(param.var, _adds, self.passes)
            ends = results(callee)
            self.known[key] = versions.follow(callee.body) and _found(versions, ends) == [
                ends[param.becomes]
            ]
        return param.becomes if self.known.get(key) else None


def _adds(value: Expr, versions: set[Var]) -> bool:
    match value:
        case Var():
            return True
        case Apply(op="add", args=(first, second)):
            return (
                first in versions
                and not _reads(second, versions)
                or (second in versions and not _reads(first, versions))
            )
        case Apply(op="sub", args=(first, second)):
            return first in versions and not _reads(second, versions)
        case Apply(op=op, args=(first, *rest)) if op in ADDITIONS:
            return first in versions and not any(_reads(e, versions) for e in rest)
    return False


def _reads(expr: Expr, versions: set[Var]) -> bool:
    return any(v in versions for v in variables(expr))


# --- arrays of which each round has its own elements ---------------------------------------------


def is_apart(loop: Loop, carried: Carried) -> bool:
    """Whether no round meets an element of an array that another round reads or changes."""
    if loop.target is None or loop.iterable is None or not isinstance(carried.var.kind, ArrayOf):
        return False
    start = _smallest(loop.iterable)
    if start is None:
        return False
    accesses = _Accesses(loop, start)
    versions = _Versions(carried.var, accesses.keeps)
    if not versions.follow(loop.body) or carried.next not in versions.found:
        return False
    return accesses.places is None or bool(accesses.places)


class _Accesses:
    """Collects at which axes, and with which offset, all accesses have the round's own integer."""

    def __init__(self, loop: Loop, start: int) -> None:
        self.target, self.start = loop.target, start
        self.places: set[tuple[int, int]] | None = None  # None: there was no access yet
        self.values = values_of(loop.body)

    def keeps(self, value: Expr, versions: set[Var]) -> bool | None:
        match value:
            case Var():
                return True
            case Apply(op="getitem", args=(array, index)) if array in versions:
                kept = None
            case Apply(op=op, args=(array, index, item)) if op in UPDATES and array in versions:
                if _reads(item, versions):
                    return False
                kept = True
            case _:
                return False
        if _reads(index, versions):
            return False
        assert self.target is not None
        here = set(places(index, self.target, self.start, self.values).items())
        self.places = here if self.places is None else self.places & here
        return kept if self.places else False


def _smallest(iterable: Expr) -> int | None:
    """The least integer of a range, or a number below it; None where nothing is known."""
    match iterable:
        case Apply(op="reversed" | "copy", args=(inner,)):
            return _smallest(inner)
        case Apply(op="range", args=(_,)):
            return 0
        case Apply(op="range", args=(Const(int(start)), _)):
            return start
        case Apply(op="range", args=(Const(int(start)), _, Const(int(by)))) if by > 0:
            return start
        case Apply(op="range", args=(_, Const(int(stop)), Const(int(by)))) if by < 0:
            return stop + 1
    return None


def values_of(block: Block) -> dict[Var, Expr]:
    return {s.target: s.value for s in steps(block) if isinstance(s, Stage)}


# --- arrays that every round leaves zero ---------------------------------------------------------


class _Zeros:
    """What is zero at the end of a round."""

    def __init__(self, block: Block, values: Mapping[Var, Expr]) -> None:
        self.made = {var: step for step in steps(block) for var in defined(step)}
        self.values = {**values, **values_of(block)}

    def is_zero(self, expr: Expr | None) -> bool:
        value = self.values.get(expr) if isinstance(expr, Var) else expr
        return value in (Const(0.0), Const(0)) or is_zeros(value)

    def stays(self, end: Expr, start: Var) -> bool:
        """Whether one version is zero if an earlier one is."""
        if end == start or end in (Const(0.0), Const(0)):
            return True
        match self.made.get(end) if isinstance(end, Var) else None:
            case Stage(value=Var() as same):
                return self.stays(same, start)
            case Stage(value=value) if is_zeros(value):
                return True
            case Branch() as step:
                merge = next(m for m in step.merges if m.var is end)
                sides = (merge.then, merge.orelse)
                return all(s is not None and self.stays(s, start) for s in sides)
            case Loop() as step:
                c = next((c for c in step.carried if c.var is end), None)
                if c is None or c.init is None or c.next is None:
                    return False
                return self.clears(end, start, ()) or (
                    self.stays(c.init, start) and self.stays(c.next, c.var)
                )
            case Stage():
                return self.clears(end, start, ())
        return False

    def clears(self, end: Expr, start: Var, at: tuple[Expr, ...]) -> bool:
        """Whether the part of an array at an index is zero, whatever an earlier version was."""
        if end == start or not isinstance(end, Var):
            return False
        match self.made.get(end):
            case Stage(value=Var() as same):
                return self.clears(same, start, at)
            case Stage(value=Apply(op="setitem", args=(before, index, Const(value=0 | 0.0)))):
                own = () if index in (ALL, Apply("slice", (Const(None),) * 3)) else parts_of(index)
                return own == at or self.clears(before, start, at)
            case Branch() as step:
                merge = next(m for m in step.merges if m.var is end)
                sides = (merge.then, merge.orelse)
                return all(s is not None and self.clears(s, start, at) for s in sides)
            case Loop() as step:
                c = next((c for c in step.carried if c.var is end), None)
                if c is None or c.next is None or step.target is None or step.leave is not None:
                    return False
                dims = end.kind.dims if isinstance(end.kind, ArrayOf) else None
                if (
                    dims is None
                    or len(dims) <= len(at)
                    or not self.covers(step.iterable, dims[len(at)])
                ):
                    return False
                accesses = _Accesses(step, 0)
                versions = _Versions(c.var, accesses.keeps)
                return (
                    versions.follow(step.body)
                    and (len(at), 0) in (accesses.places or ())
                    and self.clears(c.next, c.var, (*at, step.target))
                )
        return False

    def covers(self, iterable: Expr | None, dim: Dim) -> bool:
        """Whether a loop runs over all indices of an axis of this length."""
        match iterable:
            case Apply(op="reversed" | "copy", args=(inner,)):
                return self.covers(inner, dim)
            case Apply(op="range", args=(stop,) | (Const(value=0), stop)):
                seen = [stop]
                while isinstance(seen[-1], Var) and seen[-1] in self.values:
                    seen.append(self.values[seen[-1]])
                return dim is not None and any(length(Node(e, kind_of(e))) == dim for e in seen)
        return False
