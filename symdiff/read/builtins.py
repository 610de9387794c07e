"""Reading calls of functions that are known by name, and of methods of containers."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import partial
from typing import Any

from symdiff import rules
from symdiff.read.arrays import METHODS, is_array
from symdiff.read.complexes import Complexes
from symdiff.read.containers import KEYS
from symdiff.read.conventions import with_named_out
from symdiff.read.core import CALLABLE, Slot
from symdiff.read.custom import ready_for_rules, stop
from symdiff.read.iteration import MARK
from symdiff.read.iterators import is_generator
from symdiff.read.spelling import spelled
from symdiff.read.values import (
    Builtin,
    Class,
    Iterator,
    Method,
    Partial,
    Ref,
    Runtime,
    Tuple,
    Unknown,
    Value,
    is_type_of,
    join,
    kind_of,
    literal_key,
)
from symdiff.rules.arrays.registry import ArrayPrimitive
from symdiff.rules.registry import parameters_of
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
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
    Opaque,
    Passive,
    Var,
)

INTEGERS = ListOf(INTEGER)
# Methods that change a list.
CHANGING = {"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse"}
SHRINKING = {"pop", "remove", "clear"}
ITERATORS = {"enumerate", "zip", "reversed", "map", "filter"}
# Passive functions without effects, that may be shared, moved and dropped.
PURE = {
    "str",
    "repr",
    "format",
    "isinstance",
    "issubclass",
    "hasattr",
    "callable",
    "type",
    "ord",
    "chr",
    "hash",
    "id",
    "bin",
    "hex",
    "any",
    "all",
    "complex",
    "set",
    "frozenset",
    "bytes",
    "ascii",
}
OF_ANYTHING = {"isinstance", "print", "str", "repr", "bool", "type"}
BOOLEANS = {"isinstance", "issubclass", "hasattr", "callable", "any", "all"}


# Functions that change a list or an array that is given to them.
CHANGERS = {
    "heapq.heappush", "heapq.heappop", "heapq.heapify", "heapq.heapreplace", "heapq.heappushpop",
    "random.shuffle", "bisect.insort", "bisect.insort_left", "bisect.insort_right",
    "numpy.copyto", "numpy.put", "numpy.place", "numpy.putmask", "numpy.fill_diagonal",
    "numpy.put_along_axis", "numpy.random.shuffle", "_heapq.heappush", "_heapq.heappop",
    "_heapq.heapify", "_heapq.heapreplace", "_heapq.heappushpop", "_bisect.insort",
    "_bisect.insort_left", "_bisect.insort_right", "setattr", "delattr",
}  # fmt: skip
FORBIDDEN = {"eval", "exec", "globals", "locals", "vars", "input", "__import__", "compile"}
# The functions with a rule that take lists and tuples of numbers.
OF_SEQUENCES = {
    "sum", "max", "min", "len", "math.fsum", "math.prod", "math.dist", "math.sumprod", "bool",
    "not", "eq", "ne", "lt", "le", "gt", "ge", "is", "is_not",
}  # fmt: skip


class Builtins(Complexes):
    """What the functions of the standard library do to values."""

    shared: Any

    def standing_object(self, ref: Ref, node: ast.AST) -> Value | None:
        """An object of a class that is read from a text of ours as the library makes it, for what
        that text has not: passive."""
        made = self.shared.made_by.get(ref.identity)
        if made is None:
            return None
        function, args, keywords = made
        return self.opaque_call(Global(function.name), args, keywords, node)

    def opaque_call(
        self, function: Expr, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError

    def call_builtin(
        self, function: Builtin, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        name = function.name.removeprefix("builtins.")
        if any(isinstance(a, Unknown) for a in args):
            return Unknown()
        if name not in OF_ANYTHING:
            args = [self.certain(a, node, f"{name}() is given None") for a in args]
        marks = [a.args[1] for a in args if isinstance(a, Iterator) and a.name == MARK]
        if marks:
            bare = self.call_builtin(function, [self.unmarked(a) for a in args], keywords, node)
            return Iterator(MARK, (bare, marks[0])) if name in ITERATORS else bare
        known = getattr(self, f"builtin_{name.replace('.', '_')}", None)
        if known is not None:
            return known(args, keywords, node)  # type: ignore[no-any-return]
        text = spelled(name, self.unit)
        if text is not None:
            given = self.apply_function(text, args, keywords, node)
            if isinstance(given, Ref) and isinstance(text, Class):
                self.shared.made_by[given.identity] = function, args, keywords
            return given
        if name.startswith("numpy.") and name.count(".") == 2:
            made = self.ufunc_method(name, args, keywords, node)
            if made is not None:
                return made
        if name in FORBIDDEN:
            raise self.refuse(node, f"{name}() can't be used in a differentiated function")
        known_strict = name == "zip" and isinstance(keywords.get("strict"), Const)
        if known_strict and keywords.pop("strict") == Const(True):
            self.same_lengths(args, node)
        if name in ITERATORS and keywords.keys() - {"start"}:
            raise self.refuse(
                node, f"{name}() with the keyword {next(iter(keywords))!r} is not supported"
            )
        if name in ITERATORS:
            args = [self.to_list(a, node) if is_generator(a) else a for a in args]
            if name == "enumerate":
                start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
                return Iterator(name, (args[0], start))
            return Iterator(name, tuple(args))
        if name.startswith("cmath.") and not keywords:
            made = self.function_of_complex(name.partition(".")[2], args, node)
            if made is not None:
                return made
        if name.startswith("itertools."):
            made = self.itertool(name.partition(".")[2], args, keywords, node)
            if made is not None:
                return made
        primitive = rules.find(function.live) if function.live is not None else rules.by_name(name)
        if isinstance(primitive, ArrayPrimitive):
            return self.array_call(primitive.name, args, keywords, node)
        if primitive is not None:
            return self.call_primitive(primitive.name, args, keywords, node)
        return self.passive_call(name, args, keywords, node)

    def same_lengths(self, args: list[Value], node: ast.AST) -> None:
        """zip(..., strict=True): a ValueError unless all are of one length."""
        known = [self.items(a, node) for a in args]
        sizes: list[Expr] = []
        for arg, items in zip(args, known, strict=True):
            size = Const(len(items)) if items is not None else self.indexed(arg, node)[0]
            sizes.append(size)

        def unequal() -> None:
            text = "raise ValueError('zip() arguments of unequal length')"
            self.block.append(Passive(text, (), True))

        for size in sizes[1:]:
            test = self.comparison("ne", sizes[0], size, node)  # type: ignore[arg-type]
            assert isinstance(test, Runtime)
            self.branch(test, unequal, lambda: None, node)

    def passive_call(
        self, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if name in CHANGERS and any(not isinstance(a, (Const, Global)) for a in args):
            raise self.refuse(
                node,
                f"{name}() changes its argument in place in a way that can't be followed",
                fix="Use a function that returns a new list, such as sorted().",
            )
        if name in PURE and not keywords:
            trees = tuple(
                self.tree(a, node) if not isinstance(a, (Builtin, Iterator)) else self.atom(a, node)
                for a in args
            )
            kind = (
                BOOLEAN
                if name in BOOLEANS
                else TEXT
                if name in ("str", "repr", "format")
                else OBJECT
            )
            text = ", ".join(f"_{i + 1}" for i in range(len(args)))
            return self.emit(Opaque(f"_0({text})", (Global(name), *trees), pure=True), kind, node)
        made = self.opaque_call(Global(name), args, keywords, node)
        self.may_write(name, [*args, *keywords.values()], node)
        self.may_write_out(name, with_named_out(name, args, keywords)[1], node)
        return made

    def by_position(
        self, op: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> list[Value]:
        """The arguments of a call, those that are given by name in their places."""
        placed, left = list(args), dict(keywords)
        for parameter in parameters_of(op)[len(args) :] if keywords else ():
            if parameter.name in left and parameter.kind is not parameter.POSITIONAL_ONLY:
                placed.append(left.pop(parameter.name))
            elif left and parameter.default is not parameter.empty:
                placed.append(Const(parameter.default))
            else:
                break
        if left:
            raise self.refuse(
                node, f"{op}() with the keyword {next(iter(left))!r} is not supported"
            )
        return placed

    def call_primitive(
        self, op: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """A function with a derivative rule."""
        args = self.by_position(op, args, keywords, node)
        primitive = rules.by_name(op)
        if primitive is not None and not primitive.accepts(len(args)):
            raise self.refuse(node, f"{op}() doesn't take {len(args)} arguments")
        given: list[Expr] = []
        kinds: list[Kind] = []
        for value in args:
            if isinstance(value, Iterator):
                value = self.to_list(value, node)
            if isinstance(value, (Tuple, Ref)) and op not in OF_SEQUENCES:
                raise self.refuse(node, f"{op}() takes a number, not a list or tuple")
            if isinstance(value, (Tuple, Ref)):
                items = self.items(value, node)
                if items is not None:
                    atoms = tuple(self.atom(v, node) for v in items)
                    given.append(Apply("tuple" if isinstance(value, Tuple) else "list", atoms))
                    kind = kind_of(atoms[0]) if atoms else INTEGER
                    for atom in atoms[1:]:
                        kind = join(kind, kind_of(atom))
                    kinds.append(ListOf(kind))
                    continue
            atom = self.atom(value, node)
            if op in ("float", "int") and kind_of(atom) is TEXT and not isinstance(atom, Const):
                self.refuse_made_text(atom, node)
            given.append(atom)
            kinds.append(kind_of(atom))
        if all(isinstance(g, (Var, Const, Global)) for g in given):
            return self.apply(op, tuple(given), node)
        from symdiff.read.kinds import result_kind

        return self.emit(Apply(op, tuple(given)), result_kind(op, kinds), node)

    def refuse_made_text(self, text: Expr, node: ast.AST) -> None:
        """A number that is read back from text made of numbers has lost its derivative."""
        if isinstance(text, Var) and text.temporary:
            raise self.refuse(
                node,
                "a number that is read from text made here has no derivative",
                fix="Use the number itself.",
            )

    # --- builtins, by name ---

    def builtin_spelled_refuse(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        assert isinstance(args[0], Const)
        raise self.refuse(node, args[0].value)

    def builtin_spelled_sequence(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        value = args[0]
        is_list = isinstance(value, Ref) and value.identity.kind == "list"
        return value if is_list or isinstance(value, Tuple) else self.builtin_list(args, {}, node)

    def builtin_object___init__(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Const(None)

    def builtin_symdiff_elementwise(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return ready_for_rules(self, "symdiff.elementwise", args, node)

    def builtin_symdiff_custom_vjp(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return ready_for_rules(self, "symdiff.custom_vjp", args, node)

    def builtin_symdiff_custom_jvp(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return ready_for_rules(self, "symdiff.custom_jvp", args, node)

    def builtin_symdiff_stop_gradient(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        given = [*args, *keywords.values()]
        if len(given) != 1:
            raise self.refuse(node, "stop_gradient() takes one argument")
        return stop(self, given[0], node)

    def builtin_callable(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if isinstance(args[0], CALLABLE):
            return Const(True)
        if isinstance(args[0], (Const, Tuple)) or is_array(args[0]):
            return Const(False)
        return self.passive_call("callable", args, keywords, node)

    def builtin_range(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        atoms = tuple(self.atom(a, node) for a in args)
        for atom in atoms:
            if kind_of(atom) is REAL:
                raise self.refuse(
                    node,
                    "range() takes integers, not the real number it is given here",
                    fix="Annotate the parameter as int, or convert with int().",
                )
        return Iterator("range", atoms)

    def builtin_numba_prange(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        made = self.builtin_range(args, keywords, node)
        assert isinstance(made, Iterator)
        return replace(made, parallel=True)

    def builtin_slice(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        none: Value = Const(None)
        parts = [none, *args, none] if len(args) == 1 else [*args, none][:3]
        return Iterator("slice", tuple(parts))

    def builtin_len(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        value = args[0]
        if isinstance(value, Ref) and value.identity.kind == "instance":
            method = self.instance_attribute(value, "__len__", node)
            return self.apply_function(method, [], {}, node) if method is not None else Unknown()
        if is_array(value):
            assert isinstance(value, (Var, Global))
            return self.length_of_array(value, node)
        items = self.items(value, node)
        if items is not None:
            return Const(len(items))
        if isinstance(value, Iterator) and value.name == "range":
            return self.emit(Apply("len", (Apply("range", value.args),)), INTEGER, node)
        return self.emit(Apply("len", (self.atom(value, node),)), INTEGER, node)

    def builtin_sum(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        if is_array(args[0]):
            return self.array_call("builtins.sum", args, keywords, node)
        start = args[1] if len(args) > 1 else keywords.get("start")
        value = args[0]
        if isinstance(value, Iterator) and self.passive(value) is None:
            value = self.to_list(value, node)
        items = self.items(value, node) if not isinstance(value, Iterator) else None
        if items is not None and not all(isinstance(v, Runtime) for v in items):
            total = Const(0) if start is None else start
            for item in items:
                total = self.binary("add", total, item, node)
            return total
        return self.fold_sequence("sum", value, [start] if start is not None else [], node)

    def fold_sequence(self, op: str, value: Value, more: list[Value], node: ast.AST) -> Value:
        if isinstance(value, Iterator):
            passive = self.passive(value)
            value = self.to_list(value, node) if passive is None or value.name != "range" else value
        return self.call_primitive(op, [value, *more], {}, node)

    def extreme(
        self, op: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if "key" in keywords:
            return self.extreme_by_key(op, args, keywords["key"], node)
        if len(args) > 1 and not all(isinstance(a, (*Runtime, Unknown)) for a in args):
            return self.extreme_by_key(op, args, Const(None), node)
        if len(args) > 1:
            return self.call_primitive(op, args, {}, node)
        value = args[0]
        if isinstance(value, Iterator):
            value = self.to_list(value, node)
        items = self.items(value, node)
        if items and "default" in keywords:
            keywords = {}
        if items == [] and "default" in keywords:
            return keywords["default"]
        if items is not None and not all(isinstance(v, Runtime) for v in items):
            return self.extreme_by_key(op, [value], Const(None), node)
        if items is None or "default" in keywords:
            if keywords:
                raise self.refuse(
                    node, f"{op}() with a default is not supported over a list of unknown length"
                )
            return self.call_primitive(op, [value], {}, node)
        if not items:
            raise self.refuse(node, f"{op}() of nothing")
        return items[0] if len(items) == 1 else self.call_primitive(op, items, {}, node)

    def extreme_by_key(self, op: str, args: list[Value], key: Value, node: ast.AST) -> Value:
        ranged = isinstance(args[0], Iterator) and args[0].name == "range"
        items = args if len(args) > 1 else self.items(args[0], node) if not ranged else None
        if items is None:
            return self.extreme_in_loop(op, args[0], key, node)
        if not items:
            raise self.refuse(node, f"{op}() of nothing")
        best, rank = items[0], self.rank(key, items[0], node)
        for item in items[1:]:
            other = self.rank(key, item, node)
            test = self.comparison("gt" if op == "max" else "lt", other, rank, node)
            assert isinstance(test, Runtime)
            kept = best, rank
            pair = self.conditional(test, partial(Tuple, (item, other)), partial(Tuple, kept), node)
            assert isinstance(pair, Tuple)
            best, rank = pair.items
        return best

    def rank(self, key: Value, item: Value, node: ast.AST) -> Value:
        return item if key == Const(None) else self.apply_function(key, [item], {}, node)

    def extreme_in_loop(self, op: str, value: Value, key: Value, node: ast.AST) -> Value:
        length, item_at = self.indexed(value, node)
        best: Slot = (self.frame, self.fresh("best"))
        rank: Slot = (self.frame, self.fresh("rank"))
        self.write_slot(best, item_at(Const(0)))
        self.write_slot(rank, self.rank(key, self.read_slot(best), node))
        holder: list[Value] = []

        def body() -> None:
            assert isinstance(holder[-1], Runtime)
            item = item_at(holder[-1])
            other = self.rank(key, item, node)
            test = self.comparison("gt" if op == "max" else "lt", other, self.read_slot(rank), node)
            assert isinstance(test, Runtime)

            def take() -> None:
                self.write_slot(best, item)
                self.write_slot(rank, other)

            self.branch(test, take, lambda: None, node)

        self.for_each(
            Iterator("range", (Const(1), length)), holder.append, body, node, {best, rank}
        )
        del self.state[rank]
        return self.state.pop(best)  # type: ignore[no-any-return]

    def builtin_max(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        if len(args) == 1 and is_array(args[0]) and not keywords:
            return self.array_call("numpy.max", args, {}, node)
        return self.extreme("max", args, keywords, node)

    def builtin_round(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        name = "numpy.round" if is_array(args[0]) else "round"
        call = self.array_call if is_array(args[0]) else self.call_primitive
        return call(name, args, keywords, node)

    def builtin_min(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        if len(args) == 1 and is_array(args[0]) and not keywords:
            return self.array_call("numpy.min", args, {}, node)
        return self.extreme("min", args, keywords, node)

    def builtin_pow(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        args = self.by_position("pow", args, keywords, node)
        if len(args) == 3:
            return self.opaque_call(Global("pow"), args, {}, node)
        return self.binary("pow", args[0], args[1], node)

    def builtin_divmod(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        a, b = args
        return Tuple((self.binary("floordiv", a, b, node), self.binary("mod", a, b, node)))

    def builtin_list(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        return self.to_list(args[0], node) if args else self.new_object("list", ())

    def builtin_tuple(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        if not args:
            return Tuple(())
        items = self.items(args[0], node)
        if items is not None:
            return Tuple(tuple(items))
        made = self.to_list(args[0], node)
        content = self.content(made)
        if isinstance(content, Var) and content.kind == ListOf(OBJECT):
            return self.emit(Opaque("tuple(_0)", (content,), pure=True), OBJECT, node)
        if isinstance(content, Var) and self.frame.scope.is_generated and content.kind == INTEGERS:
            text = Opaque("tuple(_0)", (content,), pure=True)  # an index, or axes: not a list
            return self.new_object("list", self.emit(text, INTEGERS, node))
        if isinstance(content, Var):
            made = self.new_object("list", content)
            made.identity.is_tuple = True
        return made

    def builtin_dict(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        content: dict[Any, Value] = {}
        if args and isinstance(args[0], Ref) and args[0].identity.kind == "dict":
            content.update(self.content(args[0]))
        elif args:
            for pair in self.items(args[0], node) or []:
                key, value = self.items(pair, node) or (Unknown(), Unknown())
                at = literal_key(key)
                if at is None and key != Const(None):
                    raise self.refuse(node, KEYS)
                content[at] = value
        return self.new_object("dict", {**content, **keywords})

    def builtin_getattr(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if isinstance(args[1], Const) and isinstance(args[1].value, str):
            return self.attribute(args[0], args[1].value, node)
        raise self.refuse(node, "the name of an attribute must be known when the function is read")

    def builtin_any(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        return self.quantifier("any", args[0], node)

    def builtin_all(self, args: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        return self.quantifier("all", args[0], node)

    def quantifier(self, name: str, value: Value, node: ast.AST) -> Value:
        ref = self.to_list(value, node)
        return self.emit(
            Opaque("_0(_1)", (Global(name), self.tree(ref, node)), pure=True), BOOLEAN, node
        )

    def builtin_functools_partial(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Partial(args[0], tuple(args[1:]), keywords)

    def builtin_functools_wraps(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Builtin("functools.wraps.of")

    def builtin_functools_wraps_of(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return args[0]

    def builtin_functools_lru_cache(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        is_function = bool(args) and not isinstance(args[0], Const)
        return args[0] if is_function else Builtin("functools.wraps.of")

    def builtin_functools_reduce(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        function, value = args[0], args[1]
        items = self.items(value, node)
        if "initial" in keywords:
            args = [*args, keywords["initial"]]
        if items is not None and not (isinstance(value, Iterator) and value.name == "range"):
            rest = [*args[2:], *items]
            if not rest:
                raise self.refuse(node, "reduce() of nothing")
            result = rest[0]
            for item in rest[1:]:
                result = self.apply_function(function, [result, item], {}, node)
            return result
        slot = (self.frame, self.fresh("total"))
        if len(args) < 3:
            value = self.to_list(value, node) if isinstance(value, Iterator) else value
            self.write_slot(slot, self.item(value, Const(0), node))
            value = self.sliced(value, ast.Slice(ast.copy_location(ast.Constant(1), node)), node)
        else:
            self.write_slot(slot, args[2])
        holder: list[Value] = []

        def body() -> None:
            self.write_slot(
                slot, self.apply_function(function, [self.read_slot(slot), holder[-1]], {}, node)
            )

        self.for_each(value, holder.append, body, node, {slot})
        return self.state.pop(slot)  # type: ignore[no-any-return]

    def builtin_itertools_accumulate(
        self, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        function = args[1] if len(args) > 1 else keywords.get("func", Const(None))

        def step(total: Value, item: Value) -> Value:
            if function == Const(None):
                return self.binary("add", total, item, node)
            return self.apply_function(function, [total, item], {}, node)

        items = self.items(args[0], node)
        start = keywords.get("initial", Const(None))
        if items is not None:
            known = items if start == Const(None) else [start, *items]
            made = known[:1]
            for item in known[1:]:
                made.append(step(made[-1], item))
            return self.new_object("list", tuple(made))
        length, item_at = self.indexed(args[0], node)
        result = self.new_object("list", ())
        slot = (self.frame, self.fresh("total"))
        self.write_slot(slot, item_at(Const(0)) if start == Const(None) else start)
        self.append(result, self.read_slot(slot), node)
        holder: list[Value] = []

        def body() -> None:
            assert isinstance(holder[-1], Runtime)
            self.write_slot(slot, step(self.read_slot(slot), item_at(holder[-1])))
            self.append(result, self.read_slot(slot), node)

        indices = Iterator("range", (Const(1) if start == Const(None) else Const(0), length))
        self.for_each(indices, holder.append, body, node, {slot, (result.identity, "content")})
        del self.state[slot]
        return result

    # --- methods of containers ---

    def call_method(
        self, method: Method, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        receiver, name = method.receiver, method.name
        if is_type_of(method):
            cast = self.cast_like(receiver, args, keywords, node)
            if cast is not None:
                return cast
        if isinstance(receiver, Ref):
            known = getattr(self, f"{receiver.identity.kind}_{name}", None)
            if known is None:
                raise self.refuse(
                    node, f"the method {name!r} of a {receiver.identity.kind} is not supported"
                )
            return known(receiver, args, keywords, node)  # type: ignore[no-any-return]
        if isinstance(receiver, Tuple):
            if name in ("index", "count"):
                trees = (self.tree(receiver, node), self.tree(args[0], node))
                return self.emit(Opaque(f"_0.{name}(_1)", trees, pure=True), INTEGER, node)
            if name == "_replace":
                fields = list(getattr(receiver.type, "_fields", ()))
                items = [keywords.get(f, v) for f, v in zip(fields, receiver.items, strict=True)]
                return Tuple(tuple(items), receiver.type)
            if name == "_asdict":
                fields = list(getattr(receiver.type, "_fields", ()))
                return self.new_object("dict", dict(zip(fields, receiver.items, strict=True)))
        if isinstance(receiver, Iterator):
            raise self.refuse(node, f"the method {name!r} is not supported here")
        if isinstance(receiver, (Var, Global)) and (
            isinstance(receiver.kind, ArrayOf) or receiver.kind is REAL and name in METHODS
        ):
            return self.array_method(receiver, name, args, keywords, node)
        if name in ("conjugate", "conj") and kind_of(receiver) is COMPLEX:
            return self.array_call("ndarray.conjugate", [receiver], {}, node)
        if name == "conjugate" and kind_of(receiver) in (REAL, INTEGER, BOOLEAN):
            return receiver
        if name in CHANGING and isinstance(receiver, Var) and isinstance(receiver.kind, ListOf):
            return self.change_row(receiver, name, args, keywords, node)
        atom = self.atom(receiver, node)
        given = tuple(self.tree(a, node) for a in [*args, *keywords.values()])
        names = [f"_{i + 1}" for i in range(len(args))] + [
            f"{k}=_{i + 1 + len(args)}" for i, k in enumerate(keywords)
        ]
        self.may_write(f"?.{name}", [*args, *keywords.values()], node)
        self.may_write_out(name, keywords, node)
        kind = BOOLEAN if name == "is_integer" else OBJECT if kind_of(atom) is not TEXT else TEXT
        return self.emit(
            Opaque(f"_0.{name}({', '.join(names)})", (atom, *given), pure=kind is not OBJECT),
            kind,
            node,
        )

    def store_into(
        self,
        container: ast.expr,
        index: ast.expr,
        value: Value,
        node: ast.AST,
        changed: bool = False,
    ) -> None:
        raise NotImplementedError

    def change_row(
        self, row: Var, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """A method of a list in a list, which is held by value: the row is changed and put back."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Subscript(value=container, slice=index))):
                if name not in SHRINKING and not isinstance(index, ast.Slice):
                    ref = self.new_object("list", row)
                    ref.identity.name = row.base
                    found = self.call_method(Method(ref, name), args, keywords, node)
                    self.store_into(container, index, self.dynamic(ref, node), node, changed=True)
                    return found
        raise self.refuse(
            node,
            f"{name}() of a list that is an item of another one, of which the length is not known",
            fix="Use a list with a name of its own."
            if name in SHRINKING
            else f"Name the item: rows[i].{name}(...).",
        )

    def list_append(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        self.append(ref, args[0], node)
        return Const(None)

    def list_extend(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        items = self.items(args[0], node)
        if items is not None:
            for item in items:
                self.append(ref, item, node)
            return Const(None)
        made = self.to_list(args[0], node)
        if self.content(ref) == ():
            self.set_content(ref, self.content(made), node)
            return Const(None)
        other = self.dynamic(made, node)
        self.set_content(
            ref, self.update("extend", self.dynamic(ref, node), (other,), node, ref), node
        )
        return Const(None)

    def list_insert(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        content = self.content(ref)
        if isinstance(content, tuple) and isinstance(args[0], Const):
            items = list(content)
            items.insert(args[0].value, args[1])
            self.set_content(ref, tuple(items), node)
        else:
            given = (self.atom(args[0], node), self.atom(args[1], node))
            self.set_content(
                ref, self.update("insert", self.dynamic(ref, node), given, node, ref), node
            )
        return Const(None)

    def list_pop(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        at = args[0] if args else Const(-1)
        content = self.content(ref)
        if isinstance(content, tuple) and isinstance(at, Const):
            items = list(content)
            if not items:
                raise self.refuse(node, "pop from an empty list")
            value: Value = items.pop(at.value)
            self.set_content(ref, tuple(items), node)
            return value
        value = self.item(ref, at, node)
        self.set_content(
            ref,
            self.update("delitem", self.dynamic(ref, node), (self.atom(at, node),), node, ref),
            node,
        )
        return value

    def list_copy(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.to_list(ref, node)

    def list_clear(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        self.set_content(ref, (), node)
        return Const(None)

    def list_reverse(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        content = self.content(ref)
        if isinstance(content, tuple):
            self.set_content(ref, content[::-1], node)
        else:
            back = Apply("slice", (Const(None), Const(None), Const(-1)))
            self.set_content(
                ref, self.emit(Apply("getitem", (content, back)), kind_of(content), node), node
            )
        return Const(None)

    def list_index(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        trees = (self.tree(ref, node), self.tree(args[0], node))
        return self.emit(Opaque("_0.index(_1)", trees, pure=True), INTEGER, node)

    def list_count(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        trees = (self.tree(ref, node), self.tree(args[0], node))
        return self.emit(Opaque("_0.count(_1)", trees, pure=True), INTEGER, node)

    def dict_items(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Iterator("items", (ref,))

    def dict_keys(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Iterator("keys", (ref,))

    def dict_values(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return Iterator("values", (ref,))

    def dict_copy(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        return self.new_object("dict", dict(self.content(ref)))

    def dict_pop(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        value = self.dict_get(ref, args, keywords, node)
        key = args[0].value if isinstance(args[0], Const) else None
        self.set_content(ref, {k: v for k, v in self.content(ref).items() if k != key}, node)
        return value

    def dict_setdefault(
        self, ref: Ref, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        value = self.dict_get(ref, args, keywords, node)
        if isinstance(args[0], Const):
            self.set_content(ref, {**self.content(ref), args[0].value: value}, node)
        return value
