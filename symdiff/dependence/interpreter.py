"""The interpreter: it runs a procedure on values, and beside each value carries its dependence.

Containers and arrays are values in a procedure, and an update makes a new version. Here it writes
into the old one where that is read no more and nobody else can hold it, and into a copy otherwise.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symdiff.dependence.operations import Operations, Pair
from symdiff.dependence.sets import NONE, as_array, as_items
from symdiff.rules.memory import AUGMENTED_AT, HOLDERS, UPDATES
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    Apply,
    Block,
    Branch,
    Call,
    Const,
    Expr,
    Global,
    Loop,
    Opaque,
    Passive,
    Procedure,
    Remark,
    Scope,
    Stage,
    Var,
    variables,
)
from symdiff.write.expressions import Builder
from symdiff.write.liveness import Liveness, live_ranges

Values = dict[Var, Pair]
Evaluate = Callable[[Values], Pair]


class Unknown(Exception):
    """A step that is not followed here."""


@dataclass(slots=True)
class Frame:
    """A run of a procedure: the value and the dependence of each variable, and the variables whose
    objects nobody else holds."""

    procedure: Procedure
    liveness: Liveness
    values: Values = field(default_factory=dict)
    owned: set[Var] = field(default_factory=set)


class Interpreter:
    """Runs procedures; `names` are the globals of the text that is written for them."""

    def __init__(self, operations: Operations, names: dict[str, Any]) -> None:
        self.operations = operations
        self.names = {"np": np, **names}
        self.compiled: dict[int, tuple[Expr, Evaluate]] = {}
        self.live: dict[int, Liveness] = {}

    def run(self, procedure: Procedure, args: Sequence[Pair]) -> Pair:
        """The result of a procedure and its dependence, for the values of its parameters."""
        if id(procedure) not in self.live:
            self.live[id(procedure)] = live_ranges(procedure)
        frame = Frame(procedure, self.live[id(procedure)])
        for i, param in enumerate(procedure.params):
            if i < len(args):
                frame.values[param.var] = args[i]
            elif param.default is not None:
                frame.values[param.var] = self.value(param.default, frame)
        self.block(procedure.body, frame)
        return self.value(procedure.result, frame)

    def value(self, expr: Expr, frame: Frame) -> Pair:
        if isinstance(expr, Var):
            return frame.values[expr]
        if isinstance(expr, Const):
            return expr.value, NONE
        known = self.compiled.get(id(expr))
        if known is None:
            known = self.compiled[id(expr)] = expr, self.compile(expr)
        return known[1](frame.values)

    # --- steps

    def block(self, block: Block, frame: Frame) -> None:
        for step in block:
            match step:
                case Stage():
                    self.stage(step, frame)
                case Branch():
                    taken = bool(self.value(step.test, frame)[0])
                    self.block(step.then if taken else step.orelse, frame)
                    leaves = [(m.var, m.then if taken else m.orelse) for m in step.merges]
                    self.hand_on(leaves, frame)
                case Loop():
                    self.loop(step, frame)
                case Scope():
                    with self.value(step.context, frame)[0]:
                        self.block(step.body, frame)
                case Call():
                    self.call(step, frame)
                case Passive():
                    self.passive(step, frame)
                case Remark():
                    pass
                case _:
                    raise Unknown(step)

    def stage(self, step: Stage, frame: Frame) -> None:
        target, value = step.target, step.value
        if isinstance(value, Apply) and value.op in UPDATES:
            frame.values[target] = self.updated(value, target, frame)
            frame.owned.add(target)
            return
        frame.values[target] = self.value(value, frame)
        frame.owned.discard(target)
        if isinstance(value, Var) or isinstance(value, Apply) and value.op in HOLDERS:
            frame.owned.difference_update(variables(value))

    def call(self, step: Call, frame: Frame) -> None:
        callee = frame.procedure.callees.get(step.callee, frame.procedure)
        args = [self.value(a, frame) for a in step.args]
        frame.owned.difference_update(v for a in step.args for v in variables(a))
        if callee.rule is None:
            found, deps = self.run(callee, args)
        else:
            found, _ = self.run(callee, [(value, NONE) for value, _ in args])
            deps = self.operations.everything(args)
        if len(step.targets) == 1:
            frame.values[step.targets[0]] = found, deps
        elif step.targets:
            pairs = zip(step.targets, found, as_items(deps, found), strict=True)
            frame.values.update({t: (v, d) for t, v, d in pairs})

    def passive(self, step: Passive, frame: Frame) -> None:
        names = {f"_{i}": self.value(a, frame)[0] for i, a in enumerate(step.args)}
        exec(step.template, self.names, names)

    def loop(self, step: Loop, frame: Frame) -> None:
        self.hand_on([(c.var, c.init) for c in step.carried], frame)
        items = None if step.iterable is None else self.items(step.iterable, frame)
        while True:
            if items is not None:
                item = next(items, None)
                if item is None:
                    return
                if step.target is not None:
                    frame.values[step.target] = item
                    frame.owned.discard(step.target)
            elif step.test is not None and not self.value(step.test, frame)[0]:
                return
            self.block(step.body, frame)
            leave = step.leave is not None and self.value(step.leave, frame)[0]
            self.hand_on([(c.var, c.next) for c in step.carried], frame)
            if leave:
                return

    def items(self, iterable: Expr, frame: Frame) -> Iterator[Pair]:
        value, deps = self.value(iterable, frame)
        if isinstance(deps, frozenset):
            return ((item, deps) for item in value)
        if isinstance(value, (list, tuple, np.ndarray)):
            return ((item, deps[i]) for i, item in enumerate(value))
        raise Unknown(iterable)

    def hand_on(self, pairs: Sequence[tuple[Var, Expr | None]], frame: Frame) -> None:
        """Give variables their values at the end of an arm or of a round, all at once."""
        given = [
            (var, expr)
            for var, expr in pairs
            if expr is not None and (not isinstance(expr, Var) or expr in frame.values)
        ]
        found = [(var, self.value(expr, frame)) for var, expr in given]
        read = [expr for _, expr in given]
        owned = [
            e in frame.owned and read.count(e) == 1 and self.ends(e, v, frame) for v, e in given
        ]
        for (var, expr), (_, pair), own in zip(given, found, owned, strict=True):
            frame.values[var] = pair
            frame.owned.difference_update(variables(expr))
            (frame.owned.add if own else frame.owned.discard)(var)

    def ends(self, old: Expr, new: Var, frame: Frame) -> bool:
        """Whether a variable is read no more when another one gets its value."""
        at = frame.liveness.defined_at.get(new)
        return isinstance(old, Var) and at is not None and not frame.liveness.is_live(old, at)

    # --- updates

    def updated(self, update: Apply, target: Var, frame: Frame) -> Pair:
        """A new version of a list, a dict or an array."""
        old = update.args[0]
        rest = [self.value(a, frame) for a in update.args[1:]]
        whole, deps = self.value(old, frame)
        is_array = isinstance(whole, np.ndarray)
        if old not in frame.owned or not self.ends(old, target, frame):
            whole = whole.copy()
            deps = deps if isinstance(deps, frozenset) else deps.copy()
        for arg in update.args[1:]:
            frame.owned.difference_update(variables(arg))
        if is_array:
            return self.updated_array(update.op, whole, deps, rest)
        if not isinstance(whole, (list, dict)):
            return self.updated_number(update.op, whole, deps, rest)
        if isinstance(deps, frozenset):
            deps = dict.fromkeys(whole, deps) if isinstance(whole, dict) else [deps] * len(whole)
        return self.updated_items(update.op, whole, deps, rest)

    def updated_items(self, op: str, whole: Any, deps: Any, rest: Sequence[Pair]) -> Pair:
        match op:
            case "append":
                whole.append(rest[0][0])
                deps.append(rest[0][1])
            case "extend":
                deps.extend(as_items(rest[0][1], list(rest[0][0])))
                whole.extend(rest[0][0])
            case "insert":
                whole.insert(rest[0][0], rest[1][0])
                deps.insert(rest[0][0], rest[1][1])
            case "delitem":
                del whole[rest[0][0]]
                del deps[rest[0][0]]
            case "setitem":
                index, (value, by) = rest[0][0], rest[1]
                whole[index] = value
                deps[index] = as_items(by, value) if isinstance(index, slice) else by
            case _:
                (index, _), (value, by) = rest
                operation = getattr(operator, AUGMENTED_AT[op])
                whole[index] = operation(whole[index], value)
                deps[index] = self.operations.everything([(None, deps[index]), (None, by)])
        return whole, deps

    def updated_array(self, op: str, whole: Any, deps: Any, rest: Sequence[Pair]) -> Pair:
        (index, _), (value, by) = rest
        if op == "setitem":
            whole[index] = value
        elif op == "scatter_add":
            np.add.at(whole, index, value)
        else:
            whole[index] = getattr(operator, AUGMENTED_AT[op])(whole[index], value)
        if isinstance(deps, frozenset):
            if isinstance(by, frozenset) and (by == deps or op != "setitem" and not by):
                return whole, deps
            deps = as_array(deps, whole.shape)
        if isinstance(by, (list, tuple)):
            by = as_array(by, np.shape(value))
        if op == "setitem":
            deps[index] = by
        elif op == "scatter_add":
            self.operations.sets.union.at(deps, index, by)
        else:
            deps[index] = self.operations.sets.union(deps[index], by)
        return whole, deps

    def updated_number(self, op: str, whole: Any, deps: Any, rest: Sequence[Pair]) -> Pair:
        """A number of NumPy's that is updated as a whole."""
        value, by = rest[-1]
        if op == "setitem":
            return value, by
        both = self.operations.everything([(None, deps), (None, by)])
        return getattr(operator, AUGMENTED_AT.get(op, "add"))(whole, value), both

    # --- expressions

    def compile(self, expr: Expr) -> Evaluate:
        """An expression as a function of the values of variables."""
        match expr:
            case Var():
                return lambda values: values[expr]
            case Const(value=value):
                return lambda values: (value, NONE)
            case Global():
                read = self.function(expr, [])
                return lambda values: (read(), NONE)
            case Opaque(args=args):
                return self.opaque(expr, [self.compile(a) for a in args])
            case Apply(op="cond", args=args):
                test, then, orelse = map(self.compile, args)
                return lambda values: then(values) if test(values)[0] else orelse(values)
            case Apply(op="and" | "or" as op, args=args):
                return _lazy(op == "or", [self.compile(a) for a in args])
            case Apply(op="stop_gradient", args=(arg,)):
                inner = self.compile(arg)
                return lambda values: (inner(values)[0], NONE)
            case Apply(op="tuple" | "list" as op, args=args):
                return _sequence(tuple if op == "tuple" else list, [self.compile(a) for a in args])
            case Apply(op="record", args=(_, *args)):
                return _sequence(tuple, [self.compile(a) for a in args])
            case Apply(op="keyword", args=(_, arg)):
                return self.compile(arg)
            case Apply(op="dict", args=args):
                return _dict([self.compile(a) for a in args])
            case Apply(op="slice", args=args):
                parts = [self.compile(a) for a in args]
                return lambda values: (slice(*(p(values)[0] for p in parts)), NONE)
        assert isinstance(expr, Apply)
        return self.operation(expr)

    def opaque(self, expr: Opaque, args: list[Evaluate]) -> Evaluate:
        places = [Var(f"a{i}", kind_of(a)) for i, a in enumerate(expr.args)]
        function = self.function(Opaque(expr.template, tuple(places), expr.pure), places)

        def evaluate(values: Values) -> Pair:
            pairs = [a(values) for a in args]
            return function(*(v for v, _ in pairs)), self.operations.everything(pairs)

        return evaluate

    def operation(self, expr: Apply) -> Evaluate:
        """An operation on values that may depend on inputs."""
        op = expr.op
        names = [_keyword(a) for a in expr.args]
        inner = [a if n is None else a.args[1] for a, n in zip(expr.args, names, strict=True)]  # type: ignore[union-attr]
        places = [Var(f"a{i}", kind_of(a)) for i, a in enumerate(inner)]
        shown: list[Expr] = [
            p if n is None else Apply("keyword", (Const(n), p))
            for p, n in zip(places, names, strict=True)
        ]
        function = self.function(Apply(op, tuple(shown)), places)
        args = [self.compile(a) for a in inner]
        positional = sum(n is None for n in names)
        keys = [n for n in names if n is not None]
        of = self.operations.of

        def evaluate(values: Values) -> Pair:
            pairs = [a(values) for a in args]
            value = function(*[v for v, _ in pairs])
            if isinstance(value, np.ndarray) and value.base is not None:
                value = value.copy()
            if not any(deps for _, deps in pairs if isinstance(deps, frozenset)) and all(
                isinstance(deps, frozenset) for _, deps in pairs
            ):
                return value, NONE
            given, named = pairs[:positional], dict(zip(keys, pairs[positional:], strict=True))
            return value, of(op, given, named, value, lambda a, k: function(*a, *k.values()))

        return evaluate

    def function(self, expr: Expr, places: Sequence[Var]) -> Any:
        """What an expression computes, as a function of some variables."""
        names = [v.base for v in places]
        made = ast.parse(f"lambda {', '.join(names)}: None", mode="eval")
        assert isinstance(made.body, ast.Lambda)
        made.body.body = Builder(dict(zip(places, names, strict=True)))(expr)
        code = compile(ast.fix_missing_locations(made), "<stage>", "eval")
        return eval(code, self.names)


