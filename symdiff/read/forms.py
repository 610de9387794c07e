"""The structure of arguments and results of functions with rules, and the numbers in them."""

from __future__ import annotations

import ast
from typing import Any

from symdiff.read.core import describe
from symdiff.read.values import (
    Conflict,
    Function,
    Iterator,
    Method,
    Ref,
    Runtime,
    Tuple,
    Undefined,
    kind_of,
    settled,
)
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    KINDS,
    OBJECT,
    REAL,
    Const,
    Expr,
    Kind,
    ListOf,
    Param,
    Scalar,
    Var,
    is_differentiable,
)


def is_number(value: Any) -> bool:
    return isinstance(value, Runtime) and not (
        isinstance(value, Const) and type(value.value) is not float
    )


def is_scalar(kind: Kind) -> bool:
    return isinstance(kind, Scalar) and kind is not OBJECT


def form_of(reader: Any, value: Any, leaves: list[Expr], node: ast.AST) -> Any:
    """The numbers in an argument, and its structure."""
    if is_number(value):
        leaves.append(value)
        return kind_of(value)
    if isinstance(value, Tuple):
        items = tuple(form_of(reader, v, leaves, node) for v in value.items)
        return ("tuple", value.type, items)
    if isinstance(value, Ref) and value.identity.kind in ("list", "dict", "instance"):
        content = reader.content(value)
        if isinstance(content, dict):
            pairs = tuple((k, form_of(reader, v, leaves, node)) for k, v in content.items())
            return (value.identity.kind, value.identity.cls, pairs)
        parts = content if isinstance(content, tuple) else (content,)
        whole = None if isinstance(content, tuple) else kind_of(content)
        return ("list", whole, tuple(form_of(reader, v, leaves, node) for v in parts))
    if isinstance(value, (Ref, Iterator, Method, Undefined, Conflict)):
        raise reader.refuse(
            node,
            f"{describe(value)} can't be given to a function with a rule",
            fix="Give it numbers, arrays, or lists, tuples and dicts of them.",
        )
    return value.identity if isinstance(value, Function) else value


def as_parameter(sub: Any, value: Any, name: str, outer: Any, params: list[Param]) -> Any:
    """An argument as it is inside of the function: its numbers are parameters."""
    if is_number(value):
        params.append(Param(name, Var(name, kind_of(value))))
        return params[-1].var
    if isinstance(value, Tuple):
        items = tuple(
            as_parameter(sub, v, f"{name}_{i}", outer, params) for i, v in enumerate(value.items)
        )
        return Tuple(items, value.type)
    if isinstance(value, Ref):
        content = outer.content(value)
        kind, cls = value.identity.kind, value.identity.cls
        made: Any
        if isinstance(content, dict):
            made = {
                k: as_parameter(sub, v, f"{name}_{k}", outer, params) for k, v in content.items()
            }
        elif isinstance(content, tuple):
            made = tuple(
                as_parameter(sub, v, f"{name}_{i}", outer, params) for i, v in enumerate(content)
            )
        else:
            made = as_parameter(sub, content, name, outer, params)
        ref = sub.new_object(kind, made, cls)
        ref.identity.name = name
        return ref
    return value


def form_of_result(reader: Any, value: Any, atoms: list[Expr], node: ast.AST) -> Any:
    """The numbers in what a function returns, and its structure."""
    if isinstance(value, Runtime):
        atoms.append(value)
        return settled(kind_of(value))
    if isinstance(value, Tuple):
        items = tuple(form_of_result(reader, v, atoms, node) for v in value.items)
        return ("tuple", value.type, items)
    if isinstance(value, Ref) and value.identity.kind in ("list", "dict", "instance"):
        content = reader.content(value)
        if isinstance(content, dict):
            pairs = tuple((k, form_of_result(reader, v, atoms, node)) for k, v in content.items())
            return (value.identity.kind, value.identity.cls, pairs)
        if isinstance(content, tuple):
            items = tuple(form_of_result(reader, v, atoms, node) for v in content)
            return ("list", None, items)
        atoms.append(content)
        return ("list", content.kind, (content.kind,))
    raise reader.refuse(node, f"a function with a rule can't return {describe(value)}")


def new_result(reader: Any, form: Any, atoms: list[Any]) -> Any:
    """A result of this form, whose numbers are taken from `atoms` one by one."""
    if not isinstance(form, tuple):
        return atoms.pop(0)
    kind, cls, parts = form
    if kind == "tuple":
        return Tuple(tuple(new_result(reader, p, atoms) for p in parts), cls)
    if kind == "list":
        items = tuple(new_result(reader, p, atoms) for p in parts)
        return reader.new_object("list", items if cls is None else items[0])
    content = {k: new_result(reader, p, atoms) for k, p in parts}
    return reader.new_object(kind, content, cls)


def like_result(reader: Any, form: Any, name: str, params: list[Param], cotangent: bool) -> Any:
    """A value of the form of a result, its numbers parameters of a rule: `out`, or `cotangent`,
    which is None for what has no derivative."""
    if not isinstance(form, tuple):
        if cotangent and not may_vary(form):
            return nothing_of(Var(name, form))
        params.append(Param(name, Var(name, form if form is not OBJECT else REAL)))
        return params[-1].var
    kind, cls, parts = form
    if kind in ("tuple", "list"):
        items = tuple(
            like_result(reader, p, f"{name}_{i}" if len(parts) > 1 else name, params, cotangent)
            for i, p in enumerate(parts)
        )
        if kind == "tuple":
            return Tuple(items, cls)
        return reader.new_object("list", items if cls is None else items[0])
    content = {k: like_result(reader, p, f"{name}_{k}", params, cotangent) for k, p in parts}
    return reader.new_object(kind, content, cls)


def may_vary(kind: Kind) -> bool:
    return is_differentiable(kind) or kind is OBJECT


def nothing_of(value: Any) -> Const:
    """What stands for the tangent or cotangent of what has none: zero for a number."""
    is_number = isinstance(value, Runtime) and kind_of(value) in (INTEGER, BOOLEAN)
    return Const(0.0 if is_number else None)


def kinds_in(form: Any) -> list[Kind]:
    if not isinstance(form, tuple):
        return [form]
    parts = (p for _, p in form[2]) if form[0] in ("dict", "instance") else form[2]
    return [k for p in parts for k in kinds_in(p)]


def skeleton(form: Any) -> Any:
    if not isinstance(form, tuple):
        return "list" if isinstance(form, ListOf) else ""
    if form[0] in ("dict", "instance"):
        return {k: skeleton(p) for k, p in form[2]}
    return form[0] if form[1] is not None else [skeleton(p) for p in form[2]]


def form_of_spec(spec: Any) -> Any:
    """The form of a result, as an annotation says it."""
    if isinstance(spec, tuple) and spec and spec[0] is tuple:
        return ("tuple", None, tuple(form_of_spec(s) for s in spec[1:]))
    if isinstance(spec, ListOf):
        return ("list", spec, (spec,))
    if isinstance(spec, KINDS):
        return spec
    return OBJECT


def parameters(node: Any) -> list[tuple[str, str]]:
    """The parameters of a function, in their order, and how each is passed."""
    a = node.args
    found = [(p.arg, "plain") for p in (*a.posonlyargs, *a.args)]
    found += [(a.vararg.arg, "star")] if a.vararg else []
    found += [(p.arg, "keyword") for p in a.kwonlyargs]
    return found + ([(a.kwarg.arg, "double star")] if a.kwarg else [])
