"""Joining: a temporary that is read once goes back into the expression that reads it.

The user's own lines come back in one piece this way, and the stages of an adjoint become a line a
colleague would write. An expression is never moved into a loop, past a step with an effect, past
an update of a container it reads, or past a new version of a variable it reads, which would force
two names on one variable. Lines that the user did not write stay short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from symdiff.rules.memory import UPDATES, shares
from symdiff.simplify.dead import is_impure
from symdiff.simplify.result import has_reverse_sweep
from symdiff.stages import (
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Carried,
    Const,
    Expr,
    Global,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Passive,
    Procedure,
    Push,
    Scalar,
    Scope,
    Stage,
    Step,
    Var,
    all_read,
    defined,
    steps,
    variables,
    with_value,
)

# Operations that cannot raise on numbers, so that it does not matter whether they run.
TOTAL = frozenset(
    {
        "add",
        "sub",
        "mul",
        "neg",
        "pos",
        "lt",
        "le",
        "gt",
        "ge",
        "eq",
        "ne",
        "not",
        "is",
        "is_not",
        "and",
        "or",
        "cond",
        "abs",
        "min",
        "max",
    }
)
SHORT = TOTAL - {"abs", "min", "max"} | {
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "getitem",
    "tuple",
    "list",
}
LAZY = frozenset({"and", "or", "cond"})
DEPTH = 40
OWN_DEPTH = 90  # of the user's own expressions
WIDTH = 80  # of lines that the user did not write, roughly in characters


@dataclass(slots=True)
class _Waiting:
    """A temporary's stage on its way to its reader, at a place in the block written so far."""

    stage: Stage
    at: int
    depth: int
    width: int
    numbers: list[int]


def join(procedure: Procedure, absorbed: dict[int, int] | None = None) -> Procedure:
    """The procedure with temporaries joined into what reads them. The numbers of primal stages
    that vanish are noted in `absorbed`, with the number of the stage they are now part of."""
    counts: dict[Var, int] = {}
    for var in (*all_read(procedure.body), *variables(procedure.result)):
        counts[var] = counts.get(var, 0) + 1
    readers = {
        v: step
        for step in steps(procedure.body)
        if isinstance(step, Stage) and step.place is None
        for v in variables(step.value)
        if counts[v] == 1
    }
    noted = {} if absorbed is None else absorbed
    shared = _Shared(counts, readers, noted, _bases(procedure.body))
    joiner = _Joiner(shared)
    joiner.block(procedure.body)
    result = procedure.result
    if not has_reverse_sweep(procedure):
        result = joiner.fill(result, own=True)
    return replace(procedure, body=joiner.written(), result=result)


@dataclass(slots=True)
class _Shared:
    counts: dict[Var, int]
    readers: dict[Var, Stage]  # the stages of the derivative that alone read a variable
    absorbed: dict[int, int]
    bases: dict[Var, Var]  # the array that a variable is a version or a view of, if that is plain

    def line(self, stage: Stage) -> int:
        """The number of the user's line that a stage belongs to."""
        number = stage.number
        while number in self.absorbed:
            number = self.absorbed[number]
        return number

    def is_unfinished(self, stage: Stage, in_loop: bool) -> bool:
        """Whether a stage gives an adjoint a value to which the same line adds some more."""
        after = self.readers.get(stage.target)
        match after.value if after is not None else None:
            case Apply(op="add" | "sub", args=(first, _)) if first is stage.target:
                assert after is not None
                return (
                    stage.place is None
                    and (in_loop or self.line(stage) == self.line(after))
                    and after.target.base == stage.target.base
                    and after.target.kind is REAL
                    and stage.target.kind is REAL
                )
        return False

    def is_in_passing(self, stage: Stage) -> bool:
        """Whether a stage of a loop names an adjoint just to add it to an item of another one, or
        to say that it is the same."""
        after = self.readers.get(stage.target)
        if stage.place is not None or after is None or not isinstance(stage.target.kind, Scalar):
            return False
        match stage.value:
            case Var() | Apply(op="neg", args=(Var(),)):
                return after.target.base != stage.target.base
        match after.value:
            case Apply(op="add_at", args=(_, _, added)):
                return added is stage.target
        return False


