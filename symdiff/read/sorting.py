"""Reading sorts: a sort is a permutation, found from passive keys, and a gathering by index."""

from __future__ import annotations

import ast
from typing import Any

from symdiff.read.core import Slot
from symdiff.read.protocols import Protocols
from symdiff.read.values import (
    Builtin,
    Partial,
    Ref,
    Runtime,
    Tuple,
    Unknown,
    Value,
    kind_of,
)
from symdiff.stages import INTEGER, Apply, Const, Expr, ListOf, Opaque


class Sorting(Protocols):
    """sorted(), list.sort(), and the functions that pick a key out of an item."""

    def builtin_sorted(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        """A new list in the order of the keys, stable as Python's sort is."""
        unknown = keywords.keys() - {"key", "reverse"}
        if unknown:
            raise self.refuse(node, f"sorted() has no keyword {min(unknown)!r}")
        key = keywords.get("key", Const(None))
        reverse = keywords.get("reverse", Const(False))
        given = args[0]
        is_list = isinstance(given, Ref) and given.identity.kind == "list"
        ref = given if is_list else self.to_list(given, node)  # nothing is stored into it
        assert isinstance(ref, Ref)
        content = self.content(ref)
        if isinstance(content, tuple) and len(content) < 2:
            return self.new_object("list", content)
        if isinstance(content, tuple) and not _are_numbers(content):
            return self.sorted_items(ref, content, key, reverse, node)
        if key == Const(None) and reverse == Const(False):
            content = self.dynamic(ref, node)
            kind = kind_of(content)
            return self.new_object("list", self.emit(Apply("sorted", (content,)), kind, node))
        keys = self.dynamic(ref, node) if key == Const(None) else self.keys_of(ref, key, node)
        length = self.emit(Apply("len", (self.dynamic(ref, node),)), INTEGER, node)
        order = self.order_of(length, keys, reverse, node)
        return self.gathered(ref, order, node)

    def sorted_items(
        self, ref: Ref, items: tuple[Value, ...], key: Value, reverse: Value, node: ast.AST
    ) -> Value:
        """Items that are known one by one: where keys are literal, their order is known too."""
        keys = (
            list(items)
            if key == Const(None)
            else [self.apply_function(key, [item], {}, node) for item in items]
        )
        if any(isinstance(k, Unknown) for k in keys):
            return Unknown()
        known = _compared(keys)
        if known is not None and isinstance(reverse, Const):
            try:
                at = sorted(range(len(items)), key=known.__getitem__, reverse=bool(reverse.value))
            except TypeError as error:
                raise self.refuse(node, str(error)) from None
            return self.new_object("list", tuple(items[i] for i in at))
        trees = Apply("list", tuple(self.tree(k, node) for k in keys))
        order = self.order_of(Const(len(items)), trees, reverse, node)
        if all(isinstance(v, Runtime) for v in items):
            return self.gathered(ref, order, node)
        chosen = []
        for i in range(len(items)):
            place = self.emit(Apply("getitem", (order, Const(i))), INTEGER, node)
            chosen.append(self.item(Tuple(items), place, node))
        return self.new_object("list", tuple(chosen))

    def keys_of(self, ref: Ref, key: Value, node: ast.AST) -> Expr:
        """The keys of a list's items, as one list."""
        length, item_at = self.indexed(ref, node)
        state = dict(self.state)
        first, _ = self.arm(lambda: self.apply_function(key, [item_at(Const(0))], {}, node))
        self.state = state
        count = len(first.items) if isinstance(first, Tuple) else None
        lists = [self.new_object("list", ()) for _ in range(1 if count is None else count)]
        for made in lists:
            made.identity.name = "keys"
        holder: list[Value] = []

        def body() -> None:
            found = self.apply_function(key, [holder[-1]], {}, node)
            parts = found.items if isinstance(found, Tuple) else (found,)
            if len(parts) != len(lists):
                raise self.refuse(node, "the keys of a sort must be of one structure")
            for made, part in zip(lists, parts, strict=True):
                self.append(made, part, node)

        guess: set[Slot] = {(made.identity, "content") for made in lists}
        self.for_each(ref, holder.append, body, node, guess)
        keys = [self.dynamic(made, node) for made in lists]
        if count is None:
            return keys[0]
        text = ", ".join(f"_{i}" for i in range(len(keys)))
        return Opaque(f"list(zip({text}))", tuple(keys), pure=True)

    def order_of(self, length: Expr, keys: Expr, reverse: Value, node: ast.AST) -> Expr:
        """The indices of a list's items in the order of their keys."""
        text = "sorted(range(_0), key=_1.__getitem__"
        args: list[Expr] = [length, keys]
        if reverse != Const(False):
            text += ", reverse=_2"
            args.append(self.atom(reverse, node))
        return self.emit(Opaque(f"{text})", tuple(args), pure=True), ListOf(INTEGER), node, "order")

    def gathered(self, ref: Ref, order: Expr, node: ast.AST) -> Value:
        """[items[i] for i in order]"""
        result = self.new_object("list", ())
        result.identity.name = "ranked"
        holder: list[Value] = []

        def body() -> None:
            self.append(result, self.item(ref, holder[-1], node), node)

        assert isinstance(order, Runtime)
        self.for_each(order, holder.append, body, node, {(result.identity, "content")})
        return result

    def list_sort(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        made = self.builtin_sorted([ref], keywords, node)
        if isinstance(made, Ref):
            self.set_content(ref, self.content(made), node)
        return Const(None)

    # --- functions that make keys ---

    def list___getitem__(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.item(ref, args[0], node)

    def builtin_operator_itemgetter(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Partial(Builtin("operator.itemgetter.of"), tuple(args), {})

    def builtin_operator_itemgetter_of(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        *keys, item = args
        found = tuple(self.item(item, k, node) for k in keys)
        return found[0] if len(found) == 1 else Tuple(found)

    def builtin_operator_attrgetter(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Partial(Builtin("operator.attrgetter.of"), tuple(args), {})

    def builtin_operator_attrgetter_of(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        *names, item = args
        found: list[Value] = []
        for name in names:
            if not isinstance(name, Const) or not isinstance(name.value, str):
                raise self.refuse(node, "the name of an attribute must be a literal here")
            value = item
            for part in name.value.split("."):
                value = self.attribute(value, part, node)
            found.append(value)
        return found[0] if len(found) == 1 else Tuple(tuple(found))


def _are_numbers(items: tuple[Value, ...]) -> bool:
    """Whether items are numbers, not all of them literal."""
    return all(isinstance(v, Runtime) for v in items) and not all(map(_literal, items))


def _literal(value: Any) -> bool:
    """Whether a key is a literal, or a tuple of literals."""
    if isinstance(value, Tuple):
        return all(map(_literal, value.items))
    return isinstance(value, Const)


def _compared(keys: list[Value]) -> list[Any] | None:
    """What decides the order of keys, where literals alone do, else None."""
    if all(map(_literal, keys)):
        return [_python(k) for k in keys]
    firsts = [
        _python(k.items[0])
        for k in keys
        if isinstance(k, Tuple) and k.items and _literal(k.items[0])
    ]
    return firsts if len(set(firsts)) == len(keys) else None


def _python(value: Any) -> Any:
    return tuple(map(_python, value.items)) if isinstance(value, Tuple) else value.value
