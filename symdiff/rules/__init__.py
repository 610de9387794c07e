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

FAMILIES = (arithmetic, elementary, special, sequences, rounding, discrete)

__all__ = [
    "FAMILIES",
    "Primitive",
    "Template",
    "a_sequence",
    "by_name",
    "case",
    "conventions",
    "elementwise",
    "find",
    "kind_of",
    "literal",
    "of_kind",
    "piecewise_constant",
    "table",
    "template",
]
