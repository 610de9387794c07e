"""Arrays of one shape are made together: `x_kept, y_kept = np.empty((2, n))`.

An allocator hands memory back to the system when the rest of it is large compared with the largest
piece, and the next call pays for every page of it again: several arrays cost more than one.
"""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.stages import STACK, Apply, Block, Const, Expr, Stage, Var

WIDTH = 60  # of the names on the left, roughly


def made_together(wanted: Iterable[tuple[Var, Expr, tuple[Expr, ...]]], most: int) -> Block:
    """The steps that make arrays, given with the type of their numbers and their shapes; at most
    so many in one."""
    groups: list[tuple[Expr, tuple[Expr, ...], list[Var]]] = []
    for var, dtype, shape in wanted:
        for known, own, members in groups:
            width = sum(len(v.base) + 2 for v in (*members, var))
            if len(members) < most and known == dtype and own == shape and width <= WIDTH:
                members.append(var)
                break
        else:
            groups.append((dtype, shape, [var]))
    made: Block = []
    for dtype, shape, members in groups:
        if len(members) == 1:
            made.append(Stage(members[0], Apply("stack", (dtype, *shape))))
            continue
        whole, count = Var("kept", STACK, temporary=True), Const(len(members))
        made.append(Stage(whole, Apply("stack", (dtype, count, *shape))))
        made += [
            Stage(var, Apply("part", (whole, Const(at), count))) for at, var in enumerate(members)
        ]
    return made
