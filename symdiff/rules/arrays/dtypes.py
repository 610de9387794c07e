"""What arguments called dtype and shape say of an array."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

from typing import Any

from symdiff.rules.arrays.nodes import Node
from symdiff.rules.shapes import Dims, dims_of, extent, item_of, joined_item, product
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    REAL,
    Apply,
    Const,
    Dim,
    Expr,
    Global,
    Opaque,
    Scalar,
    Size,
    Var,
)

_ITEMS = {
    "float": REAL, "double": REAL, "single": REAL, "half": REAL, "longdouble": REAL,
    "floating": REAL, "d": REAL, "f": REAL, "f8": REAL, "f4": REAL,
    "complex": COMPLEX, "cdouble": COMPLEX, "csingle": COMPLEX, "D": COMPLEX, "c16": COMPLEX,
    "int": INTEGER, "uint": INTEGER, "intp": INTEGER, "integer": INTEGER, "long": INTEGER,
    "i": INTEGER, "i4": INTEGER, "i8": INTEGER,
    "bool": BOOLEAN, "?": BOOLEAN, "object": OBJECT,
}  # fmt: skip


def item_of_dtype(dtype: Any, default: Scalar = REAL) -> Scalar:
    """The kind of numbers of an array with that `dtype`; real where that can't be told."""
    if dtype is None:
        return default
    if isinstance(dtype, str):
        name = dtype.lstrip("<=>|")
    elif not isinstance(dtype, Node):
        return REAL
    else:
        match dtype.expr:
            case Global(name):
                name = name.rpartition(".")[2]
            case Opaque("_0.dtype", (array,)):
                return _item(array)
            case Opaque(template, args) if template.startswith("np.result_type("):
                return joined_item(map(_promoted, args))
            case Opaque(template, args) if template.startswith("np.common_type("):
                return joined_item((REAL, *map(_promoted, args)))
            case Opaque(template):
                name = template.rpartition(".")[2]
            case _:
                return REAL
    return _ITEMS.get(name) or _ITEMS.get(name.rstrip("0123456789_"), REAL)


def _promoted(given: Expr) -> Scalar:
    """What an argument of np.result_type, a value or a dtype, makes the numbers at least."""
    if isinstance(given, Const) and isinstance(given.value, str):
        return item_of_dtype(given.value)
    item = _item(given)
    return item_of_dtype(Node(given, OBJECT)) if item is OBJECT else item


def _item(array: Expr) -> Scalar:
    from symdiff.rules.registry import kind_of

    return item_of(kind_of(array))


def _dims(array: Expr) -> Dims | None:
    from symdiff.rules.registry import kind_of

    return dims_of(kind_of(array))


def dims_of_shape(shape: Any) -> Dims | None:
    """The lengths of the axes that an argument called shape asks for."""
    if isinstance(shape, (tuple, list)):
        return tuple(map(length, shape))
    if isinstance(shape, Node):
        match shape.expr:
            case Apply("numpy.shape", (array,)):
                return _dims(array)
        return (length(shape),) if shape.kind is INTEGER else None
    return (length(shape),)


def length(value: Any) -> Dim:
    """The length of an axis that a value gives."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    if isinstance(value, Node):
        match value.expr:
            case Const(int(number)):
                return number if number >= 0 else None
            case Var(kind=kind) as var if kind is INTEGER:
                return var.length if var.length is not None else extent(Size(var))
            case Apply("len", (array,)):
                dims = _dims(array)
                return dims[0] if dims else None
            case Apply("getitem", (Apply("numpy.shape", (array,)), Const(int(axis)))):
                dims = _dims(array)
                return dims[axis] if dims is not None and axis < len(dims) else None
            case Apply("numpy.size", (array,)):
                dims = _dims(array)
                return None if dims is None else product(dims)
    return None
