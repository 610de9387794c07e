"""The text of the functions of `runtime/`, without importing NumPy."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Sequence
from pathlib import Path

from symdiff.rules.shapes import dims_of, item_of, joined_item
from symdiff.stages import (
    INTEGER,
    OBJECT,
    REAL,
    ArrayOf,
    GlobalValue,
    Helper,
    Kind,
    Scalar,
    TupleOf,
    Var,
)

FOLDER = Path(__file__).parent / "runtime"
INTEGERS = frozenset({"elements_along"})
# Which argument the value has the shape of; otherwise names tell: `..._adjoint`,
# `..._adjoint_of_first` and `..._adjoint_of_second`; `..._tangent` is like the first argument,
# unless it is a reduction.
SHAPED_LIKE = {"product_of_others": 0, "unbroadcast": 1, "reciprocal": 0, "hermitian": 0}
REDUCTIONS = frozenset({"quantile_tangent", "nanquantile_tangent"})
# Functions that return tuples: of how many arrays, which are like the first arguments.
TUPLES = {"singular_vectors_tangents": 2, "qr_tangents": 2}


def of_any_rank(name: str) -> str:
    """The function that one for arrays of certain ranks, `unbroadcast_2_1`, stands for."""
    return re.sub(r"(_\d+)+$", "", name)


def helper_kind(name: str, kinds: Sequence[Kind]) -> Kind:
    """The kind of a call of a function of `runtime/`."""
    if name in INTEGERS:
        return INTEGER
    item = joined_item([k for k in kinds if item_of(k) is not OBJECT])
    if name in TUPLES:
        return TupleOf(tuple(kinds[: TUPLES[name]]))
    if name == "odeint_adjoint":  # of y0, t and the arguments of the slope
        return TupleOf((*kinds[1:3], *kinds[7:]))
    if name == "odeint_tangent":
        return kinds[3]
    like = SHAPED_LIKE.get(name)
    if name.endswith("_tangent") and name not in REDUCTIONS:
        like = 0
    if like is None and name.endswith(("_adjoint", "_adjoint_of_first", "_adjoint_of_second")):
        like = 1 if name.endswith("_of_second") else 0
    if like is None or like >= len(kinds):
        return ArrayOf(item, None)
    shape = kinds[like]
    return (
        item if isinstance(shape, Scalar) and shape is not OBJECT else ArrayOf(item, dims_of(shape))
    )


@functools.cache
def array_helpers() -> dict[str, Helper]:
    """Every function of `runtime/`, by its name; `globals` has the imports it needs."""
    found: dict[str, Helper] = {}
    for file in sorted(FOLDER.glob("*.py")):
        text = file.read_text()
        tree = ast.parse(text)
        imports = {
            alias.asname or alias.name.partition(".")[0]: ast.unparse(statement)
            for statement in tree.body
            if isinstance(statement, ast.Import)
            for alias in statement.names
        }
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef):
                continue
            if node.name in found:
                raise ValueError(f"two functions of runtime/ are called {node.name}")
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            found[node.name] = Helper(
                node.name,
                (ast.get_source_segment(text, node) or "") + "\n",
                (),
                Var("out", REAL),
                (),
                {name: GlobalValue(imports[name]) for name in sorted(names & imports.keys())},
            )
    return found


def with_callees(name: str) -> dict[str, Helper]:
    """A function of `runtime/` and those that it calls."""
    known = array_helpers()
    found: dict[str, Helper] = {}
    pending = [name]
    while pending:
        top = pending.pop()
        if top in found:
            continue
        found[top] = known[top]
        tree = ast.parse(known[top].text)
        pending += sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & known.keys())
    return found