class _Joiner:
    """One block. Steps stay where they are; those that move leave a gap."""

    def __init__(
        self, shared: _Shared, in_loop: bool = False, nexts: Iterable[object] = ()
    ) -> None:
        self.shared = shared
        self.in_loop = in_loop
        self.nexts = set(nexts)  # what the end of the round hands on
        self.out: list[Step | None] = []
        self.waiting: dict[Var, _Waiting] = {}
        self.readers: dict[str, list[Var]] = {}  # base of a variable -> what waits and reads it
        self.taken: list[int] = []
        self.covered: set[int] = set()
        self.is_fork = False
        self.room = 0

    def written(self) -> Block:
        return [s for s in self.out if s is not None]

    def block(self, block: Block) -> None:
        for step in block:
            self.step(step)

    def step(self, step: Step) -> None:
        self.taken, self.covered = [], set()
        self.is_fork = False
        match step:
            case Stage():
                self.stage(step)
                return
            case Passive():
                args = tuple(self.fill(a, own=True) for a in step.args)
                self.forget(lambda w: True)
                self.out.append(replace(step, args=args))
            case Branch():
                self.branch(step)
                return
            case Loop():
                self.loop(step)
            case Scope():
                inner = self.inner(step.body)
                self.forget(lambda w: True)
                self.out.append(replace(step, body=inner.written()))
            case Call():
                args = tuple(self.fill(a, own=True) for a in step.args)
                self.out.append(replace(step, args=args))
                self.forget(lambda w: not _is_total(w.stage.value))
            case Push():
                self.out.append(replace(step, value=self.fill(step.value, own=True)))
            case _:
                self.out.append(step)
        for var in defined(step):
            self.renew(var)

    def inner(self, block: Block, loop: Loop | None = None) -> _Joiner:
        nexts = () if loop is None else (c.next for c in loop.carried)
        joiner = _Joiner(self.shared, self.in_loop or loop is not None, nexts)
        joiner.block(block)
        return joiner

    # --- what waits

    def forget(self, condition: Callable[[_Waiting], bool]) -> None:
        """Leave where they are those that satisfy a condition."""
        for var in [v for v, w in self.waiting.items() if condition(w)]:
            del self.waiting[var]

    def renew(self, var: Var) -> None:
        """A new version of a variable: what reads an older one must not move past it."""
        readers = self.readers.pop(var.base, ())
        for reader in readers:
            found = self.waiting.get(reader)
            if found is None:
                continue
            if var in self.nexts and isinstance(found.stage.value, Var):
                self.readers.setdefault(var.base, []).append(reader)  # it takes its name later
            else:
                del self.waiting[reader]

    def is_changed(self, var: Var, updated: Expr) -> bool:
        """Whether what reads a variable had better come before an update. For arrays that is a
        guess, which may cost a copy."""
        if isinstance(updated, Var) and isinstance(updated.kind, ArrayOf):
            bases = self.shared.bases
            return bases.get(var, var) is bases.get(updated, updated)
        return _is_container(var)

    def fill(self, expr: Expr, *, own: bool) -> Expr:
        """An expression with what waits for it put in, as far as the line has room."""
        self.room = WIDTH - _width(expr)
        return self._fill(expr, 0, own)

    def finished(self, value: Expr) -> Expr | None:
        """What a line adds to an adjoint, in one expression: `d + (a - b)` for `(d + a) - b`, where
        the part in parentheses was a stage of its own."""
        match value:
            case Apply(op="add" | "sub" as last, args=(Var(kind=Scalar.REAL) as adjoint, b)):
                found = self.waiting.pop(adjoint, None)
            case _:
                return None
        if found is None or found.stage.target.temporary:
            if found is not None:
                self.waiting[adjoint] = found
            return None
        b = self.fill(b, own=False)
        own_result = isinstance(b, Var) and b.temporary and self.shared.counts.get(b) == 1
        if found.width > self.room or own_result:
            return Apply(last, (adjoint, b))
        self.out[found.at] = None
        self.take(found)
        return _added_at_once(found.stage.value, last, b, adjoint.base)

    def _fill(self, expr: Expr, level: int, own: bool) -> Expr:
        if isinstance(expr, Var):
            found = self.waiting.get(expr)
            if found is None:
                return expr
            theirs = own and found.stage.place is not None
            if level + found.depth > (OWN_DEPTH if theirs else DEPTH):
                return expr
            if not theirs and found.width - len(expr.base) > self.room:
                return expr
            self.room -= found.width - len(expr.base)
            del self.waiting[expr]
            self.out[found.at] = None
            self.take(found)
            return found.stage.value
        if isinstance(expr, (Apply, Opaque)) and expr.args:
            lazy = isinstance(expr, Apply) and expr.op in LAZY
            args: list[Expr] = []
            for i, arg in enumerate(expr.args):
                if lazy and i and not self._only_total(arg):
                    args.append(arg)
                else:
                    args.append(self._fill(arg, level + 1, own))
            return (
                expr
                if all(a is b for a, b in zip(args, expr.args, strict=True))
                else replace(expr, args=tuple(args))
            )
        return expr

    def take(self, found: _Waiting) -> None:
        self.taken.extend(found.numbers)
        self.covered |= _covered(found.stage)
        self.is_fork |= found.stage.is_fork

    def _only_total(self, expr: Expr) -> bool:
        return all(
            _is_total(self.waiting[v].stage.value) for v in variables(expr) if v in self.waiting
        )

    # --- steps

    def stage(self, step: Stage) -> None:
        own = step.place is not None
        value = step.value
        if isinstance(value, Apply) and value.op in UPDATES:
            first, *rest = value.args
            args = (first, *(self.fill(a, own=own) for a in rest))
            self.forget(lambda w: any(self.is_changed(v, first) for v in variables(w.stage.value)))
            step = with_value(step, replace(value, args=args))
        else:
            step = with_value(step, self.finished(value) or self.fill(value, own=own))
        numbers = self.taken
        step.is_fork |= self.is_fork
        step.covers = _covered(step) | self.covered
        if own and numbers:
            step.number = step.number or numbers[-1]
            for number in numbers:
                if number != step.number:
                    self.shared.absorbed[number] = step.number
            numbers = [step.number]
        elif own:
            numbers = [step.number] if step.number else []
        self.keep(step, numbers)

    def keep(self, step: Stage, numbers: list[int]) -> None:
        self.renew(step.target)
        impure = is_impure(step.value)
        if impure:
            self.forget(lambda w: is_impure(w.stage.value) or not _is_total(w.stage.value))
        self.out.append(step)
        movable = self.shared.counts.get(step.target) == 1 and (
            step.target.temporary
            or self.shared.is_unfinished(step, self.in_loop)
            or (self.in_loop and self.shared.is_in_passing(step))
        )
        op = step.value.op if isinstance(step.value, Apply) else ""
        if not movable or op in UPDATES or op in ("stack", "tape", "part"):
            return
        found = _Waiting(step, len(self.out) - 1, _depth(step.value), _width(step.value), numbers)
        self.waiting[step.target] = found
        for var in variables(step.value):
            self.readers.setdefault(var.base, []).append(step.target)

    def branch(self, step: Branch) -> None:
        step = replace(step, test=self.fill(step.test, own=True))
        arms = self.inner(step.then), self.inner(step.orelse)
        stage = _as_conditional(step, arms)
        if stage is not None:
            self.taken = list(dict.fromkeys([*self.taken, *(n for a in arms for n in a.taken)]))
            inner = [s for s in steps([step]) if isinstance(s, Stage)]
            stage.covers = frozenset(self.covered).union(*map(_covered, inner))
            self.keep(stage, self.taken)
            return
        merges = []
        for merge in step.merges:
            values = [
                None if value is None else arm.handed(value, merge.var)
                for arm, value in zip(arms, (merge.then, merge.orelse), strict=True)
            ]
            merges.append(Merge(merge.var, *values))
        self.forget(lambda w: True)
        then, orelse = (arm.written() for arm in arms)
        self.out.append(replace(step, then=then, orelse=orelse, merges=merges))
        for var in defined(step):
            self.renew(var)

    def handed(self, value: Expr, to: Var) -> Expr:
        """What an arm hands to a merged variable: a temporary becomes one of its versions."""
        if not isinstance(value, Var):
            return self.fill(value, own=True)
        found = self.waiting.pop(value, None)
        if found is None:
            return value
        target = Var(to.base, value.kind, to.temporary)
        self.out[found.at] = replace(found.stage, target=target)
        return target

    def loop(self, step: Loop) -> None:
        inits = [None if c.init is None else self.fill(c.init, own=True) for c in step.carried]
        iterable = None if step.iterable is None else self.fill(step.iterable, own=True)
        inner = self.inner(step.body, step)
        leave = None if step.leave is None else inner.fill(step.leave, own=True)
        nexts = [None if c.next is None else inner.fill(c.next, own=True) for c in step.carried]
        carried = [
            Carried(c.var, init, after)
            for c, init, after in zip(step.carried, inits, nexts, strict=True)
        ]
        self.forget(lambda w: True)
        self.out.append(
            replace(step, carried=carried, body=inner.written(), iterable=iterable, leave=leave)
        )


