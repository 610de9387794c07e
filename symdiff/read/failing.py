"""Whether an operation raises what a try statement catches: what `Fails` of read/catching.py asks,
told by the kinds of its operands as far as it can be, otherwise as a test of their values."""

from __future__ import annotations

import ast
import math
import sys

from symdiff import rules
from symdiff.errors import SymdiffError
from symdiff.read.arrays import is_array
from symdiff.read.catching import Fails
from symdiff.read.core import same
from symdiff.read.fence import REFUSED
from symdiff.read.raising import meets
from symdiff.read.solving import Solving
from symdiff.read.values import (
    Builtin,
    Method,
    Module,
    Ref,
    Runtime,
    Tuple,
    Unknown,
    Value,
    kind_of,
)
from symdiff.rules.arrays.registry import ArrayPrimitive
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    REAL,
    Apply,
    Const,
    Global,
    ListOf,
    Passive,
    steps,
)

NUMBERS = (BOOLEAN, INTEGER, REAL)
LARGEST = math.log(1.7976931348623157e308)  # that exp() takes

# What a function of math raises, and where: comparisons of its first argument, of which one holds.
Test = tuple[str, float]
DOMAIN: dict[str, tuple[type[Exception], tuple[Test, ...]]] = {
    "sqrt": (ValueError, (("lt", 0.0),)),
    "log": (ValueError, (("le", 0.0),)),
    "log2": (ValueError, (("le", 0.0),)),
    "log10": (ValueError, (("le", 0.0),)),
    "log1p": (ValueError, (("le", -1.0),)),
    "asin": (ValueError, (("lt", -1.0), ("gt", 1.0))),
    "acos": (ValueError, (("lt", -1.0), ("gt", 1.0))),
    "acosh": (ValueError, (("lt", 1.0),)),
    "atanh": (ValueError, (("le", -1.0), ("ge", 1.0))),
    "sin": (ValueError, (("eq", -math.inf), ("eq", math.inf))),
    "cos": (ValueError, (("eq", -math.inf), ("eq", math.inf))),
    "tan": (ValueError, (("eq", -math.inf), ("eq", math.inf))),
    "exp": (OverflowError, (("gt", LARGEST),)),
    "expm1": (OverflowError, (("gt", LARGEST),)),
}
NEVER = {
    "math.atan", "math.atan2", "math.tanh", "math.asinh", "math.erf", "math.erfc", "math.fabs",
    "math.degrees", "math.radians", "math.copysign", "math.hypot", "math.cbrt", "math.isnan",
    "math.isfinite", "math.isinf", "abs", "bool", "print", "str", "repr", "isinstance", "round",
}  # fmt: skip
OF_METHODS = (ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, Warning)
OF_SEQUENCES = {"len", "list", "tuple", "sum", "iter", "enumerate", "zip", "sorted", "reversed"}


