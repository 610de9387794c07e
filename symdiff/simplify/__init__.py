"""Procedures made smaller: one pass a file, run in order by `simplify`."""

from __future__ import annotations

from symdiff.simplify.dead import drop_dead
from symdiff.simplify.fold import fold_constants
from symdiff.simplify.join import join
from symdiff.simplify.number import number_lines
from symdiff.simplify.share import share
from symdiff.stages import Procedure

__all__ = ["simplify"]


def simplify(procedure: Procedure) -> Procedure:
    """An equivalent procedure that reads as if written by hand. Its callees are left alone."""
    absorbed: dict[int, int] = {}
    procedure = drop_dead(procedure)
    procedure = drop_dead(share(fold_constants(procedure)))
    procedure = join(procedure, absorbed)
    return number_lines(procedure, absorbed)
