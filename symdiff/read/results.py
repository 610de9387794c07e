"""Results as expressions: numbers, containers, named tuples and instances of dataclasses."""

from __future__ import annotations

import ast
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.read.core import describe
from symdiff.read.objects import Objects
from symdiff.read.records import annotations_of, is_frozen, left_out
from symdiff.read.scope import StaticScope, is_standard
from symdiff.read.values import Class, Record, Ref, Tuple, Value
from symdiff.stages import OBJECT, Apply, Const, Expr, GlobalValue, Opaque, Var

# The classes of the parameters, and of what is in them, with the variables that they are seen in.
Seen = list[tuple[Any, Var]]


def result_tree(reader: Objects, value: Value, seen: Seen, node: ast.AST) -> Expr:
    """A result with its structure, as an expression over atoms.

    Raises NotDifferentiable for what can't be made anew from its parts.
    """
    if isinstance(value, Tuple):
        items = tuple(result_tree(reader, v, seen, node) for v in value.items)
        cls = _of_tuple(value.type)
        if cls is None:
            return Apply("tuple", items)
        return Apply("record", (_constructor(reader, cls, value.type._fields, seen, True), *items))
    if isinstance(value, Ref):
        content = reader.content(value)
        if value.identity.kind == "list" and isinstance(content, tuple):
            return Apply("list", tuple(result_tree(reader, v, seen, node) for v in content))
        if value.identity.kind == "dict":
            parts: list[Expr] = []
            for key, item in content.items():
                parts += [Const(key), result_tree(reader, item, seen, node)]
            return Apply("dict", tuple(parts))
        if value.identity.kind == "instance":
            return _instance(reader, value, content, seen, node)
    return reader.atom(value, node)


def _of_tuple(kind: Any) -> Class | None:
    """The class of a named tuple of the user's."""
    if isinstance(kind, Record):
        return Class(kind.node.name, kind.node, kind.scope)
    if kind in (None, tuple) or not hasattr(kind, "_fields") or is_standard(kind.__module__):
        return None
    return Class(kind.__name__, None, None, kind)


def _instance(
    reader: Objects, value: Ref, content: dict[str, Value], seen: Seen, node: ast.AST
) -> Expr:
    cls = value.identity.cls
    fields = reader.dataclass_fields(cls, node) if isinstance(cls, Class) else None
    if not isinstance(cls, Class) or fields is None:
        raise reader.refuse(
            node,
            f"the result is {describe(value)}, which is not a dataclass: it can't be made anew "
            "from derivatives",
            error=NotDifferentiable,
            fix="Return its numbers, make it a dataclass, or return a named tuple.",
        )
    why = None
    if reader.class_attribute(cls, "__post_init__", node) is not None:
        why = "__post_init__ changes or checks what it is made of"
    elif left_out(cls) or set(content) != set(fields):
        why = "it has attributes that its constructor does not take"
    if why is not None:
        raise reader.refuse(
            node,
            f"the result is {describe(value)}, which can't be made anew from derivatives: {why}",
            error=NotDifferentiable,
            fix="Return its numbers, in a tuple or dict.",
        )
    parts = (
        Apply("keyword", (Const(name), result_tree(reader, content[name], seen, node)))
        for name in fields
    )
    return Apply("record", (_constructor(reader, cls, tuple(fields), seen), *parts))


def _constructor(
    reader: Objects, cls: Class, fields: tuple[str, ...], seen: Seen, is_tuple: bool = False
) -> Expr:
    """What makes an instance of a class: the class of a parameter, or the class by its name."""
    for known, var in seen:
        if known is (cls.live or cls.node):
            return Opaque("type(_0)", (var,), pure=True)
    unit, live = reader.unit, cls.live
    if cls.node is not None and not isinstance(cls.scope, StaticScope):
        raise reader.refuse(
            cls.node,
            f"the class {cls.name} of the result is made anew at each call",
            error=NotDifferentiable,
            fix="Define it outside of the function.",
        )
    text = _text(cls, fields, is_tuple)
    read = None if live is None else lambda root: live
    made = unit.constant(cls.name, GlobalValue(text, read), OBJECT, id(live or cls.node))
    unit.classes[made.name] = cls
    return made


def _text(cls: Class, fields: tuple[str, ...], is_tuple: bool) -> str:
    """A definition of a class, for a file: its fields, and none of its methods."""
    said = annotations_of(cls)
    lines = [f"    {name}: {_known(said.get(name, ''))}" for name in fields]
    if is_tuple:
        return "\n".join([f"class {cls.name}(NamedTuple):", *lines])
    how = "@dataclass(frozen=True)" if is_frozen(cls) else "@dataclass"
    return "\n".join([how, f"class {cls.name}:", *(lines or ["    pass"])])


def _known(annotation: str) -> str:
    """An annotation, if all that it names is known everywhere."""
    try:
        nodes = list(ast.walk(ast.parse(annotation, mode="eval")))
    except SyntaxError:
        return "object"
    names = {n.id for n in nodes if isinstance(n, ast.Name)}
    if names <= _KNOWN and not any(isinstance(n, ast.Attribute) for n in nodes):
        return annotation
    return "object"


_KNOWN = {"float", "int", "bool", "str", "complex", "list", "tuple", "dict"}


def seen_in(structure: Any) -> Seen:
    """The classes of a parameter, and of what is in it, from its structure."""
    if isinstance(structure, dict):
        return [pair for part in structure.values() for pair in seen_in(part)]
    if isinstance(structure, (tuple, list)):
        return [pair for part in structure for pair in seen_in(part)]
    if hasattr(structure, "whole"):
        return [(structure.cls, structure.whole), *seen_in(structure.parts)]
    return []