def _added_at_once(before: Expr, last: str, b: Expr, base: str) -> Expr:
    match before:
        case Apply(op="add" | "sub" as first, args=(Var() as adjoint, a)) if adjoint.base == base:
            if first == last:
                return Apply(first, (adjoint, Apply("add", (a, b))))
            if first == "add" or (isinstance(a, Apply) and a.op in ("add", "sub")):
                return Apply(first, (adjoint, Apply("sub", (a, b))))
            return Apply("add", (adjoint, Apply("sub", (b, a))))
    return Apply(last, (before, b))


def _as_conditional(step: Branch, arms: tuple[_Joiner, _Joiner]) -> Stage | None:
    """`t = a if test else b` for a branch of the user's that only chooses a value, or for any
    that chooses the value of a temporary."""
    if len(step.merges) != 1:
        return None
    merge = step.merges[0]
    if not (merge.var.temporary or step.place is not None):
        return None
    values = []
    for arm, value in zip(arms, (merge.then, merge.orelse), strict=True):
        found = arm.waiting.get(value) if isinstance(value, Var) else None
        here = [] if found is None else [found.stage]
        if value is None or arm.written() != here:
            return None
        if isinstance(value, Var) and found is None and value.base == merge.var.base:
            return None  # `if test: x = ...`
        values.append(value if found is None else found.stage.value)
    if all(isinstance(v, Const) and isinstance(v.value, bool) for v in values):
        return None  # a flag: the branch itself says more
    made = Apply("cond", (step.test, *values))
    chosen = any(isinstance(v, Apply) and v.op == "cond" for v in values)  # one in another: elif
    long = (chosen or not merge.var.temporary) and _width(made) > WIDTH
    if long or _depth(made) > OWN_DEPTH:
        return None
    for arm, value in zip(arms, (merge.then, merge.orelse), strict=True):
        assert value is not None
        arm.fill(value, own=True)
    return Stage(merge.var, made, place=step.place)


