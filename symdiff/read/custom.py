"""Calls of functions that the user has given rules: they stay calls, of procedures with a rule.

The function itself is read if it can be, and called as it stands if not. Its rules are read for the
kinds of the arguments; what is wrong with one is said where its derivative is needed.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from symdiff.read.core import describe
from symdiff.read.forms import form_of, new_result
from symdiff.read.ruled import Making
from symdiff.read.values import Function, Iterator, Ref, Tuple, Value
from symdiff.stages import Apply, Call, Expr, Var

if TYPE_CHECKING:
    from symdiff.read.calls import Calls


def call_with_rules(
    reader: Calls, function: Function, bound: dict[str, Value], node: ast.AST
) -> Value:
    """The value of a call whose derivative the user has said."""
    from symdiff.read.calls import alike

    leaves: list[Expr] = []
    shape = tuple((name, form_of(reader, v, leaves, node)) for name, v in bound.items())
    assert function.rules is not None
    given = tuple((kind, rule.identity) for kind, rule in function.rules.given.items())
    key = ("rules", function.identity, given, shape)
    known = reader.shared.with_rules.get(key, [])
    made = next(
        (m for m in known if all(alike(v, reader.read_slot(s)) for s, v in m.seen.items())), None
    )
    if made is None:
        made = Making(reader, function, bound, node).made()
        reader.shared.with_rules.setdefault(key, []).append(made)
    captured = [reader.captured_now(slot, path) for slot, path, _ in made.captures]
    targets: list[Var] = []
    value = new_result(reader, made.result, targets, function.name)
    args = (*leaves, *captured)
    for target in targets:
        for leaf in leaves:
            if isinstance(leaf, Var):
                reader.note_doubt(target, leaf)
    reader.block.append(Call(tuple(targets), made.procedure.name, args, reader.place(node)))
    return value


def stop(reader: Any, value: Value, node: ast.AST) -> Value:
    """The value, through which no derivative flows; containers are made anew."""
    if isinstance(value, Var):
        var: Var = reader.emit(Apply("stop_gradient", (value,)), value.kind, node)
        reader.note_doubt(var, value)
        return var
    if isinstance(value, Tuple):
        return Tuple(tuple(stop(reader, v, node) for v in value.items), value.type)
    if isinstance(value, Ref) and value.identity.kind in ("list", "dict", "instance"):
        content = reader.content(value)
        made: Any
        if isinstance(content, dict):
            made = {k: stop(reader, v, node) for k, v in content.items()}
        elif isinstance(content, tuple):
            made = tuple(stop(reader, v, node) for v in content)
        else:
            made = stop(reader, content, node)
        ref: Ref = reader.new_object(value.identity.kind, made, value.identity.cls)
        return ref
    if isinstance(value, (Ref, Iterator)):
        raise reader.refuse(
            node,
            f"{describe(value)} can't be given to stop_gradient()",
            fix="Give it numbers, arrays, or lists, tuples and dicts of them.",
        )
    return value
