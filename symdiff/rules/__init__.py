"""Derivative rules: mathematics written once, from which every mode of differentiation follows.

Importing this package registers the rules of the operators, the builtins and `math`.
"""

from __future__ import annotations

from symdiff.rules import (
    arithmetic,
    arrays,
    discrete,
    elementary,
    rounding,
    sequences,
    special,
)
from symdiff.rules.arrays.registry import ArrayPrimitive
from symdiff.rules.custom import register
from symdiff.rules.registry import (
    Primitive,
    a_sequence,
    by_name,
    case,
    conventions,
    elementwise,
    find,
    kind_of,
    literal,
    of_kind,
    piecewise_constant,
    table,
)
from symdiff.rules.template import Template, template


def primitive(op: str) -> Primitive | ArrayPrimitive | None:
    """The primitive of that name, on numbers or on arrays."""
    return arrays.registry.by_name(op) or by_name(op)


def is_of_arrays(op: str) -> bool:
    """Whether an operation is a function of NumPy or SciPy that has a rule."""
    return arrays.registry.by_name(op) is not None


FAMILIES = (arithmetic, elementary, special, sequences, rounding, discrete)

__all__ = [
    "FAMILIES",
    "ArrayPrimitive",
    "Primitive",
    "Template",
    "a_sequence",
    "by_name",
    "case",
    "conventions",
    "elementwise",
    "find",
    "is_of_arrays",
    "kind_of",
    "literal",
    "of_kind",
    "piecewise_constant",
    "primitive",
    "register",
    "table",
    "template",
]
