"""Functions that return nothing, and write what they compute into arrays that they are given: what
is in these arrays after the call is their value."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from symdiff.read.core import Slot
from symdiff.read.source import FunctionNode
from symdiff.read.values import Conflict, Tuple, Value
from symdiff.stages import ArrayOf, Const, Param, Var

if TYPE_CHECKING:
    from symdiff.read.reader import Reader


def watched(reader: Reader, node: FunctionNode, params: Sequence[Param]) -> dict[Slot, Var]:
    """Names of the reader's own for the arrays that a function is given which returns nothing."""
    if isinstance(node, ast.Lambda):
        returns = not isinstance(node.body, ast.Call)
    else:
        returns = any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(node))
    if returns:
        return {}
    found: dict[Slot, Var] = {}
    for param in params:
        if isinstance(param.var.kind, ArrayOf) and param.passed in ("plain", "keyword"):
            name = f"%out {param.name}"
            reader.frame.names.add(name)
            found[(reader.frame, name)] = param.var
            reader.state[(reader.frame, name)] = param.var
    return found


def output(reader: Reader, value: Value, given: dict[Slot, Var]) -> Value:
    """The value of a function: what it returns, or else what it has written."""
    if value != Const(None):
        return value
    last = [(reader.state[slot], var) for slot, var in given.items()]
    written = [now for now, before in last if now is not before]
    if not written:
        return value
    conflict = next((w for w in written if isinstance(w, Conflict)), None)
    if conflict is not None:
        return conflict
    return written[0] if len(written) == 1 else Tuple(tuple(written))
