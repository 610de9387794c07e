"""Reading itertools, iter() and next(), and generators, which run where they are consumed."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from symdiff.read.containers import Containers
from symdiff.read.core import Frame, Slot
from symdiff.read.desugar import VALUE
from symdiff.read.values import (
    Builtin,
    Function,
    Iterator,
    Ref,
    Runtime,
    Tuple,
    Value,
    kind_of,
)
from symdiff.stages import INTEGER, Apply, Const, Global, Opaque

ENDLESS = {"count", "cycle", "repeat"}
CHOICES = {"combinations", "permutations", "combinations_with_replacement"}
LAZY = {
    "product", "chain", "pairwise", "starmap", "takewhile", "dropwhile", "filterfalse", "islice",
    "zip_longest", "compress", "batched", *ENDLESS, *CHOICES,
}  # fmt: skip
ITERATED = Builtin("builtins.iterator")  # the class of what iter() makes


class Iterators(Containers):
    """What yields its items one by one."""

    def enter(self, function: Function, bound: dict[str, Value], inlined: bool) -> Frame:
        raise NotImplementedError

    def body(self, function: Function) -> Value:
        raise NotImplementedError

    def spelled_here(self, function: Function, node: ast.AST) -> AbstractContextManager[None]:
        raise NotImplementedError

    reading: list[Any]

    def itertool(
        self, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Iterator | None:
        """A function of itertools as what to iterate over; None for one that is not known."""
        if name not in LAZY:
            return None
        given = [self.to_list(a, node) if is_generator(a) else a for a in args]
        if name == "product" and keywords.keys() == {"repeat"}:
            repeat = keywords["repeat"]
            if isinstance(repeat, Const):
                return Iterator(name, tuple(given * repeat.value))
        if name == "repeat" and "times" in keywords:
            given, keywords = [*given, keywords["times"]], {}
        if name == "count":
            start = given[0] if given else keywords.get("start", Const(0))
            step = given[1] if len(given) > 1 else keywords.get("step", Const(1))
            return Iterator(name, (start, step))
        if name == "zip_longest":
            return Iterator(name, (keywords.get("fillvalue", Const(None)), *given))
        if name in CHOICES and "r" in keywords:
            given, keywords = [*given, keywords["r"]], {}
        if keywords:
            raise self.refuse(
                node, f"{name}() with the keyword {next(iter(keywords))!r} is not supported"
            )
        match given:
            case [
                Iterator(name="count", args=(start, Const(value=int()) as step)),
                Const() as times,
            ]:
                is_range = kind_of(start) is INTEGER and step.value != 0
                if name == "islice" and is_range and _is_count(times):
                    over = self.binary("mul", times, step, node)
                    end = self.binary("add", start, over, node)
                    steps = () if step == Const(1) else (step,)
                    first = () if start == Const(0) and not steps else (start,)
                    return Iterator("range", (*first, end, *steps))
        return Iterator(name, tuple(given))

    def builtin_itertools_chain_from_iterable(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Iterator("chain", tuple(self.known_items(args[0], node)))

    def iterator_items(self, value: Iterator, node: ast.AST) -> list[Value] | None:
        name, args = value.name, value.args
        if name == "yields" or name in ("takewhile", "dropwhile", "filterfalse"):
            return self.items(self.to_list(value, node), node)
        if name in ENDLESS and not (name == "repeat" and len(args) > 1):
            return None
        if name == "repeat":
            times = args[1]
            return [args[0]] * times.value if isinstance(times, Const) else None
        if name in ("zip", "map") and any(map(is_endless, args)):
            return self.cut_short(value, node)
        if name == "islice":
            return self.slice_items(value, node)
        if name in CHOICES:
            known = self.items(args[0], node)
            size = args[1] if len(args) > 1 else Const(len(known or ()))
            if known is None or not isinstance(size, Const):
                return None
            return [Tuple(c) for c in getattr(itertools, name)(known, size.value)]
        if name in ("starmap", "compress", "batched", "zip_longest"):
            return self.derived_items(name, args, node)
        return super().iterator_items(value, node)

    def derived_items(self, name: str, args: tuple[Any, ...], node: ast.AST) -> list[Value] | None:
        if name == "starmap":
            rows = self.items(args[1], node)
            if rows is None:
                return None
            found = []
            for row in rows:
                parts = self.known_items(row, node)
                found.append(self.apply_function(args[0], parts, {}, node))
            return found
        if name == "zip_longest":
            lists = [self.items(a, node) for a in args[1:]]
            if any(part is None for part in lists):
                return None
            known = [part for part in lists if part is not None]
            return [Tuple(row) for row in itertools.zip_longest(*known, fillvalue=args[0])]
        first = self.items(args[0], node)
        if first is None:
            return None
        if name == "compress":
            flags = self.items(args[1], node) or []
            if not all(isinstance(f, Const) for f in flags):
                raise self.refuse(node, "what is selected is not known when the function is read")
            return [v for v, f in zip(first, flags, strict=False) if f.value]  # type: ignore[union-attr]
        size = args[1].value if isinstance(args[1], Const) else 1
        return [Tuple(tuple(first[i : i + size])) for i in range(0, len(first), size)]

    def cut_short(self, value: Iterator, node: ast.AST) -> list[Value] | None:
        """zip() or map() with endless parts."""
        parts = value.args[1:] if value.name == "map" else value.args
        lists = [None if is_endless(a) else self.items(a, node) for a in parts]
        sizes = [len(known) for known in lists if known is not None]
        finite = [a for a in parts if not is_endless(a)]
        if not finite or len(sizes) < len(finite):
            return None
        size = min(sizes)
        rows = []
        for at in range(size):
            rows.append(
                [
                    known[at] if known is not None else self.endless_item(part, Const(at), node)
                    for known, part in zip(lists, parts, strict=True)
                ]
            )
        if value.name == "map":
            return [self.apply_function(value.args[0], row, {}, node) for row in rows]
        return [Tuple(tuple(row)) for row in rows]

    def endless_item(self, value: Iterator, at: Any, node: ast.AST) -> Value:
        if value.name == "repeat":
            kept: Value = value.args[0]
            return kept
        if value.name == "count":
            start, step = value.args
            return self.binary("add", start, self.binary("mul", step, at, node), node)
        items = self.items(value.args[0], node)
        if items is not None and isinstance(at, Const):
            place: int = at.value % len(items)
            return items[place]
        length, item = self.indexed(value.args[0], node)
        found: Value = item(self.apply("mod", (at, length), node))
        return found

    def slice_items(self, value: Iterator, node: ast.AST) -> list[Value] | None:
        source, *bounds = value.args
        if not all(isinstance(b, Const) for b in bounds):
            return None
        cut = slice(*(b.value for b in bounds))
        if is_endless(source):
            if cut.stop is None:
                return None
            places = range(cut.start or 0, cut.stop, cut.step or 1)
            return [self.endless_item(source, Const(i), node) for i in places]
        items = self.items(source, node)
        return None if items is None else items[cut]

    def indexed(self, value: Value, node: ast.AST) -> tuple[Any, Callable[[Any], Value]]:
        if isinstance(value, Iterator):
            name, args = value.name, value.args
            if name in ("zip", "map") and any(map(is_endless, args)):
                return self.indexed_short(value, node)
            if name == "starmap":
                length, row = self.indexed(args[1], node)
                return length, lambda i: self.apply_function(
                    args[0], self.known_items(row(i), node), {}, node
                )
            if name == "repeat" and len(args) > 1:
                return self.atom(args[1], node), lambda i: args[0]
            if name == "islice" and not is_endless(args[0]):
                return self.indexed(self.to_list(value, node), node)
            if name in ("takewhile", "dropwhile", "filterfalse", "yields", *CHOICES):
                return self.indexed(self.to_list(value, node), node)
            if is_endless(value):
                raise self.refuse(
                    node, f"{name}() never ends", fix="Zip it with a list, or cut it by islice."
                )
        return super().indexed(value, node)

    def indexed_short(self, value: Iterator, node: ast.AST) -> tuple[Any, Callable[[Any], Value]]:
        parts = value.args[1:] if value.name == "map" else value.args
        finite = tuple(a for a in parts if not is_endless(a))
        if not finite:
            raise self.refuse(node, f"this {value.name}() never ends")
        length, row = self.indexed(Iterator("zip", finite), node)

        def item(i: Any) -> Value:
            known = iter(self.known_items(row(i), node))
            made = [self.endless_item(a, i, node) if is_endless(a) else next(known) for a in parts]
            if value.name == "map":
                return self.apply_function(value.args[0], made, {}, node)
            return Tuple(tuple(made))

        return length, item

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
        if isinstance(value, Iterator) and value.name == "yields":
            if leave is None:
                self.run_generator(value, bind, body, node)
                return
            value = self.to_list(value, node)
        if isinstance(value, Iterator) and value.name in ("takewhile", "dropwhile", "filterfalse"):
            value = self.to_list(value, node)
        if isinstance(value, Iterator) and value.name in CHOICES:
            known = self.items(value, node)
            if known is None:
                self.each_choice(value, bind, body, node, guess, leave)
                return
        super().for_each(value, bind, body, node, guess, leave)

    def each_choice(
        self,
        value: Iterator,
        bind: Callable[[Value], None],
        body: Callable[[], None],
        node: ast.AST,
        guess: set[Slot],
        leave: Slot | None,
    ) -> None:
        """combinations() and the like of a list of unknown length, by their indices."""
        size = value.args[1] if len(value.args) > 1 else None
        if not isinstance(size, Const):
            raise self.refuse(node, f"{value.name}() of an unknown size is not supported")
        length, item = self.indexed(value.args[0], node)
        name = Global(f"itertools.{value.name}")
        places = Opaque("_0(range(_1), _2)", (name, length, size), pure=True)

        def chosen(indices: Value) -> None:
            assert isinstance(indices, Tuple)
            bind(Tuple(tuple(item(i) for i in indices.items)))

        self.loop_over(value, (places, [INTEGER] * size.value), chosen, body, node, guess, leave)

    def to_list(self, value: Value, node: ast.AST) -> Ref:
        if isinstance(value, Iterator):
            match value.name:
                case "yields":
                    result = self.new_object("list", ())
                    holder: list[Value] = []
                    self.run_generator(
                        value,
                        holder.append,
                        lambda: self.append(result, holder[-1], node),
                        node,
                    )
                    return result
                case "takewhile" | "dropwhile" | "filterfalse":
                    return self.chosen_by_test(value, node)
                case "islice" if self.slice_items(value, node) is None:
                    return self.sliced_list(value, node)
        return super().to_list(value, node)

    def sliced_list(self, value: Iterator, node: ast.AST) -> Ref:
        source, *bounds = value.args
        if is_endless(source):
            raise self.refuse(node, "islice() of what never ends needs a literal bound")
        ref = self.to_list(source, node)
        if len(bounds) == 1:
            bounds = [Const(None), *bounds]
        parts = [*bounds, Const(None)][:3]
        at = Apply("slice", tuple(self.atom(p, node) for p in parts))
        content = self.dynamic(ref, node)
        return self.new_object(
            "list", self.emit(Apply("getitem", (content, at)), content.kind, node)
        )

    def chosen_by_test(self, value: Iterator, node: ast.AST) -> Ref:
        """The items that takewhile, dropwhile or filterfalse lets through."""
        result = self.new_object("list", ())
        slot: Slot = (self.frame, self.fresh("going"))
        self.frame.names.add(slot[1])
        self.write_slot(slot, Const(value.name == "takewhile"))
        holder: list[Value] = []
        guess: set[Slot] = {(result.identity, "content")}

        def passes() -> Any:
            if value.args[0] == Const(None):
                return self.asked(holder[-1], node)
            found = self.asked(self.apply_function(value.args[0], [holder[-1]], {}, node), node)
            return found if isinstance(found, Runtime) else Const(self.truth(found, node))

        def take() -> None:
            self.append(result, holder[-1], node)

        def stop() -> None:
            self.write_slot(slot, Const(False))

        def start() -> None:
            self.write_slot(slot, Const(True))
            take()

        def body() -> None:
            going = self.read_slot(slot)
            assert isinstance(going, Runtime)
            if value.name == "takewhile":
                self.branch(
                    going, lambda: self.branch(passes(), take, stop, node), lambda: None, node
                )
            elif value.name == "dropwhile":
                self.branch(
                    going, take, lambda: self.branch(passes(), lambda: None, start, node), node
                )
            else:
                self.branch(passes(), lambda: None, take, node)

        self.for_each(value.args[1], holder.append, body, node, guess | {slot})
        self.state.pop(slot, None)
        return result

    # --- iter and next ---

    def builtin_iter(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        value = args[0]
        if len(args) > 1:
            raise self.refuse(node, "iter() with a sentinel is not supported")
        if isinstance(value, Ref) and value.identity.kind == "instance":
            method = self.special(value, "__iter__", node)
            if method is not None:
                return self.apply_function(method, [], {}, node)
        made = self.to_list(value, node)
        ref = self.new_object("list", self.content(made), ITERATED)
        return ref

    def builtin_next(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        value = args[0]
        if isinstance(value, Ref) and value.identity.kind == "instance":
            method = self.special(value, "__next__", node)
            if method is None:
                raise self.refuse(node, "this object has no method __next__")
            return self.apply_function(method, [], {}, node)
        is_own = isinstance(value, Ref) and value.identity.cls is ITERATED
        if not is_own and not isinstance(value, Iterator):
            raise self.refuse(node, "next() takes an iterator", fix="Use iter(), or an index.")
        if isinstance(value, Iterator) and is_endless(value):
            return self.endless_item(value, Const(0), node)
        ref = value if is_own else self.to_list(value, node)
        assert isinstance(ref, Ref)
        content = self.content(ref)
        if isinstance(content, tuple):
            if not content:
                if len(args) > 1:
                    return args[1]
                raise self.refuse(node, "next() of an iterator that has nothing left")
            return self.list_pop(ref, [Const(0)], {}, node)
        if len(args) == 1:
            return self.list_pop(ref, [Const(0)], {}, node)
        return self.conditional(
            self.length_of(ref, node),
            lambda: self.list_pop(ref, [Const(0)], {}, node),
            lambda: args[1],
            node,
        )

    # --- generators ---

    def run_generator(
        self,
        value: Iterator,
        bind: Callable[[Value], None],
        body: Callable[[], None],
        node: ast.AST,
    ) -> None:
        """Read a generator's body in place, and the consumer's at each yield."""
        function, bound = value.args
        consumer = self.frame
        if function.identity in self.reading:
            raise self.refuse(
                node, f"{function.name!r} is a generator that calls itself", fix="Return a list."
            )
        if never_ends(function.node):
            raise self.refuse(
                node,
                f"{function.name!r} is a generator that never ends",
                fix="Give it a bound, and return a list.",
            )

        def take(item: Value) -> None:
            inside, self.frame = self.frame, consumer
            try:
                bind(item)
                body()
            finally:
                self.frame = inside

        self.reading.append(function.identity)
        try:
            with self.spelled_here(function, node):
                frame = self.enter(function, dict(bound), inlined=True)
                frame.names.add(VALUE)
                frame.on_yield = take
                self.body(function)
        finally:
            self.frame = consumer
            self.reading.pop()

    def yields(self, expr: ast.Yield | ast.YieldFrom) -> None:
        """A yield that stands as a statement."""
        frame: Frame | None = self.frame
        if frame is None or frame.on_yield is None:
            raise self.refuse(expr, "a generator can't be differentiated", fix="Return a list.")
        take = frame.on_yield
        if isinstance(expr, ast.Yield):
            take(self.evaluate(expr.value) if expr.value is not None else Const(None))
            return
        holder: list[Value] = []
        self.for_each(
            self.evaluate(expr.value), holder.append, lambda: take(holder[-1]), expr, set()
        )


def _is_count(value: Const) -> bool:
    return type(value.value) is int and value.value >= 0


def is_endless(value: Any) -> bool:
    if not isinstance(value, Iterator) or value.name not in ENDLESS:
        return False
    return not (value.name == "repeat" and len(value.args) > 1)


def is_generator(value: Any) -> bool:
    return isinstance(value, Iterator) and value.name == "yields"


def never_ends(node: ast.AST) -> bool:
    """Whether a generator has a loop that nothing leaves."""
    for sub in ast.walk(node):
        if isinstance(sub, ast.While) and isinstance(sub.test, ast.Constant) and sub.test.value:
            leaves = (ast.Break, ast.Return, ast.Raise)
            if not any(isinstance(n, leaves) for n in ast.walk(sub)):
                return True
    return False
