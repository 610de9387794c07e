"""The forward mode along many directions at once: tangents have a first axis for the directions.

The primal is computed once, and each of its elementwise operations moves the tangents of all
directions together. What has no counterpart with one more axis is done one direction after the
other where it is one call, and else refused: `NotTogether` tells the caller to take the directions
one by one.
"""

from __future__ import annotations

from symdiff.differentiate.array_tangents import parameters
from symdiff.differentiate.arrays import ALL, STORES
from symdiff.differentiate.emitting import ZERO
from symdiff.differentiate.forward import Forward
from symdiff.differentiate.sizes import is_array, kind_of, real_part
from symdiff.differentiate.sweep import Calls
from symdiff.differentiate.together import NotTogether
from symdiff.rules import ArrayPrimitive
from symdiff.rules.arrays import registry
from symdiff.rules.arrays.indexing import parts_of
from symdiff.rules.shapes import Dims, dims_of, fills
from symdiff.stages import (
    COMPLEX,
    INTEGER,
    OBJECT,
    OPTIONAL,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Call,
    Const,
    Expr,
    Extent,
    Kind,
    ListOf,
    Opaque,
    Scalar,
    Size,
    Stage,
    Var,
    variables,
)

WHOLE = Apply("slice", (Const(None), Const(None), Const(None)))
JOINING = {
    "numpy.array": "numpy.stack",
    "numpy.stack": "numpy.stack",
    "numpy.concatenate": "numpy.concatenate",
}
LISTS = frozenset({"getitem", "list", "append", "setitem", "delitem", "insert", "extend", "copy"})


