"""Writing adjoint stages: products, sums and negations, without ones, zeros and twice minus."""

from __future__ import annotations

from symdiff import rules
from symdiff.read.kinds import result_kind
from symdiff.read.temporaries import proposed
from symdiff.read.values import kind_of
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    REAL,
    Apply,
    ArrayOf,
    Block,
    Const,
    Expr,
    Global,
    Kind,
    ListOf,
    Opaque,
    Stage,
    TupleOf,
    Var,
)

ONE = Const(1.0)
ZERO = Const(0.0)


def _kind(expr: Apply) -> Kind:
    """The kind of an adjoint's stage: real, unless it is an array."""
    kind = rules.kind_of(expr)
    return kind if isinstance(kind, (ArrayOf, TupleOf)) or kind is COMPLEX else REAL


def _is_exact(expr: Expr) -> bool:
    """Whether a value is an array of integers or of booleans."""
    kind = rules.kind_of(expr)
    return isinstance(kind, ArrayOf) and kind.item in (INTEGER, BOOLEAN)


class Emitter:
    """Appends stages, each with the number of the primal stage that it reverses."""

    def __init__(self) -> None:
        self.out: Block = []
        self.number = 0

    def emit(self, value: Expr, kind: Kind = REAL, target: Var | None = None) -> Var:
        var = target or Var(proposed(value, {}), kind, temporary=True)
        self.out.append(Stage(var, value, None, self.number))
        return var

    def atom(self, expr: Expr) -> Expr:
        """An expression taken apart into elementary stages; what is lazy stays a tree."""
        if isinstance(expr, (Var, Const, Global)):
            return expr
        if isinstance(expr, Apply):
            if expr.op == "neg" and isinstance(expr.args[0], Const):
                return Const(-expr.args[0].value)
            if expr.op not in ("cond", "and", "or"):
                if expr.op in ("tuple", "list", "slice", "keyword"):
                    return Apply(expr.op, tuple(self.atom(a) for a in expr.args))
                args = tuple(self.atom(a) for a in expr.args)
                made = Apply(expr.op, args)
                kind = _kind(made)
                if isinstance(kind, (ArrayOf, TupleOf)) or rules.is_of_arrays(expr.op):
                    return self.emit(made, kind)
                return self.emit(made, result_kind(expr.op, [kind_of(a) for a in args]))
            return self.emit(Apply(expr.op, (self.atom(expr.args[0]), *expr.args[1:])), REAL)
        return self.emit(expr)

    def apply(self, op: str, *args: Expr) -> Expr:
        made = Apply(op, args)
        return self.emit(made, _kind(made))

    def times(self, adjoint: Expr, partial: Expr) -> Expr:
        """adjoint * partial, with the adjoint worked into the partial from the left."""
        if isinstance(adjoint, Const) and _is_exact(partial):
            # A mask, or an array of integers, would make an adjoint that can't hold fractions.
            return self.apply("mul", Const(float(adjoint.value)), self.atom(partial))
        if adjoint == ONE:
            return self.atom(partial)
        if adjoint == Const(-1.0):
            return self.negated(self.atom(partial))
        if isinstance(partial, Const) and isinstance(partial.value, (int, float)):
            if partial.value == 1:
                return adjoint
            if partial.value == -1:
                return self.negated(adjoint)
            if isinstance(adjoint, Const):
                return self.apply("mul", adjoint, partial)
            return self.apply("mul", partial, adjoint)
        if isinstance(partial, Apply):
            if partial.op == "neg":
                return self.times(self.negated(adjoint), partial.args[0])
            if partial.op == "mul":
                return self.times(self.times(adjoint, partial.args[0]), partial.args[1])
            if partial.op in ("truediv", "numpy.divide"):
                above = self.times(adjoint, partial.args[0])
                return self.apply(partial.op, above, self.atom(partial.args[1]))
        return self.apply("mul", adjoint, self.atom(partial))

    def negated(self, expr: Expr) -> Expr:
        if isinstance(expr, Const):
            return Const(-expr.value)
        return self.apply("neg", expr)

    def sum_of(self, a: Expr, b: Expr) -> Expr:
        """The elementary stage value of a + b, for scalars and for lists."""
        kind = kind_of(b)
        if isinstance(kind, ListOf):
            return Opaque(_added("_0", "_1", kind), (a, b), pure=True)
        return Apply("add", (a, b))


def _added(a: str, b: str, kind: ListOf, depth: str = "") -> str:
    """Python for the sums of the items of two lists."""
    x, y = f"a{depth}", f"b{depth}"
    item = _added(x, y, kind.item, depth + "b") if isinstance(kind.item, ListOf) else f"{x} + {y}"
    return f"[{item} for {x}, {y} in zip({a}, {b})]"


def zeros_like(var: Expr, kind: ListOf) -> Expr:
    """As many zeros as a list has items, in the structure of the list."""
    if isinstance(kind.item, ArrayOf):
        return Opaque("[np.zeros_like(row) for row in _0]", (var,), pure=True)
    if not isinstance(kind.item, ListOf):
        return Apply("zeros_like", (var,))

    def inner(name: str, kind: Kind) -> str:
        if isinstance(kind, ArrayOf):
            return f"np.zeros_like({name})"
        if not isinstance(kind, ListOf):
            return "0.0"
        if isinstance(kind.item, ArrayOf):
            return f"[{inner(name + 's', kind.item)} for {name}s in {name}]"
        if not isinstance(kind.item, ListOf):
            return f"[0.0] * len({name})"
        return f"[{inner(name + 's', kind.item)} for {name}s in {name}]"

    return Opaque(f"[{inner('row', kind.item)} for row in _0]", (var,), pure=True)
