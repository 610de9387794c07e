"""Working space of inner loops is made once, before the loops around them."""

from __future__ import annotations

from symdiff.compiled.entry import Text
from symdiff.stages import (
    Apply,
    Block,
    Carried,
    Loop,
    Procedure,
    Var,
    blocks,
    variables,
    with_callees,
)


def make_spaces_once(procedure: Procedure) -> Procedure:
    """The derivative, and those it calls, with working spaces that loops hand on."""
    return with_callees(procedure, _shared)


def _shared(procedure: Procedure) -> Procedure:
    _share_in(procedure.body, Text(procedure))
    return procedure


def _share_in(block: Block, text: Text) -> None:
    for step in block:
        for inner in blocks(step):
            _share_in(inner, text)
        if isinstance(step, Loop):
            _share(step, text)


def _share(loop: Loop, text: Text) -> None:
    """Let a loop carry the working spaces of the loops in its rounds."""
    for inner in [s for s in loop.body if isinstance(s, Loop)]:
        for c in inner.carried:
            match c.init:
                case Apply(op="numpy.empty" | "numpy.empty_like") as made if all(
                    text.is_at_hand(v, loop) for v in variables(made)
                ):
                    space = Var(c.var.base, c.var.kind, c.var.temporary)
                    loop.carried.append(Carried(space, made, c.var))
                    c.init = space