def _keyword(arg: Expr) -> str | None:
    """The name of an argument that is given by keyword."""
    if isinstance(arg, Apply) and arg.op == "keyword" and isinstance(arg.args[0], Const):
        return str(arg.args[0].value)
    return None


def _lazy(stops_at: bool, parts: list[Evaluate]) -> Evaluate:
    def evaluate(values: Values) -> Pair:
        found: Pair = None, NONE
        for part in parts:
            found = part(values)
            if bool(found[0]) == stops_at:
                break
        return found

    return evaluate


def _sequence(made: Any, parts: list[Evaluate]) -> Evaluate:
    def evaluate(values: Values) -> Pair:
        pairs = [part(values) for part in parts]
        deps = [d for _, d in pairs]
        nothing = all(isinstance(d, frozenset) and not d for d in deps)
        return made(v for v, _ in pairs), NONE if nothing else deps

    return evaluate


def _dict(parts: list[Evaluate]) -> Evaluate:
    def evaluate(values: Values) -> Pair:
        pairs = [part(values) for part in parts]
        keys = [k for k, _ in pairs[::2]]
        found = dict(zip(keys, (v for v, _ in pairs[1::2]), strict=True))
        return found, dict(zip(keys, (d for _, d in pairs[1::2]), strict=True))

    return evaluate
