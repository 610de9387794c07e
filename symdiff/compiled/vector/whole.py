"""Operations on whole arrays of tangents, which take all directions as they are: the last axis is
broadcast like any other."""

from __future__ import annotations

from symdiff.compiled.vector.rows import Rows
from symdiff.differentiate.together import NotTogether
from symdiff.rules.arrays.indexing import is_slice, parts_of
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Const,
    Expr,
    Kind,
    Stage,
    Var,
)

ALL = Const(Ellipsis)
WHOLE = Apply("slice", (Const(None), Const(None), Const(None)))
ZERO = Const(0.0)
LINEAR = frozenset({"add", "sub", "mul", "truediv", "neg", "pos"})


class Whole(Rows):
    """Steps on whole arrays."""

    def emit(self, value: Expr, kind: Kind, like: Var) -> Var:
        made = Var(like.base, kind, like.temporary)
        self.out.append(Stage(made, value, None, self.number))
        return made

    def whole(self, step: Stage) -> None:
        """A step on arrays, of all directions."""
        self.number = step.number
        value, target = step.value, step.target
        if isinstance(value, Var):
            self.wide[target] = self.wide[value]
            return
        if not isinstance(value, Apply):
            raise NotTogether
        made = self.operation(value, target)
        self.wide[target] = self.emit(made, self.kind(target.kind), target)

    def operation(self, value: Apply, target: Var) -> Apply:
        op, args = value.op, value.args
        if op == "copy":
            return Apply(op, (self.widened(args[0], None, self.out),))
        if op == "getitem":
            return Apply(op, (self.widened(args[0], None, self.out), self.index(args[1])))
        if op in ("setitem", "add_at", "sub_at", "mul_at", "truediv_at"):
            holder, index, item = args
            old = self.widened(holder, target, self.out)
            return Apply(op, (old, self.index(index), self.operand(item)))
        if op in LINEAR:
            return Apply(op, tuple(map(self.operand, args)))
        if op == "numpy.where" and len(args) == 3 and not self.is_varying(args[0]):
            return Apply(op, tuple(map(self.operand, args)))
        if op == "numpy.sum" and len(args) == 1 and self.rank(args[0]) == 1:
            total = Apply("keyword", (Const("axis"), Const(0)))
            return Apply(op, (self.operand(args[0]), total))
        if op in ("matmul", "numpy.dot") and len(args) == 2:
            return self.product(*args)
        raise NotTogether

    def element(self, value: Apply) -> tuple[Var, tuple[Expr, ...]]:
        """The array that an element is read from, and its index: where it is read from a part of an
        array, those in the whole."""
        holder, index = value.args
        parts = parts_of(index)
        assert isinstance(holder, Var)
        while isinstance(made := self.values.get(holder), Apply) and made.op == "getitem":
            base, place = made.args
            outer = parts_of(place)
            if base not in self.varying or not all(kind_of(p) is INTEGER for p in outer):
                break
            assert isinstance(base, Var)
            holder, parts = base, (*outer, *parts)
        return holder, parts

    def rank(self, expr: Expr) -> int | None:
        kind = kind_of(expr)
        return kind.rank if isinstance(kind, ArrayOf) else 0

    def product(self, first: Expr, second: Expr) -> Apply:
        """A product of vectors, or of a matrix and a vector, one of which is a tangent."""
        ranks = self.rank(first), self.rank(second)
        if self.is_varying(first) and self.is_varying(second):
            raise NotTogether
        if self.is_varying(second) and ranks in ((1, 1), (2, 1)):
            return Apply("matmul", (first, self.operand(second)))
        if self.is_varying(first) and ranks == (1, 1):
            return Apply("matmul", (second, self.operand(first)))
        if self.is_varying(first) and ranks == (1, 2):
            turned = Apply("numpy.transpose", (second,))
            made = self.emit(turned, kind_of(turned), Var("turned", temporary=True))
            return Apply("matmul", (made, self.operand(first)))
        raise NotTogether

    def index(self, index: Expr) -> Expr:
        """An index of axes that come before that of the directions."""
        parts = parts_of(index)
        if self.is_varying(index):
            raise NotTogether
        if index == ALL:
            return index
        for part in parts:
            if part != ALL and not is_slice(part) and kind_of(part) is not INTEGER:
                raise NotTogether
        return Apply("tuple", (*parts, WHOLE)) if ALL in parts else index

    def operand(self, expr: Expr) -> Expr:
        """An operand that is broadcast along the directions."""
        if self.is_varying(expr):
            return self.widened(expr, None, self.out)
        kind = kind_of(expr)
        if isinstance(kind, ArrayOf) and kind.rank != 0:
            made = Apply("getitem", (expr, Apply("tuple", (ALL, Const(None)))))
            return self.emit(made, kind_of(made), Var("column", temporary=True))
        return expr

    def widened(self, expr: Expr, target: Var | None, block: Block) -> Var:
        """The array of a tangent with the directions; zeros where it does not vary."""
        if isinstance(expr, Var) and expr in self.wide:
            return self.wide[expr]
        outer, self.out = self.out, block
        kind = kind_of(expr)
        rank = self.rank(expr)
        like = self.zeros_like(expr)
        if isinstance(kind, ArrayOf) and rank and like is not None:
            sizes = [
                Apply("getitem", (Apply("numpy.shape", (like,)), Const(i))) for i in range(rank)
            ]
            zeros = Apply("numpy.zeros", (Apply("tuple", (*sizes, self.count)),))
            made = self.emit(zeros, self.kind(kind), target or Var("dot", temporary=True))
        elif expr == ZERO:
            zeros = Apply("numpy.zeros", (self.count,))
            made = self.emit(zeros, self.kind(REAL), target or Var("dot", temporary=True))
        else:
            raise NotTogether
        self.out = outer
        return made

    def is_zeros(self, step: Stage) -> bool:
        """Whether a step makes zeros, of which there may be some for each direction."""
        kind = step.target.kind
        known = isinstance(kind, ArrayOf) and bool(kind.rank) and kind.item is REAL
        return known and self.zeros_like(step.target) is not None

    def zeros_like(self, expr: Expr) -> Expr | None:
        """An array of the shape of zeros; None for what is not known to be zero."""
        value = self.values.get(expr) if isinstance(expr, Var) else expr
        match value:
            case Apply(op="zeros_like" | "numpy.zeros_like", args=(like,)):
                return like
            case Apply(op="numpy.zeros"):
                return expr
        return None
