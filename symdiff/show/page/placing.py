"""The rows of the table, and the steps of the procedure that they stand for."""

from __future__ import annotations

from collections.abc import Collection

from symdiff.show.layout import Row
from symdiff.show.rows import Rows
from symdiff.stages import Block, Branch, Call, Loop, Procedure, Stage, Step, Var

Spot = tuple[int, str, Var | None]
"""A step, by its id, which part of it, and the variable that takes a value there."""


class PlacedRows(Rows):
    """Rows that know their steps, and which loops are around them."""

    def __init__(self, procedure: Procedure, inputs: Collection[Var]) -> None:
        self._spots: dict[Spot, Row] = {}
        self._around: dict[int, tuple[int, ...]] = {}
        self.loops: dict[int, int] = {}  # numbers of loops, by the ids of their steps
        self.loop_texts: list[str] = []  # the loops' first lines
        super().__init__(procedure, inputs)
        index = {id(row): i for i, row in enumerate(self.rows)}
        self.spots = {spot: index[id(row)] for spot, row in self._spots.items()}
        self.around = [self._around.get(id(row), ()) for row in self.rows]
        self.heads = {  # the row of a loop's first line, by the loop's number
            n: next((i for i, around in enumerate(self.around) if n in around), None)
            for n in range(len(self.loop_texts))
        }

    def _block(self, block: Block, depth: int) -> None:
        for step in block:
            at = len(self.rows)
            super()._block([step], depth)
            shown = len(self.rows) - at  # below a call stand the lines of what is called
            if isinstance(step, Stage) and shown == 1 or isinstance(step, Call) and shown:
                self._spots[id(step), "", None] = self.rows[at]

    def _headed(
        self,
        head: str,
        facing: str,
        block: Block,
        depth: int,
        step: Step | None = None,
        part: str = "",
    ) -> int:
        at = len(self.rows)
        shown = super()._headed(head, facing, block, depth, step, part)
        if shown and step is not None:
            self._spots[id(step), "" if isinstance(step, Loop) else part, None] = self.rows[at]
        return shown

    def _loop(self, step: Loop, depth: int) -> None:
        number = self.loops[id(step)] = len(self.loop_texts)
        self.loop_texts.append("")
        at = len(self.rows)
        super()._loop(step, depth)
        rows = self.rows[at:]
        while rows and not rows[0].forward.text.startswith(("for ", "while ")):
            del rows[0]  # values that the first round finds
        if rows:
            self.loop_texts[number] = rows[0].forward.text.removesuffix(":")
        for row in rows:
            self._around[id(row)] = (number, *self._around.get(id(row), ()))

    def _copies(self, step: Step, part: str, depth: int) -> None:
        assert isinstance(step, (Branch, Loop))
        at = len(self.rows)
        super()._copies(step, part, depth)
        copied, rows = self._copied(step, part), self.rows[at:]
        if len(rows) == len(copied):
            for (var, _), row in zip(copied, rows, strict=True):
                self._spots[id(step), part, var] = row

    def adjoint_name(self, var: Var) -> str:
        return self._adjoint(var)
