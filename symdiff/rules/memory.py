"""Memory: which of its arguments the value of an operation may be, hold, or be a view of."""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.rules.arrays import registry as arrays
from symdiff.rules.arrays.fresh import returns_new
from symdiff.rules.arrays.helpers import of_any_rank
from symdiff.rules.arrays.indexing import is_basic
from symdiff.rules.registry import kind_of
from symdiff.stages import (
    OBJECT,
    STACK,
    Apply,
    ArrayOf,
    Const,
    Expr,
    Global,
    Kind,
    ListOf,
    Opaque,
    Scalar,
    TupleOf,
    Var,
)

# New versions of lists and arrays; with Ellipsis for an index, those of all of an array. An array
# that is lent to a function is another version after it.
AUGMENTED_AT = {"add_at": "add", "sub_at": "sub", "mul_at": "mul", "truediv_at": "truediv"}
UPDATES = frozenset({
    "append", "extend", "insert", "setitem", "delitem", *AUGMENTED_AT, "scatter_add", "lend",
})  # fmt: skip
COPIES = frozenset({"copy", "sorted", "add", "mul"})
# The operations whose result may be, or hold, one of their arguments.
HOLDERS = UPDATES | COPIES | frozenset({
    "tuple", "list", "dict", "getitem", "part", "cond", "and", "or", "reversed", "enumerate", "zip",
    "keyword", "record", "builtins.list", "stop_gradient",
})  # fmt: skip
# Containers of what they are made of.
MAKERS = frozenset(
    {"tuple", "list", "dict", "record", "append", "extend", "insert", "setitem", "zip"}
)
# Views that must not be written to: their elements share memory among themselves, or with nobody
# knows whom.
READ_ONLY = frozenset({
    "numpy.broadcast_to", "numpy.broadcast_arrays", "numpy.diagonal", "numpy.diag",
    "numpy.lib.stride_tricks.sliding_window_view", "numpy.lib.stride_tricks.as_strided",
})  # fmt: skip
# Those that return their argument itself where nothing has to be done.
_NUMBERS = (
    "float64", "float32", "float16", "longdouble", "complex128", "complex64", "bool_", "bool",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (64, 32, 16, 8)),
)  # fmt: skip
IDLE = frozenset({"numpy.linalg.matrix_power", "numpy.ix_", *(f"numpy.{n}" for n in _NUMBERS)})


def holds_objects(var: Var) -> bool:
    """Whether a variable's value can be shared with another one so that it matters."""
    return may_be_shared(var.kind)


def may_be_shared(kind: Kind) -> bool:
    return isinstance(kind, (ListOf, ArrayOf, TupleOf)) or kind in (OBJECT, STACK)


def is_flat(expr: Expr) -> bool:
    """Whether a value is a number or made of numbers: a copy of it shares nothing."""
    match expr:
        case Const():
            return True
        case Var(kind=kind):
            return _is_flat_kind(kind)
        case Apply(op=op, args=args):
            return op not in MAKERS and all(map(is_flat, args))
    return False


def _is_flat_kind(kind: Kind) -> bool:
    if isinstance(kind, ListOf):
        return isinstance(kind.item, Scalar) and kind.item is not OBJECT
    return isinstance(kind, ArrayOf) or isinstance(kind, Scalar) and kind is not OBJECT


def shares(value: Expr | None) -> Iterator[Var | str]:
    """The variables whose objects or memory the value of an expression may share; names stand for
    what belongs to somebody outside of the procedure."""
    pending: list[Expr | None] = [value]
    while pending:
        match pending.pop():
            case Var() as var:
                if holds_objects(var):
                    yield var
            case Global(name=name):
                yield name
            case Opaque(args=args):
                pending.extend(args)
            case Apply(op=op, args=args) as expr:
                if op in READ_ONLY:
                    yield op
                pending.extend(held(expr))


def copy_of(expr: Expr) -> Apply:
    """A copy of a list or an array; of what may turn out to be a number, by NumPy's function."""
    kind = kind_of(expr)
    is_number = isinstance(kind, ArrayOf) and kind.dims is None
    return Apply("numpy.copy" if is_number else "copy", (expr,))


def original(expr: Expr) -> Expr:
    """What a copy is made of; other expressions themselves."""
    return expr.args[0] if isinstance(expr, Apply) and is_copy(expr) else expr


def is_copy(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op in ("copy", "numpy.copy")


def held(expr: Apply) -> tuple[Expr, ...]:
    """The arguments that the value of an operation may be, hold, or be a view of."""
    op, args = expr.op, expr.args
    if op in COPIES and (isinstance(kind_of(expr), ArrayOf) or all(map(is_flat, args))):
        return ()
    if op == "numpy.copy":
        return ()
    if op == "getitem":
        base = kind_of(args[0])
        if isinstance(base, ArrayOf):
            is_new = not may_be_shared(kind_of(expr)) or is_basic(args[1]) is False
            return () if is_new else args[:1]
        return () if is_flat(args[0]) else args[:1]
    if op in UPDATES and isinstance(kind_of(args[0]), ArrayOf):
        return args[:1]
    if op in ("cond", "keyword"):
        return args[1:]
    if op == "record":
        return args[1:]
    if op in HOLDERS:
        return args
    if op == "sum":
        return args[1:]
    if op.startswith("helper:"):
        helper = of_any_rank(op.removeprefix("helper:"))
        if returns_new(helper, first_is_new=True):
            return () if returns_new(helper) else args[:1]
    elif (primitive := arrays.by_name(op)) is not None:
        return () if primitive.view == "never" and op not in IDLE else args
    if op.startswith(("numpy.", "scipy.", "helper:")) and may_be_shared(kind_of(expr)):
        return args
    return ()
