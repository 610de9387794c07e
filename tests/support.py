"""A reference interpreter of procedures: it runs their steps directly."""

from __future__ import annotations

import builtins
import copy
import importlib
import math
import operator
import textwrap
from collections.abc import Mapping
from typing import Any

from symdiff.rules.memory import AUGMENTED_AT, UPDATES
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
    Pop,
    Procedure,
    Push,
    Scope,
    Stage,
    Var,
)

Values = dict[Var, Any]
OPERATIONS: dict[str, Any] = {
    "is": operator.is_, "is_not": operator.is_not, "in": lambda a, b: a in b,
    "not_in": lambda a, b: a not in b, "not": operator.not_,
    "tuple": lambda *a: a, "list": lambda *a: list(a),
    "dict": lambda *a: dict(zip(a[::2], a[1::2], strict=True)), "slice": slice,
    "append": lambda xs, v: [*xs, v], "extend": lambda xs, more: [*xs, *more],
    "copy": copy.copy, "zeros_like": lambda v: v * 0.0 if hasattr(v, "ndim") else [0.0] * len(v),
    "stack": lambda: [], "nonempty": bool,
    "part": lambda t, i, n: t[i],
}


def run(procedure: Procedure, *args: Any, **kwargs: Any) -> Any:
    """The result of a procedure for these arguments."""
    machine = _Machine(procedure)
    values: Values = {}
    rest = list(args)
    for param in procedure.params:
        if param.passed == "star":
            values[param.var], rest = tuple(rest), []
        elif param.passed == "double star":
            values[param.var] = kwargs
        elif rest and param.passed == "plain":
            values[param.var] = rest.pop(0)
        elif param.name in kwargs:
            values[param.var] = kwargs.pop(param.name)
        else:
            assert param.default is not None, f"{param.name} is missing"
            values[param.var] = machine.value(param.default, values)
    machine.block(procedure.body, values)
    return machine.value(procedure.result, values)


