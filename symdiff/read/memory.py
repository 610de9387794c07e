"""What shares memory with what: views and aliases of arrays, and stores into them.

In the procedure arrays are values, so a store makes a new version, and whatever the user's names
stand for has to follow: names of the same array (they hold the same variable) get the new version,
views of it are taken anew from that, and a store into a view is a store into its base. Where it
can't be told whether two arrays share memory, one of them is not to be read after a store into the
other: that is refused, never guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from symdiff.read.iteration import Iteration
from symdiff.read.values import Conflict, Tuple, Value
from symdiff.rules.arrays.indexing import repeats
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    OBJECT,
    Apply,
    ArrayOf,
    Const,
    Expr,
    ListOf,
    Stage,
    Var,
    substitute,
)

ALL = Const(Ellipsis)


@dataclass(frozen=True, eq=False)
class View:
    """`recipe` takes the view from `base`. If `certain`, it shares memory with the base; otherwise
    it may, as a reshaped array does that is not contiguous."""

    base: Var
    recipe: Apply
    certain: bool


class Memory(Iteration):
    """Stores into arrays, and what they change besides."""

    views: dict[Var, list[View]]
    stored: set[Var]

    def stage(self, var: Var, expr: Expr, node: ast.AST | None) -> Stage:
        return Stage(var, expr, self.place(node) if node is not None else None)

    def note_view(self, view: Var, base: Var, recipe: Apply, *, certain: bool) -> None:
        """An expression of `base` that is a view of it, or may be."""
        if isinstance(view.kind, ArrayOf):
            self.views.setdefault(view, []).append(View(base, recipe, certain))

    # --- stores ---

    def store_array(
        self, array: Var, index: Expr, value: Value, node: ast.AST, op: str = "setitem"
    ) -> Value:
        """array[index] = value, or an augmented store by another op. Returns the new version."""
        view = self.certain_view(array)
        given = self.stored_value(value, node)
        if view is not None and view.recipe.op == "getitem" and index == ALL:
            self.store_array(view.base, view.recipe.args[1], given, node, op)
            return array
        if view is not None and (back := self.put_back(view, array)) is not None:
            made = self.updated(op, array, index, given, node)
            base = self.emit(back(made), view.base.kind, node, view.base.base)
            self.replace(view.base, base, node)
            return made
        if view is not None:
            raise self.refuse(
                node,
                "a store into this view of an array is not supported",
                fix="Store into the array itself.",
            )
        made = self.updated(op, array, index, given, node)
        self.replace(array, made, node)
        return made

    def stored_value(self, value: Value, node: ast.AST) -> Expr:
        raise NotImplementedError

    def updated(self, op: str, array: Var, index: Expr, value: Expr, node: ast.AST) -> Var:
        if op in ("add_at", "sub_at", "mul_at", "truediv_at") and repeats(index):
            # A[i] += v adds once where i repeats: it is a read and a store.
            old = Apply("getitem", (array, index))
            part = self.emit(old, kind_of(old), node)
            changed = Apply(op.removesuffix("_at"), (part, value))
            value, op = self.emit(changed, kind_of(changed), node), "setitem"
        name = array.base if not array.temporary else None
        return self.emit(Apply(op, (array, index, value)), array.kind, node, name)

    def certain_view(self, array: Var) -> View | None:
        return next((v for v in self.views.get(array, ()) if v.certain), None)

    def put_back(self, view: View, array: Var) -> Callable[[Expr], Apply] | None:
        """How the base is made from a changed view."""
        base, (op, args) = view.base, (view.recipe.op, view.recipe.args)
        match op:
            case "getitem":
                return lambda new: Apply("setitem", (base, args[1], new))
            case "numpy.transpose" if len(args) == 1:
                return lambda new: Apply("numpy.transpose", (new,))
            case "numpy.swapaxes" | "numpy.flip" | "numpy.flipud" | "numpy.fliplr":
                return lambda new: Apply(op, (new, *args[1:]))
            case "numpy.matrix_transpose":
                return lambda new: Apply(op, (new,))
            case "numpy.squeeze" | "numpy.expand_dims":
                shape = Apply("numpy.shape", (base,))
                return lambda new: Apply("numpy.reshape", (new, shape))
        return None

    def doubt(self, array: Var, node: ast.AST) -> None:
        """Whatever shares memory with an array may have changed, or not."""
        self.stored.add(array)
        why = "it may be a number or an array, which is changed in place"
        doubtful = Conflict(why, self.place(node))
        relatives = self.may_share(array) | {array}

        def follow(var: Var) -> Any:
            related = var in relatives or not relatives.isdisjoint(self.may_share(var))
            return doubtful if related else var

        self.state = {slot: mapped(value, follow) for slot, value in self.state.items()}

    # --- what a store changes besides ---

    def replace(self, old: Var, new: Var, node: ast.AST) -> None:
        """Let everything that is or shares the memory of `old` follow its new version."""
        self.stored.add(old)
        view = self.certain_view(old)
        if view is not None and (back := self.put_back(view, old)) is not None:
            base = self.emit(back(new), view.base.kind, node, view.base.base)
            self.replace(view.base, base, node)
            return
        doubtful = Conflict(
            "it may share memory with an array that was changed in place", self.place(node)
        )
        known: dict[Var, Any] = {old: new}
        relatives = self.may_share(old)

        def follow(var: Var) -> Any:
            if var in known:
                return known[var]
            found: Any = var
            if isinstance(var.kind, ListOf) and old in self.held(var):
                found = doubtful
            for each in self.views.get(var, ()):
                base = follow(each.base)
                if base is each.base:
                    continue
                if not each.certain or not isinstance(base, Var):
                    found = doubtful
                    break
                recipe = substitute(each.recipe, {each.base: base})
                assert isinstance(recipe, Apply)
                found = self.emit(recipe, var.kind, node, None if var.temporary else var.base)
                self.note_view(found, base, recipe, certain=True)
                break
            if found is var and var in relatives:
                found = doubtful
            known[var] = found
            return found

        self.state = {slot: mapped(value, follow) for slot, value in self.state.items()}

    def may_share(self, array: Var) -> set[Var]:
        """The arrays that `array` may share memory with, by doubtful views that led to it."""
        found: set[Var] = set()
        pending = [array]
        while pending:
            for view in self.views.get(pending.pop(), ()):
                if view.base not in found:
                    found.add(view.base)
                    pending.append(view.base)
        return found

    def held(self, items: Var) -> set[Var]:
        """The arrays that a list, whose length is known at run time only, holds."""
        return self.holds.get(items, set())

    holds: dict[Var, set[Var]]

    def note_held(self, items: Var, old: Expr, value: Expr) -> None:
        """A version of a list holds what the old one holds, and an array besides."""
        inner = set(self.holds.get(old, ())) if isinstance(old, Var) else set()
        if isinstance(value, Var) and isinstance(value.kind, (ArrayOf, ListOf)):
            inner.add(value)
        if inner:
            self.holds[items] = inner


def mapped(value: Any, follow: Callable[[Var], Any]) -> Any:
    """A value of the state with its arrays replaced."""
    if isinstance(value, Var):
        return follow(value) if isinstance(value.kind, (ArrayOf, ListOf)) else value
    if isinstance(value, Tuple):
        items = tuple(mapped(v, follow) for v in value.items)
        same = all(a is b for a, b in zip(items, value.items, strict=True))
        return value if same else Tuple(items, value.type)
    if isinstance(value, tuple):
        items = tuple(mapped(v, follow) for v in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        made = {k: mapped(v, follow) for k, v in value.items()}
        return value if all(made[k] is value[k] for k in value) else made
    return value


def arrays_in(value: Any) -> Iterator[Var]:
    """The array variables in a value of the state."""
    if isinstance(value, Var):
        if isinstance(value.kind, ArrayOf):
            yield value
    elif isinstance(value, Tuple):
        for item in value.items:
            yield from arrays_in(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from arrays_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from arrays_in(item)


def is_object(value: Any) -> bool:
    return isinstance(value, Var) and value.kind is OBJECT
