"""Reading expressions: each operation becomes a stage, what must stay lazy stays a tree."""

from __future__ import annotations

import ast
import operator
import types
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from symdiff import rules
from symdiff.errors import SymdiffError
from symdiff.read.catching import Fails
from symdiff.read.core import Growing, Slot, State
from symdiff.read.kinds import result_kind
from symdiff.read.matching import Matching, MatchTest
from symdiff.read.scope import Access, TypeOf, is_standard, member, wrap
from symdiff.read.spelling import spelled_class
from symdiff.read.values import (
    Bound,
    Builtin,
    Choice,
    Class,
    Conflict,
    Function,
    Giving,
    Iterator,
    LiveObject,
    Method,
    Module,
    Perhaps,
    Ref,
    Runtime,
    Super,
    Tuple,
    Undefined,
    Unknown,
    Value,
    is_dict,
    is_type_of,
    kind_of,
    literal_key,
)
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    NOTHING,
    OBJECT,
    OPTIONAL,
    REAL,
    TEXT,
    Apply,
    ArrayOf,
    Block,
    Branch,
    Const,
    Expr,
    Global,
    Kind,
    ListOf,
    Opaque,
    Passive,
    Stage,
    Var,
    substitute,
    variables,
)

T = TypeVar("T")

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.BitXor: "xor",
}
MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
FOLDED: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}
UNARY: dict[type[ast.unaryop], str] = {
    ast.USub: "neg",
    ast.UAdd: "pos",
    ast.Invert: "invert",
    ast.Not: "not",
}
SYMBOLS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "neg": "-", "pos": "+",
}  # fmt: skip
CALLED: dict[Kind, str] = {
    REAL: "float", INTEGER: "int", COMPLEX: "complex", BOOLEAN: "bool", NOTHING: "NoneType",
}  # fmt: skip
COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Is: "is",
    ast.IsNot: "is_not",
    ast.In: "in",
    ast.NotIn: "not_in",
}


