"""The forward mode: every active stage is joined by the stage of its tangent.

The tangent of a variable is its derivative along a direction in the space of the inputs. Nothing is
kept and nothing runs backwards: tangents are computed in the order of the primal, and what the
primal carries, merges or hands on, tangents do too. As an adjoint, the tangent of an array may be
smaller than its variable and broadcast to it, as long as nobody needs more.
"""

from __future__ import annotations

from dataclasses import replace

from symdiff.differentiate.emitting import ZERO
from symdiff.differentiate.sizes import kind_of, owned
from symdiff.differentiate.sweep import Calls, Sweep
from symdiff.differentiate.tangents import tangent_of
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
    Carried,
    Expr,
    Kind,
    Loop,
    Merge,
    Scope,
    Stage,
    TupleOf,
    Var,
    all_defined,
    ends,
    variables,
)

EMPTY = Apply("list", ())
Tangents = dict[Var, Expr]


class Forward(Sweep):
    """The forward mode of one procedure."""

    def __init__(self, active: set[Var], reassigned: set[str], procedures: Calls) -> None:
        super().__init__(active, procedures)
        self.reassigned = reassigned  # the names of variables that get several values
        self.tangents: Tangents = {}
        self.refused: dict[tuple[Var, object], str] = {}  # items that have no rule, and why
        self.empty: set[Var] = set()  # passive lists that nothing has been put into yet
        self.parts: dict[Var, dict[int, Expr]] = {}  # tangents of the items of tuples

    # --- tangents ---

    def new_tangent(self, var: Var) -> Var:
        return Var(f"{var.base}_dot", self.kind_of_tangent(var.kind), var.temporary)

    def kind_of_tangent(self, kind: Kind) -> Kind:
        """The kind of the tangent of a variable."""
        return kind

    def tangent_of(self, step: Stage) -> Expr | None:
        """The tangent of what a stage defines; None where it is zero."""
        return tangent_of(self, step)

    def forward_call(self, step: Call) -> None:
        self.procedures.forward_call(self, step)

    def tangent(self, expr: Expr) -> Expr | None:
        """The tangent of an atom; None where it is zero."""
        return self.tangents.get(expr) if isinstance(expr, Var) else None

    def whole_tangent(self, expr: Expr, block: Block | None = None) -> Expr:
        """The tangent of an atom, with all of its shape, as a value that may be changed; stages
        that this takes go to the end of `block`."""
        outer, self.out = self.out, self.out if block is None else block
        found = self.tangent(expr)
        if found is None:
            found = self.zero(expr) if isinstance(expr, Var) else ZERO
            found = EMPTY if expr in self.empty else found
            if found is not ZERO and isinstance(expr, Var):
                found = self.assign(self.new_tangent(expr), found)
                self.note_full(found, expr)
        elif isinstance(expr, Var) and isinstance(expr.kind, ArrayOf):
            found = owned(self, found, expr)
        self.out = outer
        return found

    # --- steps ---

    def block(self, block: Block) -> Block:
        """The block with its tangents."""
        outer, self.out = self.out, []
        for step in block:
            match step:
                case Stage():
                    self.stage(step)
                case Branch():
                    self.branch(step)
                case Loop():
                    self.loop(step)
                case Scope():
                    self.out.append(Scope(step.context, self.block(step.body), step.place))
                case Call():
                    self.forward_call(step)
                case _:
                    self.out.append(step)
        made, self.out = self.out, outer
        return made

    def stage(self, step: Stage) -> None:
        target = step.target
        if target not in self.active:
            if step.value == EMPTY:
                self.empty.add(target)
            self.out.append(step)
            return
        self.number = step.number
        outer, self.out = self.out, []
        found = self.tangent_of(step)
        if found is not None:
            self.tangents[target] = self.named(target, found)
        made, self.out = self.out, outer
        reads = {v for s in made if isinstance(s, Stage) for v in variables(s.value)}
        if target.base in self.reassigned and target not in reads:
            # The tangent first: it reads what the stage is about to give up.
            self.out += [*made, step]
        else:
            self.out += [step, *made]

    def named(self, target: Var, value: Expr) -> Expr:
        """A tangent under the name of its variable."""
        if target.temporary and isinstance(value, Var):
            return value
        if not isinstance(value, (Apply, Var)) and target.temporary:
            return value
        kind = self.kind_of_tangent(target.kind)
        if isinstance(kind, (ArrayOf, TupleOf)):
            known = kind_of(value)
            is_full = (value, target) in self.full
            kind = kind if is_full and isinstance(kind, ArrayOf) else known
        last = self.out[-1] if self.out else None
        var = Var(f"{target.base}_dot", kind, target.temporary)
        if isinstance(last, Stage) and last.target is value and value.temporary:
            # The stage that computes it gets the name.
            self.out[-1] = Stage(var, last.value, None, last.number)
            self.same_shape_as(value, var, target)
            return var
        self.same_shape_as(value, var, target)
        return self.assign(var, value)

    def same_shape_as(self, old: Expr, new: Expr, target: Var) -> None:
        if (old, target) in self.full:
            self.note_full(new, target)

    # --- branches ---

    def branch(self, step: Branch) -> None:
        outer = self.tangents
        arms: list[tuple[Block, Tangents]] = []
        for arm in (step.then, step.orelse):
            self.tangents = dict(outer)
            arms.append((self.block(arm), self.tangents))
        (then, then_tangents), (orelse, else_tangents) = arms
        # What an arm defines stays readable after it, where the other one ends.
        self.tangents = {**else_tangents, **then_tangents}
        merges = list(step.merges)
        for merge in step.merges:
            if merge.var not in self.active:
                continue
            sides: list[Expr | None] = []
            for leaf, arm, known in (
                (merge.then, then, then_tangents),
                (merge.orelse, orelse, else_tangents),
            ):
                self.tangents, kept = known, self.tangents
                sides.append(None if leaf is None or ends(arm) else self.whole_tangent(leaf, arm))
                self.tangents = kept
            made = self.new_tangent(merge.var)
            self.note_full(made, merge.var)
            merges.append(Merge(made, sides[0], sides[1]))
            self.tangents[merge.var] = made
        self.out.append(Branch(step.test, then, orelse, merges, step.place))

    # --- loops ---

    def loop(self, step: Loop) -> None:
        carried = list(step.carried)
        active: list[tuple[Carried, Var]] = []
        outer = dict(self.tangents)
        for c in step.carried:
            if c.var in self.active:
                made = self.new_tangent(c.var)
                self.note_full(made, c.var)
                active.append((c, made))
        inits = [
            None if c.init is None else self.whole_tangent(c.init, self.out) for c, _ in active
        ]
        for c, made in active:
            self.tangents[c.var] = made
        body = self.block(step.body)
        for (c, made), init in zip(active, inits, strict=True):
            after = None if c.next is None else self.whole_tangent(c.next, body)
            carried.append(Carried(made, init, after))
        self.tangents = outer | {c.var: made for c, made in active}
        self.out.append(replace(step, carried=carried, body=body, keep=None))


def reassigned(block: Block, params: list[Var]) -> set[str]:
    """The names that stand for several variables: those the user assigns to again."""
    seen: dict[str, int] = {}
    for var in [*params, *all_defined(block)]:
        if not var.temporary:
            seen[var.base] = seen.get(var.base, 0) + 1
    return {name for name, count in seen.items() if count > 1}
