"""Reading objects: instances of the user's classes, their attributes, methods and properties."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import types
from collections.abc import Callable
from functools import partial

from symdiff.read.arrays import Arrays
from symdiff.read.core import Frame
from symdiff.read.records import is_named_tuple
from symdiff.read.scope import enumeration, function_value, wrap
from symdiff.read.values import (
    Bound,
    Builtin,
    Class,
    Conflict,
    Function,
    LiveObject,
    Record,
    Ref,
    Super,
    Tuple,
    Value,
)
from symdiff.stages import Const


@dataclasses.dataclass(frozen=True, eq=False)
class Property:
    """A property, before its object is known."""

    getter: Value


class Objects(Arrays):
    """Instances and classes."""

    def construct(
        self, cls: Class, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """An object of one of the user's classes, made while the function runs."""
        named = self.tuple_fields(cls)
        if named is not None:
            given = dict(zip(named, args, strict=False)) | keywords
            lacking = [f for f in named if f not in given and named[f] is None]
            if lacking or len(given) > len(named):
                raise self.refuse(node, f"{cls.name}() is not given the fields that it has")
            items = [given.get(f, default) for f, default in named.items()]
            kind = cls.live
            if cls.node is not None:
                kind = Record(tuple(named), cls.node, cls.scope)
            return Tuple(tuple(i for i in items if i is not None), kind)
        ref = self.new_object("instance", {}, cls)
        fields = self.dataclass_fields(cls, node)
        if fields is not None:
            given = dict(zip(fields, args, strict=False)) | keywords
            for name, default in fields.items():
                value = given.pop(name, None) or (default() if default is not None else None)
                if value is None:
                    raise self.refuse(node, f"{cls.name}() lacks the argument {name!r}")
                self.set_attribute(ref, name, value, node)
            if given:
                raise self.refuse(node, f"{cls.name}() has no field {next(iter(given))!r}")
            after = self.class_attribute(cls, "__post_init__", node)
            if after is not None:
                self.apply_function(after, [ref], {}, node)
            return ref
        init = self.class_attribute(cls, "__init__", node)
        if init is not None:
            self.apply_function(init, [ref, *args], keywords, node)
        elif args or keywords:
            raise self.refuse(node, f"{cls.name}() takes no arguments that can be followed")
        return ref

    def tuple_fields(self, cls: Class) -> dict[str, Value | None] | None:
        """The fields of a named tuple, with their defaults."""
        if cls.live is not None:
            if not issubclass(cls.live, tuple) or not hasattr(cls.live, "_fields"):
                return None
            defaults = cls.live._field_defaults
            return {f: Const(defaults[f]) if f in defaults else None for f in cls.live._fields}
        assert cls.node is not None
        if not is_named_tuple(cls.node):
            return None
        return {
            name: None if default is None else default()
            for name, default in self.annotated(cls).items()
        }

    def dataclass_fields(
        self, cls: Class, node: ast.AST
    ) -> dict[str, Callable[[], Value] | None] | None:
        """The fields of a dataclass whose __init__ is generated, with what makes their defaults."""
        if cls.live is None:
            return self.static_fields(cls)
        init = cls.live.__init__
        if not dataclasses.is_dataclass(cls.live):
            return None
        if isinstance(init, types.FunctionType) and init.__code__.co_filename != "<string>":
            return None
        found: dict[str, Callable[[], Value] | None] = {}
        for field in dataclasses.fields(cls.live):
            made: Callable[[], Value] | None = None
            if field.default is not dataclasses.MISSING:
                made = partial(wrap, field.default, field.name, None, self.unit)
            elif field.default_factory is not dataclasses.MISSING:
                factory = wrap(field.default_factory, field.name, None, self.unit)
                made = partial(self.apply_function, factory, [], {}, node)
            if field.init:
                found[field.name] = made
        return found

    def static_fields(self, cls: Class) -> dict[str, Callable[[], Value] | None] | None:
        assert cls.node is not None
        names = [
            _decorator(d.func if isinstance(d, ast.Call) else d) for d in cls.node.decorator_list
        ]
        if "dataclass" not in names or self.member_node(cls, "__init__") is not None:
            return None
        found: dict[str, Callable[[], Value] | None] = {}
        for base in self.bases(cls):
            found |= self.static_fields(base) or {}
        return found | self.annotated(cls)

    def annotated(self, cls: Class) -> dict[str, Callable[[], Value] | None]:
        """The annotated names of a class in a file, with what makes their defaults."""
        found: dict[str, Callable[[], Value] | None] = {}
        assert cls.node is not None
        for stmt in cls.node.body:
            if not isinstance(stmt, ast.AnnAssign) or not isinstance(stmt.target, ast.Name):
                continue
            if "ClassVar" in ast.unparse(stmt.annotation):
                continue
            default = stmt.value
            if isinstance(default, ast.Call) and _decorator(default.func) == "field":
                given = {k.arg: k.value for k in default.keywords}
                factory = given.get("default_factory")
                default = given.get("default")
                if factory is not None:
                    default = ast.copy_location(ast.Call(factory, [], []), factory)
            found[stmt.target.id] = (
                partial(self.in_module, cls, default) if default is not None else None
            )
        return found

    def in_module(self, cls: Class, expr: ast.expr) -> Value:
        """The value of an expression at the top of the file of a class."""
        outer = self.frame
        self.frame = Frame(outer.node, cls.scope, None, set(), set())
        self.frames.add(self.frame)
        try:
            return self.evaluate(expr)
        finally:
            self.frame = outer

    def bases(self, cls: Class) -> list[Class]:
        """The base classes of a class in a file that are classes of the user's."""
        found = []
        for base in cls.node.bases if cls.node is not None else []:
            parent = cls.scope.lookup(base.id, self.unit) if isinstance(base, ast.Name) else None
            if isinstance(parent, Class):
                found.append(parent)
        return found

    def super_attribute(self, value: Super, name: str, node: ast.AST) -> Value:
        """An attribute of super(): of the next class that has it."""
        owner, receiver = value.owner, value.receiver
        assert isinstance(owner, Class)
        found: Value | Property | None = None
        if owner.live is not None:
            if isinstance(receiver, LiveObject):
                order = type(receiver.value).__mro__
            else:
                cls = receiver.identity.cls if isinstance(receiver, Ref) else receiver
                order = cls.live.__mro__ if isinstance(cls, Class) else ()
            later = order[order.index(owner.live) + 1 :] if owner.live in order else ()
            holder = next((c for c in later if name in vars(c)), None)
            if holder is not None and holder is not object:
                found = self.live_member(Class(holder.__name__, None, None, holder), name)
        else:
            for base in self.bases(owner):
                found = found or self.class_member(base, name, node)
        if found is None and name == "__init__":
            return Builtin("builtins.object.__init__")
        if found is None:
            raise self.refuse(node, f"no base class has the attribute {name!r}")
        if isinstance(found, Property):
            return self.apply_function(found.getter, [receiver], {}, node)
        return Bound(found, receiver) if isinstance(found, Function) else found

    def set_attribute(self, ref: Ref, name: str, value: Value, node: ast.AST) -> None:
        if ref.identity.kind != "instance":
            raise self.refuse(node, "attributes can only be set on objects made in the function")
        setter = self.setter(ref.identity.cls, name, node)
        if setter is not None:
            self.apply_function(setter, [ref, value], {}, node)
            return
        self.claim(value, name)
        self.set_content(ref, {**self.content(ref), name: value}, node)

    def setter(self, cls: Value | None, name: str, node: ast.AST) -> Value | None:
        """The setter of a property. Classes that set attributes in their own way are refused."""
        if not isinstance(cls, Class):
            return None
        if cls.live is None:
            found = self.setter_node(cls, name)
            if found is None:
                return None
            return Function(found, cls.scope, name, owner=cls)
        static = inspect.getattr_static(cls.live, name, None)
        if isinstance(static, property):
            if static.fset is None:
                raise self.refuse(node, f"the property {name!r} has no setter")
            return function_value(static.fset, self.unit, None)
        own = getattr(cls.live, "__setattr__", None) is not object.__setattr__
        if (own and not dataclasses.is_dataclass(cls.live)) or (
            hasattr(type(static), "__set__")
            and not isinstance(static, (types.MemberDescriptorType, types.GetSetDescriptorType))
        ):
            raise self.refuse(
                node, f"{cls.name} sets its attributes in a way that can't be followed"
            )
        return None

    def setter_node(self, cls: Class, name: str) -> ast.FunctionDef | None:
        for stmt in cls.node.body if cls.node is not None else []:
            if isinstance(stmt, ast.FunctionDef) and stmt.name == name:
                for d in stmt.decorator_list:
                    if isinstance(d, ast.Attribute) and d.attr == "setter":
                        return stmt
        for base in self.bases(cls):
            found = self.setter_node(base, name)
            if found is not None:
                return found
        return None

    def instance_attribute(self, ref: Ref, name: str, node: ast.AST) -> Value | None:
        content = self.content(ref)
        if name in content:
            return content[name]  # type: ignore[no-any-return]
        cls = ref.identity.cls
        if not isinstance(cls, Class):
            return None
        found = self.class_member(cls, name, node)
        if isinstance(found, Property):
            return self.apply_function(found.getter, [ref], {}, node)
        if isinstance(found, Function) and not self.is_static(cls, name):
            return Bound(found, ref)
        return found

    def tuple_member(self, value: Tuple, name: str, node: ast.AST) -> Value | None:
        """A method or property of the class of a named tuple."""
        if value.type in (None, tuple) or name.startswith("_"):
            return None
        if isinstance(value.type, Record):
            cls = Class(value.type.node.name, value.type.node, value.type.scope)
        else:
            cls = Class(value.type.__name__, None, None, value.type)
        found = self.class_member(cls, name, node)
        if isinstance(found, Property):
            return self.apply_function(found.getter, [value], {}, node)
        if isinstance(found, Function) and not self.is_static(cls, name):
            return Bound(found, value)
        return found

    def is_static(self, cls: Class, name: str) -> bool:
        if cls.live is not None:
            return isinstance(inspect.getattr_static(cls.live, name, None), staticmethod)
        member = self.member_node(cls, name)
        return isinstance(member, ast.FunctionDef) and "staticmethod" in map(
            _decorator, member.decorator_list
        )

    def class_attribute(self, cls: Class, name: str, node: ast.AST) -> Value | None:
        found = self.class_member(cls, name, node)
        return None if isinstance(found, Property) else found

    def class_member(self, cls: Class, name: str, node: ast.AST) -> Value | Property | None:
        if cls.live is not None:
            return self.live_member(cls, name)
        member = self.member_node(cls, name)
        members = enumeration(cls.node) if cls.node is not None else None
        if members is not None and name in members.__members__:
            return LiveObject(f"{cls.name}.{name}", members[name], None)
        if isinstance(member, ast.FunctionDef):
            function = cls.scope.function(member, self.unit, cls)
            kinds = set(map(_decorator, member.decorator_list))
            if "property" in kinds or "cached_property" in kinds:
                return Property(function)
            return Bound(function, cls) if "classmethod" in kinds else function
        if isinstance(member, (ast.Assign, ast.AnnAssign)) and member.value is not None:
            target = member.targets[0] if isinstance(member, ast.Assign) else member.target
            if isinstance(member.value, ast.Name):
                alias = self.class_member(cls, member.value.id, node)  # __rmul__ = __mul__
                if alias is not None:
                    return alias
            value = self.in_module(cls, member.value)
            if isinstance(target, ast.Tuple):
                parts = self.items(value, node) or []
                names = [t.id if isinstance(t, ast.Name) else "" for t in target.elts]
                return parts[names.index(name)]
            return value
        for parent in self.bases(cls):
            found = self.class_member(parent, name, node)
            if found is not None:
                return found
        return None

    def member_node(self, cls: Class, name: str) -> ast.stmt | None:
        for stmt in reversed(cls.node.body if cls.node is not None else []):
            match stmt:
                case ast.FunctionDef() if stmt.name == name:
                    if not any(isinstance(d, ast.Attribute) for d in stmt.decorator_list):
                        return stmt
                case (
                    ast.Assign(targets=[ast.Name(id=target)])
                    | ast.AnnAssign(target=ast.Name(id=target))
                ) if target == name:
                    return stmt
                case ast.Assign(targets=[ast.Tuple(elts=elts)]):
                    if name in [e.id for e in elts if isinstance(e, ast.Name)]:
                        return stmt
        return None

    def live_member(self, cls: Class, name: str) -> Value | Property | None:
        static = inspect.getattr_static(cls.live, name, None)
        if isinstance(static, property) and static.fget is not None:
            if not isinstance(static.fget, types.FunctionType):
                return Conflict(f"{name!r} is a property of another kind than 'def' makes")
            return Property(function_value(static.fget, self.unit, None))
        if isinstance(static, staticmethod):
            static = static.__func__
        if isinstance(static, classmethod):
            return Bound(function_value(static.__func__, self.unit, None), cls)
        if isinstance(static, types.FunctionType) and static.__code__.co_filename == "<string>":
            return None  # written by dataclasses: read as what it stands for
        if isinstance(static, types.FunctionType):
            return function_value(static, self.unit, None)
        if static is None or isinstance(
            static, (types.WrapperDescriptorType, types.MethodDescriptorType)
        ):
            return None
        return wrap(
            static, f"{cls.name}.{name}", lambda root: getattr(cls.live, name), self.unit, cls.live
        )


def _decorator(node: ast.expr) -> str:
    return (
        node.id
        if isinstance(node, ast.Name)
        else node.attr
        if isinstance(node, ast.Attribute)
        else ""
    )
