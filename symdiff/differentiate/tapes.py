"""What recursive functions keep for the reverse sweep, where tuples in tuples would have no type:
one tape for each kind of number, which is passed along.

The forward function writes at the end of each round, arm or body what its reversal reads first; so
both go over the tapes in exactly opposite order, calls included.
"""

from __future__ import annotations

from symdiff.errors import NotCompiled
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Const,
    Expr,
    Kind,
    Pop,
    Push,
    Stage,
    TapeOf,
    Var,
)

NAMES = {REAL: "reals", INTEGER: "integers", COMPLEX: "complexes"}


class Tapes:
    """The tapes that one procedure uses."""

    def __init__(self) -> None:
        self.used: dict[Kind, Var] = {}

    def of(self, item: Kind) -> Var:
        if item is BOOLEAN:
            item = INTEGER
        if item not in NAMES or not isinstance(item, type(REAL)):
            raise NotCompiled(
                f"a recursive function keeps a value of kind {item!r} for the reverse sweep: only "
                "numbers and arrays can be kept"
            )
        if item not in self.used:
            self.used[item] = Var(NAMES[item], TapeOf(item))
        return self.used[item]

    def in_order(self) -> list[Var]:
        return [self.used[item] for item in NAMES if item in self.used]

    def keep(self, kept: list[Var], table: dict[Var, Var]) -> tuple[Block, Block]:
        """The steps that write values, and those that read them back."""
        pushes: Block = []
        pops: list[Block] = []
        for var in kept:
            kind, target = var.kind, table[var]
            item: Kind = kind.item if isinstance(kind, ArrayOf) else kind
            back: Block = []
            if item is BOOLEAN:
                number = INTEGER if kind is BOOLEAN else ArrayOf(INTEGER, getattr(kind, "dims", ()))
                target = Var(var.base, number, temporary=True)
                back.append(Stage(table[var], Apply("ne", (target, Const(0)))))
            if isinstance(kind, ArrayOf) and kind.dims is None:
                raise NotCompiled("a recursive function keeps an array of unknown rank")
            pushes.append(Push(self.of(item), var))
            shape: list[Expr] = []
            before: Block = []
            for axis in range(len(kind.dims or ()) if isinstance(kind, ArrayOf) else 0):
                length = Var("length", INTEGER, temporary=True)
                of_axis = Apply("getitem", (Apply("numpy.shape", (var,)), Const(axis)))
                pushes.append(Push(self.of(INTEGER), of_axis))
                before.insert(0, Pop(length, self.of(INTEGER)))
                shape.append(length)
            pops.append([*before, Pop(target, self.of(item), shape=tuple(shape)), *back])
        return pushes, [step for back in reversed(pops) for step in back]

    def definitions(self) -> Block:
        """The beginning of the function that has the tapes."""
        return [Stage(tape, Apply("tape", (Const(tape.base),))) for tape in self.in_order()]