class Failing(Solving):
    """The answers, each a value that is true where the operation raises."""

    def fails(self, node: Fails) -> Value:
        before, steps_before = dict(self.state), len(self.block)
        found = self.answer_of(node)
        # The operands are computed again where the operation is.
        is_twice = any(not same(self.state.get(slot), value) for slot, value in before.items())
        is_twice |= any(isinstance(s, Passive) for s in steps(self.block[steps_before:]))
        if found is None or is_twice:
            reason, fix = REFUSED[ast.Try]
            raise self.refuse(node.within, reason, fix=fix)
        return found

    def answer_of(self, node: Fails) -> Value | None:
        """The answer; None where there is none."""
        found: Value | None
        match node.operation:
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                found = self.power_fails(left, right, node)
            case ast.BinOp(left=left, right=right):
                found = self.division_fails(left, right, node)
            case ast.Subscript():
                found = self.item_fails(node.operation, node)
            case ast.Attribute():
                found = self.attribute_fails(node.operation, node)
            case ast.Call():
                found = self.call_fails(node.operation, node)
            case _:
                found = None
        return found

    def is_caught(self, node: Fails, *kinds: type[BaseException]) -> bool:
        """Whether one of these is caught."""
        return any(meets(r, kinds) for r in node.raised)

    def either_of(self, tests: list[Value], node: ast.AST) -> Value:
        open_ones = [t for t in tests if t != Const(False)]
        if Const(True) in open_ones or not open_ones:
            return Const(bool(open_ones))
        found = open_ones[0]
        for test in open_ones[1:]:
            atoms = (self.atom(found, node), self.atom(test, node))
            found = self.emit(Apply("or", atoms), BOOLEAN, node)
        return found

    def division_fails(self, left: ast.expr, right: ast.expr, node: Fails) -> Value | None:
        over, by = self.evaluate_in_order([left, right])
        if isinstance(by, Unknown) or isinstance(over, Unknown):
            return Unknown()
        if is_array(over) or is_array(by):
            return Const(False)  # NumPy warns
        if not _is_number(over) or not _is_number(by) or not self.may_raise(over, by):
            return None
        return self.comparison("eq", by, Const(0), node)

    def may_raise(self, *numbers: Value) -> bool:
        """Whether arithmetic on numbers raises what Python's does: that of NumPy's numbers warns.
        Integers are taken for Python's."""
        reals = [n for n in numbers if not isinstance(n, Const) and kind_of(n) is REAL]
        return all(n in self.pythons for n in reals)

    def power_fails(self, left: ast.expr, right: ast.expr, node: Fails) -> Value | None:
        base, power = self.evaluate_in_order([left, right])
        if is_array(base) or is_array(power):
            return Const(False)
        if not _is_number(base) or not _is_number(power) or not self.may_raise(base, power):
            return None
        if self.is_caught(node, OverflowError) and not kind_of(base) is kind_of(power) is INTEGER:
            return None
        if isinstance(power, Const) and power.value >= 0:
            return Const(False)
        tests = [
            self.comparison(*c, node) for c in (("eq", base, Const(0)), ("lt", power, Const(0)))
        ]
        atoms = tuple(self.atom(t, node) for t in tests)
        return self.emit(Apply("and", atoms), BOOLEAN, node)

    def item_fails(self, item: ast.Subscript, node: Fails) -> Value | None:
        holder = self.evaluate(item.value)
        if isinstance(holder, Unknown):
            return holder
        if _is_number(holder):
            return Const(True) if self.is_caught(node, TypeError) else None
        if is_array(holder) or isinstance(kind_of(holder), ListOf):
            return None if self.is_caught(node, LookupError) else Const(False)
        content = self.content(holder) if isinstance(holder, Ref) else None
        if isinstance(holder, Tuple):
            content = holder.items
        at = self.evaluate(item.slice) if not isinstance(item.slice, ast.Slice) else None
        if isinstance(holder, Global) and isinstance(at, Const) and self.is_dict(holder):
            return self.comparison("not_in", at, holder, node)
        if isinstance(content, dict) and isinstance(at, Runtime):
            if isinstance(item.ctx, ast.Store) or not self.is_caught(node, KeyError):
                return Const(False)
            return self.comparison("not_in", at, holder, node)
        if isinstance(content, tuple) and isinstance(at, Runtime) and kind_of(at) is INTEGER:
            if not self.is_caught(node, IndexError):
                return Const(False)
            outside = (("ge", len(content)), ("lt", -len(content)))
            return self.either_of(
                [self.comparison(op, at, Const(n), node) for op, n in outside], node
            )
        return None

    def is_dict(self, holder: Global) -> bool:
        """Whether a constant of the module is a dict, as its text shows."""
        return holder.name in self.unit.globals and (
            self.unit.globals[holder.name].text.startswith("{")
        )

    def attribute_fails(self, attribute: ast.Attribute, node: Fails) -> Value | None:
        if not self.is_caught(node, AttributeError):
            return Const(False)
        holder, name = self.evaluate(attribute.value), attribute.attr
        if isinstance(holder, Module | Unknown):
            return Const(False)
        if isinstance(holder, Ref):
            is_set = isinstance(attribute.ctx, ast.Store)
            if holder.identity.kind == "instance" and not is_set:
                return Const(self.instance_attribute(holder, name, attribute) is None)
            return Const(False) if holder.identity.kind == "instance" else None
        numpy = sys.modules.get("numpy")
        types: list[type] = [] if numpy is None else [numpy.ndarray]
        if _is_number(holder):  # it may be one of NumPy's
            types = [float, *([] if numpy is None else [numpy.float64])]
        elif not is_array(holder):
            return None
        has = {hasattr(t, name) for t in types}
        return Const(not has.pop()) if len(has) == 1 else None

    def call_fails(self, call: ast.Call, node: Fails) -> Value | None:
        try:
            function = self.called(call.func)
        except SymdiffError:
            return None
        if isinstance(function, Unknown):
            return function
        if isinstance(function, Method):
            is_plain = isinstance(function.receiver, Ref) and function.name in ("append", "extend")
            of_array = is_array(function.receiver) and not self.is_caught(node, *OF_METHODS)
            return Const(False) if is_plain or of_array else None
        if not isinstance(function, Builtin) or call.keywords:
            return None
        name = function.name.removeprefix("builtins.")
        primitive = rules.find(function.live) if function.live is not None else rules.by_name(name)
        if isinstance(primitive, ArrayPrimitive):
            is_elementwise = type(function.live).__name__ == "ufunc"
            return Const(False) if is_elementwise else None
        if name in NEVER or name in ("min", "max") and len(call.args) > 1:
            return Const(False)
        if not call.args:
            return None
        first = self.evaluate(call.args[0])
        if name in OF_SEQUENCES and self.is_caught(node, TypeError):
            return Const(True) if _is_number(first) else Const(False)
        if name == "float" and _is_number(first):
            return Const(False)
        module, _, member = name.rpartition(".")
        if module != "math" or member not in DOMAIN or not _is_number(first):
            return None
        raised, tests = DOMAIN[member]
        if len(call.args) > 1 or not self.is_caught(node, raised):
            return None if len(call.args) > 1 else Const(False)
        return self.either_of(
            [self.comparison(op, first, Const(limit), node) for op, limit in tests], node
        )


def _is_number(value: Value) -> bool:
    return isinstance(value, Runtime) and kind_of(value) in NUMBERS
