"""Names for a primal's variables: one for all the versions that control flow makes of a variable.

Straight-line reassignment is renamed apart (`x`, `x_1`). A variable that a loop carries or that
two arms of a branch define, and a container that is updated in place, keep one name, unless two
versions are needed at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Expr,
    Loop,
    Procedure,
    Stage,
    Var,
    all_defined,
    blocks,
    defined,
    expressions,
    steps,
    unused,
    variables,
)

IN_PLACE = ("append", "extend", "insert", "setitem", "delitem", "add_at")

OPERATORS = {
    "add", "sub", "mul", "div", "plus", "minus", "times", "over", "squared", "cubed", "mod",
    "total", "product",
}  # fmt: skip


class Names:
    """The name of each variable of a procedure."""

    def __init__(self, procedure: Procedure) -> None:
        order = [*(p.var for p in procedure.params), *all_defined(procedure.body)]
        groups = {var: [var] for var in order}  # in each, the one that gives the name comes first
        clashes = _clashes(procedure)
        for to, source in _handed_on(procedure):
            if to not in groups or source not in groups or groups[to] is groups[source]:
                continue
            a, b = groups[to], groups[source]
            if not any(clashes[var].intersection(b) for var in a):
                joined = b + a if a[0].temporary and not b[0].temporary else a + b
                groups.update(dict.fromkeys(joined, joined))
        letter = _unused(var.base for var in order if not var.temporary)
        computed = {
            v for s in steps(procedure.body) if isinstance(s, (Stage, Call)) for v in defined(s)
        }
        self.names: dict[Var, str] = {}
        taken: set[str] = set()
        for var in sorted(order, key=lambda v: groups[v][0].temporary):  # the user's names first
            if var not in self.names:
                giver = groups[var][0]
                base = _short(giver, letter) if giver in computed else giver.base
                name = unused(base, taken)
                taken.add(name)
                self.names.update(dict.fromkeys(groups[var], name))

    def __call__(self, var: Var) -> str:
        return self.names.get(var, var.base)


def _handed_on(procedure: Procedure) -> Iterator[tuple[Var, Var]]:
    """Pairs of variables where the first takes over the value of the second, and both have the
    same name, or one has none."""

    def named_alike(var: Var, *others: Expr | None) -> Iterator[tuple[Var, Var]]:
        for other in others:
            if isinstance(other, Var) and (other.base == var.base or other.temporary):
                yield var, other

    for step in steps(procedure.body):
        if isinstance(step, Branch):
            for merge in step.merges:
                yield from named_alike(merge.var, merge.then, merge.orelse)
        elif isinstance(step, Loop):
            for carried in step.carried:
                yield from named_alike(carried.var, carried.init, carried.next)
        elif isinstance(step, Stage):
            match step.value:
                case Apply(op, (base, *_)) if op in IN_PLACE:
                    yield from named_alike(step.target, base)


def _clashes(procedure: Procedure) -> defaultdict[Var, set[Var]]:
    """For each variable those that still have a use when it is defined, or the reverse."""
    found: defaultdict[Var, set[Var]] = defaultdict(set)

    def define(targets: Iterable[Var], live: set[Var]) -> None:
        """Targets that get their values at once, before `live` is needed."""
        for var in targets:
            for other in live:
                if other is not var:
                    found[var].add(other)
                    found[other].add(var)

    def walk(block: Block, live: set[Var]) -> set[Var]:
        """What is needed before a block if `live` is needed after it."""
        for step in reversed(block):
            match step:
                case Branch():
                    targets = set(defined(step))
                    define(targets, live)
                    rest = live - targets
                    then = {v for m in step.merges for v in variables(m.then)}
                    orelse = {v for m in step.merges for v in variables(m.orelse)}
                    live = walk(step.then, rest | then) | walk(step.orelse, rest | orelse)
                    live |= set(variables(step.test))
                case Loop():
                    live = loop(step, live)
                case _:
                    targets = set(defined(step))
                    define(targets, live)
                    live = live - targets
                    for inner in blocks(step):
                        live = walk(inner, live)
                    live |= {v for e in expressions(step) for v in variables(e)}
        return live

    def loop(step: Loop, after: set[Var]) -> set[Var]:
        carried, targets = {c.var for c in step.carried}, set(defined(step))
        handed = {v for c in step.carried for v in variables(c.next)} | set(variables(step.leave))
        head = after | set(variables(step.test))
        for _ in range(2):  # what one round needs of the one before
            head |= walk(step.body, handed | (head - carried))
        # The name of what no round reads is free for what the loop runs over.
        unread = carried - head
        define(targets - unread, head)
        define(unread, head - {step.target} if step.target else head)
        inits = {v for c in step.carried for v in variables(c.init)}
        return (head - targets) | inits | set(variables(step.iterable))

    needed = walk(procedure.body, set(variables(procedure.result)))
    params = [p.var for p in procedure.params]
    define(params, needed | set(params))
    return found


def _unused(names: Iterable[str]) -> str:
    """A letter for what has no name."""
    used = set(names)
    return next((letter for letter in "tuvwqz" if letter not in used), "t")


def _short(var: Var, letter: str) -> str:
    """The base of a name. A value that the user did not name is a mere letter, as its line says
    how it is computed, but for short names such as `sin_x`."""
    words = var.base.split("_")
    telling = len(words) > 1 and len(var.base) <= 10 and OPERATORS.isdisjoint(words)
    return var.base if telling or not var.temporary else letter
