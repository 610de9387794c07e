"""Reading calls of the user's functions: in place, as one stage, or as a procedure of their own.

A function without loops is read in place. One that loops or recurs becomes a procedure, whose
parameters are the numbers in its arguments and the outer variables that it reads. A pure scalar
function of one argument whose derivative SymPy can say in terms of its output stays one stage.
"""

from __future__ import annotations

import ast
import enum
import functools
from collections.abc import Callable
from collections.abc import Iterator as Iterable
from contextlib import contextmanager
from typing import Any, cast

from symdiff.errors import SymdiffError
from symdiff.read.builtins import Builtins
from symdiff.read.core import Frame, Growing, Slot, same
from symdiff.read.custom import call_with_rules
from symdiff.read.desugar import VALUE, closed, leaves_always
from symdiff.read.fence import yields
from symdiff.read.given import with_registered
from symdiff.read.helpers import closed_helper
from symdiff.read.iteration import MARK
from symdiff.read.iterators import ITERATED
from symdiff.read.names import assigned_names
from symdiff.read.scope import Access, TypeOf
from symdiff.read.spelling import SpelledScope, is_spline, spelled_class, spline_text, stays_apart
from symdiff.read.values import (
    Bound,
    Builtin,
    Choice,
    Class,
    Conflict,
    Function,
    Giving,
    Identity,
    Iterator,
    LiveObject,
    Method,
    Partial,
    Ref,
    Runtime,
    Super,
    Tuple,
    Undefined,
    Unknown,
    Value,
    is_type_of,
    kind_of,
    lengths_in,
    settled,
)
from symdiff.stages import (
    OBJECT,
    REAL,
    Apply,
    ArrayOf,
    Call,
    Const,
    Expr,
    Global,
    GlobalValue,
    Opaque,
    Param,
    Place,
    Procedure,
    Var,
    ends,
    steps,
)

SHAPES = 5  # kinds of arguments with which a function calls itself, one inside the other
DEEPEST = 60  # functions read in place inside each other


class Recursive(Exception):
    """A function that is being read in place calls itself."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__()
        self.node = node


class InPlace(Exception):
    """A function can't be a procedure of its own, because of what it takes, returns or writes."""


