"""What functions of arrays contribute to the adjoints of their arguments, as it can be shown."""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.errors import SymdiffError
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.nodes import Node
from symdiff.stages import REAL, Apply, Const, Expr, Stage, Var, variables

LARGEST = 12  # so many operations of a contribution are shown, where it takes more it is symbolic


def array_updates(stage: Stage, dout: Expr) -> list[tuple[Var, Expr]] | None:
    """The contributions to arguments of a function of arrays that is not elementwise, by its rule;
    None where there is none that is short enough to be read."""
    value = stage.value
    primitive = registry.by_name(value.op) if isinstance(value, Apply) else None
    if primitive is None or primitive.adjoint is None or not isinstance(value, Apply):
        return None
    whole = Node(stage.target, stage.target.kind)
    kind = REAL if isinstance(dout, Const) else stage.target.kind
    try:
        found = list(registry.contributions(primitive, value.args, whole, Node(dout, kind)))
    except (SymdiffError, AssertionError, AttributeError, TypeError):
        return None
    shares = [(var, share.expr) for var, share in found if isinstance(var, Var)]
    active = {v for v in variables(value) if v in dict(shares)}
    if len(shares) != len(active) or any(not _is_readable(share) for _, share in shares):
        return None
    return shares


def elementwise_partials(
    op: str, args: tuple[Expr, ...], out: Expr
) -> list[tuple[Expr, Expr]] | None:
    """The arguments of an elementwise function of arrays, and the partials in them."""
    primitive = registry.by_name(op)
    if primitive is None or primitive.partials is None or not isinstance(out, Var):
        return None
    try:
        found = list(registry.partials(primitive, args, Node(out, out.kind)))
    except (SymdiffError, AssertionError, AttributeError, TypeError):
        return None
    pairs = [
        (arg, p.expr if isinstance(p, Node) else Const(p)) for arg, p in found if p is not None
    ]
    return pairs if all(_is_readable(p) for _, p in pairs) else None


def scalar_name(op: str) -> str:
    """The function of numbers whose rule holds elementwise for a function of arrays."""
    primitive = registry.by_name(op)
    return primitive.scalar if primitive is not None else ""


def _is_readable(expr: Expr) -> bool:
    operations = list(_operations(expr))
    helpers = any(op.startswith("helper:") or op == "opaque" for op in operations)
    return not helpers and len(operations) <= LARGEST


def _operations(expr: Expr) -> Iterator[str]:
    if isinstance(expr, Apply):
        yield expr.op
        for arg in expr.args:
            yield from _operations(arg)
    elif not isinstance(expr, (Var, Const)) and hasattr(expr, "template"):
        yield "opaque"
