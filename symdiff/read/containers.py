"""Reading the containers of `collections`, and the rarer methods of lists and dicts."""

from __future__ import annotations

import ast
import collections
from typing import Any

from symdiff.read.sorting import Sorting
from symdiff.read.values import (
    Builtin,
    Ref,
    Tuple,
    Value,
    literal_key,
)
from symdiff.stages import INTEGER, Apply, Const, Opaque

KEYS = "the keys of a dict must be known when the function is read"


class Containers(Sorting):
    """deque, defaultdict, Counter, OrderedDict and ChainMap."""

    def builtin_dict(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        raise NotImplementedError

    def list_pop(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError

    # --- deque ---

    def builtin_collections_deque(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        size = args[1] if len(args) > 1 else keywords.get("maxlen", Const(None))
        made = self.to_list(args[0], node) if args else self.new_object("list", ())
        content = self.content(made)
        ref = self.new_object("list", (), Builtin("collections.deque", collections.deque))
        if size == Const(None):
            self.set_content(ref, content, node)
            return ref
        ref.identity.limit = self.atom(size, node)
        if not isinstance(content, tuple):
            raise self.refuse(node, "a deque with maxlen can't be made from a list here")
        for item in content:
            self.append(ref, item, node)
        return ref

    def append(self, ref: Ref, value: Value, node: ast.AST) -> None:
        super().append(ref, value, node)
        limit = ref.identity.limit
        if limit is None:
            return
        content = self.content(ref)
        if isinstance(content, tuple) and isinstance(limit, Const):
            self.set_content(ref, content[max(0, len(content) - limit.value) :], node)
            return
        size = self.emit(Apply("len", (self.dynamic(ref, node),)), INTEGER, node)
        test = self.apply("gt", (size, limit), node)
        self.branch(test, lambda: self.drop_first(ref, node), lambda: None, node)

    def drop_first(self, ref: Ref, node: ast.AST) -> None:
        made = self.update("delitem", self.dynamic(ref, node), (Const(0),), node, ref)
        self.set_content(ref, made, node)

    def list_appendleft(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if ref.identity.limit is not None:
            raise self.refuse(node, "appendleft() to a deque with maxlen is not supported")
        return self.call_list("insert", ref, [Const(0), args[0]], node)

    def list_popleft(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.list_pop(ref, [Const(0)], {}, node)

    def list_extendleft(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        for item in self.known_items(args[0], node):
            self.list_appendleft(ref, [item], {}, node)
        return Const(None)

    def list_rotate(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        by = args[0] if args else Const(1)
        content = self.content(ref)
        if isinstance(content, tuple) and isinstance(by, Const):
            at = -by.value % len(content) if content else 0
            self.set_content(ref, content[at:] + content[:at], node)
        elif by == Const(1):
            self.call_list("insert", ref, [Const(0), self.list_pop(ref, [], {}, node)], node)
        elif by == Const(-1):
            self.append(ref, self.list_pop(ref, [Const(0)], {}, node), node)
        else:
            raise self.refuse(node, "rotate() by more than one is not supported here")
        return Const(None)

    def call_list(self, name: str, ref: Ref, args: list[Value], node: ast.AST) -> Value:
        return getattr(self, f"list_{name}")(ref, args, {}, node)  # type: ignore[no-any-return]

    def known_items(self, value: Value, node: ast.AST) -> list[Value]:
        items = self.items(value, node)
        if items is None:
            raise self.refuse(node, "a sequence of unknown length is not supported here")
        return items

    # --- more of lists ---

    def list_remove(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        content = self.content(ref)
        if isinstance(content, tuple):
            for at, item in enumerate(content):
                test = self.comparison("eq", item, args[0], node)
                if not isinstance(test, Const):
                    break
                if test.value:
                    self.set_content(ref, content[:at] + content[at + 1 :], node)
                    return Const(None)
        trees = (self.tree(ref, node), self.tree(args[0], node))
        at_run_time = self.emit(Opaque("_0.index(_1)", trees, pure=True), INTEGER, node)
        self.list_pop(ref, [at_run_time], {}, node)
        return Const(None)

    def list___len__(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.call_builtin(Builtin("builtins.len"), [ref], {}, node)

    def list___contains__(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.comparison("in", args[0], ref, node)

    dict___contains__ = list___contains__

    def call_builtin(
        self, function: Builtin, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError

    # --- dicts that are more than dicts ---

    def builtin_collections_OrderedDict(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.builtin_dict(args, keywords, node)

    def builtin_collections_defaultdict(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        made = self.builtin_dict(args[1:], keywords, node)
        assert isinstance(made, Ref)
        made.identity.cls = Builtin("collections.defaultdict", collections.defaultdict)
        if args and args[0] != Const(None):
            made.identity.factory = args[0]
        return made

    def builtin_collections_Counter(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        ref = self.new_object("dict", {}, Builtin("collections.Counter", collections.Counter))
        ref.identity.factory = Const(0)
        for value in args[:1]:
            self.dict_update(ref, [value], {}, node)
        if keywords:
            self.dict_update(ref, [self.new_object("dict", dict(keywords))], {}, node)
        return ref

    def is_counter(self, ref: Ref) -> bool:
        cls = ref.identity.cls
        return isinstance(cls, Builtin) and cls.name == "collections.Counter"

    def missing(self, ref: Ref, key: Any, node: ast.AST) -> Value | None:
        """The item that a dict makes for a key it doesn't have."""
        factory = ref.identity.factory
        if factory is None:
            return None
        if isinstance(factory, Const):
            return factory
        made: Value
        simple = factory.name.removeprefix("builtins.") if isinstance(factory, Builtin) else ""
        if simple in ("float", "int"):
            made = Const(0.0 if simple == "float" else 0)
        else:
            made = self.apply_function(factory, [], {}, node)
        self.set_content(ref, {**self.content(ref), key: made}, node)
        return made

    def dict_update(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if not self.is_counter(ref):
            more = self.builtin_dict(args, keywords, node)
            assert isinstance(more, Ref)
            self.set_content(ref, {**self.content(ref), **self.content(more)}, node)
            return Const(None)
        content = dict(self.content(ref))
        value = args[0]
        if isinstance(value, Ref) and value.identity.kind == "dict":
            pairs = list(self.content(value).items())
        else:
            pairs = []
            for item in self.known_items(value, node):
                if not isinstance(item, Const):
                    raise self.refuse(node, KEYS)
                pairs.append((item.value, Const(1)))
        for key, count in pairs:
            old = content.get(key)
            content[key] = count if old is None else self.binary("add", old, count, node)
        self.set_content(ref, content, node)
        return Const(None)

    def dict_total(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        values = Tuple(tuple(self.content(ref).values()))
        return self.call_builtin(Builtin("builtins.sum"), [values], {}, node)

    def dict_most_common(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        content = self.content(ref)
        if not all(isinstance(v, Const) for v in content.values()):
            raise self.refuse(node, "the order of counts is not known when the function is read")
        pairs = sorted(content.items(), key=lambda kv: kv[1].value, reverse=True)
        if args and isinstance(args[0], Const):
            pairs = pairs[: args[0].value]
        return self.new_object("list", tuple(Tuple((Const(k), v)) for k, v in pairs))

    def builtin_collections_ChainMap(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """As one dict: what is stored goes into the first one only, and is refused."""
        content: dict[Any, Value] = {}
        for value in reversed(args):
            if not isinstance(value, Ref) or value.identity.kind != "dict":
                raise self.refuse(node, "ChainMap() takes dicts made here")
            content.update(self.content(value))
            value.identity.frozen = True
        ref = self.new_object("dict", content)
        ref.identity.frozen = True
        return ref

    def dict_move_to_end(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        content = dict(self.content(ref))
        last = args[1] if len(args) > 1 else keywords.get("last", Const(True))
        if not isinstance(args[0], Const) or not isinstance(last, Const):
            raise self.refuse(node, KEYS)
        key = args[0].value
        if key not in content:
            raise self.refuse(node, f"the dict has no key {key!r}")
        moved = {key: content.pop(key)}
        self.set_content(ref, {**content, **moved} if last.value else {**moved, **content}, node)
        return Const(None)

    def dict_popitem(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        content = dict(self.content(ref))
        last = args[0] if args else keywords.get("last", Const(True))
        if not content or not isinstance(last, Const):
            raise self.refuse(node, "popitem() from an empty dict")
        key = list(content)[-1 if last.value else 0]
        value = content.pop(key)
        self.set_content(ref, content, node)
        return Tuple((Const(key), value))

    def dict_clear(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        self.set_content(ref, {}, node)
        return Const(None)

    def dict_fromkeys(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.builtin_fromkeys(args, keywords, node)

    def builtin_fromkeys(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        content: dict[Any, Value] = {}
        for key in self.known_items(args[0], node):
            if not isinstance(key, Const):
                raise self.refuse(node, KEYS)
            content[key.value] = args[1] if len(args) > 1 else Const(None)
        return self.new_object("dict", content)

    def dict_get(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        content, key = self.content(ref), args[0]
        default = args[1] if len(args) > 1 else keywords.get("default", Const(None))
        if isinstance(key, Const):
            found: Value = content.get(key.value, default)
            return found
        literal = literal_key(key)
        if literal is not None:
            return content.get(literal, default)  # type: ignore[no-any-return]
        at = self.atom(key, node)
        result = default
        for known, value in reversed(content.items()):
            test = self.emit_equal(at, known, node)
            result = self.conditional(test, lambda v=value: v, lambda r=result: r, node)  # type: ignore[misc]
        return result

    def emit_equal(self, at: Any, key: Any, node: ast.AST) -> Any:
        return self.apply("eq", (at, Const(key)), node)
