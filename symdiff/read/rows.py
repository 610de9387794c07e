"""Reading lists of tuples whose length is known at run time only: one list for each column.

`todo.append((x, depth))` in a loop appends to two lists, and `x, depth = todo.pop()` takes from
both. They are lists like any other, so that loops carry them and the reverse sweep keeps them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from symdiff.read.core import Slot, State
from symdiff.read.nested import Nested
from symdiff.read.rebinding import slot_name
from symdiff.read.values import (
    Builtin,
    Conflict,
    Identity,
    Iterator,
    Ref,
    Rows,
    Tuple,
    Value,
    kind_of,
)
from symdiff.stages import Branch, Const, Expr, ListOf, Scalar, Var

SNAPSHOTS = ("enumerate", "zip")


class ListsOfTuples(Nested):
    """What lists do that are held by columns."""

    def rows(self, value: Value) -> Rows | None:
        """The columns of a list of tuples."""
        if not isinstance(value, Ref) or value.identity.kind != "list":
            return None
        content = self.content(value)
        return content if isinstance(content, Rows) else None

    # --- how they come into being ---

    def as_rows(self, slot: Slot, content: Any) -> Rows | None:
        name = slot_name(slot).lstrip("%")
        if isinstance(content, Rows):
            width, kind = len(content.columns), content.type
        elif isinstance(content, tuple) and self.are_rows(content) and content[0].items:
            width, kind = len(content[0].items), content[0].type
        else:
            return None
        columns = tuple(Ref(Identity("list")) for _ in range(width))
        for i, column in enumerate(columns):
            column.identity.name = f"{name}_{i}"
        return Rows(columns, kind)

    def enter_rows(self, slot: Slot, rows: Rows) -> set[Slot]:
        """Hold a list by columns from here on; the slots that stand for its content then."""
        content = self.state[slot]
        for i, column in enumerate(rows.columns):
            if isinstance(content, Rows):
                held = self.content(content.columns[i])
            else:
                held = tuple(row.items[i] for row in content)
            self.state[column.identity, "content"] = held
        self.state[slot] = rows
        return {(column.identity, "content") for column in rows.columns}

    def merge_rows(self, rows: Rows, a: Any, b: Any, step: Branch, node: ast.AST) -> Any:
        """The content of a list after a branch whose arms leave different tuples in it."""

        def column(content: Any, i: int, arm: State) -> Any:
            if not isinstance(content, Rows):
                return tuple(row.items[i] for row in content)
            return arm[content.columns[i].identity, "content"]

        tuples = all(isinstance(v, Tuple) for c in (a, b) if isinstance(c, tuple) for v in c)
        if not tuples or not isinstance(a, (tuple, Rows)) or not isinstance(b, (tuple, Rows)):
            return Conflict("it is a list of tuples on one path only", self.place(node))
        shapes = {len(c.columns) for c in (rows, a, b) if isinstance(c, Rows)}
        widths = {len(v.items) for c in (a, b) if isinstance(c, tuple) for v in c}
        if len(shapes | widths) > 1:
            return Conflict("its tuples have another shape on another path", self.place(node))
        one, other = self.arms
        for i, made in enumerate(rows.columns):
            name = made.identity.name
            left, right = column(a, i, one), column(b, i, other)
            content = self.merge_contents(left, right, step, name, node)
            self.state[made.identity, "content"] = content
        return rows

    def from_columns(self, rows: Rows, made: Callable[[Ref], Value]) -> Value:
        """A list of tuples whose columns are made from those of another."""
        columns = tuple(map(made, rows.columns))
        assert all(isinstance(c, Ref) for c in columns)
        return self.new_object("list", Rows(columns, rows.type))  # type: ignore[arg-type]

    def parts(self, rows: Rows, value: Value, node: ast.AST) -> list[tuple[Ref, Value]]:
        """Which part of a tuple goes into which column."""
        items = value.items if isinstance(value, Tuple) else ()
        if not isinstance(value, Tuple) or len(items) != len(rows.columns):
            raise self.refuse(
                node,
                "a list whose length is not known holds tuples of one shape only",
                fix="Use one list for each part of its items.",
            )
        return list(zip(rows.columns, items, strict=True))

    def changing_length(self, ref: Ref, node: ast.AST) -> None:
        if ref.identity.frozen or ref.identity in self.iterated:
            self.set_content(ref, (), node)  # refused there

    # --- what they do ---

    def append(self, ref: Ref, value: Value, node: ast.AST) -> None:
        rows = self.rows(ref)
        if rows is None:
            return super().append(ref, value, node)
        self.changing_length(ref, node)
        for column, item in self.parts(rows, value, node):
            self.append(column, item, node)
        return None

    def list_pop(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        rows = self.rows(ref)
        if rows is None:
            return super().list_pop(ref, args, keywords, node)
        self.changing_length(ref, node)
        return Tuple(tuple(self.list_pop(c, args, {}, node) for c in rows.columns), rows.type)

    def list_insert(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        rows = self.rows(ref)
        if rows is None:
            return super().list_insert(ref, args, keywords, node)
        self.changing_length(ref, node)
        for column, item in self.parts(rows, args[1], node):
            self.list_insert(column, [args[0], item], {}, node)
        return Const(None)

    def list_extend(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        rows = self.rows(ref)
        if rows is None or self.items(args[0], node) is not None:
            return super().list_extend(ref, args, keywords, node)
        self.changing_length(ref, node)
        made = self.to_list(args[0], node)
        more = self.rows(made)
        if more is None or len(more.columns) != len(rows.columns):
            raise self.refuse(node, "a list of tuples can only be extended by tuples of its shape")
        for column, other in zip(rows.columns, more.columns, strict=True):
            self.list_extend(column, [other], {}, node)
        return Const(None)

    def list_clear(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.each_column("clear", ref, args, node)

    def list_reverse(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.each_column("reverse", ref, args, node)

    def each_column(self, name: str, ref: Ref, args: list[Value], node: ast.AST) -> Value:
        rows = self.rows(ref)
        if rows is None:
            return getattr(super(), f"list_{name}")(ref, args, {}, node)  # type: ignore[no-any-return]
        self.changing_length(ref, node)
        for column in rows.columns:
            self.each_column(name, column, args, node)
        return Const(None)

    def item(self, value: Value, at: Value, node: ast.AST) -> Value:
        rows = self.rows(value)
        if rows is None or isinstance(at, Iterator):
            return super().item(value, at, node)
        return Tuple(tuple(self.item(c, at, node) for c in rows.columns), rows.type)

    def slice_of(self, value: Value, parts: list[Value], node: ast.AST) -> Value:
        rows = self.rows(value)
        if rows is None:
            return super().slice_of(value, parts, node)
        return self.from_columns(rows, lambda c: self.slice_of(c, parts, node))

    def to_list(self, value: Value, node: ast.AST) -> Ref:
        rows = self.rows(value)
        if rows is None:
            return super().to_list(value, node)
        made = self.from_columns(rows, lambda c: self.to_list(c, node))
        assert isinstance(made, Ref)
        return made

    def builtin_len(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        rows = self.rows(args[0])
        given: list[Value] = [*args] if rows is None else [rows.columns[0]]
        return super().builtin_len(given, keywords, node)

    def length_of(self, value: Value, node: ast.AST) -> Var:
        rows = self.rows(value)
        return super().length_of(value if rows is None else rows.columns[0], node)

    def indexed(self, value: Value, node: ast.AST) -> tuple[Expr, Callable[[Expr], Value]]:
        rows = self.rows(value)
        if rows is None:
            return super().indexed(value, node)
        columns = [self.indexed(c, node) for c in rows.columns]
        return columns[0][0], lambda i: Tuple(tuple(at(i) for _, at in columns), rows.type)

    def set_item(self, ref: Ref, at: Value, value: Value, node: ast.AST) -> None:
        rows = self.rows(ref)
        if rows is None:
            return super().set_item(ref, at, value, node)
        for column, item in self.parts(rows, value, node):
            self.set_item(column, at, item, node)
        return None

    # --- lists of tuples that nobody else sees ---

    def call(self, node: ast.Call) -> Value:
        """reversed(list(enumerate(xs))): the items of a copy, the last one first."""
        match node:
            case ast.Call(
                func=ast.Name(id="reversed"),
                args=[ast.Call(func=ast.Name(id="list"), args=[inner], keywords=[])],
                keywords=[],
            ) if self.is_builtin("reversed", node) and self.is_builtin("list", node):
                found = self.evaluate(inner)
                if isinstance(found, Iterator) and self.of_numbers(found):
                    lists = tuple(self.snapshot(v, node) for v in found.args)
                    return Iterator("reversed", (Iterator(found.name, lists),))
                made = self.call_builtin(Builtin("builtins.list", list), [found], {}, node)
                return self.call_builtin(Builtin("builtins.reversed", reversed), [made], {}, node)
        return super().call(node)

    def of_numbers(self, value: Iterator) -> bool:
        return value.name in SNAPSHOTS and all(map(self.holds_numbers, value.args))

    def holds_numbers(self, value: Value) -> bool:
        """Whether a value is an index, or a list of numbers whose length is not known."""
        if isinstance(value, Ref) and self.is_dynamic_list(value):
            kind = kind_of(self.content(value))
            return isinstance(kind, ListOf) and isinstance(kind.item, Scalar)
        return isinstance(value, Const)

    def snapshot(self, value: Value, node: ast.AST) -> Value:
        """A list as it is now: lists are values, so that nothing has to be copied."""
        if not isinstance(value, Ref):
            return value
        made = self.new_object("list", self.content(value))
        made.identity.name = value.identity.name
        return made

    def is_builtin(self, name: str, node: ast.AST) -> bool:
        found = self.lookup(name, node)
        return isinstance(found, Builtin) and found.name == f"builtins.{name}"
