"""Adjoints of scratch arrays: the first contribution to an element is stored, not added, and what
is stored again before anybody reads it is not cleared.

The adjoint of an array that is overwritten is zero where a round of the reverse sweep begins, and
zero again where it ends, as what is read of it is cleared. In between, the first loop that adds to
it adds to zeros. Once it stores instead, the next round does not read what this one leaves:

    dk[i] += v                    dk[i] = v
    ...                           ...
    dk_i = dk[i]                  dk_i = dk[i]
    dk[i] = 0.0

That is right for the elements that each round stores. Elements that no round stores are zero
throughout.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symdiff.compiled.touches import (
    Life,
    Part,
    Span,
    Touch,
    Touches,
    carries,
    is_steady,
    is_vector,
)
from symdiff.simplify.updates import is_zeros
from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Expr,
    Loop,
    Procedure,
    Scope,
    Stage,
    Var,
    map_expressions,
    steps,
    substitute,
    with_blocks,
    with_callees,
)


def store_first(procedure: Procedure) -> Procedure:
    """A derivative, and those it calls, in which what is added to zeros is stored."""
    return with_callees(procedure, _stored)


def _stored(procedure: Procedure) -> Procedure:
    body = [map_expressions(step, lambda e: e) for step in procedure.body]
    made = replace(procedure, body=body)
    for adjoint in _adjoints(made):
        _store(adjoint)
    return without_dead_stores(made)


def without_dead_stores(procedure: Procedure) -> Procedure:
    """A procedure that stores nothing in an adjoint that is stored again before it is read."""
    dead: dict[Var, Expr] = {}
    for adjoint in _adjoints(procedure):
        touches = adjoint.life.touches
        if adjoint.life.is_whole and adjoint.is_steady():
            for at, touch in enumerate(touches):
                if touch.what != "read" and touch.stage.place is None and _is_dead(adjoint, at):
                    assert isinstance(touch.stage.value, Apply)
                    dead[touch.stage.target] = touch.stage.value.args[0]
    return without_dead_stores(_without(procedure, dead)) if dead else procedure


@dataclass(slots=True)
class _Adjoint:
    """The life of an array that begins with zeros: in a block, or in each round of a loop. Then
    `around` is the outermost loop that carries it; `is_last`: nobody reads what loops leave."""

    life: Life
    around: Loop | None
    is_last: bool

    def is_steady(self) -> bool:
        """Whether all rounds touch the same elements."""
        return self.around is None or all(is_steady(t.span, self.around) for t in self.life.touches)


def _adjoints(procedure: Procedure) -> list[_Adjoint]:
    touches = Touches(procedure)
    return [
        _adjoint(step.target, touches.parts[id(step)], touches)
        for step in steps(procedure.body)
        if isinstance(step, Stage) and is_vector(step.target) and is_zeros(step.value)
    ]


def _adjoint(first: Var, part: Part, touches: Touches) -> _Adjoint:
    """The life of an array in the innermost block or loop that has all its touches."""
    around: Loop | None = None
    is_last = True
    while True:
        life = touches.life(first, part)
        own = part if isinstance(part, Loop) and carries(part, first) else None
        match touches.readers_of(first, own, inside=True):
            case [(Loop() as loop, home)] if home is part and not life.touches:
                inner = [c.var for c in loop.carried if c.init is first]
                if len(inner) != 1:
                    return _Adjoint(life, around, is_last)
                is_last = is_last and touches.is_last(inner[0], loop, own, first)
                first, part, around = inner[0], loop, around or loop
            case _:
                return _Adjoint(life, around, is_last)


# --- what is added to zeros ----------------------------------------------------------------------


def _store(adjoint: _Adjoint) -> None:
    """Store what is added to elements that are zero."""
    dirty: list[Span] = []  # all elements that may be something else
    found: list[Touch] = []
    for touch in adjoint.life.touches:
        if touch.what == "clear":
            dirty = [left for span in dirty for left in span.without(touch.span)]
        elif touch.what != "read":
            if touch.what == "add" and all(map(touch.span.is_apart, dirty)):
                found.append(touch)
            if touch.span not in dirty:
                dirty.append(touch.span)
    if adjoint.around is not None and (dirty or not adjoint.life.is_whole):
        return  # a round may begin with something else
    for touch in found:
        if touch.stage.place is None:
            _assign(touch)


def _assign(touch: Touch) -> None:
    """Make a stage that adds to an element one that stores."""
    assert isinstance(touch.stage.value, Apply)
    array, index, item = touch.stage.value.args
    if touch.stage.value.op == "sub_at":
        negative = Var(f"minus_{item.base}" if isinstance(item, Var) else "minus", temporary=True)
        at = next(i for i, step in enumerate(touch.block) if step is touch.stage)
        touch.block.insert(at, Stage(negative, Apply("neg", (item,)), number=touch.stage.number))
        item = negative
    touch.stage.value = Apply("setitem", (array, index, item))


# --- what is stored for nobody -------------------------------------------------------------------


def _is_dead(adjoint: _Adjoint, at: int) -> bool:
    """Whether what a touch leaves in an element is stored again before it is read."""
    touches = adjoint.life.touches
    own = touches[at]
    spans = [own.span]
    if own.what == "clear":  # all others are zero anyway
        spans = [t.span for t in touches if t.what in ("add", "store")]
        if not spans:
            return True
    following = touches[at + 1 :]
    if adjoint.around is not None and adjoint.is_last:
        following += touches[: at + 1]  # of the next round
    for touch in following:
        if touch.what in ("read", "add"):
            if not touch.span.is_apart(own.span):
                return False
        elif all(map(touch.span.holds, spans)):
            return True
    return adjoint.is_last


def _without(procedure: Procedure, dead: dict[Var, Expr]) -> Procedure:
    """A procedure without stages, in the place of whose targets something else is read; and
    without what loops carry and no round changes then."""

    def now(expr: Expr) -> Expr:
        while True:
            made = substitute(expr, dead)
            if made is expr:
                return made
            expr = made

    def clean(block: Block) -> Block:
        made: Block = []
        for step in block:
            if isinstance(step, Stage) and step.target in dead:
                continue
            if isinstance(step, (Branch, Loop, Scope)):
                step = with_blocks(step, clean)
            if isinstance(step, Loop):
                for c in step.carried:
                    if c.init is not None and c.next is not None and now(c.next) is c.var:
                        dead[c.var] = c.init
                step.carried = [c for c in step.carried if c.var not in dead]
            made.append(step)
        return made

    body = clean(procedure.body)
    body = [map_expressions(step, now) for step in body]
    return replace(procedure, body=body, result=now(procedure.result))
