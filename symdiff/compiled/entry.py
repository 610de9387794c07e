"""What can be told where a loop begins: values, lengths and numbers of rounds, as expressions over
the variables that are at hand there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from symdiff.rules.shapes import asked_length, extent
from symdiff.stages import (
    Apply,
    ArrayOf,
    Block,
    Const,
    Dim,
    Expr,
    Extent,
    Global,
    Kind,
    Loop,
    Procedure,
    Size,
    Stage,
    Var,
    blocks,
    defined,
)

# Operations on numbers that may run earlier, and once more, than the user wrote.
_PURE = frozenset({"add", "sub", "mul", "neg", "min", "max", "abs", "range", "len"})
_FIRST = -1.0  # the place of what a loop gives to its rounds


class Text:
    """Where in a procedure everything stands: which variables are at hand before a loop."""

    def __init__(self, procedure: Procedure) -> None:
        self.made: dict[Var, Expr] = {}
        self.homes: dict[Var, list[tuple[int, float]]] = {}
        self.arrays: list[Var] = []
        self.lengths: list[tuple[Var, Dim]] = []  # integers that are lengths of axes
        self.around: dict[int, dict[int, int]] = {}  # of a loop: the blocks it is in, and where
        for param in procedure.params:
            self._note(param.var, id(procedure.body), _FIRST)
        self._walk(procedure.body, {})

    def _note(self, var: Var, block: int, place: float) -> None:
        self.homes.setdefault(var, []).append((block, place))
        if isinstance(var.kind, ArrayOf):
            self.arrays.append(var)
        if isinstance(var.length, Extent):
            self.lengths.append((var, var.length))

    def _walk(self, block: Block, around: dict[int, int]) -> None:
        for at, step in enumerate(block):
            here = {**around, id(block): at}
            if isinstance(step, Stage):
                self.made[step.target] = step.value
                self.lengths.append((step.target, asked_length(step.value)))
            if isinstance(step, Loop):
                self.around[id(step)] = here
                if step.target is not None:
                    self._note(step.target, id(step.body), _FIRST)
                for carried in step.carried:
                    self._note(carried.var, id(step.body), _FIRST)
                    self._note(carried.var, id(block), at)
            else:
                for var in defined(step):
                    self._note(var, id(block), at)
            for inner in blocks(step):
                self._walk(inner, here)

    def is_at_hand(self, var: Var, loop: Loop) -> bool:
        """Whether a variable certainly has its value before the first round of a loop."""
        around = self.around[id(loop)]
        homes = self.homes.get(var, ())
        return any(block in around and place < around[block] for block, place in homes)


class Entry:
    """The beginning of a loop. `table` has what stands for some other variables there, `counts`
    are variables that are known to be no less than zero."""

    def __init__(
        self,
        text: Text,
        loop: Loop,
        table: Mapping[Var, Expr] | None = None,
        counts: Collection[Var] = (),
    ) -> None:
        self.text, self.loop, self.table, self.counts = text, loop, table or {}, counts

    def value(self, expr: Expr) -> Expr | None:
        """The value that an expression in the loop has in every round; None if it may change."""
        match expr:
            case Const() | Global():
                return expr
            case Var():
                return self._variable(expr)
            case Apply(op="len", args=(Var(kind=ArrayOf(dims=(dim, *_))) as whole,)):
                return self._of_array(expr, whole, dim)
            case Apply(
                op="getitem",
                args=(Apply(op="numpy.shape", args=(Var() as whole,)), Const(value=int() as axis)),
            ) if isinstance(whole.kind, ArrayOf) and whole.kind.dims:
                dims = whole.kind.dims
                return self._of_array(expr, whole, dims[axis]) if axis < len(dims) else None
            case Apply(op=op, args=args) if op in _PURE or op == "floordiv" and _divides(args[1]):
                found = [self.value(a) for a in args]
                made = tuple(a for a in found if a is not None)
                return Apply(op, made) if len(made) == len(args) else None
        return None

    def _variable(self, var: Var) -> Expr | None:
        if var in self.table:
            return self.table[var]
        if self.text.is_at_hand(var, self.loop):
            return var
        if var in self.text.made and not isinstance(var.kind, ArrayOf):
            return self.value(self.text.made[var])
        return None if var.length is None else self.length(var.length)

    def _of_array(self, expr: Apply, whole: Var, dim: Dim) -> Expr | None:
        return expr if self.text.is_at_hand(whole, self.loop) else self.length(dim)

    # --- lengths

    def length(self, dim: Dim) -> Expr | None:
        """A length of an axis."""
        if dim is None or isinstance(dim, int):
            return None if dim is None else Const(dim)
        for var, length in self.text.lengths:
            if length == dim and not var.temporary and self.text.is_at_hand(var, self.loop):
                return var
        total: Expr | None = None
        for size, count in dim.terms:
            term = self._size(size)
            if term is None:
                return None
            scaled = term if abs(count) == 1 else Apply("mul", (Const(abs(count)), term))
            if total is None:
                total = scaled if count > 0 else Apply("neg", (scaled,))
            else:
                total = Apply("add" if count > 0 else "sub", (total, scaled))
        assert total is not None
        if dim.constant:
            op = "add" if dim.constant > 0 else "sub"
            total = Apply(op, (total, Const(abs(dim.constant))))
        return self.at_least_zero(total)

    def _size(self, size: Size) -> Expr | None:
        if isinstance(size.of, Var):
            return self.value(size.of)
        for array in reversed(self.text.arrays):
            assert isinstance(array.kind, ArrayOf)
            for axis, dim in enumerate(array.kind.dims or ()):
                if dim == extent(size) and self.text.is_at_hand(array, self.loop):
                    return _axis(array, axis)
        return None

    def shape(self, kind: Kind) -> list[Expr] | None:
        """The shape of an array of a kind, as far as all of it can be told."""
        if not isinstance(kind, ArrayOf) or kind.dims is None:
            return None
        found = [self.length(d) for d in kind.dims]
        made = [n for n in found if n is not None]
        return made if len(made) == len(found) else None

    def rounds(self, iterable: Expr, exactly: bool = False) -> Expr | None:
        """How many rounds a loop over a range has, or how many numbers there are up to the largest
        of the indices that `position` gives its rounds."""
        match self.value(iterable):
            case Apply(op="range", args=(stop,)):
                return self.at_least_zero(stop)
            case Apply(op="range", args=(start, stop)) if counts_from(start) and not exactly:
                return self.at_least_zero(stop)
            case Apply(op="range", args=(start, stop, Const(value=-1))) if counts_down_to(stop):
                if stop == Const(-1) or not exactly:
                    return self.at_least_zero(one_more(start))
                return self.at_least_zero(start)
            case Apply(op="range") as span:
                return Apply("len", (span,))
        return None

    def at_least_zero(self, expr: Expr) -> Expr:
        """A number of rounds: none at all where it is negative."""
        if self._never_negative(expr):
            return expr
        return Const(0) if isinstance(expr, Const) else Apply("max", (expr, Const(0)))

    def _never_negative(self, expr: Expr) -> bool:
        match expr:
            case Const(value=int() as value):
                return value >= 0
            case Var():
                if expr in self.counts or expr.length is not None:
                    return True
                made = self.text.made.get(expr)
                return made is not None and self._never_negative(made)
            case Apply(op="len") | Apply(op="getitem", args=(Apply(op="numpy.shape"), _)):
                return True
            case Apply(op="add" | "mul" | "min", args=args):
                return all(map(self._never_negative, args))
            case Apply(op="max", args=args):
                return any(map(self._never_negative, args))
        return False


def _axis(array: Var, axis: int) -> Expr:
    if axis == 0:
        return Apply("len", (array,))
    return Apply("getitem", (Apply("numpy.shape", (array,)), Const(axis)))


def _divides(expr: Expr) -> bool:
    return isinstance(expr, Const) and expr.value != 0


def counts_from(start: Expr) -> bool:
    """Whether a range starts so low that its numbers can be indices as they are."""
    return isinstance(start, Const) and start.value in range(5)


def counts_down_to(stop: Expr) -> bool:
    return stop in (Const(-1), Const(0))


def position(item: Expr, span: tuple[Expr, ...], exactly: bool = False) -> Expr:
    """The index of a round, by the number that a range with these arguments gives it: that of the
    round or, unless it is to be `exactly` this, one that costs less and is not much larger."""
    start, step = span[0] if len(span) > 1 else Const(0), span[2] if len(span) > 2 else Const(1)
    if step == Const(-1):
        is_index = not exactly and counts_down_to(span[1])
        return item if is_index else Apply("sub", (start, item))
    if start == Const(0) or not exactly and step == Const(1) and counts_from(start):
        shifted = item
    elif isinstance(start, Const) and start.value < 0:
        shifted = Apply("add", (item, Const(-start.value)))
    else:
        shifted = Apply("sub", (item, start))
    return shifted if step == Const(1) else Apply("floordiv", (shifted, step))


def item(at: Expr, span: tuple[Expr, ...]) -> Expr:
    """The number that a range with these arguments gives to a round."""
    start, step = span[0] if len(span) > 1 else Const(0), span[2] if len(span) > 2 else Const(1)
    if step == Const(-1):
        return Apply("sub", (start, at))
    scaled = at if step == Const(1) else Apply("mul", (step, at))
    return scaled if start == Const(0) else Apply("add", (start, scaled))


def one_more(expr: Expr) -> Expr:
    match expr:
        case Const(value=int() as value):
            return Const(value + 1)
        case Apply(op="sub", args=(whole, Const(value=1))):
            return whole
    return Apply("add", (expr, Const(1)))
