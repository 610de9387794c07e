"""Reading objects: instances of the user's classes, their attributes, methods and properties."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import types
from typing import Any

from symdiff.read.iteration import Iteration
from symdiff.read.scope import function_value, wrap
from symdiff.read.values import Bound, Class, Const, Function, Ref, Tuple, Value


@dataclasses.dataclass(frozen=True, eq=False)
class Property:
    """A property, before its object is known."""

    getter: Value


class Objects(Iteration):
    """Instances and classes."""

    def construct(
        self, cls: Class, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """An object of one of the user's classes, made while the function runs."""
        live: Any = cls.live
        fields = getattr(live, "_fields", None)
        if fields is not None and issubclass(live, tuple):
            given = dict(zip(fields, args, strict=False)) | keywords
            defaults = getattr(live, "_field_defaults", {})
            return Tuple(
                tuple(given[f] if f in given else Const(defaults[f]) for f in fields), live
            )
        ref = self.new_object("instance", {}, cls)
        if dataclasses.is_dataclass(live) and "__init__" not in {
            k
            for k, v in vars(live).items()
            if isinstance(v, types.FunctionType) and v.__code__.co_filename != "<string>"
        }:
            names = [f.name for f in dataclasses.fields(live) if f.init]
            given = dict(zip(names, args, strict=False)) | keywords
            for f in dataclasses.fields(live):
                if f.name in given:
                    self.set_attribute(ref, f.name, given[f.name], node)
                elif f.default is not dataclasses.MISSING:
                    self.set_attribute(ref, f.name, Const(f.default), node)
                elif f.default_factory is not dataclasses.MISSING:
                    self.set_attribute(
                        ref,
                        f.name,
                        self.apply_function(
                            wrap(f.default_factory, f.name, None, self.unit), [], {}, node
                        ),
                        node,
                    )
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

    def set_attribute(self, ref: Ref, name: str, value: Value, node: ast.AST) -> None:
        if ref.identity.kind != "instance":
            raise self.refuse(node, "attributes can only be set on objects made in the function")
        self.claim(value, name)
        self.set_content(ref, {**self.content(ref), name: value}, node)

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
        if isinstance(member, ast.FunctionDef):
            function = cls.scope.function(member, self.unit, cls)
            kinds = set(map(_decorator, member.decorator_list))
            if "property" in kinds or "cached_property" in kinds:
                return Property(function)
            return Bound(function, cls) if "classmethod" in kinds else function  # type: ignore[no-any-return]
        if isinstance(member, (ast.Assign, ast.AnnAssign)) and member.value is not None:
            outer = self.frame
            try:
                return self.evaluate(member.value)
            finally:
                self.frame = outer
        for base in cls.node.bases if cls.node is not None else []:
            parent = cls.scope.lookup(base.id, self.unit) if isinstance(base, ast.Name) else None
            if isinstance(parent, Class):
                found = self.class_member(parent, name, node)
                if found is not None:
                    return found
        return None

    def member_node(self, cls: Class, name: str) -> ast.stmt | None:
        for stmt in reversed(cls.node.body if cls.node is not None else []):
            match stmt:
                case ast.FunctionDef() if stmt.name == name:
                    return stmt
                case (
                    ast.Assign(targets=[ast.Name(id=target)])
                    | ast.AnnAssign(target=ast.Name(id=target))
                ) if target == name:
                    return stmt
        return None

    def live_member(self, cls: Class, name: str) -> Value | Property | None:
        static = inspect.getattr_static(cls.live, name, None)
        if isinstance(static, property) and static.fget is not None:
            return Property(function_value(static.fget, self.unit, None))
        if isinstance(static, staticmethod):
            static = static.__func__
        if isinstance(static, classmethod):
            return Bound(function_value(static.__func__, self.unit, None), cls)
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
