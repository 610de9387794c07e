"""Sums of outer products: what the rounds of a reverse loop would add one by one is one product.

`dW += dz[:, None] * h` in every round reads and writes all of dW, and makes an array of its size
besides. The vectors are put into lists instead, and multiplied after the loop: what is kept for the
rounds is of their size already. The forward sweep, whose value must stay the same to the last bit,
is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from symdiff.rules.arrays.helpers import with_callees
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Carried,
    Const,
    Expr,
    ListOf,
    Loop,
    Procedure,
    Remark,
    Stage,
    Var,
    blocks,
    expressions,
    map_expressions,
    steps,
    variables,
)

EVERYTHING = Apply("slice", (Const(None), Const(None), Const(None)))
AS_COLUMN = Apply("tuple", (EVERYTHING, Const(None)))
HELPER = "outer_sum"


def collect_outers(procedure: Procedure) -> Procedure:
    """The procedure whose reverse loops collect the vectors of the outer products that they sum."""
    start = next((i for i, s in enumerate(procedure.body) if s == Remark("backward")), None)
    if start is None:
        return procedure
    backward = [map_expressions(s, lambda e: e) for s in procedure.body[start:]]
    uses = Counter(v for s in steps(backward) for e in expressions(s) for v in variables(e))
    if not _collect(backward, uses):
        return procedure
    helpers = {**procedure.helpers, **with_callees(HELPER)}
    return replace(procedure, body=procedure.body[:start] + backward, helpers=helpers)


def _collect(block: Block, uses: Counter[Var]) -> bool:
    """Collect in the loops of a block, which is changed; whether there was anything to collect."""
    found = False
    for i in range(len(block) - 1, -1, -1):
        step = block[i]
        for inner in blocks(step):
            found |= _collect(inner, uses)
        if isinstance(step, Loop):
            before, after = _collected(step, uses)
            block[i : i + 1] = [*before, step, *after]
            found |= bool(after)
    return found


def _collected(loop: Loop, uses: Counter[Var]) -> tuple[Block, Block]:
    """Make a loop collect what it summed. Returns what then stands before it, and after it."""
    before: Block = []
    after: Block = []
    lists: dict[Var, Var] = {}
    for carried, sums in list(_sums(loop, uses)):
        loop.carried.remove(carried)
        total = carried.init
        for n, (added, *vectors) in enumerate(sums, 1):
            at = loop.body.index(added)
            del loop.body[at]
            for vector in vectors:
                if vector in lists:
                    continue
                kind = ListOf(vector.kind)
                empty, held, longer = (Var(f"{vector.base}_rounds", kind) for _ in range(3))
                before.append(Stage(empty, Apply("list")))
                loop.body.insert(at, Stage(longer, Apply("append", (held, vector))))
                loop.carried.append(Carried(held, empty, longer))
                lists[vector] = held
            product = Apply(f"helper:{HELPER}", tuple(lists[v] for v in vectors))
            made = carried.var if n == len(sums) else added.target
            after.append(replace(added, target=made, value=Apply("add", (total, product))))  # type: ignore[arg-type]
            total = made
    return before, after


Sum = tuple[Stage, Var, Var]


def _sums(loop: Loop, uses: Counter[Var]) -> Iterator[tuple[Carried, list[Sum]]]:
    """The arrays to which every round adds outer products, and nothing else; the stages that do,
    in their order, with the vectors."""
    made = {s.target: s for s in loop.body if isinstance(s, Stage)}
    inside = Counter(v for s in steps([loop]) for e in expressions(s) for v in variables(e))
    for carried in loop.carried:
        if carried.init is None or inside[carried.var] != 1:
            continue
        sums: list[Sum] = []
        total = carried.next
        while isinstance(total, Var) and total in made and uses[total] == 1:
            added = made[total]
            match added.value:
                case Apply(op="add", args=(before, Var() as share)) if share in made:
                    vectors = _vectors(made[share].value, made)
                case _:
                    vectors = None
            if vectors is None:
                break
            sums.insert(0, (added, *vectors))
            total = before
        if sums and total is carried.var:
            yield carried, sums


def _vectors(product: Expr, made: dict[Var, Stage]) -> tuple[Var, Var] | None:
    """The vectors of an outer product that is written u[:, None] * v."""
    match product:
        case Apply(op="mul", args=(Var() as column, Var() as row)) if column in made:
            match made[column].value:
                case Apply(op="getitem", args=(Var() as vector, index)) if index == AS_COLUMN:
                    ranks = [k.rank if isinstance(k := kind_of(v), ArrayOf) else None
                             for v in (vector, row)]  # fmt: skip
                    return (vector, row) if ranks == [1, 1] else None
    return None