class Expressions(Matching):
    """What each node of Python's expression grammar means."""

    def fails(self, node: Fails) -> Value:
        raise NotImplementedError

    def call(self, node: ast.Call) -> Value:
        raise NotImplementedError

    def apply_function(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError

    def items(self, value: Value, node: ast.AST) -> list[Value] | None:
        raise NotImplementedError

    def written_out_items(self, value: Value, node: ast.AST) -> list[Value] | None:
        raise NotImplementedError

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> Value:
        raise NotImplementedError

    def hold(self, value: Value) -> Slot:
        """Let a value follow what is stored into arrays, until it is `taken` again."""
        slot = (self.frame, self.fresh("held"))
        self.state[slot] = value
        return slot

    def taken(self, slot: Slot, node: ast.AST) -> Value:
        value: Value = self.state.pop(slot)
        if isinstance(value, Conflict):
            raise self.refuse(node, f"this can't be used here: {value.why}", fix=value.fix)
        return value

    def in_order(self, first: Value, node: ast.AST, then: Callable[[], T]) -> tuple[Value, T]:
        """A value, and what is evaluated after it and may store into arrays that it shares."""
        if not self.holds_arrays(first):
            return first, then()
        slot = self.hold(first)
        result = then()
        return self.taken(slot, node), result

    def holds_arrays(self, value: Value) -> bool:
        raise NotImplementedError

    def evaluate_in_order(self, nodes: list[ast.expr]) -> list[Value]:
        """The values of expressions that Python evaluates one after the other."""
        found: list[Value | Slot] = []
        for node in nodes:
            value = self.evaluate(node)
            held = node is not nodes[-1] and self.holds_arrays(value)
            found.append(self.hold(value) if held else value)
        return [
            self.taken(value, node) if type(value) is tuple else value  # type: ignore[misc]
            for value, node in zip(found, nodes, strict=True)
        ]

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression, with its stages emitted."""
        match node:
            case ast.Constant(value=value):
                return Const(value)
            case ast.Name(id=name):
                return self.lookup(name, node)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.evaluate_in_order([left, right])
                return (
                    self.binary(BINARY[type(op)], a, b, node)
                    if type(op) in BINARY
                    else self.matmul(a, b, node)
                )
            case ast.UnaryOp(op=op, operand=operand):
                return self.unary(UNARY[type(op)], self.evaluate(operand), node)
            case ast.BoolOp(op=op, values=values):
                return self.bool_op("and" if isinstance(op, ast.And) else "or", values, node)
            case ast.Compare():
                return self.compare(node)
            case ast.IfExp(test=test, body=then, orelse=orelse):
                return self.conditional(
                    self.test(test),
                    lambda: self.evaluate(then),
                    lambda: self.evaluate(orelse),
                    node,
                )
            case ast.Call():
                return self.call(node)
            case ast.Attribute(value=value, attr=attr):
                return self.readable(self.attribute(self.evaluate(value), attr, node), node)
            case ast.Subscript(value=value, slice=index):
                return self.readable(self.subscript(self.evaluate(value), index, node), node)
            case ast.Tuple(elts=elts):
                if any(isinstance(e, ast.Starred) for e in elts):
                    made = self.list_display(elts, node)
                    content = self.content(made)
                    return Tuple(content) if isinstance(content, tuple) else made
                return Tuple(tuple(self.elements(elts)))
            case ast.List(elts=elts):
                return self.list_display(elts, node)
            case ast.Dict(keys=keys, values=values):
                return self.dict_display(keys, values, node)
            case ast.Set(elts=elts):
                return self.opaque(node, elts)
            case ast.ListComp() | ast.DictComp():
                return self.comprehension(node)
            case ast.SetComp(elt=elt, generators=generators):
                inner = ast.copy_location(ast.ListComp(elt, generators), node)
                items = self.tree(self.comprehension(inner), node)
                return self.emit(Opaque("set(_0)", (items,), pure=True), OBJECT, node)
            case ast.GeneratorExp():
                return Iterator("generator", (node, self.frame))
            case ast.JoinedStr():
                return self.f_string(node)
            case ast.NamedExpr(target=target, value=value):
                given = self.evaluate(value)
                self.claim(given, target.id)
                self.assign_name(target.id, given)
                return given
            case ast.Lambda():
                return self.function_here(node)
            case MatchTest():
                return self.match_test(node)
            case Fails():
                return self.fails(node)
            case ast.Starred():
                raise self.refuse(node, "a starred expression can't stand here")
        raise self.refuse(
            node,
            f"{_english(node)} is not supported in a differentiated function",
            fix="Move it out of the function, or pass its result in.",
        )

    def list_display(self, elts: list[ast.expr], node: ast.AST) -> Ref:
        """[a, *b, c], where what is starred may be of a length known at run time only."""
        values = self.evaluate_in_order(
            [e.value if isinstance(e, ast.Starred) else e for e in elts]
        )
        known: list[Value] = []
        for at, (elt, value) in enumerate(zip(elts, values, strict=True)):
            items = self.items(value, node) if isinstance(elt, ast.Starred) else [value]
            if items is None:
                ref = self.new_object("list", tuple(known))
                for rest, more in zip(elts[at:], values[at:], strict=True):
                    name = "extend" if isinstance(rest, ast.Starred) else "append"
                    self.apply_function(Method(ref, name), [more], {}, node)
                return ref
            known += items
        return self.new_object("list", tuple(known))

    def elements(self, elts: list[ast.expr]) -> list[Value]:
        found: list[Value] = []
        values = self.evaluate_in_order(
            [e.value if isinstance(e, ast.Starred) else e for e in elts]
        )
        for elt, value in zip(elts, values, strict=True):
            if isinstance(elt, ast.Starred):
                items = self.written_out_items(value, elt)
                if items is None:
                    raise self.refuse(
                        elt, "a sequence whose length is not known can't be unpacked here"
                    )
                found += items
            else:
                found.append(value)
        return found

    def assign_name(self, name: str, value: Value) -> None:
        owner = self.frame.owner(name)
        self.write_slot((owner or self.frame, name), value)

    # --- operators ---

    def array_binary(self, op: str, a: Value, b: Value | None, node: ast.AST) -> Value:
        raise NotImplementedError

    def array_call(
        self, op: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        raise NotImplementedError

    def array_item(self, array: Var | Global, index: Expr, node: ast.AST) -> Value:
        raise NotImplementedError

    def array_attribute(self, value: Var | Global, name: str, node: ast.AST) -> Value:
        raise NotImplementedError

    def index(self, node: ast.expr) -> Expr:
        raise NotImplementedError

    def as_index(self, value: Value, node: ast.AST) -> Expr:
        raise NotImplementedError

    def matmul(self, a: Value, b: Value, node: ast.AST) -> Value:
        if isinstance(a, Ref) and a.identity.kind == "instance":
            method = self.instance_attribute(a, "__matmul__", node)
            if method is not None:
                return self.apply_function(method, [b], {}, node)
        if isinstance(a, Unknown) or isinstance(b, Unknown):
            return Unknown()
        return self.array_binary("matmul", a, b, node)

    def binary(self, op: str, a: Value, b: Value, node: ast.AST) -> Value:
        if isinstance(a, Unknown) or isinstance(b, Unknown):
            return Unknown()
        if any(isinstance(kind_of(v), ArrayOf) for v in (a, b) if isinstance(v, Runtime)):
            return self.array_binary(op, a, b, node)
        sequences = self.sequence_operator(op, a, b, node)
        if sequences is not None:
            return sequences
        if isinstance(a, Const) and isinstance(b, Const) and type(a.value) is type(b.value) is int:
            exact = op in ("add", "sub", "mul") or op in ("floordiv", "mod") and b.value
            if exact:
                return Const(getattr(operator, op)(a.value, b.value))
        for holder, other, prefix in ((a, b, ""), (b, a, "r")):
            if isinstance(holder, Ref) and holder.identity.kind == "instance":
                method = self.instance_attribute(holder, f"__{prefix}{op.rstrip('_')}__", node)
                if method is not None:
                    return self.apply_function(method, [other], {}, node)
        for value in (a, b):
            if isinstance(value, Ref) and value.identity.kind == "dict":
                raise self.refuse(node, f"the operator {op!r} of a dict can't be followed")
        if (error := _error_of_nothing(op, a, b)) is not None:
            return self.raising(error, node)
        return self.apply(op, (self.atom(a, node), self.atom(b, node)), node)

    def sequence_operator(self, op: str, a: Value, b: Value, node: ast.AST) -> Value | None:
        if op == "or_" and isinstance(a, Ref) and isinstance(b, Ref):
            first, second = self.content(a), self.content(b)
            if a.identity.kind == b.identity.kind == "dict":
                return self.new_object("dict", {**first, **second}, a.identity.cls)
        if op == "add":
            if isinstance(a, Tuple) and isinstance(b, Tuple):
                return Tuple(a.items + b.items)
            if (
                isinstance(a, Ref)
                and isinstance(b, Ref)
                and a.identity.kind == b.identity.kind == "list"
            ):
                x, y = self.content(a), self.content(b)
                if isinstance(x, tuple) and isinstance(y, tuple):
                    return self.new_object("list", x + y)
                left, right = self.dynamic(a, node), self.dynamic(b, node)
                return self.new_object("list", self.apply("add", (left, right), node))
        if op == "mul":
            for seq, count in ((a, b), (b, a)):
                items = (
                    self.content(seq)
                    if isinstance(seq, Ref) and seq.identity.kind == "list"
                    else seq.items
                    if isinstance(seq, Tuple)
                    else None
                )
                if items is None:
                    continue
                if isinstance(count, Const) and isinstance(items, tuple):
                    made = items * count.value
                    return self.new_object("list", made) if isinstance(seq, Ref) else Tuple(made)
                if isinstance(seq, Ref):
                    inner = items[0] if isinstance(items, tuple) and items else items
                    if (
                        isinstance(inner, Ref)
                        or inner is items
                        and isinstance(inner, Var)
                        and isinstance(inner.kind, ListOf)
                        and isinstance(inner.kind.item, ListOf)
                    ):
                        raise self.refuse(
                            node,
                            "the rows of this list would all be one object",
                            fix="Make them by a comprehension: [[0.0] * m for _ in range(n)].",
                        )
                    args = (self.dynamic(seq, node), self.atom(count, node))
                    return self.new_object("list", self.apply("mul", args, node))
        return None

    def apply(self, op: str, args: tuple[Expr, ...], node: ast.AST | None) -> Var:
        """Emit an operation on atoms."""
        for arg in args:
            if isinstance(arg, Var) and arg.base == "unknown":
                return arg
        kinds = [kind_of(a) for a in args]
        if any(isinstance(k, ArrayOf) for k in kinds):
            made = Apply(op, args)
            return self.emit(made, rules.kind_of(made), node)
        self.check_kinds(op, kinds, node)
        negative = (
            op == "pow"
            and isinstance(args[1], Const)
            and not isinstance(args[1].value, str)
            and args[1].value < 0
        )
        return self.emit(Apply(op, args), result_kind(op, kinds, negative_power=negative), node)

    def check_kinds(self, op: str, kinds: list[Kind], node: ast.AST | None) -> None:
        if op in ("sub", "truediv", "pow", "neg") and any(isinstance(k, ListOf) for k in kinds):
            raise self.refuse(node or self.frame.node, "a list can't be used in arithmetic")
        if op in ("sub", "truediv", "pow", "neg") and TEXT in kinds:
            raise self.refuse(node or self.frame.node, "text can't be used in arithmetic")

    def unary(self, op: str, value: Value, node: ast.AST) -> Value:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Const) and not isinstance(value.value, str):
            if op == "not":
                return Const(not value.value)
            if (
                op == "neg"
                and isinstance(value.value, (int, float, complex))
                and not isinstance(value.value, bool)
            ):
                return Const(-value.value)
        if op == "not":
            value = self.asked(value, node)
            if isinstance(value, Const) and not isinstance(value.value, str):
                return Const(not value.value)
        if op == "not" and not isinstance(value, Runtime):
            return Const(not self.truth(value, node))
        if (
            op == "not"
            and isinstance(value, Var)
            and (known := self.known_truth(value)) is not None
        ):
            return Const(not known)
        if isinstance(value, Ref) and value.identity.kind == "instance":
            method = self.instance_attribute(value, f"__{op}__", node)
            if method is not None:
                return self.apply_function(method, [], {}, node)
        if (error := _error_of_nothing(op, value)) is not None:
            return self.raising(error, node)
        if op == "not" and isinstance(value, Var) and value.kind is BOOLEAN:
            return self.negated(value, node)
        return self.apply(op, (self.atom(value, node),), node)

    def truth(self, value: Value, node: ast.AST) -> bool:
        """The truth of a value whose structure is known."""
        if isinstance(value, Tuple):
            return bool(value.items)
        if isinstance(value, Ref) and value.identity.kind != "instance":
            content = self.content(value)
            if isinstance(content, (tuple, dict)):
                return bool(content)
            raise self.refuse(node, "whether a list is empty must be asked with len()")
        return True

    # --- lazy operators ---

    def test(self, node: ast.expr) -> Expr:
        """A condition: an atom or, where evaluation is lazy, a tree."""
        value = self.evaluate(node)
        if isinstance(value, Unknown):
            return Var("unknown", BOOLEAN)
        value = self.asked(value, node)
        if not isinstance(value, Runtime):
            return Const(self.truth(value, node))
        known = self.known_truth(value)
        return value if known is None else Const(known)

    def known_truth(self, value: Value) -> bool | None:
        """The truth of a value that is known whatever the value is: `x > 0 and None` is false."""
        if isinstance(value, Const):
            return bool(value.value)
        return self.truths.get(value) if isinstance(value, Var) else None

    def asked(self, value: Value, node: ast.AST) -> Value:
        """A value, or what Python looks at to tell whether it is true: a length, say."""
        if isinstance(value, Perhaps):
            return value.test if value.tuple.items else Const(False)
        if self.is_dynamic_list(value):
            return self.length_of(value, node)
        found = self.truth_of(value, node)
        return value if found is None else found

    def truth_of(self, value: Value, node: ast.AST) -> Value | None:
        raise NotImplementedError

    def is_dynamic_list(self, value: Value) -> bool:
        return (
            isinstance(value, Ref)
            and value.identity.kind == "list"
            and not isinstance(self.content(value), tuple)
        )

    def length_of(self, value: Value, node: ast.AST) -> Var:
        """The truth of a list whose length is known at run time only: its length."""
        assert isinstance(value, Ref)
        return self.apply("len", (self.dynamic(value, node),), node)

    def arm(self, read: Callable[[], Value]) -> tuple[Value, Block]:
        """Read something that may not be evaluated, into a block of its own."""
        outer, self.block = self.block, []
        try:
            value = read()
            return value, self.block
        finally:
            self.block = outer

    def nested(self, value: Value, block: Block) -> Expr | None:
        """A block of pure stages with one value, as one tree; None where it is more than that."""
        if not isinstance(value, Runtime):
            return None
        table: dict[Var, Expr] = {}
        counts: dict[Var, int] = {}
        for step in block:
            if (
                not isinstance(step, Stage)
                or not step.target.temporary
                or isinstance(step.value, Opaque)
                and not step.value.pure
            ):
                return None
            for var in variables(step.value):
                counts[var] = counts.get(var, 0) + 1
            table[step.target] = substitute(step.value, table)
        if any(counts.get(step.target, 0) > 1 for step in block if isinstance(step, Stage)):
            return None
        return substitute(value, table)

    def unchanged(self, saved: State) -> bool:
        """Whether what was evaluated has assigned nothing."""
        return self.state.keys() == saved.keys() and all(self.state[k] is saved[k] for k in saved)

    def conditional(
        self, test: Expr, then: Callable[[], Value], orelse: Callable[[], Value], node: ast.AST
    ) -> Value:
        if isinstance(test, Const):
            return then() if test.value else orelse()
        saved = dict(self.state)
        (a, a_block), (b, b_block) = self.arm(then), self.arm(orelse)
        x, y = self.nested(a, a_block), self.nested(b, b_block)
        if x is not None and y is not None and self.unchanged(saved):
            kind = result_kind("cond", [BOOLEAN, kind_of(a), kind_of(b)])
            return self.either(Apply("cond", (test, x, y)), kind, node, (a, b))
        self.state = saved
        slot = (self.frame, self.fresh("value"))

        def side(read: Callable[[], Value]) -> Callable[[], None]:
            return lambda: self.write_slot(slot, read())

        self.branch(test, side(then), side(orelse), node)
        value: Value = self.state.pop(slot)
        return value

    def either(self, expr: Apply, kind: Kind, node: ast.AST, values: tuple[Value, ...]) -> Var:
        """One of several values, as a test decides when the code runs."""
        made = self.emit(expr, kind, node)
        for value in values:
            if isinstance(value, Var) and isinstance(value.kind, ArrayOf):
                self.note_doubt(made, value)
        return made

    def bool_op(self, op: str, values: list[ast.expr], node: ast.AST) -> Value:
        first = self.evaluate(values[0])
        for i, operand in enumerate(values[1:], start=1):
            if isinstance(first, Unknown):
                return first
            if isinstance(first, Perhaps) and first.tuple.items:
                return self.bool_op_of_perhaps(op, first, values[i:], node)
            if isinstance(first, Perhaps) and op == "and":
                return first
            first = self.asked(first, node)
            if not isinstance(first, Runtime):
                first = (
                    first if self.truth(first, node) != (op == "and") else self.evaluate(operand)
                )
                continue
            known = self.known_truth(first)
            if known is not None:
                if known == (op == "and"):
                    first = self.evaluate(operand)
                    continue
                return first
            saved = dict(self.state)
            value, block = self.arm(partial(self.evaluate, operand))
            tree = self.nested(value, block)
            if tree is not None and self.unchanged(saved):
                kind = result_kind(op, [kind_of(first), kind_of(value)])
                first = self.either(Apply(op, (first, tree)), kind, node, (first, value))
                if self.known_truth(value) == (op == "or"):
                    self.truths[first] = op == "or"
                continue
            self.state = saved
            rest = values[i:] if len(values) > i + 1 else [operand]

            def kept(first: Value = first) -> Value:
                return first

            def more(rest: list[ast.expr] = rest) -> Value:
                return self.bool_op(op, rest, node) if len(rest) > 1 else self.evaluate(rest[0])

            if op == "and":
                return self.conditional(first, more, kept, node)
            return self.conditional(first, kept, more, node)
        return first

    def bool_op_of_perhaps(
        self, op: str, first: Perhaps, rest: list[ast.expr], node: ast.AST
    ) -> Value:
        def more() -> Value:
            return self.bool_op(op, rest, node)

        test = self.atom(first.test, node)
        if op == "or":
            return self.conditional(test, lambda: first.tuple, more, node)
        return self.conditional(test, more, lambda: Const(None), node)

    def compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        result: Value | None = None
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            name = COMPARE[type(op)]
            if result is None:
                left, right = self.in_order(left, node, partial(self.evaluate, comparator))
                result = self.comparison(name, left, right, node)
            else:
                # A chain is lazy: what comes later may not be evaluated at all.
                right, block = self.arm(partial(self.evaluate, comparator))
                self.block.extend(block)
                test, block = self.arm(partial(self.comparison, name, left, right, node))
                tree = self.nested(test, block)
                if isinstance(result, Const) or tree is None:
                    self.block.extend(block)
                    result = test if isinstance(result, Const) and result.value else result
                elif isinstance(result, Runtime):
                    result = self.emit(Apply("and", (result, tree)), BOOLEAN, node)
            left = right
        assert result is not None
        return result

    def readable(self, value: Value, node: ast.AST) -> Value:
        """A part of something, refused where it has no value that is the same on every path."""
        if isinstance(value, Conflict):
            raise self.refuse(node, f"this can't be used here: {value.why}", fix=value.fix)
        return value

    def comparison(self, op: str, a: Value, b: Value, node: ast.AST) -> Value:
        a, b = self.readable(a, node), self.readable(b, node)
        if isinstance(a, Unknown) or isinstance(b, Unknown):
            return Unknown()
        if isinstance(a, Undefined) or isinstance(b, Undefined):
            raise self.refuse(node, "this is read before it is assigned")
        nothing = Const(None)
        for holder, other in ((a, b), (b, a)):
            if isinstance(holder, Perhaps) and other == nothing:
                if op in ("is_not", "ne"):
                    return holder.test
                return self.unary("not", holder.test, node)
        if op in ("is", "is_not") and (a == nothing or b == nothing):
            other = b if a == nothing else a
            if (
                other == nothing
                or not isinstance(other, Runtime)
                or not (kind_of(other) is OBJECT or self.may_be_none(other))
            ):
                return Const((other == nothing) == (op == "is"))
        if isinstance(a, Const) and isinstance(b, Const):
            if op in ("is", "is_not") and bool in (type(a.value), type(b.value)):
                return Const((a.value is b.value) == (op == "is"))
            if op in FOLDED:
                try:
                    return Const(FOLDED[op](a.value, b.value))
                except TypeError as error:
                    return self.raising(error, node)
        if op in ("in", "not_in") and isinstance(a, Tuple) and literal_key(a) is not None:
            a = Const(literal_key(a)) if is_dict(b) else a
        if (
            op in ("in", "not_in")
            and isinstance(b, Ref)
            and isinstance(self.content(b), dict)
            and isinstance(a, Const)
        ):
            return Const((a.value in self.content(b)) == (op == "in"))
        for holder, other, name in ((a, b, op), (b, a, MIRRORED.get(op, ""))):
            if isinstance(holder, Ref) and holder.identity.kind == "instance" and name:
                method = self.instance_attribute(holder, f"__{name}__", node)
                if method is not None:
                    return self.apply_function(method, [other], {}, node)
        if isinstance(a, (Tuple, Ref)) or isinstance(b, (Tuple, Ref)):
            parts: list[Expr] = []
            for value in (a, b):
                parts.append(self.tree(value, node))
            return self.emit(Apply(op, tuple(parts)), BOOLEAN, node)
        if not isinstance(a, Runtime) or not isinstance(b, Runtime):
            return self.compare_objects(op, a, b, node)
        return self.apply(op, (a, b), node)

    def compare_objects(self, op: str, a: Value, b: Value, node: ast.AST) -> Value:
        """Compare objects: those that are known now, others when the code runs."""
        if op in ("is", "is_not", "eq", "ne"):
            if isinstance(a, LiveObject) and isinstance(b, LiveObject):
                equal = a.value is b.value if op in ("is", "is_not") else a.value == b.value
                return Const(bool(equal) == (op in ("is", "eq")))
            if isinstance(a, Function) and isinstance(b, Function):
                return Const((a.identity == b.identity) == (op in ("is", "eq")))
            if isinstance(a, (Builtin, Class)) and isinstance(b, (Builtin, Class)):
                return Const((a is b or a.name == b.name) == (op in ("is", "eq")))
            known = (*Runtime, LiveObject, Builtin)
            if isinstance(a, known) and isinstance(b, known):
                for one in (a, b):
                    if isinstance(one, LiveObject) and isinstance(one.value, (int, float, str)):
                        op = {"is": "eq", "is_not": "ne"}.get(op, op)  # read as its value
                return self.apply(op, (self.atom(a, node), self.atom(b, node)), node)
        raise self.refuse(node, "these can't be compared while the function is read")

    # --- containers ---

    def dict_display(
        self, keys: list[ast.expr | None], values: list[ast.expr], node: ast.AST
    ) -> Value:
        content: dict[Any, Value] = {}
        for key, value in zip(keys, values, strict=True):
            if key is None:
                part = self.known_content(self.evaluate(value), value)
                if part is None:
                    raise self.refuse(
                        value, "only a dict whose keys are known can be unpacked here"
                    )
                content.update(part)
                continue
            name = self.evaluate(key)
            if not isinstance(name, Const):
                raise self.refuse(
                    key,
                    "the keys of a dict must be known when the function is read",
                    fix="Use literal keys, or a list.",
                )
            content[name.value] = self.evaluate(value)
        return self.new_object("dict", content)

    def known_content(self, value: Value, node: ast.AST) -> dict[Any, Value] | None:
        """The items of a dict, by their keys; None where these are not known. Those of a global
        dict are taken for the ones that it has now, which the code that is written checks."""
        if isinstance(value, Ref):
            content = self.content(value)
            return content if isinstance(content, dict) else None
        if isinstance(value, Opaque) and not value.args:
            text = value.template
        elif isinstance(value, Global) and value.name in self.unit.globals:
            text = self.unit.globals[value.name].text
        else:
            return None
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return None
        if not isinstance(found, dict):
            return None
        if isinstance(value, Global):
            self.guard_keys(value, found, value.name)
        return {key: self.item(value, Const(key), node) for key in found}

    def subscript(self, value: Value, index: ast.expr, node: ast.AST) -> Value:
        value = self.certain(value, node, "'NoneType' object is not subscriptable")
        if isinstance(value, (Var, Global)) and isinstance(value.kind, ArrayOf):
            return self.array_item(value, self.index(index), node)
        if isinstance(index, ast.Slice):
            return self.sliced(value, index, node)
        if _has_slices(index) and isinstance(value, Runtime) and kind_of(value) is OBJECT:
            return self.emit(Apply("getitem", (value, self.index(index))), OBJECT, node)
        return self.item(value, self.evaluate(index), node)

    def item(self, value: Value, at: Value, node: ast.AST) -> Value:
        """value[at]"""
        if value == Const(None):
            return self.raising(TypeError("'NoneType' object is not subscriptable"), node)
        if isinstance(value, Unknown) or isinstance(at, Unknown):
            return Unknown()
        if isinstance(value, (Builtin, Class)):
            return value  # list[float] and the like
        if isinstance(at, Iterator) and at.name == "slice":
            return self.slice_of(value, list(at.args), node)
        if isinstance(value, (Var, Global)) and isinstance(value.kind, ArrayOf):
            return self.array_item(value, self.as_index(at, node), node)
        if isinstance(value, LiveObject) and isinstance(at, Const):
            live = self.live_item(value, at.value)
            if live is not None:
                return live
        content: Any = value.items if isinstance(value, Tuple) else None
        if isinstance(value, Ref) and value.identity.kind == "dict" and isinstance(at, Tuple):
            key = literal_key(at)
            at = Const(key) if key is not None else at
        if isinstance(value, Ref):
            if value.identity.kind == "instance":
                method = self.instance_attribute(value, "__getitem__", node)
                if method is not None:
                    return self.apply_function(method, [at], {}, node)
            if isinstance(at, Const) and (part := self.part(value, at.value)) is not None:
                return self.readable(part, node)
            content = self.content(value)
        if isinstance(content, dict):
            if not isinstance(at, Const):
                return self.item_by_key(content, self.atom(at, node), node)
            if at.value not in content and isinstance(value, Ref):
                made = self.missing(value, at.value, node)
                if made is not None:
                    return made
            if at.value not in content:
                raise self.refuse(node, f"the dict has no key {at.value!r}")
            return content[at.value]  # type: ignore[no-any-return]
        if isinstance(content, tuple):
            if not isinstance(at, Const) and self.are_rows(content):
                # Tuples chosen by an index: each of their parts is chosen from a list of its own.
                parts = zip(*(row.items for row in content), strict=True)
                chosen = tuple(self.item(Tuple(part), at, node) for part in parts)
                return Tuple(chosen, content[0].type)
            if isinstance(at, Const) and isinstance(at.value, int):
                if not -len(content) <= at.value < len(content):
                    raise self.refuse(
                        node, f"index {at.value} is out of range: there are {len(content)} items"
                    )
                return content[at.value]  # type: ignore[no-any-return]
            if isinstance(value, Ref):
                content = self.dynamic(value, node)
            elif content and all(_is_number(v) for v in content):
                content = self.table(content, node)
            elif all(isinstance(v, Runtime) for v in content):
                content = self.list_value(content, node)
            else:
                raise self.refuse(
                    node,
                    "items of different structure can't be chosen by an index known at run time "
                    "only",
                )
        if content is None:
            content = self.atom(value, node)
        kind = kind_of(content)
        if kind in (REAL, INTEGER, BOOLEAN, OPTIONAL):
            raise self.not_a_list(node, "a number can't be indexed", content)
        of_plain = kind is OBJECT and isinstance(content, Global)
        if of_plain and isinstance(at, Const) and self.is_complex_item(content, at.value):
            return self.emit(Apply("getitem", (content, at)), COMPLEX, node)
        if isinstance(kind, ListOf) and isinstance(at, Const) and not isinstance(at.value, int):
            raise self.refuse(node, f"a list can't be indexed by {at.value!r}")
        return self.emit(
            Apply("getitem", (content, self.atom(at, node))),
            kind.item if isinstance(kind, ListOf) else OBJECT,
            node,
        )

    def not_a_list(self, node: ast.AST, message: str, value: Any) -> SymdiffError:
        """What is used as a list, and is a number by all that is known of it."""
        name = value.base if isinstance(value, Var) and not value.temporary else "xs"
        return self.refuse(
            node,
            message,
            fix=f"If a parameter is a list, annotate it ({name}: list[float]), or give an example: "
            f'--at "{name}=[1.0, 2.0]", at=([1.0, 2.0],).',
        )

    def item_by_key(self, content: dict[Any, Value], at: Expr, node: ast.AST) -> Value:
        """An item of a dict whose keys are known, by a key that is not."""
        if not content and self.attempts:
            raise Growing("an item of a dict whose keys are not known", "Use literal keys.")
        if not content:
            raise self.refuse(node, "an item of an empty dict")
        keys = Apply("tuple", tuple(map(Const, content)))
        error = Passive("raise KeyError(_0)", (at,), True, self.place(node))
        test = self.emit(Apply("not_in", (at, keys)), BOOLEAN, node)
        self.block.append(Branch(test, [error], [], [], self.place(node)))
        pairs = list(content.items())

        def chosen(k: int) -> Value:
            key, value = pairs[k]
            if k + 1 == len(pairs):
                return value
            same_key = self.emit(Apply("eq", (at, Const(key))), BOOLEAN, node)
            if isinstance(value, (Function, Builtin, Class)):
                return Choice(same_key, value, chosen(k + 1))
            return self.conditional(same_key, lambda: value, lambda: chosen(k + 1), node)

        return chosen(0)

    def are_rows(self, content: tuple[Value, ...]) -> bool:
        """Whether the items of a list are tuples of one shape."""
        first = content[0] if content else None
        return isinstance(first, Tuple) and all(
            isinstance(v, Tuple) and len(v.items) == len(first.items) and v.type == first.type
            for v in content
        )

    def sliced(self, value: Value, index: ast.Slice, node: ast.AST) -> Value:
        return self.slice_of(value, self.slice_parts(index), node)

    def slice_parts(self, index: ast.Slice) -> list[Value]:
        return [
            self.evaluate(p) if p is not None else Const(None)
            for p in (index.lower, index.upper, index.step)
        ]

    def slice_of(self, value: Value, parts: list[Value], node: ast.AST) -> Value:
        """value[low:high:step]"""
        content: Any = (
            value.items
            if isinstance(value, Tuple)
            else self.content(value)
            if isinstance(value, Ref)
            else value
        )
        if isinstance(content, tuple):
            if all(isinstance(p, Const) for p in parts):
                items = content[slice(*(p.value for p in parts if isinstance(p, Const)))]
                return Tuple(items) if isinstance(value, Tuple) else self.new_object("list", items)
            content = (
                self.dynamic(value, node)
                if isinstance(value, Ref)
                else self.list_value(content, node)
            )
        at = Apply("slice", tuple(self.atom(p, node) for p in parts))
        content = self.atom(content, node)
        made = self.emit(Apply("getitem", (content, at)), kind_of(content), node)
        return self.new_object("list", made) if isinstance(made.kind, ListOf) else made

    # --- attributes ---

    def attribute(self, value: Value, name: str, node: ast.AST) -> Value:
        if is_type_of(value):
            value = self.class_at_run_time(value, node)
        error = f"'NoneType' object has no attribute {name!r}"
        value = self.certain(value, node, error, AttributeError)
        match value:
            case Module():
                return self.module_member(value, name, node)
            case Ref() if value.identity.kind == "instance":
                found = self.instance_attribute(value, name, node)
                if name == "__class__" and isinstance(value.identity.cls, Class):
                    return value.identity.cls
                if found is None and (whole := self.standing_object(value, node)) is not None:
                    return self.attribute(whole, name, node)
                if found is None:
                    raise self.refuse(node, f"the object has no attribute {name!r} here")
                return found
            case Ref() | Method() | Iterator():
                return Method(value, name)
            case Tuple():
                fields = value.names or getattr(value.type, "_fields", ())
                if name in fields:
                    return value.items[fields.index(name)]
                own = self.tuple_member(value, name, node)
                return Method(value, name) if own is None else own
            case LiveObject():
                return self.live_attribute(value, name, node)
            case Super():
                return self.super_attribute(value, name, node)
            case Class() if name in ("__name__", "__qualname__"):
                return Const(value.name)
            case Class():
                found = self.class_attribute(value, name, node)
                if found is None:
                    raise self.refuse(node, f"the class {value.name!r} has no attribute {name!r}")
                return found
            case Function():
                if name in ("__name__", "__qualname__"):
                    return Const(value.name)
                if value.rules is not None and name in value.rules.takes:
                    return Giving(value, name)
            case Builtin():
                if type(value.live).__name__ == "ufunc" and callable(getattr(value.live, name, 0)):
                    return Builtin(f"{value.name}.{name}", getattr(value.live, name))
                if value.live is not None and hasattr(value.live, name):
                    return wrap(getattr(value.live, name), f"{value.name}.{name}", None, self.unit)
                return Builtin(f"{value.name}.{name}")
            case Unknown():
                return value
        if isinstance(value, Const) and not hasattr(value.value, name):
            what = type(value.value).__name__
            return self.raising(AttributeError(f"{what!r} object has no attribute {name!r}"), node)
        if isinstance(value, Runtime):
            kind = kind_of(value)
            if isinstance(value, (Var, Global)) and isinstance(kind, ArrayOf):
                return self.array_attribute(value, name, node)
            if kind in (REAL, INTEGER, BOOLEAN):
                if name in ("shape", "ndim", "size", "T"):  # of a NumPy number
                    known: dict[str, Value] = {
                        "shape": Tuple(()),
                        "ndim": Const(0),
                        "size": Const(1),
                    }
                    return known.get(name, value)
                if name == "real":
                    return value
                if name == "imag":
                    return Const(0.0 if kind is REAL else 0)
            if kind is COMPLEX and name in ("real", "imag"):
                return self.array_call(f"numpy.{name}", [value], {}, node)
            if kind is OBJECT and not isinstance(value, Const):
                return self.emit(Opaque(f"_0.{name}", (value,), pure=True), OBJECT, node)
            return Method(value, name)
        raise self.refuse(node, f"the attribute {name!r} can't be read here")

    def module_member(self, module: Module, name: str, node: ast.AST) -> Value:
        if module.scope is not None:
            found = module.scope.lookup(name, self.unit)
            if found is not None:
                return found  # type: ignore[no-any-return]
        if is_standard(module.name):
            found = member(module.name, name)
            if found is None:
                raise self.refuse(node, f"the module {module.name!r} has no member {name!r}")
            return found
        if module.name == "symdiff":
            return Builtin(f"symdiff.{name}")
        import sys

        live = sys.modules.get(module.name)
        if live is not None and hasattr(live, name):
            return wrap(
                getattr(live, name),
                f"{module.name}.{name}",
                lambda root: getattr(live, name),
                self.unit,
                module.name,
            )
        return Builtin(f"{module.name}.{name}")

    def live_attribute(self, value: LiveObject, name: str, node: ast.AST) -> Value:
        import inspect

        from symdiff.read.scope import function_value

        if (text := spelled_class(type(value.value), self.unit)) is not None:
            return self.spelled_attribute(value, text, name, node)
        static = inspect.getattr_static(type(value.value), name, None)
        if isinstance(static, property) and isinstance(static.fget, types.FunctionType):
            getter = function_value(static.fget, self.unit, None)
            return self.apply_function(getter, [value], {}, node)
        try:
            found = getattr(value.value, name)
        except AttributeError as error:
            raise self.refuse(node, str(error)) from None
        read = value.read
        return wrap(
            found,
            f"{value.path}.{name}",
            Access(read, "attribute", name) if read else None,
            self.unit,
            id(value.value) if not value.path.startswith("self") else value.path,
        )

    def spelled_attribute(self, value: LiveObject, cls: Class, name: str, node: ast.AST) -> Value:
        """An attribute of an object of a library, whose methods are read from a text of ours."""
        read = value.read
        self.unit.guard(value.path, TypeOf(read) if read else None, type(value.value))
        method = self.class_member(cls, name, node)
        if isinstance(method, Function):
            return Bound(method, value)
        found = getattr(value.value, name, None)
        reader = Access(read, "attribute", name) if read else None
        if isinstance(found, (bool, int, str)):
            self.unit.guard(f"{value.path}.{name}", reader, found)
            return Const(found)
        if isinstance(found, (tuple, dict)):  # of arguments that were given before
            self.unit.guard(f"{value.path}.{name}", reader, found)
            items = list(found.items() if isinstance(found, dict) else enumerate(found))
            if all(isinstance(v, (int, float)) for _, v in items):
                known = {k: Const(v) for k, v in items}
                is_tuple = isinstance(found, tuple)
                return Tuple(tuple(known.values())) if is_tuple else self.new_object("dict", known)
        return wrap(found, f"{value.path}.{name}", reader, self.unit, id(value.value))

    def live_item(self, value: LiveObject, at: Any) -> Value | None:
        """An item of a list or dict outside of the function that holds functions."""
        if not isinstance(value.value, (list, tuple, dict)):
            return None
        try:
            found = value.value[at]
        except (IndexError, KeyError, TypeError):
            return None
        read = value.read
        return wrap(
            found,
            f"{value.path}_{at}",
            (lambda root: read(root)[at]) if read else None,
            self.unit,
            (id(value.value), at),
        )

    def is_complex_item(self, holder: Global, key: Any) -> bool:
        """Whether an item of a plain container outside of the function is a complex number: others
        are taken for real ones."""
        kept = self.unit.globals.get(holder.name)
        if kept is None or kept.read is None or "j" not in kept.text:
            return False
        try:
            found = ast.literal_eval(kept.text)[key]
        except (ValueError, SyntaxError, LookupError, TypeError):
            return False
        if type(found) is not complex:
            return False
        read = kept.read
        self.unit.guard(f"{holder.name}[{key!r}]", TypeOf(lambda root: read(root)[key]), complex)
        return True

    def missing(self, ref: Ref, key: Any, node: ast.AST) -> Value | None:
        raise NotImplementedError

    def super_attribute(self, value: Super, name: str, node: ast.AST) -> Value:
        raise NotImplementedError

    def standing_object(self, ref: Ref, node: ast.AST) -> Value | None:
        raise NotImplementedError

    def class_member(self, cls: Class, name: str, node: ast.AST) -> Any:
        raise NotImplementedError

    def instance_attribute(self, ref: Ref, name: str, node: ast.AST) -> Value | None:
        raise NotImplementedError

    def tuple_member(self, value: Tuple, name: str, node: ast.AST) -> Value | None:
        raise NotImplementedError

    def class_attribute(self, cls: Class, name: str, node: ast.AST) -> Value | None:
        raise NotImplementedError

    # --- text and other passive expressions ---

    def f_string(self, node: ast.JoinedStr) -> Value:
        exprs: list[ast.expr] = []

        class Collect(ast.NodeTransformer):
            def visit_FormattedValue(self, inner: ast.FormattedValue) -> ast.FormattedValue:
                exprs.append(inner.value)
                spec = self.visit(inner.format_spec) if inner.format_spec is not None else None
                return ast.FormattedValue(
                    ast.Name(f"_{len(exprs) - 1}", ast.Load()), inner.conversion, spec
                )

        import copy

        made = Collect().visit(copy.deepcopy(node))
        args = tuple(self.tree(self.evaluate(e), e) for e in exprs)
        return self.emit(Opaque(ast.unparse(made), args, pure=True), TEXT, node)

    def opaque(self, node: ast.expr, parts: list[ast.expr]) -> Value:
        """A passive display, such as a set, of values."""
        args = tuple(self.tree(self.evaluate(p), p) for p in parts)
        text = "{" + ", ".join(f"_{i}" for i in range(len(args))) + "}"
        return self.emit(Opaque(text, args, pure=True), OBJECT, node)

    def function_here(self, node: ast.Lambda | ast.FunctionDef) -> Function:
        """A function defined inside the function that is read."""
        defaults = tuple(self.evaluate(d) for d in node.args.defaults)
        kwdefaults = {
            a.arg: self.evaluate(d)
            for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if d is not None
        }
        name = node.name if isinstance(node, ast.FunctionDef) else "<lambda>"
        return Function(node, self.frame.scope, name, defaults, kwdefaults, frame=self.frame)


def _error_of_nothing(op: str, *operands: Value) -> TypeError | None:
    """What Python raises for arithmetic with None; None where the operands are others."""
    kinds = [kind_of(v) if isinstance(v, Runtime) else OBJECT for v in operands]
    if op not in SYMBOLS or NOTHING not in kinds or not {*kinds} <= CALLED.keys():
        return None
    names = [repr(CALLED[k]) for k in kinds]
    if len(names) == 1:
        return TypeError(f"bad operand type for unary {SYMBOLS[op]}: {names[0]}")
    symbol = "** or pow()" if op == "pow" else SYMBOLS[op]
    return TypeError(f"unsupported operand type(s) for {symbol}: {' and '.join(names)}")


def _is_number(value: Value) -> bool:
    return isinstance(value, Const) and type(value.value) in (int, float)


def _has_slices(index: ast.expr) -> bool:
    """Whether an index is one of an array's only: with colons between commas."""
    return isinstance(index, ast.Tuple) and any(isinstance(e, ast.Slice) for e in index.elts)


def _english(node: ast.AST) -> str:
    names = {
        "Await": "await",
        "Yield": "yield",
        "YieldFrom": "yield from",
        "SetComp": "a set comprehension",
        "TemplateStr": "a template string",
    }
    return names.get(type(node).__name__, type(node).__name__)
