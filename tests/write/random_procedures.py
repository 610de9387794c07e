"""Random procedures over reals and lists of reals, with every kind of step the passes move about.

Variables share few names on purpose, versions and stale ones are read at random, decisions are
replayed, stacks are filled and emptied. Operations are total, so that every procedure runs.
"""

from __future__ import annotations

import random

from support import op
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    REAL,
    STACK,
    Apply,
    Block,
    Branch,
    Carried,
    Const,
    Expr,
    Kind,
    ListOf,
    Loop,
    Merge,
    Param,
    Place,
    Pop,
    Procedure,
    Push,
    Remark,
    Stage,
    Step,
    Var,
)

REALS = ListOf(REAL)
OWN = Place("f.py", 1)
NAMES = ("x", "y", "a", "b", "dx", "z", "x_1")
NUMBERS = (0.0, 1.0, 2, -1.0, 0.5, -3, 1, 0)
DEEPEST = 4
Reals = list[Var]
Lists = list[Var]


class Maker:
    """Makes one procedure from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.left = self.rng.randint(5, 45)  # steps that may still be made

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def procedure(self) -> Procedure:
        params = [Param("x", Var("x")), Param("y", Var("y"))]
        if self.chance(0.4):
            params.append(Param("dx", Var("dx")))
        lists: Lists = []
        reals = [p.var for p in params]
        if self.chance(0.5):
            params.append(Param("L", Var("L", REALS)))
            lists.append(params[-1].var)
        body = self.block(reals, lists, 0)
        self.left = 10
        body.append(Remark("backward"))
        body += self.block(reals, lists, 0)
        results: list[Expr] = [self.atom(reals) for _ in range(3)]
        return Procedure("f", params, body, op("tuple", *results, *lists[-1:]))

    # --- values

    def new(self, kind: Kind = REAL) -> Var:
        if kind == REAL and self.chance(0.4):
            return Var(self.rng.choice(("t", "u", "sin_x", "x")), REAL, temporary=True)
        return Var(self.rng.choice("LM" if kind == REALS else NAMES), kind)

    def atom(self, reals: Reals) -> Expr:
        if self.chance(0.15):
            return Const(self.rng.choice(NUMBERS))
        return self.rng.choice(reals[-6:] if self.chance(0.7) else reals)

    def test(self, reals: Reals) -> Expr:
        name = self.rng.choice(("lt", "le", "gt", "ge"))
        return op(name, self.atom(reals), self.atom(reals))

    def value(self, reals: Reals, depth: int = 0) -> Expr:
        if depth > 2 or self.chance(0.25):
            return self.atom(reals)
        a, b = self.value(reals, depth + 1), self.value(reals, depth + 1)
        match self.rng.randrange(8):
            case 0:
                return op("neg", a)
            case 1:
                return op("math.sin", op("max", op("min", a, 1e6), -1e6))
            case 2:
                return op("cond", self.test(reals), a, b)
            case 3:
                return op("truediv", a, op("add", op("mul", atom := self.atom(reals), atom), 1.5))
            case 4:
                return op("pow", self.atom(reals), self.rng.choice((0, 1, 2)))
            case 5:
                return op("cond", op("and", self.test(reals), self.test(reals)), a, b)
        return op(self.rng.choice(("add", "sub", "mul", "max")), a, b)

    # --- steps

    def block(self, reals: Reals, lists: Lists, depth: int) -> Block:
        made: Block = []
        for _ in range(self.rng.randint(1, 6)):
            self.left -= 1
            if self.left < 0:
                break
            kind = self.rng.random()
            if kind < 0.5 or depth > DEEPEST - 1:
                value = self.atom(reals) if self.chance(0.15) else self.value(reals)
                made.append(self.stage(self.new(), value, reals))
            elif kind < 0.62:
                made += self.branches(reals, lists, depth + 1)
            elif kind < 0.74:
                made.append(self.loop(reals, lists, depth + 1))
            elif kind < 0.8:
                made += self.kept(reals, lists, depth + 1)
            elif lists:
                made.append(self.update(reals, lists))
        return made

    def stage(self, target: Var, value: Expr, visible: list[Var]) -> Stage:
        visible.append(target)
        return Stage(target, value, OWN if self.chance(0.5) else None)

    def update(self, reals: Reals, lists: Lists) -> Stage:
        old, at = self.rng.choice(lists), Const(self.rng.choice((0, 1, -1)))
        if self.chance(0.2):
            return self.stage(self.new(), op("getitem", old, at), reals)
        values: list[Expr] = [
            op("append", old, self.value(reals)), op("setitem", old, at, self.value(reals)),
            op("add_at", old, at, self.value(reals)), op("insert", old, at, self.atom(reals)),
            op("copy", old), old, op("zeros_like", old),
            op("list", *(self.atom(reals) for _ in range(3))),
        ]
        return self.stage(self.new(REALS), self.rng.choice(values), lists)

    def branches(self, reals: Reals, lists: Lists, depth: int) -> Block:
        """A branch, and perhaps another one by the same decision, which reads what its arms did."""
        test, made = self.test(reals), []
        if self.chance(0.3):
            decision = Var("c", BOOLEAN, temporary=self.chance(0.5))
            made.append(Stage(decision, test))
            test = decision
        sides = [(list(reals), list(lists)) for _ in range(2)]
        arms = [self.block(r, ls, depth) for r, ls in sides]
        merges = [Merge(self.new(), *(self.atom(r) for r, _ in sides)) for _ in range(2)]
        if lists and self.chance(0.4):
            merges.append(Merge(self.new(REALS), *(self.rng.choice(ls) for _, ls in sides)))
            lists.append(merges[-1].var)
        made.append(Branch(test, arms[0], arms[1], merges, OWN if self.chance(0.5) else None))
        reals += [m.var for m in merges if m.var.kind == REAL]
        if self.chance(0.5):
            made += self.block(reals, lists, depth)
            seen = [[*reals, *(v for v in r if v not in reals) ] for r, _ in sides]
            again = [self.block(r, list(lists), depth) for r in seen]
            merge = Merge(self.new(), *(self.atom(r) for r in seen))
            made.append(Branch(test, again[0], again[1], [merge]))
            reals.append(merge.var)
        return made

    def loop(self, reals: Reals, lists: Lists, depth: int) -> Loop:
        count = self.rng.randint(0, 3)
        carried = [Carried(self.new(), self.atom(reals), None) for _ in range(count)]
        updated = []
        if lists and self.chance(0.5):
            updated = [Carried(self.new(REALS), self.rng.choice(lists), None)]
        inner = [*reals, *(c.var for c in carried)]
        inner_lists = [*lists, *(c.var for c in updated)]
        loop = Loop([*carried, *updated], [], place=OWN if self.chance(0.5) else None)
        first: list[Step] = []
        rounds = Const(self.rng.choice((0, 1, 2, 3)))
        if self.chance(0.6):
            loop.iterable = op("range", rounds)
            if self.chance(0.5):
                loop.target = Var(self.rng.choice("ij"), INTEGER)
                first.append(self.stage(self.new(), op("mul", loop.target, 1.0), inner))
        else:
            k, following = Var("k", INTEGER), Var("k", INTEGER)
            loop.carried.append(Carried(k, Const(0), following))
            loop.test = op("lt", k, rounds)
            first.append(Stage(following, op("add", k, 1)))
        loop.body = [*first, *self.block(inner, inner_lists, depth)]
        if self.chance(0.35):
            branch, loop.leave = self.exit(inner, inner_lists, 0)
            loop.body.append(branch)
        for c in carried:
            c.next = self.atom(inner)
        for c in updated:
            c.next = self.rng.choice(inner_lists)
        reals += [c.var for c in carried]
        lists += [c.var for c in updated]
        return loop

    def exit(self, reals: Reals, lists: Lists, depth: int) -> tuple[Branch, Var]:
        """A branch that decides on leaving a loop, perhaps by another one in it."""
        done = Var("done", BOOLEAN, temporary=True)
        sides = [list(reals), list(reals)]
        arms = [self.block(r, list(lists), DEEPEST) for r in sides]
        inner: Expr = Const(False)
        if depth < 2 and self.chance(0.4):
            branch, inner = self.exit(sides[1], lists, depth + 1)
            arms[1].append(branch)
        merges = [Merge(done, Const(self.chance(0.5)), inner)]
        merges += [Merge(self.new(), *(self.atom(r) for r in sides)) for _ in range(2)]
        made = Branch(self.test(reals), arms[0], arms[1], merges)
        reals += [m.var for m in merges[1:]]
        return made, done

    def kept(self, reals: Reals, lists: Lists, depth: int) -> Block:
        """A loop that keeps values, and one that takes them back."""
        stack, rounds = Var("x_kept", STACK), op("range", self.rng.choice((0, 1, 3)))
        made: Block = [Stage(stack, Apply("stack"))]
        for forward in (True, False):
            c = Carried(self.new(), self.atom(reals), None)
            inner = [*reals, c.var]
            if forward:
                body: Block = [Push(stack, self.atom(inner))]
            else:
                inner.append(value := self.new())
                body = [Pop(value, stack)]
            body += self.block(inner, list(lists), depth)
            c.next = self.atom(inner)
            by_stack = not forward and self.chance(0.5)
            made.append(Loop([c], body, op("nonempty", stack) if by_stack else None,
                             iterable=None if by_stack else rounds))
            reals.append(c.var)
            if forward:
                made += self.block(reals, lists, depth)
        return made
