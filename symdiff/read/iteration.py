"""Reading iteration: what a for loop or comprehension runs over, and how.

A range, and passive values, stay what the user iterates over. Structures whose items are known
one by one are unrolled when they hold active values. Lists of a length known at run time are run
through by index.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from symdiff.read.core import Frame, Growing, Slot
from symdiff.read.expressions import Expressions
from symdiff.read.names import written_in
from symdiff.read.values import (
    Class,
    Conflict,
    Identity,
    Iterator,
    LiveObject,
    Ref,
    Runtime,
    Tuple,
    Unknown,
    Value,
    join,
    kind_of,
)
from symdiff.stages import (
    INTEGER,
    OBJECT,
    REAL,
    TEXT,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Global,
    Kind,
    ListOf,
    Loop,
    Opaque,
    Var,
    is_differentiable,
)

# The most items of a known structure that a loop over active values is written out for.
UNROLL = 64
# What symdiff.checkpoint marks: an iterator of what it is given, and how many states to keep.
MARK = "checkpoint"


@dataclass(frozen=True)
class Held:
    """An iterable that stands in the state, and how many items it has."""

    slot: Slot
    size: int


Source = Ref | Held | list[Callable[[], Value]]
LOOKED_UP = frozenset({"enumerate", "zip", "reversed", "items", "keys", "values", "range"})


class Iteration(Expressions):
    """Loops over anything."""

    # --- structures known one by one ---

    def items(self, value: Value, node: ast.AST) -> list[Value] | None:
        """The items of an iterable whose length is known, else None."""
        value = self.certain(value, node, "'NoneType' object is not iterable")
        match value:
            case Tuple():
                return list(value.items)
            case Class():
                return self.object_items(value, node)
            case Ref() if value.identity.kind == "instance":
                return self.object_items(value, node)
            case Ref():
                content = self.content(value)
                if isinstance(content, tuple):
                    return list(content)
                return (
                    [Const(k) for k in content]
                    if isinstance(content, dict) and value.identity.kind == "dict"
                    else None
                )
            case Const(value=str() as text):
                return [Const(c) for c in text]
            case LiveObject(value=list() | tuple() as live) if len(live) <= UNROLL:
                read = value.read
                size = (lambda root: len(read(root))) if read else None
                self.unit.guard(f"len {value.path}", size, len(live))
                return [self.live_item(value, i) or Unknown() for i in range(len(live))]
            case Iterator():
                return self.iterator_items(value, node)
        return None

    def iterator_items(self, value: Iterator, node: ast.AST) -> list[Value] | None:
        match value.name:
            case "range":
                if all(isinstance(a, Const) for a in value.args):
                    return [Const(i) for i in range(*(a.value for a in value.args))]
                return None
            case "items" | "keys" | "values":
                content = self.content(value.args[0])
                made: dict[str, list[Value]] = {
                    "items": [Tuple((Const(k), v)) for k, v in content.items()],
                    "keys": [Const(k) for k in content],
                    "values": list(content.values()),
                }
                return made[value.name]
            case "generator":
                return self.items(self.to_list(value, node), node)
        parts = [
            self.items(a, node)
            for a in (value.args[1:] if value.name in ("map", "filter") else value.args)
            if not (value.name == "enumerate" and a is value.args[-1])
        ]
        if any(p is None for p in parts):
            return None
        known: list[list[Value]] = [p for p in parts if p is not None]
        match value.name:
            case "zip":
                return [Tuple(row) for row in zip(*known, strict=False)]
            case "reversed":
                return known[0][::-1]
            case "enumerate":
                start = value.args[-1]
                return [Tuple((self.plus(start, i, node), v)) for i, v in enumerate(known[0])]
            case "map":
                return self.mapped_items(value.args[0], zip(*known, strict=False), node)
            case "product":
                return [Tuple(row) for row in itertools.product(*known)]
            case "chain":
                return [v for part in known for v in part]
            case "pairwise":
                return [Tuple(pair) for pair in itertools.pairwise(known[0])]
        return None

    def plus(self, start: Value, i: int, node: ast.AST) -> Value:
        if isinstance(start, Const):
            return Const(start.value + i)
        return self.apply("add", (self.atom(start, node), Const(i)), node) if i else start

    def object_items(self, value: Value, node: ast.AST) -> list[Value] | None:
        raise NotImplementedError

    def mapped_items(
        self, function: Value, rows: Iterable[tuple[Value, ...]], node: ast.AST
    ) -> list[Value]:
        """What a function makes of each row of arguments, one call after the other."""
        made: list[Callable[[], Value]] = []
        for row in self.held([Tuple(row) for row in rows]):
            given = row()
            assert isinstance(given, Tuple)
            made += self.held([self.apply_function(function, list(given.items), {}, node)])
        return [value() for value in made]

    def written_out_items(self, value: Value, node: ast.AST) -> list[Value] | None:
        """The items of an iterable, its loops written out where that makes their number known."""
        items = self.items(value, node)
        if items is not None or not isinstance(value, Iterator):
            return items
        outer, self.written_out = self.written_out, True
        try:
            return self.items(value, node)
        finally:
            self.written_out = outer

    # --- passive iterables ---

    def passive(self, value: Value) -> tuple[Expr, Any] | None:
        """An iterable of passive values as generated code names it, and the kinds of its items."""
        if isinstance(value, Iterator):
            if value.name in ("enumerate",):
                inner = self.passive(value.args[0])
                if inner is None:
                    return None
                args = (inner[0],) if value.args[1] == Const(0) else (inner[0], value.args[1])
                return Apply("enumerate", args), [INTEGER, inner[1]]
            if value.name in ("zip", "reversed"):
                parts = [self.passive(a) for a in value.args]
                known = [p for p in parts if p is not None]
                if len(known) < len(parts):
                    return None
                shape = [p[1] for p in known] if value.name == "zip" else known[0][1]
                inner = value.args[0]
                paired = isinstance(inner, Iterator) and inner.name in ("enumerate", "zip")
                if value.name == "reversed" and paired:
                    known = [(Apply("copy", (known[0][0],)), shape)]
                return Apply(value.name, tuple(p[0] for p in known)), shape
            if value.name == "range":
                return Apply("range", value.args), INTEGER
            if value.name in ("product", "chain", "pairwise"):
                parts = [self.passive(a) for a in value.args]
                known = [p for p in parts if p is not None]
                if len(known) < len(parts):
                    return None
                shapes = [p[1] for p in known]
                name = Global(f"itertools.{value.name}")
                text = ", ".join(f"_{i + 1}" for i in range(len(known)))
                shape = {"product": shapes, "chain": shapes[0], "pairwise": [shapes[0]] * 2}[
                    value.name
                ]
                return Opaque(f"_0({text})", (name, *(p[0] for p in known)), pure=True), shape
            return None
        if isinstance(value, Opaque):
            return value, OBJECT
        if isinstance(value, (Var, Global, Const)):
            kind = kind_of(value)
            if isinstance(kind, ListOf):
                return (
                    (value, kind.item)
                    if isinstance(value, Global) or not is_differentiable(kind.item)
                    else None
                )
            return (value, TEXT if kind is TEXT else OBJECT) if kind in (OBJECT, TEXT) else None
        content: Any = value.items if isinstance(value, Tuple) else None
        if isinstance(value, Ref) and value.identity.kind == "list":
            content = self.content(value)
            if isinstance(content, (Var, Global)):
                return self.passive(content)
        if not isinstance(content, tuple) or not content:
            return None
        trees, shapes = [], []
        for item in content:
            found = self.passive_item(item)
            if found is None:
                return None
            trees.append(found[0])
            shapes.append(found[1])
        shape = shapes[0]
        for other in shapes[1:]:
            shape = _join_shapes(shape, other)
        return Apply("tuple" if isinstance(value, Tuple) else "list", tuple(trees)), shape

    def passive_item(self, item: Value) -> tuple[Expr, Any] | None:
        if isinstance(item, Runtime):
            kind = kind_of(item)
            if isinstance(item, Var) and (
                kind in (REAL, OBJECT) or isinstance(kind, (ListOf, ArrayOf))
            ):
                return None
            if kind is TEXT:
                return None  # known one by one, they may be keys
            return item, kind
        if isinstance(item, Tuple):
            found = [self.passive_item(i) for i in item.items]
            known = [f for f in found if f is not None]
            if len(known) == len(found):
                return Apply("tuple", tuple(k[0] for k in known)), [k[1] for k in known]
        return None

    # --- lists of unknown length ---

    def indexed(self, value: Value, node: ast.AST) -> tuple[Expr, Callable[[Expr], Value]]:
        """The length of an iterable, and its item at an index."""
        length: Expr
        if isinstance(value, Iterator):
            match value.name:
                case "range":
                    iterable = Apply("range", value.args)
                    length = self.emit(Apply("len", (iterable,)), INTEGER, node)
                    if len(value.args) == 1:
                        return length, lambda i: i
                    if len(value.args) == 2:
                        return (
                            length,
                            lambda i: (
                                self.apply("add", (value.args[0], i), node)
                                if i != Const(0)
                                else value.args[0]
                            ),
                        )
                    return length, lambda i: self.emit(
                        Apply("getitem", (iterable, i)), INTEGER, node
                    )
                case "enumerate":
                    length, item = self.indexed(value.args[0], node)
                    start = value.args[1]
                    return length, lambda i: Tuple(
                        (
                            i
                            if start == Const(0)
                            else self.apply("add", (self.atom(start, node), i), node),
                            item(i),
                        )
                    )
                case "reversed":
                    length, item = self.indexed(value.args[0], node)

                    def back(i: Expr) -> Value:
                        last = self.apply("sub", (length, Const(1)), node)
                        return item(self.apply("sub", (last, i), node))

                    return length, back
                case "zip":
                    parts = [self.indexed(a, node) for a in value.args]
                    lengths = list(dict.fromkeys(p[0] for p in parts))
                    length = (
                        lengths[0]
                        if len(lengths) == 1
                        else self.emit(Apply("min", tuple(lengths)), INTEGER, node)
                    )
                    return length, lambda i: Tuple(tuple(p[1](i) for p in parts))
                case "map":
                    parts = [self.indexed(a, node) for a in value.args[1:]]
                    length = (
                        parts[0][0]
                        if len(parts) == 1
                        else self.emit(Apply("min", tuple(p[0] for p in parts)), INTEGER, node)
                    )
                    return length, lambda i: self.apply_function(
                        value.args[0], [p[1](i) for p in parts], {}, node
                    )
                case "pairwise":
                    length, item = self.indexed(value.args[0], node)
                    less = self.apply("sub", (length, Const(1)), node)
                    return less, lambda i: Tuple(
                        (item(i), item(self.apply("add", (i, Const(1)), node)))
                    )
                case "generator" | "filter":
                    return self.indexed(self.to_list(value, node), node)
            raise self.refuse(
                node,
                f"{value.name}() over active values is not supported",
                fix="Loop over an index.",
            )
        if isinstance(value, Ref) and value.identity.kind == "list":
            ref, kind = value, kind_of(self.dynamic(value, node))
            item_kind = kind.item if isinstance(kind, ListOf) else OBJECT
            length = self.emit(Apply("len", (self.dynamic(ref, node),)), INTEGER, node)
            # The items are those of the moment they are read: the loop may store into the list.
            return length, lambda i: self.emit(
                Apply("getitem", (self.dynamic(ref, node), i)), item_kind, node
            )
        content: Expr
        if isinstance(value, Tuple):
            content = self.list_value(value.items, node)
        elif isinstance(value, Runtime):
            content = value
        else:
            raise self.refuse(node, "this can't be iterated over here")
        if isinstance(content, (Var, Global)) and isinstance(content.kind, ArrayOf):
            return self.indexed_array(content, node)
        kind = kind_of(content)
        if kind in (REAL, INTEGER):
            raise self.not_a_list(node, "a number can't be iterated over", content)
        item_kind = kind.item if isinstance(kind, ListOf) else OBJECT
        length = self.emit(Apply("len", (content,)), INTEGER, node)
        return length, lambda i: self.emit(Apply("getitem", (content, i)), item_kind, node)

    def indexed_array(
        self, array: Var | Global, node: ast.AST
    ) -> tuple[Expr, Callable[[Expr], Value]]:
        """Its rows, each as it is when it is its turn: the loop may store into the array."""
        slot = (self.frame, self.fresh("rows"))
        self.frame.names.add(slot[1])
        self.state[slot] = array
        length = self.atom(self.length_of_array(array, node), node)

        def row(i: Expr) -> Value:
            now = self.read_slot(slot)
            if isinstance(now, Conflict):
                raise self.refuse(node, now.why)
            assert isinstance(now, (Var, Global))
            return self.array_item(now, i, node)

        return length, row

    def states_to_keep(self, value: Value) -> Expr | None:
        """How many states a loop keeps that is checkpointed; None for one that is not."""
        raise NotImplementedError

    def length_of_array(self, array: Var | Global, node: ast.AST) -> Value:
        raise NotImplementedError

    # --- loops ---

    def for_each(
        self,
        value: Value,
        bind: Callable[[Value], None],
        body: Callable[[], None],
        node: ast.AST,
        guess: set[Slot],
        leave: Slot | None = None,
    ) -> None:
        """Run `body` for each item of an iterable."""
        if value == Const(None):
            value = self.raising(TypeError("'NoneType' object is not iterable"), node)
        if isinstance(value, Unknown):
            return
        if isinstance(value, Class) or isinstance(value, Ref) and value.identity.kind == "instance":
            known = self.object_items(value, node)
            if known is None:
                raise self.refuse(
                    node,
                    "this object can't be iterated over where its length is not known",
                    fix="Loop over a list.",
                )
            value = Tuple(tuple(known))
        if isinstance(value, Iterator) and value.name == "filter":
            value = self.to_list(value, node)
        state, block, size = dict(self.state), self.block, len(self.block)
        frame, reported = self.frame, len(self.offences)
        self.attempts += 1
        try:
            self.run_through(value, bind, body, node, guess, leave)
            return
        except Growing as growing:
            why = growing
        finally:
            self.attempts -= 1
        self.state, self.block, self.frame = state, block, frame
        del block[size:]
        del self.offences[reported:]
        known = self.items(value, node)
        if known is not None and len(known) <= UNROLL:
            self.unroll(self.source(value, known), 0, bind, body, node, leave)
            return
        if self.attempts:
            raise why
        raise self.refuse(node, why.why, fix=why.fix)

    def run_through(
        self,
        value: Value,
        bind: Callable[[Value], None],
        body: Callable[[], None],
        node: ast.AST,
        guess: set[Slot],
        leave: Slot | None,
    ) -> None:
        passive = self.passive(value)
        if passive is None or self.written_out:
            known = self.items(value, node)
            if known is not None and len(known) <= UNROLL:
                source = self.source(value, known)
                self.unroll(source, 0, bind, body, node, leave)
                if isinstance(source, Held):
                    self.state.pop(source.slot, None)
                return
        refs = lists_in(value)
        self.iterated += refs
        try:
            self.loop_over(value, passive, bind, body, node, guess, leave)
        finally:
            del self.iterated[len(self.iterated) - len(refs) :]

    def loop_over(
        self,
        value: Value,
        passive: tuple[Expr, Any] | None,
        bind: Callable[[Value], None],
        body: Callable[[], None],
        node: ast.AST,
        guess: set[Slot],
        leave: Slot | None,
    ) -> None:
        keep = self.states_to_keep(value)
        parallel = isinstance(value, Iterator) and value.parallel
        if passive is not None:
            iterable, shape = passive
            name = "i" if shape is INTEGER else "item"

            def start(step: Loop) -> None:
                step.keep, step.parallel = keep, parallel
                step.iterable, step.target = (
                    iterable,
                    Var(name, shape if not isinstance(shape, list) else OBJECT, True),
                )

            def unpack(step: Loop) -> None:
                assert step.target is not None
                bind(self.unpacked(step.target, shape, node))

            self.loop(set(guess), start, body, node, leave, unpack)
            return
        length, item = self.indexed(value, node)

        def begin(step: Loop) -> None:
            step.keep = keep
            step.iterable, step.target = Apply("range", (length,)), Var("i", INTEGER, True)

        def element(step: Loop) -> None:
            assert step.target is not None
            bind(item(step.target))

        self.loop(set(guess), begin, body, node, leave, element)

    def unpacked(self, target: Expr, shape: Any, node: ast.AST) -> Value:
        if not isinstance(shape, list):
            return target  # type: ignore[return-value]
        return Tuple(
            tuple(
                self.unpacked(
                    self.emit(
                        Apply("getitem", (target, Const(i))),
                        s if not isinstance(s, list) else OBJECT,
                        node,
                    ),
                    s,
                    node,
                )
                for i, s in enumerate(shape)
            )
        )

    def held(self, items: list[Value]) -> list[Callable[[], Value]]:
        """What gives each of the items when its round begins: a round may store into arrays that
        later items share."""

        def later(item: Value) -> Callable[[], Value]:
            if not self.holds_arrays(item):
                return lambda: item
            slot = self.hold(item)
            return lambda: self.taken(slot, self.reading_at or self.frame.node)

        return [later(item) for item in items]

    def source(self, value: Value, known: list[Value]) -> Source:
        """What a loop that is written out takes its items from: lists as they are in each round,
        also those in enumerate() and the like."""
        if isinstance(value, Ref):
            return value
        if lists_in(value) and is_looked_up(value):
            return Held(self.hold(value), len(known))
        return self.held(known)

    def rounds(self, source: Source, node: ast.AST) -> list[Callable[[], Value]] | None:
        """What gives the items of a loop that is written out; None if their number has changed."""
        if isinstance(source, list):
            return source
        now = self.state[source.slot] if isinstance(source, Held) else source
        items = self.items(now, node)
        if items is None or isinstance(source, Held) and len(items) != source.size:
            return None
        return [partial(_itself, item) for item in items]

    def unroll(
        self,
        source: Source,
        k: int,
        bind: Callable[[Value], None],
        body: Callable[[], None],
        node: ast.AST,
        leave: Slot | None,
    ) -> None:
        while True:
            # A list may grow while it is iterated over, as in Python.
            items = self.rounds(source, node)
            if items is None or k > UNROLL:
                raise self.refuse(
                    node,
                    "a list can't change its length while it is iterated over",
                    fix="Loop over an index, or over a copy.",
                )
            if k >= len(items):
                return
            bind(items[k]())
            body()
            k += 1
            if leave is None:
                continue
            flag = self.state.get(leave, Const(False))
            if flag == Const(True):
                return
            if flag != Const(False):
                self.branch(
                    flag,
                    lambda: None,
                    partial(self.unroll, source, k, bind, body, node, leave),
                    node,
                )
                return

    def assign_target(self, target: ast.expr, value: Value) -> None:
        raise NotImplementedError

    # --- comprehensions ---

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> Value:
        if isinstance(node, ast.DictComp):
            return self.dict_comprehension(node)
        result = self.new_object("list", ())
        name = self.list_names.get(node, "%")
        result.identity.name = result.identity.name if name.startswith("%") else name

        def collect() -> None:
            value = self.evaluate(node.elt)
            self.append(result, value, node)

        self.clauses(node.generators, collect, {(result.identity, "content")}, node)
        return result

    def dict_comprehension(self, node: ast.DictComp) -> Value:
        content: dict[Any, Value] = {}

        def collect() -> None:
            key = self.evaluate(node.key)
            if not isinstance(key, Const):
                raise self.refuse(
                    node.key, "the keys of a dict must be known when the function is read"
                )
            content[key.value] = self.evaluate(node.value)

        self.clauses(node.generators, collect, None, node)
        return self.new_object("dict", content)

    def clauses(
        self,
        generators: list[ast.comprehension],
        collect: Callable[[], None],
        guess: set[Slot] | None,
        node: ast.AST,
    ) -> None:
        """Run the for and if clauses of a comprehension, in a scope of its own."""
        outer = self.frame
        names = {n.id for g in generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        inner = Frame(outer.node, outer.scope, outer, names, set(), outer.function)
        inner.inlined = outer.inlined
        self.frames.add(inner)

        def clause(k: int) -> None:
            if k == len(generators):
                collect()
                return
            generator = generators[k]
            if generator.is_async:
                raise self.refuse(node, "an async comprehension can't be differentiated")
            iterable = first if k == 0 else self.evaluate(generator.iter)

            def body() -> None:
                conditions(list(generator.ifs), k)

            def bind(v: Value) -> None:
                self.assign_target(generator.target, v)

            if guess is None:
                items = self.items(iterable, node)
                if items is None:
                    raise self.refuse(
                        generator.iter, "a dict can only be made from items whose number is known"
                    )
                self.unroll(self.held(items), 0, bind, body, node, None)
                return
            written = {(inner, n) for n in written_in([ast.Expr(generator.target)])}
            self.for_each(iterable, bind, body, node, guess | written)

        def conditions(ifs: list[ast.expr], k: int) -> None:
            if not ifs:
                clause(k + 1)
                return
            self.branch(self.test(ifs[0]), lambda: conditions(ifs[1:], k), lambda: None, node)

        # The first iterable belongs to the scope around the comprehension.
        first = self.evaluate(generators[0].iter)
        self.frame = inner
        try:
            clause(0)
        finally:
            self.frame = outer

    frames: set[Frame]

    def append(self, ref: Ref, value: Value, node: ast.AST) -> None:
        content = self.content(ref)
        if isinstance(content, tuple):
            self.set_content(ref, (*content, value), node)
        else:
            if isinstance(value, Ref):
                value.identity.frozen = True
            self.set_content(
                ref, self.update("append", content, (self.atom(value, node),), node, ref), node
            )

    def set_item(self, ref: Ref, at: Value, value: Value, node: ast.AST) -> None:
        """ref[at] = value, of a list whose length is known at run time only"""
        given = (self.atom(at, node), self.atom(value, node))
        made = self.update("setitem", self.dynamic(ref, node), given, node, ref)
        self.set_content(ref, made, node)

    def update(
        self, op: str, content: Expr, args: tuple[Expr, ...], node: ast.AST, ref: Ref
    ) -> Var:
        """A new version of a list."""
        kind: Kind = kind_of(content)
        if op in ("append", "insert", "setitem") and isinstance(kind, ListOf):
            kind = ListOf(join(kind.item, kind_of(args[-1])))
        if op == "extend":
            kind = join(kind, kind_of(args[-1]))
        given = [kind_of(content), *map(kind_of, args)]
        if any(map(is_differentiable, given)) and not is_differentiable(kind):
            raise self.refuse(
                node,
                "a list of numbers and of lists can't be used here, where its length is not known",
                fix="Use one list for the numbers and one for the lists.",
            )
        return self.emit(Apply(op, (content, *args)), kind, node, ref.identity.name)

    def to_list(self, value: Value, node: ast.AST) -> Ref:
        """list(value)"""
        if isinstance(value, Iterator) and value.name == "generator":
            inner, frame = value.args
            outer, self.frame = self.frame, frame
            try:
                made = self.comprehension(inner)
            finally:
                self.frame = outer
            assert isinstance(made, Ref)
            return made
        if isinstance(value, Iterator) and value.name == "filter":
            result = self.new_object("list", ())
            holder: list[Value] = []

            def body() -> None:
                keep = (
                    holder[-1]
                    if value.args[0] == Const(None)
                    else self.apply_function(value.args[0], [holder[-1]], {}, node)
                )
                test = keep if isinstance(keep, Runtime) else Const(True)
                self.branch(test, lambda: self.append(result, holder[-1], node), lambda: None, node)

            self.for_each(value.args[1], holder.append, body, node, {(result.identity, "content")})
            return result
        items = self.items(value, node)
        if items is not None:
            return self.new_object("list", tuple(items))
        if isinstance(value, Ref) and value.identity.kind == "list":
            content = self.dynamic(value, node)
            return self.new_object(
                "list", self.emit(Apply("copy", (content,)), kind_of(content), node)
            )
        passive = self.passive(value)
        if passive is not None:
            kind = ListOf(passive[1]) if not isinstance(passive[1], list) else OBJECT
            return self.new_object("list", self.emit(Apply("copy", (passive[0],)), kind, node))
        result = self.new_object("list", ())
        seen: list[Value] = []
        self.for_each(
            value,
            seen.append,
            lambda: self.append(result, seen[-1], node),
            node,
            {(result.identity, "content")},
        )
        return result


def lists_in(value: Any) -> list[Identity]:
    """The lists that an iterable runs through."""
    if isinstance(value, Ref):
        return [value.identity]
    if isinstance(value, Iterator) and value.name != "generator":
        return [i for a in value.args for i in lists_in(a)]
    return []


def _join_shapes(a: Any, b: Any) -> Any:
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [_join_shapes(x, y) for x, y in zip(a, b, strict=True)]
    return OBJECT if isinstance(a, list) or isinstance(b, list) else join(a, b)


def is_looked_up(value: Any) -> bool:
    """Whether the items of an iterable are found in lists and tuples, and not computed."""
    if isinstance(value, Iterator):
        return value.name in LOOKED_UP and all(map(is_looked_up, value.args))
    return isinstance(value, (Ref, Tuple, Const, tuple))


def _itself(value: Value) -> Value:
    return value
