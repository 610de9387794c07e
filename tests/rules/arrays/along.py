"""Rules of tangents against the contributions to adjoints: <w, J v> = <J^T w, v>."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.rules.arrays import registry
from symdiff.rules.arrays.nodes import Node
from symdiff.stages import Apply, Var


def check_tangent(
    call: Any, ans: Any, more: dict[Var, Any], cotangents: list[Any], adjoints: dict[Var, Any],
    tolerance: float,
) -> None:  # fmt: skip
    """Compare what a rule says of tangents along a random direction with what `adjoints`, those of
    the arguments for `cotangents` of the values, say. `more` has the values that rules may read."""
    if call.primitive is None or call.primitive.tangent is None:
        return
    rng = np.random.default_rng(3)
    dots: dict[Var, tuple[Var, Any]] = {}
    for var, x in call.values.items():
        if np.asarray(x).dtype.kind not in "fc":
            continue
        made = rng.normal(size=np.shape(x))
        if np.asarray(x).dtype.kind == "c":
            made = made + 1j * rng.normal(size=np.shape(x))
        dots[var] = (Var(f"{var.base}_dot", var.kind), made if np.ndim(x) else made[()].item())

    def dotted(node: Node) -> Node | None:
        if isinstance(node.expr, Var):
            return Node(dots[node.expr][0], node.kind) if node.expr in dots else None
        if isinstance(node.expr, Apply) and node.expr.op == "numpy.array":
            return Node(_with_dots(node.expr), node.kind)
        return None

    def _with_dots(expr: Any) -> Any:
        if isinstance(expr, Apply):
            return Apply(expr.op, tuple(map(_with_dots, expr.args)))
        return dots[expr][0] if expr in dots else expr

    if not dots:
        return
    found = registry.tangent_of_call(call.primitive, call.args, ans, dotted)
    parts = found if isinstance(found, (tuple, list)) else (found,)
    values = more | dict(dots.values())
    total = 0.0
    for part, cotangent in zip(parts, cotangents, strict=True):
        if part is not None and cotangent is not None:
            made = call.evaluate(registry.as_node(part).expr, values)
            total += float(np.sum(np.real(cotangent * made)))
    want = sum(float(np.sum(np.real(a * dots[var][1]))) for var, a in adjoints.items())
    np.testing.assert_allclose(total, want, rtol=tolerance, atol=10 * tolerance)
