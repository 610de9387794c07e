"""What the blocks of a procedure define, those inside them included: each block is a stretch of one
list, so that asking on every level of a nest costs no more than asking once."""

from __future__ import annotations

from collections.abc import Collection

from symdiff.stages import Block, Var, blocks, defined


class Definitions:
    """The variables that are defined in a block and in the blocks inside it."""

    def __init__(self, block: Block) -> None:
        self.order: list[Var] = []  # in the order of the text, a branch's own before its arms'
        self.at: dict[Var, int] = {}
        self.stretches: dict[int, tuple[int, int, Block]] = {}
        self._note(block)

    def _note(self, block: Block) -> None:
        start = len(self.order)
        for step in block:
            for var in defined(step):
                self.at[var] = len(self.order)
                self.order.append(var)
            for inner in blocks(step):
                self._note(inner)
        self.stretches[id(block)] = start, len(self.order), block

    def _stretch(self, block: Block) -> tuple[int, int]:
        if id(block) not in self.stretches:
            self._note(block)
        start, end, _ = self.stretches[id(block)]
        return start, end

    def is_inside(self, var: Var, block: Block) -> bool:
        """Whether a variable is defined in a block, or in one inside it."""
        start, end = self._stretch(block)
        return start <= self.at.get(var, -1) < end

    def among(self, block: Block, wanted: Collection[Var]) -> list[Var]:
        """Those of some variables that are defined in a block, in the order of the text."""
        start, end = self._stretch(block)
        if end - start < len(wanted):
            return [var for var in self.order[start:end] if var in wanted]
        places = (self.at.get(var, -1) for var in wanted)
        return [self.order[i] for i in sorted(i for i in places if start <= i < end)]
