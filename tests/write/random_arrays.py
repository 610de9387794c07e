"""Random procedures over arrays: views, updates, aliases, lists of arrays, branches and loops.

Views and aliases are read long after what they were taken from has changed, as no derivative does;
in the staged computation a view is a value like any other. Operations are total.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from support import op
from symdiff.stages import (
    REAL,
    STACK,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Call,
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

VECTOR, MATRIX, ANY = ArrayOf(REAL, (4,)), ArrayOf(REAL, (4, 4)), ArrayOf(REAL, None)
ROWS = ListOf(VECTOR)
OWN = Place("f.py", 1)
DEEPEST = 3
NAMES = {VECTOR: ("u", "v", "du", "dv"), MATRIX: ("A", "B"), ROWS: ("L", "M"), REAL: ("s", "ds")}


def part(lower: int | None, upper: int | None, step: int | None = None) -> Apply:
    return op("slice", *map(Const, (lower, upper, step)))


ALL = part(None, None)
HALVES = (part(1, 3), part(None, 2), part(2, None), part(None, None, 2))


class Visible:
    """The variables that may be read at a place, by kind."""

    def __init__(self, of: dict[Kind, list[Var]] | None = None) -> None:
        self.of = of or {VECTOR: [], MATRIX: [], ROWS: [], REAL: []}

    def copy(self) -> Visible:
        return Visible({kind: list(found) for kind, found in self.of.items()})

    def add(self, var: Var, kind: Kind | None = None) -> Var:
        self.of[kind or var.kind].append(var)
        return var


class ArrayMaker:
    """Makes one procedure from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.left = self.rng.randint(5, 40)
        self.stacks: list[tuple[Var, Kind]] = []
        self.callee = False

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def procedure(self) -> Procedure:
        seen = Visible()
        params = []
        for name, kind in (("u", VECTOR), ("v", VECTOR), ("A", MATRIX), ("s", REAL), ("L", ROWS)):
            params.append(Param(name, seen.add(Var(name, kind))))
        body = self.block(seen, 0)
        body.append(Remark("backward"))
        self.left = 15
        body += self.block(seen, 0)
        results = [self.pick(VECTOR, seen), self.pick(VECTOR, seen), self.pick(MATRIX, seen)]
        if self.chance(0.3):
            results[1] = results[0]
        first = self.pick(self.rng.choice((REAL, VECTOR, ROWS)), seen)
        made = Procedure("f", params, body, op("tuple", first, op("tuple", *results)))
        if self.callee:
            made.callees["g"] = self.called()
        return made

    def called(self) -> Procedure:
        """A procedure whose results may be its arguments, or parts of them."""
        a, b, c = Var("a", VECTOR), Var("b", VECTOR), Var("b", VECTOR)
        matrix, row = Var("C", MATRIX), Var("row", VECTOR)
        body: Block = [
            Stage(b, self.rng.choice((a, op("add", a, 1.0), op("copy", a)))),
            Stage(row, op("getitem", matrix, 1)),
            Stage(c, op("setitem", b, 0, 2.0)),
        ]
        results = self.rng.choice(((c, row), (a, c), (b, c), (row, a)))
        return Procedure("g", [Param("a", a), Param("C", matrix)], body, op("tuple", *results))

    # --- values

    def new(self, kind: Kind) -> Var:
        temporary = self.chance(0.25)
        given: Kind = ANY if kind in (VECTOR, MATRIX) and self.chance(0.1) else kind
        return Var(self.rng.choice(NAMES[kind]), given, temporary)

    def pick(self, kind: Kind, seen: Visible) -> Var:
        found = seen.of[kind]
        return self.rng.choice(found[-4:] if self.chance(0.7) else found)

    def number(self, seen: Visible) -> Expr:
        if self.chance(0.3):
            return Const(self.rng.choice((0.0, 1.0, -0.5, 2)))
        return self.pick(REAL, seen)

    def test(self, seen: Visible) -> Expr:
        return op(self.rng.choice(("lt", "gt")), self.pick(REAL, seen), self.number(seen))

    def at(self) -> Const:
        return Const(self.rng.choice((0, 1, 2, -1)))

    def half(self, seen: Visible) -> Expr:
        """A vector of two elements."""
        return op("getitem", self.pick(VECTOR, seen), self.rng.choice(HALVES))

    def tamed(self, value: Expr) -> Expr:
        return op("numpy.sin", value)

    def vector(self, seen: Visible, depth: int = 0) -> Expr:
        u, matrix = self.pick(VECTOR, seen), self.pick(MATRIX, seen)
        choices: list[Callable[[], Expr]] = [
            lambda: u,
            lambda: op("getitem", matrix, self.at()),
            lambda: op("getitem", matrix, op("tuple", ALL, self.at())),
            lambda: op("getitem", u, part(None, None, -1)),
            lambda: op("getitem", self.pick(ROWS, seen), self.rng.choice((0, 1, -1))),
            lambda: op("cond", self.test(seen), u, self.pick(VECTOR, seen)),
            lambda: op("copy", u),
            lambda: op("zeros_like", u),
            lambda: op("mul", self.number(seen), u),
            lambda: op("getitem", u, op("list", 0, 1, 1, 3)),
            lambda: op("numpy.broadcast_to", self.pick(REAL, seen), op("tuple", 4)),
            lambda: op("numpy.sum", matrix, op("keyword", Const("axis"), 1)),
        ]
        if depth < 2 and self.chance(0.5):
            a, b = self.vector(seen, depth + 1), self.vector(seen, depth + 1)
            return self.tamed(op(self.rng.choice(("add", "sub", "mul")), a, b))
        return self.rng.choice(choices)()

    def matrix(self, seen: Visible) -> Expr:
        a = self.pick(MATRIX, seen)
        return self.rng.choice(
            [
                a,
                op("numpy.transpose", a),
                op("copy", a),
                op("zeros_like", a),
                self.tamed(op("matmul", a, self.pick(MATRIX, seen))),
                op("getitem", a, part(None, None, -1)),
                self.tamed(op("add", a, self.vector(seen))),
                op(
                    "mul",
                    op("getitem", self.vector(seen), op("tuple", ALL, Const(None))),
                    self.vector(seen),
                ),
                op("cond", self.test(seen), a, self.pick(MATRIX, seen)),
            ]
        )

    def rows(self, seen: Visible) -> Expr:
        old = self.pick(ROWS, seen)
        return self.rng.choice(
            [
                old,
                op("copy", old),
                op("list", self.vector(seen), self.pick(VECTOR, seen)),
                op("append", old, self.vector(seen)),
                op("setitem", old, 0, self.vector(seen)),
            ]
        )

    def real(self, seen: Visible) -> Expr:
        return self.rng.choice(
            [
                self.tamed(op("numpy.sum", self.vector(seen))),
                op("getitem", self.pick(VECTOR, seen), self.at()),
                self.tamed(op("add", self.number(seen), self.number(seen))),
            ]
        )

    def updated(self, seen: Visible) -> tuple[Kind, Expr]:
        """A new version of an array."""
        change = self.rng.choice(("setitem", "setitem", "add_at", "sub_at", "mul_at"))
        u, matrix = self.pick(VECTOR, seen), self.pick(MATRIX, seen)
        by = self.rng.choice((self.number(seen), self.vector(seen)))
        if self.chance(0.4):
            row = self.rng.choice((self.at(), op("tuple", ALL, self.at()), Const(Ellipsis)))
            return MATRIX, op(change, matrix, row, by)
        if self.chance(0.2):
            by = op("list", 1.0, 2.0, 0.5)
            return VECTOR, op("scatter_add", u, op("list", 0, 2, 2), by)
        if self.chance(0.3):
            return VECTOR, op(change, u, Const(Ellipsis), by)
        if self.chance(0.5):
            return VECTOR, op(change, u, self.at(), self.number(seen))
        by = self.rng.choice((self.number(seen), self.half(seen)))
        return VECTOR, op(change, u, self.rng.choice(HALVES), by)

    # --- steps

    def block(self, seen: Visible, depth: int) -> Block:
        made: Block = []
        for _ in range(self.rng.randint(1, 7)):
            self.left -= 1
            if self.left < 0:
                break
            choice = self.rng.random()
            if choice < 0.35:
                made.append(self.stage(*self.updated(seen), seen))
            elif choice < 0.65 or depth >= DEEPEST:
                kind, make = self.rng.choice(
                    (
                        (VECTOR, self.vector),
                        (VECTOR, self.vector),
                        (MATRIX, self.matrix),
                        (ROWS, self.rows),
                        (REAL, self.real),
                    )
                )
                made.append(self.stage(kind, make(seen), seen))
            elif choice < 0.7:
                made.append(self.added(seen))
            elif choice < 0.78:
                made.append(self.branch(seen, depth + 1))
            elif choice < 0.88:
                made.append(self.loop(seen, depth + 1))
            elif choice < 0.95:
                made += self.kept(seen, depth + 1)
            else:
                self.callee = True
                targets = self.new(VECTOR), self.new(VECTOR)
                given = self.pick(VECTOR, seen), self.pick(MATRIX, seen)
                made.append(Call(targets, "g", given))
                for target in targets:
                    seen.add(target, VECTOR)
        return made

    def stage(self, kind: Kind, value: Expr, seen: Visible) -> Stage:
        target = self.new(kind)
        if isinstance(value, Apply) and value.op in ("setitem", "add_at") and self.chance(0.5):
            old = value.args[0]
            assert isinstance(old, Var)
            target = Var(old.base, old.kind)
        seen.add(target, kind)
        return Stage(target, value, OWN if self.chance(0.5) else None)

    def added(self, seen: Visible) -> Stage:
        """A sum of adjoints."""
        old = self.pick(VECTOR, seen)
        value = op(
            self.rng.choice(("add", "sub")), old, self.rng.choice((self.vector, self.real))(seen)
        )
        return Stage(seen.add(Var(old.base, old.kind), VECTOR), value)

    def branch(self, seen: Visible, depth: int) -> Branch:
        sides = seen.copy(), seen.copy()
        test = self.test(seen)
        arms = [self.block(side, depth) for side in sides]
        merges = []
        for kind in (VECTOR, MATRIX, ROWS, REAL):
            if self.chance(0.6):
                merges.append(Merge(self.new(kind), *(self.pick(kind, side) for side in sides)))
                seen.add(merges[-1].var, kind)
        return Branch(test, arms[0], arms[1], merges, OWN if self.chance(0.5) else None)

    def loop(
        self,
        seen: Visible,
        depth: int,
        rounds: Expr | None = None,
        first: Callable[[Visible], Step] | None = None,
    ) -> Loop:
        kinds = [k for k in (VECTOR, VECTOR, MATRIX, ROWS, REAL) if self.chance(0.5)]
        carried = [Carried(self.new(k), self.pick(k, seen), None) for k in kinds]
        inner = seen.copy()
        for c, kind in zip(carried, kinds, strict=True):
            inner.add(c.var, kind)
        loop = Loop(carried, [], iterable=rounds or op("range", self.rng.choice((0, 1, 2, 3))))
        if rounds is None and self.chance(0.2):
            loop.target = inner.add(Var("row", VECTOR))
            loop.iterable = self.pick(MATRIX, seen)
        start = [first(inner)] if first else []
        loop.body = [*start, *self.block(inner, depth)]
        for c, kind in zip(carried, kinds, strict=True):
            c.next = self.pick(kind, inner)
            seen.add(c.var, kind)
        return loop

    def kept(self, seen: Visible, depth: int) -> Block:
        """A loop that keeps arrays or parts of them, and one that takes them back."""
        stack, rounds = Var("u_kept", STACK), op("range", self.rng.choice((1, 2)))
        kind = self.rng.choice((VECTOR, MATRIX))

        def push(inner: Visible) -> Step:
            return Push(stack, self.vector(inner) if kind == VECTOR else self.matrix(inner))

        def pop(inner: Visible) -> Step:
            return Pop(inner.add(self.new(kind), kind), stack)

        forward = self.loop(seen, depth, rounds, push)
        between = self.block(seen, depth)
        back = self.loop(seen, depth, rounds, pop)
        return [Stage(stack, Apply("stack")), forward, *between, back]
