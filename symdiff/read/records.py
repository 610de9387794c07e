"""Parameters with parts of their own: dataclasses, named tuples, typed dicts and enumerations.

What a class says of its fields, whether it is a class of a running program or only its text in a
file.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import typing
from collections.abc import Callable
from typing import Any

from symdiff.read.values import Class, Record
from symdiff.stages import INTEGER, OBJECT, REAL, TEXT

Annotated = Callable[[ast.expr | None, Any], Any]


@dataclasses.dataclass(frozen=True)
class Fields:
    """What is known of an argument that is an instance of a dataclass. `made` are the fields that
    its constructor takes."""

    cls: Any  # a live class, or the ast.ClassDef of one
    scope: Any
    fields: tuple[tuple[str, Any], ...]
    made: tuple[str, ...]

    @property
    def value(self) -> Class:
        if isinstance(self.cls, ast.ClassDef):
            return Class(self.cls.name, self.cls, self.scope)
        return Class(self.cls.__name__, None, None, self.cls)


def fields_of_instance(value: Any, spec_of: Callable[[Any], Any]) -> Fields:
    """What is known of an instance of a dataclass that is an argument."""
    fields = dataclasses.fields(value)
    names = [f.name for f in fields if hasattr(value, f.name)]
    names += [n for n in getattr(value, "__dict__", {}) if n not in names]
    found = tuple((n, spec_of(getattr(value, n))) for n in names)
    return Fields(type(value), None, found, tuple(f.name for f in fields if f.init))


def spec_of_class(cls: Class, annotated: Annotated) -> Any:
    """What is known of an argument that is annotated with a class."""
    return _of_live(cls, annotated) if cls.live is not None else _of_text(cls, annotated)


def attributes_of_self(cls: Class) -> Fields:
    """The attributes that the methods of a class in a file set: passive, whatever they are."""
    names: dict[str, None] = {}
    classes = [cls]
    for one in classes:
        classes += _parents(one)
        for node in ast.walk(one.node) if one.node is not None else ():
            match node:
                case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                    names.setdefault(name)
    return Fields(cls.node, cls.scope, tuple((n, OBJECT) for n in names), ())


def _of_live(cls: Class, annotated: Annotated) -> Any:
    live = cls.live
    if issubclass(live, enum.Enum):
        return _number(live)
    try:
        hints = {n: _as_text(t) for n, t in live.__annotations__.items()}
    except AttributeError:
        hints = {}
    scope = _LiveNames(live)

    def kind(name: str) -> Any:
        found = annotated(hints.get(name), scope)
        return REAL if found is None else found

    if issubclass(live, tuple) and hasattr(live, "_fields"):
        return (live, *map(kind, live._fields))
    if typing.is_typeddict(live):
        return {name: kind(name) for name in live.__annotations__}
    if dataclasses.is_dataclass(live):
        fields = dataclasses.fields(live)
        made = tuple(f.name for f in fields if f.init)
        return Fields(live, None, tuple((f.name, kind(f.name)) for f in fields), made)
    return OBJECT


def _number(live: type) -> Any:
    for kind, spec in ((int, INTEGER), (float, REAL), (str, TEXT)):
        if issubclass(live, kind):
            return spec
    return OBJECT


def _as_text(annotation: Any) -> ast.expr | None:
    try:
        return ast.parse(_text_of(annotation), mode="eval").body
    except SyntaxError:
        return None


class _LiveNames:
    """The names that the annotations of a live class may use: those of its module."""

    def __init__(self, live: type) -> None:
        import sys

        self.names = vars(sys.modules.get(live.__module__, typing))

    def lookup(self, name: str, unit: Any) -> Class | None:
        found = self.names.get(name)
        return Class(name, None, None, found) if isinstance(found, type) else None


def _of_text(cls: Class, annotated: Annotated) -> Any:
    from symdiff.read.scope import enumeration

    assert cls.node is not None
    if enumeration(cls.node) is not None:
        bases = set(base_names(cls.node))
        if bases & {"IntEnum", "int", "IntFlag"}:
            return INTEGER
        return REAL if "float" in bases else TEXT if bases & {"str", "StrEnum"} else OBJECT
    fields = _annotations(cls, annotated)
    if is_named_tuple(cls.node):
        return (Record(tuple(fields), cls.node, cls.scope), *fields.values())
    if "TypedDict" in _all_bases(cls):
        return fields
    if is_dataclass(cls.node):
        without = left_out(cls)
        made = tuple(name for name in fields if name not in without)
        return Fields(cls.node, cls.scope, tuple(fields.items()), made)
    return OBJECT


def left_out(cls: Class) -> set[str]:
    """The fields of a dataclass that its constructor does not take."""
    if cls.live is not None:
        return {f.name for f in dataclasses.fields(cls.live) if not f.init}
    assert cls.node is not None
    own = {
        s.target.id
        for s in cls.node.body
        if isinstance(s, ast.AnnAssign)
        and isinstance(s.target, ast.Name)
        and isinstance(s.value, ast.Call)
        and any(
            k.arg == "init" and isinstance(k.value, ast.Constant) and not k.value.value
            for k in s.value.keywords
        )
    }
    return own.union(*map(left_out, _parents(cls)))


def annotations_of(cls: Class) -> dict[str, str]:
    """What the fields of a class are said to be, as text."""
    if cls.live is not None:
        found = {n: t for c in reversed(cls.live.__mro__) for n, t in _annotated_in(c).items()}
        return {name: _text_of(annotation) for name, annotation in found.items()}
    assert cls.node is not None
    said: dict[str, str] = {}
    for base in _parents(cls):
        said |= annotations_of(base)
    for stmt in cls.node.body:
        if isinstance(stmt, ast.AnnAssign) and isinstance(stmt.target, ast.Name):
            said[stmt.target.id] = ast.unparse(stmt.annotation)
    return said


def _text_of(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation
    given: str = getattr(annotation, "__forward_arg__", "")
    return given or (annotation.__name__ if isinstance(annotation, type) else repr(annotation))


def _annotated_in(cls: type) -> dict[str, Any]:
    try:
        return dict(vars(cls).get("__annotations__") or getattr(cls, "__annotations__", {}))
    except NameError:  # a name that only a type checker knows
        return {}


def is_frozen(cls: Class) -> bool:
    """Whether the attributes of a dataclass can't be set."""
    if cls.live is not None:
        return bool(cls.live.__dataclass_params__.frozen)
    assert cls.node is not None
    return any(
        k.arg == "frozen" and isinstance(k.value, ast.Constant) and bool(k.value.value)
        for d in cls.node.decorator_list
        if isinstance(d, ast.Call)
        for k in d.keywords
    )


