"""What parameters without annotation, default or example are, told from how they are used.

The function is run through once, with a `Shape` in place of each value; functions of the user's
that it calls are run through with the shapes of their arguments. Where evidence is lacking, a
parameter is taken for a real number.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from symdiff.read.shapes import Shape
from symdiff.stages import INTEGER, REAL, TEXT, ArrayOf

Definition = ast.FunctionDef | ast.Lambda
Env = dict[str, Shape]
Callee = Callable[[ast.expr, Any], tuple[Definition, Any] | None]

COUNTS = {"range", "prange", "comb", "perm", "factorial", "gcd", "lcm", "isqrt"}
INTEGERS = {"int", "len", "floor", "ceil", "trunc", "ord", "id", "hash"}
SUMS = {"sum", "fsum", "prod", "any", "all", "mean", "fmean", "median", "pstdev", "stdev"}
COPIES = {"list", "tuple", "sorted", "reversed", "set", "frozenset", "iter", "deque", "accumulate"}
LIST_METHODS = {"append", "extend", "insert", "pop", "sort", "reverse", "copy", "remove", "index"}
TEXT_METHODS = {
    "upper", "lower", "strip", "split", "startswith", "endswith", "partition", "replace", "title",
    "format", "join", "isdigit", "casefold", "lstrip", "rstrip", "splitlines",
}  # fmt: skip
MOST = 20_000  # expressions looked at: callees of callees are not followed for ever


# Attributes and methods that arrays have and lists have not.
ATTRIBUTES = {"T", "mT", "shape", "ndim", "size", "dtype", "real", "imag", "flat"}
METHODS = {
    "sum", "mean", "std", "var", "prod", "max", "min", "argmax", "argmin", "cumsum", "cumprod",
    "dot", "ravel", "squeeze", "repeat", "take", "clip", "round", "trace", "diagonal", "any", "all",
    "argsort", "nonzero", "swapaxes", "reshape", "transpose", "flatten", "astype", "fill", "conj",
}  # fmt: skip


def infer(
    node: Definition,
    context: Any,
    callee: Callee,
    module: Callable[[ast.expr, Any], str] = lambda func, context: "",
    beside_arrays: bool = False,
) -> dict[str, Any]:
    """The kind or structure of each parameter; `beside_arrays` where others are known for arrays,
    of which an index may choose several items at once.

    `callee` finds the function that an expression names inside a `context`: its definition, and
    the context of what that one names. `module` tells what module it is in, if not the user's.
    """
    args = node.args
    params = {p.arg: Shape() for p in [*args.posonlyargs, *args.args, *args.kwonlyargs]}
    inference = Inference(callee, module)
    inference.run(node, context, dict(params))
    arrays = inference.has_arrays
    specs = {n: shape.array_spec() if arrays else shape.spec() for n, shape in params.items()}
    if arrays or beside_arrays:
        specs |= {n: ArrayOf(INTEGER, None) for n, s in params.items() if s.is_place}
    return specs


class Inference:
    """One run through a function and those that it calls."""

    def __init__(self, callee: Callee, module: Callable[[ast.expr, Any], str]) -> None:
        self.find, self.module = callee, module
        self.has_arrays = False
        self.found: dict[Any, tuple[Definition, Any] | None] = {}
        self.context: Any = None
        self.running: list[Definition] = []
        self.left = MOST
        self.env: Env = {}
        self.returned: list[Shape] = []

    def callee(self, func: ast.expr) -> tuple[Definition, Any] | None:
        key = (id(self.context), ast.unparse(func))
        if key not in self.found:
            self.found[key] = self.find(func, self.context)
        return self.found[key]

    def run(self, node: Definition, context: Any, env: Env) -> Shape:
        """The result of a function whose parameters are in `env`."""
        if node in self.running or len(self.running) > 12:
            return Shape()
        saved = self.env, self.returned, self.context
        self.env, self.returned, self.context = env, [], context
        self.running.append(node)
        try:
            if isinstance(node, ast.Lambda):
                return self.value(node.body)
            self.block(node.body)
            return Shape(like=self.returned)
        finally:
            self.running.pop()
            self.env, self.returned, self.context = saved

    # --- statements ---

    def block(self, body: list[ast.stmt]) -> None:
        for stmt in body:
            self.statement(stmt)

    def statement(self, stmt: ast.stmt) -> None:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                found = self.value(value)
                for target in targets:
                    self.bind(target, found)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.bind(target, self.value(value))
            case ast.AugAssign(target=target, op=op, value=value):
                old = self.env.get(target.id) if isinstance(target, ast.Name) else None
                new = self.operation(op, old or self.value(target), self.value(value))
                self.bind(target, new)
            case ast.For(target=target, iter=iterable, body=body, orelse=orelse):
                item = self.value(iterable).items()
                before = dict(self.env)
                self.bind(target, item)
                self.block(body)
                self.merge(before)
                self.block(orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                self.test(test)
                before = dict(self.env)
                self.block(body)
                self.merge(before)
                self.block(orelse)
            case ast.If(test=test, body=body, orelse=orelse):
                self.test(test)
                before = dict(self.env)
                self.block(body)
                then, self.env = self.env, before
                self.block(orelse)
                self.merge(then)
            case ast.Return(value=value) if value is not None:
                self.returned.append(self.value(value))
            case ast.FunctionDef(name=name):
                self.env[name] = self.closure(stmt)
            case ast.With(items=items, body=body):
                for context in items:
                    self.value(context.context_expr)
                self.block(body)
            case ast.Try():
                self.block(stmt.body)
                for handler in stmt.handlers:
                    self.block(handler.body)
                self.block([*stmt.orelse, *stmt.finalbody])
            case ast.Assert(test=test):
                self.test(test)
            case ast.Expr(value=value):
                self.value(value)

    def merge(self, other: Env) -> None:
        """After a branch or loop a name may be what it was on one path or on the other."""
        for name, shape in other.items():
            here = self.env.get(name)
            if here is None:
                self.env[name] = shape
            elif here is not shape:
                self.env[name] = Shape(like=[shape, here])

    def bind(self, target: ast.expr, value: Shape) -> None:
        match target:
            case ast.Name(id=name):
                self.env[name] = value
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                starred = any(isinstance(e, ast.Starred) for e in elts)
                if starred and value.count is not None and value.count >= len(elts) - 1:
                    self.bind_around_star(elts, value.count, value)
                    return
                for i, elt in enumerate(elts):
                    if isinstance(elt, ast.Starred):
                        self.bind(elt.value, Shape(item=value.items()))
                    else:
                        self.bind(elt, value.items() if starred else value.part(i, len(elts)))
            case ast.Subscript():
                self.value(target)
            case ast.Attribute(value=inner):
                self.value(inner)

    def bind_around_star(self, elts: list[ast.expr], count: int, value: Shape) -> None:
        """first, *middle, last = as many parts as are known."""
        star = next(i for i, e in enumerate(elts) if isinstance(e, ast.Starred))
        after = len(elts) - star - 1
        for i, elt in enumerate(elts):
            if isinstance(elt, ast.Starred):
                middle = [value.part(k, count) for k in range(star, count - after)]
                self.bind(elt.value, Shape(item=Shape(like=middle)))
            else:
                self.bind(elt, value.part(i if i < star else count - len(elts) + i, count))

    # --- expressions ---

    def test(self, node: ast.expr) -> None:
        """An expression of which only the truth is asked."""
        match node:
            case ast.Name(id=name) if name in self.env:
                self.env[name].tests += 1
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.test(operand)
            case ast.BoolOp(values=values):
                for value in values:
                    self.test(value)
            case ast.BinOp(left=left, op=ast.Mod(), right=ast.Constant(value=int())):
                self.value(left).integer()
            case ast.Compare():
                for shape in self.compared(node):
                    shape.number()
            case _:
                self.value(node)

    def value(self, node: ast.expr) -> Shape:
        self.left -= 1
        if self.left < 0:
            return Shape()
        match node:
            case ast.Constant(value=str() as text):
                return Shape(texts=(text,))
            case ast.Constant(value=value):
                return Shape(INTEGER if isinstance(value, int) else REAL)
            case ast.Name(id=name):
                shape = self.env.get(name) or Shape()
                shape.reads += 1
                return shape
            case ast.BinOp(left=left, op=op, right=right):
                return self.operation(op, self.value(left), self.value(right))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.test(operand)
                return Shape(INTEGER)
            case ast.UnaryOp(operand=operand):
                return Shape(terms=[self.value(operand)])
            case ast.BoolOp(values=values):
                return Shape(like=[self.value(v) for v in values])
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp(test=test, body=then, orelse=orelse):
                self.test(test)
                return Shape(like=[self.value(then), self.value(orelse)])
            case ast.Call():
                return self.call(node)
            case ast.Attribute(value=value, attr=attr) if attr in ATTRIBUTES:
                self.value(value).array()
                return Shape(item=Shape(INTEGER)) if attr == "shape" else Shape()
            case ast.Attribute(value=value):
                self.value(value).opaque()
            case ast.Subscript(value=value, slice=index):
                return self.item(self.value(value), index)
            case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
                if any(isinstance(e, ast.Starred) for e in elts):
                    return Shape(item=Shape(like=[self.element(e) for e in elts]))
                return Shape(parts=[self.value(e) for e in elts])
            case ast.Dict(keys=keys, values=values):
                made = Shape()
                made.is_fixed = True
                for key, inner in zip(keys, values, strict=True):
                    part = self.value(inner)
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        made.fields[key.value] = part
                return made
            case ast.ListComp(elt=elt) | ast.SetComp(elt=elt) | ast.GeneratorExp(elt=elt):
                return Shape(item=self.inside(node.generators, [elt]))
            case ast.DictComp(key=key, value=value):
                self.inside(node.generators, [key, value])
            case ast.Lambda():
                return self.closure(node)
            case ast.NamedExpr(target=target, value=value):
                found = self.value(value)
                self.bind(target, found)
                return found
            case ast.JoinedStr(values=values):
                for part_of_text in values:
                    if isinstance(part_of_text, ast.FormattedValue):
                        self.value(part_of_text.value)
                return Shape(TEXT)
        return Shape()

    def element(self, node: ast.expr) -> Shape:
        return self.value(node.value).items() if isinstance(node, ast.Starred) else self.value(node)

    def closure(self, node: Definition) -> Shape:
        """A function made here: what it reads of its surroundings counts, called or not."""
        made = Shape()
        made.closure = (node, self.context, self.env)
        if isinstance(node, ast.FunctionDef):
            self.env[node.name] = made
        names = [p.arg for p in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
        self.run(node, self.context, {**self.env, **{n: Shape() for n in names}})
        return made

    def inside(self, generators: list[ast.comprehension], elts: list[ast.expr]) -> Shape:
        """The last of the expressions of a comprehension."""
        outer, found = dict(self.env), Shape()
        for part in generators:
            self.bind(part.target, self.value(part.iter).items())
            for condition in part.ifs:
                self.test(condition)
        for elt in elts:
            found = self.value(elt)
        self.env = outer
        return found

    def operation(self, op: ast.operator, left: Shape, right: Shape) -> Shape:
        match op:
            case ast.MatMult():
                self.has_arrays = True
                left.array()
                right.array()
                return Shape()
            case ast.Add():
                for one, other in ((left, right), (right, left)):
                    if one.is_sequence:
                        other.sequence()
                return Shape(like=[left, right])
            case ast.Mult():
                for one, other in ((left, right), (right, left)):
                    if one.is_sequence and one.is_fixed:
                        other.integer()
                        return Shape(item=one.items())
            case ast.LShift() | ast.RShift() | ast.BitAnd() | ast.BitOr() | ast.BitXor():
                left.integer()
                right.integer()
            case ast.Div():
                return Shape(operands=[left, right])
        return Shape(terms=[left, right])

    def comparison(self, node: ast.Compare) -> Shape:
        self.compared(node)
        return Shape(INTEGER)

    def compared(self, node: ast.Compare) -> list[Shape]:
        values = [self.value(v) for v in (node.left, *node.comparators)]
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            values[1].opaque() if values[0].texts else values[1].items()
            if values[1].is_fixed and values[1].items().texts:
                values[0].text()
        elif any(v.texts for v in values):
            for value in values:
                value.text()
        remainder = isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Mod)
        if remainder and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            match node.left, node.comparators[0]:
                case ast.BinOp(right=ast.Constant(value=int())), ast.Constant(value=int()):
                    values[0].terms[0].integer()  # only integers are asked so
        orders = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
        return values if isinstance(node.ops[0], orders) else []

    def item(self, value: Shape, index: ast.expr) -> Shape:
        if isinstance(index, ast.Tuple) and not value.is_fixed:
            value.array()
            for part in index.elts:
                if isinstance(part, ast.Slice):
                    self.item(value, part)
                elif not isinstance(part, ast.Constant):
                    self.value(part).integer(place=True)
            return Shape()
        match index:
            case ast.Slice(lower=lower, upper=upper, step=step):
                for bound in (lower, upper, step):
                    if bound is not None:
                        self.value(bound).integer()
                return Shape(item=value.items())
            case ast.Constant(value=int() as at):
                return value.part(at)
        at_run_time = self.value(index)
        if at_run_time.texts:
            return Shape(like=[value.field(t) for t in at_run_time.texts])
        if at_run_time.kind is TEXT:
            value.opaque()
            return Shape()
        at_run_time.integer(place=True)
        return value.items()

    # --- calls ---

    def call(self, node: ast.Call) -> Shape:
        args = [self.element(a) for a in node.args]
        keywords = {k.arg: self.value(k.value) for k in node.keywords}
        func = node.func
        if isinstance(func, ast.Attribute):
            held = isinstance(func.value, ast.Name) and func.value.id not in self.env
            if not held:
                return self.method(self.value(func.value), func, args, keywords)
            name = func.attr
        elif isinstance(func, ast.Name):
            name = func.id
            known = self.env.get(name)
            if known is not None:
                if known.closure is None:
                    known.opaque()
                return self.apply(known, args, keywords)
        else:
            self.value(func).opaque()
            return Shape()
        found = self.callee(func)
        if found is not None:
            return self.run(*found, self.bound(found[0], args, keywords))
        module = self.module(func, self.context).partition(".")[0]
        if module in ("numpy", "scipy"):
            self.has_arrays = True
            return Shape()
        if module == "math":
            for arg in args:
                arg.number()
        return self.known_function(name, args) if args else Shape()

    def apply(self, function: Shape, args: list[Shape], keywords: dict[Any, Shape]) -> Shape:
        if function.closure is None:
            return Shape()
        node, context, env = function.closure
        return self.run(node, context, {**env, **self.bound(node, args, keywords)})

    def bound(self, node: Definition, args: list[Shape], keywords: dict[Any, Shape]) -> Env:
        plain = [p.arg for p in [*node.args.posonlyargs, *node.args.args]]
        env = dict(zip(plain, args, strict=False))
        for name in [*plain, *(p.arg for p in node.args.kwonlyargs)]:
            env.setdefault(name, keywords.get(name) or Shape())
        if node.args.vararg is not None:
            env[node.args.vararg.arg] = Shape(parts=args[len(plain) :])
        return env

    def known_function(self, name: str, args: list[Shape]) -> Shape:
        first = args[0]
        if name == "islice":
            for arg in args[1:]:
                arg.integer()
            return Shape(item=first.items())
        if name in COUNTS:
            for arg in args:
                arg.integer()
            return Shape(item=Shape(INTEGER)) if name in ("range", "prange") else Shape(INTEGER)
        if name == "len":
            first.sequence()
        if name in INTEGERS:
            return Shape(INTEGER)
        if name in SUMS:
            return Shape(terms=[first.items()])
        if name in COPIES:
            return Shape(item=first.items())
        match name:
            case "min" | "max":
                return Shape(like=[first.items()] if len(args) == 1 else args)
            case "abs" | "pow":
                return Shape(terms=args)
            case "enumerate":
                return Shape(item=Shape(parts=[Shape(INTEGER), first.items()]))
            case "combinations" | "permutations" | "combinations_with_replacement":
                return Shape(item=Shape(item=first.items()))
            case "zip" | "zip_longest":
                return Shape(item=Shape(parts=[a.items() for a in args]))
            case "pairwise":
                return Shape(item=Shape(parts=[first.items(), first.items()]))
            case "product":
                return Shape(item=Shape(parts=[a.items() for a in args]))
            case "chain":
                return Shape(item=Shape(like=[a.items() for a in args]))
            case "dist" | "sumprod":
                for arg in args:
                    arg.items()
            case "takewhile" | "dropwhile" | "filterfalse" if len(args) > 1:
                self.apply(first, [args[1].items()], {})
                return Shape(item=args[1].items())
            case "map" | "filter" if len(args) > 1:
                result = self.apply(first, [a.items() for a in args[1:]], {})
                return Shape(item=result if name == "map" else args[1].items())
            case "reduce" if len(args) > 1:
                start = args[2] if len(args) > 2 else args[1].items()
                return self.apply(first, [start, args[1].items()], {})
        return Shape()

    def method(
        self, value: Shape, func: ast.Attribute, args: list[Shape], keywords: dict[Any, Shape]
    ) -> Shape:
        name = func.attr
        found = self.callee(func)
        if found is not None:
            return self.run(*found, self.bound(found[0], [value, *args], keywords))
        if name in METHODS:
            value.array()
            return Shape()
        if name in LIST_METHODS:
            if name in ("append", "insert") and args:
                value.items().like.append(args[-1])
            elif name == "extend" and args:
                value.items().like.append(args[0].items())
            else:
                value.sequence()
            return value if name == "copy" else value.items()
        if name in TEXT_METHODS:
            value.text()
        elif name in ("items", "values", "keys") and value.is_fixed:
            inner = Shape(like=list(value.fields.values()))
            key = Shape(texts=tuple(value.fields))
            made = {"items": Shape(parts=[key, inner]), "values": inner, "keys": key}
            return Shape(item=made[name])
        else:
            value.opaque()
        return Shape()
