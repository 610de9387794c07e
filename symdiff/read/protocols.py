"""Reading what operators and builtins ask of objects: their special methods, classes and fields."""

from __future__ import annotations

import ast
import dataclasses
import functools
from typing import Any

from symdiff.read.objects import Objects, Property
from symdiff.read.scope import function_value, wrap
from symdiff.read.values import (
    Bound,
    Builtin,
    Class,
    Function,
    Iterator,
    LiveObject,
    Method,
    Record,
    Ref,
    Runtime,
    Tuple,
    Value,
    is_type_of,
    kind_of,
)
from symdiff.stages import BOOLEAN, COMPLEX, INTEGER, REAL, TEXT, ArrayOf, Const, ListOf

CASTS = {REAL: "float", INTEGER: "int", COMPLEX: "complex"}
TYPES = {REAL: float, INTEGER: int, TEXT: str, BOOLEAN: bool, COMPLEX: complex}
OPERATORS = {"and_": "and", "or_": "or"}


class Protocols(Objects):
    """Special methods."""

    def special(self, value: Value, name: str, node: ast.AST) -> Value | None:
        """A method that an object's class defines, bound to the object; None without one."""
        if isinstance(value, Ref) and value.identity.kind == "instance":
            cls = value.identity.cls
            found = self.class_member(cls, name, node) if isinstance(cls, Class) else None
        elif isinstance(value, Tuple) and _is_named(value.type):
            if not isinstance(value.type, Record) and name not in vars(value.type):
                return None
            found = self.class_member(_class_of(value.type), name, node)
        else:
            return None
        if isinstance(found, Property):
            return self.apply_function(found.getter, [value], {}, node)
        return Bound(found, value) if isinstance(found, Function) else None

    def binary(self, op: str, a: Value, b: Value, node: ast.AST) -> Value:
        own = OPERATORS.get(op, op)
        for holder, other, prefix in ((a, b, ""), (b, a, "r")):
            if isinstance(holder, (Ref, Tuple)):
                method = self.special(holder, f"__{prefix}{own}__", node)
                if method is not None:
                    return self.apply_function(method, [other], {}, node)
        return super().binary(op, a, b, node)

    def comparison(self, op: str, a: Value, b: Value, node: ast.AST) -> Value:
        a = self.class_at_run_time(a, node) if is_type_of(a) else a
        b = self.class_at_run_time(b, node) if is_type_of(b) else b
        if op in ("in", "not_in"):
            found = self.contained(a, b, node)
            if found is not None:
                return found if op == "in" else self.unary("not", found, node)
        if op in ("eq", "ne", "lt", "le", "gt", "ge"):
            for holder, other in ((a, b), (b, a)):
                if op == "ne" and self.special(holder, "__ne__", node) is None:
                    method = self.special(holder, "__eq__", node)
                    if method is not None:
                        return self.unary(
                            "not", self.apply_function(method, [other], {}, node), node
                        )
            fields = [self.compared_fields(v, op, node) for v in (a, b)]
            if fields[0] is not None and fields[1] is not None:
                return super().comparison(op, fields[0], fields[1], node)
            if op in ("eq", "ne") and self.are_objects(a, b, f"__{op}__", node):
                same = isinstance(a, Ref) and isinstance(b, Ref) and a.identity is b.identity
                return Const(same == (op == "eq"))
        if op in ("is", "is_not") and isinstance(a, Ref) and isinstance(b, Ref):
            return Const((a.identity is b.identity) == (op == "is"))
        return super().comparison(op, a, b, node)

    def are_objects(self, a: Value, b: Value, name: str, node: ast.AST) -> bool:
        """Whether one is an object that is equal to itself only."""
        mine = [
            isinstance(v, Ref)
            and v.identity.kind == "instance"
            and self.special(v, "__eq__", node) is None
            for v in (a, b)
        ]
        return any(mine) and all(isinstance(v, (Ref, Tuple, *Runtime)) for v in (a, b))

    def compared_fields(self, value: Value, op: str, node: ast.AST) -> Value | None:
        """A data class is compared by its fields."""
        cls = value.identity.cls if isinstance(value, Ref) else None
        if not isinstance(cls, Class) or self.special(value, f"__{op}__", node) is not None:
            return None
        ordered = op in ("eq", "ne")
        if cls.live is not None:
            params = getattr(cls.live, "__dataclass_params__", None)
            if params is None or not (params.eq if ordered else params.order):
                return None
            names = [f.name for f in dataclasses.fields(cls.live) if f.compare]
        else:
            fields = self.dataclass_fields(cls, node)
            if fields is None or not ordered:
                return None
            names = list(fields)
        content = self.content(value)  # type: ignore[arg-type]
        return Tuple(tuple(content[n] for n in names))

    def contained(self, item: Value, holder: Value, node: ast.AST) -> Value | None:
        """item in holder, where the holder is an object; None for what Python does itself."""
        if isinstance(holder, Iterator) and holder.name == "keys":
            return self.comparison("in", item, holder.args[0], node)
        if not isinstance(holder, Ref) or holder.identity.kind != "instance":
            return None
        method = self.special(holder, "__contains__", node)
        if method is not None:
            return self.as_boolean(self.apply_function(method, [item], {}, node), node)
        found = self.items(holder, node)
        if found is None:
            raise self.refuse(node, "whether this object contains something can't be followed")
        return self.comparison("in", item, Tuple(tuple(found)), node)

    def as_boolean(self, value: Value, node: ast.AST) -> Value:
        return value if isinstance(value, Runtime) else Const(self.truth(value, node))

    def truth_of(self, value: Value, node: ast.AST) -> Value | None:
        """The truth of an object that has something to say about it."""
        for name in ("__bool__", "__len__"):
            method = self.special(value, name, node)
            if method is not None:
                return self.apply_function(method, [], {}, node)
        return None

    # --- builtins that call special methods ---

    def builtin_abs(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        return self.by_method("abs", "__abs__", args, keywords, node)

    def builtin_float(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        match args:
            case [Const(value=int() | float() as number)] if abs(number) < 1e300:
                return Const(float(number))
        return self.by_method("float", "__float__", args, keywords, node)

    def builtin_int(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        return self.by_method("int", "__int__", args, keywords, node)

    def builtin_round(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        return self.by_method("round", "__round__", args, keywords, node)

    def builtin_bool(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        found = self.truth_of(args[0], node) if args else None
        if found is not None:
            return self.call_primitive("bool", [found], {}, node)
        return self.call_primitive("bool", args, keywords, node)

    def builtin_str(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        for value in args[:1]:
            for name in ("__str__", "__repr__"):
                method = self.special(value, name, node)
                if method is not None:
                    return self.apply_function(method, [], {}, node)
        return self.passive_call("str", args, keywords, node)

    def by_method(
        self,
        name: str,
        special: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: ast.AST,
    ) -> Value:
        method = self.special(args[0], special, node) if args else None
        if method is not None:
            return self.apply_function(method, args[1:], keywords, node)
        return self.call_primitive(name, args, keywords, node)

    def call_primitive(
        self, op: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError

    def passive_call(
        self, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError

    # --- classes ---

    def is_instance(self, value: Value, cls: Value) -> bool | None:
        """isinstance(value, cls); None where it is known at run time only."""
        if isinstance(cls, Tuple):
            found = [self.is_instance(value, c) for c in cls.items]
            return True if True in found else None if None in found else False
        if not isinstance(cls, (Class, Builtin)):
            return None
        if isinstance(value, Ref) and value.identity.kind == "instance":
            own = value.identity.cls
            return self.is_subclass(own, cls) if isinstance(own, Class) else None
        live = cls.live
        if isinstance(value, Class):  # of a metaclass, perhaps, where it is not of the file
            of = type if value.live is None else type(value.live)
            return issubclass(of, live) if isinstance(live, type) else False
        if isinstance(value, LiveObject):
            return isinstance(value.value, live) if live is not None else None
        if isinstance(value, Ref) and isinstance(value.identity.cls, Builtin):
            return issubclass(value.identity.cls.live, live) if live is not None else None
        own_type: Any = None
        if isinstance(value, Tuple):
            own_type = value.type or tuple
        elif isinstance(value, Ref):
            own_type = {"list": list, "dict": dict}.get(value.identity.kind)
        elif isinstance(value, Runtime) and value not in self.mixed:
            kind = kind_of(value)
            own_type = TYPES.get(kind)  # type: ignore[arg-type]
            if own_type is None and isinstance(kind, ListOf):
                return None
            if isinstance(kind, ArrayOf) and live in (list, tuple, dict, str):
                return False
            if value == Const(None):
                own_type = type(None)
        if own_type is None and isinstance(cls, Class) and isinstance(value, Runtime):
            # An integer or a float, but nothing of another class.
            return None if kind_of(value) not in TYPES or _is_numeric(live) else False
        if own_type is None:
            return None
        if live is None:
            return isinstance(own_type, Record) and own_type.node is getattr(cls, "node", None)
        if isinstance(own_type, Record):
            own_type = tuple
        return isinstance(live, type) and issubclass(own_type, live)

    def is_subclass(self, own: Class, cls: Class | Builtin) -> bool:
        if own.live is not None:
            return isinstance(cls.live, type) and issubclass(own.live, cls.live)
        if isinstance(cls, Builtin):
            return cls.name == "builtins.object"
        return own.node is cls.node or any(self.is_subclass(b, cls) for b in self.bases(own))

    def builtin_isinstance(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        found = self.is_instance(args[0], args[1])
        if found is not None:
            return Const(found)
        return self.passive_call("isinstance", args, keywords, node)

    def builtin_issubclass(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        own, given = args
        classes = given.items if isinstance(given, Tuple) else (given,)
        if isinstance(own, Class) and all(isinstance(c, (Class, Builtin)) for c in classes):
            return Const(any(self.is_subclass(own, c) for c in classes))  # type: ignore[arg-type]
        return self.passive_call("issubclass", args, keywords, node)

    def builtin_type(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        if len(args) == 1 and isinstance(args[0], Runtime) and kind_of(args[0]) in CASTS:
            return Method(args[0], "__class__")  # what it is, is asked where that matters
        known = self.type_of(args[0]) if not isinstance(args[0], Runtime) else None
        return self.passive_call("type", args, keywords, node) if known is None else known

    def cast_like(
        self, number: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value | None:
        """`type(number)(...)`: a number of the same kind."""
        cast = CASTS.get(kind_of(number))  # type: ignore[arg-type]
        if cast is None or number in self.mixed:
            return None
        return self.call_primitive(cast, args, keywords, node)

    def type_of(self, value: Value) -> Class | Builtin | None:
        """The class of a value, if it is known while the function is read."""
        if isinstance(value, Ref) and isinstance(value.identity.cls, (Class, Builtin)):
            return value.identity.cls
        if isinstance(value, Tuple) and _is_named(value.type):
            return _class_of(value.type)
        if isinstance(value, (Tuple, Ref)):
            kind = "tuple" if isinstance(value, Tuple) else value.identity.kind
            return Builtin(f"builtins.{kind}", {"tuple": tuple, "list": list, "dict": dict}[kind])
        if isinstance(value, Runtime) and value not in self.mixed and kind_of(value) in TYPES:
            known = TYPES[kind_of(value)]  # type: ignore[index]
            return Builtin(f"builtins.{known.__name__}", known)
        return None

    def builtin_hasattr(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        value, name = args
        if isinstance(value, Ref) and value.identity.kind == "instance" and isinstance(name, Const):
            return Const(self.instance_attribute(value, str(name.value), node) is not None)
        return self.passive_call("hasattr", args, keywords, node)

    def builtin_setattr(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        ref, name, value = args
        if not isinstance(ref, Ref) or not isinstance(name, Const):
            raise self.refuse(node, "setattr() needs an object made here, and a literal name")
        self.set_attribute(ref, str(name.value), value, node)
        return Const(None)

    def match_args(self, cls: Value, node: ast.AST) -> list[str]:
        if not isinstance(cls, Class):
            return []
        if cls.live is not None:
            return list(getattr(cls.live, "__match_args__", ()))
        fields = self.tuple_fields(cls) or self.dataclass_fields(cls, node) or {}
        return list(fields)

    # --- data classes ---

    def fields_of(self, value: Value, node: ast.AST) -> dict[str, Value]:
        cls = value.identity.cls if isinstance(value, Ref) else None
        names: list[str] | None = None
        if isinstance(cls, Class) and cls.live is not None and dataclasses.is_dataclass(cls.live):
            names = [f.name for f in dataclasses.fields(cls.live)]
        elif isinstance(cls, Class) and cls.live is None:
            names = list(self.dataclass_fields(cls, node) or {})
        if not names:
            raise self.refuse(node, "this is not an object of a data class made here")
        content = self.content(value)  # type: ignore[arg-type]
        return {n: content[n] for n in names}

    def builtin_dataclasses_replace(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        given = {**self.fields_of(args[0], node), **keywords}
        cls = args[0].identity.cls  # type: ignore[union-attr]
        assert isinstance(cls, Class)
        made = {n: given[n] for n in self.dataclass_fields(cls, node) or {}}
        return self.construct(cls, [], made, node)

    def builtin_dataclasses_astuple(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Tuple(
            tuple(self.deep(v, node, False) for v in self.fields_of(args[0], node).values())
        )

    def builtin_dataclasses_asdict(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        found = self.fields_of(args[0], node).items()
        return self.new_object("dict", {n: self.deep(v, node, True) for n, v in found})

    def deep(self, value: Value, node: ast.AST, as_dict: bool) -> Value:
        """What astuple and asdict make of a field: copies, all the way down."""
        if isinstance(value, Tuple):
            return Tuple(tuple(self.deep(v, node, as_dict) for v in value.items), value.type)
        if isinstance(value, Ref) and value.identity.kind == "instance":
            name = "asdict" if as_dict else "astuple"
            made = getattr(self, f"builtin_dataclasses_{name}")([value], {}, node)
            return made  # type: ignore[no-any-return]
        if isinstance(value, Ref) and value.identity.kind == "list":
            content = self.content(value)
            if isinstance(content, tuple):
                return self.new_object("list", tuple(self.deep(v, node, as_dict) for v in content))
            return self.to_list(value, node)
        if isinstance(value, Ref) and value.identity.kind == "dict":
            parts = self.content(value).items()
            return self.new_object("dict", {k: self.deep(v, node, as_dict) for k, v in parts})
        return value

    def builtin_dataclasses_fields(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        value = args[0]
        cls = value.identity.cls if isinstance(value, Ref) else value
        if not isinstance(cls, Class) or cls.live is None or not dataclasses.is_dataclass(cls.live):
            raise self.refuse(node, "the fields of this can't be told while the function is read")
        found = []
        for item in dataclasses.fields(cls.live):
            found.append(self.new_object("instance", {"name": Const(item.name)}))
        return Tuple(tuple(found))

    # --- iteration ---

    def object_items(self, value: Value, node: ast.AST) -> list[Value] | None:
        """The items of an object of the user's, by __iter__ or by __len__ and __getitem__."""
        if isinstance(value, Class):
            return self.members_of(value)
        method = self.special(value, "__iter__", node)
        if method is not None:
            made = self.apply_function(method, [], {}, node)
            if made == value:
                raise self.refuse(
                    node,
                    "an object that is its own iterator can't be followed here",
                    fix="Return iter(...) of a list from __iter__.",
                )
            return self.items(made, node)
        size, item = (self.special(value, n, node) for n in ("__len__", "__getitem__"))
        if size is None or item is None:
            return None
        count = self.apply_function(size, [], {}, node)
        if not isinstance(count, Const):
            return None
        return [self.apply_function(item, [Const(i)], {}, node) for i in range(count.value)]

    def members_of(self, cls: Class) -> list[Value] | None:
        """The members of an enumeration."""
        import enum

        if not isinstance(cls.live, type) or not issubclass(cls.live, enum.Enum):
            return None
        return [
            wrap(m, f"{cls.name}.{m.name}", functools.partial(_member, m), self.unit, cls.live)
            for m in cls.live
        ]

    def dispatched(self, value: LiveObject, args: list[Value], node: ast.AST) -> Value | None:
        """The implementation that functools.singledispatch chooses."""
        dispatch = getattr(value.value, "dispatch", None)
        if dispatch is None or not hasattr(value.value, "registry") or not args:
            return None
        own = self.type_of(args[0])
        if own is None or own.live is None:
            raise self.refuse(node, "the type that decides what is called is not known here")
        return function_value(dispatch(own.live), self.unit, None)


def _member(member: Any, root: Any) -> Any:
    return member


def _is_named(kind: Any) -> bool:
    return kind is not None and kind is not tuple and hasattr(kind, "_fields")


def _class_of(kind: Any) -> Class:
    """The class of a named tuple."""
    if isinstance(kind, Record):
        return Class(kind.node.name, kind.node, kind.scope)
    return Class(kind.__name__, None, None, kind)


def _is_numeric(live: Any) -> bool:
    """Whether numbers may be of a class: that of an interface, or one of NumPy's."""
    types = (bool, int, float, complex)
    return isinstance(live, type) and any(issubclass(t, live) or issubclass(live, t) for t in types)