def _annotations(cls: Class, annotated: Annotated) -> dict[str, Any]:
    """The annotated fields of a class in a file, those of its bases first."""
    found: dict[str, Any] = {}
    assert cls.node is not None
    for base in _parents(cls):
        found |= _annotations(base, annotated)
    for stmt in cls.node.body:
        if isinstance(stmt, ast.AnnAssign) and isinstance(stmt.target, ast.Name):
            if "ClassVar" in ast.unparse(stmt.annotation):
                continue
            spec = annotated(stmt.annotation, cls.scope)
            found[stmt.target.id] = REAL if spec is None else spec
    return found


def _parents(cls: Class) -> list[Class]:
    from symdiff.errors import SymdiffError
    from symdiff.read.scope import Unit

    found = []
    for base in cls.node.bases if cls.node is not None else []:
        try:
            parent = cls.scope.lookup(base.id, Unit()) if isinstance(base, ast.Name) else None
        except SymdiffError:
            continue
        if isinstance(parent, Class) and parent.node is not None:
            found.append(parent)
    return found


def _all_bases(cls: Class) -> set[str]:
    assert cls.node is not None
    return set(base_names(cls.node)).union(*map(_all_bases, _parents(cls)))


@functools.cache
def named_tuple_class(call: ast.Call) -> ast.ClassDef | None:
    """The class statement that says the same as namedtuple("Point", "x y")."""
    match call.args:
        case [ast.Constant(value=str() as name), ast.Constant(value=str() as text)]:
            fields = text.replace(",", " ").split()
        case [ast.Constant(value=str() as name), ast.List(elts=elts) | ast.Tuple(elts=elts)]:
            firsts = [e.elts[0] if isinstance(e, ast.Tuple) and e.elts else e for e in elts]
            fields = [str(e.value) for e in firsts if isinstance(e, ast.Constant)]
        case _:
            return None
    defaults: list[ast.expr] = []
    for keyword in call.keywords:
        if keyword.arg != "defaults" or not isinstance(keyword.value, (ast.List, ast.Tuple)):
            return None
        defaults = keyword.value.elts
    lines = [f"    {field}: float" for field in fields]
    text = "\n".join([f"class {name}(NamedTuple):", *lines, "    pass"])
    made = ast.parse(text).body[0]
    assert isinstance(made, ast.ClassDef)
    for stmt, default in zip(made.body[len(fields) - len(defaults) :], defaults, strict=False):
        assert isinstance(stmt, ast.AnnAssign)
        stmt.value = default
    for node in ast.walk(made):
        if not isinstance(node, ast.expr) or node not in defaults:
            ast.copy_location(node, call)
    return made


def base_names(node: ast.ClassDef) -> list[str]:
    return [last_name(base) for base in node.bases]


def is_named_tuple(node: ast.ClassDef) -> bool:
    return "NamedTuple" in base_names(node)


def is_dataclass(node: ast.ClassDef) -> bool:
    return any(
        last_name(d.func if isinstance(d, ast.Call) else d) == "dataclass"
        for d in node.decorator_list
    )


def last_name(node: ast.expr) -> str:
    """`dataclass` for both `dataclass` and `dataclasses.dataclass`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
