"""What rules of array functions compute with: nodes that stand for values of the generated code.

A rule is written as one writes NumPy, but runs while code is generated: its operators and its calls
of `np` and `special` build expressions, and its `if`s decide what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff.errors import NotDifferentiable
from symdiff.rules.folding import build
from symdiff.rules.shapes import Dims, dims_of, item_of
from symdiff.stages import INTEGER, OBJECT, Apply, ArrayOf, Const, Expr, Kind, Scalar


class Node:
    """A value of the generated code: an expression and its kind."""

    __slots__ = ("expr", "kind")

    def __init__(self, expr: Expr, kind: Kind) -> None:
        self.expr, self.kind = expr, kind

    def __repr__(self) -> str:
        return f"Node({self.expr!r})"

    # --- what is known while code is generated

    @property
    def dims(self) -> Dims | None:
        """The lengths of the axes, as far as they are known; None if not even the rank is."""
        return dims_of(self.kind)

    @property
    def rank(self) -> int | None:
        """The number of axes, or None."""
        return None if self.dims is None else len(self.dims)

    @property
    def item(self) -> Scalar:
        """The kind of its numbers: REAL, COMPLEX, INTEGER or BOOLEAN."""
        return item_of(self.kind)

    # --- what the generated code asks for

    @property
    def shape(self) -> Node:
        return call("numpy.shape", self)

    @property
    def size(self) -> Node:
        return call("numpy.size", self)

    @property
    def ndim(self) -> Node | int:
        """The number of axes: an int where it is known."""
        return self.rank if self.rank is not None else call("numpy.ndim", self)

    @property
    def T(self) -> Node:  # noqa: N802
        return call("numpy.transpose", self)

    def conjugate(self) -> Node:
        return call("ndarray.conjugate", self)

    def __getitem__(self, index: Any) -> Node:
        return made("getitem", self, index)

    # --- arithmetic

    def __add__(self, other: Any) -> Node:
        return made("add", self, other)

    def __radd__(self, other: Any) -> Node:
        return made("add", other, self)

    def __sub__(self, other: Any) -> Node:
        return made("sub", self, other)

    def __rsub__(self, other: Any) -> Node:
        return made("sub", other, self)

    def __mul__(self, other: Any) -> Node:
        return made("mul", self, other)

    def __rmul__(self, other: Any) -> Node:
        return made("mul", other, self)

    def __truediv__(self, other: Any) -> Node:
        return made("truediv", self, other)

    def __rtruediv__(self, other: Any) -> Node:
        return made("truediv", other, self)

    def __floordiv__(self, other: Any) -> Node:
        return made("floordiv", self, other)

    def __mod__(self, other: Any) -> Node:
        return made("mod", self, other)

    def __pow__(self, other: Any) -> Node:
        return made("pow", self, other)

    def __rpow__(self, other: Any) -> Node:
        return made("pow", other, self)

    def __matmul__(self, other: Any) -> Node:
        return made("matmul", self, other)

    def __neg__(self) -> Node:
        return made("neg", self)

    def __invert__(self) -> Node:
        return made("invert", self)

    def __and__(self, other: Any) -> Node:
        return made("and_", self, other)

    def __or__(self, other: Any) -> Node:
        return made("or_", self, other)

    def __lt__(self, other: Any) -> Node:
        return made("lt", self, other)

    def __le__(self, other: Any) -> Node:
        return made("le", self, other)

    def __gt__(self, other: Any) -> Node:
        return made("gt", self, other)

    def __ge__(self, other: Any) -> Node:
        return made("ge", self, other)

    def __eq__(self, other: object) -> Node:  # type: ignore[override]
        return made("eq", self, other)

    def __ne__(self, other: object) -> Node:  # type: ignore[override]
        return made("ne", self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("a value of the generated code is not known while code is generated")


class Refused(Node):
    """The derivative in an argument for which there is no rule: an error as soon as it is read."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message, self.kind = message, OBJECT

    @property
    def expr(self) -> Expr:  # type: ignore[override]
        raise NotDifferentiable(self.message)


def expr_of(value: Any) -> Expr:
    """A node, number, text, slice, or a tuple or list of such, as an expression."""
    if isinstance(value, Node):
        return value.expr
    if isinstance(value, tuple):
        return Apply("tuple", tuple(map(expr_of, value)))
    if isinstance(value, list):
        return Apply("list", tuple(map(expr_of, value)))
    if isinstance(value, slice):
        return Apply("slice", tuple(map(expr_of, (value.start, value.stop, value.step))))
    return Const(value)


def made(op: str, *args: Any) -> Node:
    """An operation on nodes and literals."""
    from symdiff.rules.registry import kind_of

    expr = build(op, *map(expr_of, args))
    return Node(expr, kind_of(expr))


def call(op: str, *args: Any, **keywords: Any) -> Node:
    """A call of a function by its full name; keywords stay keywords in the generated code."""
    from symdiff.rules.registry import kind_of

    given = [expr_of(a) for a in args]
    given += [Apply("keyword", (Const(k), expr_of(v))) for k, v in keywords.items()]
    expr = Apply(op, tuple(given))
    return Node(expr, kind_of(expr))


class _Module:
    """Functions of a module, by their names, for the generated code to call."""

    def __init__(self, path: str, parts: Sequence[str] = ()) -> None:
        self._path = path
        for part in parts:
            setattr(self, part, _Module(f"{path}.{part}"))

    def __getattr__(self, name: str) -> Callable[..., Node]:
        path = f"{self._path}.{name}"
        return lambda *args, **keywords: call(path, *args, **keywords)


np: Any = _Module("numpy", ["linalg", "fft"])
special: Any = _Module("scipy.special")
scipy_linalg: Any = _Module("scipy.linalg")
math: Any = _Module("math")
cmath: Any = _Module("cmath")


def helper(name: str, *args: Any, kind: Kind | None = None) -> Node:
    """A call of a function of `runtime/`, which is written into the generated file. `kind` is that
    of its value: by default an array of unknown rank."""
    expr = Apply(f"helper:{name}", tuple(map(expr_of, args)))
    return Node(expr, ArrayOf() if kind is None else kind)


def integer(value: Any) -> Node:
    """A literal, or an expression that is known to be an integer."""
    return value if isinstance(value, Node) else Node(Const(value), INTEGER)


def opaque(expr: Expr) -> Node:
    return Node(expr, OBJECT)