class _Machine:
    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.names: dict[str, Any] = dict(vars(builtins))
        self.helpers: dict[str, Any] = {"math": math}
        for name, value in procedure.globals.items():
            self.names[name] = self.read(value)
        for helper in procedure.helpers.values():
            for name, value in helper.globals.items():
                self.helpers[name] = self.read(value)
        for helper in procedure.helpers.values():
            exec(helper.text, self.helpers)

    def read(self, value: Any) -> Any:
        if value.read is not None:
            return value.read()
        if value.text.startswith(("import ", "from ")):
            scope: dict[str, Any] = {}
            exec(value.text, scope)
            return [v for k, v in scope.items() if k != "__builtins__"][0]
        return eval(value.text, {"math": math})

    def lookup(self, name: str) -> Any:
        first, *rest = name.split(".")
        found = self.names[first] if first in self.names else importlib.import_module(first)
        for attribute in rest:
            found = getattr(found, attribute)
        return found

    def value(self, expr: Expr, values: Mapping[Var, Any]) -> Any:
        match expr:
            case Var():
                return values[expr]
            case Const(value=value):
                return value
            case Global(name=name):
                return self.lookup(name)
            case Opaque(template=template, args=args):
                return eval(template, self.names, self.placeholders(args, values))
            case Apply(op=op, args=args):
                return self.apply(op, args, values)
        raise TypeError(expr)

    def placeholders(self, args: tuple[Expr, ...], values: Mapping[Var, Any]) -> dict[str, Any]:
        return {f"_{i}": self.value(a, values) for i, a in enumerate(args)}

    def apply(self, op: str, args: tuple[Expr, ...], values: Mapping[Var, Any]) -> Any:
        if op == "cond":
            return self.value(args[1] if self.value(args[0], values) else args[2], values)
        if op in ("and", "or"):
            found = None
            for arg in args:
                found = self.value(arg, values)
                if bool(found) == (op == "or"):
                    break
            return found
        named = {
            a.args[0].value: self.value(a.args[1], values)
            for a in args if isinstance(a, Apply) and a.op == "keyword"
        }
        done = [
            self.value(a, values)
            for a in args if not (isinstance(a, Apply) and a.op == "keyword")
        ]
        if op in UPDATES - OPERATIONS.keys():
            return _updated(op, *done)
        if op in OPERATIONS:
            return OPERATIONS[op](*done)
        if "." not in op and hasattr(operator, op):
            return getattr(operator, op)(*done)
        if op.startswith("helper:"):
            return self.helpers[self.procedure.helpers[op.removeprefix("helper:")].name](*done)
        return self.lookup(op)(*done, **named)

    def block(self, block: Block, values: Values) -> None:
        for step in block:
            match step:
                case Stage():
                    values[step.target] = self.value(step.value, values)
                case Passive():
                    exec(step.template, self.names, self.placeholders(step.args, values))
                case Branch():
                    taken = bool(self.value(step.test, values))
                    self.block(step.then if taken else step.orelse, values)
                    found = [(m.var, m.then if taken else m.orelse) for m in step.merges]
                    values.update({v: self.value(e, values) for v, e in found if e is not None})
                case Loop():
                    self.loop(step, values)
                case Scope():
                    with self.value(step.context, values):
                        self.block(step.body, values)
                case Call():
                    callee = self.procedure.callees.get(step.callee, self.procedure)
                    out = run(callee, *(self.value(a, values) for a in step.args))
                    targets = step.targets
                    values.update(zip(targets, out if len(targets) > 1 else (out,), strict=True))
                case Push():
                    values[step.stack].append(self.value(step.value, values))
                case Pop():
                    values[step.target] = values[step.stack].pop()

    def loop(self, loop: Loop, values: Values) -> None:
        start = [(c.var, c.init) for c in loop.carried if c.init is not None]
        values.update({v: self.value(e, values) for v, e in start})
        rounds = None if loop.iterable is None else iter(self.value(loop.iterable, values))
        while True:
            if rounds is not None:
                try:
                    item = next(rounds)
                except StopIteration:
                    return
                if loop.target is not None:
                    values[loop.target] = item
            elif loop.test is not None and not self.value(loop.test, values):
                return
            self.block(loop.body, values)
            leave = loop.leave is not None and self.value(loop.leave, values)
            handed = [(c.var, c.next) for c in loop.carried if c.next is not None]
            values.update({v: self.value(e, values) for v, e in handed})
            if leave:
                return


def _updated(op: str, xs: Any, *rest: Any) -> Any:
    made = xs.copy()
    match op:
        case "insert":
            made.insert(*rest)
        case "setitem":
            made[rest[0]] = rest[1]
        case "add_at" | "sub_at" | "mul_at" | "truediv_at":
            made[rest[0]] = getattr(operator, AUGMENTED_AT[op])(made[rest[0]], rest[1])
        case "scatter_add":
            importlib.import_module("numpy").add.at(made, *rest)
        case "delitem":
            del made[rest[0]]
    return made


def op(name: str, *args: Expr | float | int | bool) -> Apply:
    """An operation; plain numbers become constants."""
    exprs = (Const(a) if isinstance(a, (bool, int, float)) else a for a in args)
    return Apply(name, tuple(exprs))


def text_of(procedure: Procedure) -> str:
    """The lines of the function that is written for a procedure, its first line left out."""
    from symdiff.stages import verify
    from symdiff.write import write

    lines = write(verify(procedure)).text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"def {procedure.name}("))
    return textwrap.dedent("\n".join(lines[start + 1 :]))


def function_of(procedure: Procedure) -> Any:
    """The function that is written for a procedure, compiled."""
    from symdiff.write import write

    names: dict[str, Any] = {}
    exec(compile(write(procedure).text, "written.py", "exec"), names)
    return names[procedure.name]