class Directions(Forward):
    """The forward mode along as many directions as `count` says when the code runs."""

    def __init__(self, active: set[Var], reassigned: set[str], procedures: Calls) -> None:
        super().__init__(active, reassigned, procedures)
        self.count = Var("directions", INTEGER)
        self.size = Extent(((Size(self.count, True), 1),))

    # --- tangents ---

    def kind_of_tangent(self, kind: Kind) -> Kind:
        if kind in (REAL, OBJECT, OPTIONAL):
            return ArrayOf(REAL, (self.size,))
        if kind is COMPLEX:
            return ArrayOf(COMPLEX, (self.size,))
        if isinstance(kind, ListOf):
            return ListOf(self.kind_of_tangent(kind.item))
        if isinstance(kind, ArrayOf) and kind.dims is not None:
            return ArrayOf(kind.item, (self.size, *kind.dims))
        raise NotTogether

    def whole_tangent(self, expr: Expr, block: Block | None = None) -> Expr:
        found = self.tangent(expr)
        if found is not None:
            return found
        if isinstance(kind_of(expr), ListOf):
            raise NotTogether
        outer, self.out = self.out, self.out if block is None else block
        dims = dims_of(kind_of(expr)) or ()
        lengths = [
            Apply("getitem", (Apply("numpy.shape", (expr,)), Const(i))) for i in range(len(dims))
        ]
        zeros = Apply("numpy.zeros", (Apply("tuple", (self.count, *lengths)),))
        kind = self.kind_of_tangent(kind_of(expr) if is_array(expr) else REAL)
        made = self.emit(zeros, kind)
        self.out = outer
        return made

    def tangent_of(self, step: Stage) -> Expr | None:
        value, target = step.value, step.target
        if isinstance(value, Var):
            return self.tangent(value)
        if not isinstance(value, Apply):
            return None
        if not any(self.tangent(v) is not None for v in variables(value)):
            return None
        primitive = registry.by_name(value.op)
        if primitive is None and not any(map(is_array, value.args)):
            return self.of_numbers(value, target)
        if not isinstance(target.kind, Scalar) and dims_of(target.kind) is None:
            raise NotTogether
        if value.op in STORES and is_array(value.args[0]):
            return self.store(value, target)
        if value.op == "getitem" and is_array(value.args[0]):
            return self.items(value, target)
        if value.op == "copy":
            made = Apply("copy", (self.whole_tangent(value.args[0]),))
            return self.emit(made, self.kind_of_tangent(target.kind))
        if value.op == "numpy.where":
            return self.where(value, target)
        if registry.is_elementwise(value.op):
            return self.elementwise(value, target)
        if primitive is not None and primitive.adjoint is not None:
            return self.call(value, target, primitive)
        return None

    def of_numbers(self, value: Apply, target: Var) -> Expr | None:
        if isinstance(target.kind, ListOf) or any(
            isinstance(a, Var) and isinstance(a.kind, ListOf) for a in value.args
        ):
            if value.op not in LISTS:
                raise NotTogether
            from symdiff.differentiate.tangents import RULES

            return RULES[value.op](self, target, value)
        total: Expr | None = None
        for arg, partial in self.partials_of(value, target):
            given = self.tangent(arg)
            if given is not None:
                share = self.times(given, partial)
                total = share if total is None else self.apply("add", total, share)
        return total

    # --- elementwise ---

    def aligned(self, given: Expr, own: Dims | None, wide: Dims | None) -> Expr:
        """A tangent with axes for those along which its variable is broadcast."""
        if own is None or wide is None:
            raise NotTogether
        lacking = len(wide) - len(own)
        if not lacking:
            return given
        index = Apply("tuple", (WHOLE, *(Const(None) for _ in range(lacking))))
        made = Apply("getitem", (given, index))
        return self.emit(made, kind_of(made))

    def filled(self, found: Expr, target: Var) -> Expr:
        """A tangent broadcast to the shape of its variable."""
        wide = dims_of(self.kind_of_tangent(target.kind))
        if fills(dims_of(kind_of(found)), wide):
            return found
        rank = len(wide or ())
        lengths = [
            Apply("getitem", (Apply("numpy.shape", (target,)), Const(i))) for i in range(rank - 1)
        ]
        shape = Apply("tuple", (self.count, *lengths))
        whole = self.emit(
            Apply("numpy.broadcast_to", (found, shape)), self.kind_of_tangent(target.kind)
        )
        return self.emit(Apply("copy", (whole,)), self.kind_of_tangent(target.kind))

    def elementwise(self, value: Apply, target: Var) -> Expr | None:
        total: Expr | None = None
        wide = dims_of(target.kind) if isinstance(target.kind, ArrayOf) else ()
        for arg, partial in self.array_partials(value, target):
            given = self.tangent(arg)
            if given is None:
                continue
            own = dims_of(arg.kind) if isinstance(arg.kind, ArrayOf) else ()
            share = self.times(self.aligned(given, own, wide), partial)
            share = real_part(self, share, target)
            total = share if total is None else self.apply("add", total, share)
        return None if total is None else self.filled(total, target)

    def where(self, value: Apply, target: Var) -> Expr | None:
        if len(value.args) != 3:
            return None
        wide = dims_of(target.kind)
        sides: list[Expr] = []
        for arg in value.args[1:]:
            given = self.tangent(arg)
            own = dims_of(kind_of(arg)) if is_array(arg) else ()
            sides.append(ZERO if given is None else self.aligned(given, own, wide))
        made = Apply("numpy.where", (value.args[0], *sides))
        return self.filled(self.emit(made, kind_of(made)), target)

    # --- items and stores ---

    def index(self, index: Expr) -> Expr:
        """An index with the directions before it."""
        parts = parts_of(index)
        advanced = [
            i
            for i, p in enumerate(parts)
            if not (
                isinstance(p, Apply) and p.op == "slice" or isinstance(p, Const) and not _is_int(p)
            )
        ]
        arrays = [i for i in advanced if _is_sequence(parts[i])]
        if arrays and advanced != list(range(advanced[0], advanced[-1] + 1)):
            raise NotTogether  # NumPy would put the axes of the index first
        return Apply("tuple", (WHOLE, *parts))

    def items(self, value: Apply, target: Var) -> Expr | None:
        holder, index = value.args
        found = self.tangent(holder)
        if found is None:
            return None
        made = Apply("getitem", (found, self.index(index)))
        return self.emit(made, self.kind_of_tangent(target.kind))

    def store(self, value: Apply, target: Var) -> Expr | None:
        holder, index, item = value.args
        stored = self.tangent(item)
        if value.op not in ("setitem", "add_at", "sub_at"):
            raise NotTogether
        place = Apply("getitem", (holder, index)) if index != ALL else holder
        wide = dims_of(kind_of(place)) if is_array(place) else ()
        own = dims_of(kind_of(item)) if is_array(item) else ()
        given = ZERO if stored is None else self.aligned(stored, own, wide)
        if value.op != "setitem" and stored is None:
            return self.tangent(holder)
        where = self.index(index) if index != ALL else ALL
        made = Apply(value.op, (self.whole_tangent(holder), where, given))
        return self.emit(made, self.kind_of_tangent(target.kind))

    # --- functions with rules of their own ---

    def call(self, value: Apply, target: Var, primitive: ArrayPrimitive) -> Expr | None:
        kind = self.kind_of_tangent(target.kind)
        if value.op in JOINING:
            return self.emit(self.joined(value), kind)
        operands = [
            arg for name, arg, _ in parameters(primitive, value.args) if name in primitive.wrt
        ]
        active = [a for a in operands if self.tangent(a) is not None]
        if not any(map(self.reads, operands)):
            return None
        if not (primitive.linear or primitive.multilinear):
            raise NotTogether
        if any(a not in value.args or a not in active and self.reads(a) for a in operands):
            raise NotTogether
        if primitive.linear and len(operands) != 1:
            raise NotTogether  # the others would have to be zeros
        total: Expr | None = None
        for arg in active:
            if value.args.count(arg) > 1:
                raise NotTogether
            share = self.emit(
                self.product(value, arg) or self.one_by_one(value, arg, primitive), kind
            )
            total = share if total is None else self.apply("add", total, share)
        return total

    def joined(self, value: Apply) -> Expr:
        """Numbers or arrays put together, along an axis that has moved by one."""
        items, *more = value.args
        plain = isinstance(items, Apply) and items.op in ("tuple", "list")
        if more or not plain or not all(isinstance(a, Var) for a in items.args):  # type: ignore[union-attr]
            raise NotTogether
        assert isinstance(items, Apply)
        dots = Apply("list", tuple(self.whole_tangent(a) for a in items.args))
        return Apply(JOINING[value.op], (dots, Apply("keyword", (Const("axis"), Const(1)))))

    def reads(self, expr: Expr) -> bool:
        return any(self.tangent(v) is not None for v in variables(expr))

    def product(self, value: Apply, arg: Expr) -> Expr | None:
        """A product of vectors or matrices with a stack of tangents."""
        ranks = [len(dims_of(kind_of(a)) or ()) for a in value.args]
        given = self.tangent(arg)
        if value.op not in ("matmul", "numpy.matmul") or not all(r in (1, 2) for r in ranks):
            return None
        assert given is not None
        first, second = value.args
        if arg == first:
            return Apply(value.op, (given, second))
        if ranks[1] == 2:
            return Apply(value.op, (first, given))
        if ranks[0] == 2:
            first = self.emit(Apply("numpy.transpose", (first,)), kind_of(first))
        return Apply(value.op, (given, first))

    def one_by_one(self, value: Apply, arg: Expr, primitive: ArrayPrimitive) -> Expr:
        """A function that is linear in an argument, of the tangent along each direction."""
        given = self.tangent(arg)
        assert given is not None
        if value.op == "numpy.sum" and (made := self.sum(value, given)) is not None:
            return made
        args: list[Expr] = [given]
        inner = ", ".join("dot" if a == arg else _text(a, args) for a in value.args)
        if not primitive.name.startswith("numpy."):
            raise NotTogether
        name = primitive.name.replace("numpy.", "np.", 1)
        return Opaque(f"np.stack([{name}({inner}) for dot in _0])", tuple(args), pure=True)

    def sum(self, value: Apply, given: Expr) -> Expr | None:
        """The sum over the same axes, which have moved by one."""
        rank = len(dims_of(kind_of(given)) or ())
        keywords = {
            a.args[0].value: a.args[1]
            for a in value.args[1:]
            if isinstance(a, Apply) and a.op == "keyword" and isinstance(a.args[0], Const)
        }
        if len(value.args) != 1 + len(keywords) or keywords.keys() - {"axis", "keepdims"}:
            return None
        axis = keywords.get("axis", Const(None))
        if axis == Const(None):
            axes: Expr = Apply("tuple", tuple(Const(i) for i in range(1, rank)))
        elif isinstance(axis, Const) and type(axis.value) is int:
            axes = Const(axis.value + 1) if axis.value >= 0 else axis
        else:
            return None
        more = (
            [Apply("keyword", (Const("keepdims"), keywords["keepdims"]))]
            if "keepdims" in keywords
            else []
        )
        return Apply("numpy.sum", (given, Apply("keyword", (Const("axis"), axes)), *more))

    def forward_call(self, step: Call) -> None:
        if any(self.reads(a) for a in step.args):
            raise NotTogether
        self.out.append(step)


def _is_sequence(part: Expr) -> bool:
    if isinstance(part, Apply) and part.op in ("list", "tuple"):
        return True
    return isinstance(kind_of(part), (ArrayOf, ListOf))


def _is_int(part: Const) -> bool:
    return isinstance(part.value, int) and not isinstance(part.value, bool)


def _text(arg: Expr, args: list[Expr]) -> str:
    """An argument in the text of an expression, as a placeholder where it is a value."""
    if isinstance(arg, Const):
        return repr(arg.value)
    if isinstance(arg, Apply) and arg.op == "keyword" and isinstance(arg.args[0], Const):
        return f"{arg.args[0].value}={_text(arg.args[1], args)}"
    if isinstance(arg, Apply) and arg.op in ("tuple", "list"):
        inner = ", ".join(_text(a, args) for a in arg.args)
        if arg.op == "list":
            return f"[{inner}]"
        return f"({inner},)" if len(arg.args) == 1 else f"({inner})"
    args.append(arg)
    return f"_{len(args) - 1}"