class Signature:
    """What is known of a procedure while, and after, it is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.busy = True
        self.called_itself = False
        self.result: Any = Unknown()  # the structure of what it returns
        self.changes = False  # whether it changes arrays among its arguments
        self.changed: tuple[int, ...] = ()  # which of its parameters are arrays that it changes
        self.changed_objects: list[int] = []  # which of the objects that it is given
        self.captures: list[tuple[Slot, tuple[Any, ...], Param]] = []
        self.calls: list[tuple[Call, Any]] = []  # those made while it is read wait for the captures
        self.procedure: Procedure | None = None
        self.seen: dict[Slot, Any] = {}  # outer values as they were when it was read

    def holds_for(self, reader: Calls) -> bool:
        """Whether the outer values that were known while reading are what they were; numbers in
        variables may differ, for they are passed."""
        return self.busy or all(alike(v, reader.read_slot(slot)) for slot, v in self.seen.items())


def alike(then: Any, now: Any) -> bool:
    return known_alike(then, now, alike)


def known_alike(then: Any, now: Any, alike: Callable[[Any, Any], bool]) -> bool:
    """Whether what is known of two values is the same, if `alike` says so of their parts."""
    if isinstance(then, Var) and isinstance(now, Var):
        return then.kind == now.kind
    if isinstance(then, Tuple) and isinstance(now, Tuple):
        return then.type == now.type and alike(then.items, now.items)
    if isinstance(then, tuple) and isinstance(now, tuple):
        return len(then) == len(now) and all(map(alike, then, now))
    if isinstance(then, dict) and isinstance(now, dict):
        return list(then) == list(now) and all(alike(then[k], now[k]) for k in then)
    return same(then, now)


class Calls(Builtins):
    """Calls, by what is called."""

    def __init__(self, shared: Any, parent: Any = None) -> None:
        super().__init__(shared.unit)
        self.shared, self.parent = shared, parent
        self.reading: list[Any] = list(parent.reading) if parent is not None else []
        self.captured: dict[Slot, Any] = {}
        self.handed_out: set[Identity] = set()  # lists and dicts among its results
        self.lends = False  # whether a procedure that is called may read containers of this one
        self.signature: Signature | None = None

    def statements(self, body: list[ast.stmt]) -> None:
        raise NotImplementedError

    # --- places ---

    def is_spelled(self) -> bool:
        """Whether what is read is the text of a library: its place is that of its call."""
        return isinstance(self.frame.scope, SpelledScope)

    @contextmanager
    def spelled_here(self, function: Function, node: ast.AST) -> Iterable[None]:
        """While a function is read that is called here: the place of one of a library."""
        is_entered = isinstance(function.scope, SpelledScope) and not self.is_spelled()
        if is_entered:
            self.shared.spelled_at.append((self.place(node), self.lines()))
        try:
            yield
        finally:
            if is_entered:
                self.shared.spelled_at.pop()

    def place(self, node: ast.AST) -> Place:
        at: tuple[Place, list[str]] | None = next(reversed(self.shared.spelled_at), None)
        return at[0] if at is not None and self.is_spelled() else super().place(node)

    def lines(self) -> list[str]:
        at: tuple[Place, list[str]] | None = next(reversed(self.shared.spelled_at), None)
        return at[1] if at is not None and self.is_spelled() else super().lines()

    # --- slots of outer procedures ---

    def read_slot(self, slot: Slot) -> Value:
        if slot in self.state:
            return self.state[slot]  # type: ignore[no-any-return]
        if self.is_foreign(slot):
            if slot not in self.captured:
                name = slot[1] if isinstance(slot[0], Frame) else slot[0].name
                outer = self.parent.read_slot(slot)
                assert self.signature is not None
                self.signature.seen[slot] = outer
                self.captured[slot] = self.capture(outer, slot, (), name)
            return self.captured[slot]  # type: ignore[no-any-return]
        return super().read_slot(slot)

    def is_foreign(self, slot: Slot) -> bool:
        if self.parent is None or slot in self.state:
            return False
        return slot[0] not in self.frames if isinstance(slot[0], Frame) else True

    def write_slot(self, slot: Slot, value: Value) -> None:
        if (
            isinstance(slot[0], Frame)
            and slot[0] not in self.frames
            or not isinstance(slot[0], Frame)
            and self.is_foreign(slot)
        ):
            raise InPlace
        self.state[slot] = value

    def capture(self, value: Any, slot: Slot, path: tuple[Any, ...], name: str) -> Any:
        """An outer value as this procedure sees it: its numbers are parameters."""
        assert self.signature is not None
        if isinstance(value, Var):
            if self.parent is not None and value in self.parent.optional:
                raise InPlace
            var = Var(name, value.kind)
            self.callers_lengths |= lengths_in(var.kind)
            self.signature.captures.append((slot, path, Param(name, var)))
            if self.signature.procedure is not None:
                self.hand_over(self.signature, slot, path)
            return var
        if isinstance(value, Tuple):
            return Tuple(
                tuple(
                    self.capture(v, slot, (*path, i), f"{name}_{i}")
                    for i, v in enumerate(value.items)
                ),
                value.type,
            )
        if isinstance(value, tuple):
            return tuple(
                self.capture(v, slot, (*path, i), f"{name}_{i}") for i, v in enumerate(value)
            )
        if isinstance(value, dict):
            return {k: self.capture(v, slot, (*path, k), f"{name}_{k}") for k, v in value.items()}
        return value

    def captured_now(self, slot: Slot, path: tuple[Any, ...]) -> Expr:
        value: Any = self.read_slot(slot)
        for step in path:
            value = (value.items if isinstance(value, Tuple) else value)[step]
        if not isinstance(value, Runtime):
            raise InPlace
        return value

    # --- calling ---

    def call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return self.super_object(node)
        function = self.called(node.func)
        nodes = [*node.args, *(k.value for k in node.keywords)]
        function, values = self.in_order(function, node, lambda: self.elements(nodes))
        args = values[: len(values) - len(node.keywords)]
        keywords: dict[str, Value] = {}
        for keyword, value in zip(node.keywords, values[len(args) :], strict=True):
            if keyword.arg is not None:
                keywords[keyword.arg] = value
                continue
            content = self.known_content(value, keyword.value)
            if content is None:
                raise self.refuse(
                    keyword.value, "only a dict whose keys are known can be passed with **"
                )
            keywords.update(content)
        return self.apply_function(function, args, keywords, node)

    def called(self, node: ast.expr) -> Value:
        """What is called: of an object that nothing is known of, a method by its name."""
        if not isinstance(node, ast.Attribute):
            return self.evaluate(node)
        holder = self.evaluate(node.value)
        if isinstance(holder, Var) and holder.kind is OBJECT:
            return Method(holder, node.attr)
        return self.attribute(holder, node.attr, node)

    def super_object(self, node: ast.Call) -> Value:
        """super() in a method whose class is known, or super(Class, self)."""
        if node.args:
            of, *on = self.evaluate_in_order([*node.args])
            if not isinstance(of, Class) or len(on) != 1:
                raise self.refuse(node, "super() can't be followed here")
            return Super(of, on[0])
        frame: Frame | None = self.frame
        while frame is not None and (frame.function is None or frame.function.owner is None):
            frame = frame.parent
        first = next(iter(frame.node.args.args), None) if frame is not None else None
        if frame is None or frame.function is None or first is None:
            raise self.refuse(node, "super() can't be followed here")
        owner = frame.function.owner
        assert owner is not None
        return Super(owner, self.read_slot((frame, first.arg)))

    def apply_function(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        function = with_registered(function, self.frame.scope, self.unit)
        match function:
            case Function():
                return self.call_function(function, args, keywords, node)
            case Bound(function=inner, receiver=receiver):
                return self.apply_function(inner, [receiver, *args], keywords, node)
            case Giving():
                return self.give_rule(function, args, node)
            case Partial():
                given = {**function.keywords, **keywords}
                return self.apply_function(function.function, [*function.args, *args], given, node)
            case Builtin() | Method() if (known := self.spelled_method(function, node)) is not None:
                return self.apply_function(known, args, keywords, node)
            case Builtin():
                return self.call_builtin(function, args, keywords, node)
            case Method():
                return self.call_method(function, args, keywords, node)
            case Class():
                return self.construct(function, args, keywords, node)
            case Ref() if function.identity.kind == "instance":
                method = self.instance_attribute(function, "__call__", node)
                if method is not None:
                    return self.apply_function(method, args, keywords, node)
            case LiveObject() if (chosen := self.dispatched(function, args, node)) is not None:
                return self.apply_function(chosen, args, keywords, node)
            case LiveObject() if is_spline(function.value):
                return self.call_spline(function, args, keywords, node)
            case LiveObject():
                method = self.live_attribute(function, "__call__", node)
                if isinstance(method, Bound):
                    return self.apply_function(method.function, [function, *args], keywords, node)
                self.may_write(f"?.{function.path}", [*args, *keywords.values()], node)
                return self.opaque_call(self.live_global(function), args, keywords, node)
            case Choice():
                return self.conditional(
                    function.test,
                    lambda: self.apply_function(function.then, args, keywords, node),
                    lambda: self.apply_function(function.orelse, args, keywords, node),
                    node,
                )
            case Conflict():
                raise self.refuse(node, function.why)
            case Unknown():
                return function
            case Const(value=None):
                return self.raising(TypeError("'NoneType' object is not callable"), node)
            case Var() | Global():
                name = function.base if isinstance(function, Var) else function.name
                self.may_write(f"?.{name}", [*args, *keywords.values()], node)
                return self.opaque_call(function, args, keywords, node)
        raise self.refuse(node, "this can't be called")

    def spelled_method(self, function: Builtin | Method, node: ast.AST) -> Bound | None:
        """What is called where the object of a library has methods in a text of ours."""
        if isinstance(function, Builtin):
            receiver: Value = LiveObject(function.name, function.live, None)
            name = "__call__"
        else:
            receiver, name = function.receiver, function.name
        if not isinstance(receiver, LiveObject) or receiver.value is None:
            return None
        cls = spelled_class(type(receiver.value), self.unit)
        method = self.class_member(cls, name, node) if cls is not None else None
        return Bound(method, receiver) if isinstance(method, Function) else None

    def give_rule(self, giving: Giving, args: list[Value], node: ast.AST) -> Value:
        """`@f.pullback` over a function."""
        if not args:
            return giving  # with differs=
        rules, rule = giving.function.rules, args[0]
        assert rules is not None
        if not isinstance(rule, Function):
            raise self.refuse(node, "a rule must be a function made by 'def'")
        rules.given[giving.kind] = rule
        return rule

    def call_spline(
        self, spline: LiveObject, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """A spline that exists already is called as it stands, and so is its derivative."""
        c, read = spline.value.c, spline.read
        if read is not None:
            self.unit.guard(spline.path, TypeOf(read), type(spline.value))
            of = Access(read, "attribute", "c")
            self.unit.guard(f"{spline.path}.ndim", Access(of, "attribute", "ndim"), c.ndim)
            kind = Access(Access(of, "attribute", "dtype"), "attribute", "kind")
            self.unit.guard(f"{spline.path}.kind", kind, c.dtype.kind)
        imports, text = spline_text(spline.value)
        for name, statement in imports.items():
            self.unit.globals.setdefault(name, GlobalValue(statement))
        kept = GlobalValue(text, read)
        made = self.unit.constant(spline.path, kept, OBJECT, id(spline.value))
        self.shared.originals[made.name] = spline
        return self.array_call("spline", [made, *args], keywords, node)

    def live_global(self, value: LiveObject) -> Global:
        """An object that exists already, which only code that runs live can refer to."""
        kept = GlobalValue(repr(value.value), value.read)
        return self.unit.constant(value.path, kept, OBJECT, id(value.value))

    def no_atom(self, value: Value, node: ast.AST | None) -> Expr:
        if is_type_of(value):
            return self.class_at_run_time(value, node)
        if isinstance(value, LiveObject):
            if isinstance(value.value, enum.Enum):
                return self.member_value(value, node)
            return self.live_global(value)
        if isinstance(value, Builtin):
            return Global(value.name.removeprefix("builtins."))
        if isinstance(value, Iterator) and value.name == "slice":
            parts = tuple(self.atom(v, node) for v in value.args)
            return self.emit(Opaque("slice(_0, _1, _2)", parts, pure=True), OBJECT, node)
        if isinstance(value, Iterator):
            items = self.items(value, node or self.frame.node)
            if items is not None:
                return self.atom(Tuple(tuple(items)), node)
            return self.dynamic(self.to_list(value, node or self.frame.node), node)
        return super().no_atom(value, node)

    def member_value(self, member: LiveObject, node: ast.AST | None) -> Expr:
        """A member of an enumeration: one of numbers or text is its value."""
        if isinstance(member.value, enum.Enum) and isinstance(member.value, (int, float, str)):
            return Const(member.value.value)
        if member.read is None:
            raise self.refuse(
                node or self.frame.node,
                f"{member.path} can't be named in generated code",
                fix="Compare values instead: .value gives that of a member.",
            )
        return self.live_global(member)

    def call_function(
        self, function: Function, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if isinstance(function.node, ast.FunctionDef) and yields(function.node):
            return Iterator("yields", (function, self.bind(function, args, keywords, node)))
        if self.is_marked(function):
            return self.call_repeated(function, args, keywords, node)
        return self.call_bound(function, self.bind(function, args, keywords, node), node)

    def call_bound(self, function: Function, bound: dict[str, Value], node: ast.AST) -> Value:
        """Call a function whose parameters have their values."""
        if any(isinstance(v, Unknown) for v in bound.values()):
            return Unknown()
        with self.spelled_here(function, node):
            return self.call_of_bound(function, bound, node)

    def call_of_bound(self, function: Function, bound: dict[str, Value], node: ast.AST) -> Value:
        if function.rules is not None:
            return call_with_rules(self, function, bound, node)
        helper = closed_helper(self, function, bound)
        if helper is not None:
            atom = next(iter(bound.values()))
            assert isinstance(atom, Runtime)
            return self.emit(Apply(f"helper:{helper}", (atom,)), REAL, node)
        called = not self.shared.apart_from and (
            _loops(function.node) or self.shared.repeats(function.node)
        )
        own = function.node in self.shared.recursive or called or stays_apart(function)
        if own and function.node not in self.shared.in_place:
            state, block, size = dict(self.state), self.block, len(self.block)
            try:
                return self.call_procedure(function, bound, node)
            except InPlace:
                self.state, self.block = state, block
                del block[size:]
                if function.node in self.shared.recursive:
                    raise self.refuse(
                        node,
                        f"{function.name!r} calls itself, and takes, returns or writes what a "
                        "recursive function can't: only numbers, arrays, and tuples of them",
                        fix="Pass and return numbers, arrays, or tuples of them.",
                    ) from None
                self.shared.in_place.add(function.node)
        if function.identity in self.reading and not self.descends(function, bound):
            raise Recursive(function.node)
        if len(self.reading) > DEEPEST:
            raise self.refuse(node, "functions call each other too deeply to be followed")
        state, block, size = dict(self.state), self.block, len(self.block)
        frame, before = self.frame, self.shared.stages
        try:
            value = self.in_place(function, bound)
            self.shared.lengths[function.node] = self.shared.stages - before
            return value
        except Recursive as found:
            if found.node is not function.node:
                raise
            self.shared.recursive.add(function.node)
            self.shared.in_place.discard(function.node)  # a procedure, or else refused
            self.state, self.block, self.frame = state, block, frame
            del block[size:]
            return self.call_bound(function, bound, node)

    def call_repeated(
        self, function: Function, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        bound = self.bind(function, args, keywords, node)
        if any(isinstance(v, Unknown) for v in bound.values()):
            return Unknown()
        state, block, size = dict(self.state), self.block, len(self.block)
        outer, self.lends = self.lends, True
        try:
            value = self.call_procedure(function, bound, node)
        except InPlace:
            self.state, self.block = state, block
            del block[size:]
            raise self.refuse(
                node,
                f"{function.name!r} can't be run again: it returns or changes what it has not "
                "made, or an object whose structure is not known",
                fix="Return numbers, arrays, and tuples, lists and dicts of them that it makes.",
            ) from None
        finally:
            self.lends = outer
        if isinstance(value, Unknown):
            return value
        call = self.block[-1]
        assert isinstance(call, Call)
        call.repeated = True
        return value

    def descends(self, function: Function, bound: dict[str, Value]) -> bool:
        """Whether a method that calls itself does so on another object: its parts, say."""
        mine = next(iter(bound.values()), None)
        if not isinstance(mine, Ref) or mine.identity.kind != "instance":
            return False
        frame: Frame | None = self.frame
        seen = []
        for known in self.frames:
            if known.function is not None and known.function.identity == function.identity:
                first = next(iter(known.node.args.args), None)
                seen.append(self.state.get((known, first.arg)) if first is not None else None)
        return frame is not None and len(self.reading) < DEEPEST and mine not in seen

    def in_place(self, function: Function, bound: dict[str, Value]) -> Value:
        """Read a function's body at the place of its call."""
        outer = self.frame
        self.reading.append(function.identity)
        try:
            frame = self.enter(function, bound, inlined=True)
            for name, given in bound.items():
                self.used_once(name, given, function.node)
            value = self.body(function)
            frame.left = True
        finally:
            self.frame = outer
            self.reading.pop()
        self.name_result(function, value)
        return value

    def name_result(self, function: Function, value: Value) -> None:
        """What a function read in place returns goes by its name, until it is given another."""
        unnamed = isinstance(value, Var) and value.temporary and value not in self.claims
        if unnamed and function.name.isidentifier() and not function.name.startswith("__"):
            assert isinstance(value, Var)
            self.claims[value] = function.name
            self.inlined.add(value)

    def enter(self, function: Function, bound: dict[str, Value], inlined: bool) -> Frame:
        names, nonlocals = assigned_names(function.node)
        frame = Frame(function.node, function.scope, function.frame, names, nonlocals, function)
        frame.inlined = inlined
        self.frames.add(frame)
        self.frame = frame
        for name, value in bound.items():
            self.state[(frame, name)] = value
        return frame

    def body(self, function: Function) -> Value:
        node = function.node
        if isinstance(node, ast.Lambda):
            return self.evaluate(node.body)
        slot = (self.frame, VALUE)
        self.frame.names.add(VALUE)
        if not leaves_always(closed(node.body)):
            self.state[slot] = Const(None)
        size = len(self.block)
        self.statements(self.shared.desugared(node))
        if ends(self.block[size:]):
            return Unknown()  # it raises on every path: nobody sees what it returns
        value = self.state.get(slot, Undefined())
        return Const(None) if isinstance(value, Undefined) else value

    def bind(
        self, function: Function, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> dict[str, Value]:
        """The values of the parameters of a call."""
        a = function.node.args
        plain = [p.arg for p in [*a.posonlyargs, *a.args]]
        bound: dict[str, Value] = dict(zip(plain, args, strict=False))
        rest = args[len(plain) :]
        given = dict(keywords)
        if rest and a.vararg is None:
            raise self.refuse(
                node, f"{function.name}() takes {len(plain)} arguments, {len(args)} are given"
            )
        defaults = dict(
            zip(plain[len(plain) - len(function.defaults) :], function.defaults, strict=True)
        )
        for name in [*plain, *(p.arg for p in a.kwonlyargs)]:
            if name in given and name not in {p.arg for p in a.posonlyargs}:
                if name in bound:
                    raise self.refuse(node, f"{function.name}() gets {name!r} twice")
                bound[name] = given.pop(name)
            elif name not in bound:
                if name not in defaults and name not in function.kwdefaults:
                    raise self.refuse(node, f"{function.name}() lacks the argument {name!r}")
                bound[name] = defaults[name] if name in defaults else function.kwdefaults[name]
        if a.vararg is not None:
            bound[a.vararg.arg] = Tuple(tuple(rest))
        if a.kwarg is not None:
            bound[a.kwarg.arg] = self.new_object("dict", given)
        elif given:
            raise self.refuse(node, f"{function.name}() has no parameter {next(iter(given))!r}")
        return bound

    def used_once(self, name: str, value: Value, node: ast.AST) -> None:
        """An iterator is empty after its first use: one with a name may be read only once."""
        own = isinstance(value, Ref) and value.identity.cls is ITERATED
        plain = not isinstance(value, Iterator) or value.name in (
            "range",
            "slice",
            "items",
            "keys",
            "values",
            MARK,
        )
        if plain and not own:
            return
        function = self.frame.node
        advances = {
            id(n.args[0])
            for n in ast.walk(function)
            if own and isinstance(n, ast.Call) and n.args
            if isinstance(n.func, ast.Name) and n.func.id == "next"
        }
        reads = [
            n
            for n in ast.walk(function)
            if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)
            if id(n) not in advances
        ]
        loops = [n for n in ast.walk(function) if isinstance(n, (ast.For, ast.While))]
        inside = any(
            r in set(ast.walk(part)) for loop in loops for part in loop.body for r in reads
        )
        if len(reads) > 1 or inside:
            raise self.refuse(
                node,
                f"{name!r} is an iterator, which is empty after it is used once",
                fix="Make a list of it: list(...).",
            )

    # --- procedures ---

    def hand_over(self, signature: Signature, slot: Slot, path: tuple[Any, ...]) -> None:
        """A procedure that is read to its end turns out to need one more outer value: of functions
        that call each other, the one that was begun first is done last."""
        assert signature.procedure is not None
        signature.procedure.params.append(signature.captures[-1][2])
        for call, caller in signature.calls:
            caller.pass_on(call, (caller.captured_now(slot, path),))

    def pass_on(self, call: Call, more: tuple[Expr, ...]) -> None:
        """Further arguments of a call in this procedure, which may be at its end by now: then its
        steps were made anew, and so are all calls of that kind in it."""
        short = len(call.args)
        call.args += more
        made = self.signature.procedure if self.signature is not None else None
        for step in steps(made.body) if made is not None else ():
            if isinstance(step, Call) and step.callee == call.callee and len(step.args) == short:
                step.args += more

    def call_procedure(self, function: Function, bound: dict[str, Value], node: ast.AST) -> Value:
        leaves: list[Expr] = []
        shape = tuple((name, self.leaves(value, leaves)) for name, value in bound.items())
        key = (function.identity, shape)
        signature = next(
            (s for s in self.shared.procedures.get(key, ()) if s.holds_for(self)), None
        )
        if signature is None:
            if function.identity in self.reading and self.forms_in_reading(function) > SHAPES:
                raise self.refuse(
                    node,
                    f"{function.name!r} calls itself with arrays of ever other shapes, or other "
                    "kinds of arguments: it can't be followed",
                )
            signature = self.read_procedure(function, bound, key)
        elif signature.busy:
            signature.called_itself = True
            if isinstance(signature.result, Unknown):
                return Unknown()
        call = Call((), signature.name, tuple(leaves), self.place(node))
        signature.calls.append((call, self))
        if not signature.busy:
            call.args += tuple(
                self.captured_now(slot, path) for slot, path, _ in signature.captures
            )
        targets: list[Var] = []
        value = self.result_value(signature.result, targets, function.name)
        call.targets = tuple(targets)
        for target in targets:
            for leaf in leaves:
                if isinstance(leaf, Var):
                    self.note_doubt(target, leaf)
        self.block.append(call)
        for i in signature.changed:
            self.changed_by(call, i, function, node)
        return value

    def forms_in_reading(self, function: Function) -> int:
        """For how many kinds of arguments a function is being read."""
        return sum(
            signature.busy
            for (own, _), found in self.shared.procedures.items()
            if own == function.identity
            for signature in found
        )

    def changed_by(self, call: Call, at: int, function: Function, node: ast.AST) -> None:
        """An array among the arguments has another version after a call."""
        array = call.args[at]
        others = [a for i, a in enumerate(call.args) if i != at and isinstance(a, Var)]
        if not isinstance(array, Var) or any(self.related(array, a) for a in others):
            raise self.refuse(
                node,
                f"{function.name!r} changes an array that it is given, and that it may see in "
                "another way too",
                fix="Give it a copy.",
            )
        version = Var(array.base, array.kind, array.temporary)
        call.targets += (version,)
        self.replace(array, version, node)

    def leaves(self, value: Any, leaves: list[Expr]) -> Any:
        """The numbers in an argument, and its structure."""
        if isinstance(value, Var) and value in self.optional:
            raise InPlace
        if (
            isinstance(value, (Var, Global))
            or isinstance(value, Const)
            and isinstance(value.value, (int, float, complex))
        ):
            leaves.append(value)
            return kind_of(value)
        if isinstance(value, Tuple):
            return ("tuple", value.type, tuple(self.leaves(v, leaves) for v in value.items))
        if isinstance(value, (Function, Builtin, Const, LiveObject, Class)):
            return value.identity if isinstance(value, Function) else value
        if isinstance(value, Bound):
            return (
                "bound",
                self.leaves(value.function, leaves),
                self.leaves(value.receiver, leaves),
            )
        if self.lends and isinstance(value, Ref):
            return value  # its content is captured, like that of outer variables
        raise InPlace

    def parameter(self, value: Any, name: str, params: list[Param]) -> Any:
        """A parameter's value inside the procedure."""
        if (
            isinstance(value, (Var, Global))
            or isinstance(value, Const)
            and isinstance(value.value, (int, float, complex))
        ):
            param = Param(name, Var(name, kind_of(value)))
            params.append(param)
            return param.var
        if isinstance(value, Tuple):
            return Tuple(
                tuple(self.parameter(v, f"{name}_{i}", params) for i, v in enumerate(value.items)),
                value.type,
            )
        if isinstance(value, Bound):
            return Bound(
                self.parameter(value.function, name, params),
                self.parameter(value.receiver, name, params),
            )
        return value

    def read_procedure(self, function: Function, bound: dict[str, Value], key: Any) -> Signature:
        result: Any = Unknown()
        changes: tuple[int, ...] = ()
        name = self.shared.procedure_name(function.name)
        procedures, callees = self.shared.procedures, self.shared.callees
        known = {k: list(found) for k, found in procedures.items()}, dict(callees)
        while True:
            signature = Signature(name)
            signature.result, signature.changed = result, changes
            self.shared.procedures.setdefault(key, []).append(signature)
            reader = type(self)(self.shared, self)
            reader.signature = signature
            params: list[Param] = []
            inside = {n: self.parameter(v, n, params) for n, v in bound.items()}
            reader.callers_lengths.update(*(lengths_in(p.var.kind) for p in params))
            try:
                reader.frame = self.frame
                reader.reading.append(function.identity)
                reader.enter(function, inside, inlined=False)
                arrays = [i for i, p in enumerate(params) if isinstance(p.var.kind, ArrayOf)]
                slots = {i: (reader.frame, f"%{params[i].name}") for i in arrays}
                for i, slot in slots.items():
                    reader.frame.names.add(slot[1])
                    reader.state[slot] = params[i].var
                value = reader.body(function)
                if isinstance(value, Unknown) and ends(reader.block):
                    value = Const(None)
                if isinstance(value, Unknown) and not reader.offences:
                    raise self.refuse(
                        function.node,
                        f"{function.name}() calls itself on every path: it never returns",
                    )
                atoms: list[Expr] = []
                shape = reader.result_shape(value, atoms)
                given = {p.var for _, _, p in signature.captures}
                if function.node not in self.shared.recursive:
                    given |= {p.var for p in params}
                if any(not given.isdisjoint(reader.memory_of(v)) for v in reader.stored):
                    raise InPlace  # it changes an array of its caller's
                last = {i: reader.state.get(slot) for i, slot in slots.items()}
                changed = tuple(i for i in arrays if last[i] is not params[i].var)
                seen = any(isinstance(p.var.kind, ArrayOf) for _, _, p in signature.captures)
                if changed and (seen or not all(isinstance(last[i], Var) for i in changed)):
                    raise InPlace
            except (SymdiffError, InPlace, Recursive, Growing):
                self.shared.procedures[key].remove(signature)
                raise
            self.offences += reader.offences
            believed = signature.result, signature.changed
            if signature.called_itself and (shape, changed) != believed and not reader.offences:
                # Whatever was read in between believed the old result.
                result, changes = shape, changed
                for table, before in zip((procedures, callees), known, strict=True):
                    table.clear()
                    table.update(before)
                known = {k: list(found) for k, found in procedures.items()}, dict(callees)
                continue
            break
        signature.result, signature.changed = shape, changed
        for i in changed:
            params[i].becomes = len(atoms)
            atoms.append(cast("Var", last[i]))
        params += [param for _, _, param in signature.captures]
        for call, caller in signature.calls:
            captured = [caller.captured_now(slot, path) for slot, path, _ in signature.captures]
            caller.pass_on(call, tuple(captured))
        signature.busy = False
        expr: Expr = atoms[0] if len(atoms) == 1 else Apply("tuple", tuple(atoms))
        procedure = Procedure(
            signature.name, params, reader.block, expr, self.shared.place_of(function)
        )
        procedure.callees = self.shared.callees
        self.shared.callees[signature.name] = reader.finish(procedure)
        signature.procedure = procedure
        return signature

    def finish(self, procedure: Procedure) -> Procedure:
        raise NotImplementedError

    def result_shape(self, value: Any, atoms: list[Expr]) -> Any:
        if isinstance(value, Runtime) and value not in self.optional:
            atoms.append(value)
            return settled(kind_of(value))
        if isinstance(value, Tuple):
            return ("tuple", value.type, tuple(self.result_shape(v, atoms) for v in value.items))
        if isinstance(value, Unknown):
            return REAL
        if isinstance(value, Ref) and self.parent is not None and self.parent.lends:
            return self.container_shape(value, atoms)
        raise InPlace

    def container_shape(self, value: Ref, atoms: list[Expr]) -> Any:
        """The structure of a list or dict that this procedure has made, for its caller to make."""
        identity = value.identity
        content = self.state.get((identity, "content"))
        plain = identity.cls is None and identity.limit is None and identity.factory is None
        if not plain or identity.frozen or identity in self.handed_out:
            raise InPlace  # it may be known by another name
        self.handed_out.add(identity)
        if identity.kind == "list" and isinstance(content, tuple):
            return ("list", None, tuple(self.result_shape(v, atoms) for v in content))
        if identity.kind == "dict" and isinstance(content, dict):
            shapes = tuple(self.result_shape(v, atoms) for v in content.values())
            return ("dict", tuple(content), shapes)
        raise InPlace

    def result_value(self, shape: Any, targets: list[Var], name: str) -> Value:
        if isinstance(shape, tuple):
            kind, own, parts = shape
            items = tuple(self.result_value(s, targets, name) for s in parts)
            if kind == "tuple":
                return Tuple(items, own)
            made = items if kind == "list" else dict(zip(own, items, strict=True))
            return self.new_object(kind, made)
        var = Var(f"{name}_result" if not name.startswith("<") else "result", shape, temporary=True)
        targets.append(var)
        return var

    # --- calls that stay calls ---

    def opaque_call(
        self, function: Expr, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """A call of something without rule or source: passive, or refused where it is active."""
        trees = [self.tree(v, node) for v in [*args, *keywords.values()]]
        names = [f"_{i + 1}" for i in range(len(args))]
        names += [f"{k}=_{i + 1 + len(args)}" for i, k in enumerate(keywords)]
        return self.emit(Opaque(f"_0({', '.join(names)})", (function, *trees)), OBJECT, node)


@functools.lru_cache(maxsize=1024)
def _loops(node: ast.AST) -> bool:
    """Whether a function has a loop of its own."""
    return any(isinstance(sub, (ast.For, ast.While)) for sub in ast.walk(node))
