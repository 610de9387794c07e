"""Calls of functions that the user has given rules: they stay calls, of procedures with a rule.

The function itself is read if it can be, and called as it stands if not. Its rules are read for the
kinds of the arguments; what is wrong with one is said where its derivative is needed.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symdiff.read.core import describe
from symdiff.read.forms import form_of, new_result, parameters
from symdiff.read.ruled import Made, Making
from symdiff.read.scope import TAKES
from symdiff.read.values import Function, Iterator, Ref, RuleSet, Tuple, Value
from symdiff.stages import INTEGER, Apply, Call, Const, Expr, Var

if TYPE_CHECKING:
    from symdiff.read.calls import Calls


def call_with_rules(
    reader: Calls, function: Function, bound: dict[str, Value], node: ast.AST
) -> Value:
    """The value of a call whose derivative the user has said."""
    from symdiff.read.calls import alike

    assert function.rules is not None
    if function.rules.made is not None:
        return _call(
            reader, function.rules.made, [reader.atom(v, node) for v in bound.values()], node
        )
    bound = {name: bound[name] for name, _ in parameters(function.node)}
    if any(rule.identity in reader.reading for rule in function.rules.given.values()):
        # A rule that calls its own function, as that of a Bessel function does of the next order.
        bound = {name: _varying(reader, value, node) for name, value in bound.items()}
    leaves: list[Expr] = []
    shape = tuple((name, form_of(reader, v, leaves, node)) for name, v in bound.items())
    given = tuple((kind, rule.identity) for kind, rule in function.rules.given.items())
    key = ("rules", function.identity, given, shape)
    known = reader.shared.with_rules.get(key, [])
    made = next(
        (m for m in known if all(alike(v, reader.read_slot(s)) for s, v in m.seen.items())), None
    )
    if made is None:
        known = reader.shared.with_rules.setdefault(key, [])
        made = Making(reader, function, bound, node).made(known)
    captured = [reader.captured_now(slot, path) for slot, path, _ in made.captures]
    value = _call(reader, made, [*leaves, *captured], node)
    if made.form_is_plain:
        return value
    atoms = list(value.items) if isinstance(value, Tuple) else [value]
    result: Value = new_result(reader, made.result, atoms)
    return result


def _varying(reader: Calls, value: Value, node: ast.AST) -> Value:
    """An integer that is known as one that may be any."""
    if isinstance(value, Const) and type(value.value) is int:
        return reader.emit(value, INTEGER, node)
    return value


def _call(reader: Calls, made: Made, args: list[Expr], node: ast.AST) -> Value:
    """Call a procedure with a rule, with the numbers it takes: the number it returns, or a tuple of
    them."""
    adopt(reader, made)
    name = made.title
    targets = [Var(name, kind, temporary=True) for kind in made.kinds]
    for target, shared in zip(targets, made.shares, strict=True):
        for i in shared:
            arg = args[i]
            if isinstance(arg, Var):
                reader.note_doubt(target, arg)
    call = Call(tuple(targets), made.procedure.name, tuple(args), reader.place(node))
    reader.block.append(call)
    return targets[0] if len(targets) == 1 else Tuple(tuple(targets))


def adopt(reader: Calls, made: Made) -> None:
    """Make a procedure, and what it and its rules call, one of those of this reading."""
    callees = reader.shared.callees
    if callees.get(made.procedure.name) is made.procedure:
        return
    callees[made.procedure.name] = made.procedure
    rule = made.procedure.rule
    assert rule is not None
    for part in (made.procedure, rule.partials, rule.pullback, rule.pushforward):
        for name, callee in part.callees.items() if part is not None else ():
            callees.setdefault(name, callee)


def ready_for_rules(reader: Any, decorator: str, args: list[Value], node: ast.AST) -> Value:
    """What `symdiff.custom_vjp(f)` and its like make of a function."""
    if len(args) != 1 or not isinstance(args[0], Function):
        raise reader.refuse(node, f"{decorator}() takes a function")
    return replace(args[0], rules=RuleSet(TAKES[decorator]))


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
