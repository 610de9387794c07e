"""From a function to its generated derivative: read, differentiate, simplify, write, compile."""

from symdiff.generate.arguments import arranged
from symdiff.generate.finding import find, find_for, generate
from symdiff.generate.generated import Generated
from symdiff.generate.making import procedure_for
from symdiff.generate.roots import place_of, precheck
from symdiff.generate.selection import Example, GradientOf, Selection

__all__ = [
    "Example",
    "Generated",
    "GradientOf",
    "Selection",
    "arranged",
    "find",
    "find_for",
    "generate",
    "place_of",
    "precheck",
    "procedure_for",
]
