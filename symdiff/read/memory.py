"""What shares memory with what: views and aliases of arrays, and stores into them.

In the procedure arrays are values, so a store makes a new version, and whatever the user's names
stand for has to follow: names of the same array (they hold the same variable) get the new version,
views of it are taken anew from that, and a store into a view is a store into its base. Where it
can't be told whether two arrays share memory, one of them is not to be read after a store into the
other: that is refused, never guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Iterator as Generator
from dataclasses import dataclass, replace
from typing import Any

from symdiff.read.core import Slot, State
from symdiff.read.iteration import Iteration
from symdiff.read.values import (
    Bound,
    Choice,
    Conflict,
    Function,
    Iterator,
    Method,
    Partial,
    Tuple,
    Value,
)
from symdiff.rules.arrays.indexing import is_basic, is_slice, parts_of, repeats
from symdiff.rules.arrays.registry import by_name
from symdiff.rules.memory import UPDATES
from symdiff.rules.registry import kind_of
from symdiff.rules.shapes import item_of, never_one
from symdiff.stages import (
    INTEGER,
    OBJECT,
    Apply,
    ArrayOf,
    Branch,
    Const,
    Expr,
    Kind,
    ListOf,
    Loop,
    Stage,
    Var,
    substitute,
    variables,
)

ALL = Const(Ellipsis)
COPY_IT = "Change a copy, made by .copy(), or read this before the change."
NO_AXES = Apply("tuple", ())
EVERYTHING = Apply("slice", (Const(None), Const(None), Const(None)))
# What makes a new array that lies in memory row by row.
FRESH = frozenset({
    "numpy.zeros", "numpy.ones", "numpy.empty", "numpy.full", "numpy.eye", "numpy.identity",
    "numpy.arange", "numpy.linspace", "matmul", "numpy.outer",
})  # fmt: skip
ELEMENTWISE = frozenset({"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "neg", "pos"})


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

    # --- layout ---

    layouts: dict[Var, str]
    scalars: set[Var]

    def emit(self, value: Expr, kind: Kind, node: ast.AST | None, name: str | None = None) -> Var:
        var = super().emit(value, kind, node, name)
        if isinstance(kind, ArrayOf) and isinstance(value, Apply):
            layout = self.layout(value, kind)
            if layout:
                self.layouts[var] = layout
            if kind.dims == () and _is_elementwise(value.op):
                self.scalars.add(var)
        if isinstance(kind, ListOf) and isinstance(value, Apply):
            self.note_held(var, value)
        elif isinstance(value, Apply) and value.op == "getitem":
            base = value.args[0]
            if isinstance(base, Var) and isinstance(base.kind, ListOf):
                self.note_view(var, base, value, certain=True)
        return var

    def layout(self, value: Apply, made: ArrayOf) -> str:
        """ "rows" for an array that is certainly in C order, "columns" for one that certainly is
        not; nothing where that is not known."""
        op, args = value.op, value.args
        if op in FRESH or op == "copy":
            return (
                "rows" if not any(isinstance(a, Apply) and a.op == "keyword" for a in args) else ""
            )
        if op in UPDATES:
            return self.layouts.get(args[0], "") if isinstance(args[0], Var) else ""
        if op == "numpy.transpose" and len(args) == 1 and isinstance(args[0], Var):
            kind = args[0].kind
            dims = kind.dims if isinstance(kind, ArrayOf) else None
            if self.layouts.get(args[0]) == "rows" and dims is not None:
                if len(dims) == 2 and all(map(never_one, dims)):
                    return "columns"
                return "rows" if len(dims) < 2 else ""
        if _is_elementwise(op):
            if made.rank == 1:
                return "rows"
            arrays = [a for a in args if isinstance(kind_of(a), ArrayOf)]
            known = {self.layouts.get(a, "") if isinstance(a, Var) else "" for a in arrays}
            return "rows" if known == {"rows"} else ""
        return ""

    def shares_memory(self, recipe: Apply, view: str) -> str:
        """Whether the value of a function is a view of its first argument, as far as it is known:
        "always", "maybe" or "never"."""
        base = recipe.args[0]
        if recipe.op == "numpy.linalg.matrix_power":
            power = recipe.args[1]  # the first one is the matrix itself
            return "never" if isinstance(power, Const) and power.value != 1 else "maybe"
        if view == "maybe" and recipe.op in ("numpy.reshape", "numpy.ravel"):
            layout = self.layouts.get(base, "") if isinstance(base, Var) else ""
            ordered = any(isinstance(a, Apply) and a.op == "keyword" for a in recipe.args)
            if layout and not ordered and len(recipe.args) <= 2:
                return {"rows": "always", "columns": "never"}[layout]
        return view

    def note_view(self, view: Var, base: Var, recipe: Apply, *, certain: bool) -> None:
        """An expression of `base` that is a view of it, or may be."""
        if has_memory(view.kind):
            self.views.setdefault(view, []).append(View(base, recipe, certain))

    def note_doubt(self, array: Var, other: Var) -> None:
        """Two arrays that share memory on some path, or in some round."""
        if has_memory(array.kind) and has_memory(other.kind):
            view = View(other, Apply("copy", (other,)), False)
            self.views.setdefault(array, []).append(view)

    def holds_arrays(self, value: Value) -> bool:
        return any(True for _ in arrays_in(value))

    def note_parts(self, item: Var, made: Apply) -> None:
        """What a function that gives several views has made of its arguments."""
        for var in variables(made):
            self.note_doubt(item, var)

    # --- lists of arrays, whose length is known at run time only ---

    def note_held(self, items: Var, made: Apply) -> None:
        """A version of a list shares memory with what it is made of. It is `tangled` when two of
        its items may be one array."""
        if not has_memory(items.kind) or made.op == "ndarray.tolist":
            return
        parts = [a for a in made.args if isinstance(a, Var) and has_memory(a.kind)]
        apart = len(set(parts)) == len(parts) and not any(
            self.related(a, b) for i, a in enumerate(parts) for b in parts[:i]
        )
        if made.op == "mul" or not apart or not self.tangled.isdisjoint(parts):
            self.tangled.add(items)
        for part in parts:
            self.note_doubt(items, part)

    # --- stores ---

    def store_array(
        self, array: Var, index: Expr, value: Value, node: ast.AST, op: str = "setitem"
    ) -> Value:
        """array[index] = value, or an augmented store by another op. Returns the new version."""
        view = self.certain_view(array)
        given = self.stored_value(value, node)
        if index == EVERYTHING or index == NO_AXES and array.kind == _without_axes(array.kind):
            index = ALL
        if view is not None and view.base.kind == _without_axes(view.base.kind):
            raise self.refuse(
                node,
                "a store into a view of an array without axes is not supported",
                fix="Store into the array itself: a[...] = v.",
            )
        back = None if view is None else self.put_back(view, array)
        if view is not None and (whole := _in_base(view, index)) is not None:
            # A store into the base itself: the view is not taken out and put back.
            base = self.store_array(view.base, whole, self.as_value(given), node, op)
            recipe = Apply("getitem", (base, view.recipe.args[1]))  # type: ignore[arg-type]
            made = self.emit(recipe, array.kind, node, None if array.temporary else array.base)
            self.note_view(made, base, recipe, certain=True)  # type: ignore[arg-type]
            return made
        if view is not None and back is not None:
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

    def as_value(self, expr: Expr) -> Value:
        assert not isinstance(expr, Apply)
        return expr

    def stored_value(self, value: Value, node: ast.AST) -> Expr:
        raise NotImplementedError

    def updated(self, op: str, array: Var, index: Expr, value: Expr, node: ast.AST) -> Var:
        if op in ("add_at", "sub_at", "mul_at", "truediv_at") and repeats(index):
            # A[i] += v adds once where i repeats: it is a read and a store.
            old = Apply("getitem", (array, index))
            part = self.emit(old, kind_of(old), node)
            changed = Apply(op.removesuffix("_at"), (part, value))
            value, op = self.emit(changed, kind_of(changed), node), "setitem"
        name = self.claims.get(array, None if array.temporary else array.base)
        return self.emit(Apply(op, (array, index, value)), array.kind, node, name)

    def certain_view(self, array: Var) -> View | None:
        return next((v for v in self.views.get(array, ()) if v.certain), None)

    def put_back(self, view: View, array: Var) -> Callable[[Expr], Apply] | None:
        """How the base is made from a changed view."""
        base, (op, args) = view.base, (view.recipe.op, view.recipe.args)
        if base in self.tangled:
            raise self.refuse(
                self.reading_at or self.frame.node,
                "the array to be changed may be in this list more than once",
                fix="Put a copy into the list: append(x.copy()).",
            )
        match op:
            case "getitem":
                return lambda new: Apply("setitem", (base, args[1], new))
            case "numpy.transpose":
                order = _inverse(args[1]) if len(args) > 1 else None
                if len(args) > 1 and order is None:
                    return None
                axes = () if order is None else (order,)
                return lambda new: Apply("numpy.transpose", (new, *axes))
            case "numpy.moveaxis" if len(args) == 3:
                return lambda new: Apply(op, (new, args[2], args[1]))
            case "numpy.swapaxes" | "numpy.flip" | "numpy.flipud" | "numpy.fliplr":
                return lambda new: Apply(op, (new, *args[1:]))
            case "numpy.matrix_transpose":
                return lambda new: Apply(op, (new,))
            case "numpy.squeeze" | "numpy.expand_dims" | "numpy.reshape" | "numpy.ravel":
                shape = Apply("numpy.shape", (base,))
                return lambda new: Apply("numpy.reshape", (new, shape))
        return None

    def doubt(
        self,
        array: Var,
        node: ast.AST,
        why: str = "it may be a number or an array, which is changed in place",
    ) -> None:
        """Whatever shares memory with an array may have changed, or not."""
        self.stored.add(array)
        doubtful = Conflict(why, self.place(node), COPY_IT)
        relatives = self.may_share(array) | {array}

        def follow(var: Var) -> Any:
            related = var in relatives or not relatives.isdisjoint(self.may_share(var))
            return doubtful if related else var

        self.state = {slot: mapped(value, follow) for slot, value in self.state.items()}

    # --- branches ---

    def merged_array(self, a: Var, b: Var, step: Branch, name: str) -> Var | None:
        """What stands for two arrays after a branch, if that is known: what stood for them under
        another name, or a view of what stands for their bases."""
        if (a, b) in self.merged:
            return self.merged[a, b]
        x, y = self.certain_view(a), self.certain_view(b)
        if x is None or y is None or not _same_recipe(x, y) or isinstance(x.base.kind, ListOf):
            return None
        base = x.base if x.base is y.base else self.merge_atoms(x.base, y.base, step, x.base.base)
        assert isinstance(base, Var)
        recipe = substitute(x.recipe, {x.base: base})
        assert isinstance(recipe, Apply)
        made = self.emit(recipe, kind_of(recipe), None, None if a.temporary else a.base)
        self.note_view(made, base, recipe, certain=True)
        self.merged[a, b] = made
        return made

    def relate_merged(self) -> None:
        """Arrays after a branch may share memory if they do after one of its arms."""
        arms = [
            (m, [self.memory_of(side) for side in sides if isinstance(side, Var)])
            for sides, m in self.merged.items()
            if self.certain_view(m) is None
        ]
        for sides, m in self.merged.items():
            if not self.tangled.isdisjoint(sides):
                self.tangled.add(m)
        others = dict.fromkeys(v for value in self.state.values() for v in arrays_in(value))
        for i, (m, first) in enumerate(arms):
            for n, second in arms[:i]:
                if any(not a.isdisjoint(b) for a, b in zip(first, second, strict=False)):
                    self.note_doubt(m, n)
            for other in others:
                if other not in self.merged.values() and any(
                    not a.isdisjoint(self.memory_of(other)) for a in first
                ):
                    self.note_doubt(m, other)

    def memory_of(self, array: Var) -> set[Var]:
        """The arrays whose memory an array has, or may have."""
        return self.may_share(array) | {array}

    # --- loops ---

    def views_of_carried(self, entry: State, guess: set[Slot], apart: set[Slot]) -> set[Var]:
        """The views of arrays that a loop carries: each round takes them anew."""
        changed = {v for slot in guess for v in arrays_in(entry.get(slot))}
        kept = {v for slot in apart for v in arrays_in(entry.get(slot))}
        found: set[Var] = set()
        for var in dict.fromkeys(v for value in entry.values() for v in arrays_in(value)):
            view = self.certain_view(var)
            while view is not None:
                if isinstance(view.base.kind, ListOf):
                    break  # its items may be others in each round
                if view.base in changed and var not in kept:
                    found.add(var)
                view = self.certain_view(view.base)
        return found

    def define_views(
        self, entry: State, derived: set[Var], apart: set[Slot], step: Loop | None
    ) -> None:
        """Take the views anew from what is carried: at the start of a round, or after the loop."""
        outer = self.block
        if step is not None:
            self.block = step.body
        now: dict[Var, Var] = dict(self.carried_arrays)

        def taken(var: Var) -> Var:
            view = self.certain_view(var)
            if var in now or view is None:
                return now.get(var, var)
            base = taken(view.base)
            if base is view.base:
                return var
            recipe = substitute(view.recipe, {view.base: base})
            assert isinstance(recipe, Apply)
            now[var] = self.emit(recipe, var.kind, None, None if var.temporary else var.base)
            self.note_view(now[var], base, recipe, certain=True)
            return now[var]

        def follow(var: Var) -> Var:
            return taken(var) if var in derived else var

        self.state = {
            slot: mapped(value, follow) if slot not in apart else value
            for slot, value in self.state.items()
        }
        self.block = outer
        for slot in apart:
            for var in arrays_in(entry.get(slot)):
                for base in self.memory_of(var):
                    if base in self.carried_arrays:
                        carried = self.carried_arrays[base]
                        self.note_doubt(carried, base)

    def views_hold(
        self, entry: State, start: State, guess: set[Slot], derived: set[Var],
        apart: set[Slot], doubts: set[tuple[Slot, Slot]],
    ) -> bool:  # fmt: skip
        """Whether what was taken for one array, for a view, and for different arrays at the start
        of a round is so at its end. Otherwise `apart` and `doubts` are corrected."""
        size = len(apart), len(doubts)
        for slot in guess:
            # A list is related to itself where an array may be in it more than once.
            first, last = start.get(slot), self.state.get(slot)
            known = isinstance(first, Var) and isinstance(last, Var)
            if known and last in self.tangled and first not in self.tangled:
                doubts.add((slot, slot))
        ends = dict[Var, Var]()
        for slot, value in start.items():
            if isinstance(value, Var) and isinstance(self.state.get(slot), Var):
                ends.setdefault(value, self.state[slot])
        for slot, value in start.items():
            if slot in apart or not isinstance(value, Var) or not isinstance(value.kind, ArrayOf):
                continue
            end = self.state.get(slot)
            if slot in guess and isinstance(end, Var) and ends[value] is not end:
                apart.add(slot)
            if isinstance(entry.get(slot), Var) and entry[slot] in derived:
                x = self.certain_view(value)
                y = self.certain_view(end) if isinstance(end, Var) else None
                alike = x is not None and y is not None and _same_recipe(x, y)
                if not alike or ends.get(x.base, x.base) is not y.base:  # type: ignore[union-attr]
                    apart.add(slot)
        holders = sorted(
            (s for s in start if any(True for _ in arrays_in(self.state.get(s)))), key=self.order
        )
        for i, a in enumerate(holders):
            for b in holders[:i]:
                if (a, b) in doubts or start.get(a) is start.get(b) and a not in apart:
                    continue
                if a not in guess and b not in guess:
                    continue
                if self.related(self.state[a], self.state[b]) or (
                    {a, b} & apart and self.related(entry.get(a), entry.get(b))
                ):
                    doubts.add((a, b))
        return size == (len(apart), len(doubts))

    def related(self, a: Any, b: Any) -> bool:
        """Whether two values of the state may share memory."""
        first: set[Var] = set().union(*(self.memory_of(v) for v in arrays_in(a)))
        return any(not first.isdisjoint(self.memory_of(v)) for v in arrays_in(b))

    def relate_carried(self, start: State, doubts: set[tuple[Slot, Slot]]) -> None:
        for a, b in sorted(doubts, key=lambda pair: (self.order(pair[0]), self.order(pair[1]))):
            for x in arrays_in(start.get(a)):
                for y in arrays_in(start.get(b)):
                    if x is not y:
                        self.note_doubt(x, y)
                    elif a == b:
                        self.tangled.add(x)

    # --- what a store changes besides ---

    def replace(self, old: Var, new: Var, node: ast.AST) -> None:
        """Let everything that is or shares the memory of `old` follow its new version."""
        self.stored.add(old)
        view = self.certain_view(old)
        if view is not None and (back := self.put_back(view, old)) is not None:
            base = self.emit(back(new), view.base.kind, node, view.base.base)
            self.replace(view.base, base, node)
            return
        place = self.place(node)
        why = f"it may share memory with an array that is changed in line {place.line}"
        doubtful = Conflict(why, place, COPY_IT)
        known: dict[Var, Any] = {old: new}
        relatives = self.memory_of(old)

        def follow(var: Var) -> Any:
            if var in known:
                return known[var]
            found: Any = var
            known[var] = var  # while what it may be a view of is looked at
            for each in self.views.get(var, ()):
                base = follow(each.base)
                if base is each.base:
                    continue
                if not each.certain or not isinstance(base, Var) or may_be_number(var, each):
                    found = doubtful
                    break
                recipe = substitute(each.recipe, {each.base: base})
                assert isinstance(recipe, Apply)
                found = self.emit(recipe, var.kind, node, None if var.temporary else var.base)
                self.note_view(found, base, recipe, certain=True)
                break
            if found is var and not relatives.isdisjoint(self.memory_of(var)):
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


def _in_base(view: View, index: Expr) -> Expr | None:
    """The index in the base of an array for one in a view, if that can be told."""
    if view.recipe.op != "getitem" or not isinstance(view.base.kind, ArrayOf):
        return None
    place = view.recipe.args[1]
    if index == ALL:
        return place
    parts = parts_of(place)
    if not all(kind_of(part) is INTEGER for part in parts) or not is_basic(index):
        return None
    return Apply("tuple", (*parts, *parts_of(index)))


def _same_recipe(a: View, b: View) -> bool:
    return a.recipe.op == b.recipe.op and a.recipe.args[1:] == b.recipe.args[1:]


def mapped(value: Any, follow: Callable[[Var], Any]) -> Any:
    """A value of the state with its arrays replaced."""
    if isinstance(value, Var):
        return follow(value) if has_memory(value.kind) else value
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
    if (parts := HELD_BY.get(type(value))) is not None:
        old = {name: getattr(value, name) for name in parts}
        new = mapped(old, follow)
        return value if new is old else replace(value, **new)
    return value


# What functions, methods and iterators hold on to.
HELD_BY: dict[type, tuple[str, ...]] = {
    Function: ("defaults", "kwdefaults"),
    Partial: ("function", "args", "keywords"),
    Bound: ("function", "receiver"),
    Method: ("receiver",),
    Choice: ("then", "orelse"),
    Iterator: ("args",),
}


def _without_axes(kind: Kind) -> Kind:
    """The kind of an array of the same numbers that has no axes."""
    return ArrayOf(item_of(kind), ())


def _is_elementwise(op: str) -> bool:
    primitive = by_name(op)
    return op in ELEMENTWISE or primitive is not None and primitive.is_elementwise


def has_memory(kind: Kind) -> bool:
    """Whether a value is an array, or a list of such."""
    while isinstance(kind, ListOf):
        kind = kind.item
    return isinstance(kind, ArrayOf)


def _inverse(axes: Expr) -> Expr | None:
    """The permutation of axes that undoes another one, if it is known."""
    given = axes.args[1] if isinstance(axes, Apply) and axes.op == "keyword" else axes
    parts = given.args if isinstance(given, Apply) else ()
    order = [p.value % len(parts) for p in parts if isinstance(p, Const)]
    if not parts or len(order) < len(parts):
        return None
    return Apply("tuple", tuple(Const(order.index(i)) for i in range(len(order))))


def arrays_in(value: Any) -> Generator[Var]:
    """The variables of arrays, and of lists of arrays, in a value of the state."""
    if isinstance(value, Var):
        if has_memory(value.kind):
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
    elif (parts := HELD_BY.get(type(value))) is not None:
        for name in parts:
            yield from arrays_in(getattr(value, name))


def is_object(value: Any) -> bool:
    return isinstance(value, Var) and value.kind is OBJECT


def may_be_number(var: Var, view: View) -> bool:
    """Whether an item of an array of unknown rank may be a number, which is no view of it."""
    if (
        view.recipe.op != "getitem"
        or not isinstance(var.kind, ArrayOf)
        or var.kind.dims is not None
    ):
        return False
    if isinstance(view.base.kind, ListOf):
        return False
    return not all(
        is_slice(part) or isinstance(part, Const) and part.value in (None, Ellipsis)
        for part in parts_of(view.recipe.args[1])
    )