def _bases(block: Block) -> dict[Var, Var]:
    found: dict[Var, Var] = {}
    for step in steps(block):
        if isinstance(step, Stage) and isinstance(step.target.kind, ArrayOf):
            sources = [v for v in shares(step.value) if isinstance(v, Var)]
            if len(sources) == 1:
                found[step.target] = found.get(sources[0], sources[0])
        elif isinstance(step, Loop):
            for c in step.carried:
                if isinstance(c.var.kind, ArrayOf) and isinstance(c.init, Var):
                    found[c.var] = found.get(c.init, c.init)
    return found


def _is_container(var: Var) -> bool:
    return isinstance(var.kind, (ListOf, ArrayOf)) or var.kind is OBJECT


def _covered(stage: Stage) -> frozenset[int]:
    """The numbers of the elementary stages that a stage consists of."""
    return stage.covers or frozenset({stage.number} - {0})


def _is_total(expr: Expr) -> bool:
    pending = [expr]
    while pending:
        top = pending.pop()
        if isinstance(top, Opaque) or (isinstance(top, Apply) and top.op not in TOTAL):
            return False
        pending.extend(getattr(top, "args", ()))
    return True


def _depth(expr: Expr) -> int:
    deepest, pending = 0, [(expr, 1)]
    while pending:
        top, level = pending.pop()
        deepest = max(deepest, level)
        pending.extend((a, level + 1) for a in getattr(top, "args", ()))
    return deepest


def _width(expr: Expr) -> int:
    """About how many characters an expression takes."""
    total, pending = 0, [expr]
    while pending:
        match pending.pop():
            case Var(base=base):
                total += len(base)
            case Const(value=value):
                total += len(repr(value))
            case Global(name=name):
                total += len(name)
            case Opaque(template=template, args=args):
                total += len(template)
                pending.extend(args)
            case Apply(op=op, args=args):
                called = "." in op or op not in SHORT
                total += len(op) + 2 * len(args) if called else 3 * (len(args) - 1) + 1
                pending.extend(args)
    return total
